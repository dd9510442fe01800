"""Fill both states of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from atoosync_lab.sandbox.data.erp_data import ErpData
from atoosync_lab.sandbox.data.shop_data import ShopData


@dataclass(frozen=True)
class DemoReport:
    """What the demonstration holds.

    Attributes:
        counts: Records by system and kind.
        special_orders: Ids of the shop's orders that need care, by what is special about them.
        facts: Ids and names that a profile needs.
    """

    counts: dict[str, int]
    special_orders: dict[str, Any]
    facts: dict[str, Any]


def load_demo(
    shop: ShopData, shop_state: Path, erp: ErpData, erp_state: Path, today: date, version: str | None
) -> DemoReport:
    """Fill a fresh state folder of a shop and one of an ERP.

    Args:
        shop: The shop's part of the data.
        shop_state: State folder of the shop's sandbox.
        erp: The ERP's part of the data.
        erp_state: State folder of the ERP's server.
        today: Date from which all dates are counted back; orders are one to sixty days old.
        version: Version of the shop; None takes its usual one.
    """
    counts = {f"erp_{name}": count for name, count in erp.fill_demo(erp_state, today).items()}
    filled = shop.fill_demo(shop_state, today, version)
    counts |= {f"shop_{name}": count for name, count in filled.counts.items()}
    return DemoReport(counts, filled.special_orders, filled.facts)
