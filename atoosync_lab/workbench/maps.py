"""The maps of the profile (ORD-03 to ORD-08, ART-08): which rows they have, and what may be chosen in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from babel import Locale

from atoosync_lab.kit import formats
from atoosync_lab.model.i18n import current_language, translate
from atoosync_lab.model.money import parse_decimal
from atoosync_lab.model.reference_lists import ListItem, ListName
from atoosync_lab.settings import Profile
from atoosync_lab.settings.orders import payment_map_key, tax_map_key
from atoosync_lab.workbench.mapping_rows import GONE, Kind, MapRow, MapSpec, Option, Target, options_of

ZERO_TAX = tax_map_key("", Decimal(0))
"""The row of what is sold without any tax."""


def rate_text(rate: Decimal | None) -> str:
    """« 5,50 % »; empty for no rate."""
    return "" if rate is None else f"{formats.quantity(str(rate), places=2)}\u00a0%"


def country_name(code: str) -> str:
    """A country by its ISO code, in the reader's language."""
    return str(Locale(current_language()).territories.get(code, code))


def _gone(item: ListItem | None) -> str:
    return str(item.extra.get(GONE, "")) if item else ""


def _vat_options(profile: Profile) -> tuple[Option, ...]:
    return options_of(profile.erp_lists.get(ListName.VAT_CODES))


def _tax_rows(profile: Profile, seen: Sequence[str]) -> list[MapRow]:
    names: dict[str, ListItem | None] = {}
    for item in profile.shop_lists.get(ListName.TAXES):
        if item.active or item.extra.get(GONE):
            names[tax_map_key(item.label, item.rate or Decimal(0))] = item
    for key in (*profile.orders.maps.taxes, *seen):
        names.setdefault(key, None)
    names.pop(ZERO_TAX, None)
    rows = []
    for key, found in names.items():
        name, _, rate_part = key.rpartition("|")
        rate = parse_decimal(rate_part) or Decimal(0)
        place = _place_of_tax(name)
        country = country_name(place) if place else ""
        cells = {"rate": rate_text(rate), "tax": name or translate("map.taxes.unnamed"), "country": country}
        rows.append(MapRow(id=key, cells=cells, rate=rate, names=(name, country), gone=_gone(found), place=place))
    zero = {"rate": rate_text(Decimal(0)), "tax": translate("map.taxes.none"), "country": ""}
    rows.append(
        MapRow(id=ZERO_TAX, cells=zero, rate=Decimal(0), names=(zero["tax"],), path="orders.maps.zero_tax")
    )  # fmt: skip
    return rows


def _place_of_tax(name: str) -> str:
    """Shops name taxes after their country (« TVA FR 20 % »): the first word that is a country's code."""
    known = Locale(current_language()).territories
    return next((w for w in name.split() if len(w) == 2 and w.isalpha() and w.isupper() and w in known), "")


TAXES = MapSpec(
    name="taxes",
    path="orders.maps.taxes",
    heads=(
        ("rate", "map.head.rate", "num"),
        ("tax", "map.head.tax", "strong"),
        ("country", "map.head.country", "text"),
    ),
    targets=(
        Target(
            column="vat", title="map.head.vat", default="orders.maps.default_tax", default_title="map.default.vat",
            placeholder="map.choose.vat",
        ),
    ),
    rows=_tax_rows,
    options=lambda profile: {"vat": _vat_options(profile)},
    rated=True,
)  # fmt: skip


def _country_rows(profile: Profile, seen: Sequence[str]) -> list[MapRow]:
    listed = {i.code or i.id: i for i in profile.shop_lists.get(ListName.COUNTRIES)}
    wanted = [code for code, item in listed.items() if item.active or item.extra.get(GONE)]
    codes = dict.fromkeys((*wanted, *profile.orders.maps.countries, *(c for c in seen if c)))
    rows = []
    for code in codes:
        item = listed.get(code)
        name = translate("map.countries.northern_ireland") if code == "XI" else (item.label if item else "")
        name = name or country_name(code)
        like = "FR" if code == "MC" else ""
        cells = {"country": name, "code": code}
        rows.append(MapRow(id=code, cells=cells, names=(name, code), gone=_gone(item), like=like))
    return sorted(rows, key=lambda r: r.cells["country"])


