"""Fill a Shopify shop with the real year: pounds, one tax, every code a product, every cancellation a refund.

Prices are without tax. Shopify rounds the tax of each line, so its totals differ from those of a shop that rounds once;
and money has two decimals there, so that four lines of 0.001 cost nothing. Orders are archived. Ids of orders and
customers begin beyond 32 bits, as the service's own: the file's number is added to where they begin, and an order is
called by it. A cancellation is a full refund of an order made for it alone, whose status no profile selects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from atoosync_lab.sandbox.data.retail_profile import (
    CURRENCY,
    VAT_UK_0,
    VAT_UK_20,
    RetailPart,
    retail_settings,
)
from atoosync_lab.sandbox.data.retail_shop import COUNTRIES
from atoosync_lab.sandbox.data.retail_source import SALE, Code, RetailSource
from atoosync_lab.sandbox.shopify.seed import SeedProduct, SeedVariant, bulk_insert, insert_products
from atoosync_lab.sandbox.shopify.state import ShopState
from atoosync_lab.sandbox.shopify.tables import FIRST_IDS
from atoosync_lab.sandbox.shopify.values import compact, instant, money

TAX = "GB VAT"
"""Title of the only tax; sales outside the United Kingdom carry none."""
METHOD = "Bank Deposit"
STOCK = 1000
_FIVE = 5
"""The tax is a fifth of the price."""
_ZONE = ZoneInfo("Europe/London")
_FIRST_MOMENT = "2010-12-01T00:00:00Z"
_SETTINGS: Mapping[str, Any] = {
    "name": "Online Retail", "currency": CURRENCY, "taxes_included": False, "country": "GB", "plan": "plus",
    "timezone": "Europe/London", "default_tax_rate": "0.20", "created_at": _FIRST_MOMENT,
}  # fmt: skip
PART = RetailPart(
    system="shopify",
    default_tax="taxable",
    tax_groups={VAT_UK_20: "taxable", VAT_UK_0: "exempt"},
    taxes={f"{TAX}|20": VAT_UK_20, "|20": VAT_UK_20, "|0": VAT_UK_0},
    method=METHOD,
    sold="closed",
)
_ORDER = (
    "id", "number", "name", "created_at", "updated_at", "processed_at", "closed_at", "currency", "taxes_included",
    "customer_id", "email", "billing_address", "shipping_address", "tax_lines", "subtotal", "total_tax", "total",
    "current_subtotal", "current_tax", "current_total", "received", "refunded", "financial_status",
    "fulfillment_status",
)  # fmt: skip
_LINE = (
    "id", "order_id", "product_id", "variant_id", "title", "sku", "quantity", "current_quantity", "refunded_quantity",
    "fulfilled_quantity", "price", "tax_lines",
)  # fmt: skip
_PAYMENT = (
    "order_id", "refund_id", "kind", "gateway", "amount", "currency", "payment_id", "created_at", "processed_at",
)  # fmt: skip
_REFUND = ("id", "order_id", "created_at", "processed_at", "lines", "total")
_CUSTOMER = ("id", "first_name", "last_name", "email", "locale", "addresses", "created_at", "updated_at")


def settings(shop_url: str, erp_url: str, *, speed: float) -> dict[str, Any]:
    """See `retail_profile.retail_settings`."""
    found = retail_settings(shop_url, erp_url, speed=speed, part=PART)
    # Ids of customers have thirteen digits.
    found["customers"]["length"] = 16
    return found


class RetailShop:
    """Writes the year into a freshly installed shop.

    Args:
        state: The shop.
        source: The file.
    """

    def __init__(self, state: ShopState, source: RetailSource) -> None:
        self.state = state
        self.source = source
        self.customers: dict[str, int] = {}
        self.guests: set[str] = set()
        self._goods: dict[str, tuple[int, int]] = {}
        self._sums: dict[int, tuple[int, int]] = {}

    def fill(self) -> None:
        """Write everything, in one transaction."""
        state = self.state
        with state.writing():
            for name, value in _SETTINGS.items():
                state.set_setting(name, value)
            state.db.execute("UPDATE locations SET created_at = ?1, updated_at = ?1", (_FIRST_MOMENT,))
            self._products(self.source.codes())
            self._buyers()
            headers = self.source.headers()
            self._lines({row[0]: row for row in headers})
            bulk_insert(state, "orders", _ORDER, (self._order(row) for row in headers))
            bulk_insert(state, "transactions", _PAYMENT, self._payments(headers))
            state.set_setting("next_order_number", max((row[0] for row in headers), default=1000) + 1)

    def _products(self, codes: Sequence[Code]) -> None:
        products = [
            SeedProduct(
                code.name or code.code,
                [SeedVariant(code.code, code.price, stock=(STOCK,) if code.goods else (), tracked=code.goods)],
                handle=f"retail-{place}",
            )
            for place, code in enumerate(codes, 1)
        ]
        made = insert_products(self.state, products)
        self._goods = {code.code: (item.product, item.variants[0]) for code, item in zip(codes, made, strict=True)}
        for table in ("products", "variants", "inventory_levels"):
            self.state.db.execute(f"UPDATE {table} SET created_at = ?1, updated_at = ?1", (_FIRST_MOMENT,))

    def _buyers(self) -> None:
        """One customer a number, with an address for each country; guests are on their orders alone."""
        places: dict[str, list[dict[str, Any]]] = {}
        count = FIRST_IDS["addresses"]
        for customer, country in self.source.parties():
            if customer is None:
                self.guests.add(country)
                continue
            count += 1
            places.setdefault(customer, []).append({**_address(customer, country), "id": count})
        self.customers = {customer: FIRST_IDS["customers"] + int(customer) for customer in places}
        rows = (
            (self.customers[customer], "Online", "Buyer", f"{customer}@retail.test", "en", compact(found),
             _FIRST_MOMENT, _FIRST_MOMENT)
            for customer, found in places.items()
        )  # fmt: skip
        bulk_insert(self.state, "customers", _CUSTOMER, rows)

    def _lines(self, headers: Mapping[int, tuple[Any, ...]]) -> None:
        """Lines, what each document comes to in pence, and refunds."""
        state = self.state
        refunds: dict[int, list[dict[str, Any]]] = {}
        for chunk in self.source.lines():
            bulk_insert(state, "line_items", _LINE, [self._line(row, refunds) for row in chunk])
            # All but the last document of the chunk are complete: the file holds each in one piece.
            done = {number: refunds.pop(number) for number in [*refunds] if number != chunk[-1][1]}
            self._refunds(done, headers)
        self._refunds(refunds, headers)

    def _line(self, row: tuple[Any, ...], refunds: dict[int, list[dict[str, Any]]]) -> tuple[Any, ...]:
        number, document, kind, code, name, quantity, price, _, _, _, taxed = row
        unit = money(Decimal(price))
        amount = quantity * int(unit.replace(".", ""))
        tax = (2 * amount + _FIVE) // (2 * _FIVE) if taxed else 0
        sum_, taxes = self._sums.get(document, (0, 0))
        self._sums[document] = (sum_ + amount, taxes + tax)
        line, product = FIRST_IDS["line_items"] + number, self._goods[code]
        sold = kind == SALE
        if not sold:
            refunds.setdefault(document, []).append(
                {"id": FIRST_IDS["parts"] + number, "line_item_id": line, "quantity": quantity,
                 "restock_type": "NO_RESTOCK", "restocked": False, "location_id": None, "price": unit,
                 "subtotal": _pounds(amount), "total_tax": _pounds(tax)}
            )  # fmt: skip
        left = (quantity, 0, quantity) if sold else (0, quantity, 0)
        return (
            line, _order_id(document), *product, name or code, code, quantity, *left, unit,
            _tax_lines(tax) if taxed else "[]",
        )  # fmt: skip

    def _refunds(self, parts: Mapping[int, list[dict[str, Any]]], headers: Mapping[int, tuple[Any, ...]]) -> None:
        rows = (
            (_refund_id(number), _order_id(number), _moment(headers[number]), _moment(headers[number]),
             compact(lines), self._total(number))
            for number, lines in parts.items()
        )  # fmt: skip
        bulk_insert(self.state, "refunds", _REFUND, rows)

    def _total(self, document: int) -> str:
        return _pounds(sum(self._sums[document]))

    def _order(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        number, name, kind, _, customer, country, *_ = row
        moment, place = _moment(row), compact(_address(customer, country))
        amount, tax = self._sums[number]
        amounts = (_pounds(amount), _pounds(tax), _pounds(amount + tax))
        sold = kind == SALE
        left = amounts if sold else ("0.00",) * 3
        mail = f"{customer}@retail.test" if customer else f"guest-{COUNTRIES[country].lower()}@retail.test"
        return (
            _order_id(number), number, f"#{name}", moment, moment, moment, moment, CURRENCY, 0,
            self.customers[customer] if customer else None, mail, place, place, _tax_lines(tax) if tax else "[]",
            *amounts, *left, amounts[2], "0.00" if sold else amounts[2], "PAID" if sold else "REFUNDED",
            "FULFILLED" if sold else "UNFULFILLED",
        )  # fmt: skip

    def _payments(self, headers: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        """One wire of each total, and one back for each cancellation; nothing for sales of 0.00."""
        for row in headers:
            total, moment = self._total(row[0]), _moment(row)
            rest = (METHOD, total, CURRENCY, f"wire{row[0]}", moment, moment)
            if total == "0.00":
                continue
            yield _order_id(row[0]), None, "SALE", *rest
            if row[2] != SALE:
                yield _order_id(row[0]), _refund_id(row[0]), "REFUND", *rest


def _order_id(document: int) -> int:
    return FIRST_IDS["orders"] + document


def _refund_id(document: int) -> int:
    return FIRST_IDS["refunds"] + document


def _moment(row: tuple[Any, ...]) -> str:
    return instant(datetime.fromisoformat(row[3]).replace(tzinfo=_ZONE))


def _pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


def _tax_lines(tax: int) -> str:
    return f'[{{"title":"{TAX}","rate":"0.2","price":"{_pounds(tax)}"}}]'


def _address(customer: str | None, country: str) -> dict[str, Any]:
    return {
        "firstName": "Online", "lastName": "Buyer", "company": f"Retail {customer}" if customer else None,
        "address1": "1 Market Street", "city": country, "countryCode": COUNTRIES[country],
    }  # fmt: skip
