"""The data sets in the WooCommerce sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from atoosync_lab.sandbox.data import woocommerce_retail
from atoosync_lab.sandbox.data.retail_source import RetailSource
from atoosync_lab.sandbox.data.shop_data import Filled
from atoosync_lab.sandbox.data.woocommerce_demo.facts import facts
from atoosync_lab.sandbox.data.woocommerce_demo.goods import Goods
from atoosync_lab.sandbox.data.woocommerce_demo.orders import make_orders
from atoosync_lab.sandbox.data.woocommerce_demo.profile import demo_settings
from atoosync_lab.sandbox.data.woocommerce_demo.shop import open_shop
from atoosync_lab.sandbox.data.woocommerce_retail import RetailShop
from atoosync_lab.sandbox.woocommerce.install import WRITE_KEY, WRITE_SECRET
from atoosync_lab.sandbox.woocommerce.state import FILE_NAME, ShopState


class WooCommerceData:
    """See `shop_data.ShopData`."""

    system = "woocommerce"
    files = (FILE_NAME,)
    args: tuple[str, ...] = ()
    credentials: Mapping[str, str] = MappingProxyType(
        {"shop.consumer_key": WRITE_KEY, "shop.consumer_secret": WRITE_SECRET}
    )

    def fill_demo(self, state: Path, today: date, version: str | None) -> Filled:
        """See `shop_data.ShopData`."""
        opened = ShopState.open(state, version)
        try:
            with opened.writing():
                shop = open_shop(opened, today)
                Goods(shop).fill()
                special = make_orders(shop)
            return Filled(_counts(opened), special, facts())
        finally:
            opened.close()

    def fill_retail(self, state: Path, source: RetailSource, version: str | None) -> tuple[int, int]:
        """See `shop_data.ShopData`."""
        opened = ShopState.open(state, version)
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
        return woocommerce_retail.settings(shop_url, erp_url, speed=speed)


def _counts(state: ShopState) -> dict[str, int]:
    lines = state.db.execute("SELECT sum(json_array_length(doc, '$.line_items')) FROM orders").fetchone()[0]
    return {
        "products": state.count("products", "type != 'variation'"),
        "variations": state.count("products", "type = 'variation'"),
        "customers": state.count("customers", "role = 'customer'"),
        "orders": state.count("orders"),
        "order_lines": lines,
        "refunds": state.count("refunds"),
    }


DATA = WooCommerceData()
