"""The lists that mapping pages choose from (SVC-06). What Shopify has no list of is gathered from recent orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.numbers import get_currency_name, get_currency_precision

from atoosync_lab.connectors.shops.shopify import facts, operations, statuses
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient
from atoosync_lab.connectors.shops.shopify.gids import number
from atoosync_lab.connectors.shops.shopify.lookups import Lookups
from atoosync_lab.model.i18n import current_language, translate
from atoosync_lab.model.money import plain
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists


def reference_lists(client: ShopifyClient, lookups: Lookups) -> ReferenceLists:
    """All lists in four or five calls.

    Raises:
        ConnectionFailedError, RetryError: they cannot be read.
    """
    recent = client.query(operations.RECENT, {"first": facts.RECENT_ORDERS}).data["orders"]["nodes"]
    shop = lookups.shop
    lists = {
        ListName.TAX_RULE_GROUPS: _tax_classes(),
        ListName.TAXES: _taxes(recent),
        ListName.CURRENCIES: _currencies(lookups.currency, shop["enabledPresentmentCurrencies"]),
        ListName.LANGUAGES: _languages(lookups),
        ListName.COUNTRIES: _countries(shop["shipsToCountries"]),
        ListName.CARRIERS: _carriers(recent),
        ListName.STATUSES: tuple(ListItem(id=i, label=translate(code)) for i, code in statuses.LABELS.items()),
        ListName.SHOPS: (
            ListItem(id=number(str(shop["id"])), label=str(shop["name"]), code=str(shop["myshopifyDomain"])),
        ),
        ListName.WAREHOUSES: _locations(lookups),
        ListName.PAYMENT_METHODS: _gateways(recent),
    }
    return ReferenceLists(
        lists=lists,
        version=client.served or client.asked,
        prices_incl_tax=lookups.prices_incl_tax,
        price_decimals=min(get_currency_precision(lookups.currency), 6),
    )


def _tax_classes() -> tuple[ListItem, ...]:
    return (
        ListItem(id=facts.TAXABLE, label=translate("shopify.tax.taxable")),
        ListItem(id=facts.EXEMPT, label=translate("shopify.tax.exempt")),
    )


def _taxes(recent: Iterable[Mapping[str, Any]]) -> tuple[ListItem, ...]:
    """Name and rate of each tax on recent orders."""
    seen: dict[tuple[str, Decimal], None] = {}
    for order in recent:
        for tax in order["taxLines"]:
            if tax.get("rate") is not None:
                rate = Decimal(plain(Decimal(str(tax["rate"])) * 100))
                seen[str(tax["title"]), rate] = None
    return tuple(
        ListItem(id=f"{title} {plain(rate)}", label=title or plain(rate), rate=rate) for title, rate in sorted(seen)
    )


def _currencies(own: str, enabled: Iterable[str]) -> tuple[ListItem, ...]:
    codes = dict.fromkeys((own, *sorted(str(code) for code in enabled)))
    return tuple(
        ListItem(
            id=code,
            label=get_currency_name(code, locale=current_language()) or code,
            code=code,
            extra={"default": "1"} if code == own else {},
        )
        for code in codes
    )


def _languages(lookups: Lookups) -> tuple[ListItem, ...]:
    """The shop's own language alone: texts of others are translations, which products do not hold."""
    own = lookups.language
    label = next((str(found["name"]) for found in lookups.locales if found["locale"] == own), "")
    named = label or Locale.parse(current_language()).languages.get(own.partition("-")[0], own)
    return (ListItem(id=own, label=named, code=own.partition("-")[0], extra={"default": "1"}),)


def _countries(codes: Iterable[str]) -> tuple[ListItem, ...]:
    names = Locale.parse(current_language()).territories
    found = [ListItem(id=str(code), label=names.get(str(code), str(code)), code=str(code)) for code in set(codes)]
    return tuple(sorted(found, key=lambda item: item.label))


def _carriers(recent: Iterable[Mapping[str, Any]]) -> tuple[ListItem, ...]:
    """Shipping methods of recent orders by the name that buyers chose."""
    seen: dict[str, str] = {}
    for order in recent:
        line = order.get("shippingLine")
        if line and line.get("title"):
            seen.setdefault(str(line["title"]), str(line.get("code") or ""))
    return tuple(ListItem(id=title, label=title, code=code) for title, code in seen.items())


def _locations(lookups: Lookups) -> tuple[ListItem, ...]:
    return tuple(
        ListItem(
            id=number(str(place["id"])),
            label=str(place["name"]),
            active=bool(place["isActive"]),
            extra={"default": "1"} if place["isPrimary"] else {},
        )
        for place in lookups.locations
    )


def _gateways(recent: Iterable[Mapping[str, Any]]) -> tuple[ListItem, ...]:
    names = dict(facts.PAYMENT_GATEWAYS)
    for order in recent:
        for name in order["paymentGatewayNames"]:
            if name:
                names.setdefault(str(name), str(name))
    return tuple(ListItem(id=name, label=label, code=name) for name, label in names.items())
