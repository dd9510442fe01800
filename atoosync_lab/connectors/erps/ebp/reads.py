"""Tables of a folder to pivot records: articles, stocks, customers, and documents that carry our token."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from atoosync_lab.connectors.base import Chunk, ReadRequest, Scope
from atoosync_lab.connectors.erps.ebp import facts, filters, values
from atoosync_lab.connectors.erps.ebp.client import EbpClient
from atoosync_lab.connectors.erps.ebp.images import ImageReader
from atoosync_lab.connectors.erps.ebp.paging import Query
from atoosync_lab.connectors.erps.ebp.schema import FolderSchema
from atoosync_lab.connectors.erps.ebp.values import Row, number, text
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.documents import FoundDocument
from atoosync_lab.model.errors import InvalidRecordError, RefusedError
from atoosync_lab.model.filters import Comparison, Filter, Operator
from atoosync_lab.model.keys import product_key
from atoosync_lab.model.money import ZERO
from atoosync_lab.model.sales import Customer

Warn = Callable[[InvalidRecordError], None]


class EbpReader:
    """Reads scopes of a folder.

    Args:
        client: the API.
        schema: custom fields.
        warn: takes what could not be read as asked.
    """

    def __init__(self, client: EbpClient, schema: FolderSchema, warn: Warn) -> None:
        self._client = client
        self._schema = schema
        self._warn = warn

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Chunk]:
        """Read a scope page by page; see `connectors.base.Connector.read`.

        Raises:
            ValueError: a scope that an ERP does not have.
        """
        if scope is Scope.PRODUCTS:
            return self._products(request)
        if scope is Scope.STOCKS:
            return self._stocks(request)
        if scope is Scope.IMAGES:
            return ImageReader(self._client, self._pages, self._warn).read(request)
        if scope is Scope.CUSTOMERS:
            return self._customers(request)
        if scope is Scope.DOCUMENTS:
            return self._documents(request)
        raise ValueError(f"EBP has no scope {scope}")

    def _products(self, request: ReadRequest) -> Iterator[Chunk]:
        wanted = request.fields or (
            *facts.ITEM_TEXTS, *facts.ITEM_NUMBERS, *(field.name for field in self._schema.of(facts.ITEM)),
        )  # fmt: skip
        columns = tuple(dict.fromkeys((*facts.ITEM_TYPED, *wanted, *filters.columns_of(request.filter))))
        query = Query(table=facts.ITEM, columns=columns, since=request.since, where=filters.sendable(request.filter))
        numbers = {
            "SalePriceVatExcluded", "Weight", *facts.ITEM_NUMBERS,
            *(field.name for field in self._schema.of(facts.ITEM) if field.is_number),
        }  # fmt: skip
        query = self._shortened(query)
        for rows in self._pages(query, request.ids, "Id"):
            found = [self._product(row, numbers) for row in rows]
            yield {Product: [p for p in found if _since(p.modified_at, request.since)]}

    def _shortened(self, query: Query) -> Query:
        """The query with an address of bearable length: the last columns give way, and are named."""
        columns = list(query.columns)
        dropped: list[str] = []
        # 600 bytes are left for the filter that continues after the last key.
        while self._client.url_bytes(replace(query, columns=tuple(columns))) > facts.MAX_URL_BYTES - 600:
            if columns[-1] in facts.ITEM_TYPED:
                break
            dropped.append(columns.pop())
        if dropped:
            self._warn(InvalidRecordError("ebp.too_many_columns", columns=", ".join(reversed(dropped))))
        return replace(query, columns=tuple(columns))

    def _product(self, row: Row, numbers: set[str]) -> Product:
        reference = text(row, "Id")
        state = row.get("ActiveState")
        fields = {
            column: values.number_text(value) if column in numbers else values.field_text(value)
            for column, value in row.items()
            if value is not None
        }
        return Product(
            remote_id=reference,
            reference=reference,
            key=product_key(reference),
            label=text(row, "Caption"),
            parent_id=text(row, "ParentRangeItemId") or None,
            texts={},
            price_excl_tax=number(row, "SalePriceVatExcluded"),
            tax_id=text(row, "VatId") or None,
            active=None if state is None else str(state) == facts.ACTIVE,
            web_published=values.flag(row, "AllowPublishOnWeb"),
            stock_tracked=values.flag(row, "ManageStock"),
            barcode=text(row, "BarCode"),
            supplier=text(row, "SupplierId"),
            weight=number(row, "Weight"),
            created_at=self._moment(row, facts.CREATED),
            modified_at=self._moment(row, facts.MODIFIED),
            fields=fields,
        )

    def _stocks(self, request: ReadRequest) -> Iterator[Chunk]:
        def of_item(column: str) -> str | None:
            return "ItemId" if column == "Id" else None

        query = Query(
            table=facts.STOCK,
            columns=facts.STOCK_COLUMNS,
            order_by="ItemId",
            key=("ItemId", "StorehouseId"),
            since=request.since,
            where=filters.sendable(request.filter, of_item),
        )
        for rows in self._pages(query, request.ids, "ItemId"):
            found = [self._stock(row) for row in rows]
            yield {Stock: [s for s in found if _since(s.modified_at, request.since)]}

    def _stock(self, row: Row) -> Stock:
        item, warehouse = text(row, "ItemId"), text(row, "StorehouseId")
        return Stock(
            remote_id=f"{item}|{warehouse}",
            product_id=item,
            warehouse_id=warehouse,
            quantity=number(row, "RealStock") or ZERO,
            customers_ordered=number(row, "OrderedQuantity"),
            suppliers_ordered=number(row, "SuppliersOrderedQuantity"),
            projected=number(row, "VirtualStock"),
            modified_at=self._moment(row, facts.MODIFIED),
        )

    def _customers(self, request: ReadRequest) -> Iterator[Chunk]:
        query = Query(
            table=facts.CUSTOMER,
            columns=tuple(dict.fromkeys((*facts.CUSTOMER_COLUMNS, *filters.columns_of(request.filter)))),
            since=request.since,
            where=filters.sendable(request.filter),
        )
        for rows in self._pages(query, request.ids, "Id"):
            found = [self._customer(row) for row in rows]
            yield {Customer: [c for c in found if _since(c.modified_at, request.since)]}

    def _customer(self, row: Row) -> Customer:
        return Customer(
            remote_id=text(row, "Id"),
            name=text(row, "Name"),
            email=text(row, "MainInvoicingContact_Email"),
            last_name=text(row, "MainInvoicingContact_Name"),
            first_name=text(row, "MainInvoicingContact_FirstName"),
            company=text(row, "MainInvoicingAddress_ThirdName"),
            siret=values.siret(text(row, "Siren"), text(row, "Nic")),
            vat_number=text(row, "IntracommunityVATNumber"),
            title=text(row, "Civility"),
            active=text(row, "ActiveState") in ("", facts.ACTIVE),
            group_id=text(row, "PriceListCategoryId"),
            modified_at=self._moment(row, facts.MODIFIED),
        )

    def _documents(self, request: ReadRequest) -> Iterator[Chunk]:
        columns: tuple[str, ...] = facts.DOCUMENT_COLUMNS
        where: Filter = Comparison("Reference", Operator.LIKE, ("%]",))
        if self._schema.has_key_field(facts.DOCUMENT):
            columns = (*columns, facts.KEY_FIELD)
            where = filters.either(Comparison(facts.KEY_FIELD, Operator.IS_NOT_NULL), where)
        query = Query(table=facts.DOCUMENT, columns=columns, since=request.since, where=where)
        for rows in self._pages(query, request.ids, "Id"):
            found = [found_document(row, self._client) for row in rows if token_of(row)]
            yield {FoundDocument: [d for d in found if _since(d.modified_at, request.since)]}

    def _pages(self, query: Query, ids: Sequence[str], id_column: str) -> Iterator[list[Row]]:
        """Pages of a query, of some records only where `ids` are named."""
        if not ids:
            yield from self._filtered(query)
            return
        for part in split_values(self._client, query, id_column, tuple(dict.fromkeys(ids))):
            yield from self._filtered(part)

    def _filtered(self, query: Query) -> Iterator[list[Row]]:
        """Pages of a query; a filter that EBP refuses is left to the planner, which applies it in any case."""
        pages = self._client.rows(query)
        try:
            first = next(pages, None)
        except RefusedError as error:
            if query.where is None or error.facts.status != 400:
                raise
            self._warn(InvalidRecordError("ebp.filter_not_applied", facts=error.facts, table=query.table))
            pages = self._client.rows(replace(query, where=None))
            first = next(pages, None)
        if first is not None:
            yield first
            yield from pages

    def _moment(self, row: Row, column: str) -> datetime | None:
        return values.moment(row, column, self._client.zone)


def split_values(client: EbpClient, query: Query, column: str, wanted: Sequence[str]) -> Iterator[Query]:
    """Queries that together ask for `column IN wanted`: at most 100 values each, addresses below 4 000 bytes."""
    start = 0
    while start < len(wanted):
        size = min(facts.LOOKUP_BATCH, len(wanted) - start)
        while True:
            chosen = filters.any_of(column, wanted[start : start + size])
            part = replace(query, where=filters.both(query.where, chosen))
            if size == 1 or client.url_bytes(part) < facts.MAX_URL_BYTES - 400:
                break
            size = max(1, size * 4 // 5)
        yield part
        start += size


def token_of(row: Row) -> str:
    """Our token on a document or settlement: from its own field, else from the end of its reference; empty if none."""
    own = text(row, facts.KEY_FIELD).strip()
    if own:
        return own
    found = facts.TOKEN_IN_REFERENCE.search(text(row, "Reference").rstrip())
    return found[1] if found else ""


def found_document(row: Row, client: EbpClient) -> FoundDocument:
    """A document row with its totals."""
    return FoundDocument(
        token=token_of(row),
        number=text(row, "DocumentNumber"),
        remote_id=text(row, "Id"),
        kind=facts.DOCUMENT_KINDS.get(text(row, "DocumentType")),
        excl_tax=number(row, "AmountVatExcludedWithDiscountAndShipping"),
        incl_tax=number(row, "AmountVatIncluded"),
        modified_at=values.moment(row, facts.MODIFIED, client.zone),
    )


def _since(modified: datetime | None, since: datetime | None) -> bool:
    """Cut off what was read again only because the mark was reached behind (A08)."""
    return since is None or modified is None or modified >= since


__all__ = ["EbpReader", "found_document", "split_values", "token_of"]
