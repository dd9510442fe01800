"""Articles out: planned, read, applied; the second run writes nothing."""

from __future__ import annotations

import json

import pytest

from atoosync_lab.cli.demo_steps import Demo
from atoosync_lab.model.errors import BusyError, StalePlanError
from atoosync_lab.runs.run import RunRequest, apply_saved, run
from atoosync_lab.store.journal_records import RunState
from atoosync_lab.store.leases import acquire
from tests.flows.conftest import command


@pytest.mark.spec("ART-01", "ART-03", "ART-04", "ART-05", "BEY-01", "RUN-01", "RUN-03")
def test_a_day_of_article_exports(demo: Demo) -> None:
    """What a consultant does: plan, read, apply, look at the journal, run again."""
    for flow in ("articles", "prices", "stocks", "article-status"):
        planned = demo.plan(flow)
        assert planned.plan is not None
        assert planned.run.counts.ok == 0
        wanted = planned.plan.by_action()
        writes = wanted["create"] + wanted["update"] + wanted["activate"] + wanted["deactivate"]
        applied = demo.apply(planned)
        counts = applied.run.counts
        assert counts.ok == writes, [
            str(e.message) for e in demo.workspace.journal.entries(applied.run.id) if e.level == "error"
        ]
        assert counts.failed == 0
        assert counts.total == counts.ok + counts.failed + counts.ignored
        again = demo.run(flow)
        assert again.run.counts.ok == 0, [
            (r.key, r.changes) for r in (again.plan.rows(actions=["create", "update"]) if again.plan else [])
        ][:5]
    states = {r.state for r in demo.workspace.journal.list(profile="demo")}
    assert states <= {RunState.SUCCEEDED, RunState.PARTIAL}


@pytest.mark.spec("BEY-01")
def test_dry_run_writes_nothing(demo: Demo) -> None:
    demo.shop.reset_calls()
    planned = demo.plan("articles")
    assert planned.plan is not None
    assert planned.plan.by_action()["create"] > 0
    calls = json.dumps(demo.shop.calls())
    assert "POST" not in calls
    assert "PUT" not in calls
    assert "PATCH" not in calls


@pytest.mark.spec("BEY-01")
def test_saved_plan_is_refused_once_settings_or_shop_have_moved(demo: Demo) -> None:
    planned = demo.plan("prices")
    assert planned.plan is not None
    profile = demo.workspace.profiles.get("demo")
    changed = profile.model_copy(
        update={
            "articles": profile.articles.model_copy(
                update={"prices": profile.articles.prices.model_copy(update={"precision": 4})}
            )
        }
    )
    demo.workspace.profiles.save(changed, who="test", expected_revision=demo.workspace.profiles.revision("demo"))
    with pytest.raises(StalePlanError):
        apply_saved(demo.workspace, "demo", planned.plan.meta.id, "test")
    demo.workspace.profiles.save(profile, who="test", expected_revision=demo.workspace.profiles.revision("demo"))
    second = demo.plan("prices")
    assert second.plan is not None
    demo.run("prices")
    with pytest.raises(StalePlanError):
        apply_saved(demo.workspace, "demo", second.plan.meta.id, "test")


@pytest.mark.spec("RUN-01")
def test_two_runs_of_one_task_never_go_at_once(demo: Demo) -> None:
    with acquire(demo.workspace.store, "demo", "prices", who="somebody else"):
        with pytest.raises(BusyError):
            run(demo.workspace, RunRequest(profile="demo", flow="prices"))
        result = command(demo.home, "run", "prices")
    assert result.returncode == 6
    assert "somebody else" in result.stderr


@pytest.mark.spec("SVC-08")
def test_quota_stops_before_the_first_record_not_covered(demo: Demo) -> None:
    profile = demo.workspace.profiles.get("demo")
    limited = profile.model_copy(update={"subscription": profile.subscription.model_copy(update={"exports": 7})})
    demo.workspace.profiles.save(limited, who="test", expected_revision=demo.workspace.profiles.revision("demo"))
    result = demo.run("articles")
    assert result.run.state is RunState.QUOTA_REACHED
    assert result.run.counts.ok == 7
    assert result.exit_status == 7
    used = demo.workspace.quota.state("demo", "exports")
    assert (used.used, used.reserved, used.available) == (7, 0, 0)


@pytest.mark.spec("BEY-02")
def test_explain_names_what_decided(demo: Demo) -> None:
    demo.run("articles")
    plan = demo.plan("articles").plan
    assert plan is not None
    skipped = next(r for r in plan.rows(actions=["skip"]) if r.reason == "product.not_published")
    result = command(demo.home, "explain", skipped.key, "--json")
    assert result.returncode == 0, result.stderr
    steps = json.loads(result.stdout)["steps"]
    decisive = [s["code"] for s in steps if s["decisive"]]
    assert "product.not_published" in decisive


@pytest.mark.spec("RUN-01")
def test_stop_ends_the_run_after_the_batch_in_progress(demo: Demo) -> None:
    seen: list[str] = []

    def press(event: object) -> None:
        code = getattr(event, "code", "")
        seen.append(code)
        if code == "run.planned":
            going = demo.workspace.journal.list(profile="demo", limit=1)[0]
            demo.workspace.journal.request_stop(going.id, who="test")

    result = run(demo.workspace, RunRequest(profile="demo", flow="articles"), press)
    assert result.run.state is RunState.STOPPED
    assert result.exit_status == 130
    after = demo.run("articles")
    assert after.run.state in (RunState.SUCCEEDED, RunState.PARTIAL)
