"""Import files out, their state back (A26, A38). Nothing here is ever sent twice: the caller's ledger decides."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
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
from atoosync_lab.model.keys import whole_number

_RECORDS = "~"
"""Between EBP's import id and what we note of the file's records."""
_DIGEST = 3
_NOTE = _DIGEST + 2
"""Bytes noted of a record: a digest of its key, and its number of rows."""


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
        records = [(token.key, len(document.lines)) for document, token in documents]
        return self._client.post_import(facts.CATEGORY_DOCUMENT, content) + _noted(records)

    def customers(self, customers: Sequence[tuple[NewCustomer, Token]]) -> str:
        """Submit new customers; errors as `documents`."""
        content = customer_file(customers, with_key=self._schema.has_key_field(facts.CUSTOMER))
        return self._client.post_import(facts.CATEGORY_CUSTOMER, content) + _noted([(t.key, 1) for _, t in customers])

    def settlements(self, settlements: Sequence[SettlementRow]) -> str:
        """Submit settlements; errors as `documents`, and SettingsError while they are switched off."""
        if self._settlements == "off":
            raise SettingsError("ebp.settlements_off")
        content = settlement_file(
            settlements,
            with_key=self._schema.has_key_field(facts.SETTLEMENT),
            as_deposit=self._settlements == "deposit",
        )
        return self._client.post_import(facts.CATEGORY_SETTLEMENT, content) + _noted(
            [(s[1].key, 1) for s in settlements]
        )

    def submission(self, submission_id: str, keys: Sequence[str]) -> SubmissionReport:
        """State of a submission, one call.

        Args:
            submission_id: as `documents` and its sisters gave it.
            keys: ledger keys asked about, in any order; refused records of other keys are left out.
        """
        import_id, _, noted = submission_id.partition(_RECORDS)
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
        by_row = _rows_to_keys(keys, noted)
        refused = answer.get("refused")
        records = [_refused(record, by_row) for record in refused] if isinstance(refused, list) else []
        return SubmissionReport(
            state=SubmissionState.COMPLETED, refused=tuple(record for record in records if record is not None)
        )


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8"), digest_size=_DIGEST).digest()


def _noted(records: Sequence[tuple[str, int]]) -> str:
    """Which records a file holds, with their rows: Status names rows, and a later process must name records.

    The id carries it, because a caller asks about those records only that are still open.
    """
    notes = b"".join(_digest(key) + min(rows, 0xFFFF).to_bytes(2, "big") for key, rows in records)
    return _RECORDS + base64.urlsafe_b64encode(notes).decode("ascii")


def _rows_to_keys(keys: Sequence[str], noted: str) -> dict[int, str]:
    """First data row of each record -> its key; a record whose digest is not unique in the file is left to look-ups."""
    notes = base64.urlsafe_b64decode(noted) if noted else b""
    records = [notes[start : start + _NOTE] for start in range(0, len(notes), _NOTE)]
    often = Counter(record[:_DIGEST] for record in records)
    by_digest = {_digest(key): key for key in keys}
    found: dict[int, str] = {}
    row = 1
    for record in records:
        digest = record[:_DIGEST]
        if often[digest] == 1 and digest in by_digest:
            found[row] = by_digest[digest]
        row += int.from_bytes(record[_DIGEST:], "big")
    return found


def _refused(record: Any, by_row: Mapping[int, str]) -> RefusedRecord | None:
    if not isinstance(record, dict):
        return None
    row = whole_number(str(record.get("row", "")))
    key = by_row.get(row) if row is not None else None
    if key is None:
        return None
    return RefusedRecord(key=key, code=str(record.get("errorCode", "")), text=str(record.get("errorMessage", "")))
