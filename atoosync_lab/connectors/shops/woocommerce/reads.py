"""Which reader gives which scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from atoosync_lab.connectors.base import Chunk, ReadRequest, Scope
from atoosync_lab.connectors.shops.woocommerce.catalogue_reads import CatalogueReader
from atoosync_lab.connectors.shops.woocommerce.images import read as read_images
from atoosync_lab.connectors.shops.woocommerce.order_reads import OrderReader
from atoosync_lab.connectors.shops.woocommerce.paging import Pager
from atoosync_lab.model.errors import ConnectionFailedError, RefusedError


class Reader:
    """Reads the scopes of one shop."""

    def __init__(self, catalogue: CatalogueReader, orders: OrderReader, images: Pager) -> None:
        self._readers: dict[Scope, Callable[[ReadRequest], Iterator[Chunk]]] = {
            Scope.PRODUCTS: catalogue.products,
            Scope.STOCKS: catalogue.stocks,
            Scope.IMAGES: partial(read_images, images),
            Scope.ORDERS: orders.orders,
            Scope.ORDER_PIECES: orders.pieces,
            Scope.CREDIT_SLIPS: orders.slips,
        }

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Chunk]:
        """Whole records of a scope; scopes a shop does not have give nothing.

        Raises:
            ConnectionFailedError: the shop refuses key, address or query.
            RetryError: after the last try.
        """
        try:
            if scope in self._readers:
                yield from self._readers[scope](request)
        except RefusedError as error:
            # A query of ours that the shop does not take: nothing of this scope can be read.
            raise ConnectionFailedError(error.code, facts=error.facts, **error.message.params) from error
