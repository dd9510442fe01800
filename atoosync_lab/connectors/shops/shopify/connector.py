"""The Shopify connector: what flows see of a shop through its GraphQL Admin API (SHOP-04)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from math import ceil
from typing import Any

import httpx

from atoosync_lab.connectors.base import (
    Capability,
    Chunk,
    ConnectionReport,
    OrderStatusWrite,
    PriceWrite,
    ProductWrite,
    ReadRequest,
    Scope,
    StatusWrite,
    StockWrite,
    WriteResult,
)
from atoosync_lab.connectors.picturing import ImageRules, ImagesWrite
from atoosync_lab.connectors.plugins import Services
from atoosync_lab.connectors.shops.shopify import facts, images, lists, operations, setup
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient
from atoosync_lab.connectors.shops.shopify.lookups import Lookups
from atoosync_lab.connectors.shops.shopify.order_reads import OrderReader
from atoosync_lab.connectors.shops.shopify.order_status import OrderMover
from atoosync_lab.connectors.shops.shopify.reads import CatalogueReader
from atoosync_lab.connectors.shops.shopify.stocks import StockWriter
from atoosync_lab.connectors.shops.shopify.writes import Writer
from atoosync_lab.model.errors import InvalidRecordError
from atoosync_lab.model.reference_lists import ReferenceLists
from atoosync_lab.settings.connection import ShopConnection

_CAPABILITIES = frozenset(
    {
        Capability.READ_PRODUCTS,
        Capability.READ_STOCKS,
        Capability.READ_ORDERS,
        Capability.READ_CREDIT_SLIPS,
        Capability.WRITE_PRODUCTS,
        Capability.WRITE_PRICES,
        Capability.WRITE_STOCKS,
        Capability.WRITE_STATUS,
        Capability.WRITE_ORDER_STATUS,
        Capability.WRITE_IMAGES,
        Capability.IMAGE_LIBRARY,
        Capability.VARIANTS,
        Capability.READ_SINCE,
        Capability.CREATE_SETTLES_WITHIN,
    }
)


class ShopifyConnector:
    """A Shopify shop; implements `connectors.base.ShopConnector`.

    Args:
        settings: address and options of the profile's shop side.
        secrets: `shop.access_token`, or `shop.client_id` with `shop.client_secret`.
        services: limiter, traces, kept tokens.
        transport: replaces the network (tests).
        sleep: waits between tries and for points.

    Raises:
        ConnectionFailedError: the address is none.
    """

    system = facts.SYSTEM
    capabilities = _CAPABILITIES

    def __init__(
        self,
        settings: ShopConnection,
        secrets: Mapping[str, str],
        services: Services | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.warnings: list[InvalidRecordError] = []
        warn = self.warnings.append
        self._client = ShopifyClient(
            settings, secrets, services or Services(), warn=warn, transport=transport, sleep=sleep
        )
        self._location = settings.options.get("location", "")
        self._lookups = Lookups(self._client, self._location)
        self._catalogue = CatalogueReader(self._client, self._lookups, settings.sizes, warn)
        self._orders = OrderReader(self._client, self._lookups, settings.sizes, warn)
        self._writer = Writer(self._client, self._lookups, warn)
        self._stocks = StockWriter(self._client, self._lookups, warn)
        self._mover = OrderMover(self._client, notify=settings.options.get("notify") == "1")

    def __repr__(self) -> str:
        return f"ShopifyConnector({self._client.http.host!r})"

    @property
    def calls(self) -> int:
        """Calls so far."""
        return self._client.calls

    @property
    def text_rules(self) -> Mapping[str, Mapping[str, Any]]:
        """What the shop accepts in each text."""
        return facts.TEXT_RULES

    def check(self) -> ConnectionReport:
        """See `setup.check`."""
        return setup.check(self._client, lambda: Lookups(self._client, self._location))

    def reference_lists(self) -> ReferenceLists:
        """See `lists.reference_lists`."""
        return lists.reference_lists(self._client, self._lookups)

    def server_time(self) -> datetime:
        """Shopify's clock; one call when nothing was asked yet."""
        if self._client.server_time() is None:
            self._client.query(operations.SHOP)
        return self._client.server_time() or datetime.now(UTC)

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Chunk]:
        """See `connectors.base.Connector.read`."""
        readers: dict[Scope, Callable[[ReadRequest], Iterator[Chunk]]] = {
            Scope.PRODUCTS: self._catalogue.products,
            Scope.STOCKS: self._catalogue.stocks,
            Scope.IMAGES: partial(images.read, self._client),
            Scope.ORDERS: self._orders.orders,
            Scope.ORDER_PIECES: self._orders.pieces,
            Scope.CREDIT_SLIPS: self._orders.slips,
        }
        return readers[scope](request) if scope in readers else iter(())

    def write_products(self, batch: Sequence[ProductWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        return self._writer.products(batch) if batch else []

    def write_prices(self, batch: Sequence[PriceWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        return self._writer.prices(batch) if batch else []

    def write_stocks(self, batch: Sequence[StockWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        return self._stocks.write(batch) if batch else []

    def write_status(self, batch: Sequence[StatusWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        return self._writer.status(batch) if batch else []

    @property
    def image_rules(self) -> ImageRules:
        """Which images Shopify takes."""
        return facts.IMAGE_RULES

    def write_images(self, batch: Sequence[ImagesWrite]) -> list[WriteResult]:
        """See `connectors.picturing.WritesImages`."""
        return images.ImageWriter(self._client).write(batch) if batch else []

    def write_order_status(self, batch: Sequence[OrderStatusWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        return self._mover.move(batch) if batch else []

    def batch_size(self, kind: str, rows: int, usual: int) -> int:
        """Many prices go as files, quantities as many as one mutation takes; see `connectors.base.ShopConnector`."""
        if kind == "price" and rows >= facts.BULK_PRICES_FROM:
            return facts.BULK_PRICES_A_FILE
        return max(usual, facts.STOCK_LINES) if kind == "stock" else usual

    def calls_for(self, kind: str, rows: int) -> int:
        """Calls that writing `rows` records takes at most, when nothing goes wrong."""
        if not rows:
            return 0
        mutations = ceil(rows / facts.PRICE_ALIASES)
        lookups = ceil(rows / facts.IDS_PAGE)
        # A file: staged, uploaded, begun, looked at, downloaded.
        by_file = 4 + len(facts.BULK_WAITS)
        batches = {
            "price": (by_file if rows >= facts.BULK_PRICES_FROM else mutations) + lookups,
            # The product, its variant, and being shown; the language and the publication once.
            "product_update": 3 * mutations + lookups + 2,
            # The location once; articles not stocked yet one by one in requests of their own.
            "stock": ceil(rows / facts.STOCK_LINES) + mutations + lookups + 1,
            "status": 2 * mutations + 1,
            # Looked at with their products and in the library; staged, uploaded, named, seen ready.
            "images": 2 * ceil(rows / facts.PRODUCTS_BY_ID) + 4 * rows,
            "order_status": ceil(rows / facts.STATUS_READ) + rows,
            # Looked up by SKU and by our number, made, shown; then the stock rows are read and filled.
            "product_create": ceil(rows / facts.SKU_TERMS)
            + ceil(rows / facts.LOOKUP_ALIASES)
            + ceil(rows / facts.CREATE_ALIASES)
            + ceil(rows / facts.PRODUCTS_BY_ID)
            + ceil(rows / facts.STOCK_LINES)
            + 2 * mutations
            + 4,
        }
        return batches[kind]

    def close(self) -> None:
        """Close network connections."""
        self._client.close()
