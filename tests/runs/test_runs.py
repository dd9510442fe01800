"""Runs on the demonstration: marks, records still due, lost runs, what explains an order, what is kept."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.model.errors import AtooSyncError, Facts, InvalidRecordError
from atoosync_lab.model.events import Event
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.planning.context import FAILED
from atoosync_lab.planning.plan import Action, PlanMeta, PlanWriter
from atoosync_lab.runs import refreshing
from atoosync_lab.runs.explaining import explain
from atoosync_lab.runs.making import MARK_OVERLAP, hold_unreadable
from atoosync_lab.runs.refreshing import GONE
from atoosync_lab.runs.retention import tidy
from atoosync_lab.runs.run import RunRequest, run
from atoosync_lab.settings import Profile
from atoosync_lab.settings.base import BEGINNING
from atoosync_lab.snapshots import captures
from atoosync_lab.store.journal_records import RunState
from atoosync_lab.store.ledger import State
from tests.captures import Given
from tests.flows.conftest import command


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with started(tmp_path / "home", speed=2000.0) as under_way:
        yield under_way


def save(demo: Demo, **values: Any) -> None:
    document = demo.workspace.profiles.get("demo").model_dump(mode="json")
    for path, value in values.items():
        *parents, last = path.split("__")
        place = document
        for name in parents:
            place = place[name]
        place[last] = value
    profiles = demo.workspace.profiles
    profiles.save(Profile.model_validate(document), who="test", expected_revision=profiles.revision("demo"))


@pytest.mark.spec("ART-12")
def test_mark_moves_to_the_beginning_of_the_capture_once_the_run_has_ended(demo: Demo) -> None:
    marks = demo.workspace.marks
    demo.plan("prices")
    assert marks.get("demo", "prices") == BEGINNING, "a dry run moves no mark"
    seen: list[datetime] = []

    def look(event: Event) -> None:
        if not event.code.startswith("run.ended."):
            seen.append(marks.get("demo", "prices"))

    demo.run("prices", look)
    assert set(seen) == {BEGINNING}, "the mark stays while the run goes on"
    newest = captures.listed(demo.workspace.home.captures, "demo", "erp")[0]
    assert marks.get("demo", "prices") == newest.started_at - MARK_OVERLAP
    run(demo.workspace, RunRequest(profile="demo", flow="stocks", keys=("CAV-0002",)))
    assert marks.get("demo", "stocks") == BEGINNING, "a run of chosen records moves no mark"


@pytest.mark.spec("ART-12", "ART-10", "RUN-01")
def test_stopped_run_moves_no_mark_and_the_rest_is_due(demo: Demo) -> None:
    def press(event: Event) -> None:
        if event.code == "run.planned":
            going = demo.workspace.journal.list(profile="demo", limit=1)[0]
            demo.workspace.journal.request_stop(going.id, who="test")

    assert demo.run("stocks", press).run.state is RunState.STOPPED
    assert demo.workspace.marks.get("demo", "stocks") == BEGINNING
    assert demo.run("stocks").run.counts.ok > 20


@pytest.mark.spec("ART-10", "ART-12", "ART-03")
@pytest.mark.usefixtures("impatient")
def test_record_that_failed_stays_due_beyond_the_mark(demo: Demo) -> None:
    """With « since last transfer », a price refused once is sent at the next run, although the mark has moved."""
    save(demo, articles__prices__since_last_transfer=True)
    planned = demo.plan("prices").plan
    assert planned is not None
    wanted = {r.key: r.target_id for r in planned.rows(actions=["update"])}
    assert len(wanted) > 5
    key, target = next(iter(wanted.items()))
    save(demo, shop__sizes__prices=5)
    named = rf"<id>\s*(<!\[CDATA\[)?{target}\b"
    demo.shop.faults([{"kind": "status", "value": 503, "times": None, "method": "PATCH", "body": named}])
    first = demo.run("prices")
    demo.shop.faults([])
    failed = {e.record for e in demo.workspace.journal.entries(first.run.id) if e.level in ("error", "warning")}
    sent = demo.workspace.links.fingerprints("demo", "prices").select(["key", "md5"]).to_pylist()
    held = {r.key for r in first.plan.rows(actions=["block"])} if first.plan else set()
    due = {row["key"] for row in sent if row["md5"] == FAILED} - held
    assert key in due
    assert due <= failed
    assert len(due) <= 5
    assert first.run.counts.ok == len(wanted) - len(due)
    assert demo.workspace.marks.get("demo", "prices") > BEGINNING
    second = demo.run("prices")
    assert second.plan is not None
    assert {r.key for r in second.plan.rows(actions=["update"])} == due
    assert second.run.counts.ok == len(due)


@pytest.mark.spec("ART-08", "ART-10", "ART-12")
def test_held_article_stays_due_once_its_setting_is_cured(demo: Demo) -> None:
    """The cure is a setting: no date of the ERP changes, and the mark has moved on meanwhile."""
    taxes = demo.profile.articles.products.taxes
    save(demo, articles__products__since_last_transfer=True, articles__products__taxes={},
         articles__products__default_tax="")  # fmt: skip
    first = demo.run("articles")
    assert first.plan is not None
    held = {r.key for r in first.plan.rows(actions=["block"]) if r.reason == "product.tax_not_mapped"}
    assert len(held) > 100
    assert demo.workspace.marks.get("demo", "articles") > BEGINNING
    save(demo, articles__products__taxes=taxes)
    plan = demo.plan("articles").plan
    assert plan is not None
    assert not {r.key for r in plan.rows(actions=["skip"]) if r.reason == "product.not_modified"} & held
    assert plan.by_action()["create"] > 0


@pytest.mark.spec("ART-02", "ART-12")
def test_new_articles_leave_the_mark_where_it_was(demo: Demo) -> None:
    """Else articles changed in the ERP before that run would no longer be due."""
    assert demo.run("articles-new").run.counts.ok > 0
    assert demo.workspace.marks.get("demo", "articles") == BEGINNING


@pytest.mark.spec("SVC-08", "RUN-03")
def test_key_revoked_during_the_writes_counts_no_unit(demo: Demo) -> None:
    save(demo, subscription__exports=1000)
    demo.shop.faults([{"kind": "status", "value": 401, "times": None, "method": "PATCH"}])
    with pytest.raises(AtooSyncError) as caught:
        demo.run("prices")
    demo.shop.faults([])
    assert caught.value.exit_status == 3
    used = demo.workspace.quota.state("demo", "exports")
    assert (used.used, used.reserved) == (0, 0)
    assert demo.workspace.marks.get("demo", "prices") == BEGINNING
    again = demo.run("prices")
    assert again.run.counts.ok > 0
    assert demo.workspace.quota.state("demo", "exports").used == again.run.counts.ok


@pytest.mark.spec("RUN-02", "RUN-03")
def test_run_whose_process_died_is_shown_as_lost(demo: Demo) -> None:
    killed = command(demo.home, "run", "prices", env={"ATOOSYNC_FAULT": "run:planned:1"})
    assert killed.returncode == -9
    dead = demo.workspace.journal.list(profile="demo", limit=1)[0]
    assert dead.ended_at is None
    after = demo.run("prices")
    assert after.run.counts.ok > 0
    lost = demo.workspace.journal.get(dead.id)
    assert lost.state is RunState.LOST
    assert lost.message is not None
    assert lost.message.text("fr") != lost.message.text("en")


@pytest.mark.spec("SVC-06")
def test_refresh_keeps_a_mapped_value_that_the_folder_lost(demo: Demo) -> None:
    rows = {"folder": "184976", "table": "Shipping"}
    (row,) = (r for r in demo.erp.admin("POST", "/_admin/ebp/rows", rows)["rows"] if r["Id"] == "CHR")
    demo.erp.admin("POST", "/_admin/ebp/rows", {**rows, "key": "CHR", "delete": True})
    found = refreshing.refresh(demo.workspace, "demo", who="test", sides=("erp",))
    assert list(found.gone) == [ListName.SHIPPING_MODES.value]
    profile = demo.workspace.profiles.get("demo")
    kept = profile.erp_lists.item(ListName.SHIPPING_MODES, "CHR")
    assert kept is not None
    assert GONE in kept.extra
    assert "CHR" in profile.orders.maps.carriers.values()
    demo.erp.admin("POST", "/_admin/ebp/rows", {**rows, "insert": [row]})
    assert refreshing.refresh(demo.workspace, "demo", who="test", sides=("erp",)).gone == {}


@pytest.mark.spec("BEY-02")
def test_order_is_explained_before_and_after_its_import(demo: Demo) -> None:
    planned = demo.plan("orders")
    assert planned.plan is not None
    held = next(iter(planned.plan.rows(actions=["block"], entities=["order"])))
    made = next(iter(planned.plan.rows(actions=["create"], entities=["order"])))
    reasons = [s.message.code for s in explain(demo.workspace, "demo", held.key).verdicts]
    assert reasons == [held.reason]
    before = explain(demo.workspace, "demo", made.key)
    assert [s.kind for s in before.steps][:2] == ["read", "decided"]
    demo.apply(planned)
    after = explain(demo.workspace, "demo", made.key)
    row = demo.workspace.ledger.find("demo", "orders", [made.key])[made.key]
    assert row.state is State.DONE
    ledger = [s for s in after.steps if s.kind == "ledger"]
    assert any(row.target_number in s.message.text("fr") for s in ledger)
    assert any(s.kind == "journal" for s in after.steps)
    nothing = explain(demo.workspace, "demo", "no-such-order")
    assert [s.message.code for s in nothing.verdicts] == ["explain.not_read"]


@pytest.mark.spec("BEY-04")
def test_what_is_older_than_the_profile_keeps_goes(demo: Demo) -> None:
    first, second = demo.plan("prices"), demo.plan("prices")
    assert first.plan is not None
    assert second.plan is not None
    old = time.time() - 31 * 86_400
    os.utime(first.plan.path, (old, old))
    assert tidy(demo.workspace, "demo") == 1
    assert not first.plan.path.exists()
    with pytest.raises(AtooSyncError):
        demo.apply(first)
    later = datetime.now(UTC) + timedelta(days=40)
    tidy(demo.workspace, "demo", now=later)
    assert not second.plan.path.exists()
    kept = captures.listed(demo.workspace.home.captures, "demo")
    assert sorted(c.side for c in kept) == ["erp", "shop"]
    assert len(demo.workspace.journal.list(profile="demo")) == 2


@pytest.mark.spec("BEY-01", "ORD-01")
def test_record_that_could_not_be_read_is_a_held_row(tmp_path: Path) -> None:
    """What a system gave and nobody could read stands in the plan, and through it in the journal."""
    shop = Given("prestashop", [])
    shop.warnings.append(
        InvalidRecordError("prestashop.unreadable_record", resource="orders", id="77", facts=Facts(record="77"))
    )
    capture = captures.take(
        shop, tmp_path, profile="demo", side="shop", scopes=[(Scope.ORDERS, ReadRequest())], mode="window"
    )
    out = PlanWriter(tmp_path / "plans", "demo")
    hold_unreadable(out, {"shop": capture}, ())
    plan = out.finish(PlanMeta(id=out.id, profile="demo", flow="orders", made_at=capture.finished_at))
    (row,) = plan.rows()
    assert (row.action, row.entity, row.key) == (Action.BLOCK, "order", "77")
    assert "77" in row.reason_text("fr")
    assert plan.by_action()["block"] == plan.count(actions=["block"]) == 1