COUNTRIES = MapSpec(
    name="countries",
    path="orders.maps.countries",
    heads=(("country", "map.head.shop_country", "strong"), ("code", "map.head.code", "mono")),
    targets=(
        Target(
            column="with_tax", title="map.head.with_tax", default="orders.maps.default_country.with_tax",
            default_title="map.default.with_tax", placeholder="map.choose.territoriality",
        ),
        Target(
            column="without_tax", title="map.head.without_tax", default="orders.maps.default_country.without_tax",
            default_title="map.default.without_tax", placeholder="map.choose.territoriality",
        ),
    ),
    rows=_country_rows,
    options=lambda profile: dict.fromkeys(
        ("with_tax", "without_tax"), options_of(profile.erp_lists.get(ListName.TERRITORIALITIES))
    ),
    nested=True,
)  # fmt: skip


def _payment_rows(profile: Profile, seen: Sequence[str]) -> list[MapRow]:
    methods = {i.code or i.id: i for i in profile.shop_lists.get(ListName.PAYMENT_METHODS)}
    currencies = {i.code or i.id: i.label for i in profile.shop_lists.get(ListName.CURRENCIES) if i.active}
    by_module = profile.orders.reading.method_source == "module"
    listed = [payment_map_key(m, c) for m in methods for c in currencies] if by_module else []
    rows = []
    for key in dict.fromkeys((*listed, *profile.orders.maps.payments, *seen)):
        method, _, currency = key.rpartition("|")
        item = methods.get(method)
        name = item.label if item else method
        money = currencies.get(currency, currency)
        said = " · ".join(part for part in (method if name != method else "", money) if part)
        cells = {"method": name, "method__note": said, "currency": money}
        rows.append(MapRow(id=key, cells=cells, names=(name, method), gone=_gone(item)))
    return rows


PAYMENTS = MapSpec(
    name="payments",
    path="orders.maps.payments",
    heads=(
        ("method", "map.head.method", "strong"),
        ("currency", "map.head.currency", "text"),
    ),
    targets=(
        Target(
            column="payment_terms", title="map.head.terms", default="orders.maps.default_payment.payment_terms",
            default_title="map.default.terms", placeholder="map.choose.terms", width=170,
        ),
        Target(
            column="payment_means", title="map.head.means", default="orders.maps.default_payment.payment_means",
            default_title="map.default.means", placeholder="map.choose.means", width=170,
        ),
        Target(column="treasury", title="map.head.treasury", kind=Kind.TEXT, required=False, width=120),
        Target(column="customer", title="map.head.customer", kind=Kind.TEXT, required=False),
        Target(column="account", title="map.head.account", kind=Kind.TEXT, required=False),
        Target(column="payer", title="map.head.payer", kind=Kind.TEXT, required=False),
        Target(
            column="create_settlement", title="map.head.settle", kind=Kind.SWITCH, required=False, empty="1", width=110,
        ),
    ),
    rows=_payment_rows,
    options=lambda profile: {
        "payment_terms": options_of(profile.erp_lists.get(ListName.PAYMENT_TERMS)),
        "payment_means": options_of(profile.erp_lists.get(ListName.PAYMENT_MEANS)),
    },
    nested=True,
    one_is_enough=True,
)  # fmt: skip


def _carrier_rows(profile: Profile, seen: Sequence[str]) -> list[MapRow]:
    by_name = profile.orders.maps.carriers_by == "name"
    listed = profile.shop_lists.get(ListName.CARRIERS)
    names = {i.id: i.label for i in listed}
    items: dict[str, ListItem | None] = {}
    for item in listed:
        key = item.label if by_name else item.id
        if item.active or item.extra.get(GONE) or item.id in seen:
            items.setdefault(key, item)
    if not by_name:  # by name, a carrier that the shop no longer lists is served by the default alone
        items.update({carrier: None for carrier in seen if carrier not in ("", "0", *items)})
    for key in profile.orders.maps.carriers:
        items.setdefault(key, None)
    rows = []
    for key, found in items.items():
        name = found.label if found else (key if by_name else names.get(key, ""))
        cells = {"carrier": name or translate("map.carriers.unnamed"), "id": found.id if found else key}
        rows.append(MapRow(id=key, cells=cells, names=(name,), gone=_gone(found)))
    return rows


CARRIERS = MapSpec(
    name="carriers",
    path="orders.maps.carriers",
    heads=(("id", "map.head.id", "mono"), ("carrier", "map.head.carrier", "strong")),
    targets=(
        Target(
            column="mode", title="map.head.shipping_mode", default="orders.maps.default_carrier",
            default_title="map.default.shipping_mode", placeholder="map.choose.shipping_mode",
        ),
    ),
    rows=_carrier_rows,
    options=lambda profile: {"mode": options_of(profile.erp_lists.get(ListName.SHIPPING_MODES))},
)  # fmt: skip


