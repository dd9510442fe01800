"""Records of a Carnet shop as pivot records. Amounts come as text, so that none ever is a float."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from atoosync_lab.connectors.base import Chunk
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.keys import product_key
from atoosync_lab.model.money import parse_decimal
from atoosync_lab.model.sales import Address, Customer, Order, OrderLine, OrderPieces, Payment
from atoosync_shop_carnet import facts

Json = dict[str, Any]
UNREADABLE = (KeyError, TypeError, ValueError, ArithmeticError)
"""What the functions below raise when a record is not as the manual says."""


def product(raw: Json) -> Product:
    """A product of the catalogue."""
    reference = raw["reference"]
    return Product(
        remote_id=str(raw["id"]),
        reference=reference,
        key=product_key(reference),
        texts={f"{field}@{language}": text for field in facts.TEXTS for language, text in raw[field].items()},
        price_excl_tax=amount(raw["price"]),
        tax_id=raw["tax"] or None,
        active=bool(raw["shown"]),
        barcode=raw["barcode"],
        brand=raw["brand"],
        weight=parse_decimal(raw["weight"]),
        category_id=raw["shelf"] or None,
        modified_at=instant(raw["changed_at"]),
        fields={},
    )


def stock(raw: Json) -> Stock:
    """The quantity of a product: a member of the product, whose id is thus the row's too."""
    remote_id = str(raw["id"])
    return Stock(
        remote_id=remote_id,
        product_id=remote_id,
        quantity=amount(raw["quantity"]),
        modified_at=instant(raw["changed_at"]),
    )


def pieces(raw: Json) -> list[OrderPieces]:
    """What an order takes out of the stock."""
    return [
        OrderPieces(
            remote_id=str(line["id"]),
            order_id=str(raw["id"]),
            product_id=str(line["product"] or ""),
            reference=line["reference"],
            key=product_key(line["reference"]),
            quantity=amount(line["quantity"]),
        )
        for line in raw["lines"]
    ]


def order(raw: Json) -> Chunk:
    """An order with its lines, payments and people: all of it, or an error."""
    order_id, buyer = str(raw["id"]), raw["buyer"]
    lines = [_line(line, order_id, place) for place, line in enumerate(raw["lines"])]
    payments = [
        Payment(
            remote_id=str(paid["id"]), order_reference=raw["number"], amount=amount(paid["amount"]),
            currency=raw["currency"], method=paid["method"], paid_at=instant(paid["at"]),
        )
        for paid in raw["payments"]
    ]  # fmt: skip
    head = Order(
        remote_id=order_id,
        reference=raw["number"],
        created_at=instant(raw["created_at"]),
        modified_at=instant(raw["changed_at"]),
        status_id=raw["status"],
        currency=raw["currency"],
        language=raw["language"],
        customer_id=str(buyer["id"]),
        invoicing_address_id=f"{order_id}-invoicing",
        delivery_address_id=f"{order_id}-delivery",
        carrier_id=raw["carrier"],
        payment_module=raw["payment_method"],
        payment_label=raw["payment_method"],
        total_products_excl_tax=sum((line.total_excl_tax for line in lines), Decimal(0)),
        total_products_incl_tax=sum((line.total_incl_tax for line in lines), Decimal(0)),
        shipping_excl_tax=amount(raw["shipping_excl_tax"]),
        shipping_incl_tax=amount(raw["shipping_incl_tax"]),
        shipping_tax_rate=amount(raw["shipping_tax_rate"]),
        total_excl_tax=amount(raw["total_excl_tax"]),
        total_incl_tax=amount(raw["total_incl_tax"]),
        total_paid_real=sum((payment.amount for payment in payments), Decimal(0)),
        note=raw["note"],
    )
    return {
        Order: [head],
        OrderLine: lines,
        Payment: payments,
        Customer: [_customer(buyer)],
        Address: [_address(raw[f"{use}_address"], f"{order_id}-{use}", buyer) for use in ("invoicing", "delivery")],
    }


def _line(raw: Json, order_id: str, place: int) -> OrderLine:
    return OrderLine(
        remote_id=str(raw["id"]),
        order_id=order_id,
        position=place,
        product_id=str(raw["product"]) if raw["product"] else None,
        reference=raw["reference"],
        label=raw["label"],
        quantity=amount(raw["quantity"]),
        unit_price_excl_tax=amount(raw["price_excl_tax"]),
        unit_price_incl_tax=amount(raw["price_incl_tax"]),
        total_excl_tax=amount(raw["total_excl_tax"]),
        total_incl_tax=amount(raw["total_incl_tax"]),
        tax_rate=amount(raw["tax_rate"]),
        tax_ids=(raw["tax"],) if raw["tax"] else (),
    )


def _customer(raw: Json) -> Customer:
    names = {"last_name": raw["last_name"], "first_name": raw["first_name"], "company": raw["company"]}
    return Customer(remote_id=str(raw["id"]), email=raw["email"], **names)


def _address(raw: Json, remote_id: str, buyer: Json) -> Address:
    """Carnet keeps addresses on the order alone, so that one has its order's id."""
    return Address(
        remote_id=remote_id,
        customer_id=str(buyer["id"]),
        company=buyer["company"],
        last_name=raw["last_name"],
        first_name=raw["first_name"],
        address1=raw["street"],
        postcode=raw["postcode"],
        city=raw["city"],
        country=raw["country"],
        phone=raw["phone"],
    )


def amount(text: Any) -> Decimal:
    """An exact amount.

    Raises:
        ValueError: it is none.
        TypeError: it came as a number with a point, which is none that is exact.
    """
    found = parse_decimal(text)
    if found is None:
        raise ValueError(f"no amount: {text!r}")
    return found


def instant(text: str) -> datetime:
    """A moment with its zone.

    Raises:
        ValueError: it is none, or lacks the zone.
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"no zone: {text!r}")
    return found
