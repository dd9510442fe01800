"""One real year of web-shop sales, imported from the PrestaShop sandbox into the EBP sandbox through the product.

`real_year_woocommerce` and `real_year_shopify` are the same from their sandboxes.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from atoosync_lab.cli.demo_steps import give_credentials, sign_in
from atoosync_lab.runs import refreshing
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.data.online_retail import FOLDER, RetailReport
from atoosync_lab.sandbox.data.shop_data import shop_data
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.settings import Profile
from atoosync_lab.snapshots import captures, duck
from atoosync_lab.store.ledger import State

SPEED = 2000.0
"""Factor on the ERP's limits: what the run costs at the real ones is computed from its calls."""
FLOWS = ("orders", "credit-notes")
CALLS_A_DAY = 9_500
"""10 000 less the reserve of 5 %."""
LINES_A_YEAR = 531_282
DETAILS = ("order_details", "addresses", "customers", "order_payments", "order_cart_rules")


def run(folder: Path) -> Mapping[str, object]:
    """See `measure`, for PrestaShop."""
    return measure(folder, "prestashop")


def measure(folder: Path, shop_system: str) -> Mapping[str, object]:
    """Load, import twice, verify against the control figures of the data set.

    Args:
        folder: an empty folder.
        shop_system: whose sandbox holds the year.
    """
    home, data = folder / "home", shop_data(shop_system)
    states = {kind: home / "sandbox" / kind for kind in (shop_system, "ebp")}
    report = load("online-retail", states[shop_system], states["ebp"], shop=shop_system)
    if not isinstance(report, RetailReport):
        raise TypeError("the real year gives its own report")
    with (
        servers.start(servers.kind_of(shop_system), states[shop_system], speed=0, args=data.args) as shop,
        servers.start("ebp", states["ebp"], speed=SPEED, args=("--auto-sign-in",)) as erp,
        Workspace.open(home) as workspace,
    ):
        profile = Profile.model_validate(data.retail_settings(shop.url, erp.url, speed=SPEED))
        workspace.profiles.create(profile, who="bench")
        give_credentials(workspace, profile)
        sign_in(workspace, profile)
        shop.reset_calls()
        erp.reset_calls()
        refreshing.refresh(workspace, profile.id, who="bench")
        began = time.monotonic()
        first = [run_flow(home, profile.id, flow) for flow in FLOWS]
        seconds = time.monotonic() - began
        calls_shop, calls_erp = shop.calls(), erp.calls()
        second = [run_flow(home, profile.id, flow) for flow in FLOWS]
        found = _verify(home, states["ebp"], workspace, profile)
    return {"shop": shop_system, **_figures(report, first, second, found, calls_shop, calls_erp, seconds)}


