"""Reference lists of a database: what the mapping pages choose from (SVC-06)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from atoosync_lab.connectors.erps.tryton import facts, taxes, values
from atoosync_lab.connectors.erps.tryton.client import Domain, TrytonClient
from atoosync_lab.connectors.erps.tryton.product_records import ATTRIBUTE, CATEGORY_FIELDS, own_fields
from atoosync_lab.connectors.erps.tryton.reads import attributes, further_languages
from atoosync_lab.connectors.erps.tryton.values import Row, text
from atoosync_lab.model.errors import ConnectionFailedError, InvalidRecordError, RefusedError
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists

_CLOSED = frozenset({"tryton.no_right", "tryton.no_model", "tryton.refused", "tryton.crashed"})
"""Errors after which a list is left empty and named; any other one ends the reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A model that gives a list."""

    model: str
    module: str
    """Module that brings it; without it the list is empty, which is no fault."""
    label: str = "rec_name"
    code: str = ""
    domain: Domain = ()
    by_code: bool = False
    """Known by its code, as documents name it, instead of by the number of its record."""
    archived: bool = True
    """Its records can be deactivated."""
    extra: tuple[str, ...] = ()


_SOURCES: dict[ListName, _Source] = {
    ListName.WAREHOUSES: _Source(
        model=facts.LOCATION, module="stock", label="name", code="code", domain=(["type", "=", "warehouse"],)
    ),
    ListName.FAMILIES: _Source(
        model=facts.CATEGORY, module="product", code="code", domain=(["accounting", "=", False],), archived=False
    ),
    ListName.PRICE_CATEGORIES: _Source(
        model="product.price_list", module="sale_price_list", label="name", extra=("tax_included",)
    ),
    ListName.PAYMENT_TERMS: _Source(model="account.invoice.payment_term", module="account_invoice", label="name"),
    ListName.PAYMENT_MEANS: _Source(model=facts.PAYMENT_MEANS, module="account_statement", label="name"),
    ListName.SHIPPING_MODES: _Source(model="carrier", module="carrier"),
    ListName.CURRENCIES: _Source(model="currency.currency", module="currency", label="name", code="code", by_code=True),
    ListName.COUNTRIES: _Source(model="country.country", module="country", label="name", code="code"),
    ListName.LANGUAGES: _Source(
        model="ir.lang", module="ir", label="name", code="code", domain=(["translatable", "=", True],)
    ),
}


def reference_lists(client: TrytonClient, version: str) -> ReferenceLists:
    """Read all lists; one that the user may not see is left empty and named.

    Args:
        client: the API.
        version: series of the server.

    Raises:
        ConnectionFailedError, RetryError: the database cannot be read at all.
    """
    client.company  # noqa: B018 - taxes and journals are those of the user's company
    lists: dict[ListName, tuple[ListItem, ...]] = {
        ListName.FOLDERS: (ListItem(id=client.database, label=client.database),)
    }
    for name, source in _SOURCES.items():
        if source.module not in ("ir", *client.modules()):
            lists[name] = ()
            continue
        lists[name] = _told(client, source.model, partial(_read, client, source))
    lists[ListName.CURRENCIES] = _marked(lists[ListName.CURRENCIES], _currency(client))
    lists[ListName.VAT_CODES] = _told(client, facts.TAX, partial(_taxes, client))
    lists[ListName.PRODUCT_FIELDS] = _told(client, facts.PRODUCT, partial(_product_fields, client))
    return ReferenceLists(lists=lists, version=version)


def _told(client: TrytonClient, model: str, read: Callable[[], tuple[ListItem, ...]]) -> tuple[ListItem, ...]:
    try:
        return read()
    except (RefusedError, ConnectionFailedError) as error:
        if error.code not in _CLOSED:
            raise
        client.warn(InvalidRecordError("tryton.list_closed", facts=error.facts, model=model))
        return ()


def _read(client: TrytonClient, source: _Source) -> tuple[ListItem, ...]:
    fields = [source.label, *source.extra, *([source.code] if source.code else [])]
    rows = client.find(
        source.model, source.domain, [*fields, *(["active"] if source.archived else [])], context=facts.INACTIVE_TOO
    )
    return tuple(_item(row, source) for row in rows)


def _item(row: Row, source: _Source) -> ListItem:
    return ListItem(
        id=text(row, source.code) if source.by_code else str(row["id"]),
        label=text(row, source.label) or str(row["id"]),
        code=text(row, source.code) if source.code else "",
        active=values.flag(row, "active") is not False,
        extra={name: text(row, name) for name in source.extra},
    )


def _currency(client: TrytonClient) -> str:
    """Code of the company's currency."""
    rows = client.find("company.company", [["id", "=", client.company]], ["currency.code"])
    return text(rows[0], "currency.code") if rows else ""


def _marked(items: tuple[ListItem, ...], usual: str) -> tuple[ListItem, ...]:
    """The items, the usual one told by `extra["default"]`."""
    return tuple(
        item.model_copy(update={"extra": {**item.extra, "default": "1"}}) if item.id == usual else item
        for item in items
    )


def _taxes(client: TrytonClient) -> tuple[ListItem, ...]:
    rows = client.find(facts.TAX, [["company", "=", client.company]], taxes.FIELDS, context=facts.INACTIVE_TOO)
    return taxes.sale_taxes(rows, client.today())


def _product_fields(client: TrytonClient) -> tuple[ListItem, ...]:
    """Fields of an article that a mapping may choose, named as the server names them in the user's language."""
    known = client.fields(facts.PRODUCT)
    items = [
        ListItem(id=name, label=str(known[name].get("string") or name), code=name)
        for name in ("code", *own_fields(known))
        if name in known
    ]
    items += [ListItem(id=name, label=_label(name), code=name) for name in (*CATEGORY_FIELDS, "template_code", "unit")]
    for language in further_languages(client):
        items += [
            ListItem(id=f"{name}_{language}", label=f"{known[name].get('string') or name} ({language})", code=name)
            for name in facts.TRANSLATED
            if name in known
        ]
    if "attributes" in known:
        items += [
            ListItem(id=f"{ATTRIBUTE}{found.name}", label=found.label or found.name, code=found.name)
            for found in attributes(client).values()
        ]
    return tuple({item.id: item for item in items}.values())


def _label(name: str) -> str:
    code = f"{facts.SYSTEM}.field.{name}"
    sentence = translate(code)
    return name if sentence == code else sentence
