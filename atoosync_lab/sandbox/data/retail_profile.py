"""Names and ids of the real year's shop and folder, and settings of a profile that imports it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atoosync_lab.sandbox.ebp.seed import MAIN_STOREHOUSE, TERRITORY_EXPORT, fixed_id

CURRENCY = "GBP"
FOLDER = "184980"
FOLDER_NAME = "Online Retail (GBP)"
VAT_UK_20 = fixed_id("retail-vat-20")
VAT_UK_0 = fixed_id("retail-vat-0")
TERRITORY_UK = "UK"
TAX_NAME = "VAT UK 20%"
"""The only tax of the shop; sales outside the United Kingdom carry none."""
TAX, TAX_GROUP = 1, 1
GUEST_CODE = "GUEST"
STATE_SOLD, STATE_CANCELLED = 2, 7
"""Order states: payment accepted; refunded (orders made for a cancellation alone)."""
SPECIAL_ARTICLES = {
    "misc": "ZDIVERS",
    "difference": "ZECART",
    "gift_wrap": "ZEMBAL",
    "shipping": "ZPORT",
    "discount": "ZREMISE",
}


@dataclass(frozen=True, kw_only=True)
class RetailPart:
    """What of the real year's profile differs from shop to shop.

    Attributes:
        system: System of the shop.
        default_tax: Tax group or class of articles without a mapped VAT.
        tax_groups: Tax group or class of the shop by VAT of the folder.
        taxes: VAT of the folder by `name|rate` of a tax on orders.
        method: Payment method of every sale.
        sold: Order status of sales.
    """

    system: str
    default_tax: str
    tax_groups: Mapping[str, str]
    taxes: Mapping[str, str]
    method: str
    sold: str


PRESTASHOP = RetailPart(
    system="prestashop",
    default_tax=str(TAX_GROUP),
    tax_groups={VAT_UK_20: str(TAX_GROUP), VAT_UK_0: "0"},
    taxes={f"{TAX_NAME}|20": VAT_UK_20, "|20": VAT_UK_20, "|0": VAT_UK_0},
    method="ps_wirepayment",
    sold=str(STATE_SOLD),
)


def retail_settings(
    shop_url: str, erp_url: str, *, speed: float = 0.0, part: RetailPart = PRESTASHOP
) -> dict[str, Any]:
    """A profile as plain data, without secrets.

    Args:
        shop_url: Address of the running shop sandbox.
        erp_url: Address of the running folder sandbox.
        speed: Speed that the folder sandbox runs at; 0 means no waits at all.
        part: What the shop's system makes different.
    """
    return {
        "version": 1,
        "id": "online-retail",
        "name": "Online Retail (année réelle)",
        "timezone": "Europe/London",
        "shop": {"system": part.system, "url": shop_url, "timezone": "Europe/London"},
        "erp": {
            "system": "ebp",
            "login_url": erp_url,
            "api_url": erp_url,
            "folder": FOLDER,
            "speed": speed,
            "settlements": "import",
        },
        "articles": {
            "products": {"default_tax": part.default_tax, "taxes": dict(part.tax_groups)},
            "stocks": {"warehouses": [MAIN_STOREHOUSE]},
        },
        "customers": {"mode": "per_customer", "prefix": "WEB", "length": 10, "family": "WEB"},
        "orders": _orders(part),
    }


def _orders(part: RetailPart) -> dict[str, Any]:
    return {
        "header": {
            "date": "order",
            "price_precision": 3,
            "series": "WE",
            "warehouse": MAIN_STOREHOUSE,
            "reference": "Web %OI",
        },
        "maps": {
            "countries": {"GB": {"with_tax": TERRITORY_UK, "without_tax": TERRITORY_EXPORT}},
            "default_country": {"with_tax": TERRITORY_UK, "without_tax": TERRITORY_EXPORT},
            "taxes": dict(part.taxes),
            "zero_tax": VAT_UK_0,
            "payments": {
                f"{part.method}|{CURRENCY}": {
                    "payment_terms": "COMPT",
                    "payment_means": "VIR",
                    "treasury": "BQ1",
                    "create_settlement": True,
                }
            },
            "default_carrier": "COL",
            "currencies": {CURRENCY: CURRENCY},
        },
        "articles": {**SPECIAL_ARTICLES, "difference_vat": VAT_UK_0},
        "options": {"skip_existing": True, "misc_for_unknown": False, "difference_line": True},
        "settlements": {"create": True, "total": "order", "date": "payment"},
        "reading": {"date_field": "created", "guest_account": GUEST_CODE, "method_source": "module"},
        "period": "all",
        "statuses": {part.sold: {"kind": "order", "state": "Accepté"}},
        "credit_notes": {"enabled": True, "period": "all"},
    }
