"""What each resource does beyond the general rules of `writing`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from atoosync_lab.sandbox.prestashop.rules import catalog, people, sales, settings
from atoosync_lab.sandbox.prestashop.writing import Rules

_CLASSES: Mapping[str, type[Rules]] = MappingProxyType(
    {
        "addresses": people.Addresses,
        "carriers": settings.Carriers,
        "cart_rules": settings.CartRules,
        "carts": sales.Carts,
        "categories": catalog.Categories,
        "combinations": catalog.Combinations,
        "configurations": settings.Configurations,
        "currencies": settings.Currencies,
        "customers": people.Customers,
        "order_carriers": sales.OrderCarriers,
        "order_histories": sales.OrderHistories,
        "order_slip": sales.OrderSlips,
        "order_states": settings.SoftDeleted,
        "orders": sales.Orders,
        "product_feature_values": catalog.Positioned,
        "product_features": catalog.Positioned,
        "product_option_values": catalog.Positioned,
        "product_options": catalog.Options,
        "products": catalog.Products,
        "specific_prices": catalog.SpecificPrices,
        "stock_availables": catalog.Stocks,
        "tax_rule_groups": settings.SoftDeleted,
        "taxes": settings.Taxes,
    }
)


def rules_of(resource: str) -> Rules:
    """The rules of a resource."""
    return _CLASSES.get(resource, Rules)(resource)
