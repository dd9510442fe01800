"""Carnet joins the suite of all connectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from atoosync_shop_carnet import facts
from atoosync_shop_carnet.client import CarnetClient
from atoosync_shop_carnet.connector import CarnetConnector
from atoosync_shop_carnet.plugin import PLUGIN
from carnet_shop import KEY, CarnetShop, running

from atoosync_lab.connectors.base import (
    OrderStatusWrite,
    Outcome,
    PriceWrite,
    ProductWrite,
    ReadRequest,
    Scope,
    StatusWrite,
    StockWrite,
)
from atoosync_lab.connectors.plugins import ShopPlugin
from atoosync_lab.connectors.testing import CountingLimiter, PluginSuite, ShopRig, ShopSuite, Task, Waits
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.sales import Address, Customer, Order, OrderLine, OrderPieces, Payment

BAD = 2
"""Place of the bad record in a batch."""
ABSENT = "999999"
fresh = count(1)


class CarnetRig(ShopRig):
    list_path = r"/v1/products\?"
    scope = Scope.PRODUCTS
    kind = Product
    secrets = (KEY,)

    def __init__(self, shop: CarnetShop) -> None:
        self.shop = self.server = shop

    def connect(
        self, *, waits: Waits | None = None, limiter: CountingLimiter | None = None, key: str = KEY
    ) -> CarnetConnector:
        address = PLUGIN.complete(self.shop.url)
        return CarnetConnector(CarnetClient(address, key, limiter=limiter, sleep=waits or Waits()), page_size=10)

    def connect_badly(self) -> CarnetConnector:
        return self.connect(key="not-the-key")

    def expected_ids(self) -> set[str]:
        return {str(number) for number in self.shop.products}

    def move(self, read: Sequence[str]) -> None:
        del self.shop.products[int(read[-5])]
        self.shop.add_product(f"MOVE{next(fresh)}")

    def touch(self) -> tuple[str, ReadRequest]:
        since = datetime.now(UTC)
        number = next(iter(self.shop.products))
        self.shop.change_product(number)
        return str(number), ReadRequest(since=since)

    def task(self, name: str) -> Task:
        task: Task = getattr(self, f"_{name}")()
        return task

    def _targets(self) -> dict[str, str]:
        """Five new products, by key."""
        keys = [f"T{next(fresh)}" for _ in range(5)]
        return {key: str(self.shop.add_product(key)) for key in keys}

    def _set(self, name: str, records: dict[str, Any], write: Any, holds: Callable[[dict[str, Any]], bool]) -> Task:
        """A task that changes a member of five products."""
        bad = frozenset({list(records)[BAD]})
        rows = self.shop.products

        def held() -> set[str]:
            return {key for key, w in records.items() if int(w.target_id) in rows and holds(rows[int(w.target_id)])}

        return Task(name, write, records, bad, held, r"/v1/products/\d+$")

    def _product_create(self) -> Task:
        keys = [f"NEW{next(fresh)}" for _ in range(5)]
        records = {
            key: ProductWrite(
                key=key,
                values={"price_excl_tax": "x" if place == BAD else "9.99", "tax_id": "normal", "active": "1"},
                texts={"name@fr": f"Neuf {key}"},
            )
            for place, key in enumerate(keys)
        }

        def found(key: str) -> int:
            return sum(row["reference"] == key for row in self.shop.products.values())

        return Task(
            "product_create", lambda c, b: c.write_products(b), records, frozenset({keys[BAD]}),
            lambda: {key for key in keys if found(key)}, r"/v1/products$", found,
        )  # fmt: skip

    def _product_update(self) -> Task:
        records = {
            key: ProductWrite(
                key=key,
                target_id=target,
                values={"weight": "x" if place == BAD else "3.5"},
                texts={"name@fr": "Renommé"},
            )
            for place, (key, target) in enumerate(self._targets().items())
        }
        wanted = {"weight": "3.5", "name": {"fr": "Renommé"}}
        return self._set(
            "product_update", records, lambda c, b: c.write_products(b), lambda row: wanted.items() <= row.items()
        )

    def _price(self) -> Task:
        records = {
            key: PriceWrite(
                key=key, target_id=target, kind="product", price_excl_tax=Decimal("-1" if place == BAD else "8.125")
            )
            for place, (key, target) in enumerate(self._targets().items())
        }
        return self._set("price", records, lambda c, b: c.write_prices(b), lambda row: row["price"] == "8.125")

    def _stock(self) -> Task:
        records = {
            key: StockWrite(key=key, target_id=ABSENT if place == BAD else target, quantity=77, row={})
            for place, (key, target) in enumerate(self._targets().items())
        }
        return self._set("stock", records, lambda c, b: c.write_stocks(b), lambda row: row["quantity"] == 77)

    def _status(self) -> Task:
        records = {
            key: StatusWrite(key=key, target_id=ABSENT if place == BAD else target, active=False)
            for place, (key, target) in enumerate(self._targets().items())
        }
        return self._set("status", records, lambda c, b: c.write_status(b), lambda row: not row["shown"])

    def _order_status(self) -> Task:
        orders = [str(self.shop.add_order()) for _ in range(5)]
        records = {
            order: OrderStatusWrite(key=order, order_id=order, status_id="lost" if place == BAD else "sent")
            for place, order in enumerate(orders)
        }
        return Task(
            "order_status", lambda c, b: c.write_order_status(b), records, frozenset({orders[BAD]}),
            lambda: {order for order in orders if self.shop.orders[int(order)]["status"] == "sent"},
            r"/v1/orders/\d+/status$", lambda order: self.shop.orders[int(order)]["history"].count("sent"),
        )  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[CarnetShop]:
    """A shop with more than one page of everything."""
    shop = CarnetShop()
    for number in range(1, 26):
        shop.add_product(f"P{number:03d}")
    for number in range(12):
        shop.add_order(status="paid" if number % 2 else "new", buyer=number % 3 + 1)
    with running(shop):
        yield shop


class TestShop(ShopSuite):
    @pytest.fixture
    def rig(self, server: CarnetShop) -> CarnetRig:
        return CarnetRig(server)


class TestPlugin(PluginSuite):
    @pytest.fixture
    def plugin(self) -> ShopPlugin:
        return PLUGIN


@pytest.fixture
def connector(server: CarnetShop) -> CarnetConnector:
    return CarnetRig(server).connect()


def read(connector: CarnetConnector, scope: Scope, **request: Any) -> dict[type[Any], list[Any]]:
    found: dict[type[Any], list[Any]] = {}
    for chunk in connector.read(scope, ReadRequest(**request)):
        for kind, rows in chunk.items():
            found.setdefault(kind, []).extend(rows)
    return found


def test_orders_come_whole_and_each_buyer_once(server: CarnetShop, connector: CarnetConnector) -> None:
    found = read(connector, Scope.ORDERS, statuses=("new",))
    assert len(found[Order]) == len(found[OrderLine]) == len(found[Payment]) == 6
    assert [c.remote_id for c in found[Customer]] == ["1", "3", "2"]
    places = {a.remote_id for a in found[Address]}
    for order in found[Order]:
        assert order.total_incl_tax == order.total_products_incl_tax + order.shipping_incl_tax == Decimal("30.00")
        assert {order.invoicing_address_id, order.delivery_address_id} <= places


def test_pieces_of_orders_not_known_and_stocks_of_products_named(
    server: CarnetShop, connector: CarnetConnector
) -> None:
    known, *others = (str(number) for number in server.orders)
    pieces = read(connector, Scope.ORDER_PIECES, known=frozenset({known}))[OrderPieces]
    assert {p.order_id for p in pieces} == set(others)
    assert all(p.key == "P001" and p.quantity == 2 for p in pieces)
    assert [s.product_id for s in read(connector, Scope.STOCKS, ids=("3", "2"))[Stock]] == ["2", "3"]


def test_unreadable_record_is_told_and_takes_no_other_with_it(server: CarnetShop, connector: CarnetConnector) -> None:
    # A price as a number with a point is no exact amount: it is not guessed.
    server.products[1]["price"] = 12.5
    try:
        ids = [p.remote_id for p in read(connector, Scope.PRODUCTS)[Product]]
    finally:
        server.products[1]["price"] = "12.50"
    assert set(ids) == {str(number) for number in server.products} - {"1"}
    (warning,) = connector.warnings
    assert (warning.code, warning.facts.record) == ("carnet.unreadable_record", "1")


def test_order_that_moved_on_keeps_its_status(server: CarnetShop, connector: CarnetConnector) -> None:
    number = server.add_order(status="cancelled")
    write = OrderStatusWrite(key="k", order_id=str(number), status_id="sent", only_from=("paid",))
    (result,) = connector.write_order_status([write])
    assert (result.outcome, result.remote_code) == (Outcome.REFUSED, "moved_on")
    assert server.orders[number]["status"] == "cancelled"


def test_version_too_old_fails_the_test_of_the_connection(server: CarnetShop, connector: CarnetConnector) -> None:
    server.version = "1.9"
    try:
        report = connector.check()
    finally:
        server.version = "2.1"
    assert [check.ok for check in report.checks] == [True, False]
    assert facts.OLDEST in report.checks[1].message.text("en")
