"""The catalogue and its stocks: by pages, or as one file from a size on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from atoosync_lab.connectors.base import Chunk, ReadRequest
from atoosync_lab.connectors.shops.shopify import bulk, facts, operations, paging
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient, Warn
from atoosync_lab.connectors.shops.shopify.gids import gid, number
from atoosync_lab.connectors.shops.shopify.lookups import Lookups
from atoosync_lab.connectors.shops.shopify.product_records import ProductRecords, stock
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.errors import Facts, InvalidRecordError
from atoosync_lab.model.keys import whole_number
from atoosync_lab.settings.connection import BatchSizes

Node = Mapping[str, Any]
USABLE = (KeyError, ValueError, TypeError, ArithmeticError, IndexError)
"""What a record that lacks something raises while it is made."""


class CatalogueReader:
    """Reads products and stocks of one shop."""

    def __init__(self, client: ShopifyClient, lookups: Lookups, sizes: BatchSizes, warn: Warn) -> None:
        self._client, self._lookups, self._sizes, self._warn = client, lookups, sizes, warn

    def products(self, request: ReadRequest) -> Iterator[Chunk]:
        """Products and variants.

        Raises:
            ConnectionFailedError, RetryError: they cannot be read.
        """
        records = ProductRecords(self._lookups.language, self._lookups.prices_incl_tax)
        if not request.ids and request.since is None and self._many():
            try:
                result = bulk.run_query(self._client, operations.BULK_PRODUCTS)
            except bulk.BusyError:
                pass
            else:
                yield from self._from_file(result, records)
                return
        for nodes in self._product_pages(request):
            found: list[Product] = []
            for node in nodes:
                variants = partial(paging.rest, self._client, operations.MORE_VARIANTS, "product", "variants", node)
                found += self._made("products", node, lambda n, v: records.made(n, v()), variants)
            yield {Product: found}

    def _many(self) -> bool:
        counted = self._client.query(operations.PRODUCT_COUNT).data["productVariantsCount"]
        return counted is not None and int(counted["count"]) >= facts.BULK_PRODUCTS_FROM

    def _from_file(self, result: bulk.ResultFile, records: ProductRecords) -> Iterator[Chunk]:
        variants = result.children()
        found: list[Product] = []
        for node in result.parents():
            found += self._made("products", node, records.made, variants.of(node["id"]))
            if len(found) >= facts.MAX_ARRAY:
                yield {Product: found}
                found = []
        if found:
            yield {Product: found}

    def _product_pages(self, request: ReadRequest) -> Iterator[list[Node]]:
        inline = {"inline": facts.VARIANTS_INLINE}
        if request.ids:
            ids = full_ids("Product", request.ids)
            return paging.by_ids(self._client, operations.PRODUCTS_BY_ID, ids, facts.PRODUCTS_BY_ID, inline)
        search = "" if request.since is None else f"updated_at:>='{moment(request.since - _SKEW)}'"
        size = min(self._sizes.page_size, facts.PRODUCT_PAGE)
        return paging.pages(self._client, operations.PRODUCTS, "products", size, query=search, variables=inline)

    def stocks(self, request: ReadRequest) -> Iterator[Chunk]:
        """Stocks at the chosen location. All of them, also for `since`: no date tells that a quantity moved.

        Raises:
            ConnectionFailedError, RetryError: they cannot be read.
        """
        location = self._lookups.location
        given = {"location": location}
        if request.ids:
            inline = {**given, "inline": facts.VARIANTS_INLINE}
            ids = full_ids("Product", request.ids)
            for nodes in paging.by_ids(self._client, operations.STOCKS_OF, ids, facts.PRODUCTS_BY_ID, inline):
                found: list[Stock] = []
                for node in nodes:
                    variants = paging.rest(self._client, operations.MORE_STOCKS, "product", "variants", node, given)
                    for variant in variants:
                        found += self._stock({**variant, "product": node}, location)
                yield {Stock: found}
            return
        for nodes in paging.pages(
            self._client, operations.STOCKS, "productVariants", facts.STOCK_PAGE, variables=given
        ):
            yield {Stock: [row for variant in nodes for row in self._stock(variant, location)]}

    def _stock(self, variant: Node, location: str) -> list[Stock]:
        def make(node: Node, place: str) -> list[Stock]:
            owner = node["product"]
            return [stock(owner["id"], node, place, simple=bool(owner["hasOnlyDefaultVariant"]))]

        return self._made("stocks", variant, make, location)

    def _made(self, resource: str, node: Node, make: Callable[[Node, Any], list[Any]], more: Any) -> list[Any]:
        """Records of a node; one that cannot be used is noted and does not take its page with it."""
        try:
            return make(node, more)
        except USABLE as error:
            self._warn(unreadable(resource, node, error))
            return []


_SKEW = timedelta(seconds=facts.SKEW)


def moment(at: datetime) -> str:
    """A moment as searches take it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def unreadable(resource: str, node: Node, error: Exception) -> InvalidRecordError:
    """What is told of a record that cannot be used."""
    identifier = number(str(node.get("id") or "?"))
    noted = Facts(system=facts.SYSTEM, operation=resource, record=identifier, detail=str(error)[:200])
    return InvalidRecordError("shopify.unreadable_record", resource=resource, id=identifier, facts=noted)


def full_ids(kind: str, ids: Sequence[str]) -> list[str]:
    """Full ids in the order of their numbers; what is no number cannot exist."""
    return [gid(kind, str(n)) for n in sorted({n for n in map(whole_number, ids) if n is not None})]
