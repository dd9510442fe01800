"""Finding again what was written, by our tokens; what a cut sending left unfinished is told from what is complete."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from atoosync_lab.connectors.base import Token
from atoosync_lab.connectors.erps.tryton import facts as read_facts
from atoosync_lab.connectors.erps.tryton import values
from atoosync_lab.connectors.erps.tryton import writes_facts as facts
from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.connectors.erps.tryton.values import Row, text
from atoosync_lab.model.documents import DocumentKind, FoundDocument
from atoosync_lab.model.errors import InvalidRecordError

SALE_FIELDS = (
    "number", "state", "reference", "description", "untaxed_amount", "total_amount", "write_date", "create_date",
    "invoices.state", "invoices.number", "invoices.untaxed_amount", "invoices.total_amount",
    "invoices.invoice_date",
    "shipments.state", "shipment_returns.state",
)  # fmt: skip
_PROGRESS = (DocumentKind.QUOTE, DocumentKind.ORDER, DocumentKind.DELIVERY_NOTE, DocumentKind.INVOICE)
_WITH_INVOICE = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)
_WITH_GOODS = (*_WITH_INVOICE, DocumentKind.DELIVERY_NOTE)


@dataclass(frozen=True, slots=True)
class Part:
    """A record that a sale has brought forth: its id, its state and its number."""

    id: int
    state: str
    number: str = ""
    excl_tax: Decimal | None = None
    incl_tax: Decimal | None = None
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale of ours as it stands."""

    id: int
    token: str
    state: str
    number: str
    kind: DocumentKind | None
    """What it was sent to become; None: a person has changed its description."""
    excl_tax: Decimal | None
    incl_tax: Decimal | None
    modified_at: datetime | None
    invoices: Sequence[Part] = field(default=())
    shipments: Sequence[Part] = field(default=())
    returns: Sequence[Part] = field(default=())

    def complete(self) -> bool:
        """The sale is what it was sent to become. One that a person has cancelled is: it is not gone on with."""
        if self.state == facts.CANCELLED:
            return True
        if self.kind in (None, DocumentKind.QUOTE):
            return self.state != "draft"
        if self.state not in facts.SALE_RUNNING:
            return False
        if self.kind in _WITH_INVOICE and not self.invoiced():
            return False
        return self.kind not in _WITH_GOODS or self.shipped()

    def invoiced(self) -> bool:
        """Every invoice is posted, or a person has cancelled it."""
        return bool(self.invoices) and all(
            part.state in (*facts.INVOICE_POSTED, facts.CANCELLED) for part in self.invoices
        )

    def shipped(self) -> bool:
        """No goods wait to leave or to come back."""
        return all(part.state in facts.SHIPMENT_OVER for part in (*self.shipments, *self.returns))

    def furthest(self) -> DocumentKind:
        """How far the sale has come, whoever brought it there."""
        if any(part.state in facts.INVOICE_POSTED for part in self.invoices):
            return DocumentKind.INVOICE
        if any(part.state == "done" for part in self.shipments) and self.shipped():
            return DocumentKind.DELIVERY_NOTE
        return DocumentKind.ORDER if self.state in ("confirmed", *facts.SALE_RUNNING) else DocumentKind.QUOTE


def sale_of(row: Row) -> Sale:
    """A sale from its row of `search_read`."""
    moments = [m for name in ("write_date", "create_date") if (m := values.moment(row, name)) is not None]
    return Sale(
        id=int(row["id"]),
        token=token_in(text(row, "reference")),
        state=text(row, "state"),
        number=text(row, "number"),
        kind=_kind_of(text(row, "description")),
        excl_tax=values.number(row, "untaxed_amount"),
        incl_tax=values.number(row, "total_amount"),
        modified_at=max(moments, default=None),
        invoices=[_part(item) for item in values.rows_of(row, "invoices")],
        shipments=[_part(item) for item in values.rows_of(row, "shipments")],
        returns=[_part(item) for item in values.rows_of(row, "shipment_returns")],
    )


def token_in(reference: str) -> str:
    """The token at the end of a reference, empty when there is none."""
    found = facts.TOKEN_IN_REFERENCE.search(reference)
    return found[1] if found else ""


def kind_text(kind: DocumentKind, number: str = "") -> str:
    """Description of a sale: what it is to become, and the number it should have had."""
    return " ".join(part for part in (facts.KIND_WORDS[kind], facts.KIND_MARK, number) if part)


def _kind_of(description: str) -> DocumentKind | None:
    for kind, word in facts.KIND_WORDS.items():
        if f"{description} ".startswith(f"{word} {facts.KIND_MARK} "):
            return kind
    return None


def _part(row: Row) -> Part:
    return Part(
        id=int(row["id"]),
        state=text(row, "state"),
        number=text(row, "number"),
        excl_tax=values.number(row, "untaxed_amount"),
        incl_tax=values.number(row, "total_amount"),
        dated=day if isinstance(day := row.get("invoice_date"), date) else None,
    )


