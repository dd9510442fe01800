"""Scheduled tasks, workers and requests in the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from atoosync_lab.model.errors import BusyError, SettingsError
from atoosync_lab.store.engine import Store
from atoosync_lab.store.errors import ConflictError
from atoosync_lab.store.journal import Journal
from atoosync_lab.store.journal_records import RunState
from atoosync_lab.store.leases import acquire, holder
from atoosync_lab.store.schedules import Schedule, Schedules
from atoosync_lab.store.tables import workers as worker_rows
from atoosync_lab.store.workers import SILENT, Workers
from tests.store.conftest import Spawn, outputs

NOW = datetime(2026, 11, 25, 11, 30, tzinfo=UTC)
RULE = {"start_date": "2026-11-26", "start_time": "08:00:00"}


class Clock:
    """A clock that moves by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def schedules(store: Store, clock: Clock) -> Schedules:
    return Schedules(store, clock)


def added(schedules: Schedules, *, profile: str = "velo", next_at: datetime | None = NOW) -> Schedule:
    return schedules.add(profile, "stocks", RULE, "Europe/Paris", who="camille", next_at=next_at)


@pytest.mark.spec("RUN-10")
def test_schedule_is_kept_listed_by_next_start_and_found_by_the_beginning_of_its_id(schedules: Schedules) -> None:
    late = added(schedules, next_at=NOW + timedelta(days=1))
    soon = added(schedules)
    paused = schedules.pause(added(schedules).id, who="camille")
    assert [s.id for s in schedules.list()] == [soon.id, late.id, paused.id]
    assert schedules.list("other") == []
    assert schedules.get(soon.id) == soon
    assert dict(soon.rule) == RULE
    with pytest.raises(SettingsError) as caught:
        schedules.get(soon.id[:4])
    assert caught.value.code == "schedule.ambiguous"
    for unknown in ("zzz", "", "%", "_"):
        with pytest.raises(SettingsError) as caught:
            schedules.get(unknown)
        assert caught.value.code == "schedule.unknown"


@pytest.mark.spec("RUN-10")
def test_only_what_has_come_is_due_and_a_paused_task_never_is(schedules: Schedules) -> None:
    due = added(schedules)
    added(schedules, next_at=NOW + timedelta(seconds=1))
    schedules.pause(added(schedules).id, who="camille")
    assert [s.id for s in schedules.due(NOW)] == [due.id]


@pytest.mark.spec("RUN-10")
def test_due_start_is_dealt_with_once_whoever_is_faster(schedules: Schedules) -> None:
    seen = added(schedules)
    later = NOW + timedelta(hours=1)
    assert schedules.advance(seen, later, started=(NOW, "run-1"))
    assert not schedules.advance(seen, later, started=(NOW, "run-2")), "another worker saw the same row"
    now = schedules.get(seen.id)
    assert (now.next_at, now.last_slot, now.last_run, now.skipped) == (later, NOW, "run-1", 0)
    assert schedules.advance(now, later + timedelta(hours=1), skipped=later)
    skipped = schedules.get(seen.id)
    assert (skipped.skipped, skipped.skipped_at, skipped.last_run) == (1, later, "run-1")


@pytest.mark.spec("RUN-10")
def test_change_of_a_task_that_somebody_else_changed_is_refused(schedules: Schedules) -> None:
    seen = added(schedules)
    values = {"profile": "velo", "flow": "prices", "rule": RULE, "zone": "Europe/Paris", "next_at": NOW}
    changed = schedules.save(seen.id, **values, who="noor", expected_revision=seen.revision)  # type: ignore[arg-type]
    assert (changed.flow, changed.revision, changed.updated_by) == ("prices", 2, "noor")
    with pytest.raises(ConflictError) as caught:
        schedules.save(seen.id, **values, who="camille", expected_revision=seen.revision)  # type: ignore[arg-type]
    assert "noor" in str(caught.value)
    assert not schedules.advance(seen, None), "the worker read an older rule"
    assert schedules.remove([seen.id, "gone"]) == 1
    assert schedules.list() == []


def test_worker_lives_while_it_says_so(store: Store, clock: Clock) -> None:
    workers = Workers(store, clock)
    workers.start("w1")
    assert [w.id for w in workers.living()] == ["w1"]
    clock.now += SILENT + timedelta(seconds=1)
    assert workers.living() == []
    assert [w.id for w in workers.dead()] == ["w1"]
    workers.beat("w1")
    assert [w.id for w in workers.living()] == ["w1"]
    workers.end("w1")
    assert workers.living() == []
    assert workers.dead() == [], "it said good-bye"


def test_worker_slot_is_taken_by_one_process_and_free_when_that_dies(store: Store, spawn: Spawn) -> None:
    code = (
        "import sys, time\nfrom atoosync_lab.store.engine import Store\n"
        "from atoosync_lab.store.workers import Workers\n"
        "Workers(Store.open(sys.argv[1])).start('w1'); print('started', flush=True); time.sleep(60)"
    )
    other = spawn(code, store.where)
    assert other.stdout is not None
    assert other.stdout.readline().strip() == "started"
    workers = Workers(store)
    with pytest.raises(BusyError) as caught:
        workers.start("w1")
    assert caught.value.code == "worker.taken"
    other.kill()
    other.wait()
    assert [w.id for w in workers.dead()] == ["w1"], "proved dead, without waiting for its silence"
    workers.start("w1")


def test_worker_that_was_replaced_learns_it_at_its_next_beat(store: Store) -> None:
    workers = Workers(store)
    workers.start("w1")
    with store.begin() as tx:
        tx.execute(update(worker_rows).values(pid=1))
    with pytest.raises(BusyError) as caught:
        workers.beat("w1")
    assert caught.value.code == "worker.replaced"


def test_request_is_taken_once(store: Store, clock: Clock) -> None:
    workers = Workers(store, clock)
    workers.ask("run-1", {"profile": "velo", "flow": "stocks"})
    assert [(r.run, dict(r.spec)["flow"]) for r in workers.asked()] == [("run-1", "stocks")]
    assert workers.take("run-1", "w1")
    assert not workers.take("run-1", "w2")
    assert workers.asked() == []
    clock.now += timedelta(days=2)
    assert workers.forget_old() == 1


def test_waiting_run_begins_under_its_id_and_keeps_who_asked(store: Store) -> None:
    journal = Journal(store)
    journal.wait("run-1", "velo", "stocks", who="camille")
    journal.wait("run-1", "velo", "stocks", who="somebody else")
    assert journal.get("run-1").state is RunState.WAITING
    journal.request_stop("run-1", who="noor")
    begun = journal.start("velo", "stocks", who="worker", run_id="run-1", notebook="runs/run-1.ipynb")
    assert (begun.state, begun.who, begun.notebook) == (RunState.RUNNING, "camille", "runs/run-1.ipynb")
    assert journal.stop_requested("run-1")
    assert journal.find("other") is None


def test_holder_of_a_lease_is_named_until_it_dies(store: Store, spawn: Spawn) -> None:
    assert holder(store, "velo", "stocks") is None
    with acquire(store, "velo", "stocks", who="camille"):
        found = holder(store, "velo", "stocks")
        assert found is not None
        assert found.who == "camille"
    assert holder(store, "velo", "stocks") is None
    code = (
        "import sys; from atoosync_lab.store.engine import Store; from atoosync_lab.store.leases import acquire\n"
        "acquire(Store.open(sys.argv[1]), 'velo', 'stocks', who='dead')"
    )
    outputs([spawn(code, store.where)])
    assert holder(store, "velo", "stocks") is None
