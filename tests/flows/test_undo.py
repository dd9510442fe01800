"""Undo: what an applied plan did is taken back, what others did since is kept (BEY-05)."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from atoosync_lab.cli.demo_steps import Demo
from atoosync_lab.model.errors import SettingsError, StalePlanError
from atoosync_lab.planning.plan import Plan, PlanRow, listed
from atoosync_lab.runs.run import apply_saved
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.undoing import make_undo
from atoosync_lab.store.journal_records import Counts
from atoosync_lab.workbench.undo_card import UndoCard
from tests.flows.conftest import command
from tests.flows.shop_state import change, prices, records
from tests.workbench.waiting import wait_for


def applied(demo: Demo, flow: str) -> Plan:
    result = demo.run(flow)
    assert result.plan is not None
    assert result.run.counts.failed == 0
    return result.plan


def undone(demo: Demo, name: str) -> Plan:
    """Undo, then apply as ever."""
    plan = make_undo(demo.workspace, "demo", name)
    result = apply_saved(demo.workspace, "demo", plan.meta.id, "test")
    assert result.run.counts.failed == 0
    return plan


def prepared(demo: Demo) -> Plan:
    """The reverse plan of the last run, made from its page by a press of the button."""
    session = Session(demo.workspace, "demo")
    run = session.journal(1)[0]

    async def story() -> UndoCard:
        card = UndoCard(session, lambda: None)
        assert card.html(replace(run, counts=Counts()), session.saved_plan(run.plan_id)) is None, "nothing was written"
        assert "Préparer l’annulation" in (card.html(run, session.saved_plan(run.plan_id)) or "")
        card.prepare("")
        assert card.busy is not None
        await card.busy
        shown = card.html(run, session.saved_plan(run.plan_id)) or ""
        assert card.made is not None
        assert card.made.meta.id in shown
        assert "La modification est gardée" in shown
        return card

    made = wait_for(story()).made
    assert made is not None
    return made


def plans_of(demo: Demo) -> list[Plan]:
    return listed(demo.workspace.home.plans, "demo")


def written(plan: Plan) -> set[str]:
    return {r.key for r in plan.rows(actions=["update", "activate", "deactivate", "create"])}


@pytest.mark.spec("BEY-05")
def test_prices_go_back_and_what_others_changed_stays(demo: Demo) -> None:
    before = prices(demo)
    plan = applied(demo, "prices")
    changed = list(plan.rows(actions=["update"], payload=True))
    assert len(changed) > 3, "the demonstration has prices to change"
    after = prices(demo)
    assert after != before
    # Somebody sets a price by hand before the undo is made, and somebody else another one after it was made.
    kinds = {"product": ("products", "product"), "variant": ("combinations", "combination")}
    hand, late = changed[0], changed[1]
    change(demo, *kinds[json.loads(hand.payload)["kind"]], hand.target_id, price="77.000000")
    first = prepared(demo)
    left = {r.key: r for r in first.rows(actions=["skip"])}
    assert set(left) == {hand.key}
    assert left[hand.key].reason == "undo.changed_since"
    assert "77" in left[hand.key].reason_text("fr")
    assert prices(demo)[_place(hand)] == Decimal(77), "making the plan writes nothing"
    change(demo, *kinds[json.loads(late.payload)["kind"]], late.target_id, price="66.000000")
    with pytest.raises(StalePlanError):
        apply_saved(demo.workspace, "demo", first.meta.id, "test")
    undone(demo, demo.workspace.journal.list(profile="demo", flow="prices")[-1].id)
    now = prices(demo)
    kept = {_place(hand): Decimal(77), _place(late): Decimal(66)}
    assert now == {**before, **kept}
    again = demo.plan("prices").plan
    assert again is not None
    reasons = {r.key: r.reason for r in again.rows(actions=["update"])}
    assert set(reasons) == written(plan)
    assert {r for k, r in reasons.items() if k not in (hand.key, late.key)} == {"product.undone"}
    assert reasons[hand.key] == "product.changed_in_shop"
    # An undo is a plan like any other: it is taken back the same way, and nothing is due afterwards.
    reverse = next(p for p in plans_of(demo) if p.meta.reverses and p.meta.id != first.meta.id)
    undone(demo, reverse.meta.id)
    assert prices(demo) == {**after, **kept}
    last = demo.plan("prices").plan
    assert last is not None
    assert written(last) == {hand.key, late.key}


def _place(row: PlanRow) -> str:
    kind = json.loads(row.payload)["kind"]
    return f"{'products' if kind == 'product' else 'combinations'}/{row.target_id}"


@pytest.mark.spec("BEY-05")
def test_what_a_killed_run_wrote_and_could_not_note_goes_back_too(demo: Demo) -> None:
    before, log = prices(demo), demo.home / "points.txt"
    for _ in range(2):  # the second capture reads what changed, as those after it do
        log.unlink(missing_ok=True)
        command(demo.home, "run", "prices", "--dry-run", env={"ATOOSYNC_POINTS": str(log)})
    answers = log.read_text(encoding="utf-8").split().count("http.after")
    # Killed when an answer was read and nothing noted yet: the first one after which the shop holds other prices.
    for number in range(answers + 1, answers + 9):
        killed = command(demo.home, "run", "prices", env={"ATOOSYNC_FAULT": f"http.after:{number}"})
        assert killed.returncode == -9, killed.stdout
        if prices(demo) != before:
            break
    assert prices(demo) != before
    run = demo.workspace.journal.list(profile="demo", flow="prices")[0]
    made = command(demo.home, "undo", run.plan_id, "--json")
    assert made.returncode == 0, made.stderr
    assert command(demo.home, "apply", json.loads(made.stdout)["plan"]).returncode == 0
    assert prices(demo) == before


@pytest.mark.spec("BEY-05")
def test_sheets_go_back_in_every_language_and_creations_are_hidden(demo: Demo) -> None:
    before = records(demo, "products")
    stocks = {key: record["quantity"] for key, record in records(demo, "stock_availables").items()}
    plan = applied(demo, "articles")
    created = {r.key for r in plan.rows(actions=["create"])}
    updated = list(plan.rows(actions=["update"]))
    assert created
    assert updated
    # As a consultant does: the command, then the ordinary apply.
    made = command(demo.home, "undo", plan.meta.id, "--json")
    assert made.returncode == 0, made.stderr
    plan_id = json.loads(made.stdout)["plan"]
    done = command(demo.home, "apply", plan_id)
    assert done.returncode == 0, done.stdout + done.stderr
    reverse = next(p for p in plans_of(demo) if p.meta.id == plan_id)
    assert {k: r["quantity"] for k, r in records(demo, "stock_availables").items() if k in stocks} == stocks
    now = records(demo, "products")
    for key, record in before.items():
        same = {n: v for n, v in record.items() if not n.startswith("date_") and n not in ("quantity", "indexed")}
        assert {n: now[key][n] for n in same} == same
    new = {r["reference"]: r for key, r in now.items() if key not in before}
    assert set(new) == created
    assert {r["active"] for r in new.values()} == {"0"}
    hidden = {r.key for r in reverse.rows(actions=["deactivate"]) if r.reason == "undo.created"}
    assert hidden == created
    again = demo.plan("articles").plan
    assert again is not None
    assert {r.key for r in again.rows(actions=["update"])} == {r.key for r in updated}

    # What cannot be taken back is said.
    for flow, code in (("order-status", "undo.not_reversible"), ("prices", "undo.never_applied")):
        other = demo.run(flow).plan if flow == "order-status" else demo.plan(flow).plan
        assert other is not None
        with pytest.raises(SettingsError) as refused:
            make_undo(demo.workspace, "demo", other.meta.id)
        assert refused.value.code == code
    with pytest.raises(SettingsError) as unknown:
        make_undo(demo.workspace, "demo", "ffff")
    assert unknown.value.code == "undo.unknown"
