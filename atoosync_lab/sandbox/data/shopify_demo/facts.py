"""Names of the demonstration's Shopify shop that a profile needs. Tests hold them against the state.

The shop keeps prices with tax, as shops that sell to consumers do. Shopify has no lists of taxes, carriers and payment
methods: what orders call them is what a profile maps.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from atoosync_lab.sandbox.data.demo.facts import facts as folder_facts
from atoosync_lab.sandbox.ebp.seed import VAT_DOM_8_5, VAT_FR_0, VAT_FR_2_1, VAT_FR_5_5, VAT_FR_10, VAT_FR_20

FRENCH_TAX, OVERSEAS_TAX, GERMAN_TAX, BELGIAN_TAX = "FR TVA", "RE TVA", "DE MwSt", "BE TVA"
"""Titles of taxes on orders, as the merchant wrote them."""
UNMAPPED_TAXES = (f"{GERMAN_TAX}|19", f"{BELGIAN_TAX}|21")
"""Taxes that orders carry and that have no counterpart in the profile, on purpose."""
TAXES: Mapping[str, str] = MappingProxyType(
    {
        f"{FRENCH_TAX}|20": VAT_FR_20,
        f"{FRENCH_TAX}|10": VAT_FR_10,
        f"{FRENCH_TAX}|5.5": VAT_FR_5_5,
        f"{FRENCH_TAX}|2.1": VAT_FR_2_1,
        f"{OVERSEAS_TAX}|8.5": VAT_DOM_8_5,
    }
)
"""Taxes of orders by title and percent, and the VAT of the folder that they are."""
TAX_CLASSES: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys((VAT_FR_20, VAT_FR_10, VAT_FR_5_5, VAT_FR_2_1), "taxable"), VAT_FR_0: "exempt"}
)
"""Shopify keeps a yes or no per variant; the rate comes from the shop's tax settings."""
ABROAD_RATES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"DE": (GERMAN_TAX, "0.19"), "BE": (BELGIAN_TAX, "0.21"), "RE": (OVERSEAS_TAX, "0.085")}
)
"""Tax of sales to countries where the shop is registered: title and share; the same for every article."""
FRENCH_RATES = frozenset({"FR", "MC", "NL", "IT", "ES", "LU", "IE"})
"""Countries where the shop charges French rates: it sells too little there to owe theirs."""
OVERSEAS_POSTCODE = "974"
"""French postcodes that begin so lie on La Réunion."""

CARD, PAYPAL, WIRE, CHEQUE, GIFT_CARD, INSTALMENTS = (
    "shopify_payments", "paypal", "Bank Deposit", "Money Order", "gift_card", "alma",
)  # fmt: skip
"""Gateways as transactions name them; instalments have no counterpart in the profile."""
COLISSIMO, CHRONOPOST, PICK_UP, COURIER, ABROAD, RELAY = (
    "Colissimo domicile", "Chronopost 24 h", "Retrait en boutique", "Coursier à vélo", "Colissimo international",
    "Relais colis",
)  # fmt: skip
"""Titles of shipping methods; the courier, and a relay that the shop no longer offers, have no counterpart."""
PRICES: Mapping[str, Decimal] = MappingProxyType(
    {
        COLISSIMO: Decimal("6.90"),
        CHRONOPOST: Decimal("11.88"),
        PICK_UP: Decimal("0.00"),
        COURIER: Decimal("7.80"),
        ABROAD: Decimal("17.90"),
        RELAY: Decimal("5.88"),
    }
)
"""Price of each with tax, in euros."""
SHIPPING_MODES: Mapping[str, str] = MappingProxyType(
    {COLISSIMO: "COL", CHRONOPOST: "CHR", PICK_UP: "RETRAIT", ABROAD: "COL"}
)
RATES: Mapping[str, str] = MappingProxyType({"GBP": "0.85", "USD": "1.25", "CHF": "0.95"})
"""Units of the buyer's currency for a euro. Shopify states none: both amounts of an order tell it."""


def facts() -> dict[str, Any]:
    """All of this as one JSON-able mapping, with what the folder is the same in for every shop."""
    own = folder_facts()
    shared = ("folder", "vat", "special_articles", "warehouses", "guest_account", "representative", "customer_family")
    return {
        **{name: own[name] for name in (*shared, "series")},
        "taxes": dict(TAXES),
        "unmapped_taxes": list(UNMAPPED_TAXES),
        "tax_classes": dict(TAX_CLASSES),
        "carriers": list(PRICES),
        "shipping_modes": dict(SHIPPING_MODES),
        "payment_methods": [CARD, PAYPAL, WIRE, CHEQUE, GIFT_CARD, INSTALMENTS],
        "unmapped_payment_methods": [INSTALMENTS],
        "currencies": list(RATES),
    }
