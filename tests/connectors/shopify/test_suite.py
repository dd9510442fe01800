"""Shopify joins the suite of all connectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.connectors.base import (
    OrderStatusWrite,
    PriceWrite,
    ProductWrite,
    ReadRequest,
    Scope,
    StatusWrite,
    StockWrite,
)
from atoosync_lab.connectors.plugins import ShopPlugin
from atoosync_lab.connectors.shops.shopify.plugin import PLUGIN
from atoosync_lab.model.catalogue import Product
from atoosync_lab.sandbox.shopify.install import DEFAULT_TOKEN
from tests.connectors.shopify.helpers import Shop, fresh, item, order, simple
from tests.connectors.suite import CountingLimiter, PluginSuite, Rule, ShopRig, ShopSuite, Task, Waits

ABSENT = "999999"
BAD = 2
"""Place of the bad record in a batch."""


class ShopifyRig(ShopRig):
    list_path = "query Products"
    scope = Scope.PRODUCTS
    kind = Product
    secrets = (DEFAULT_TOKEN,)

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.server = shop.server

    def connect(self, *, waits: Waits | None = None, limiter: CountingLimiter | None = None) -> Any:
        return self.shop.connect(sizes={"page_size": 50}, limiter=limiter, **({"sleep": waits} if waits else {}))

    def connect_badly(self) -> Any:
        return self.shop.connect("shpat_" + "0" * 32)

    def fault(self, rule: Rule, path: str, **more: Any) -> None:
        """All calls go to one address: what a fault strikes is told by the document in the body."""
        where = {} if path == "." else {"body": path}
        self.server.faults([{**where, **rule, **more}])

    def ident(self, record: Product) -> str:
        return f"{record.kind} {record.remote_id}"

    def expected_ids(self) -> set[str]:
        products = {f"product {r['id']}" for r in self.shop.rows("products")}
        several = "title <> 'Default Title'"
        return products | {f"variant {r['id']}" for r in self.shop.rows("variants", several)}

    def move(self, read: Sequence[str]) -> None:
        gone = next(r for r in read[-5:] if r.startswith("product "))
        with self.shop.state() as state, state.writing():
            number = int(gone.removeprefix("product "))
            state.db.execute("DELETE FROM variants WHERE product_id = ?", (number,))
            state.db.execute("DELETE FROM products WHERE id = ?", (number,))
        self.shop.products(simple(f"MOVE{next(fresh)}"))

    def touch(self) -> tuple[str, ReadRequest]:
        number = self.shop.rows("products", "1 ORDER BY id LIMIT 1")[0]["id"]
        now = datetime.now(UTC)
        self.shop.change("products", number, updated_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"))
        return f"product {number}", ReadRequest(since=now - timedelta(minutes=1))

    def task(self, name: str) -> Task:
        task: Task = getattr(self, f"_{name}")()
        return task

    # --- Tasks ---------------------------------------------------------------------------------------------------

    def _targets(self) -> dict[str, tuple[str, str]]:
        """Five new products, by key: product and variant."""
        number = next(fresh)
        keys = [f"T{number}-{n}" for n in range(5)]
        return dict(zip(keys, self.shop.products(*(simple(k) for k in keys)), strict=True))

    def _held(self, table: str, wanted: dict[str, tuple[str, dict[str, Any]]]) -> Callable[[], set[str]]:
        """Keys whose row holds values: key -> (id, values)."""

        def look() -> set[str]:
            numbers = ", ".join(number for number, _ in wanted.values())
            rows = {str(r["id"]): r for r in self.shop.rows(table, f"id IN ({numbers})")}
            return {
                key
                for key, (number, values) in wanted.items()
                if number in rows and all(rows[number][n] == v for n, v in values.items())
            }

        return look

    def _product_create(self) -> Task:
        number = next(fresh)
        keys = [f"NEW{number}-{n}" for n in range(5)]
        records = {
            key: ProductWrite(
                key=key,
                values={
                    "reference": key, "price_incl_tax": "x" if n == BAD else "9.99", "tax_id": "taxable", "active": "1",
                },
                texts={"name@fr": f"Neuf {key}"},
            )
            for n, key in enumerate(keys)
        }  # fmt: skip

        def found(key: str) -> int:
            return len(self.shop.rows("variants", "sku = ?", key))

        return Task(
            "product_create", lambda c, b: c.write_products(b), records, frozenset({keys[BAD]}),
            lambda: {k for k in keys if found(k)}, "mutation Create", found,
        )  # fmt: skip

    def _product_update(self) -> Task:
        targets = self._targets()
        records = {
            key: ProductWrite(
                key=key,
                target_id=product,
                unit_id=variant,
                values={"weight": "x" if n == BAD else "3.5"},
                texts={"name@fr": f"Renommé {key}"},
            )
            for n, (key, (product, variant)) in enumerate(targets.items())
        }
        names = self._held("products", {k: (p, {"title": f"Renommé {k}"}) for k, (p, _) in targets.items()})
        weights = self._held("variants", {k: (v, {"weight": "3.5"}) for k, (_, v) in targets.items()})
        bad = frozenset({list(targets)[BAD]})
        return Task(
            "product_update", lambda c, b: c.write_products(b), records, bad, lambda: names() & weights(),
            "mutation (Sheets|Prices)",
        )  # fmt: skip

    def _price(self) -> Task:
        targets = self._targets()
        records = {
            key: PriceWrite(
                key=key, target_id=product, unit_id=variant, kind="product",
                price_incl_tax=Decimal("-1" if n == BAD else "8.12"),
            )
            for n, (key, (product, variant)) in enumerate(targets.items())
        }  # fmt: skip
        held = self._held("variants", {k: (v, {"price": "8.12"}) for k, (_, v) in targets.items()})
        bad = frozenset({list(targets)[BAD]})
        return Task("price", lambda c, b: c.write_prices(b), records, bad, held, "mutation Prices")

    def _stock(self) -> Task:
        targets = {key: item(variant) for key, (_, variant) in self._targets().items()}
        location = str(self.shop.rows("locations", "1 ORDER BY id")[0]["id"])
        targets[list(targets)[BAD]] = ABSENT
        row = {"warehouse_id": location, "quantity": "5", "depends": "stocked"}
        records = {k: StockWrite(key=k, target_id=t, quantity=77, row=row) for k, t in targets.items()}

        def held() -> set[str]:
            where = f"location_id = {location} AND available = 77"
            filled = {str(r["item_id"]) for r in self.shop.rows("inventory_levels", where)}
            return {key for key, target in targets.items() if target in filled}

        bad = frozenset({list(targets)[BAD]})
        return Task("stock", lambda c, b: c.write_stocks(b), records, bad, held, "mutation SetQuantities")

    def _status(self) -> Task:
        targets = {key: product for key, (product, _) in self._targets().items()}
        targets[list(targets)[BAD]] = ABSENT
        records = {key: StatusWrite(key=key, target_id=target, active=False) for key, target in targets.items()}
        held = self._held("products", {k: (t, {"status": "DRAFT"}) for k, t in targets.items()})
        bad = frozenset({list(targets)[BAD]})
        return Task("status", lambda c, b: c.write_status(b), records, bad, held, "mutation Sheets")

    def _order_status(self) -> Task:
        orders = self.shop.orders(*(order() for _ in range(5)))
        records = {
            number: OrderStatusWrite(key=number, order_id=number, status_id="998" if n == BAD else "fulfilled")
            for n, number in enumerate(orders)
        }
        held = self._held("orders", {number: (number, {"fulfillment_status": "FULFILLED"}) for number in orders})

        def shipments(number: str) -> int:
            return len(self.shop.rows("fulfillments", "order_id = ?", int(number)))

        return Task(
            "order_status", lambda c, b: c.write_order_status(b), records, frozenset({orders[BAD]}), held,
            "mutation Fulfil", shipments,
        )  # fmt: skip


class TestShopify(ShopSuite):
    @pytest.fixture
    def rig(self, shop: Shop) -> ShopifyRig:
        return ShopifyRig(shop)


class TestShopifyPlugin(PluginSuite):
    address = "ma-boutique"

    @pytest.fixture
    def plugin(self) -> ShopPlugin:
        return PLUGIN
