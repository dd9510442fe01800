"""Webservice records to pivot records: each once, in pages, details of many orders a call."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from atoosync_lab.connectors.base import Chunk, ReadRequest, Scope
from atoosync_lab.connectors.shops.prestashop import facts, wire
from atoosync_lab.connectors.shops.prestashop import image_records as images
from atoosync_lab.connectors.shops.prestashop.client import PrestaShopClient, Query, split
from atoosync_lab.connectors.shops.prestashop.dates import ShopClock
from atoosync_lab.connectors.shops.prestashop.lookups import Lookups
from atoosync_lab.connectors.shops.prestashop.order_records import OrderRecords, amount
from atoosync_lab.model.catalogue import ArticleImage, Product, Stock
from atoosync_lab.model.errors import ConnectionFailedError, Facts, InvalidRecordError, RefusedError
from atoosync_lab.model.keys import product_key, whole_number
from atoosync_lab.model.money import parse_decimal
from atoosync_lab.model.sales import (
    Address,
    CreditSlip,
    CreditSlipLine,
    Customer,
    Order,
    OrderDiscount,
    OrderLine,
    OrderPieces,
    Payment,
)
from atoosync_lab.settings.connection import BatchSizes

Warn = Callable[[InvalidRecordError], None]
Make = Callable[[wire.Record], Any]


@dataclasses.dataclass
class _Seen:
    """What earlier pages of a read brought."""

    addresses: set[str] = dataclasses.field(default_factory=set)
    customers: set[str] = dataclasses.field(default_factory=set)
    references: set[str] = dataclasses.field(default_factory=set)
    rules: set[str] = dataclasses.field(default_factory=set)
    countries: dict[str, str] = dataclasses.field(default_factory=dict)
    """Address id -> ISO code of its country."""
    bound_products: dict[str, str] = dataclasses.field(default_factory=dict)
    """Cart rule id -> the only product that it takes its amount off."""
    lost: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    """(field of an order, value) whose details could not be read: orders with it are not whole."""
    page_lost: int = 0
    """Details that could not be read and do not say whose they are: no order of their page is known to be whole."""

    def lose(self, kind: type[Any], record: wire.Record) -> None:
        """Note a detail that could not be read."""
        own, fields = _OWNERS[kind]
        value = record.get(own)
        if value:
            self.lost.update((field, value) for field in fields)
        else:
            self.page_lost += 1

    def has_lost(self, order: wire.Record) -> bool:
        """A detail of this order could not be read."""
        return any((field, order.get(field)) in self.lost for _, fields in _OWNERS.values() for field in fields)


_OWNERS: Mapping[type[Any], tuple[str, tuple[str, ...]]] = {
    OrderLine: ("id_order", ("id",)),
    OrderDiscount: ("id_order", ("id",)),
    Payment: ("order_reference", ("reference",)),
    Address: ("id", ("id_address_invoice", "id_address_delivery")),
    Customer: ("id", ("id_customer",)),
}
"""Which field of a detail names its order, and by which fields the order knows it."""


class Reader:
    """Reads the scopes of one shop."""

    def __init__(
        self, client: PrestaShopClient, lookups: Lookups, clock: ShopClock, sizes: BatchSizes, warn: Warn
    ) -> None:
        self._client, self._lookups, self._clock, self._sizes, self._warn = client, lookups, clock, sizes, warn
        self._records = OrderRecords(lookups, clock)

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Chunk]:
        """Whole records of a scope; scopes a shop does not have give nothing.

        Raises:
            ConnectionFailedError: the shop refuses key, address or query.
            RetryError: after the last try.
        """
        readers: dict[Scope, Callable[[ReadRequest], Iterator[Chunk]]] = {
            Scope.PRODUCTS: self._products,
            Scope.STOCKS: self._stocks,
            Scope.IMAGES: self._images,
            Scope.ORDERS: self._orders,
            Scope.ORDER_PIECES: self._pieces,
            Scope.CREDIT_SLIPS: self._slips,
        }
        try:
            if scope in readers:
                yield from readers[scope](request)
        except RefusedError as error:
            # A query of ours that the shop does not take: nothing of this scope can be read.
            raise ConnectionFailedError(error.code, facts=error.facts, **error.message.params) from error

    # --- Catalogue -----------------------------------------------------------------------------------------------

    def _products(self, request: ReadRequest) -> Iterator[Chunk]:
        fields = facts.product_fields(self._client.version)
        query: Query = []
        if request.since and not request.ids:
            query = self._dates("date_upd", self._clock.between(request.since, None))
        for document in self._listed("products", fields, query, request.ids, "id", self._sizes.page_size):
            yield {Product: self._made(document, "products", self._product)}
        light = min(self._sizes.page_size * facts.LIGHT_PAGE_FACTOR, facts.LIGHT_PAGE_MAX)
        for document in self._listed("combinations", facts.COMBINATION_FIELDS, [], request.ids, "id_product", light):
            yield {Product: self._made(document, "combinations", self._variant)}

    def _product(self, record: wire.Record) -> Product:
        texts = {
            f"{field}@{language}": text
            for field in facts.language_fields(self._client.version)
            for language, text in record.languages.get(field, {}).items()
        }
        reference = record.get("reference")
        brand = record.get("id_manufacturer")
        return Product(
            remote_id=record["id"],
            reference=reference,
            key=product_key(reference),
            texts=texts,
            price_excl_tax=parse_decimal(record.get("price")),
            tax_id=record.get("id_tax_rules_group") or None,
            active=record.get("active") == "1",
            barcode=record.get("ean13"),
            brand=self._lookups.brands.get(brand, "") if brand not in ("", "0") else "",
            supplier=record.get("id_supplier"),
            weight=parse_decimal(record.get("weight")),
            category_id=record.get("id_category_default") or None,
            created_at=self._clock.instant(record.get("date_add")),
            modified_at=self._clock.instant(record.get("date_upd")),
            fields={},
        )

    @staticmethod
    def _variant(record: wire.Record) -> Product:
        reference = record.get("reference")
        return Product(
            remote_id=record["id"],
            kind="variant",
            parent_id=record.get("id_product"),
            reference=reference,
            key=product_key(reference),
            texts={},
            price_excl_tax=parse_decimal(record.get("price")),
            barcode=record.get("ean13"),
            weight=parse_decimal(record.get("weight")),
            fields={},
        )

    def _stocks(self, request: ReadRequest) -> Iterator[Chunk]:
        light = min(self._sizes.page_size * facts.LIGHT_PAGE_FACTOR, facts.LIGHT_PAGE_MAX)
        found = self._listed("stock_availables", facts.STOCK_FIELDS, [], request.ids, "id_product", light)
        for document in found:
            yield {Stock: self._made(document, "stock_availables", _stock)}

    # --- Orders --------------------------------------------------------------------------------------------------

    def _orders(self, request: ReadRequest) -> Iterator[Chunk]:
        context = self._context(request.shops)
        fields = facts.order_fields(self._client.version)
        seen = _Seen()
        size = min(self._sizes.page_size, self._sizes.detail_page)
        for document in self._listed("orders", fields, self._chosen(request), request.ids, "id", size):
            yield self._order_page(document, seen, context)

    def _chosen(self, request: ReadRequest) -> Query:
        """Which orders: shop, statuses, dates."""
        query: Query = list(self._context(request.shops))
        if request.statuses:
            query.append(("filter[current_state]", f"[{'|'.join(request.statuses)}]"))
        if request.shops:
            query.append(("filter[id_shop]", f"[{'|'.join(request.shops)}]"))
        if request.since:
            query += self._dates("date_upd", self._clock.between(request.since, None))
        elif request.created_from or request.created_to:
            query += self._dates("date_add", self._clock.between(request.created_from, request.created_to))
        return query

    def _pieces(self, request: ReadRequest) -> Iterator[Chunk]:
        """Ids of the orders in large pages, then the lines of those not known."""
        context = self._context(request.shops)
        light = min(self._sizes.page_size * facts.LIGHT_PAGE_FACTOR, facts.LIGHT_PAGE_MAX)
        for document in self._listed("orders", "id", self._chosen(request), request.ids, "id", light):
            wanted = [r["id"] for r in document.records if r["id"] not in request.known]
            for part in split(wanted, self._sizes.detail_page * 2, facts.FILTER_BYTES):
                query = [*context, ("display", f"[{facts.PIECES_FIELDS}]"), ("filter[id_order]", f"[{'|'.join(part)}]")]
                yield {
                    OrderPieces: self._made(
                        self._client.get("order_details", query), "order_details", self._records.pieces
                    )
                }

    @staticmethod
    def _context(shops: Sequence[str]) -> Query:
        """The shop whose records are listed: by default only that of the address, so other shops would give nothing."""
        if not shops:
            return []
        return [("id_shop", shops[0] if len(shops) == 1 else "all")]

    def _order_page(self, document: wire.Document, seen: _Seen, context: Query) -> Chunk:
        """One page of orders with all that belongs to them; what an earlier page brought is not read again."""
        raw = document.records
        calls: list[tuple[type[Any], str, Query]] = []

        def plan(kind: type[Any], resource: str, display: str, field: str, values: Sequence[str]) -> None:
            for part in split(values, self._sizes.detail_page * 2, facts.FILTER_BYTES):
                query = [*context, ("display", f"[{display}]"), (f"filter[{field}]", f"[{'|'.join(part)}]")]
                calls.append((kind, resource, query))

        addresses = _new(seen.addresses, raw, ("id_address_invoice", "id_address_delivery"))
        plan(OrderLine, "order_details", facts.LINE_FIELDS, "id_order", [r["id"] for r in raw])
        plan(Address, "addresses", facts.ADDRESS_FIELDS, "id", addresses)
        plan(Customer, "customers", facts.CUSTOMER_FIELDS, "id", _new(seen.customers, raw, ("id_customer",)))
        references = _new(seen.references, raw, ("reference",))
        plan(Payment, "order_payments", facts.PAYMENT_FIELDS, "order_reference", references)
        if self._client.version.cart_rules:
            discounted = [r["id"] for r in raw if (parse_decimal(r.get("total_discounts_tax_incl")) or 0) != 0]
            plan(OrderDiscount, "order_cart_rules", facts.DISCOUNT_FIELDS, "id_order", discounted)
        with ThreadPoolExecutor(self._sizes.concurrency) as pool:
            answers = list(pool.map(lambda call: self._client.get(call[1], call[2]), calls))
        vouchers = [r for call, found in zip(calls, answers, strict=True) if call[0] is OrderDiscount
                    for r in found.records]  # fmt: skip
        self._read_bound_products(vouchers, seen, context)
        makers: dict[type[Any], Make] = {
            OrderLine: self._records.line,
            Address: self._records.address,
            Customer: self._records.customer,
            Payment: self._records.payment,
            OrderDiscount: lambda record: self._records.discount(record, seen.bound_products),
        }
        chunk: dict[type[Any], list[Any]] = {kind: [] for kind in makers}
        lost_before = seen.page_lost
        for (kind, resource, _), answer in zip(calls, answers, strict=True):
            chunk[kind].extend(self._made(answer, resource, makers[kind], partial(seen.lose, kind)))
        page_lost = seen.page_lost > lost_before
        seen.countries.update((a.remote_id, a.country) for a in chunk[Address])
        whole = wire.Document(broken=document.broken)
        for record in raw:
            if page_lost or seen.has_lost(record):
                # An order that lacks a line, a voucher or a payment would be a wrong document: it waits.
                self._note("orders", record["id"], "details")
            else:
                whole.records.append(record)
        chunk[Order] = self._made(whole, "orders", lambda record: self._records.order(record, seen.countries))
        chunk[OrderDiscount] = [d for d in chunk[OrderDiscount] if d is not None]
        # In the order of their ids, as the shop shows them.
        chunk[OrderLine].sort(key=lambda line: _numeric(line.remote_id))
        return chunk

    def _read_bound_products(self, vouchers: Sequence[wire.Record], seen: _Seen, context: Query) -> None:
        """Which cart rules take their amount off one product: the order's own row does not say it (ORD-09)."""
        for part in split(_new(seen.rules, vouchers, ("id_cart_rule",)), self._sizes.detail_page, facts.FILTER_BYTES):
            query = [*context, ("display", f"[{facts.CART_RULE_FIELDS}]"), ("filter[id]", f"[{'|'.join(part)}]")]
            for rule in self._client.get("cart_rules", query).records:
                # 0: the whole basket; -1, -2: cheapest or chosen products, which the order does not name.
                if whole_number(rule.get("reduction_product")):
                    seen.bound_products[rule.get("id")] = rule.get("reduction_product")

    def _slips(self, request: ReadRequest) -> Iterator[Chunk]:
        query = self._dates("date_add", self._clock.between(request.created_from, request.created_to))
        if request.since:
            query = self._dates("date_upd", self._clock.between(request.since, None))
        query += self._context(request.shops)
        for document in self._listed("order_slip", facts.SLIP_FIELDS, query, request.ids, "id", self._sizes.page_size):
            pairs = self._made(
                document, "order_slip", lambda record: (self._records.slip(record), self._records.slip_lines(record))
            )
            yield {CreditSlip: [s for s, _ in pairs], CreditSlipLine: [line for _, lines in pairs for line in lines]}

    # --- Common --------------------------------------------------------------------------------------------------

    @staticmethod
    def _dates(field: str, value: str | None) -> Query:
        """`date=1` allows filters on `date_add` and `date_upd` (code 32 without it)."""
        return [(f"filter[{field}]", value), ("date", "1")] if value else []

    def _images(self, request: ReadRequest) -> Iterator[Chunk]:
        """Which images each product has; their files are not read."""
        light = min(self._sizes.page_size * facts.LIGHT_PAGE_FACTOR, facts.LIGHT_PAGE_MAX)
        for document in self._listed("products", facts.IMAGE_FIELDS, [], request.ids, "id", light):
            found = self._made(document, "products", lambda record: list(images.records(record)))
            yield {ArticleImage: [image for product in found for image in product]}

    def _listed(
        self, resource: str, display: str, query: Query, ids: Sequence[str], field: str, size: int
    ) -> Iterator[wire.Document]:
        """All records, or those whose `field` is among `ids`."""
        if not ids:
            yield from self._client.pages(resource, display, query, size)
            return
        for part in split(sorted(ids, key=_numeric), min(size, self._sizes.detail_page * 2), facts.FILTER_BYTES):
            chosen = [
                *(pair for pair in query if pair[0] == "id_shop"),
                ("display", f"[{display}]"),
                (f"filter[{field}]", f"[{'|'.join(part)}]"),
                ("sort", "[id_ASC]"),
            ]
            yield wire.identified(self._client.get(resource, chosen))

    def _made(
        self,
        document: wire.Document,
        resource: str,
        make: Make,
        lost: Callable[[wire.Record], None] = lambda record: None,
    ) -> list[Any]:
        """Pivot records of an answer; one that cannot be read is noted, given to `lost`, and does not take its page
        with it.
        """
        made = []
        for remote_id, cause in document.broken:
            self._note(resource, remote_id, cause)
            unreadable = wire.Record()
            unreadable.values["id"] = remote_id
            lost(unreadable)
        for record in document.records:
            try:
                made.append(make(record))
            except (KeyError, ValueError, ArithmeticError) as error:
                self._note(resource, record.get("id"), str(error))
                lost(record)
        return made

    def _note(self, resource: str, remote_id: str, cause: str) -> None:
        noted = Facts(system=facts.SYSTEM, operation=f"GET {resource}", record=remote_id, detail=cause[:200])
        self._warn(InvalidRecordError("prestashop.unreadable_record", resource=resource, id=remote_id, facts=noted))


def _stock(record: wire.Record) -> Stock:
    variant = record.get("id_product_attribute")
    return Stock(
        remote_id=record["id"],
        product_id=record.get("id_product"),
        variant_id=variant if variant not in ("", "0") else None,
        warehouse_id=record.get("id_shop"),
        warehouse_group=record.get("id_shop_group"),
        quantity=amount(record, "quantity"),
        depends=record.get("depends_on_stock"),
        out_of_stock=record.get("out_of_stock"),
    )


def _new(seen: set[str], records: Sequence[wire.Record], fields: Sequence[str]) -> list[str]:
    """Ids that records point at and that were not read yet, in order."""
    found: dict[str, None] = {}
    for record in records:
        for field in fields:
            value = record.get(field)
            if value not in ("", "0") and value not in seen:
                found[value] = None
    seen.update(found)
    return list(found)


def _numeric(text: str) -> tuple[int, str]:
    number = whole_number(text)
    return (number, "") if number is not None else (1 << 62, text)
