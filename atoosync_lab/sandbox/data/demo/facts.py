"""Ids and names of the demonstration that a profile needs. Tests hold them against the loaded states."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from atoosync_lab.sandbox.ebp.seed import (
    DEFAULT_FOLDERS,
    MAIN_STOREHOUSE,
    SECOND_STOREHOUSE,
    VAT_DOM_8_5,
    VAT_EU_0,
    VAT_EXPORT_0,
    VAT_FR_0,
    VAT_FR_2_1,
    VAT_FR_5_5,
    VAT_FR_10,
    VAT_FR_20,
)

FOLDER = DEFAULT_FOLDERS[0][0]
ENGLISH, FRENCH, GERMAN = 1, 2, 3
"""Languages of the shop; French is the main one."""
EURO, POUND, DOLLAR, FRANC = 1, 2, 3, 4
"""Currencies of the shop; Swiss francs have no counterpart in the profile."""
PICK_UP, COLISSIMO, CHRONOPOST, COURIER = 1, 2, 3, 4
"""Carriers of the shop; the courier has no counterpart in the profile."""
GUEST_CODE = "WEBINVITE"
"""Customer of the folder for buyers without an account."""
COLLEAGUE = "CO0001"
VAT_BY_RATE: Mapping[str, str] = MappingProxyType(
    {"20": VAT_FR_20, "10": VAT_FR_10, "5.5": VAT_FR_5_5, "2.1": VAT_FR_2_1, "0": VAT_FR_0}
)
"""VAT of the folder by percent."""
RULE_GROUPS: Mapping[str, int] = MappingProxyType({"20": 1, "10": 2, "5.5": 3, "2.1": 4, "0": 0})
"""Tax rule group of the shop by percent."""
TAXES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("TVA FR 20%", "20"): VAT_FR_20,
        ("TVA FR 10%", "10"): VAT_FR_10,
        ("TVA FR 5.5%", "5.5"): VAT_FR_5_5,
        ("TVA FR 2.1%", "2.1"): VAT_FR_2_1,
        ("VAT FR 20%", "20"): VAT_FR_20,
        ("TVA RE 8.5%", "8.5"): VAT_DOM_8_5,
    }
)
"""Taxes of the shop (name, percent) and the VAT of the folder that they are."""
OVERSEAS_TAX = ("TVA RE 8.5%", "8.5")
BELGIAN_TAX = ("VAT BE 21%", "21")
GERMAN_TAX = ("VAT DE 19%", "19")
UNMAPPED_TAXES = (BELGIAN_TAX, GERMAN_TAX)
"""Taxes of the shop that orders carry and that have no counterpart in the profile, on purpose."""
STATES: Mapping[str, int] = MappingProxyType(
    {
        "awaiting_cheque": 1,
        "paid": 2,
        "preparing": 3,
        "shipped": 4,
        "delivered": 5,
        "cancelled": 6,
        "refunded": 7,
        "payment_error": 8,
        "backorder_paid": 9,
        "awaiting_wire": 10,
        "remote_paid": 11,
    }
)
"""Order states of the shop."""
SPECIAL_ARTICLES: Mapping[str, str] = MappingProxyType(
    {
        "misc": "ZDIVERS",
        "difference": "ZECART",
        "gift_wrap": "ZEMBAL",
        "shipping": "ZPORT",
        "discount": "ZREMISE",
        "discount_20": "ZREMISE20",
        "discount_10": "ZREMISE10",
        "discount_5.5": "ZREMISE55",
        "discount_2.1": "ZREMISE21",
    }
)
"""Articles of the folder for lines that are no goods."""


def facts() -> dict[str, Any]:
    """All of this as one JSON-able mapping."""
    return {
        "folder": FOLDER,
        "vat": {**VAT_BY_RATE, "eu": VAT_EU_0, "export": VAT_EXPORT_0, "8.5": VAT_DOM_8_5},
        "taxes": {f"{name}|{rate}": vat for (name, rate), vat in TAXES.items()},
        "unmapped_taxes": [f"{name}|{rate}" for name, rate in UNMAPPED_TAXES],
        "tax_rule_groups": {rate: str(group) for rate, group in RULE_GROUPS.items() if group},
        "languages": {"en": str(ENGLISH), "fr": str(FRENCH), "de": str(GERMAN)},
        "currencies": {"EUR": str(EURO), "GBP": str(POUND), "USD": str(DOLLAR), "CHF": str(FRANC)},
        "carriers": {
            str(PICK_UP): "Retrait en boutique",
            str(COLISSIMO): "Colissimo domicile",
            str(CHRONOPOST): "Chronopost 24 h",
            str(COURIER): "Coursier à vélo",
        },
        "shipping_modes": {str(PICK_UP): "RETRAIT", str(COLISSIMO): "COL", str(CHRONOPOST): "CHR"},
        "payment_methods": ["ps_wirepayment", "ps_checkpayment", "stripe_official", "paypal", "alma", "free_order"],
        "unmapped_payment_methods": ["alma"],
        "states": {name: str(number) for name, number in STATES.items()},
        "special_articles": dict(SPECIAL_ARTICLES),
        "warehouses": {"main": MAIN_STOREHOUSE, "second": SECOND_STOREHOUSE},
        "guest_account": GUEST_CODE,
        "representative": COLLEAGUE,
        "customer_family": "WEB",
        "series": "WE",
        "category": "2",
    }
