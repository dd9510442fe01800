"""Fill both states of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from atoosync_lab.sandbox.data.demo.facts import facts
from atoosync_lab.sandbox.data.demo.folder import fill_folder
from atoosync_lab.sandbox.data.demo.orders import make_orders
from atoosync_lab.sandbox.data.demo.shop import open_shop
from atoosync_lab.sandbox.data.demo.shop_goods import Goods
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.sandbox.prestashop.seed import ShopState


@dataclass(frozen=True)
class DemoReport:
    """What the demonstration holds.

    Attributes:
        counts: Records by system and kind.
        special_orders: Ids of the shop's orders that need care, by what is special about them.
        facts: Ids and names that a profile needs.
    """

    counts: dict[str, int]
    special_orders: dict[str, int]
    facts: dict[str, Any]


def load_demo(state: ShopState, folder: FolderState, today: date) -> DemoReport:
    """Fill a freshly installed shop and a fresh folder.

    Args:
        state: The shop.
        folder: The folder, with its reference data.
        today: Date from which all dates are counted back; orders are one to sixty days old.
    """
    fill_folder(folder, today)
    shop = open_shop(state, today)
    Goods(shop).fill()
    special = make_orders(shop)
    tables = {"articles": "Item", "stock_rows": "StockItem", "customers": "Customer"}
    counts = {f"erp_{name}": folder.count(table) for name, table in tables.items()}
    for name in ("products", "combinations", "customers", "orders", "order_details", "order_slip"):
        counts[f"shop_{name}"] = state.db.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]
    return DemoReport(counts, special, facts())
