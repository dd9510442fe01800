"""Records of a database to pivot records: articles, stocks, customers, and documents that carry our token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TypeVar

from atoosync_lab.connectors.base import Chunk, ReadRequest, Scope
from atoosync_lab.connectors.erps.tryton import facts, values, writes_facts
from atoosync_lab.connectors.erps.tryton.client import Domain, TrytonClient
from atoosync_lab.connectors.erps.tryton.customer_records import addresses_of, customer_of
from atoosync_lab.connectors.erps.tryton.images import TrytonImages
from atoosync_lab.connectors.erps.tryton.lookups import SALE_FIELDS, found_document, sale_of
from atoosync_lab.connectors.erps.tryton.product_records import (
    Attribute,
    Category,
    ProductShape,
    own_fields,
    product_of,
)
from atoosync_lab.connectors.erps.tryton.stock_records import Locations, Ordered, stock_of
from atoosync_lab.connectors.erps.tryton.values import Row, text
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.documents import FoundDocument
from atoosync_lab.model.errors import InvalidRecordError
from atoosync_lab.model.keys import whole_number
from atoosync_lab.model.sales import Address, Customer

_T = TypeVar("_T")


class TrytonReader:
    """Reads scopes of a database.

    Args:
        client: the API.
    """

    def __init__(self, client: TrytonClient) -> None:
        self._client = client
        self._images = TrytonImages(client, self._articles)

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Chunk]:
        """Read a scope page by page; see `connectors.base.Connector.read`.

        Filters are left to the planner, which applies them in any case: a database is read whole in some seconds.

        Raises:
            ValueError: a scope that an ERP does not have.
        """
        if scope is Scope.PRODUCTS:
            return self._products(request)
        if scope is Scope.IMAGES:
            return self._images.read(request)
        if scope is Scope.STOCKS:
            return self._stocks(request)
        if scope is Scope.CUSTOMERS:
            return self._customers(request)
        if scope is Scope.DOCUMENTS:
            return self._documents(request)
        raise ValueError(f"Tryton has no scope {scope}")

    # --- Articles ----------------------------------------------------------------------------------------------------

    def _products(self, request: ReadRequest) -> Iterator[Chunk]:
        self._client.company  # noqa: B018 - without one, prices are empty: said before anything is read
        shape = product_shape(self._client)
        languages = further_languages(self._client)
        for rows in self._articles(request, shape.fields):
            translations = self._translations(rows, languages)
            yield {Product: [product_of(row, shape, translations.get(int(row["id"]), {})) for row in rows]}

    def _articles(self, request: ReadRequest, fields: Sequence[str]) -> Iterator[list[Row]]:
        """Pages of articles; those of a changed image too, whose images replace all that were known of them."""
        return self._pages(facts.PRODUCT, _changed(request.since, _PRODUCT_PARTS, self._has), request.ids, fields)

    def _has(self, path: str) -> bool:
        if path in _IMAGE_PARTS:
            return self._client.has_field(facts.PRODUCT, "images")
        return self._client.has_field(facts.PRODUCT, path.partition(".")[0])

    def _translations(self, rows: Sequence[Row], languages: Sequence[str]) -> dict[int, dict[str, str]]:
        """Texts of a page in the database's other languages, by product: `name_en` and so on; a call a language."""
        found: dict[int, dict[str, str]] = {}
        ids = [int(row["id"]) for row in rows]
        for language in languages:
            context = {**facts.INACTIVE_TOO, "language": language}
            for row in self._client.find(facts.PRODUCT, [["id", "in", ids]], facts.TRANSLATED, context=context):
                texts = found.setdefault(int(row["id"]), {})
                texts.update({f"{name}_{language}": text(row, name) for name in facts.TRANSLATED if row.get(name)})
        return found

    # --- Stocks ------------------------------------------------------------------------------------------------------

    def _stocks(self, request: ReadRequest) -> Iterator[Chunk]:
        client = self._client
        client.company  # noqa: B018 - quantities are those of the user's company
        domain: Domain = [["type", "in", list(facts.GOODS)]]
        ids = request.ids
        if request.since is not None:
            touched = self._touched(request.since)
            ids = tuple(i for i in request.ids if i in touched) if request.ids else tuple(sorted(touched, key=int))
            if not ids:
                return
        places = client.find(facts.LOCATION, [], ["type", "parent", "active"], context=facts.INACTIVE_TOO)
        locations = Locations.of(places)
        houses = [
            int(row["id"])
            for row in places
            if locations.kinds[int(row["id"])] == "warehouse" and values.flag(row, "active") is not False
        ]
        ordered = self._ordered(locations)
        fields = ("quantity", "forecast_quantity")
        for rows in self._pages(facts.PRODUCT, domain, ids, ("type",)):
            page = [int(row["id"]) for row in rows]
            found: list[Stock] = []
            for house in houses:
                context = {
                    **facts.INACTIVE_TOO, "locations": [house], "with_childs": True,
                    "stock_date_end": date(*facts.END_OF_TIME),
                }  # fmt: skip
                held = client.find(facts.PRODUCT, [["id", "in", page]], fields, context=context)
                found += [stock_of(row, house, ordered) for row in held]
            found.sort(key=lambda stock: (int(stock.product_id), int(stock.warehouse_id)))
            yield {Stock: found}

    def _touched(self, since: datetime) -> set[str]:
        """Products whose quantities may have changed: by a move, or because they are new."""
        client = self._client
        moved = client.pages(facts.MOVE, _written(since), ["product"], size=facts.MOVE_PAGE)
        found = {str(row["product"]) for page in moved for row in page if isinstance(row.get("product"), int)}
        made = client.find(facts.PRODUCT, _written(since), ["type"], context=facts.INACTIVE_TOO)
        return found | {str(row["id"]) for row in made}

    def _ordered(self, locations: Locations) -> Ordered:
        ordered = Ordered()
        domain = [
            ["state", "in", ["draft", "assigned"]],
            ["OR", ["to_location.type", "=", "customer"], ["from_location.type", "=", "supplier"]],
        ]
        fields = ("product", "internal_quantity", "from_location", "to_location")
        for page in self._client.pages(facts.MOVE, domain, fields, size=facts.MOVE_PAGE):
            for move in page:
                ordered.add(move, locations)
        return ordered

    # --- Customers ---------------------------------------------------------------------------------------------------

    def _customers(self, request: ReadRequest) -> Iterator[Chunk]:
        fields = list(facts.PARTY_FIELDS)
        if self._client.has_field(facts.PARTY, facts.PRICE_LIST_FIELD):
            fields.append(facts.PRICE_LIST_FIELD)
        domain = list(_changed(request.since, _PARTY_PARTS, lambda path: True))
        parts: list[Domain] = [domain]
        if request.ids:
            wanted = tuple(dict.fromkeys(request.ids))
            parts = [[*domain, ["code", "in", list(part)]] for part in _parts(wanted)]
        nameless = 0
        for part in parts:
            for rows in self._client.pages(facts.PARTY, part, fields, context=facts.INACTIVE_TOO):
                named = [row for row in rows if text(row, "code")]
                nameless += len(rows) - len(named)
                addresses = [address for row in named for address in addresses_of(row)]
                yield {Customer: [customer_of(row) for row in named], Address: addresses}
        if nameless:
            self._client.warn(InvalidRecordError("tryton.parties_without_code", count=nameless))

    # --- Documents ---------------------------------------------------------------------------------------------------

    def _documents(self, request: ReadRequest) -> Iterator[Chunk]:
        """Complete documents; an article or an address of theirs that changes does not count as a change."""
        domain = [["reference", "like", "%]"], *_changed(request.since, _SALE_PARTS, lambda path: True)]
        for rows in self._pages(writes_facts.SALE, domain, request.ids, SALE_FIELDS):
            sales = [sale for row in rows if (sale := sale_of(row)).token]
            yield {FoundDocument: [found_document(sale) for sale in sales if sale.complete()]}

    # --- Pages -------------------------------------------------------------------------------------------------------

    def _pages(self, model: str, domain: Domain, ids: Sequence[str], fields: Sequence[str]) -> Iterator[list[Row]]:
        """Pages of records, inactive ones too; of some only where ids are named."""
        if not ids:
            yield from self._client.pages(model, domain, fields, context=facts.INACTIVE_TOO)
            return
        wanted = sorted({number for item in ids if (number := whole_number(item)) is not None})
        for part in _parts(wanted):
            chosen = [*domain, ["id", "in", list(part)]]
            yield from self._client.pages(model, chosen, fields, context=facts.INACTIVE_TOO)


