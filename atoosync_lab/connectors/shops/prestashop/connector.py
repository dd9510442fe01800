"""The PrestaShop connector: what flows see of a shop from 1.7.7 to 9, through its built-in Webservice (SHOP-01)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
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
from atoosync_lab.connectors.shops.prestashop import facts, setup
from atoosync_lab.connectors.shops.prestashop.client import PrestaShopClient
from atoosync_lab.connectors.shops.prestashop.creation import Creator
from atoosync_lab.connectors.shops.prestashop.dates import ShopClock
from atoosync_lab.connectors.shops.prestashop.image_writes import ImageWriter
from atoosync_lab.connectors.shops.prestashop.lookups import Lookups
from atoosync_lab.connectors.shops.prestashop.order_status import OrderMover
from atoosync_lab.connectors.shops.prestashop.reads import Reader
from atoosync_lab.connectors.shops.prestashop.writes import Writer
from atoosync_lab.model.errors import InvalidRecordError
from atoosync_lab.model.ports import Limiter, TraceSink
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
        Capability.VARIANTS,
        Capability.VARIANT_PRICE_IMPACT,
        Capability.CREATE_SETTLES_WITHIN,
    }
)


class PrestaShopConnector:
    """A PrestaShop; implements `connectors.base.ShopConnector`.

    Args:
        settings: address and options of the profile's shop side.
        key: webservice key, 32 characters.
        limiter: shared limit, if the host has one.
        trace: where exchanges are noted.
        transport: replaces the network (tests).
        sleep: waits between tries.

    Raises:
        ConnectionFailedError: the address is none.
    """

    system = facts.SYSTEM
    capabilities = _CAPABILITIES

    def __init__(
        self,
        settings: ShopConnection,
        key: str,
        *,
        limiter: Limiter | None = None,
        trace: TraceSink | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self.warnings: list[InvalidRecordError] = []
        self._client = PrestaShopClient(settings, key, limiter=limiter, trace=trace, transport=transport, sleep=sleep)
        self._lookups = Lookups(self._client)
        self._reader = Reader(
            self._client, self._lookups, ShopClock(settings.timezone), settings.sizes, self.warnings.append
        )
        self._writer = Writer(self._client, Creator(self._client, self._lookups))
        self._images = ImageWriter(self._client, self._writer)
        self._mover = OrderMover(self._client)

    def __repr__(self) -> str:
        return f"PrestaShopConnector({self._client.http.host!r})"

    @property
    def calls(self) -> int:
        """Calls so far."""
        return self._client.http.calls

    @property
    def text_rules(self) -> Mapping[str, Mapping[str, Any]]:
        """What this version accepts in each text."""
        return facts.text_rules(self._client.version)

    def check(self) -> ConnectionReport:
        """See `setup.check`."""
        return setup.check(self._client)

    def reference_lists(self) -> ReferenceLists:
        """See `setup.reference_lists`."""
        return setup.reference_lists(self._client, self._lookups)

    def server_time(self) -> datetime:
        """The shop's clock; one call when nothing was asked yet."""
        if self._client.http.server_time() is None:
            # Not `root`, a single try for the connection test: one lost answer must not end a run.
            self._client.learn_version()
        return self._client.http.server_time() or datetime.now(UTC)

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Chunk]:
        """See `connectors.base.Connector.read`."""
        self._client.learn_version()
        return self._reader.read(scope, request)

    def write_products(self, batch: Sequence[ProductWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        self._client.learn_version()
        return self._writer.products(batch) if batch else []

    def write_prices(self, batch: Sequence[PriceWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        self._client.learn_version()
        return self._writer.prices(batch) if batch else []

    def write_stocks(self, batch: Sequence[StockWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        self._client.learn_version()
        return self._writer.stocks(batch) if batch else []

    def write_status(self, batch: Sequence[StatusWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        self._client.learn_version()
        return self._writer.status(batch) if batch else []

    @property
    def image_rules(self) -> ImageRules:
        """What this version accepts as an image."""
        return facts.image_rules(self._client.version)

    def write_images(self, batch: Sequence[ImagesWrite]) -> list[WriteResult]:
        """See `connectors.picturing.WritesImages`."""
        self._client.learn_version()
        return self._images.write(batch) if batch else []

    def write_order_status(self, batch: Sequence[OrderStatusWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        return self._mover.move(batch) if batch else []

    def batch_size(self, kind: str, rows: int, usual: int) -> int:
        """See `connectors.base.ShopConnector`."""
        return usual

    def calls_for(self, kind: str, rows: int) -> int:
        """Calls that writing `rows` records takes."""
        sizes = self._settings.sizes
        # Before 8 a batch is read before it is sent back whole.
        factor = 1 if self._client.patches("stock_availables" if kind == "stock" else "products") else 2
        batches = {
            "product_update": ceil(rows / sizes.products) * factor,
            "price": ceil(rows / sizes.prices) * factor,
            "stock": ceil(rows / sizes.stocks) * factor,
            "status": ceil(rows / sizes.prices) * factor,
            # A look at each batch of products, and one image each, the usual case.
            "images": rows + ceil(rows / sizes.products),
            # A look at the orders of a batch, and one at what the statuses mean; then one call an order.
            "order_status": rows + ceil(rows / sizes.stocks) + min(rows, 1),
            # Two look-ups a batch and one call a creation; then the stock rows of the batch are read and written.
            "product_create": rows + (3 + factor) * ceil(rows / sizes.products),
        }
        return batches[kind]

    def close(self) -> None:
        """Close network connections."""
        self._client.close()
