"""Settings of a profile that links the WooCommerce demonstration and the folder: all maps but the deliberate gaps."""

from __future__ import annotations

from typing import Any

from atoosync_lab.sandbox.data.demo.facts import VAT_BY_RATE
from atoosync_lab.sandbox.data.demo.profile import ShopPart, payment_rule, settings_for
from atoosync_lab.sandbox.data.woocommerce_demo.facts import SHIPPING_MODES, STANDARD, TAXES, facts


def demo_settings(shop_url: str, erp_url: str, *, speed: float = 60.0) -> dict[str, Any]:
    """See `demo.profile.settings_for`."""
    return settings_for(_part(), shop_url, erp_url, speed=speed)


def _part() -> ShopPart:
    accepted = {"kind": "order", "state": "Accepté"}
    card, wire = payment_rule("WEB", "CB", "BQ1"), payment_rule("COMPT", "VIR", "BQ1")
    paypal, cheque = payment_rule("WEB", "PAYPAL", "BQ1"), payment_rule("COMPT", "CHQ", "BQ1", settle=False)
    return ShopPart(
        system="woocommerce",
        label="WooCommerce",
        default_tax=STANDARD,
        tax_groups={VAT_BY_RATE[rate]: slug for rate, slug in facts()["tax_classes"].items()},
        texts={"name": "Caption", "description": "DesCom"},
        category="",
        taxes=TAXES,
        payments={
            **{f"stripe|{currency}": card for currency in ("EUR", "USD", "CHF")},
            **{f"ppcp-gateway|{currency}": paypal for currency in ("EUR", "GBP")},
            "bacs|EUR": wire,
            "cheque|EUR": cheque,
        },
        carriers=SHIPPING_MODES,
        # Orders on hold wait for a wire, a cheque or a capture: they are imported, and settled once they are paid.
        statuses={
            "processing": accepted,
            "on-hold": accepted,
            "completed": {"kind": "invoice", "state": "Accepté"},
        },
        status_update={"invoice": "completed"},
    )
