"""Sick servers: a sample of the table of `cases`, every kind of fault and every flow; the bench plays all of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.cases import FLOWS, KINDS, Case, Side, cases, storm
from tests.faults.running import RESUMABLE, RIGHT, Undisturbed, run_case, run_storm
from tests.faults.world import World

Clean = Callable[[str], Undisturbed]
pytestmark = pytest.mark.spec("BEY-10")


@pytest.mark.parametrize("turn", range(len(FLOWS)), ids=list(FLOWS))
def test_flow_survives_a_storm_of_passing_faults(world: World, clean: Clean, turn: int) -> None:
    flow = list(FLOWS.values())[turn]
    counts = clean(flow.name).counts
    sides: tuple[Side, ...] = ("shop", "erp")
    storms = {side: storm(side, counts[side, "read"], turn) for side in sides if counts[side, "read"]}
    assert run_storm(world, flow, clean(flow.name), storms) == RIGHT


def test_storms_hold_every_kind_of_fault() -> None:
    seen = {str(rule) for turn in range(len(FLOWS)) for rule in storm("erp", 14, turn)}
    for kind in KINDS.values():
        assert any(str(kind.rule)[1:-1] in rule for rule in seen), kind.name


SAMPLE: dict[Case, set[str]] = {
    Case("articles", "shop", "write", "timeout-after", "middle"): {RIGHT},
    Case("articles", "erp", "read", "short", "middle", lasting=True): {RESUMABLE},
    # Sheets are written, and the quantities that follow them cannot be.
    Case("articles", "shop", "read", "500", "last", lasting=True): {RESUMABLE},
    Case("articles", "shop", "write", "429", "middle", lasting=True): {RESUMABLE},
    # A page instead of the very first answer.
    Case("capture-orders", "shop", "read", "200-html"): {RIGHT},
    Case("capture-orders", "erp", "read", "200-html"): {RIGHT},
    Case("prices", "shop", "write", "200-html", "last"): {RIGHT},
    Case("prices", "erp", "login", "drop-after"): {RESUMABLE},
    Case("stocks", "shop", "write", "502-html", "middle", lasting=True): {RESUMABLE},
    Case("orders", "erp", "write", "timeout-before", "middle"): {RESUMABLE},
    Case("orders", "erp", "write", "500", "middle", lasting=True): {RESUMABLE},
    Case("orders", "shop", "write", "reset-after", "middle"): {RIGHT},
    Case("orders", "shop", "write", "500", "middle"): {RESUMABLE},
    Case("order-status", "shop", "write", "drop-before", "first"): {RESUMABLE},
}
"""Faults of writes, and faults that last."""


@pytest.mark.spec("ORD-10", "ART-01", "ORD-24")
@pytest.mark.pitfall("PB-20")
@pytest.mark.parametrize("case", SAMPLE, ids=str)
def test_run_ends_right_or_can_be_gone_on_with(world: World, clean: Clean, case: Case) -> None:
    assert run_case(world, case, clean(case.flow)) in SAMPLE[case]


def test_table_holds_every_kind_on_every_side_of_every_flow() -> None:
    counts = {flow: {("shop", "read"): 9, ("shop", "write"): 3, ("erp", "read"): 9, ("erp", "write"): 3,
                     ("erp", "poll"): 3, ("erp", "login"): 0} for flow in FLOWS}  # fmt: skip
    table = list(cases(counts))  # type: ignore[arg-type]
    assert len(table) == len(set(table))
    for flow in FLOWS:
        assert {c.kind for c in table if c.flow == flow} == set(KINDS)
        assert {(c.side, c.aim) for c in table if c.flow == flow} >= {("shop", "write"), ("erp", "poll")}
