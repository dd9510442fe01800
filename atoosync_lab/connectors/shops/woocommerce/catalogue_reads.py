"""Products, variations and quantities, read in one pass: the API keeps quantities in products."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from atoosync_lab.connectors.base import Chunk, ReadRequest
from atoosync_lab.connectors.shops.woocommerce import catalogue_records, facts, wire
from atoosync_lab.connectors.shops.woocommerce.catalogue_records import CatalogueRecords
from atoosync_lab.connectors.shops.woocommerce.client import WooClient
from atoosync_lab.connectors.shops.woocommerce.paging import Pager
from atoosync_lab.connectors.shops.woocommerce.unreadable import Maker, Warn
from atoosync_lab.connectors.shops.woocommerce.windows import Window, numeric
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.errors import RefusedError
from atoosync_lab.settings.connection import ShopConnection

Pairs = Sequence[tuple[str, str]]
Groups = list[tuple[Json, list[Json]]]
"""Products with their variations."""


class CatalogueReader:
    """Reads products and stocks of one shop.

    Args:
        client: the API.
        settings: the profile's shop side.
        warn: told of records that cannot be read.
    """

    def __init__(self, client: WooClient, settings: ShopConnection, warn: Warn) -> None:
        self._client, self._settings, self._maker = client, settings, Maker(warn)
        self._sizes = settings.sizes
        self._pager = Pager(client, settings.sizes.page_size, settings.sizes.concurrency)
        self._stocks_read: list[list[Stock]] = []
        self._stocks_at: float | None = None
        self.variants_per_product = 0.0
        """Of the last whole read: variations that a product with variations has on average."""
        self.variant_share = 0.0
        """Of the last whole read: share of variations among what is sold."""

    def forget_stocks(self) -> None:
        """Something was written: quantities are read anew."""
        self._stocks_read, self._stocks_at = [], None

    def _records(self) -> CatalogueRecords:
        return CatalogueRecords(prices_incl_tax=self._settings.prices_incl_tax, language=self._client.language)

    def products(self, request: ReadRequest) -> Iterator[Chunk]:
        """Products and their variations; quantities come with them and are kept for the read of stocks that follows."""
        self.forget_stocks()
        records, started = self._records(), time.monotonic()
        kept: list[list[Stock]] = []
        sold = variants = parents = 0
        whole = not request.ids and request.since is None
        for products, variations in self._catalogue(request, facts.product_fields(self._client.version)):
            chunk = self._maker.made(products, "products", records.product)
            stocks: list[Stock] = []
            if whole:
                stocks = self._maker.made(filter(catalogue_records.has_stock, products), "", catalogue_records.stock)
                sold += len(stocks)
            for parent, rows in variations:
                number = wire.identifier(parent)
                made = self._maker.made(rows, "variations", _variation_maker(records, number, wire.text(parent, "sku")))
                chunk += made
                parents, variants = parents + 1, variants + len(made)
                if whole:
                    stocks += self._maker.made(rows, "", _stock_maker(number))
            kept.append(stocks)
            if chunk:
                yield {Product: chunk}
        if whole:
            self._stocks_read, self._stocks_at = kept, started
            self.variants_per_product = variants / parents if parents else 0.0
            self.variant_share = variants / (sold + variants) if variants else 0.0

    def stocks(self, request: ReadRequest) -> Iterator[Chunk]:
        """Quantities: those that came with the products just read, else read anew."""
        kept, at = self._stocks_read, self._stocks_at
        self.forget_stocks()
        if not request.ids and at is not None and time.monotonic() - at < facts.STOCK_REUSE:
            yield from ({Stock: rows} for rows in kept if rows)
            return
        # A sale changes a quantity without changing the date: all rows are read, whatever was asked.
        everything = ReadRequest(ids=request.ids)
        for products, variations in self._catalogue(everything, facts.STOCK_FIELDS, facts.STOCK_FIELDS):
            rows = self._maker.made(filter(catalogue_records.has_stock, products), "products", catalogue_records.stock)
            for parent, own in variations:
                number = wire.identifier(parent)
                rows += self._maker.made(own, "variations", _stock_maker(number))
            if rows:
                yield {Stock: rows}

    def _catalogue(self, request: ReadRequest, fields: str, own: str = "") -> Iterator[tuple[list[Json], Groups]]:
        """Pages of products, each with the variations of those that have some.

        From 10.3 all variations are listed at once, after the products.
        """
        version = self._client.version
        own = own or facts.variation_fields(version)
        window = Window(request, version, self._settings.timezone)
        across = version.variation_list and not request.ids
        parents: dict[str, Json] = {}
        since = window.changed
        if request.ids:
            pages = self._pager.chosen("products", fields, sorted(request.ids, key=numeric))
        else:
            pages = self._pager.pages("products", fields, since)
        with ThreadPoolExecutor(self._sizes.concurrency, "variations") as pool:
            for page in pages:
                variable = [p for p in page if catalogue_records.is_variable(p)]
                parents.update((wire.identifier(p), p) for p in variable)
                if across:
                    yield page, []
                    continue
                found = pool.map(lambda parent: self._variations(parent, own, since), variable)
                yield page, list(zip(variable, found, strict=True))
            if since and not across:
                # A variation changes without its product: those of all other products are asked too (types of plug-ins
                # are missed here: a list takes the core's types only).
                for page in self._pager.pages("products", "id,type,sku", [("type", facts.VARIABLE)]):
                    left = [p for p in page if wire.identifier(p) not in parents]
                    found = pool.map(lambda parent: self._variations(parent, own, since), left)
                    yield [], [(parent, rows) for parent, rows in zip(left, found, strict=True) if rows]
        if across:
            for rows in self._pager.pages("variations", f"{own},parent_id", since):
                groups: dict[str, list[Json]] = {}
                for row in rows:
                    groups.setdefault(wire.identifier(row, "parent_id"), []).append(row)
                yield [], [(parents.get(i, {"id": i}), group) for i, group in groups.items() if i]

    def _variations(self, parent: Json, fields: str, since: Sequence[tuple[str, str]]) -> list[Json]:
        resource = f"products/{wire.identifier(parent)}/variations"
        try:
            return [row for page in self._pager.pages(resource, fields, since, ahead=0) for row in page]
        except RefusedError as error:
            if error.facts.status != 404:
                raise
            # The product was deleted while its page was worked on.
            return []


def _variation_maker(records: CatalogueRecords, parent: str, parent_sku: str) -> Callable[[Json], Product]:
    return lambda row: records.variation(row, parent, parent_sku)


def _stock_maker(parent: str) -> Callable[[Json], Stock]:
    return lambda row: catalogue_records.stock(row, parent)
