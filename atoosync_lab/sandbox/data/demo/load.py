"""Fill both states of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from atoosync_lab.sandbox.data.demo.folder import fill_folder
from atoosync_lab.sandbox.data.shop_data import ShopData
from atoosync_lab.sandbox.ebp.seed import FolderState


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


def load_demo(shop: ShopData, state: Path, folder: FolderState, today: date, version: str | None) -> DemoReport:
    """Fill a fresh state folder of a shop and a fresh folder of the ERP.

    Args:
        shop: The shop's part of the data.
        state: State folder of the shop's sandbox.
        folder: The folder, with its reference data.
        today: Date from which all dates are counted back; orders are one to sixty days old.
        version: Version of the shop; None takes its usual one.
    """
    fill_folder(folder, today)
    filled = shop.fill_demo(state, folder, today, version)
    tables = {"articles": "Item", "stock_rows": "StockItem", "customers": "Customer"}
    counts = {f"erp_{name}": folder.count(table) for name, table in tables.items()}
    counts |= {f"shop_{name}": count for name, count in filled.counts.items()}
    return DemoReport(counts, filled.special_orders, filled.facts)