def _currency_rows(profile: Profile, seen: Sequence[str]) -> list[MapRow]:
    listed = {i.code or i.id: i for i in profile.shop_lists.get(ListName.CURRENCIES)}
    own = {code for code, item in listed.items() if item.extra.get("default") == "1"}
    if own and all(c.extra.get("default") != "1" or c.id in own for c in profile.erp_lists.get(ListName.CURRENCIES)):
        wanted = [code for code, item in listed.items() if code not in own and (item.active or item.extra.get(GONE))]
        codes = dict.fromkeys((*wanted, *profile.orders.maps.currencies, *(c for c in seen if c not in own)))
    else:
        # The folder is in another currency than the shop: the shop's own is to be related as well.
        codes = dict.fromkeys((*listed, *profile.orders.maps.currencies, *seen))
    rows = []
    for code in codes:
        item = listed.get(code)
        name = item.label if item else code
        rows.append(MapRow(id=code, cells={"currency": name, "code": code}, names=(code, name), gone=_gone(item)))
    return rows


CURRENCIES = MapSpec(
    name="currencies",
    path="orders.maps.currencies",
    heads=(("currency", "map.head.shop_currency", "strong"), ("code", "map.head.code", "mono")),
    targets=(Target(column="currency_to", title="map.head.erp_currency", placeholder="map.choose.currency"),),
    rows=_currency_rows,
    options=lambda profile: {"currency_to": options_of(profile.erp_lists.get(ListName.CURRENCIES))},
)


def _discount_rows(profile: Profile, seen: Sequence[str]) -> list[MapRow]:
    listed = {i.id: i for i in profile.erp_lists.get(ListName.VAT_CODES)}
    rows = []
    for key in dict.fromkeys((*listed, *profile.orders.articles.discounts)):
        item = listed.get(key)
        rate = item.rate if item else None
        cells = {"rate": rate_text(rate), "vat": item.label if item else key}
        rows.append(MapRow(id=key, cells=cells, names=(cells["vat"],), gone=_gone(item)))
    return sorted(
        rows, key=lambda r: (listed[r.id].rate is None, -(listed[r.id].rate or 0)) if r.id in listed else (True, 0)
    )


def discounts(articles: Iterable[Option]) -> MapSpec:
    """Discount articles by VAT code (ORD-08); the articles come of the last reading of the ERP."""
    known = tuple(articles)
    return MapSpec(
        name="discounts",
        path="orders.articles.discounts",
        heads=(("rate", "map.head.rate", "num"), ("vat", "map.head.erp_vat", "strong")),
        targets=(
            Target(
                column="article", title="map.head.article", default="orders.articles.discount",
                default_title="map.default.article", placeholder="map.choose.article",
            ),
        ),
        rows=_discount_rows,
        options=lambda profile: {"article": known},
        reread=("erp",),
    )  # fmt: skip


_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")


def _rule_groups(profile: Profile) -> tuple[Option, ...]:
    """Tax rules of the shop; they state no rate, their names do."""
    found = []
    for option in options_of(profile.shop_lists.get(ListName.TAX_RULE_GROUPS)):
        named = _PERCENT.search(option.label)
        rate = parse_decimal(named[1].replace(",", ".")) if named and option.rate is None else option.rate
        found.append(replace(option, rate=rate))
    return (*found, Option(value="0", label=translate("map.article_taxes.no_tax"), rate=Decimal(0)))


def _vat_rows(profile: Profile, seen: Sequence[str]) -> list[MapRow]:
    listed = {i.id: i for i in profile.erp_lists.get(ListName.VAT_CODES)}
    rows = []
    for key in dict.fromkeys((*listed, *profile.articles.products.taxes, *seen)):
        item = listed.get(key)
        rate = item.rate if item else None
        cells = {"rate": rate_text(rate), "vat": item.label if item else key}
        rows.append(MapRow(id=key, cells=cells, rate=rate, names=(cells["vat"],), gone=_gone(item)))
    return rows


ARTICLE_TAXES = MapSpec(
    name="article_taxes",
    path="articles.products.taxes",
    heads=(("rate", "map.head.rate", "num"), ("vat", "map.head.erp_vat", "strong")),
    targets=(
        Target(
            column="group", title="map.head.tax_rule", default="articles.products.default_tax",
            default_title="map.default.tax_rule", placeholder="map.choose.tax_rule",
        ),
    ),
    rows=_vat_rows,
    options=lambda profile: {"group": _rule_groups(profile)},
    rated=True,
    flow="articles",
    used="articles.taxes.used",
    counted="articles.taxes.counted",
)  # fmt: skip


def all_maps() -> Mapping[str, MapSpec]:
    """The maps whose choices are reference lists, by name."""
    return {spec.name: spec for spec in (COUNTRIES, TAXES, PAYMENTS, CARRIERS, CURRENCIES, ARTICLE_TAXES)}
