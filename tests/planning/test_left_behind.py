"""Orders and credit notes that were begun and are no longer read: they stay in the plan, with their reason."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from atoosync_lab.planning.orders import OrdersContext, plan_credit_notes, plan_orders
from atoosync_lab.planning.plan import Action, Plan, PlanMeta, PlanWriter
from atoosync_lab.settings import Profile
from tests.captures import capture, erp_item

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
LEDGER = {"7": "INTENT", "8": "DONE", "9": "REFUSED", "10": "INTENT"}


def planned(tmp_path: Path, *, flow: str = "orders", keys: tuple[str, ...] = ()) -> Plan:
    """The plan over a shop that shows no order and no slip any more."""
    profile = Profile.model_validate({"id": "test", "name": "Test"})
    shop, erp = capture(tmp_path / "captures", "shop"), capture(tmp_path / "captures", "erp", erp_item("A"))
    out = PlanWriter(tmp_path / "plans", "test")
    plan = plan_orders if flow == "orders" else plan_credit_notes
    plan(OrdersContext(profile=profile, flow=flow, shop=shop, erp=erp, now=NOW, ledger=LEDGER, keys=keys), out)
    return out.finish(PlanMeta(id=out.id, profile="test", flow=flow, made_at=NOW))


@pytest.mark.spec("ORD-01", "ORD-10", "RUN-03")
@pytest.mark.pitfall("PB-55")
def test_an_order_that_was_begun_and_is_no_longer_read_is_held_not_forgotten(tmp_path: Path) -> None:
    rows = list(planned(tmp_path).rows())
    assert [(r.key, r.action, r.reason) for r in rows] == [
        ("10", Action.BLOCK, "order.left_behind"),
        ("7", Action.BLOCK, "order.left_behind"),
    ]
    assert "7" in rows[1].reason_text("fr")
    assert rows[1].reason_text("fr") != rows[1].reason_text("en")


@pytest.mark.spec("ORD-33", "RUN-03")
def test_a_credit_note_that_was_begun_and_is_no_longer_read_is_held_too(tmp_path: Path) -> None:
    rows = list(planned(tmp_path, flow="credit-notes").rows())
    assert [(r.key, r.action, r.entity, r.reason) for r in rows] == [
        (key, Action.BLOCK, "credit_note", "credit_note.left_behind") for key in ("10", "7")
    ]
    assert "7" in rows[1].reason_text("fr")
    assert rows[1].reason_text("fr") != rows[1].reason_text("en")


@pytest.mark.spec("ORD-01")
def test_a_run_of_chosen_orders_says_nothing_of_others(tmp_path: Path) -> None:
    assert list(planned(tmp_path, keys=("12",)).rows()) == []
