"""What the tests of the Shopify connector share: a seeded shop, connectors on it, a look past the connector."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from atoosync_lab.connectors.base import Chunk, ReadRequest, Scope
from atoosync_lab.connectors.plugins import Services
from atoosync_lab.connectors.shops.shopify.connector import ShopifyConnector
from atoosync_lab.model.ports import Limiter
from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.shopify.install import DEFAULT_TOKEN
from atoosync_lab.sandbox.shopify.seed import (
    SeedCustomer,
    SeedLine,
    SeedOrder,
    SeedProduct,
    SeedShipping,
    SeedVariant,
    ShopState,
    insert_customers,
    insert_orders,
    insert_products,
)
from atoosync_lab.sandbox.shopify.tables import ITEM_SHIFT
from atoosync_lab.settings.connection import BatchSizes, ShopConnection

PRODUCTS = 120
LONG_AGO = "2026-01-05T08:00:00Z"
ADDRESS = {
    "firstName": "Camille", "lastName": "Essai", "company": "Essais SARL", "address1": "1 rue d’Essai", "zip": "29200",
    "city": "Brest", "countryCode": "FR", "phone": "+33100000000",
}  # fmt: skip
fresh = count(1)
"""Numbers for records that no other test makes."""


def no_wait(seconds: float) -> None:
    """Waits between tries are not what these tests are about."""


def seed(state: ShopState) -> None:
    """A catalogue that was last changed long ago, one product with variants, and a buyer."""
    with state.writing():
        insert_products(state, [simple(f"P{n:03d}") for n in range(PRODUCTS)])
        insert_products(state, [shirt("TS")])
        insert_customers(state, [SeedCustomer("camille@example.test", "Camille", "Essai")])
        for table in ("products", "variants"):
            state.db.execute(f"UPDATE {table} SET updated_at = ?", (LONG_AGO,))


def simple(reference: str, **more: Any) -> SeedProduct:
    """A product with its default variant, at the first location."""
    usual = {"price": "12.50", "weight": "0.25", "barcode": "3760000000017", "stock": (5,)}
    variant = SeedVariant(reference, **{**usual, **more})
    html = f"<p>À propos de {reference}</p>"
    return SeedProduct(f"Article {reference}", [variant], vendor="Marque", description_html=html)


def shirt(reference: str) -> SeedProduct:
    """A product with three sizes."""
    sizes = [SeedVariant(f"{reference}-{s}", "19.90", options=(s,), stock=(n,)) for n, s in enumerate("SML")]
    return SeedProduct(f"Chemise {reference}", sizes, options=("Taille",))


@dataclass
class Shop:
    """A running shop, its data seen and changed past the API."""

    server: RunningSandbox
    opened: list[ShopifyConnector] = field(default_factory=list)

    @contextmanager
    def state(self) -> Iterator[ShopState]:
        """The data, as they are kept."""
        state = ShopState.open(self.server.state)
        try:
            yield state
        finally:
            state.close()

    def rows(self, table: str, where: str = "1", *values: Any) -> list[dict[str, Any]]:
        """Rows of a table."""
        with self.state() as state:
            return [dict(row) for row in state.rows(table, where, *values)]

    def change(self, table: str, identifier: str | int, **values: Any) -> None:
        """Change a row without moving its date."""
        with self.state() as state, state.writing():
            state.update(table, int(identifier), values)

    def products(self, *made: SeedProduct) -> list[tuple[str, str]]:
        """Make products; their ids and those of their first variants."""
        with self.state() as state:
            return [(str(m.product), str(m.variants[0])) for m in insert_products(state, made)]

    def orders(self, *made: SeedOrder) -> list[str]:
        """Make orders; their ids."""
        with self.state() as state:
            return [str(number) for number in insert_orders(state, made)]

    def settings(self, **values: Any) -> None:
        """Change settings and switches of the shop."""
        self.server.admin("POST", "/_admin/settings", values)

    def scopes(self, *scopes: str) -> None:
        """Give the usual token these scopes alone."""
        self.server.admin("POST", "/_admin/tokens", {"token": DEFAULT_TOKEN, "scopes": list(scopes)})

    def points(self) -> Any:
        """Points spent since they were counted anew."""
        return self.server.admin("GET", "/_admin/points")

    def connect(
        self,
        token: str = DEFAULT_TOKEN,
        *,
        secrets: dict[str, str] | None = None,
        limiter: Limiter | None = None,
        services: Services | None = None,
        url: str = "",
        sizes: dict[str, Any] | None = None,
        options: dict[str, str] | None = None,
        **more: Any,
    ) -> ShopifyConnector:
        """A connector that does not wait between tries."""
        settings = ShopConnection(
            system="shopify", url=url or self.server.url, sizes=BatchSizes(**(sizes or {})), options=options or {}
        )
        given = secrets or {"shop.access_token": token}
        connector = ShopifyConnector(
            settings, given, services or Services(limiter=limiter), **{"sleep": no_wait, **more}
        )
        self.opened.append(connector)
        return connector

    def close(self) -> None:
        """Close the connectors that tests opened."""
        while self.opened:
            self.opened.pop().close()


def order(**more: Any) -> SeedOrder:
    """An order of two lines, shipped to France, paid by card."""
    usual: dict[str, Any] = {
        "lines": [SeedLine("Thé", 2, "12.00", sku="THE"), SeedLine("Tasse", 1, "24.00", sku="TASSE")],
        "shipping": [SeedShipping(price="6.90")],
        "customer": None,
        "email": "guest@example.test",
        "billing": ADDRESS,
        "delivery": ADDRESS,
    }
    return SeedOrder(**{**usual, **more})


def item(variant: str) -> str:
    """Inventory item of a variant."""
    return str(int(variant) + ITEM_SHIFT)


def read(connector: Any, scope: Scope, request: ReadRequest | None = None) -> dict[type[Any], list[Any]]:
    """A whole read, by class."""
    found: dict[type[Any], list[Any]] = {}
    chunks: Iterator[Chunk] = connector.read(scope, request or ReadRequest())
    for chunk in chunks:
        for kind, records in chunk.items():
            found.setdefault(kind, []).extend(records)
    return found


def failures(connector: Any) -> list[str]:
    """Message ids of the failed lines of a connection test; each has a sentence in both languages."""
    failed = [c.message for c in connector.check().checks if not c.ok]
    assert all(m.text(language) != m.code for m in failed for language in ("fr", "en"))
    return [m.code for m in failed]
