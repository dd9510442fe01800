"""Orders as the API answers them, made for tests of amounts: what is not told is as a plain order has it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from atoosync_lab.connectors.base import ReadRequest, Scope
from tests.connectors.woocommerce.fakes import FakeShop, as_json

_numbers = itertools.count(1000)
RATES = {1: ("TVA 20", 20), 2: ("TVA 10", 10), 3: ("TVA 5,5", 5.5)}

BILLING = {
    "first_name": "Camille", "last_name": "Essai", "company": "", "address_1": "1 rue de l’Essai", "address_2": "",
    "city": "Lons", "state": "", "postcode": "39000", "country": "FR", "email": "camille@example.test",
    "phone": "0384000000",
}  # fmt: skip


def line(total: str, tax: str, *, rate: int = 1, exact: str = "", quantity: Any = 1, **more: Any) -> dict[str, Any]:
    """A line of goods at one rate."""
    return {
        "id": next(_numbers), "name": "Bol", "product_id": 21, "variation_id": 0, "quantity": quantity, "sku": "BOL",
        "subtotal": total, "subtotal_tax": tax, "total": total, "total_tax": tax,
        "taxes": [{"id": rate, "total": exact or tax, "subtotal": exact or tax}], **more,
    }  # fmt: skip


def order(*lines: dict[str, Any], rates: Sequence[int] = (1,), **more: Any) -> dict[str, Any]:
    """An order paid by card."""
    usual: dict[str, Any] = {
        "id": 53, "number": "53", "status": "processing", "currency": "EUR", "prices_include_tax": False,
        "date_created_gmt": "2026-03-29T01:05:00", "date_modified_gmt": "2026-03-29T01:06:00",
        "date_paid_gmt": "2026-03-29T01:05:30", "shipping_total": "0.00", "shipping_tax": "0.00", "total_tax": "0.00",
        "customer_id": 7, "billing": BILLING, "shipping": {k: v for k, v in BILLING.items() if k != "email"},
        "payment_method": "stripe", "payment_method_title": "Carte", "transaction_id": "t-1", "customer_note": "",
        "line_items": list(lines), "shipping_lines": [], "fee_lines": [], "meta_data": [],
        "tax_lines": [
            {"rate_id": r, "label": RATES[r][0], "compound": False, "rate_percent": RATES[r][1]} for r in rates
        ],
    }  # fmt: skip
    return {**usual, **more}


def shop_with(*orders: dict[str, Any], **settings: str) -> FakeShop:
    """A shop that holds these orders."""
    general = {"woocommerce_currency": "EUR", **settings}
    rows = [{"id": name, "value": value} for name, value in general.items()]
    account = {
        "id": 7,
        "email": "compte@example.test",
        "first_name": "Camille",
        "last_name": "Essai",
        "billing": BILLING,
    }
    return FakeShop(
        orders=as_json(list(orders)),
        customers=as_json([account]),
        **{"settings/general": as_json(rows), "settings/tax": as_json([])},
    )


def read(shop: FakeShop, scope: Scope = Scope.ORDERS, request: ReadRequest | None = None, **options: Any) -> Any:
    """A whole read, by class."""
    found: dict[type[Any], list[Any]] = {}
    connector = shop.connect(**options)
    for chunk in connector.read(scope, request or ReadRequest()):
        for kind, records in chunk.items():
            found.setdefault(kind, []).extend(records)
    assert connector.warnings == []
    return found
