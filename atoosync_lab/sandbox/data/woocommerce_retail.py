"""Fill a WooCommerce shop with the real year: pounds, one tax, every code a product, every cancellation a refund.

Prices are without tax and taxes are rounded in the sum, so that a total is rounded once. Order ids are the file's own
numbers, and so are the ids of customers. A cancellation is a refund of an order made for it alone, which has the status
`refunded`: no profile selects it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from atoosync_lab.sandbox.data.retail_profile import (
    CURRENCY,
    TAX_NAME,
    VAT_UK_0,
    VAT_UK_20,
    RetailPart,
    retail_settings,
)
from atoosync_lab.sandbox.data.retail_shop import COUNTRIES
from atoosync_lab.sandbox.data.retail_source import SALE, Code, RetailSource
from atoosync_lab.sandbox.woocommerce import refunds, times
from atoosync_lab.sandbox.woocommerce.seed import add_customers, add_orders, add_products, add_tax
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState
from atoosync_lab.sandbox.woocommerce.texts import amount, slug

METHOD, TITLE = "bacs", "Bank wire"
SOLD, CANCELLED = "processing", "refunded"
BATCH = 500
"""Orders in memory at once."""
_ZONE = ZoneInfo("Europe/London")
_FIRST_MOMENT = "2010-12-01T00:00:00"
_OPTIONS = {
    "woocommerce_default_country": "GB", "woocommerce_currency": CURRENCY, "woocommerce_calc_taxes": "yes",
    "woocommerce_prices_include_tax": "no", "woocommerce_tax_round_at_subtotal": "yes",
}  # fmt: skip
PART = RetailPart(
    system="woocommerce",
    default_tax="standard",
    tax_groups={VAT_UK_20: "standard", VAT_UK_0: "zero-rate"},
    taxes={f"{TAX_NAME}|20": VAT_UK_20, "|20": VAT_UK_20, "|0": VAT_UK_0},
    method=METHOD,
    sold=SOLD,
)


def settings(shop_url: str, erp_url: str, *, speed: float) -> dict[str, Any]:
    """See `retail_profile.retail_settings`."""
    return retail_settings(shop_url, erp_url, speed=speed, part=PART)


class _Clock:
    """The shop's clock, set to the moment of each document."""

    def __init__(self) -> None:
        self.at = datetime.fromisoformat(_FIRST_MOMENT).replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


class RetailShop:
    """Writes the year into a freshly installed shop.

    Args:
        opened: The shop.
        source: The file.
    """

    def __init__(self, opened: ShopState, source: RetailSource) -> None:
        self.clock = _Clock()
        self.state = ShopState(opened.db, opened.version, self.clock)
        self.source = source
        self.products: dict[str, int] = {}
        self.customers: dict[str, int] = {}
        self.guests: set[str] = set()

    def fill(self) -> None:
        """Write everything, in one transaction."""
        with self.state.writing():
            for name, value in _OPTIONS.items():
                self.state.set_option(name, value)
            add_tax(self.state, "20", TAX_NAME, "GB")
            self._products(self.source.codes())
            self._buyers()
            headers = {row[0]: row for row in self.source.headers()}
            # Refunds take their ids from the same sequence as orders: those of the file are all below.
            self.state.reserve("post", max(headers, default=0))
            self._orders(headers)

    def _products(self, codes: Sequence[Code]) -> None:
        rows = (
            {
                "sku": code.code, "name": code.name.replace("<", "").replace(">", ""),
                "slug": f"{slug(code.name) or 'product'}-{number}", "regular_price": f"{code.price.normalize():f}",
                "virtual": not code.goods, "created": _FIRST_MOMENT, "modified": _FIRST_MOMENT,
            }
            for number, code in enumerate(codes)
        )  # fmt: skip
        numbers = add_products(self.state, rows)
        self.products = {code.code: number for code, number in zip(codes, numbers, strict=True)}

    def _buyers(self) -> None:
        """One account a number, with the address of its first country; guests are known by their orders alone."""
        found: dict[str, Row] = {}
        for customer, country in self.source.parties():
            if customer is None:
                self.guests.add(country)
            elif customer not in found:
                address = _address(customer, country)
                found[customer] = {
                    "id": int(customer), "email": address["email"], "first_name": "Online", "last_name": "Buyer",
                    "billing": address, "created": _FIRST_MOMENT, "modified": _FIRST_MOMENT,
                }  # fmt: skip
        add_customers(self.state, found.values())
        self.customers = {customer: row["id"] for customer, row in found.items()}

    def _orders(self, headers: Mapping[int, tuple[Any, ...]]) -> None:
        documents = self._documents(headers)
        while batch := list(itertools.islice(documents, BATCH)):
            add_orders(self.state, batch)
            for number in (item["id"] for item in batch if item["status"] == CANCELLED):
                self._refund(number)

    def _documents(self, headers: Mapping[int, tuple[Any, ...]]) -> Iterator[Row]:
        """Orders, each once all of its lines were read: the file holds one of them in two pieces."""
        begun: dict[int, list[tuple[Any, ...]]] = {}
        for row in itertools.chain.from_iterable(self.source.lines()):
            number = row[1]
            begun.setdefault(number, []).append(row)
            if len(begun[number]) == headers[number][6]:
                yield self._order(headers[number], begun.pop(number))

    def _order(self, header: tuple[Any, ...], rows: Iterable[tuple[Any, ...]]) -> Row:
        number, reference, kind, moment, customer, country, _, _, total_incl = header
        created = times.text_of(datetime.fromisoformat(moment).replace(tzinfo=_ZONE))
        paid = kind == SALE and total_incl
        return {
            "id": number, "number": reference, "status": SOLD if kind == SALE else CANCELLED,
            "customer_id": self.customers.get(customer, 0), "currency": CURRENCY, "created": created,
            "order_key": f"wc_order_{number}", "billing": _address(customer, country),
            "payment_method": METHOD if paid else "", "payment_method_title": TITLE if paid else "",
            "lines": [
                {"product_id": self.products[row[3]], "quantity": row[5], "name": row[4] or row[3], "price": row[6]}
                for row in rows
            ],
        }  # fmt: skip

    def _refund(self, number: int) -> None:
        """Give all of an order back, line by line."""
        order = self.state.row("orders", number) or {}
        self.clock.at = datetime.fromisoformat(order["created"]).replace(tzinfo=UTC)
        items = [
            {
                "id": line["id"], "quantity": line["quantity"], "refund_total": line["total"],
                "refund_tax": [{"id": tax["id"], "refund_total": tax["total"]} for tax in line["taxes"]],
            }
            for line in order["line_items"]
        ]  # fmt: skip
        refunds.make(self.state, order, {"amount": f"{amount(order['total']):f}", "line_items": items})


def _address(customer: str | None, country: str) -> Row:
    iso = COUNTRIES[country]
    email = f"{customer}@retail.test" if customer else f"guest-{iso.lower()}@retail.test"
    return {
        "first_name": "Online", "last_name": "Buyer", "company": f"Retail {customer}" if customer else "",
        "address_1": "1 Market Street", "city": country, "postcode": "", "country": iso, "email": email, "phone": "",
    }  # fmt: skip
