"""Calls of each flow against the least that do the job with the batch sizes of both APIs; the sandboxes count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from atoosync_lab.cli.demo_steps import Demo
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs.run import RunRequest, RunResult
from atoosync_lab.runs.run import run as run_flow
from atoosync_lab.sandbox.data.demo.facts import FOLDER
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.sandbox.prestashop.seed import ShopState
from benchmarks.grown import grow, opened

ITEMS, PRODUCTS, ORDERS = 2_000, 1_950, 1_000
SPEED = 2_000.0
ERP_PAGE, ERP_LOOKUP, ERP_FILE = 100, 100, 200
"""Documented by EBP: records a page, values a look-up, records an import file."""
SHOP_PAGE, SHOP_LIGHT_PAGE, SHOP_IDS = 100, 1_000, 100
"""PrestaShop sets no limits; what a shared host bears: full rows a page, rows without texts a page, ids a look-up."""
LINES_OF = 200
"""Orders whose lines are asked for in one call."""
SHEETS, PRICES, STOCKS = 20, 50, 100
"""Records a write call, likewise."""
POLLS = ("Status", "token", "authorize")
WRITES = ("POST", "PUT", "PATCH", "DELETE")


def run(
    folder: Path, *, items: int = ITEMS, products: int = PRODUCTS, orders: int = ORDERS
) -> Iterator[Mapping[str, object]]:
    """Each flow once over a full capture, then the articles again with nothing to do.

    Raises:
        RuntimeError: a flow did not do its job, or the last run wrote something.
    """
    home = folder / "home"
    states = grow(home, items=items, products=products, orders=orders)
    with opened(home, states, speed=SPEED) as demo:
        for flow, change in (("articles", None), ("stocks", "quantity"), ("prices", "price")):
            if change:
                _move_shop(states["prestashop"], change)
            held = _Held.of(states)
            waiting = _waiting(states["prestashop"], demo) if flow != "prices" else 0
            least = held.reading() + _waiting_calls(waiting)
            yield _measured(demo, flow, lambda plan, least=least: least + _catalogue_writes(plan))
        # Before the orders: rows of the ERP that changed in the last two hours are read again by any run (A08).
        run_flow(demo.workspace, RunRequest(profile=demo.profile.id, flow="articles", full=True, who="bench"))
        held = _Held.of(states)
        least = held.reading(since=True) + _waiting_calls(_waiting(states["prestashop"], demo))
        line = _measured(demo, "articles", lambda plan: least, full=False)
        if line["writes"]:
            raise RuntimeError(f"nothing was due, {line['writes']} calls wrote")
        yield {**line, "flow": "articles, nothing to do"}
        yield _measured(demo, "orders", lambda plan: _orders(held, plan), least=orders)


@dataclass(frozen=True)
class _Held:
    """Rows of both sandboxes, from their own files."""

    products: int
    combinations: int
    stock_rows: int
    items: int
    storehouse_rows: int
    customers: int

    @classmethod
    def of(cls, states: Mapping[str, Path]) -> _Held:
        shop = ShopState.open(states["prestashop"])
        try:
            counted = [
                shop.db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                for name in ("products", "combinations", "stock_availables")
            ]
        finally:
            shop.close()
        with FolderState.open(states["ebp"], FOLDER) as folder:
            return cls(*counted, *(folder.count(name) for name in ("Item", "StockItem", "Customer")))

    def reading(self, *, since: bool = False) -> int:
        """Calls that read both catalogues whole; `since`: of the ERP only what changed, which is nothing.

        Shop: the root (version, rights, clock), brands, and pages. ERP: custom fields (and clock), and pages.
        """
        shop = 2 + _pages(self.products, SHOP_PAGE)
        shop += _pages(self.combinations, SHOP_LIGHT_PAGE) + _pages(self.stock_rows, SHOP_LIGHT_PAGE)
        if since:
            return shop + 1 + 2
        return shop + 1 + _pages(self.items, ERP_PAGE) + _pages(self.storehouse_rows, ERP_PAGE)


def _waiting(state: Path, demo: Demo) -> int:
    """Orders of the last 15 days that the ERP shall get and does not have yet: their pieces are still in its stock."""
    shop = ShopState.open(state)
    try:
        chosen = ",".join(str(int(status)) for status in demo.profile.orders.statuses)
        sql = f"SELECT count(*) FROM orders WHERE current_state IN ({chosen}) AND date_add >= date('now', '-15 days')"
        return int(shop.db.execute(sql).fetchone()[0])
    finally:
        shop.close()


def _waiting_calls(orders: int) -> int:
    """Their ids in large pages, their lines for as many as a filter holds."""
    return _pages(orders, SHOP_LIGHT_PAGE) + ceil(orders / LINES_OF)


def _pages(rows: int, size: int) -> int:
    """Pages of a list; an empty one is asked for once."""
    return max(1, ceil(rows / size))


def _catalogue_writes(plan: Plan) -> int:
    """Calls that write an article plan: updates in batches a resource, creations one by one.

    The shop takes several creations in a call, but after a failure it does not say which were made: one each.
    """
    sheets: dict[str, int] = {}
    stocks = created = born = prices = 0
    for row in plan.rows(actions=["create", "update"], payload=True):
        fields = {field for field, _, _ in row.changes}
        variant = '"kind":"variant"' in row.payload.replace(" ", "")
        if row.action == "create":
            created += 1
            born += any(field == "quantity" and after not in (None, "0") for field, _, after in row.changes)
        elif row.entity == "stock":
            stocks += 1
        elif row.entity == "price":
            sheets["price variant" if variant else "price"] = sheets.get("price variant" if variant else "price", 0) + 1
        else:
            stocks += "quantity" in fields
            if fields - {"quantity"}:
                sheets["variant" if variant else "product"] = sheets.get("variant" if variant else "product", 0) + 1
    calls = sum(ceil(rows / (PRICES if name.startswith("price") else SHEETS)) for name, rows in sheets.items()) + prices
    calls += ceil((stocks + born) / STOCKS) + ceil(born / STOCKS)
    # New products: looked up among products and variants, then made; configuration and languages are read once.
    return calls + (created + 2 * ceil(created / SHOP_IDS) + 2 if created else 0)


def _orders(held: _Held, plan: Plan) -> int:
    """Calls that import the orders of a plan, settlements and shop statuses included."""
    count = {(c.action, c.entity): 0 for c in plan.counts()}
    for counted in plan.counts():
        count[counted.action, counted.entity] += counted.rows
    orders = sum(rows for (_, entity), rows in count.items() if entity == "order")
    made = count.get(("create", "order"), 0)
    customers = count.get(("create", "customer"), 0)
    settlements = count.get(("create", "settlement"), 0)
    statuses = count.get(("update", "order_status"), 0)
    # Orders, lines, addresses, customers, payments, vouchers: a call each for a hundred orders; root and seven lists.
    shop = 1 + 7 + 6 * ceil(orders / SHOP_PAGE)
    # An order's status is set one by one: each has mails and stock movements of its own. They are looked at in batches.
    shop += statuses + ceil(statuses / STOCKS)
    erp = 1 + _pages(held.items, ERP_PAGE) + _pages(held.customers, ERP_PAGE)
    # Looked up before and after, a file, its state.
    return shop + erp + sum(2 * ceil(n / ERP_LOOKUP) + 2 * ceil(n / ERP_FILE) for n in (made, customers, settlements))


def _move_shop(state: Path, field: str) -> None:
    """Someone changes the shop, so that every record is due again."""
    shop = ShopState.open(state)
    try:
        with shop.writing():
            if field == "quantity":
                shop.db.execute("UPDATE stock_availables SET quantity = quantity + 3")
            else:
                shop.db.execute("UPDATE products SET price = printf('%.6f', price + 1)")
    finally:
        shop.close()


def _measured(demo: Demo, flow: str, bound: Any, *, least: int = 1, full: bool = True) -> dict[str, Any]:
    demo.shop.reset_calls()
    demo.erp.reset_calls()
    result: RunResult = run_flow(demo.workspace, RunRequest(profile=demo.profile.id, flow=flow, full=full, who="bench"))
    shop, erp = demo.shop.calls(), demo.erp.calls()
    if result.plan is None or (full and result.run.counts.ok < least) or result.run.counts.failed:
        raise RuntimeError(f"{flow}: {result.run.counts}")
    polls = sum(n for name, n in erp.items() if any(word in name for word in POLLS))
    # One state a file is part of the job; further ones only say that the ERP is still at work.
    files = sum(n for name, n in erp.items() if name.startswith("POST") and not any(word in name for word in POLLS))
    calls = sum(shop.values()) + sum(erp.values()) - polls + min(files, polls)
    least_calls = bound(result.plan)
    writes = sum(n for name, n in shop.items() if name.startswith(WRITES)) + files
    return {
        "flow": flow,
        "calls": calls,
        "bound": least_calls,
        "ratio": round(calls / least_calls, 3),
        "writes": writes,
        "written": result.run.counts.ok,
        "calls_shop": sum(shop.values()),
        "calls_erp": calls - sum(shop.values()),
        "calls_polls": polls - min(files, polls),
        "by_route": {**shop, **erp},
    }
