"""What a freshly installed shop holds: two languages, the euro, all countries (France active), groups, order states,
carriers, VAT.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from atoosync_lab.sandbox.prestashop.fields import FULL_VERSION
from atoosync_lab.sandbox.prestashop.values import fixed, language_text, slug

if TYPE_CHECKING:
    from atoosync_lab.sandbox.prestashop.state import ShopState

DEFAULT_KEY = "SANDBOX0SANDBOX0SANDBOX0SANDBOX0"
"""The webservice key of a new shop (32 characters), with all rights."""
READ_KEY = "READONLYREADONLYREADONLYREADONLY"
"""A second key of a new shop, with GET and HEAD only."""
SHOP_NAME = "Boutique"
MODULES = ("ps_wirepayment", "ps_checkpayment", "ps_cashondelivery")
"""Payment modules of a new shop: an order through another one fails, as it does in a shop without that module."""

_ZONES = (
    "Europe",
    "North America",
    "Asia",
    "Africa",
    "Oceania",
    "South America",
    "Europe (non-EU)",
    "Central America/Antilla",
)
_GROUPS = (("Visitor", "Visiteur"), ("Guest", "Invité"), ("Customer", "Client"))
# English, French, template, colour, flags: i invoice, l logable, p paid, s shipped, d delivery, e send_email, h
# hidden, f pdf_invoice
_STATES: Sequence[tuple[str, str, str, str, str, str]] = (
    ("Awaiting check payment", "En attente du paiement par chèque", "cheque", "#34209E", "e", "ps_checkpayment"),
    ("Payment accepted", "Paiement accepté", "payment", "#3498D8", "ilpef", ""),
    ("Processing in progress", "En cours de préparation", "preparation", "#3498D8", "ilpde", ""),
    ("Shipped", "Expédié", "shipped", "#01B887", "ilpsde", ""),
    ("Delivered", "Livré", "", "#01B887", "ilpsd", ""),
    ("Canceled", "Annulé", "order_canceled", "#2C3E50", "e", ""),
    ("Refunded", "Remboursé", "refund", "#01B887", "ie", ""),
    ("Payment error", "Erreur de paiement", "payment_error", "#E74C3C", "e", ""),
    ("On backorder (paid)", "En attente de réapprovisionnement (payé)", "outofstock", "#3498D8", "ipe", ""),
    ("Awaiting bank wire payment", "En attente de virement bancaire", "bankwire", "#34209E", "e", "ps_wirepayment"),
    ("Remote payment accepted", "Paiement à distance accepté", "payment", "#3498D8", "ilpe", ""),
    ("On backorder (not paid)", "En attente de réapprovisionnement (non payé)", "outofstock", "#34209E", "e", ""),
    (
        "Awaiting Cash On Delivery validation",
        "En attente de paiement à la livraison",
        "cashondelivery",
        "#34209E",
        "",
        "ps_cashondelivery",
    ),
)
_FLAGS = {
    "invoice": "i",
    "logable": "l",
    "paid": "p",
    "shipped": "s",
    "delivery": "d",
    "send_email": "e",
    "hidden": "h",
    "pdf_invoice": "f",
}
_VAT = (
    ("20.000", "FR Taux standard (20%)"),
    ("10.000", "FR Taux réduit (10%)"),
    ("5.500", "FR Taux réduit (5.5%)"),
    ("2.100", "FR Taux super réduit (2.1%)"),
)
_EUROPEAN_VAT = {
    "AT": "20",
    "BE": "21",
    "BG": "20",
    "CY": "19",
    "CZ": "21",
    "DE": "19",
    "DK": "25",
    "EE": "22",
    "ES": "21",
    "FI": "25.5",
    "FR": "20",
    "GB": "20",
    "GR": "24",
    "HR": "25",
    "HU": "27",
    "IE": "23",
    "IT": "22",
    "LT": "21",
    "LU": "17",
    "LV": "21",
    "MT": "18",
    "NL": "21",
    "PL": "23",
    "PT": "23",
    "RO": "19",
    "SE": "25",
    "SI": "22",
    "SK": "23",
}
_CONFIGURATION = (
    ("PS_LANG_DEFAULT", "1"),
    ("PS_CURRENCY_DEFAULT", "1"),
    ("PS_COUNTRY_DEFAULT", "8"),
    ("PS_SHOP_NAME", SHOP_NAME),
    ("PS_SHOP_DEFAULT", "1"),
    ("PS_SHOP_EMAIL", "boutique@example.test"),
    ("PS_TIMEZONE", "Europe/Paris"),
    ("PS_WEBSERVICE", "1"),
    ("PS_ROOT_CATEGORY", "1"),
    ("PS_HOME_CATEGORY", "2"),
    ("PS_UNIDENTIFIED_GROUP", "1"),
    ("PS_GUEST_GROUP", "2"),
    ("PS_CUSTOMER_GROUP", "3"),
    ("PS_PRICE_ROUND_MODE", "2"),
    ("PS_ROUND_TYPE", "2"),
    ("PS_PRICE_DISPLAY_PRECISION", "2"),
    ("PS_TAX", "1"),
    ("PS_TAX_DISPLAY", "0"),
    ("PS_TAX_ADDRESS_TYPE", "id_address_delivery"),
    ("PS_USE_ECOTAX", "0"),
    ("PS_ECOTAX_TAX_RULES_GROUP_ID", "0"),
    ("PS_ATCP_SHIPWRAP", "0"),
    ("PS_GIFT_WRAPPING", "0"),
    ("PS_GIFT_WRAPPING_PRICE", "0"),
    ("PS_SHIPPING_HANDLING", "2"),
    ("PS_SHIPPING_FREE_PRICE", "0"),
    ("PS_SHIPPING_FREE_WEIGHT", "0"),
    ("PS_CARRIER_DEFAULT", "2"),
    ("PS_STOCK_MANAGEMENT", "1"),
    ("PS_ORDER_OUT_OF_STOCK", "0"),
    ("PS_INVOICE", "1"),
    ("PS_INVOICE_START_NUMBER", "0"),
    ("PS_SEARCH_INDEXATION", "1"),
    ("PS_CATALOG_MODE", "0"),
    ("PS_WEIGHT_UNIT", "kg"),
    ("PS_MULTISHOP_FEATURE_ACTIVE", "0"),
    ("PS_OS_CHEQUE", "1"),
    ("PS_OS_PAYMENT", "2"),
    ("PS_OS_PREPARATION", "3"),
    ("PS_OS_SHIPPING", "4"),
    ("PS_OS_DELIVERED", "5"),
    ("PS_OS_CANCELED", "6"),
    ("PS_OS_REFUND", "7"),
    ("PS_OS_ERROR", "8"),
    ("PS_OS_OUTOFSTOCK_PAID", "9"),
    ("PS_OS_BANKWIRE", "10"),
    ("PS_OS_WS_PAYMENT", "11"),
    ("PS_OS_OUTOFSTOCK_UNPAID", "12"),
    ("PS_OS_COD_VALIDATION", "13"),
)


def both(english: str, french: str | None = None) -> str:
    """A text in the two languages of a new shop."""
    return language_text({1: english, 2: english if french is None else french})


def install(state: ShopState) -> None:
    """Fill the empty tables of a new shop."""
    now = state.now()

    def add(resource: str, **values: Any) -> int:
        known = state.resources[resource].fields
        for name in ("date_add", "date_upd"):
            if name in known:
                values.setdefault(name, now)
        return state.insert(resource, {k: v for k, v in values.items() if k in known})

    state.db.execute("INSERT OR REPLACE INTO _keys VALUES (?, 'all')", (DEFAULT_KEY,))
    state.db.execute("INSERT OR REPLACE INTO _keys VALUES (?, 'read')", (READ_KEY,))
    state.db.execute("INSERT INTO _meta VALUES ('payment_modules', ?)", (json.dumps(MODULES),))
    for iso, name, locale, form in (
        ("en", "English (English)", "en-us", "m/d/Y"),
        ("fr", "Français (French)", "fr-fr", "d/m/Y"),
    ):
        add(
            "languages",
            name=name,
            iso_code=iso,
            locale=f"{iso}-{'US' if iso == 'en' else 'FR'}",
            language_code=locale,
            active=1,
            is_rtl=0,
            date_format_lite=form,
            date_format_full=f"{form} H:i:s",
        )
    add(
        "currencies",
        names=both("Euro"),
        name="Euro",
        symbol=both("€"),
        iso_code="EUR",
        numeric_iso_code="978",
        precision=2,
        conversion_rate=fixed("1"),
        active=1,
        pattern=both(""),
    )
    for name in _ZONES:
        add("zones", name=name, active=1)
    for english, french in _GROUPS:
        add("groups", reduction="0.00", price_display_method=0, show_prices=1, name=both(english, french))
    _install_shop(state, add)
    _install_places(state, add)
    _install_order_states(add)
    for name, value in (*_CONFIGURATION, ("PS_VERSION_DB", FULL_VERSION[state.version])):
        add("configurations", name=name, value=value)


def _install_shop(state: ShopState, add: Any) -> None:
    add("shop_groups", name="Default", active=1)
    add("shops", id_shop_group=1, id_category=2, active=1, name=SHOP_NAME, theme_name="classic")
    add(
        "shop_urls",
        id_shop=1,
        active=1,
        main=1,
        domain="shop.example.test",
        domain_ssl="shop.example.test",
        physical_uri="/",
    )
    add(
        "employees",
        id_lang=2,
        firstname="Camille",
        lastname="Essai",
        email="gestion@example.test",
        active=1,
        id_profile=1,
    )
    for number, (english, french) in enumerate((("Root", "Racine"), ("Home", "Accueil"))):
        add(
            "categories",
            id_parent=number,
            level_depth=number,
            active=1,
            id_shop_default=1,
            is_root_category=number,
            name=both(english, french),
            link_rewrite=both(slug(english), slug(french)),
        )
    add("contacts", email="boutique@example.test", customer_service=1, name=both("Webmaster"))
    add("contacts", email="boutique@example.test", customer_service=1, name=both("Customer service", "Service client"))
    for number, (name, free, delay) in enumerate(
        ((SHOP_NAME, 1, "Pick up in-store"), ("My carrier", 0, "Delivery next day!")), 1
    ):
        add(
            "carriers",
            name=name,
            id_reference=number,
            active=1,
            is_free=free,
            delay=both(delay),
            shipping_method=2 - free,
            need_range=1,
            position=number - 1,
        )
        for zone in (1, 2):
            state.db.execute("INSERT INTO _carrier_zones VALUES (?, ?)", (number, zone))


def _install_places(state: ShopState, add: Any) -> None:
    listed = json.loads((files(__package__) / "data" / "countries.json").read_text(encoding="utf-8"))
    for iso, zone, prefix, english, french in listed:
        add(
            "countries",
            id_zone=zone,
            id_currency=0,
            iso_code=iso,
            call_prefix=prefix,
            active=int(iso == "FR"),
            contains_states=0,
            need_identification_number=0,
            need_zip_code=1,
            zip_code_format="NNNNN" if iso == "FR" else "",
            display_tax_label=1,
            name=both(english, french),
        )
    europe = [row[0] for row in state.db.execute("SELECT id FROM countries WHERE id_zone = 1 ORDER BY id")]
    taxes: list[int] = []
    for rate, name in _VAT:
        percent = rate.rstrip("0").rstrip(".")
        taxes.append(add("taxes", rate=rate, active=1, name=both(f"TVA FR {percent}%")))
        group = add("tax_rule_groups", name=name, active=1)
        for country in europe:
            _rule(add, group, country, taxes[-1])
    group = add("tax_rule_groups", name="EU VAT For Virtual Products", active=1)
    for iso, rate in _EUROPEAN_VAT.items():
        tax = add("taxes", rate=fixed(rate, 3), active=1, name=both(f"VAT {iso} {rate}%"))
        country = state.db.execute("SELECT id FROM countries WHERE iso_code = ?", (iso,)).fetchone()[0]
        _rule(add, group, country, tax)


def _rule(add: Any, group: int, country: int, tax: int) -> None:
    add("tax_rules", id_tax_rules_group=group, id_country=country, id_tax=tax, zipcode_from="0", zipcode_to="0")


def _install_order_states(add: Any) -> None:
    for english, french, template, color, flags, module in _STATES:
        add(
            "order_states",
            **{name: int(mark in flags) for name, mark in _FLAGS.items()},
            unremovable=1,
            color=color,
            module_name=module,
            name=both(english, french),
            template=both(template),
        )
