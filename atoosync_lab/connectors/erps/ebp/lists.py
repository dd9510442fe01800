"""Reference lists of a folder: what the mapping pages choose from (SVC-06)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from atoosync_lab.connectors.erps.ebp import facts, values
from atoosync_lab.connectors.erps.ebp.client import EbpClient
from atoosync_lab.connectors.erps.ebp.paging import Query
from atoosync_lab.connectors.erps.ebp.schema import FolderSchema
from atoosync_lab.connectors.erps.ebp.values import Row, text
from atoosync_lab.model.errors import ConnectionFailedError, InvalidRecordError, RefusedError
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A table that gives a list."""

    table: str
    label: str = "Caption"
    second_label: str = ""
    extra: tuple[str, ...] = ()
    rate: str = ""
    code: str = ""
    inactive: str = ""
    """Column that is 0 or false for usable rows."""


_SOURCES: dict[ListName, _Source] = {
    ListName.VAT_CODES: _Source(
        table="Vat", label="Description", rate="Rate", inactive="Inactive", extra=("TerritorialityId",)
    ),
    ListName.WAREHOUSES: _Source(table="Storehouse", inactive="Asleep", extra=("Main",)),
    ListName.FAMILIES: _Source(table="ItemFamily"),
    ListName.CUSTOMER_FAMILIES: _Source(table="CustomerFamily", extra=("PriceListCategoryId", "TerritorialityId")),
    ListName.PRICE_CATEGORIES: _Source(table="PriceListCategory", label="Description"),
    ListName.REPRESENTATIVES: _Source(table="Colleague", label="Name", second_label="FirstName"),
    ListName.NUMBER_SERIES: _Source(table="DocumentSerial", extra=("DocumentSerialType", "IsDefault")),
    ListName.PAYMENT_TERMS: _Source(table="SettlementMode"),
    ListName.PAYMENT_MEANS: _Source(table="PaymentType"),
    ListName.SHIPPING_MODES: _Source(table="Shipping", extra=("VatId",)),
    ListName.TERRITORIALITIES: _Source(table="Territoriality"),
    ListName.CURRENCIES: _Source(table="CurrencyTable", code="Id", extra=("DecimalCount", "Symbol")),
}
_LABELLED = (*facts.ITEM_TEXTS, *facts.ITEM_NUMBERS)


def folder_items(folders: list[Row]) -> tuple[ListItem, ...]:
    """Folders as a list; `extra["sales"]` marks sales-management ones (A37), any may be chosen."""
    return tuple(
        ListItem(
            id=text(row, "id"),
            label=text(row, "name"),
            code=text(row, "shortName"),
            extra={"sales": "1" if text(row, "shortName") in facts.SALES_PRODUCTS else "0"},
        )
        for row in folders
    )


def reference_lists(
    client: EbpClient, schema: FolderSchema, warn: Callable[[InvalidRecordError], None]
) -> ReferenceLists:
    """Read all lists; one that the API keeps closed is left empty and named (A35).

    Raises:
        SignInRequiredError, ConnectionFailedError, RetryError: the folder cannot be read at all.
    """
    folders = folder_items(client.folders())
    lists: dict[ListName, tuple[ListItem, ...]] = {ListName.FOLDERS: folders}
    for name, source in _SOURCES.items():
        try:
            lists[name] = _read(client, source)
        except (RefusedError, ConnectionFailedError) as error:
            if error.facts.status not in (400, 403):
                raise
            lists[name] = ()
            warn(InvalidRecordError("ebp.list_closed", facts=error.facts, table=source.table))
    if not lists[ListName.TERRITORIALITIES]:
        codes = dict.fromkeys(item.extra.get("TerritorialityId", "") for item in lists[ListName.VAT_CODES])
        lists[ListName.TERRITORIALITIES] = tuple(ListItem(id=code, label=code) for code in codes if code)
    lists[ListName.PRODUCT_FIELDS] = _product_fields(schema)
    lists[ListName.CUSTOM_FIELDS] = tuple(
        ListItem(id=f"{table}.{field.name}", label=field.caption, code=field.name, extra={"table": table})
        for table, fields in schema.custom_fields().items()
        for field in fields
    )
    version = next((folder.code for folder in folders if folder.id == client.folder), "")
    return ReferenceLists(lists=lists, version=version)


def _read(client: EbpClient, source: _Source) -> tuple[ListItem, ...]:
    columns = ("Id", source.label, source.second_label, source.rate, source.code, source.inactive, *source.extra)
    query = Query(table=source.table, columns=tuple(dict.fromkeys(column for column in columns if column)))
    return tuple(_item(row, source) for row in client.all_rows(query))


def _item(row: Row, source: _Source) -> ListItem:
    parts = (text(row, source.label), text(row, source.second_label) if source.second_label else "")
    return ListItem(
        id=text(row, "Id"),
        label=" ".join(part for part in parts if part) or text(row, "Id"),
        rate=values.number(row, source.rate) if source.rate else None,
        code=text(row, source.code) if source.code else "",
        active=not (source.inactive and values.flag(row, source.inactive)),
        extra={column: text(row, column) for column in source.extra},
    )


def _product_fields(schema: FolderSchema) -> tuple[ListItem, ...]:
    """Fields of the article that a mapping may choose: standard ones, then custom ones."""
    standard = [ListItem(id=column, label=_label(column), code=column) for column in _LABELLED]
    custom = [
        ListItem(id=field.name, label=field.caption, code=field.name, extra={"custom": "1"})
        for field in schema.of(facts.ITEM)
    ]
    return (*standard, *custom)


def _label(column: str) -> str:
    code = f"ebp.field.{column}"
    sentence = translate(code)
    return column if sentence == code else sentence
