"""The writing half of the connector: batches out, their report back. Every sending begins with a look at what is there.

A submission has ended when it returns. What is sent again under the same token is gone on with, never made twice.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence

from atoosync_lab.connectors.base import RefusedRecord, SubmissionReport, SubmissionState, Token
from atoosync_lab.connectors.erps.tryton import writes_facts as facts
from atoosync_lab.connectors.erps.tryton.addresses import Addresses, Geography
from atoosync_lab.connectors.erps.tryton.batches import Refusals
from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.connectors.erps.tryton.customers_out import TrytonCustomers
from atoosync_lab.connectors.erps.tryton.lookups import TrytonLookups
from atoosync_lab.connectors.erps.tryton.payments import SettlementRow, TrytonPayments
from atoosync_lab.connectors.erps.tryton.questions import Questions
from atoosync_lab.connectors.erps.tryton.sales import TrytonSales, price_decimals
from atoosync_lab.model.documents import (
    DocumentKind,
    DocumentRules,
    FoundDocument,
    NewCustomer,
    Rounding,
    SalesDocument,
    TaxOn,
)  # fmt: skip
from atoosync_lab.model.errors import AtooSyncError, OutcomeUnknownError


class TrytonWrites:
    """Writes documents, customers and settlements, and finds them again.

    Args:
        client: the API.
    """

    def __init__(self, client: TrytonClient) -> None:
        self._client = client
        geography, questions = Geography(client), Questions(client)
        self._lookups = TrytonLookups(client)
        self._sales = TrytonSales(client, self._lookups, Addresses(client, geography), questions)
        self._customers = TrytonCustomers(client, self._lookups, geography)
        self._payments = TrytonPayments(client, self._lookups, questions)
        self._reports: OrderedDict[str, tuple[RefusedRecord, ...]] = OrderedDict()
        self._rules: DocumentRules | None = None

    def rules(self) -> DocumentRules:
        """How this database computes a document; asked once."""
        if self._rules is None:
            found = self._client.ask("account.configuration.read", [1], ["tax_rounding"])
            by_line = bool(found) and found[0].get("tax_rounding") == facts.TAX_ROUNDING_LINE
            self._rules = DocumentRules(
                rounding=Rounding.HALF_EVEN,
                tax_on=TaxOn.LINE if by_line else TaxOn.UNROUNDED,
                tax_inclusive=False,
                footer_shipping=False,
                price_decimals=price_decimals(self._client),
                net_prices=True,
                texts=facts.TEXTS,
            )
        return self._rules

    def reference_for(self, text: str, token: str) -> str:
        """The text cut to its place, then the token in brackets; runs of spaces, which Tryton changes, are gone."""
        room = facts.REFERENCE_LENGTH - facts.TOKEN_LENGTH - 3
        return f"{' '.join(text.split())[:room].strip()} [{token}]".strip()

    def submit_documents(self, documents: Sequence[tuple[SalesDocument, Token]]) -> str:
        """Write documents, or go on with those that an earlier sending left unfinished.

        Raises:
            OutcomeUnknownError: something may have been written. AtooSyncError: nothing was.
        """
        return self._submit(lambda refusals: self._sales.submit(documents, refusals))

    def submit_customers(self, customers: Sequence[tuple[NewCustomer, Token]]) -> str:
        """As `submit_documents`, for customers."""
        return self._submit(lambda refusals: self._customers.submit(customers, refusals))

    def submit_settlements(self, settlements: Sequence[SettlementRow]) -> str:
        """As `submit_documents`, for settlements."""
        return self._submit(lambda refusals: self._payments.submit(settlements, refusals))

    def _submit(self, send: Callable[[Refusals], None]) -> str:
        refusals = Refusals()
        written = self._client.written
        try:
            send(refusals)
        except OutcomeUnknownError:
            raise
        except AtooSyncError as error:
            if self._client.written == written:
                raise
            # Some calls have gone through: what they wrote is found, or gone on with, by the next sending.
            raise OutcomeUnknownError("tryton.broken_off", facts=error.facts, text=error.message.text()) from error
        name = secrets.token_hex(8)
        self._reports[name] = refusals.records()
        while len(self._reports) > facts.SUBMISSIONS_KEPT:
            self._reports.popitem(last=False)
        return name

    def submission(self, submission_id: str, keys: Sequence[str]) -> SubmissionReport:
        """What was refused of a submission of this process; UNKNOWN for others, which only look-ups tell about."""
        if submission_id not in self._reports:
            return SubmissionReport(state=SubmissionState.UNKNOWN)
        wanted = set(keys)
        refused = tuple(record for record in self._reports[submission_id] if record.key in wanted)
        return SubmissionReport(state=SubmissionState.COMPLETED, refused=refused)

    def find_documents(self, tokens: Sequence[Token]) -> dict[str, FoundDocument]:
        """Complete documents by token, with their totals."""
        return self._lookups.documents(tokens)

    def find_customers(self, tokens: Sequence[Token]) -> dict[str, str]:
        """Customer codes by token."""
        return self._lookups.customers(tokens)

    def find_settlements(self, tokens: Sequence[Token]) -> dict[str, str]:
        """Settlement ids by token."""
        return self._lookups.settlements(tokens)

    def documents_after(self, numbers: Sequence[str]) -> dict[str, DocumentKind]:
        """The furthest kind that documents have become, for those that went on (ORD-24)."""
        return self._lookups.documents_after(numbers)

    def calls_for(self, kind: str, rows: int) -> int:
        """Calls that `rows` records take, look-ups included."""
        size = facts.DOCUMENTS_A_CALL if kind == "document" else facts.RECORDS_A_CALL
        parts = -(-rows // size)
        looks = 2 * -(-rows // facts.TOKENS_A_CALL)
        return facts.CALLS_BEFORE + looks + parts * facts.CALLS_OF_A_PART.get(kind, 2) if rows else 0
