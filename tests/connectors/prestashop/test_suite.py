"""PrestaShop joins the suite of all connectors, once a version."""

from __future__ import annotations

from collections.abc import Sequence
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
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from tests.connectors.prestashop.helpers import PAID, SHIPPED, Shop, fresh, make_order, product
from tests.connectors.suite import CountingLimiter, ShopRig, ShopSuite, Task, Waits

ABSENT = "999999"
BAD = 2
"""Place of the bad record in a batch."""


class PrestaShopRig(ShopRig):
    list_path = r"/api/(products|combinations)\?"
    scope = Scope.PRODUCTS
    kind = Product
    secrets = (DEFAULT_KEY,)

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.server = shop.server

    def connect(self, *, waits: Waits | None = None, limiter: CountingLimiter | None = None) -> Any:
        return self.shop.connect(sizes={"page_size": 50}, limiter=limiter, **({"sleep": waits} if waits else {}))

    def connect_badly(self) -> Any:
        return self.shop.connect("X" * 32)

    def ident(self, record: Product) -> str:
        return f"{record.kind} {record.remote_id}"

    def expected_ids(self) -> set[str]:
        products = {f"product {r['id']}" for r in self.shop.rows("products")}
        return products | {f"variant {r['id']}" for r in self.shop.rows("combinations")}

    def move(self, read: Sequence[str]) -> None:
        with self.shop.state() as state:
            state.delete("products", int(read[-5].removeprefix("product ")))
        self.shop.insert("products", product(f"MOVE{next(fresh)}"))

    def touch(self) -> tuple[str, ReadRequest]:
        raise NotImplementedError("the shop's variants and stocks do not tell when they changed")

    def task(self, name: str) -> Task:
        task: Task = getattr(self, f"_{name}")()
        return task

    # --- Tasks ---------------------------------------------------------------------------------------------------

    def _targets(self) -> dict[str, str]:
        """Five new products, by key."""
        number = next(fresh)
        keys = [f"T{number}-{n}" for n in range(5)]
        return dict(zip(keys, self.shop.insert("products", *(product(k) for k in keys)), strict=True))

    def _equal(self, wanted: dict[str, tuple[str, str]], resource: str, column: str) -> set[str]:
        """Keys whose row holds a value: key -> (id, value)."""
        held = {str(r["id"]): str(r[column]) for r in self.shop.rows(resource)}
        return {key for key, (target, value) in wanted.items() if held.get(target) == value}

    def _product_create(self) -> Task:
        number = next(fresh)
        keys = [f"NEW{number}-{n}" for n in range(5)]
        records = {
            key: ProductWrite(
                key=key,
                values={"reference": key, "price_excl_tax": "x" if n == BAD else "9.99", "tax_id": "1", "active": "1"},
                texts={"name@1": f"New {key}", "name@2": f"Neuf {key}"},
            )
            for n, key in enumerate(keys)
        }

        def found(key: str) -> int:
            return len(self.shop.rows("products", "reference = ?", key))

        return Task(
            "product_create", lambda c, b: c.write_products(b), records, frozenset({keys[BAD]}),
            lambda: {k for k in keys if found(k)}, r"/api/products$", found,
        )  # fmt: skip

    def _product_update(self) -> Task:
        targets = self._targets()
        records = {
            key: ProductWrite(
                key=key,
                target_id=target,
                values={"weight": "x" if n == BAD else "3.5"},
                texts={"name@1": f"Renamed {key}", "name@2": f"Renommé {key}"},
            )
            for n, (key, target) in enumerate(targets.items())
        }
        names = {key: (target, f"Renommé {key}") for key, target in targets.items()}

        def held() -> set[str]:
            weights = {k: (t, "3.500000") for k, t in targets.items()}
            same = self._equal(weights, "products", "weight")
            return {k for k, (target, text) in names.items() if k in same and self.shop.names(target)[2] == text}

        return self._absolute("product_update", records, targets, held, "products", lambda c, b: c.write_products(b))

    def _price(self) -> Task:
        targets = self._targets()
        records = {
            key: PriceWrite(
                key=key, target_id=target, kind="product", price_excl_tax=Decimal("-1" if n == BAD else "8.125")
            )
            for n, (key, target) in enumerate(targets.items())
        }
        wanted = {k: (t, "8.125000") for k, t in targets.items()}
        return self._absolute(
            "price", records, targets, lambda: self._equal(wanted, "products", "price"), "products",
            lambda c, b: c.write_prices(b),
        )  # fmt: skip

    def _stock(self) -> Task:
        targets = {}
        for n, (key, target) in enumerate(self._targets().items()):
            (row,) = self.shop.rows("stock_availables", "id_product = ?", int(target))
            targets[key] = ABSENT if n == BAD else str(row["id"])
        records = {key: StockWrite(key=key, target_id=target, quantity=77, row={}) for key, target in targets.items()}
        wanted = {k: (t, "77") for k, t in targets.items()}
        return self._absolute(
            "stock", records, targets, lambda: self._equal(wanted, "stock_availables", "quantity"), "stock_availables",
            lambda c, b: c.write_stocks(b),
        )  # fmt: skip

    def _status(self) -> Task:
        targets = self._targets()
        targets[list(targets)[BAD]] = ABSENT
        records = {key: StatusWrite(key=key, target_id=target, active=False) for key, target in targets.items()}
        wanted = {k: (t, "0") for k, t in targets.items()}
        return self._absolute(
            "status", records, targets, lambda: self._equal(wanted, "products", "active"), "products",
            lambda c, b: c.write_status(b),
        )  # fmt: skip

    def _absolute(
        self, name: str, records: dict[str, Any], targets: dict[str, str], held: Any, resource: str, write: Any
    ) -> Task:
        bad = frozenset({list(targets)[BAD]})
        return Task(name, write, records, bad, held, rf"/api/{resource}$")

    def _order_status(self) -> Task:
        with self.shop.state() as state:
            orders = [str(make_order(state, status=PAID)) for _ in range(5)]
        records = {
            order: OrderStatusWrite(key=order, order_id=order, status_id="998" if n == BAD else SHIPPED)
            for n, order in enumerate(orders)
        }
        wanted = {order: (order, SHIPPED) for order in orders}

        def rows(order: str) -> int:
            return len(self.shop.rows("order_histories", "id_order = ? AND id_order_state = ?", order, SHIPPED))

        def write(connector: Any, batch: Sequence[OrderStatusWrite]) -> Any:
            return connector.write_order_status(batch)

        return Task(
            "order_status", write, records, frozenset({orders[BAD]}),
            lambda: self._equal(wanted, "orders", "current_state"), r"/api/order_histories", rows,
        )  # fmt: skip


class TestPrestaShop(ShopSuite):
    @pytest.fixture
    def rig(self, shop: Shop) -> PrestaShopRig:
        return PrestaShopRig(shop)
