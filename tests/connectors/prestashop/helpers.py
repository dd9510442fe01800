"""What the tests of the PrestaShop connector share: seeded shops, connectors on them, a look past the connector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from atoosync_lab.connectors.base import Chunk, ReadRequest, Scope
from atoosync_lab.connectors.shops.prestashop.connector import PrestaShopConnector
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from atoosync_lab.sandbox.prestashop.seed import SeedLine, SeedOrder, ShopState, create_order, insert_many
from atoosync_lab.sandbox.prestashop.values import language_map
from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.settings.connection import BatchSizes, ShopConnection

FRANCE = 8
PAID = "2"
PREPARED = "3"
SHIPPED = "4"
PRODUCTS = 120
VARIANTS = 3
ORDERS = 142
"""As in PB-54: more than one page of waiting orders."""
fresh = count(1)
"""Numbers for records that no other test makes."""


def no_wait(seconds: float) -> None:
    """Waits between tries are not what these tests are about."""


def seed(state: ShopState) -> None:
    """A catalogue, buyers and orders of two statuses, among them some without a payment."""
    with state.writing():
        products = insert_many(state, "products", [product(f"P{n:03d}") for n in range(1, PRODUCTS + 1)])
        insert_many(
            state,
            "combinations",
            [
                {"id_product": products[0], "reference": f"P001-{n}", "price": "-1.500000", "quantity": n}
                for n in range(1, VARIANTS + 1)
            ],
        )
        for number in range(60):
            make_buyer(state, number)
        for number in range(ORDERS):
            make_order(state, products=products[:2], buyer=number % 60 + 1, status=PAID if number % 2 else PREPARED)


def product(reference: str, **more: Any) -> dict[str, Any]:
    """A product as the merchant would have made it."""
    usual = {
        "reference": reference,
        "price": "12.345678",
        "weight": "0.250",
        "name": {1: f"Item {reference}", 2: f"Article {reference}"},
        "description": {1: f"<p>About {reference}</p>", 2: f"<p>À propos de {reference}</p>"},
        "link_rewrite": f"l-{reference.lower()}",
        "id_tax_rules_group": 1,
        "categories": [2],
        "quantity": 5,
        "date_add": "2026-01-01 10:00:00",
        "date_upd": "2026-01-01 10:00:00",
    }
    return {**usual, **more}


def make_buyer(state: ShopState, number: int = 0, **more: Any) -> tuple[int, int]:
    """A customer and an address in France."""
    (customer,) = insert_many(
        state,
        "customers",
        [{"email": f"essai{number}@example.test", "lastname": "Essai", "firstname": "Camille", "passwd": "x", **more}],
    )
    (address,) = insert_many(
        state,
        "addresses",
        [
            {"id_customer": customer, "alias": "A", "id_country": FRANCE, "lastname": "Essai", "firstname": "Camille",
             "address1": "1 rue d’Essai", "city": "Brest", "postcode": "29200"},
        ],
    )  # fmt: skip
    return customer, address


def make_order(
    state: ShopState, *, products: Sequence[int] = (1, 2), buyer: int = 1, status: str = PAID, **more: Any
) -> int:
    """An order of two lines, paid in full."""
    usual: dict[str, Any] = {
        "lines": [SeedLine(products[0], 2), SeedLine(products[1], 1)],
        "shipping": Decimal(5),
        "shipping_rate": Decimal(20),
        "payments": [("Carte", None)],
        "states": (int(status),),
        "date": "2026-02-03 04:05:06",
        "move_stock": False,
    }
    with state.writing():
        return create_order(state, SeedOrder(customer=buyer, address=buyer, **{**usual, **more}))


@dataclass
class Shop:
    """A running shop, its data seen and changed past the Webservice."""

    version: str
    server: RunningSandbox
    opened: list[PrestaShopConnector] = field(default_factory=list)

    @contextmanager
    def state(self) -> Iterator[ShopState]:
        """The data, as the merchant's own database client would see it."""
        state = ShopState.open(self.server.state)
        try:
            yield state
        finally:
            state.close()

    def rows(self, resource: str, where: str = "1 ORDER BY id", *values: Any) -> list[dict[str, Any]]:
        """Rows of a table."""
        with self.state() as state:
            return state.rows(resource, where, *values)

    def row(self, resource: str, record: int | str) -> dict[str, Any]:
        """One row."""
        return self.rows(resource, "id = ?", int(record))[0]

    def names(self, record: int | str) -> dict[int, str]:
        """Names of a product by language."""
        return language_map(self.row("products", record)["name"])

    def insert(self, resource: str, *rows: dict[str, Any]) -> list[str]:
        """Make records; their ids."""
        with self.state() as state:
            return [str(i) for i in insert_many(state, resource, rows)]

    def connect(self, key: str = DEFAULT_KEY, *, sizes: dict[str, Any] | None = None, **options: Any) -> Any:
        """A connector that does not wait between tries."""
        settings = {"url": self.server.url, "sizes": BatchSizes(**(sizes or {})), **options.pop("settings", {})}
        connector = PrestaShopConnector(ShopConnection(**settings), key, **{"sleep": no_wait, **options})
        self.opened.append(connector)
        return connector

    def calls(self, resource: str = "") -> dict[str, int]:
        """Calls since the last reset, by method and resource; all of one resource when it is named."""
        found: dict[str, int] = {}
        for template, number in self.server.calls().items():
            method, path = template.split(" ", 1)
            name = path.removeprefix("/api").strip("/").split("/")[0]
            if not resource or name == resource:
                found[f"{method} {name}"] = found.get(f"{method} {name}", 0) + number
        return found

    def close(self) -> None:
        """Close the connectors that tests opened."""
        while self.opened:
            self.opened.pop().close()


def read(connector: Any, scope: Scope, request: ReadRequest | None = None) -> dict[type[Any], list[Any]]:
    """A whole read, by class."""
    found: dict[type[Any], list[Any]] = {}
    chunks: Iterator[Chunk] = connector.read(scope, request or ReadRequest())
    for chunk in chunks:
        for kind, records in chunk.items():
            found.setdefault(kind, []).extend(records)
    return found
