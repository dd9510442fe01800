"""Settings of a profile that links the Shopify demonstration and the folder: all maps but the deliberate gaps."""

from __future__ import annotations

from typing import Any

from atoosync_lab.sandbox.data.demo.profile import ShopPart, payment_rule, settings_for
from atoosync_lab.sandbox.data.shopify_demo.facts import (
    CARD,
    CHEQUE,
    GIFT_CARD,
    PAYPAL,
    SHIPPING_MODES,
    TAX_CLASSES,
    TAXES,
    WIRE,
)


def demo_settings(shop_url: str, erp_url: str, *, speed: float = 60.0) -> dict[str, Any]:
    """See `demo.profile.settings_for`."""
    return settings_for(_part(), shop_url, erp_url, speed=speed)


def _part() -> ShopPart:
    accepted = {"kind": "order", "state": "Accepté"}
    card, wire = payment_rule("WEB", "CB", "BQ1"), payment_rule("COMPT", "VIR", "BQ1")
    paypal, cheque = payment_rule("WEB", "PAYPAL", "BQ1"), payment_rule("COMPT", "CHQ", "BQ1", settle=False)
    return ShopPart(
        system="shopify",
        label="Shopify",
        default_tax="taxable",
        tax_groups=TAX_CLASSES,
        texts={
            "name": "Caption",
            "description": "DesCom",
            "meta_title": "xx_MetaTitle",
            "meta_description": "xx_MetaDescription",
        },
        category="",
        # Prices of a Shopify shop are money of its currency: no more decimals than that has.
        price_precision=2,
        taxes=TAXES,
        payments={
            **{f"{CARD}|{currency}": card for currency in ("EUR", "USD", "CHF")},
            **{f"{PAYPAL}|{currency}": paypal for currency in ("EUR", "GBP")},
            f"{WIRE}|EUR": wire,
            f"{CHEQUE}|EUR": cheque,
            f"{GIFT_CARD}|EUR": card,
        },
        carriers=SHIPPING_MODES,
        # Unpaid orders wait in the shop. Orders paid back in full are left there too, with their credit notes to read.
        statuses={
            "authorized": accepted,
            "partially_paid": accepted,
            "paid": accepted,
            "partially_refunded": accepted,
            "partially_fulfilled": accepted,
            "fulfilled": {"kind": "delivery_note", "state": "Accepté"},
            "closed": {"kind": "invoice", "state": "Accepté"},
        },
        status_update={"delivery_note": "fulfilled", "invoice": "closed"},
        # Ids have thirteen digits. People know an order by its name: #1001.
        customers={"length": 16},
        header={"reference": "Web %OR - %CF %CL"},
        settlements={"label": "%CF %CL - %OR"},
    )
