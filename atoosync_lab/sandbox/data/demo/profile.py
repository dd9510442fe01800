"""Settings of a profile that links the demonstration's shop and folder: everything maps but the few deliberate gaps."""

from __future__ import annotations

from typing import Any

from atoosync_lab.sandbox.data.demo.facts import COLLEAGUE, FOLDER, GUEST_CODE, SPECIAL_ARTICLES, facts
from atoosync_lab.sandbox.ebp.seed import (
    MAIN_STOREHOUSE,
    TERRITORY_DOM,
    TERRITORY_EU,
    TERRITORY_EXPORT,
    TERRITORY_FR,
    VAT_FR_0,
)

EU_COUNTRIES = ("DE", "BE", "NL", "IT", "ES", "LU", "IE", "XI")
"""Countries of buyers within the EU; XI are British addresses in Northern Ireland, for goods."""
EXPORT_COUNTRIES = ("GB", "CH", "US")
"""Countries outside; Norway is left out on purpose, so that a country without a rule is seen."""
OVERSEAS = ("RE", "GP", "MQ")


def demo_settings(shop_url: str, erp_url: str, *, speed: float = 60.0) -> dict[str, Any]:
    """A profile as plain data, without secrets.

    Args:
        shop_url: Address of the running shop sandbox.
        erp_url: Address of the running folder sandbox.
        speed: Speed that the folder sandbox runs at: waits and limits are divided by it, 0 means none.
    """
    return {
        "version": 1,
        "id": "demo",
        "name": "EBP <> PrestaShop (démonstration)",
        "shop": {"system": "prestashop", "url": shop_url},
        "erp": {
            "system": "ebp",
            "login_url": erp_url,
            "api_url": erp_url,
            "folder": FOLDER,
            "speed": speed,
            "settlements": "import",
        },
        "articles": _articles(),
        "customers": {
            "find_by_siret": True,
            "find_by_email": True,
            "find_by_vat_number": True,
            "mode": "per_customer",
            "prefix": "WEB",
            "length": 10,
            "account_mode": "single",
            "account": "41100000",
            "representative": COLLEAGUE,
            "family": "WEB",
            "group": "DETAIL",
        },
        "orders": _orders(),
    }


def _articles() -> dict[str, Any]:
    found = facts()
    vat, groups = found["vat"], found["tax_rule_groups"]
    texts = {"name": "Caption", "description": "DesCom", "meta_title": "xx_MetaTitle"}
    return {
        "products": {
            "create": True,
            "texts": {**texts, "meta_description": "xx_MetaDescription"},
            "texts_by_language": {
                found["languages"]["en"]: {"name": "LocalizableCaption_2", "description": "LocalizableDesCom_2"},
                found["languages"]["de"]: {"name": "LocalizableCaption_3", "description": "LocalizableDesCom_3"},
            },
            "default_tax": groups["20"],
            # Group 0 is the shop's "no tax": the default must not tax what the ERP sells without.
            "taxes": {**{vat[rate]: group for rate, group in groups.items()}, VAT_FR_0: "0"},
            "brand_field": "xx_Marque",
            "published_only": True,
        },
        "creation": {"active": True, "category": found["category"]},
        "stocks": {"warehouses": [MAIN_STOREHOUSE], "kind": "real", "published_only": True},
        "prices": {"precision": 6, "published_only": True},
    }


def _rule(terms: str, means: str, treasury: str, *, settle: bool = True) -> dict[str, Any]:
    return {"payment_terms": terms, "payment_means": means, "treasury": treasury, "create_settlement": settle}


def _orders() -> dict[str, Any]:
    found = facts()
    vat, states = found["vat"], found["states"]
    accepted = {"kind": "order", "state": "Accepté"}
    return {
        "header": {
            "date": "order",
            "price_precision": 6,
            "series": found["series"],
            "warehouse": MAIN_STOREHOUSE,
            "reference": "Web %OI - %CF %CL",
        },
        "maps": {
            "countries": _countries(),
            "taxes": found["taxes"],
            "zero_tax": VAT_FR_0,
            "payments": _payments(),
            "carriers": found["shipping_modes"],
            "carriers_by": "id",
            "default_carrier": "COL",
            "currencies": {"GBP": "GBP", "USD": "USD"},
        },
        "articles": {
            "misc": SPECIAL_ARTICLES["misc"],
            "difference": SPECIAL_ARTICLES["difference"],
            "gift_wrap": SPECIAL_ARTICLES["gift_wrap"],
            "shipping": SPECIAL_ARTICLES["shipping"],
            "discount": SPECIAL_ARTICLES["discount"],
            "discounts": {vat[rate]: SPECIAL_ARTICLES[f"discount_{rate}"] for rate in ("20", "10", "5.5", "2.1")},
            "difference_vat": VAT_FR_0,
        },
        "options": {
            "skip_existing": True,
            "misc_for_unknown": False,
            "difference_line": True,
            "shipping_as_line": True,
        },
        "settlements": {"create": True, "total": "order", "date": "payment", "from_payments": True},
        "reading": {"date_field": "created", "guest_account": GUEST_CODE, "method_source": "module"},
        "period": "last_15_days",
        "statuses": {
            states["paid"]: {**accepted, "set_status": states["preparing"]},
            states["remote_paid"]: accepted,
            states["backorder_paid"]: accepted,
            states["preparing"]: accepted,
            states["shipped"]: {"kind": "delivery_note", "state": "Accepté"},
            states["delivered"]: {"kind": "invoice", "state": "Accepté"},
        },
        "status_update": {"delivery_note": states["shipped"], "invoice": states["delivered"]},
        "credit_notes": {"enabled": True, "period": "last_15_days"},
    }


def _countries() -> dict[str, dict[str, str]]:
    return {
        "FR": {"with_tax": TERRITORY_FR, "without_tax": TERRITORY_FR},
        **{country: {"with_tax": TERRITORY_FR, "without_tax": TERRITORY_EU} for country in EU_COUNTRIES},
        **{country: {"with_tax": TERRITORY_FR, "without_tax": TERRITORY_EXPORT} for country in EXPORT_COUNTRIES},
        **{country: {"with_tax": TERRITORY_DOM, "without_tax": TERRITORY_DOM} for country in OVERSEAS},
    }


def _payments() -> dict[str, dict[str, Any]]:
    card, wire = _rule("WEB", "CB", "BQ1"), _rule("COMPT", "VIR", "BQ1")
    rules = {"ps_wirepayment|EUR": wire, "ps_checkpayment|EUR": _rule("COMPT", "CHQ", "BQ1", settle=False)}
    rules |= {f"stripe_official|{currency}": card for currency in ("EUR", "GBP", "USD", "CHF")}
    rules |= {f"paypal|{currency}": _rule("WEB", "PAYPAL", "BQ1") for currency in ("EUR", "GBP")}
    # Payments carry a name that people read; one settlement a payment asks for these.
    return {**rules, "Virement bancaire|EUR": wire, "Carte bancaire|EUR": card, "Bon cadeau|EUR": card}
