"""Documents into Tryton: found, made where missing, and brought step by step to the state their kind asks for.

Each step is one call for all documents of a part. A step that is refused because of one document is tried in halves
until that one stands alone; it stays where it is, is told as refused, and is gone on with when it is sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atoosync_lab.connectors.base import Token
from atoosync_lab.connectors.erps.tryton import facts as read_facts
from atoosync_lab.connectors.erps.tryton import values
from atoosync_lab.connectors.erps.tryton import writes_facts as facts
from atoosync_lab.connectors.erps.tryton.addresses import Addresses, address_values
from atoosync_lab.connectors.erps.tryton.batches import Refusals, divide, in_parts
from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.connectors.erps.tryton.documents import (
    INVOICED_KINDS,
    SHIPPED_KINDS,
    Party,
    Place,
    invoice_values,
    sale_values,
)
from atoosync_lab.connectors.erps.tryton.lookups import Sale, TrytonLookups
from atoosync_lab.connectors.erps.tryton.numbering import Numbering
from atoosync_lab.connectors.erps.tryton.questions import Questions
from atoosync_lab.connectors.erps.tryton.shipments import Shipping
from atoosync_lab.connectors.erps.tryton.values import text
from atoosync_lab.model.documents import DocumentKind, SalesDocument
from atoosync_lab.model.errors import ConnectionFailedError, InvalidRecordError, OutcomeUnknownError, RefusedError
from atoosync_lab.model.keys import whole_number


@dataclass(slots=True)
class Job:
    """A document on its way."""

    document: SalesDocument
    token: Token
    sale: Sale | None = None

    @property
    def key(self) -> str:
        """Ledger key."""
        return self.token.key

    @property
    def id(self) -> int:
        """Id of its sale; 0 before it is made."""
        return self.sale.id if self.sale else 0

    @property
    def state(self) -> str:
        """State of its sale, empty before it is made."""
        return self.sale.state if self.sale else ""


class TrytonSales:
    """Creates documents and brings them to their state.

    Args:
        client: the API.
        lookups: finds those that are there.
        addresses: addresses of parties.
        questions: answers what the server asks.
    """

    def __init__(
        self, client: TrytonClient, lookups: TrytonLookups, addresses: Addresses, questions: Questions
    ) -> None:
        self._client = client
        self._questions = questions
        self._lookups = lookups
        self._addresses = addresses
        self._currencies: dict[str, int] | None = None
        self._warehouses: list[int] | None = None

    def submit(self, documents: Sequence[tuple[SalesDocument, Token]], refusals: Refusals) -> None:
        """Write documents; those that are there are gone on with."""
        there = self._lookups.sales([token for _, token in documents])
        jobs = [Job(document, token, there.get(token.token)) for document, token in documents]
        records = self._records([job for job in jobs if job.sale is None], refusals)
        left = [job for job in jobs if job.key not in refusals and not (job.sale and job.sale.complete())]
        for part in in_parts(left, facts.DOCUMENTS_A_CALL, _weight, facts.LINES_A_CALL):
            self._part(part, records, refusals)

    def _part(self, part: Sequence[Job], records: Mapping[str, Mapping[str, Any]], refusals: Refusals) -> None:
        self._create([job for job in part if job.sale is None], records, refusals)
        part = [job for job in part if job.sale is not None]
        self._press("quote", "draft", part, refusals)
        further = [job for job in part if job.document.kind is not DocumentKind.QUOTE]
        self._press("confirm", "quotation", further, refusals)
        # The server processes confirmed sales by itself, at once or by a worker of its own.
        self._reread(further)
        if waiting := [job for job in further if job.state == "confirmed"]:
            self._press("process", "confirmed", waiting, refusals)
            self._reread(waiting)
        further = [job for job in further if job.state in facts.SALE_RUNNING]
        self._post([job for job in further if job.document.kind in INVOICED_KINDS], refusals)
        shipping = Shipping(self._client, self._questions)
        for job in further:
            if job.document.kind in SHIPPED_KINDS and job.sale is not None:
                shipping.add(job.key, job.sale, job.document.date)
        shipping.run(refusals)

    # --- Creating ----------------------------------------------------------------------------------------------------

    def _records(self, jobs: Sequence[Job], refusals: Refusals) -> dict[str, dict[str, Any]]:
        """The sales to create, by key; a document that names what is not there is refused."""
        if not jobs:
            return {}
        parties = self._parties({job.document.customer for job in jobs})
        known: list[Job] = []
        for job in jobs:
            if job.document.customer in parties:
                known.append(job)
            else:
                refusals.say(job.key, "tryton.no_customer", customer=job.document.customer)
        ids = self._address_ids(known, parties, refusals)
        place = self._place(known)
        found: dict[str, dict[str, Any]] = {}
        for job in known:
            party = parties[job.document.customer]
            invoicing, delivery = ids.get((job.key, "invoicing")), ids.get((job.key, "delivery"))
            if job.key in refusals:
                continue
            if invoicing is None or delivery is None:
                refusals.say(job.key, "tryton.no_address", customer=job.document.customer)
                continue
            try:
                found[job.key] = sale_values(job.document, job.token, party, invoicing, delivery, place)
            except InvalidRecordError as error:
                refusals.say(job.key, error.code, **error.message.params)
        return found

    def _parties(self, codes: set[str]) -> dict[str, Party]:
        """Customers by code. One put out of use takes documents all the same: its buyer has bought again."""
        names = ("code", "name", "customer_payment_term")
        found: dict[str, Party] = {}
        wanted = sorted(codes)
        for start in range(0, len(wanted), facts.TOKENS_A_CALL):
            domain = [["code", "in", wanted[start : start + facts.TOKENS_A_CALL]]]
            rows = self._client.find(read_facts.PARTY, domain, names, context=read_facts.INACTIVE_TOO)
            for row in rows:
                term = row.get("customer_payment_term")
                party = Party(int(row["id"]), text(row, "name"), int(term) if isinstance(term, int) else None)
                found[text(row, "code")] = party
        return found

    def _address_ids(
        self, jobs: Sequence[Job], parties: Mapping[str, Party], refusals: Refusals
    ) -> dict[tuple[str, str], int | None]:
        asked: list[tuple[str, str]] = []
        wanted: list[tuple[int, dict[str, Any]]] = []
        for job in jobs:
            party = parties[job.document.customer]
            invoicing = address_values(job.document.invoicing, party.name, self._addresses.geography)
            delivery = address_values(job.document.delivery, party.name, self._addresses.geography)
            asked += [(job.key, "invoicing"), (job.key, "delivery")]
            wanted += [(party.id, invoicing or delivery), (party.id, delivery or invoicing)]

        def refuse(place: int, error: RefusedError | OutcomeUnknownError) -> None:
            refusals.add(asked[place][0], error)

        return dict(zip(asked, self._addresses.ids(wanted, refuse), strict=True))

    def _place(self, jobs: Sequence[Job]) -> Place:
        items = {number for job in jobs for line in job.document.lines if (number := whole_number(line.item))}
        units: dict[int, int] = {}
        wanted = sorted(items)
        for start in range(0, len(wanted), read_facts.IDS_A_CALL):
            domain = [["id", "in", wanted[start : start + read_facts.IDS_A_CALL]]]
            rows = self._client.find(read_facts.PRODUCT, domain, ("default_uom",), context=read_facts.INACTIVE_TOO)
            units |= {int(row["id"]): int(row["default_uom"]) for row in rows}
        return Place(
            units=units,
            currencies=self._known_currencies(),
            price_decimals=price_decimals(self._client),
            warehouse=self._usual_warehouse(),
            sale_fields=frozenset(self._client.fields(facts.SALE)),
            line_fields=frozenset(self._client.fields(facts.SALE_LINE)),
        )

    def _usual_warehouse(self) -> int | None:
        """The user's own warehouse, else the first."""
        own = self._client.context().get("warehouse")
        if isinstance(own, int):
            return own
        if self._warehouses is None:
            rows = self._client.find(read_facts.LOCATION, [["type", "=", "warehouse"]], ())
            self._warehouses = [int(row["id"]) for row in rows]
        return self._warehouses[0] if self._warehouses else None

    def _known_currencies(self) -> dict[str, int]:
        if self._currencies is None:
            rows = self._client.find("currency.currency", [], ("code",))
            found = {text(row, "code").upper(): int(row["id"]) for row in rows}
            domain = [["id", "=", self._client.company]]
            own = self._client.find("company.company", domain, ("currency",))
            if not own:
                raise ConnectionFailedError("tryton.no_company")
            self._currencies = {**found, "": int(own[0]["currency"])}
        return self._currencies

    def _create(self, jobs: Sequence[Job], records: Mapping[str, Mapping[str, Any]], refusals: Refusals) -> None:
        def create(part: list[Job]) -> None:
            ids = self._client.create(facts.SALE, [records[job.key] for job in part])
            for job, made in zip(part, ids, strict=True):
                job.sale = Sale(made, job.token.token, "draft", "", job.document.kind, None, None, None)

        def left(part: list[Job]) -> list[Job]:
            there = self._lookups.sales([job.token for job in part])
            for job in part:
                job.sale = there.get(job.token.token)
            return [job for job in part if job.sale is None]

        divide(jobs, create, left, lambda job, error: refusals.add(job.key, error))

    # --- Steps -------------------------------------------------------------------------------------------------------

    def _press(self, action: str, state: str, jobs: Sequence[Job], refusals: Refusals) -> None:
        """Run an action on the sales that are in the state before it; a refused sale drops out."""

        def press(part: list[Job]) -> None:
            ids = [job.id for job in part]
            self._questions.run(f"{facts.SALE}.{action}", ids)
            for job in part:
                self._moved(job, {"quote": "quotation", "confirm": "confirmed"}.get(action, state))

        def left(part: list[Job]) -> list[Job]:
            self._reread(part)
            return [job for job in part if job.state == state]

        ready = [job for job in jobs if job.state == state and job.key not in refusals]
        divide(ready, press, left, lambda job, error: refusals.add(job.key, error))

    @staticmethod
    def _moved(job: Job, state: str) -> None:
        sale = job.sale
        if sale is not None:
            job.sale = Sale(sale.id, sale.token, state, sale.number, sale.kind, None, None, None)

    def _reread(self, jobs: Sequence[Job]) -> None:
        if not jobs:
            return
        found = self._lookups.sales_by_id([job.id for job in jobs])
        for job in jobs:
            job.sale = found.get(job.id, job.sale)

    def _post(self, jobs: Sequence[Job], refusals: Refusals) -> None:
        """Date, validate and post the invoices of sales: on their document's day, or the first after it that is left.

        Validated first: each of the many writes of posting makes the server compute the taxes of a draft anew.
        """

        def validate(part: list[Job]) -> None:
            days = Numbering(self._client).days([(job.document.kind, job.document.date) for job in part])
            dated: list[Any] = []
            for job in part:
                day = days[job.document.kind, job.document.date]
                dated += [_invoices(job, facts.INVOICE_OPEN), invoice_values(job.document, job.token, day)]
            self._client.act(f"{facts.INVOICE}.write", *dated)
            if drafts := _invoices_of(part, facts.INVOICE_DRAFT):
                self._questions.run(f"{facts.INVOICE}.validate_invoice", drafts)

        def post(part: list[Job]) -> None:
            self._questions.run(f"{facts.INVOICE}.post", _invoices_of(part, facts.INVOICE_OPEN))

        for act, states in ((validate, facts.INVOICE_DRAFT), (post, facts.INVOICE_OPEN)):

            def left(part: list[Job], states: Sequence[str] = states) -> list[Job]:
                self._reread(part)
                return [job for job in part if _invoices(job, states)]

            ready = [job for job in jobs if _invoices(job, facts.INVOICE_OPEN) and job.key not in refusals]
            divide(ready, act, left, lambda job, error: refusals.add(job.key, error))


def _invoices(job: Job, states: Sequence[str]) -> list[int]:
    """Ids of a sale's invoices in one of some states."""
    return [part.id for part in job.sale.invoices if part.state in states] if job.sale else []


def _invoices_of(jobs: Sequence[Job], states: Sequence[str]) -> list[int]:
    return [invoice for job in jobs for invoice in _invoices(job, states)]


def price_decimals(client: TrytonClient) -> int:
    """Decimals that the server takes of a unit price."""
    digits = client.fields(facts.SALE_LINE).get("unit_price", {}).get("digits")
    try:
        listed = values.decode(digits) if isinstance(digits, str) else digits
        found = int(listed[1]) if isinstance(listed, list) else facts.PRICE_DECIMALS
    except (TypeError, ValueError, LookupError):
        return facts.PRICE_DECIMALS
    return min(max(found, 0), facts.MOST_PRICE_DECIMALS)


def _weight(job: Job) -> int:
    return len(job.document.lines)
