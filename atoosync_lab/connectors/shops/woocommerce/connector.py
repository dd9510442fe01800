"""The WooCommerce connector: what each part does together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any

import httpx

from atoosync_lab.connectors.base import (
    Capability,
    Check,
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
from atoosync_lab.connectors.shops.woocommerce import facts, lists, setup
from atoosync_lab.connectors.shops.woocommerce.batches import Batcher
from atoosync_lab.connectors.shops.woocommerce.catalogue_reads import CatalogueReader
from atoosync_lab.connectors.shops.woocommerce.client import WooClient
from atoosync_lab.connectors.shops.woocommerce.creation import Creator
from atoosync_lab.connectors.shops.woocommerce.images import ImageWriter
from atoosync_lab.connectors.shops.woocommerce.lookups import Lookups
from atoosync_lab.connectors.shops.woocommerce.media import MediaLibrary
from atoosync_lab.connectors.shops.woocommerce.order_reads import OrderReader
from atoosync_lab.connectors.shops.woocommerce.order_status import OrderMover
from atoosync_lab.connectors.shops.woocommerce.paging import Pager
from atoosync_lab.connectors.shops.woocommerce.reads import Reader
from atoosync_lab.connectors.shops.woocommerce.values import Values
from atoosync_lab.connectors.shops.woocommerce.writes import Writer
from atoosync_lab.model.errors import AtooSyncError, ConnectionFailedError, Facts, InvalidRecordError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.ports import Limiter, TraceSink
from atoosync_lab.model.reference_lists import ReferenceLists
from atoosync_lab.settings.connection import ShopConnection

_CAPABILITIES = frozenset(
    {
        Capability.READ_PRODUCTS,
        Capability.READ_STOCKS,
        Capability.READ_ORDERS,
        Capability.READ_CREDIT_SLIPS,
        Capability.READ_SINCE,
        Capability.WRITE_PRODUCTS,
        Capability.WRITE_PRICES,
        Capability.WRITE_STOCKS,
        Capability.WRITE_STATUS,
        Capability.WRITE_ORDER_STATUS,
        Capability.WRITE_IMAGES,
        Capability.IMAGE_LIBRARY,
        Capability.VARIANTS,
        Capability.CREATE_SETTLES_WITHIN,
    }
)
_LEFT_OUT = {"barcode": "woocommerce.left_out_barcode", "brand": "woocommerce.left_out_brand"}
_IMAGES_A_WRITE = 10
"""Products whose images go in one write, as a run asks for them."""
_MEDIA_CHECK = "woocommerce.check.media"
_KEYS_A_LOOK_UP = 50
"""References that the address of one look-up surely holds."""


class WooCommerceConnector:
    """A WooCommerce; implements `connectors.base.ShopConnector`.

    Args:
        settings: address and options of the profile's shop side.
        key, secret: a key pair with the permission to read and write.
        media: a user of WordPress and an application password of theirs; without it no images are written.
        limiter: shared limit, if the host has one.
        trace: where exchanges are noted.
        transport: replaces the network (tests).
        verify: TLS verification, as httpx takes it (tests).
        sleep: waits between tries.

    Raises:
        ConnectionFailedError: the address is none.
    """

    system = facts.SYSTEM
    capabilities = _CAPABILITIES
    """All it can do; an instance writes images only with an application password."""

    def __init__(
        self,
        settings: ShopConnection,
        key: str,
        secret: str,
        *,
        media: tuple[str, str] = ("", ""),
        limiter: Limiter | None = None,
        trace: TraceSink | None = None,
        transport: httpx.BaseTransport | None = None,
        verify: Any = True,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self.warnings: list[InvalidRecordError] = []
        self._client = WooClient(
            settings, key, secret, limiter=limiter, trace=trace, transport=transport, verify=verify, sleep=sleep
        )
        self._lookups = Lookups(self._client)
        self._catalogue = CatalogueReader(self._client, settings, self._warn)
        self._reader = Reader(
            self._catalogue,
            OrderReader(self._client, self._lookups, settings, self._warn),
            Pager(self._client, settings.sizes.page_size, settings.sizes.concurrency),
        )
        self._values = Values(self._client, self._lookups)
        self._batcher = Batcher(self._client, settings.sizes.concurrency)
        self._writer = Writer(
            self._batcher, Creator(self._client, self._lookups, self._batcher, self._values), self._values
        )
        self._mover = OrderMover(self._client, self._lookups, self._batcher)
        self._media: MediaLibrary | None = None
        if all(media):
            self._media = MediaLibrary(
                self._client, *media, limiter=limiter, trace=trace, debug=settings.debug, transport=transport,
                verify=verify,
            )  # fmt: skip
        else:
            self.capabilities = _CAPABILITIES - {Capability.WRITE_IMAGES, Capability.IMAGE_LIBRARY}
        self._told_lacking: set[str] = set()

    def __repr__(self) -> str:
        return f"WooCommerceConnector({self._client.http.host!r})"

    def _warn(self, error: InvalidRecordError) -> None:
        self.warnings.append(error)

    @property
    def calls(self) -> int:
        """Calls so far."""
        return self._client.http.calls + (self._media.http.calls if self._media else 0)

    @property
    def text_rules(self) -> Mapping[str, Mapping[str, Any]]:
        """What this version accepts in each text."""
        return facts.text_rules(self._client.version)

    def check(self) -> ConnectionReport:
        """See `setup.check`; with an application password also whether images can be sent."""
        report = setup.check(self._client)
        if self._media is None or not report.ok:
            return report
        try:
            self._media.probe()
            images = Check(name=_MEDIA_CHECK, ok=True, message=Message("woocommerce.media_ok"))
        except AtooSyncError as error:
            images = Check(name=_MEDIA_CHECK, ok=False, message=error.message)
        return ConnectionReport((*report.checks, images), report.version)

    def reference_lists(self) -> ReferenceLists:
        """See `lists.reference_lists`."""
        return lists.reference_lists(self._client, Lookups(self._client))

    def server_time(self) -> datetime:
        """The shop's clock; one call when nothing was asked yet."""
        if self._client.http.server_time() is None:
            self._client.learn()
        return self._client.http.server_time() or datetime.now(UTC)

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Chunk]:
        """See `connectors.base.Connector.read`."""
        self._client.learn()
        return self._reader.read(scope, request)

    def write_products(self, batch: Sequence[ProductWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        if not batch:
            return []
        self._before_write()
        results = self._writer.products(batch)
        for name in sorted(self._values.lacking - self._told_lacking):
            self._told_lacking.add(name)
            self._warn(InvalidRecordError(_LEFT_OUT[name], version=self._client.version.text))
        return results

    def write_prices(self, batch: Sequence[PriceWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        self._before_write()
        return self._writer.prices(batch) if batch else []

    def write_stocks(self, batch: Sequence[StockWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        self._before_write()
        return self._writer.stocks(batch) if batch else []

    def write_status(self, batch: Sequence[StatusWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        self._before_write()
        return self._writer.status(batch) if batch else []

    @property
    def image_rules(self) -> ImageRules:
        """What WordPress takes as an image."""
        return facts.IMAGE_RULES

    def write_images(self, batch: Sequence[ImagesWrite]) -> list[WriteResult]:
        """See `connectors.picturing.WritesImages`."""
        if not batch:
            return []
        if self._media is None:
            raise ConnectionFailedError("woocommerce.media_password", facts=Facts(system=facts.SYSTEM))
        self._client.learn()
        return ImageWriter(self._client, self._batcher, self._media).write(batch)

    def write_order_status(self, batch: Sequence[OrderStatusWrite]) -> list[WriteResult]:
        """See `connectors.base.ShopConnector`."""
        return self._mover.move(batch) if batch else []

    def _before_write(self) -> None:
        self._client.learn()
        self._catalogue.forget_stocks()

    def batch_size(self, kind: str, rows: int, usual: int) -> int:
        """As many as a batch may ever hold: how many go into each follows from the time they take."""
        if kind == "images":
            return usual
        return max(usual, facts.BATCH_MAX)

    def calls_for(self, kind: str, rows: int) -> int:
        """Calls that writing `rows` records takes, at the sizes that batches have now.

        Variations go by product: how many there are is known from the last whole read.
        """
        if kind == "order_status":
            # A look at the orders, one at the statuses, and batches.
            return ceil(rows / facts.PAGE_MAX) + min(rows, 1) + self._batches(kind, rows)
        if kind == "images":
            # A look at the products, one at the library and a batch, for each write of some; and one image each.
            return rows + 3 * ceil(rows / _IMAGES_A_WRITE)
        if kind == "product_create":
            looks = 2 * ceil(rows / _KEYS_A_LOOK_UP)
            stocks = ceil(rows / facts.PAGE_MAX) + self._batches("stock", rows)
            return looks + self._batches("create", rows) + stocks + self._lists(rows)
        variants = round(rows * self._catalogue.variant_share)
        a_product = max(self._catalogue.variants_per_product, 1.0)
        calls = self._batches(kind, rows - variants) + ceil(variants / a_product)
        return calls + (self._lists(rows) if kind == "product_update" else 0)

    def _batches(self, kind: str, rows: int) -> int:
        return ceil(rows / self._batcher.size_of(kind).size)

    @staticmethod
    def _lists(rows: int) -> int:
        """What a sheet points into: version, tax classes, categories, brands."""
        return 4 if rows else 0

    def close(self) -> None:
        """Close network connections."""
        self._client.close()
        if self._media is not None:
            self._media.close()
