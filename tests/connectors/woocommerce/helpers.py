"""What the tests on a running shop share: a seeded shop, connectors on it, a look past the connector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.shops.woocommerce.connector import WooCommerceConnector
from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.woocommerce.install import WRITE_KEY, WRITE_SECRET
from atoosync_lab.sandbox.woocommerce.seed import (
    add_customers,
    add_orders,
    add_products,
    add_tax,
    add_terms,
    add_variations,
)
from atoosync_lab.sandbox.woocommerce.state import ShopState
from atoosync_lab.settings.connection import BatchSizes, ShopConnection
from tests.connectors.woocommerce.fakes import no_wait
from tests.connectors.woocommerce.orders import BILLING

PRODUCTS = 60
VARIATIONS = 3
CREATED = "2026-01-01T09:00:00"
fresh = count(1)
"""Numbers for records that no other test makes."""


def product(reference: str, **more: Any) -> dict[str, Any]:
    """A product as the merchant would have made it."""
    usual = {
        "sku": reference, "name": f"Article {reference}", "regular_price": "12.345678", "weight": "0.25",
        "description": f"<p>À propos de {reference}</p>", "short_description": "Court", "stock_quantity": 5,
        "created": CREATED, "modified": CREATED,
    }  # fmt: skip
    return {**usual, **more}


def seed(state: ShopState) -> None:
    """Rates, a catalogue with a variable product, buyers and orders."""
    with state.writing():
        add_tax(state, "20", "TVA 20")
        add_tax(state, "5.5", "TVA 5,5", tax_class="reduced-rate")
        add_terms(state, "product_cat", [{"name": "Thés & cie"}])
        ids = add_products(state, [product(f"P{n:03d}") for n in range(1, PRODUCTS + 1)])
        (parent,) = add_products(state, [product("TS", type="variable", regular_price="", stock_quantity=None)])
        add_variations(
            state,
            parent,
            [
                {"sku": f"TS-{n}", "regular_price": f"{n}.50", "stock_quantity": n, "options": {"Taille": f"T{n}"}}
                for n in range(1, VARIATIONS + 1)
            ],
        )
        buyers = add_customers(
            state, [{"email": f"essai{n}@example.test", "first_name": "Camille", "billing": BILLING} for n in range(5)]
        )
        add_orders(
            state,
            [
                {"customer_id": buyers[n % 5], "billing": BILLING, "shipping_total": "5.00", "payment_method": "stripe",
                 "created": "2026-02-03T04:05:06", "lines": [{"product_id": ids[n], "quantity": 2}]}
                for n in range(12)
            ],
        )  # fmt: skip


@dataclass
class Shop:
    """A running shop, its data seen and changed past the API."""

    server: RunningSandbox
    opened: list[WooCommerceConnector] = field(default_factory=list)

    @contextmanager
    def state(self) -> Iterator[ShopState]:
        """The data, as the merchant's own database client would see it."""
        state = ShopState.open(self.server.state)
        try:
            yield state
        finally:
            state.db.close()

    def rows(self, table: str, where: str = "1", values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a table."""
        with self.state() as state:
            return state.rows(table, where, values)

    def products(self, *items: dict[str, Any]) -> list[str]:
        """Make products; their ids."""
        with self.state() as state, state.writing():
            return [str(i) for i in add_products(state, items)]

    def variable(self, reference: str, number: int) -> tuple[str, list[str]]:
        """Make a variable product with variations `<reference>-1` and so on; its id and theirs."""
        with self.state() as state, state.writing():
            (parent,) = add_products(
                state, [product(reference, type="variable", regular_price="", stock_quantity=None)]
            )
            items = [
                {"sku": f"{reference}-{n}", "regular_price": "9", "stock_quantity": 1, "options": {"Taille": f"T{n}"}}
                for n in range(1, number + 1)
            ]
            return str(parent), [str(i) for i in add_variations(state, parent, items)]

    def orders(self, number: int, **more: Any) -> list[str]:
        """Make orders of one piece; their ids."""
        with self.state() as state, state.writing():
            (first,) = state.rows("products", "sku = 'P001'")
            item = {
                "lines": [{"product_id": first["id"], "quantity": 1}],
                "billing": BILLING,
                "created": CREATED,
                **more,
            }
            return [str(i) for i in add_orders(state, [item] * number)]

    def switch(self, **values: Any) -> None:
        """Set switches of the sandbox."""
        self.server.admin("POST", "/_admin/switches", values)

    def connect(
        self, key: str = WRITE_KEY, secret: str = WRITE_SECRET, *, sizes: dict[str, Any] | None = None, **options: Any
    ) -> Any:
        """A connector that does not wait between tries."""
        settings = {
            "system": "woocommerce", "url": self.server.url, "sizes": BatchSizes(**(sizes or {})),
            **options.pop("settings", {}),
        }  # fmt: skip
        connector = WooCommerceConnector(ShopConnection(**settings), key, secret, **{"sleep": no_wait, **options})
        self.opened.append(connector)
        return connector

    def calls(self) -> dict[str, int]:
        """Calls since the last reset, by method and path template."""
        return self.server.calls()

    def close(self) -> None:
        """Close the connectors that tests opened."""
        while self.opened:
            self.opened.pop().close()


def read(connector: Any, scope: Scope, request: ReadRequest | None = None) -> dict[type[Any], list[Any]]:
    """A whole read, by class."""
    found: dict[type[Any], list[Any]] = {}
    for chunk in connector.read(scope, request or ReadRequest()):
        for kind, records in chunk.items():
            found.setdefault(kind, []).extend(records)
    return found
