"""Settings of a profile that links the demonstration's shop and folder: everything maps but the few deliberate gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, kw_only=True)
class ShopPart:
    """What of the demonstration's profile differs from shop to shop.

    Attributes:
        system: System of the shop.
        label: Its name as people write it.
        default_tax: Tax group or class of articles whose VAT is not in `tax_groups`.
        tax_groups: Tax group or class of the shop by VAT of the folder.
        texts: Fields of the folder by text of the shop's main language.
        texts_by_language: The same for further languages, by the shop's id of the language.
        category: Category of new products.
        price_precision: Decimals of prices sent to the shop.
        taxes: VAT of the folder by `name|rate` of a tax on orders.
        payments: Rule by `method|currency`.
        carriers: Shipping mode of the folder by the shop's carrier.
        currencies: Currency of the folder by the shop's, where amounts stay in it.
        statuses: Rule by the shop's order status.
        status_update: Status of the shop by kind of document.
        shop: Further settings of the connection.
        products: Further settings of the products tab.
        customers: Further settings of customers.
        header: Further settings of the documents' header.
        settlements: Further settings of settlements.
    """

    system: str
    label: str
    default_tax: str
    tax_groups: Mapping[str, str]
    texts: Mapping[str, str]
    texts_by_language: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    category: str
    price_precision: int = 6
    taxes: Mapping[str, str]
    payments: Mapping[str, Mapping[str, Any]]
    carriers: Mapping[str, str]
    currencies: Mapping[str, str] = field(default_factory=lambda: {"GBP": "GBP", "USD": "USD"})
    statuses: Mapping[str, Mapping[str, Any]]
    status_update: Mapping[str, str]
    shop: Mapping[str, Any] = field(default_factory=dict)
    products: Mapping[str, Any] = field(default_factory=dict)
    customers: Mapping[str, Any] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=dict)
    settlements: Mapping[str, Any] = field(default_factory=dict)


def demo_settings(shop_url: str, erp_url: str, *, speed: float = 60.0) -> dict[str, Any]:
    """The profile for PrestaShop: see `settings_for`."""
    return settings_for(_prestashop(), shop_url, erp_url, speed=speed)


def settings_for(part: ShopPart, shop_url: str, erp_url: str, *, speed: float = 60.0) -> dict[str, Any]:
    """A profile as plain data, without secrets.

    Args:
        part: What the shop's system makes different.
        shop_url: Address of the running shop sandbox.
        erp_url: Address of the running folder sandbox.
        speed: Speed that the folder sandbox runs at: waits and limits are divided by it, 0 means none.
    """
    return {
        "version": 1,
        "id": "demo",
        "name": f"EBP <> {part.label} (démonstration)",
        "shop": {"system": part.system, "url": shop_url, **part.shop},
        "erp": {
            "system": "ebp",
            "login_url": erp_url,
            "api_url": erp_url,
            "folder": FOLDER,
            "speed": speed,
            "settlements": "import",
        },
        "articles": _articles(part),
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
            **part.customers,
        },
        "orders": _orders(part),
    }


def _articles(part: ShopPart) -> dict[str, Any]:
    return {
        "products": {
            "create": True,
            "texts": dict(part.texts),
            "texts_by_language": {language: dict(texts) for language, texts in part.texts_by_language.items()},
            "default_tax": part.default_tax,
            "taxes": dict(part.tax_groups),
            "brand_field": "xx_Marque",
            "published_only": True,
            **part.products,
        },
        "creation": {"active": True, "category": part.category},
        "stocks": {"warehouses": [MAIN_STOREHOUSE], "kind": "real", "published_only": True},
        "prices": {"precision": part.price_precision, "published_only": True},
    }


def _orders(part: ShopPart) -> dict[str, Any]:
    found = facts()
    vat = found["vat"]
    return {
        "header": {
            "date": "order",
            "price_precision": 6,
            "series": found["series"],
            "warehouse": MAIN_STOREHOUSE,
            "reference": "Web %OI - %CF %CL",
            **part.header,
        },
        "maps": {
            "countries": _countries(),
            "taxes": dict(part.taxes),
            "zero_tax": VAT_FR_0,
            "payments": {key: dict(rule) for key, rule in part.payments.items()},
            "carriers": dict(part.carriers),
            "carriers_by": "id",
            "default_carrier": "COL",
            "currencies": dict(part.currencies),
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
        "settlements": {
            "create": True,
            "total": "order",
            "date": "payment",
            "from_payments": True,
            **part.settlements,
        },
        "reading": {"date_field": "created", "guest_account": GUEST_CODE, "method_source": "module"},
        "period": "last_15_days",
        "statuses": {status: dict(rule) for status, rule in part.statuses.items()},
        "status_update": dict(part.status_update),
        "credit_notes": {"enabled": True, "period": "last_15_days"},
    }


def _countries() -> dict[str, dict[str, str]]:
    return {
        "FR": {"with_tax": TERRITORY_FR, "without_tax": TERRITORY_FR},
        **{country: {"with_tax": TERRITORY_FR, "without_tax": TERRITORY_EU} for country in EU_COUNTRIES},
        **{country: {"with_tax": TERRITORY_FR, "without_tax": TERRITORY_EXPORT} for country in EXPORT_COUNTRIES},
        **{country: {"with_tax": TERRITORY_DOM, "without_tax": TERRITORY_DOM} for country in OVERSEAS},
    }


def payment_rule(terms: str, means: str, treasury: str, *, settle: bool = True) -> dict[str, Any]:
    """What a payment method becomes in the folder: terms, means, treasury account, whether it is settled."""
    return {"payment_terms": terms, "payment_means": means, "treasury": treasury, "create_settlement": settle}


def _prestashop() -> ShopPart:
    found = facts()
    vat, groups, states = found["vat"], found["tax_rule_groups"], found["states"]
    texts = {"name": "Caption", "description": "DesCom", "meta_title": "xx_MetaTitle"}
    accepted = {"kind": "order", "state": "Accepté"}
    return ShopPart(
        system="prestashop",
        label="PrestaShop",
        default_tax=groups["20"],
        # Group 0 is the shop's "no tax": the default must not tax what the ERP sells without.
        tax_groups={**{vat[rate]: group for rate, group in groups.items()}, VAT_FR_0: "0"},
        texts={**texts, "meta_description": "xx_MetaDescription"},
        texts_by_language={
            found["languages"]["en"]: {"name": "LocalizableCaption_2", "description": "LocalizableDesCom_2"},
            found["languages"]["de"]: {"name": "LocalizableCaption_3", "description": "LocalizableDesCom_3"},
        },
        category=found["category"],
        taxes=found["taxes"],
        payments=_payments(),
        carriers=found["shipping_modes"],
        statuses={
            states["paid"]: {**accepted, "set_status": states["preparing"]},
            states["remote_paid"]: accepted,
            states["backorder_paid"]: accepted,
            states["preparing"]: accepted,
            states["shipped"]: {"kind": "delivery_note", "state": "Accepté"},
            states["delivered"]: {"kind": "invoice", "state": "Accepté"},
        },
        status_update={"delivery_note": states["shipped"], "invoice": states["delivered"]},
    )


def _payments() -> dict[str, dict[str, Any]]:
    card, wire = payment_rule("WEB", "CB", "BQ1"), payment_rule("COMPT", "VIR", "BQ1")
    rules = {"ps_wirepayment|EUR": wire, "ps_checkpayment|EUR": payment_rule("COMPT", "CHQ", "BQ1", settle=False)}
    rules |= {f"stripe_official|{currency}": card for currency in ("EUR", "GBP", "USD", "CHF")}
    rules |= {f"paypal|{currency}": payment_rule("WEB", "PAYPAL", "BQ1") for currency in ("EUR", "GBP")}
    # Payments carry a name that people read; one settlement a payment asks for these.
    return {**rules, "Virement bancaire|EUR": wire, "Carte bancaire|EUR": card, "Bon cadeau|EUR": card}
