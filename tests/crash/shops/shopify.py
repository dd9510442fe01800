"""Shopify: see `base.Shop`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from atoosync_lab.sandbox.shopify.order_rules import settle
from atoosync_lab.sandbox.shopify.state import ShopState
from atoosync_lab.sandbox.shopify.tables import ITEM_SHIFT
from tests.crash.shops.base import Fact

_PRODUCT = (
    "title", "handle", "description_html", "vendor", "product_type", "status", "tags", "seo_title", "seo_description",
    "options",
)  # fmt: skip
_VARIANT = (
    "price", "compare_at_price", "barcode", "weight", "weight_unit", "taxable", "tracked", "inventory_policy", "options"
)  # fmt: skip
_OF_ORDERS = ("line_items", "transactions", "refunds", "fulfillments", "fulfillment_orders", "notifications")
_HIDDEN, _LONG_AGO = "crash_hidden_refund", "2001-01-01T00:00:00Z"
SPEED = 200.0
"""Divides the sandbox's waits and fills its buckets of points faster: what is tested is not how long it waits."""


class Shopify:
    """See `base.Shop`."""

    system = "shopify"
    version: str | None = None
    arguments: tuple[str, ...] = ("--speed", str(SPEED))
    sizes: Mapping[str, int] = MappingProxyType(
        {"page_size": 15, "detail_page": 6, "products": 5, "prices": 4, "stocks": 6, "import_file": 5, "concurrency": 1}
    )
    # A rounding gap, a new customer, a guest, a fee, a discount, payments of three kinds, one nobody can import.
    orders: tuple[str, ...] = (
        "prices_without_tax", "new_company", "guest", "packing_fee", "coupon_over_four_rates", "several_payments",
        "zero_order", "returned_in_part", "returned_in_two_refunds", "email_in_capitals", "payment_not_mapped",
    )  # fmt: skip
    later = "awaiting_wire"
    invoiced: tuple[str, ...] = ("prices_without_tax", "new_company", "several_payments")
    delivered: tuple[str, ...] = ("packing_fee", "coupon_over_four_rates")
    creation = 3
    invoiced_later = "guest"

    def trim(self, state: Path, orders: Collection[str]) -> set[str]:
        """See `base.Shop`."""
        kept = ",".join(orders)
        with _opened(state) as shop, shop.writing():
            run = shop.db.execute
            run(f"DELETE FROM orders WHERE id NOT IN ({kept})")
            for name in _OF_ORDERS:
                run(f"DELETE FROM {name} WHERE order_id NOT IN ({kept})")
            run("DELETE FROM fulfillment_order_lines WHERE line_item_id NOT IN (SELECT id FROM line_items)")
            sold = "SELECT {} FROM line_items WHERE {} IS NOT NULL"
            for table, column in (("products", "product_id"), ("variants", "variant_id")):
                run(f"DELETE FROM {table} WHERE id NOT IN ({sold.format(column, column)})")
            run(f"DELETE FROM inventory_levels WHERE item_id NOT IN (SELECT id + {ITEM_SHIFT} FROM variants)")
            gone = "NOT IN (SELECT id FROM products)"
            run(f"DELETE FROM publication_entries WHERE kind = 'Product' AND resource_id {gone}")
            run(f"DELETE FROM metafields WHERE owner_type = 'PRODUCT' AND owner_id {gone}")
            run(f"DELETE FROM product_files WHERE product_id {gone}")
            run(f"DELETE FROM collection_products WHERE product_id {gone}")
            return {str(row["sku"]).strip() for row in shop.rows("variants") if row["sku"]}

    def order_is_paid(self, state: Path, order: str) -> None:
        """The wire that was expected has come in."""
        with _opened(state) as shop, shop.writing():
            pending = shop.one("transactions", "order_id = ? AND status = 'PENDING'", int(order))
            assert pending is not None
            now = shop.now()
            paid = {**pending, "status": "SUCCESS", "parent_id": pending["id"], "created_at": now, "processed_at": now}
            shop.insert("transactions", {name: value for name, value in paid.items() if name != "id"})
            settle(shop, int(order))

    def has_payment(self, state: Path, order: str) -> bool:
        """See `base.Shop`."""
        with _opened(state) as shop:
            return bool(shop.rows("transactions", "order_id = ? AND status = 'SUCCESS'", int(order)))

    def hide_slip(self, state: Path) -> None:
        """It is out of any period for now."""
        with _opened(state) as shop, shop.writing():
            (row,) = shop.rows("refunds", "1 ORDER BY id DESC LIMIT 1")
            shop.set_setting(_HIDDEN, [row["id"], row["order_id"], row["created_at"], row["processed_at"]])
            shop.update("refunds", row["id"], {"created_at": _LONG_AGO, "processed_at": _LONG_AGO})

    def slip_is_given(self, state: Path) -> None:
        """See `base.Shop`."""
        with _opened(state) as shop, shop.writing():
            refund, order, created, processed = shop.setting(_HIDDEN)
            shop.update("refunds", refund, {"created_at": created, "processed_at": processed})
            shop.update("orders", order, {"updated_at": shop.now()})

    def holds(self, state: Path) -> Iterable[Fact]:
        """See `base.Shop`."""
        with _opened(state) as shop:
            yield from _goods(shop)
            for row in shop.rows("orders"):
                ends = (bool(row["closed_at"]), bool(row["cancelled_at"]))
                yield ("order", row["id"], row["financial_status"], row["fulfillment_status"], *ends, row["tags"])
            for row in shop.rows("fulfillments"):
                sent = tuple((line["line_item_id"], line["quantity"]) for line in json.loads(row["lines"]))
                yield ("history", row["order_id"], ("sent", *sent), row["status"])
            for row in shop.rows("transactions"):
                yield ("payment", row["order_id"], row["kind"], row["gateway"], row["amount"], row["status"])
            for row in shop.rows("refunds"):
                yield ("refund", row["order_id"], row["id"])
            for row in shop.rows("notifications"):
                yield ("mail", row["order_id"], row["kind"])


def _goods(shop: ShopState) -> Iterator[Fact]:
    skus = {row["id"]: row["sku"] for row in shop.rows("variants", "1 ORDER BY position DESC")}
    of_product = {row["product_id"]: row["sku"] for row in shop.rows("variants", "1 ORDER BY position DESC")}
    shown: dict[int, list[int]] = {}
    for row in shop.rows("publication_entries", "kind = 'Product'"):
        shown.setdefault(row["resource_id"], []).append(row["publication_id"])
    for row in shop.rows("products"):
        places = tuple(sorted(shown.get(row["id"], ())))
        yield ("product", of_product.get(row["id"], row["handle"]), *(str(row[name]) for name in _PRODUCT), places)
    for row in shop.rows("variants"):
        yield ("variant", row["sku"], *(str(row[name]) for name in _VARIANT))
    for row in shop.rows("inventory_levels"):
        sku = skus.get(row["item_id"] - ITEM_SHIFT, "?")
        yield ("stock row", f"{sku} at {row['location_id']}", row["available"], row["committed"])
    for row in shop.rows("metafields", "owner_type = 'PRODUCT'"):
        yield ("metafield", of_product.get(row["owner_id"], "?"), f"{row['namespace']}.{row['key']}", row["value"])
    for row in shop.rows("metafield_definitions"):
        yield ("definition", f"{row['owner_type']} {row['namespace']}.{row['key']}")


@contextmanager
def _opened(state: Path) -> Iterator[ShopState]:
    shop = ShopState.open(state)
    try:
        yield shop
    finally:
        shop.close()
