"""Import files out, their state back (A26, A38). Nothing here is ever sent twice: the caller's ledger decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from atoosync_lab.connectors.base import RefusedRecord, SubmissionReport, SubmissionState, Token
from atoosync_lab.connectors.erps.ebp import facts
from atoosync_lab.connectors.erps.ebp.client import EbpClient
from atoosync_lab.connectors.erps.ebp.customers import customer_file
from atoosync_lab.connectors.erps.ebp.documents import document_file
from atoosync_lab.connectors.erps.ebp.schema import FolderSchema
from atoosync_lab.connectors.erps.ebp.settlements import SettlementRow, settlement_file
from atoosync_lab.model.documents import NewCustomer, SalesDocument
from atoosync_lab.model.errors import SettingsError

_SIZES = "~"
"""Between EBP's import id and the number of rows of each record: Status names rows, and we name records."""


class EbpWriter:
    """Submits files.

    Args:
        client: the API.
        schema: tells which files may carry the token's column.
        settlements: `import`, `deposit` or `off` (A31).
    """

    def __init__(self, client: EbpClient, schema: FolderSchema, settlements: str) -> None:
        self._client = client
        self._schema = schema
        self._settlements = settlements

    def documents(self, documents: Sequence[tuple[SalesDocument, Token]]) -> str:
        """Submit documents; the id of the submission.

        Raises:
            OutcomeUnknownError: EBP may have taken the file. Every other error proves that it has not.
        """
        content = document_file(documents, with_key=self._schema.has_key_field(facts.DOCUMENT))
        sizes = ".".join(str(len(document.lines)) for document, _ in documents)
        return self._client.post_import(facts.CATEGORY_DOCUMENT, content) + _SIZES + sizes

    def customers(self, customers: Sequence[tuple[NewCustomer, Token]]) -> str:
        """Submit new customers; errors as `documents`."""
        content = customer_file(customers, with_key=self._schema.has_key_field(facts.CUSTOMER))
        return self._client.post_import(facts.CATEGORY_CUSTOMER, content)

    def settlements(self, settlements: Sequence[SettlementRow]) -> str:
        """Submit settlements; errors as `documents`, and SettingsError while they are switched off."""
        if self._settlements == "off":
            raise SettingsError("ebp.settlements_off")
        content = settlement_file(
            settlements,
            with_key=self._schema.has_key_field(facts.SETTLEMENT),
            as_deposit=self._settlements == "deposit",
        )
        return self._client.post_import(facts.CATEGORY_SETTLEMENT, content)

    def submission(self, submission_id: str, keys: Sequence[str]) -> SubmissionReport:
        """State of a submission, one call.

        Args:
            submission_id: as `documents` and its sisters gave it.
            keys: ledger keys in the order of the file.
        """
        import_id, _, sizes = submission_id.partition(_SIZES)
        answer = self._client.import_status(import_id)
        if answer is None:
            return SubmissionReport(state=SubmissionState.UNKNOWN)
        status = str(answer.get("status", "")).lower()
        if status in facts.STATUS_WAITING:
            return SubmissionReport(state=SubmissionState.WAITING)
        if status == facts.STATUS_ERROR:
            text = " ".join(str(answer.get(part) or "") for part in ("errorCode", "errorMessage")).strip()
            return SubmissionReport(state=SubmissionState.FAILED, error=text)
        if status != facts.STATUS_COMPLETED:
            return SubmissionReport(state=SubmissionState.UNKNOWN, error=status)
        by_row = _rows_to_keys(keys, sizes)
        refused = answer.get("refused")
        records = [_refused(record, by_row) for record in refused] if isinstance(refused, list) else []
        return SubmissionReport(
            state=SubmissionState.COMPLETED, refused=tuple(record for record in records if record is not None)
        )


def _rows_to_keys(keys: Sequence[str], sizes: str) -> dict[int, str]:
    """First data row of each record -> its key."""
    counts = [int(size) for size in sizes.split(".")] if sizes else [1] * len(keys)
    starts = accumulate(counts[:-1], initial=1)
    return dict(zip(starts, keys, strict=False))


def _refused(record: Any, by_row: Mapping[int, str]) -> RefusedRecord | None:
    if not isinstance(record, dict):
        return None
    row = str(record.get("row", ""))
    key = by_row.get(int(row)) if row.isdigit() else None
    if key is None:
        return None
    return RefusedRecord(key=key, code=str(record.get("errorCode", "")), text=str(record.get("errorMessage", "")))
