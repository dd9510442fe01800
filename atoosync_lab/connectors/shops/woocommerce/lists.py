"""The lists that mapping pages choose from (SVC-06)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.client import WooClient
from atoosync_lab.connectors.shops.woocommerce.lookups import Lookups
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists

_COUNTRY_FIELDS = "code,name"


def reference_lists(client: WooClient, lookups: Lookups) -> ReferenceLists:
    """All lists, in about a dozen calls and two a shipping zone; what the key may not see falls back on the core.

    Raises:
        ConnectionFailedError, RetryError: as `WooClient.get`.
    """
    client.learn(again=True)
    settings = lookups.settings
    incl = settings.get("woocommerce_prices_include_tax")
    carriers, zone_countries = _carriers(client, lookups)
    lists = {
        ListName.TAXES: tuple(
            ListItem(
                id=number,
                label=wire.plain_text(r, "name") or f"{wire.text(r, 'country')} {wire.text(r, 'rate')}".strip(),
                code=wire.text(r, "country"),
                rate=wire.decimal(r, "rate"),
            )
            for number, r in lookups.taxes.items()
        ),
        ListName.TAX_RULE_GROUPS: _tax_classes(lookups, _base_country(settings)),
        ListName.CURRENCIES: _currencies(lookups),
        ListName.LANGUAGES: (
            ListItem(id=client.language, label=client.language.upper(), code=client.language, extra={"default": "1"}),
        ),
        ListName.COUNTRIES: _countries(lookups, settings, zone_countries),
        ListName.CARRIERS: carriers,
        ListName.STATUSES: tuple(
            ListItem(id=slug, label=name, code=slug, active=slug != facts.DRAFT_STATUS)
            for slug, name in lookups.statuses.items()
        ),
        ListName.PAYMENT_METHODS: _gateways(lookups),
        ListName.FAMILIES: tuple(
            ListItem(id=number, label=_path(number, lookups.categories), code=wire.text(r, "slug"))
            for number, r in lookups.categories.items()
        ),
    }
    return ReferenceLists(
        lists=lists,
        version=client.version.text,
        prices_incl_tax=None if incl is None else incl == "yes",
        price_decimals=_decimals(settings, incl),
    )


def _base_country(settings: dict[str, str]) -> str:
    """Country of the shop: `FR`, or `ES:B` with its province."""
    return settings.get("woocommerce_default_country", "").partition(":")[0]


def _decimals(settings: dict[str, str], incl: str | None) -> int | None:
    """Decimals of a catalogue price. The shop keeps any number of them; prices with tax are shown and charged with
    those of its settings, while more decimals of a net price bring the price with tax out right.
    """
    if incl is None:
        return None
    stated = settings.get("woocommerce_price_num_decimals", "")
    return min(int(stated), 6) if incl == "yes" and stated.isdigit() else 6


def _tax_classes(lookups: Lookups, country: str) -> tuple[ListItem, ...]:
    """Classes with the rate that holds in the shop's own country."""
    rates: dict[str, Decimal] = {}
    for rate in lookups.taxes.values():
        slug, percent = wire.text(rate, "class") or facts.STANDARD_CLASS, wire.decimal(rate, "rate")
        if percent is not None and wire.text(rate, "country") in ("", country) and not wire.text(rate, "state"):
            rates.setdefault(slug, percent)
    return tuple(
        ListItem(id=slug, label=name or slug, code=slug, rate=rates.get(slug))
        for slug, name in lookups.tax_classes.items()
    )


def _currencies(lookups: Lookups) -> tuple[ListItem, ...]:
    """The shop's own first; others are there for orders of currency plug-ins."""
    own = lookups.currency
    rows = lookups.optional("data/currencies", [("_fields", "code,name")])
    names = {wire.text(r, "code"): wire.plain_text(r, "name") for r in rows if wire.text(r, "code")}
    if not own and not names:
        return ()
    codes = dict.fromkeys([*([own] if own else []), *sorted(names)])
    return tuple(
        ListItem(
            id=code, label=names.get(code) or code, code=code, active=code == own,
            extra={"default": "1"} if code == own else {},
        )
        for code in codes
    )  # fmt: skip


def _countries(lookups: Lookups, settings: dict[str, str], zones: Iterable[str]) -> tuple[ListItem, ...]:
    """All countries; active: the shop's own and those of shipping zones, or all where a zone takes the rest."""
    wanted = {*zones, _base_country(settings)} - {""}
    rows = lookups.optional("data/countries", [("_fields", _COUNTRY_FIELDS)])
    names = {wire.text(r, "code"): wire.plain_text(r, "name") for r in rows if wire.text(r, "code")}
    names.update((code, code) for code in sorted(wanted) if code not in names)
    return tuple(
        ListItem(id=code, label=name or code, code=code, active=code in wanted or len(wanted) < 2)
        for code, name in sorted(names.items())
    )


def _carriers(client: WooClient, lookups: Lookups) -> tuple[tuple[ListItem, ...], set[str]]:
    """Shipping methods of zones as orders name them (`flat_rate:3`), then the methods as such; countries of zones."""
    found: dict[str, ListItem] = {}
    countries: set[str] = set()
    zones = lookups.optional("shipping/zones", [("_fields", "id,name")])
    for zone in zones:
        # Zone 0 holds all places that no other zone names.
        number = wire.text(zone, "id")
        name = wire.plain_text(zone, "name")
        fields = [("_fields", "id,instance_id,title,enabled,method_id")]
        for row in lookups.optional(f"shipping/zones/{number}/methods", fields):
            method, instance = wire.text(row, "method_id"), wire.identifier(row, "instance_id")
            if method and instance:
                key = f"{method}:{instance}"
                title = wire.plain_text(row, "title") or method
                found[key] = ListItem(
                    id=key, label=f"{title} ({name})" if name else title, code=method,
                    active=row.get("enabled") is not False,
                )  # fmt: skip
        if number != "0":
            for row in lookups.optional(f"shipping/zones/{number}/locations", [("_fields", "code,type")]):
                if wire.text(row, "type") in ("country", "state"):
                    countries.add(wire.text(row, "code").partition(":")[0])
    rows = lookups.optional("shipping_methods", [("_fields", "id,title")])
    titles = {wire.text(r, "id"): wire.plain_text(r, "title") for r in rows} or facts.CORE_SHIPPING
    for method, title in titles.items():
        if method:
            found.setdefault(method, ListItem(id=method, label=title or method, code=method))
    return tuple(found.values()), countries


def _gateways(lookups: Lookups) -> tuple[ListItem, ...]:
    """Payment methods, those switched off too: older orders name them."""
    rows = lookups.optional("payment_gateways", [("_fields", "id,title,method_title,enabled")])
    found = {
        wire.text(r, "id"): ListItem(
            id=wire.text(r, "id"),
            label=wire.plain_text(r, "title") or wire.plain_text(r, "method_title") or wire.text(r, "id"),
            code=wire.text(r, "id"),
            active=r.get("enabled") is True,
        )
        for r in rows
        if wire.text(r, "id")
    }
    if found:
        return tuple(found.values())
    return tuple(ListItem(id=i, label=name, code=i) for i, name in facts.CORE_GATEWAYS.items())


def _path(number: str, categories: dict[str, Json]) -> str:
    """`Parent > Child`: names alone may repeat under other parents."""
    names: list[str] = []
    seen: set[str] = set()
    while number and number in categories and number not in seen:
        seen.add(number)
        names.append(wire.plain_text(categories[number], "name") or number)
        number = wire.identifier(categories[number], "parent")
    return " > ".join(reversed(names))
