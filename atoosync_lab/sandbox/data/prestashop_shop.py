"""The data sets in the PrestaShop sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from atoosync_lab.sandbox.data.demo.facts import facts
from atoosync_lab.sandbox.data.demo.orders import make_orders
from atoosync_lab.sandbox.data.demo.profile import demo_settings
from atoosync_lab.sandbox.data.demo.shop import open_shop
from atoosync_lab.sandbox.data.demo.shop_goods import Goods
from atoosync_lab.sandbox.data.retail_profile import retail_settings
from atoosync_lab.sandbox.data.retail_shop import RetailShop
from atoosync_lab.sandbox.data.retail_source import RetailSource
from atoosync_lab.sandbox.data.shop_data import Filled
from atoosync_lab.sandbox.prestashop.fields import VERSIONS, Version
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from atoosync_lab.sandbox.prestashop.seed import ShopState
from atoosync_lab.sandbox.prestashop.state import FILE_NAME

COUNTED = ("products", "combinations", "customers", "orders", "order_details", "order_slip")


class PrestaShopData:
    """See `shop_data.ShopData`."""

    system = "prestashop"
    files = (FILE_NAME,)
    args: tuple[str, ...] = ()
    credentials: Mapping[str, str] = MappingProxyType({"shop.key": DEFAULT_KEY})

    def fill_demo(self, state: Path, today: date, version: str | None) -> Filled:
        """See `shop_data.ShopData`."""
        opened = ShopState.open(state, _version(version))
        try:
            shop = open_shop(opened, today)
            Goods(shop).fill()
            special = make_orders(shop)
            counts = {name: opened.db.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in COUNTED}
            return Filled(counts, special, facts())
        finally:
            opened.close()

    def fill_retail(self, state: Path, source: RetailSource, version: str | None) -> tuple[int, int]:
        """See `shop_data.ShopData`."""
        opened = ShopState.open(state, _version(version))
        try:
            shop = RetailShop(opened, source)
            shop.fill()
        finally:
            opened.close()
        numbers = [customer for customer, _ in shop.buyers]
        return len({n for n in numbers if n is not None}), sum(1 for n in numbers if n is None)

    def demo_settings(self, shop_url: str, erp_url: str, *, speed: float) -> dict[str, Any]:
        """See `shop_data.ShopData`."""
        return demo_settings(shop_url, erp_url, speed=speed)

    def retail_settings(self, shop_url: str, erp_url: str, *, speed: float) -> dict[str, Any]:
        """See `shop_data.ShopData`."""
        return retail_settings(shop_url, erp_url, speed=speed)


def _version(version: str | None) -> Version:
    for known in VERSIONS:
        if known == (version or "9"):
            return known
    raise ValueError(f"no PrestaShop {version}; there are {', '.join(VERSIONS)}")


DATA = PrestaShopData()
