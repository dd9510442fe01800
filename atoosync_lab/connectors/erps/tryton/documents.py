"""Sales documents as sales of Tryton, from which its invoices, shipments and returns come.

A credit note is a sale of negative quantities too, not an invoice of its own: Tryton then makes the invoice a credit
note with the accounts of one, and a return that brings the goods back into stock; gestures have services only, and so
no return.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from atoosync_lab.connectors.base import Token
from atoosync_lab.connectors.erps.tryton.lookups import kind_text
from atoosync_lab.connectors.erps.tryton.values import Number
from atoosync_lab.model.documents import DocumentKind, DocumentLine, SalesDocument
from atoosync_lab.model.errors import InvalidRecordError
from atoosync_lab.model.keys import whole_number
from atoosync_lab.model.money import discounted, quantize

SHIPPED_KINDS = (DocumentKind.DELIVERY_NOTE, DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)
INVOICED_KINDS = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)


@dataclass(frozen=True, slots=True)
class Party:
    """A customer as documents need it."""

    id: int
    name: str
    payment_term: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the database says of the things documents name."""

    units: Mapping[int, int]
    """Product id -> id of its unit."""
    currencies: Mapping[str, int]
    """Code -> id, the company's own under the empty code."""
    price_decimals: int
    warehouse: int | None = None
    """Where a document names none: a quotation of goods needs one, and Tryton has no usual one among several."""
    sale_fields: frozenset[str] = field(default=frozenset())
    """Fields of sales that modules may add."""
    line_fields: frozenset[str] = field(default=frozenset())


def sale_values(
    document: SalesDocument, token: Token, party: Party, invoicing: int, delivery: int, place: Place
) -> dict[str, Any]:
    """A sale in state draft.

    Args:
        document: what it is to hold.
        token: its identity.
        party: the customer.
        invoicing: id of the address invoices go to.
        delivery: id of the address goods go to.
        place: articles, currencies and modules.

    Raises:
        InvalidRecordError: an article, a tax, a currency, ... is not there.
    """
    kind = document.kind
    record: dict[str, Any] = {
        "party": party.id,
        "invoice_address": invoicing,
        "shipment_address": delivery,
        "reference": token.reference,
        # `number` is written by the server alone ("You are not allowed"): the shop's stands in the description.
        "description": kind_text(kind, document.number),
        "sale_date": document.date,
        "currency": _currency(document.currency, place),
        "comment": document.notes or None,
        "lines": [["create", [_line(line, n, kind, place) for n, line in enumerate(document.lines, start=1)]]],
    }
    term = _id(document.payment_terms, "payment_terms") or party.payment_term
    if term is not None:
        record["payment_term"] = term
    warehouse = _id(document.warehouse, "warehouse") or place.warehouse
    if warehouse is not None:
        record["warehouse"] = warehouse
    carrier = _id(document.shipping_mode, "shipping_mode")
    if carrier is not None and "carrier" in place.sale_fields:
        record["carrier"] = carrier
    if "shipment_cost_method" in place.sale_fields:
        # Tryton would add a line of its own for the carrier's cost; the shop's shipping is a line already.
        record["shipment_cost_method"] = None
    if kind in INVOICED_KINDS:
        record["invoice_method"] = "order"
    if kind in SHIPPED_KINDS:
        record["shipment_method"] = "order"
    return record


def _line(line: DocumentLine, position: int, kind: DocumentKind, place: Place) -> dict[str, Any]:
    product = _id(line.item, "item")
    if product is None or product not in place.units:
        raise InvalidRecordError("tryton.no_product", item=line.item)
    tax = _id(line.vat_id, "vat_id")
    sign = -1 if kind is DocumentKind.CREDIT_NOTE else 1
    record: dict[str, Any] = {
        "type": "line",
        "sequence": position,
        "product": product,
        "unit": place.units[product],
        "quantity": Number(line.quantity * sign),
        "unit_price": net_price(line, place.price_decimals),
        "taxes": [["add", [tax]]] if tax is not None else [],
    }
    if line.label:
        record["description"] = line.label
    if "base_price" in place.line_fields and (line.discount_percent or line.discount_amount):
        record["base_price"] = quantize(line.unit_price, place.price_decimals)
    return record


def net_price(line: DocumentLine, decimals: int) -> Decimal:
    """Unit price after discounts, rounded half up as the planner does (`orders/totals.py`), with Tryton's decimals."""
    return quantize(discounted(line.unit_price, line.discount_percent, line.discount_amount), decimals)


def _currency(code: str, place: Place) -> int:
    if code.upper() not in place.currencies:
        raise InvalidRecordError("tryton.no_currency", currency=code)
    return place.currencies[code.upper()]


def _id(text: str, name: str) -> int | None:
    """An id of the reference lists; None for an empty text."""
    if not text:
        return None
    found = whole_number(text)
    if found is None:
        raise InvalidRecordError("tryton.bad_id", name=name, id=text)
    return found


def invoice_values(document: SalesDocument, token: Token, day: date) -> dict[str, Any]:
    """What the invoice of a sale gets before it is posted: its day and our reference."""
    return {
        "invoice_date": day,
        "reference": token.reference,
        "comment": document.notes or None,
    }
