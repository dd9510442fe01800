"""The shop's part of a case: one module a system, seen past the connector."""

from __future__ import annotations

from tests.crash.shops.base import Fact, Shop
from tests.crash.shops.prestashop import PrestaShop
from tests.crash.shops.shopify import Shopify
from tests.crash.shops.woocommerce import WooCommerce

SHOPS: tuple[Shop, ...] = (PrestaShop(), WooCommerce(), Shopify())
"""All of them."""


def shop_of(system: str) -> Shop:
    """The shop of that system.

    Raises:
        ValueError: there is none.
    """
    for shop in SHOPS:
        if shop.system == system:
            return shop
    raise ValueError(f"no crash points for {system!r}; there are some for {', '.join(s.system for s in SHOPS)}")


__all__ = ["SHOPS", "Fact", "Shop", "shop_of"]