_IMAGE_PARTS = ("images.", "template.images.")
_PRODUCT_PARTS = (
    "", "template.", "identifiers.", "template.account_category.",
    "template.categories.", *_IMAGE_PARTS,
)  # fmt: skip
"""What an article is made of, as paths to the dates of change. A price is written through its article or template, and
a category says the tax of all its articles. [LIVE]"""
_SALE_PARTS = ("", "invoices.", "shipments.", "shipment_returns.")
_PARTY_PARTS = ("", "addresses.", "contact_mechanisms.", "identifiers.")


def _written(since: datetime, path: str = "") -> list[object]:
    moment = since.astimezone(UTC)
    return ["OR", [f"{path}write_date", ">=", moment], [f"{path}create_date", ">=", moment]]


def _changed(since: datetime | None, parts: Sequence[str], known: Callable[[str], bool]) -> Domain:
    """Records of which any part was written at or after a moment; all without one."""
    if since is None:
        return []
    return [["OR", *(_written(since, path) for path in parts if not path or known(path))]]


def _parts(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for first in range(0, len(items), facts.IDS_A_CALL):
        yield items[first : first + facts.IDS_A_CALL]


def further_languages(client: TrytonClient) -> tuple[str, ...]:
    """Languages into which the database is translated, beyond the user's own."""
    rows = client.find("ir.lang", [["translatable", "=", True]], ["code"])
    codes = sorted(text(row, "code") for row in rows)
    return tuple(code for code in codes if code and code != client.language)


def product_shape(client: TrytonClient) -> ProductShape:
    """What articles are made of in this database: fields of its modules, categories with their taxes, attributes."""
    known = client.fields(facts.PRODUCT)
    return ProductShape(
        own=own_fields(known),
        categories=categories(client),
        attributes=attributes(client) if "attributes" in known else {},
        weighed="weight" in known,
    )


def categories(client: TrytonClient) -> Mapping[int, Category]:
    """All categories of articles by id; `taxes` of those that have a tax of a sale."""
    taxed = client.has_field(facts.CATEGORY, "customer_taxes_used")
    fields = ["rec_name", "code", *(["customer_taxes_used"] if taxed else [])]
    found: dict[int, Category] = {}
    for row in client.find(facts.CATEGORY, [], fields):
        taxes = row.get("customer_taxes_used")
        ids = tuple(tax for tax in taxes if isinstance(tax, int)) if isinstance(taxes, list) else ()
        web = text(row, "code").upper() == facts.WEB_CATEGORY
        found[int(row["id"])] = Category(int(row["id"]), text(row, "rec_name"), ids, web)
    return found


def attributes(client: TrytonClient) -> Mapping[str, Attribute]:
    """Attributes by name, with the texts of those that are chosen from a list."""
    rows = client.find("product.attribute", [], ["name", "string", "type_", "selection_json"])
    return {
        text(row, "name"): Attribute(text(row, "name"), text(row, "string"), _choices(text(row, "selection_json")))
        for row in rows
    }


def _choices(listed: str) -> Mapping[str, str]:
    try:
        pairs = json.loads(listed or "[]")
        return {str(key): str(label) for key, label in pairs if key is not None}
    except (ValueError, TypeError):
        return {}
