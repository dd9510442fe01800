"""WooCommerce joins the suite of all connectors."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from atoosync_lab.model.catalogue import Product
from atoosync_lab.sandbox.woocommerce.install import WRITE_KEY, WRITE_SECRET
from tests.connectors.suite import CountingLimiter, ShopRig, ShopSuite, Task, Waits
from tests.connectors.woocommerce.helpers import Shop, fresh, product

ABSENT = "999999"
BAD = 2
"""Place of the bad record in a batch."""
API = "/wp-json/wc/v3"


class WooCommerceRig(ShopRig):
    list_path = rf"{API}/products(/\d+/variations)?\?"
    scope = Scope.PRODUCTS
    kind = Product
    secrets = (WRITE_KEY, WRITE_SECRET)

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.server = shop.server

    def connect(self, *, waits: Waits | None = None, limiter: CountingLimiter | None = None) -> Any:
        return self.shop.connect(sizes={"page_size": 25}, limiter=limiter, **({"sleep": waits} if waits else {}))

    def connect_badly(self) -> Any:
        return self.shop.connect(WRITE_KEY, "cs_" + "0" * 40)

    def ident(self, record: Product) -> str:
        return f"{record.kind} {record.remote_id}"

    def expected_ids(self) -> set[str]:
        rows = self.shop.rows("products", "status != 'trash'")
        return {f"{'variant' if r['parent_id'] else 'product'} {r['id']}" for r in rows}

    def move(self, read: Sequence[str]) -> None:
        with self.shop.state() as state, state.writing():
            state.delete("products", int(read[-5].removeprefix("product ")))
        self.shop.products(product(f"MOVE{next(fresh)}"))

    def touch(self) -> tuple[str, ReadRequest]:
        (row,) = self.shop.rows("products", "sku = 'TS-1'")
        change = {"table": "products", "id": row["id"], "change": {"weight": "1.5"}}
        moment = datetime.now(UTC) + timedelta(hours=1)
        # The time of change lies ahead of what other tests wrote.
        change["change"]["modified"] = (moment + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%S")
        self.server.admin("POST", "/_admin/rows", change)
        return f"variant {row['id']}", ReadRequest(since=moment)

    def task(self, name: str) -> Task:
        task: Task = getattr(self, f"_{name}")()
        return task

    # --- Tasks ---------------------------------------------------------------------------------------------------

    def _targets(self) -> dict[str, str]:
        """Five new products, by key."""
        number = next(fresh)
        keys = [f"T{number}-{n}" for n in range(5)]
        return dict(zip(keys, self.shop.products(*(product(k) for k in keys)), strict=True))

    def _equal(self, wanted: dict[str, tuple[str, Any]], table: str, column: str) -> set[str]:
        """Keys whose row holds a value: key -> (id, value)."""
        held = {str(r["id"]): r.get(column) for r in self.shop.rows(table)}
        return {key for key, (target, value) in wanted.items() if held.get(target) == value}

    def _product_create(self) -> Task:
        number = next(fresh)
        keys = [f"NEW{number}-{n}" for n in range(5)]
        records = {
            key: ProductWrite(
                key=key,
                values={"reference": key, "price_excl_tax": "x" if n == BAD else "9.99", "tax_id": "standard",
                        "active": "1"},
                texts={"name@fr": f"Neuf {key}"},
            )
            for n, key in enumerate(keys)
        }  # fmt: skip

        def found(key: str) -> int:
            return len(self.shop.rows("products", "sku = ?", (key,)))

        return Task(
            "product_create", lambda c, b: c.write_products(b), records, frozenset({keys[BAD]}),
            lambda: {k for k in keys if found(k)}, rf"{API}/products/batch", found,
        )  # fmt: skip

    def _product_update(self) -> Task:
        targets = self._targets()
        records = {
            key: ProductWrite(
                key=key,
                target_id=target,
                values={"weight": "x" if n == BAD else "3.5"},
                texts={"name@fr": f"Renommé {key}"},
            )
            for n, (key, target) in enumerate(targets.items())
        }

        def held() -> set[str]:
            weights = self._equal({k: (t, "3.5") for k, t in targets.items()}, "products", "weight")
            return weights & self._equal({k: (t, f"Renommé {k}") for k, t in targets.items()}, "products", "name")

        return self._absolute("product_update", records, targets, held, lambda c, b: c.write_products(b))

    def _price(self) -> Task:
        targets = self._targets()
        records = {
            key: PriceWrite(
                key=key, target_id=target, kind="product", price_excl_tax=Decimal("-1" if n == BAD else "8.125")
            )
            for n, (key, target) in enumerate(targets.items())
        }
        wanted = {k: (t, "8.125") for k, t in targets.items()}
        return self._absolute(
            "price", records, targets, lambda: self._equal(wanted, "products", "regular_price"),
            lambda c, b: c.write_prices(b),
        )  # fmt: skip

    def _stock(self) -> Task:
        targets = self._targets()
        targets[list(targets)[BAD]] = ABSENT
        records = {key: StockWrite(key=key, target_id=target, quantity=77, row={}) for key, target in targets.items()}
        wanted = {k: (t, 77) for k, t in targets.items()}
        return self._absolute(
            "stock", records, targets, lambda: self._equal(wanted, "products", "stock_quantity"),
            lambda c, b: c.write_stocks(b),
        )  # fmt: skip

    def _status(self) -> Task:
        targets = self._targets()
        targets[list(targets)[BAD]] = ABSENT
        records = {key: StatusWrite(key=key, target_id=target, active=False) for key, target in targets.items()}
        wanted = {k: (t, "draft") for k, t in targets.items()}
        return self._absolute(
            "status", records, targets, lambda: self._equal(wanted, "products", "status"),
            lambda c, b: c.write_status(b),
        )  # fmt: skip

    def _absolute(
        self,
        name: str,
        records: dict[str, Any],
        targets: dict[str, str],
        held: Any,
        write: Any,
        table: str = "products",
    ) -> Task:
        bad = frozenset({list(targets)[BAD]})
        return Task(name, write, records, bad, held, rf"{re.escape(API)}/{table}/batch")

    def _order_status(self) -> Task:
        orders = self.shop.orders(5)
        records = {
            order: OrderStatusWrite(key=order, order_id=order, status_id="expediee" if n == BAD else "completed")
            for n, order in enumerate(orders)
        }
        wanted = {order: (order, "completed") for order in orders}
        return self._absolute(
            "order_status", records, {o: o for o in orders}, lambda: self._equal(wanted, "orders", "status"),
            lambda c, b: c.write_order_status(b), "orders",
        )  # fmt: skip


class TestWooCommerce(ShopSuite):
    @pytest.fixture
    def rig(self, shop: Shop) -> WooCommerceRig:
        return WooCommerceRig(shop)