def found_document(sale: Sale) -> FoundDocument:
    """The document that a complete sale is: an invoice by its own number and totals, all others by the sale's."""
    number, excl_tax, incl_tax, dated = sale.number, sale.excl_tax, sale.incl_tax, None
    if sale.kind in _WITH_INVOICE and sale.invoices:
        number, dated = sale.invoices[0].number or number, sale.invoices[0].dated
        excl_tax = _sum(part.excl_tax for part in sale.invoices)
        incl_tax = _sum(part.incl_tax for part in sale.invoices)
    if sale.kind is DocumentKind.CREDIT_NOTE:
        # A credit note is a sale of negative amounts; subtracting keeps nothing from becoming less than nothing.
        excl_tax, incl_tax = (None if amount is None else Decimal(0) - amount for amount in (excl_tax, incl_tax))
    return FoundDocument(
        token=sale.token,
        number=number,
        remote_id=str(sale.id),
        kind=sale.kind or sale.furthest(),
        excl_tax=excl_tax,
        incl_tax=incl_tax,
        modified_at=sale.modified_at,
        dated=dated,
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    found = [amount for amount in amounts if amount is not None]
    return sum(found, Decimal(0)) if found else None


class TrytonLookups:
    """Look-ups of one database.

    Args:
        client: the API.
    """

    def __init__(self, client: TrytonClient) -> None:
        self._client = client

    def sales(self, tokens: Sequence[Token]) -> dict[str, Sale]:
        """Sales by token, complete or not. Of two with one token the earlier is meant, and a person is told."""
        wanted = {token.token for token in tokens}
        found: dict[str, Sale] = {}
        for row in self._rows(facts.SALE, "reference", [token.reference for token in tokens], SALE_FIELDS):
            sale = sale_of(row)
            if sale.token not in wanted:
                continue
            if sale.token in found:
                first = found[sale.token]
                self._client.warn(
                    InvalidRecordError(
                        "tryton.found_twice", first=first.number or first.id, second=sale.number or sale.id
                    )
                )
                continue
            found[sale.token] = sale
        return found

    def sales_by_id(self, ids: Sequence[int]) -> dict[int, Sale]:
        """Sales by their id."""
        rows = self._rows(facts.SALE, "id", sorted(ids), SALE_FIELDS)
        return {sale.id: sale for sale in map(sale_of, rows)}

    def documents(self, tokens: Sequence[Token]) -> dict[str, FoundDocument]:
        """Complete documents by token."""
        return {token: found_document(sale) for token, sale in self.sales(tokens).items() if sale.complete()}

    def customers(self, tokens: Sequence[Token]) -> dict[str, str]:
        """Customer codes by token; the code is what a party is found by, which no two can share."""
        by_code = {token.reference: token.token for token in tokens if token.reference}
        rows = self._rows(read_facts.PARTY, "code", list(by_code), ("code",), context=read_facts.INACTIVE_TOO)
        return {by_code[code]: code for row in rows if (code := text(row, "code")) in by_code}

    def statement_lines(self, tokens: Sequence[Token]) -> list[Row]:
        """Lines of statements that carry tokens, with their statements, cancelled ones left out."""
        names = ("number", "statement", "statement.state", "statement.name")
        rows = self._rows(facts.STATEMENT_LINE, "number", [token.token for token in tokens], names)
        return [row for row in rows if text(row, "statement.state") != facts.CANCELLED]

    def settlements(self, tokens: Sequence[Token]) -> dict[str, str]:
        """Settlement ids by token, of posted statements."""
        found: dict[str, str] = {}
        for row in self.statement_lines(tokens):
            if text(row, "statement.state") == facts.STATEMENT_POSTED:
                found.setdefault(text(row, "number"), str(row["id"]))
        return found

    def documents_after(self, numbers: Sequence[str]) -> dict[str, DocumentKind]:
        """The furthest kind that quotes, orders and delivery notes have become, for those that went on."""
        found: dict[str, DocumentKind] = {}
        for row in self._rows(facts.SALE, "number", list(dict.fromkeys(numbers)), SALE_FIELDS):
            sale = sale_of(row)
            # An invoice is known by a number of its own, which may be that of some other sale.
            if sale.kind is None or sale.kind in _WITH_INVOICE or sale.state == facts.CANCELLED:
                continue
            furthest = sale.furthest()
            if _PROGRESS.index(furthest) > _PROGRESS.index(sale.kind):
                found[sale.number] = furthest
        return found

    def _rows(
        self, model: str, name: str, wanted: Sequence[Any], fields: Sequence[str], context: Any = None
    ) -> Iterable[Row]:
        for start in range(0, len(wanted), facts.TOKENS_A_CALL):
            part = list(wanted[start : start + facts.TOKENS_A_CALL])
            yield from self._client.find(model, [[name, "in", part]], fields, context=context)