def run_flow(home: Path, profile: str, flow: str) -> dict[str, Any]:
    """One run in a process of its own; its result, with the peak of its memory."""
    process = subprocess.Popen(
        [sys.executable, "-m", "atoosync_lab.cli.main", "run", flow, "--profile", profile, "--json"],
        stdout=subprocess.PIPE,
        env={**os.environ, "ATOOSYNC_HOME": str(home)},
    )
    output = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{flow} ended with {process.returncode}: {output[-2000:].decode(errors='replace')}")
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return {**result, "mib": usage.ru_maxrss // 1024}


def _verify(home: Path, erp_state: Path, workspace: Workspace, profile: Profile) -> dict[str, Any]:
    """Read the folder itself, not through the product, and hold it against the captures line by line."""
    listed = captures.listed(home / "captures", profile.id, "shop")
    orders = next(c for c in reversed(listed) if "credit_slips" not in c.scopes)
    slips = next(c for c in reversed(listed) if "credit_slips" in c.scopes)
    number_of = {
        flow: {r.target_id: r.key for r in workspace.ledger.open_rows(profile.id, [flow], [State.DONE])}
        for flow in FLOWS
    }
    difference_article = profile.orders.articles.difference
    with FolderState.open(erp_state, FOLDER) as folder:
        documents = {r["Id"]: r for r in folder.rows("SaleDocument")}
        totals = dict.fromkeys(FLOWS, Decimal(0))
        flow_of = {document: flow for flow in FLOWS for document in number_of[flow]}
        for flow in FLOWS:
            for document in number_of[flow]:
                totals[flow] += Decimal(str(documents[document]["AmountVatExcluded"]))
        written: dict[str, dict[int, Decimal]] = {}
        placed, placed_amount = 0, Decimal(0)
        for line in folder.rows("SaleDocumentLine"):
            if line["ItemId"] == difference_article and line["DocumentId"] in flow_of:
                # What a shop that rounds the tax of each line charged more or less: no goods, so no part of their sum.
                rounding = Decimal(str(line["NetAmountVatExcludedWithDiscount"]))
                totals[flow_of[line["DocumentId"]]] -= rounding
                placed, placed_amount = placed + 1, placed_amount + rounding
                continue
            key = number_of["orders"].get(line["DocumentId"])
            if key is None:
                continue
            amounts = written.setdefault(key, {})
            amounts[len(amounts)] = Decimal(str(line["NetAmountVatExcludedWithDiscount"]))
    con = duck.connect()
    duck.attach(con, orders.path, "shop")
    duck.attach(con, slips.path, "slips")
    source_orders = con.execute(
        "SELECT sum(quantity * unit_price_excl_tax)::DECIMAL(18, 3) FROM shop.order_line"
    ).fetchall()[0][0]
    source_slips = con.execute("SELECT sum(amount_excl_tax)::DECIMAL(18, 3) FROM slips.credit_slip_line").fetchall()[0][
        0
    ]
    slip_lines = con.execute("SELECT count(*) FROM slips.credit_slip_line").fetchall()[0][0]
    counts = {
        t: con.execute(f"SELECT count(*) FROM shop.{t}").fetchall()[0][0] for t in ("address", "customer", "payment")
    }
    differing, amount, unexplained, lines = 0, Decimal(0), 0, 0
    position: dict[str, int] = {}
    rows = con.execute(
        "SELECT order_id, (quantity * unit_price_excl_tax)::DECIMAL(18, 6), unit_price_excl_tax FROM shop.order_line"
        " ORDER BY order_id, position, TRY_CAST(remote_id AS BIGINT)"
    )
    while batch := rows.fetchmany(20_000):
        for order, exact, price in batch:
            place = position.get(order, 0)
            position[order] = place + 1
            lines += 1
            actual = written.get(order, {}).get(place)
            if actual == exact:
                continue
            differing += 1
            amount += exact - (actual or Decimal(0))
            if price == price.quantize(Decimal("0.01")):
                # A price of two decimals must come through unchanged: anything else is not explained.
                unexplained += 1
    con.close()
    return {
        "documents": {flow: len(number_of[flow]) for flow in FLOWS},
        "totals": totals,
        "source_orders": source_orders,
        "source_slips": source_slips,
        "lines": lines,
        "slip_lines": slip_lines,
        "difference_lines": differing,
        "difference_total": amount,
        "placed": placed,
        "placed_amount": placed_amount,
        "unexplained": unexplained,
        "counts": counts,
        "customers": len(workspace.ledger.open_rows(profile.id, ["customers"], [State.DONE])),
    }


def bound(found: Mapping[str, Any], customers: int) -> int:
    """Calls the import may take, first run only (the rule stands in docs/benchmarks.md)."""
    orders, slips = found["documents"]["orders"], found["documents"]["credit-notes"]
    both = orders + slips

    def pages(n: int, size: int = 100) -> int:
        return math.ceil(n / size)

    details = pages(found["lines"]) + pages(found["slip_lines"])
    details += sum(pages(n) for n in found["counts"].values())
    shop = pages(orders) + pages(slips) + details + 12
    files = pages(orders, 200) + pages(slips, 200) + pages(customers, 200)
    erp = 2 * pages(both) + files + files
    return shop + erp


def _figures(
    report: RetailReport,
    first: list[dict[str, Any]],
    second: list[dict[str, Any]],
    found: dict[str, Any],
    calls_shop: Mapping[str, int],
    calls_erp: Mapping[str, int],
    seconds: float,
) -> dict[str, object]:
    by_route = calls_erp
    token = sum(n for route, n in by_route.items() if "/connect/" in route)
    status = sum(n for route, n in by_route.items() if "import" in route.lower() and "status" in route.lower())
    files = sum(n for route, n in by_route.items() if "createimport" in route.lower())
    polls = max(status - files, 0) + token
    shop_calls, erp_calls = sum(calls_shop.values()), sum(calls_erp.values()) - polls
    limit = bound(found, found["customers"])
    left_out = {
        "accounting_adjustments": report.adjustments.documents,
        "adjustment_numbers": list(report.adjustment_numbers),
        "stock_corrections": report.corrections.documents,
    }
    return {
        "orders": found["documents"]["orders"],
        "credit_notes": found["documents"]["credit-notes"],
        "lines": found["lines"],
        "left_out": left_out,
        "orders_excl_tax_source": str(found["source_orders"]),
        "orders_excl_tax_erp": str(found["totals"]["orders"]),
        "credit_notes_excl_tax_source": str(-found["source_slips"]),
        "credit_notes_excl_tax_erp": str(-found["totals"]["credit-notes"]),
        "difference_lines": found["difference_lines"],
        "difference_total": str(found["difference_total"]),
        "unexplained": found["unexplained"],
        "rounding_lines": found["placed"],
        "rounding_total": str(found["placed_amount"]),
        "second_run_creations": sum(r["ok"] for r in second),
        "calls_shop": shop_calls,
        "calls_erp": erp_calls,
        "calls_bound": limit,
        "calls_ratio": round((shop_calls + erp_calls) / limit, 3),
        "calls_polls": polls,
        "hours_at_real_limits": round(erp_calls / 3600 + 24 * (erp_calls // CALLS_A_DAY), 2),
        "seconds": round(seconds, 1),
        "peak_mib": max(r["mib"] for r in first),
    }
