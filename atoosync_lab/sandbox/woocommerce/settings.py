"""The settings of the shop that the API shows: group, type, default, options. Texts are left out.

Source: the setting groups of WooCommerce 9.9; only those that touch what a connector reads or writes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One setting: its kind (`checkbox`, `radio`, `select`, `text`, `number`), default, values, and if it has a tip."""

    kind: str
    default: str
    options: tuple[str, ...] = ()
    tip: bool = True


GROUPS: dict[str, dict[str, Setting]] = {
    "general": {
        "woocommerce_store_address": Setting("text", ""),
        "woocommerce_store_city": Setting("text", ""),
        "woocommerce_default_country": Setting("select", "US:CA", ("FR", "BE", "DE", "US:CA")),
        "woocommerce_store_postcode": Setting("text", ""),
        "woocommerce_calc_taxes": Setting("checkbox", "no"),
        "woocommerce_enable_coupons": Setting("checkbox", "yes"),
        "woocommerce_calc_discounts_sequentially": Setting("checkbox", "no"),
        "woocommerce_currency": Setting("select", "USD", ("EUR", "USD", "GBP", "CHF")),
        "woocommerce_currency_pos": Setting("select", "left", ("left", "right", "left_space", "right_space")),
        "woocommerce_price_thousand_sep": Setting("text", ","),
        "woocommerce_price_decimal_sep": Setting("text", "."),
        "woocommerce_price_num_decimals": Setting("number", "2"),
    },
    "products": {
        "woocommerce_weight_unit": Setting("select", "lbs", ("kg", "g", "lbs", "oz")),
        "woocommerce_dimension_unit": Setting("select", "in", ("m", "cm", "mm", "in", "yd")),
        "woocommerce_manage_stock": Setting("checkbox", "yes"),
        "woocommerce_notify_low_stock_amount": Setting("number", "2"),
        "woocommerce_notify_no_stock_amount": Setting("number", "0"),
        "woocommerce_hide_out_of_stock_items": Setting("checkbox", "no"),
    },
    "tax": {
        "woocommerce_prices_include_tax": Setting("radio", "no", ("yes", "no")),
        "woocommerce_tax_based_on": Setting("select", "shipping", ("shipping", "billing", "base")),
        "woocommerce_shipping_tax_class": Setting("select", "inherit"),
        "woocommerce_tax_round_at_subtotal": Setting("checkbox", "no", tip=False),
        "woocommerce_tax_display_shop": Setting("select", "excl", ("incl", "excl")),
        "woocommerce_tax_display_cart": Setting("select", "excl", ("incl", "excl")),
        "woocommerce_tax_total_display": Setting("select", "itemized", ("single", "itemized")),
    },
}
