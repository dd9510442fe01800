"""WooCommerce: see `base.Shop`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from atoosync_lab.sandbox.woocommerce import orders
from atoosync_lab.sandbox.woocommerce.state import ShopState
from tests.crash.shops.base import Fact

_SHOWN = (
    "type", "status", "name", "slug", "description", "short_description", "regular_price", "sale_price", "price",
    "tax_class", "gtin", "weight", "manage_stock",
)  # fmt: skip
_TERMS = {"product_brand": "brand", "product_cat": "category"}


class WooCommerce:
    """See `base.Shop`."""

    system = "woocommerce"
    version: str | None = None
    arguments: tuple[str, ...] = ()
    sizes: Mapping[str, int] = MappingProxyType(
        {"page_size": 15, "detail_page": 6, "products": 5, "prices": 4, "stocks": 6, "import_file": 5, "concurrency": 1}
    )
    # A rounding gap, a new customer, a guest, fees and coupons, one that waits for its wire, one nobody can import.
    orders: tuple[str, ...] = (
        "line_taxes_above_the_sum", "new_company", "guest", "gift_wrap_fee", "coupon_over_four_rates", "awaiting_wire",
        "zero_order", "returned_in_part", "returned_in_two_refunds", "email_in_capitals", "payment_not_mapped",
    )  # fmt: skip
    later = "pending_payment"
    invoiced: tuple[str, ...] = ("line_taxes_above_the_sum", "new_company", "gift_wrap_fee")
    delivered: tuple[str, ...] = ()
    creation = 5
    invoiced_later = "guest"

    def trim(self, state: Path, orders: Collection[str]) -> set[str]:
        """See `base.Shop`."""
        kept, references = {int(number) for number in orders}, set[str]()
        with _opened(state) as shop, shop.writing():
            goods: set[int] = set()
            for row in shop.rows("orders"):
                if row["id"] not in kept:
                    shop.delete("orders", row["id"])
                    continue
                for line in row["line_items"]:
                    product, variation = int(line["product_id"]), int(line.get("variation_id") or 0)
                    goods |= {product, variation}
                    sold = shop.row("products", variation or product)
                    references |= {str(sold["sku"]).strip()} if sold else set()
            for name in ("refunds", "notes", "mails"):
                for row in shop.rows(name):
                    if row.get("order_id") not in kept:
                        shop.delete(name, row["id"])
            for row in shop.rows("products"):
                if row["id"] not in goods:
                    shop.delete("products", row["id"])
            # What new articles name is made with them.
            used = {brand for row in shop.rows("products") for brand in row.get("brands", ())}
            for row in shop.rows("terms", "taxonomy = 'product_brand'"):
                if row["id"] not in used:
                    shop.delete("terms", row["id"])
        return references

    def order_is_paid(self, state: Path, order: str) -> None:
        """See `base.Shop`."""
        with _opened(state) as shop, shop.writing():
            row = _order(shop, order)
            orders.move(shop, row, "processing")
            row["modified"] = shop.now()
            shop.update("orders", row)

    def has_payment(self, state: Path, order: str) -> bool:
        """See `base.Shop`."""
        with _opened(state) as shop:
            return bool(_order(shop, order).get("date_paid"))

    def hide_slip(self, state: Path) -> None:
        """It is out of any period for now."""
        with _opened(state) as shop, shop.writing():
            row = shop.rows("refunds", order="id DESC")[0]
            shop.update("refunds", {**row, "created": "2001-01-01T00:00:00", "hidden": row["created"]})

    def slip_is_given(self, state: Path) -> None:
        """See `base.Shop`."""
        with _opened(state) as shop, shop.writing():
            for row in shop.rows("refunds"):
                if hidden := row.pop("hidden", ""):
                    shop.update("refunds", {**row, "created": hidden})

    def holds(self, state: Path) -> Iterable[Fact]:
        """See `base.Shop`."""
        with _opened(state) as shop:
            yield from _goods(shop)
            for row in shop.rows("orders"):
                yield ("order", row["id"], row["status"], row["total"])
            for row in shop.rows("notes"):
                yield ("history", row["order_id"], row["note"])
            for row in shop.rows("mails"):
                yield ("mail", row["order_id"], row["template"])
            for row in shop.rows("refunds"):
                yield ("refund", row["id"], row["order_id"])


def _goods(shop: ShopState) -> Iterator[Fact]:
    names = {row["id"]: row["name"] for row in shop.rows("terms")}
    for row in shop.rows("terms"):
        yield (_TERMS.get(row["taxonomy"], "term"), row["name"], row["taxonomy"])
    for row in shop.rows("products"):
        terms = tuple(sorted(names.get(term, "?") for kind in ("brands", "categories") for term in row.get(kind, ())))
        yield ("product", row["sku"], *(str(row.get(name)) for name in _SHOWN), terms)
        yield ("stock row", row["sku"], row["stock_quantity"], row["stock_status"])


def _order(shop: ShopState, number: str) -> dict[str, Any]:
    row = shop.row("orders", int(number))
    assert row is not None
    return row


@contextmanager
def _opened(state: Path) -> Iterator[ShopState]:
    shop = ShopState.open(state)
    try:
        yield shop
    finally:
        shop.close()
