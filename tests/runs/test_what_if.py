"""What-if: another setting over the last captures, compared with the saved one; nothing read, nothing registered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.model.errors import AtooSyncError, SettingsError
from atoosync_lab.runs import flows
from atoosync_lab.runs.run import RunRequest, run
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.what_if import WhatIf, last_captures, what_if
from atoosync_lab.settings import Profile
from atoosync_lab.workbench import what_if_card

pytestmark = pytest.mark.spec("BEY-03")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demonstration whose orders and articles were captured once; the tests only compare."""
    with started(tmp_path_factory.mktemp("what-if") / "home", speed=2000.0) as under_way:
        under_way.plan("orders")
        under_way.plan("articles")
        yield under_way


def draft(demo: Demo, **values: Any) -> Profile:
    document = demo.workspace.profiles.get("demo").model_dump(mode="json")
    for path, value in values.items():
        *parents, last = path.split("__")
        place = document
        for name in parents:
            place = place[name]
        place[last] = value
    return Profile.model_validate(document)


def tried(demo: Demo, flow: str, **values: Any) -> WhatIf:
    return what_if(demo.workspace, draft(demo, **values), flow)


def an_order(demo: Demo) -> str:
    """An order that would be created."""
    result = tried(demo, "orders")
    return next(r.key for r in result.after.rows(actions=["create"], entities=["order"]))


def test_same_settings_change_nothing(demo: Demo) -> None:
    result = tried(demo, "orders")
    assert result.total_changed == 0
    assert result.changed == ()
    assert all(before == after for before, after in result.counts().values())
    assert sum(after for _, after in result.counts().values()) > 10


def test_unmapped_tax_holds_orders_that_were_to_be_created(demo: Demo) -> None:
    taxes = demo.profile.orders.maps.taxes
    result = tried(demo, "orders", orders__maps__taxes={}, orders__maps__default_tax="")
    before, after = result.counts()["block"]
    assert taxes
    assert after > before
    assert result.newly_held == after - before
    assert result.freed == 0
    row = next(r for r in result.changed if r.entity == "order")
    assert (row.before.action, row.after.action) == ("create", "block")
    assert row.after.reason_text()
    assert row.after.reason not in row.after.reason_text()


def test_price_rule_shows_the_values_it_would_change(demo: Demo) -> None:
    result = tried(demo, "articles", articles__products__default_tax="", articles__products__taxes={})
    assert result.newly_held > 100
    assert result.total_changed >= len(result.changed)
    assert result.changed[0].after.action == "block", "what is held comes first"


def test_nothing_is_registered_read_or_left_behind(demo: Demo) -> None:
    workspace = demo.workspace
    plans, runs = len(workspace.plans.list("demo")), len(workspace.journal.list(profile="demo"))
    files = sorted((demo.home / "plans").rglob("*"))
    demo.shop.faults([{"kind": "status", "value": 503, "times": None}])
    demo.erp.faults([{"kind": "status", "value": 503, "times": None}])
    try:
        result = tried(demo, "orders", orders__maps__taxes={})
    finally:
        demo.shop.faults([])
        demo.erp.faults([])
    place = result.after.path.parent.parent
    assert place.exists()
    result.close()
    assert not place.exists()
    assert len(workspace.plans.list("demo")) == plans
    assert len(workspace.journal.list(profile="demo")) == runs
    assert sorted((demo.home / "plans").rglob("*")) == files


def test_only_chosen_records_are_planned(demo: Demo) -> None:
    key = an_order(demo)
    result = what_if(demo.workspace, draft(demo), "orders", [key])
    assert [r.key for r in result.after.rows(entities=["order"])] == [key]


def test_draft_that_cannot_be_planned_says_why(demo: Demo) -> None:
    with pytest.raises(AtooSyncError, match="à partir de"):
        tried(demo, "articles", articles__products__filter="ID LIKE EM%")


def test_saved_settings_that_cannot_be_planned_are_no_obstacle(demo: Demo) -> None:
    profiles = demo.workspace.profiles
    good = profiles.get("demo")
    broken = draft(demo, articles__products__filter="ID LIKE EM%")
    profiles.save(broken, who="test", expected_revision=profiles.revision("demo"))
    try:
        result = what_if(demo.workspace, good, "articles")
    finally:
        profiles.save(good, who="test", expected_revision=profiles.revision("demo"))
    assert result.before is None
    assert result.before_error is not None
    assert result.total_changed > 100
    assert result.counts()["create"][0] == 0


@pytest.mark.parametrize(("flow", "code"), [("credit-notes", "no_capture"), ("order-status", "needs_reading")])
def test_flow_without_captures_names_what_to_do(demo: Demo, flow: str, code: str) -> None:
    with pytest.raises(SettingsError) as caught:
        tried(demo, flow)
    assert caught.value.code == f"what_if.{code}"
    assert "what_if" not in str(caught.value)


def test_capture_of_a_few_orders_does_not_stand_for_the_period(demo: Demo) -> None:
    whole = last_captures(demo.workspace, "demo", flows.get("orders"))
    assert whole is not None
    key = an_order(demo)
    run(demo.workspace, RunRequest(profile="demo", flow="orders", keys=(key,), dry_run=True))
    again = last_captures(demo.workspace, "demo", flows.get("orders"))
    assert again is not None
    assert again["shop"].id == whole["shop"].id


def test_imported_orders_can_be_tried_again(demo: Demo) -> None:
    key = an_order(demo)
    run(demo.workspace, RunRequest(profile="demo", flow="orders", keys=(key,)))
    plain = what_if(demo.workspace, draft(demo), "orders", [key])
    assert plain.after.by_action()["skip"] == 1
    again = what_if(demo.workspace, draft(demo), "orders", [key], imported=True)
    assert [str(r.action) for r in again.after.rows(entities=["order"])] == ["create"]


def test_comparison_is_told_with_counts_before_and_after(demo: Demo) -> None:
    session = Session(demo.workspace, "demo")
    html = what_if_card.tried(session, draft(demo, orders__maps__taxes={}, orders__maps__default_tax=""), "orders")
    before, after = (int(n.replace("\u202f", "")) for n in re.findall(
        r'data-action="block">.*?<s>([^<]+)</s>([^<]+)</div>', html)[0])  # fmt: skip
    assert after > before
    assert "Réglages essayés" in html or "Settings tried" in html
    assert "what_if" not in html
    wrong = what_if_card.tried(session, draft(demo, articles__products__filter="ID LIKE EM%"), "articles")
    assert "banner-block" in wrong
