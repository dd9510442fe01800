"""Replay: one record planned again from its capture, alone, with today's rules, never imported twice (BEY-09)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.cli.demo_steps import Demo
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.planning import plan as plans
from atoosync_lab.planning.plan_text import canonical
from atoosync_lab.runs.replaying import Replay, replay
from atoosync_lab.runs.run import apply_saved
from atoosync_lab.snapshots import duck
from tests.flows.conftest import command
from tests.flows.test_orders import documents


def again(demo: Demo, kind: Any, key: str, **options: str) -> Replay:
    return replay(demo.workspace, "demo", kind, key, **options)


@pytest.mark.spec("BEY-09", "ORD-10")
def test_an_order_is_replayed_alone_from_its_capture_and_imported_once(demo: Demo, tmp_path: Path) -> None:
    planned = demo.plan("orders")
    assert planned.plan is not None
    known = {r.key: r for r in planned.plan.rows(entities=["order"], payload=True)}
    order = next(r for r in known.values() if r.action.value == "create" and r.params.get("order"))
    demo.shop.reset_calls()
    demo.erp.reset_calls()
    made = command(demo.home, "replay", "order", order.key, "--json", "--out", str(tmp_path / "text"))
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    same = canonical(again(demo, "order", order.key).plan)
    assert same == (tmp_path / "text").read_bytes(), "the same decisions are the same bytes"
    assert demo.shop.calls() == {}, "the shop was not asked"
    assert demo.erp.calls() == {}, "the ERP was not asked"
    assert told["imported"] == {}
    plan = plans.find(demo.workspace.home.plans, "demo", told["plan"])
    rows = list(plan.rows(payload=True))
    assert {r.key.split("/")[0] for r in rows if r.entity in ("order", "settlement", "order_status")} == {order.key}
    document = next(r for r in rows if r.entity == "order")
    assert json.loads(document.payload) == json.loads(order.payload), "the same rules make the same document"
    applied = apply_saved(demo.workspace, "demo", plan.meta.id, "test")
    assert applied.run.counts.failed == 0
    held = documents(demo)
    assert len(held) == 1

    # Imported: said so, nothing would be written, and what the settings of today would change is told.
    second = again(demo, "order", order.key)
    assert list(second.imported) == [order.key]
    assert second.imported[order.key] == held[0]["DocumentNumber"]
    assert second.differences == {order.key: []}
    assert second.plan.by_action()["create"] == 0
    profile = demo.workspace.profiles.get("demo")
    header = profile.orders.header.model_copy(update={"reference": "Autre %OI"})
    other = profile.model_copy(update={"orders": profile.orders.model_copy(update={"header": header})})
    demo.workspace.profiles.save(other, who="test", expected_revision=demo.workspace.profiles.revision("demo"))
    third = again(demo, "order", order.key, run=planned.run.id)
    assert ("reference", json.loads(order.payload)["reference"], f"Autre {order.key}") in third.differences[order.key]
    apply_saved(demo.workspace, "demo", third.plan.meta.id, "test")
    assert len(documents(demo)) == 1

    # By the capture's own id or file, and by the order's reference.
    shop = second.captures["shop"]
    for name in (shop.id, str(shop.path)):
        assert again(demo, "order", order.label.split()[0], capture=name).keys == (order.key,)
    with pytest.raises(SettingsError) as missing:
        again(demo, "order", "999999")
    assert missing.value.code == "replay.not_captured"

    # A buyer that no order was imported of yet would be created; one whose order is there, is known.
    wanted = {r.parent: r for r in planned.plan.rows(entities=["customer"])}
    buyers = {o: c for o, c in buyers_of(shop.path).items() if o in wanted and known[o].action.value == "create"}
    buyer = next(o for o in buyers if o != order.key)
    rows = list(again(demo, "customer", buyers[buyer]).plan.rows())
    assert [(r.action.value, r.entity, r.label) for r in rows] == [("create", "customer", wanted[buyer].label)]


def buyers_of(capture: Path) -> dict[str, str]:
    """Shop customer of each order of a capture."""
    con = duck.connect(capture, read_only=True)
    try:
        return dict(con.execute('SELECT remote_id, customer_id FROM "order"').fetchall())
    finally:
        con.close()


@pytest.mark.spec("BEY-09")
def test_an_article_is_replayed_alone(demo: Demo) -> None:
    planned = demo.plan("prices").plan
    assert planned is not None
    row = next(iter(planned.rows(actions=["update"], payload=True)))
    demo.shop.reset_calls()
    made = again(demo, "article", row.key, flow="prices")
    assert demo.shop.calls() == {}
    rows = list(made.plan.rows(payload=True))
    assert [(r.key, r.changes, r.payload) for r in rows] == [(row.key, row.changes, row.payload)]
    result = apply_saved(demo.workspace, "demo", made.plan.meta.id, "test")
    assert (result.run.counts.ok, result.run.counts.failed) == (1, 0)
