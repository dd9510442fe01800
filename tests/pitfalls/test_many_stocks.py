"""Three hundred stocks for a shop that asks twice for patience."""

from __future__ import annotations

import time
from math import ceil
from pathlib import Path

import pytest

from atoosync_lab.runs.run import RunRequest, run
from atoosync_lab.sandbox.prestashop.seed import ShopState
from benchmarks.call_bound import STOCKS
from benchmarks.grown import grow, opened, reference

MANY, TWICE, PATIENCE = 300, 2, 2.0


@pytest.mark.spec("ART-40", "SVC-04")
@pytest.mark.pitfall("PB-35")
def test_shop_that_asks_for_patience_gets_every_stock_in_the_fewest_calls(tmp_path: Path) -> None:
    home = tmp_path / "home"
    states = grow(home, items=MANY, products=MANY)
    with opened(home, states, speed=2000.0) as demo:
        # The second and the third batch are each refused once, with the same advice.
        refused = {"status": 429, "headers": {"Retry-After": f"{PATIENCE:.0f}"}, "body": ""}
        demo.shop.faults(
            [
                {"kind": "status", "method": "PATCH", "path": "stock_availables", "value": refused, "after": after}
                for after in (1, 2)
            ]
        )
        planned = demo.plan("stocks").plan
        assert planned is not None
        due = sum(counted.rows for counted in planned.counts() if counted.action == "update")
        assert due >= MANY
        demo.shop.reset_calls()
        began = time.monotonic()
        result = run(demo.workspace, RunRequest(profile=demo.profile.id, flow="stocks", who="test"))
        took = time.monotonic() - began
        written = sum(n for name, n in demo.shop.calls().items() if name.startswith("PATCH"))
    assert (result.run.counts.ok, result.run.counts.failed) == (due, 0)
    assert written == ceil(due / STOCKS) + TWICE, "a refused call is repeated once, no other"
    assert took >= TWICE * PATIENCE
    shop = ShopState.open(states["prestashop"])
    try:
        held = {row["id_product"]: row["quantity"] for row in shop.rows("stock_availables", "id_product_attribute = 0")}
        added = {row["reference"]: row["id"] for row in shop.rows("products", "reference LIKE 'GR%'")}
    finally:
        shop.close()
    assert {held[added[reference(number)]] for number in range(MANY)} == {100}
