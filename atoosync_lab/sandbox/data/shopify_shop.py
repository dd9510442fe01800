"""The data sets in the Shopify sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from atoosync_lab.sandbox.data import shopify_retail
from atoosync_lab.sandbox.data.retail_source import RetailSource
from atoosync_lab.sandbox.data.shop_data import Filled
from atoosync_lab.sandbox.data.shopify_demo.facts import facts
from atoosync_lab.sandbox.data.shopify_demo.goods import Goods
from atoosync_lab.sandbox.data.shopify_demo.orders import make_orders
from atoosync_lab.sandbox.data.shopify_demo.profile import demo_settings
from atoosync_lab.sandbox.data.shopify_demo.shop import open_shop
from atoosync_lab.sandbox.data.shopify_retail import RetailShop
from atoosync_lab.sandbox.shopify.facts import VERSIONS
from atoosync_lab.sandbox.shopify.install import DEFAULT_TOKEN
from atoosync_lab.sandbox.shopify.state import FILE_NAME, ShopState

COUNTED = ("products", "variants", "customers", "orders", "line_items", "refunds")


class ShopifyData:
    """See `shop_data.ShopData`."""

    system = "shopify"
    files = (FILE_NAME,)
    args: tuple[str, ...] = ()
    credentials: Mapping[str, str] = MappingProxyType({"shop.access_token": DEFAULT_TOKEN})

    def fill_demo(self, state: Path, today: date, version: str | None) -> Filled:
        """See `shop_data.ShopData`."""
        _check(version)
        opened = ShopState.open(state)
        try:
            with opened.writing():
                shop = open_shop(opened, today)
                Goods(shop).fill()
                special = make_orders(shop)
            counts = {name: opened.value(f"SELECT COUNT(*) FROM {name}") for name in COUNTED}
            return Filled(counts, special, facts())
        finally:
            opened.close()

    def fill_retail(self, state: Path, source: RetailSource, version: str | None) -> tuple[int, int]:
        """See `shop_data.ShopData`."""
        _check(version)
        opened = ShopState.open(state)
        try:
            shop = RetailShop(opened, source)
            shop.fill()
        finally:
            opened.close()
        return len(shop.customers), len(shop.guests)

    def demo_settings(self, shop_url: str, erp_url: str, *, speed: float) -> dict[str, Any]:
        """See `shop_data.ShopData`."""
        return demo_settings(shop_url, erp_url, speed=speed)

    def retail_settings(self, shop_url: str, erp_url: str, *, speed: float) -> dict[str, Any]:
        """See `shop_data.ShopData`."""
        return shopify_retail.settings(shop_url, erp_url, speed=speed)


def _check(version: str | None) -> None:
    """The state is the same for every version of the API: only the server asks for it."""
    if version is not None and version not in VERSIONS:
        raise ValueError(f"no Shopify API {version}; there are {', '.join(VERSIONS)}")


DATA = ShopifyData()
