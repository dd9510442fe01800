"""What a data set needs of a shop's sandbox: each system fills its own state and names its own ids.

`shop_data("woocommerce")` is `DATA` of `sandbox/data/woocommerce_shop.py`: a sandbox that joins adds such a module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from atoosync_lab.sandbox.data.retail_source import RetailSource

SHOPS = ("prestashop", "woocommerce", "shopify")
"""Shops that the data sets can be loaded into."""


@dataclass(frozen=True)
class Filled:
    """What a shop was filled with.

    Attributes:
        counts: Records by kind.
        special_orders: Ids of the orders that need care, by what is special about them.
        facts: Ids and names that a profile needs.
    """

    counts: dict[str, int]
    special_orders: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


class ShopData(Protocol):
    """One shop's part of the data sets."""

    system: str
    files: tuple[str, ...]
    """Names of the state's files that a load replaces."""
    args: tuple[str, ...]
    """Arguments with which its server is started for the demonstration."""
    credentials: Mapping[str, str]
    """The sandbox's public credentials, by secret field."""

    def fill_demo(self, state: Path, today: date, version: str | None) -> Filled:
        """Fill a fresh state folder with the demonstration.

        Raises:
            ValueError: the sandbox does not know the version.
        """
        ...

    def fill_retail(self, state: Path, source: RetailSource, version: str | None) -> tuple[int, int]:
        """Fill a fresh state folder with the real year; how many customers and guests it has now."""
        ...

    def demo_settings(self, shop_url: str, erp_url: str, *, speed: float) -> dict[str, Any]:
        """A profile of the demonstration as plain data, without secrets, in the ids of the first ERP's folder."""
        ...

    def retail_settings(self, shop_url: str, erp_url: str, *, speed: float) -> dict[str, Any]:
        """A profile of the real year as plain data, without secrets."""
        ...


def shop_data(system: str) -> ShopData:
    """The shop's part of the data sets.

    Raises:
        ValueError: there is none for this system.
    """
    if system not in SHOPS:
        raise ValueError(f"no data for {system!r}; there is some for {', '.join(SHOPS)}")
    found: ShopData = import_module(f"atoosync_lab.sandbox.data.{system}_shop").DATA
    return found
