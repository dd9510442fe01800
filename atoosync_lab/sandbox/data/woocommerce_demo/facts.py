"""Ids and names of the demonstration's WooCommerce shop that a profile needs. Tests hold them against the state.

The shop keeps prices with tax, as shops that sell to consumers do, rounds taxes on each line, and names every French
rate "TVA", so that a tax is told by its name and its rate together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from atoosync_lab.sandbox.data.demo.facts import facts as folder_facts
from atoosync_lab.sandbox.ebp.seed import VAT_DOM_8_5, VAT_FR_0, VAT_FR_2_1, VAT_FR_5_5, VAT_FR_10, VAT_FR_20

LANGUAGE = "fr"
TAX_CLASSES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "10": ("taux-intermediaire", "Taux intermédiaire"),
        "5.5": ("reduced-rate", "Taux réduit"),
        "2.1": ("taux-super-reduit", "Taux super-réduit"),
        "0": ("zero-rate", "Taux zéro"),
    }
)
"""Slug and name of the tax classes by French percent; 20 % is the standard class, which has neither."""
STANDARD = "standard"
FRENCH_TAX, OVERSEAS_TAX, GERMAN_TAX, BELGIAN_TAX = "TVA", "TVA Réunion", "MwSt.", "BTW"
FRENCH_RATES = ("FR", "MC", "NL", "IT", "ES", "LU", "IE")
"""Countries where the shop charges French rates: it sells too little there to owe theirs."""
UNMAPPED_TAXES = (f"{GERMAN_TAX}|19", f"{BELGIAN_TAX}|21")
"""Taxes that orders carry and that have no counterpart in the profile, on purpose."""
TAXES: Mapping[str, str] = MappingProxyType(
    {
        f"{FRENCH_TAX}|20": VAT_FR_20,
        f"{FRENCH_TAX}|10": VAT_FR_10,
        f"{FRENCH_TAX}|5.5": VAT_FR_5_5,
        f"{FRENCH_TAX}|2.1": VAT_FR_2_1,
        f"{FRENCH_TAX}|0": VAT_FR_0,
        f"{OVERSEAS_TAX}|8.5": VAT_DOM_8_5,
    }
)
"""Taxes of orders by name and percent, and the VAT of the folder that they are."""
GATEWAYS: Mapping[str, str] = MappingProxyType(
    {
        "stripe": "Carte bancaire",
        "ppcp-gateway": "PayPal",
        "bacs": "Virement bancaire",
        "cheque": "Chèque",
        "alma_pnx_3": "Paiement en 3 fois",
    }
)
"""Payment methods: those of plug-ins take the ids that the plug-ins give them."""
NOT_MAPPED_METHOD = "alma_pnx_3"
COLISSIMO, CHRONOPOST, PICK_UP, FREE, COURIER, ABROAD = (
    "flat_rate:1", "flat_rate:2", "local_pickup:3", "free_shipping:4", "flat_rate:5", "flat_rate:6",
)  # fmt: skip
"""Methods of the shop's zones; the courier has no counterpart in the profile."""
CARRIERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        COLISSIMO: ("Colissimo domicile", "5.75"),
        CHRONOPOST: ("Chronopost 24 h", "9.90"),
        PICK_UP: ("Retrait en boutique", "0"),
        FREE: ("Livraison offerte", "0"),
        COURIER: ("Coursier à vélo", "6.50"),
        ABROAD: ("Colissimo international", "14.90"),
    }
)
"""Title and net price of each method."""
SHIPPING_MODES: Mapping[str, str] = MappingProxyType(
    {COLISSIMO: "COL", CHRONOPOST: "CHR", PICK_UP: "RETRAIT", FREE: "COL", ABROAD: "COL"}
)
RATE_META = "_wcpay_multi_currency_order_exchange_rate"
"""Meta of orders in which the plug-in for currencies keeps the rate."""
RATES: Mapping[str, str] = MappingProxyType({"GBP": "0.85", "USD": "1.25", "CHF": "0.95"})
"""Units of the currency for a euro."""


def facts() -> dict[str, Any]:
    """All of this as one JSON-able mapping, with what the folder is the same in for every shop."""
    own = folder_facts()
    shared = ("folder", "vat", "special_articles", "warehouses", "guest_account", "representative", "customer_family")
    return {
        **{name: own[name] for name in (*shared, "series")},
        "taxes": dict(TAXES),
        "unmapped_taxes": list(UNMAPPED_TAXES),
        "tax_classes": {"20": STANDARD, **{rate: slug for rate, (slug, _) in TAX_CLASSES.items()}},
        "language": LANGUAGE,
        "carriers": {key: title for key, (title, _) in CARRIERS.items()},
        "shipping_modes": dict(SHIPPING_MODES),
        "payment_methods": list(GATEWAYS),
        "unmapped_payment_methods": [NOT_MAPPED_METHOD],
        "currencies": list(RATES),
    }
