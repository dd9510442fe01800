"""The worker as a process of its own: due and asked runs, one at a time a task, its end, its death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.model.errors import BusyError, StopError
from atoosync_lab.runs import scheduling
from atoosync_lab.runs.inline import InlineEngine
from atoosync_lab.runs.queue import Offered, RunSpec, submit, worker_alive
from atoosync_lab.runs.scheduling import offer_due
from atoosync_lab.settings.schedule import ScheduleRule
from atoosync_lab.store.deliveries import Arrival, Deliveries, DeliveryState
from atoosync_lab.store.journal_records import GOING, Run, RunState
from atoosync_lab.store.leases import acquire
from atoosync_lab.store.schedules import Schedule, Schedules

WITHIN = 90.0


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with started(tmp_path_factory.mktemp("worker") / "home", speed=2000.0) as under_way:
        under_way.run("stocks")
        yield under_way


Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(demo: Demo) -> Iterator[Start]:
    """Starts the worker of slot `w1`; it is ended with the test, and so is what it started."""
    with ExitStack() as stack:

        def begin() -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [sys.executable, "-m", "atoosync_lab.cli.main", "worker", "--id", "w1", "--concurrency", "1"],
                env={**os.environ, "ATOOSYNC_HOME": str(demo.home)},
            )
            stack.callback(end, process)
            until(lambda: worker_alive(demo.workspace), "the worker lives")
            return process

        yield begin


def end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


def until(condition: Callable[[], bool], what: str, seconds: float = WITHIN) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


def ended(demo: Demo, run_id: str) -> Run:
    until(lambda: demo.workspace.journal.get(run_id).state not in GOING, f"{run_id} ends")
    return demo.workspace.journal.get(run_id)


def due(demo: Demo, flow: str) -> Schedule:
    """A task every five minutes whose newest start has just come."""
    now = datetime.now(UTC)
    rule = ScheduleRule(start_date=now.date() - timedelta(days=2), start_time=datetime.min.time(),
                        repeat_every=5, repeat_for=1440)  # fmt: skip
    made = scheduling.add(demo.workspace, "demo", flow, rule, "UTC")
    schedules = Schedules(demo.workspace.store)
    schedules.advance(made, now - timedelta(hours=30))
    return schedules.get(made.id)


def children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


@pytest.mark.spec("RUN-10", "RUN-01")
def test_worker_runs_what_is_due_and_what_is_asked_and_dies_with_all_its_children(demo: Demo, start: Start) -> None:
    """The whole life in one process, since a start costs seconds."""
    worker = start()
    schedule = due(demo, "stocks")
    schedules = Schedules(demo.workspace.store)
    until(lambda: bool(schedules.get(schedule.id).last_run), "the newest missed start is taken")
    taken = schedules.get(schedule.id)
    assert taken.last_slot is not None
    assert taken.next_at is not None
    assert taken.last_slot <= datetime.now(UTC) < taken.next_at == taken.last_slot + timedelta(minutes=5)
    run = ended(demo, taken.last_run)
    assert run.state in (RunState.SUCCEEDED, RunState.PARTIAL), run.message
    assert run.notebook == f"runs/{run.id}.ipynb"
    until((demo.home / run.notebook).exists, "the executed copy is kept, once its last cells are done")
    assert len([r for r in demo.workspace.journal.list(flow="stocks") if r.who == run.who]) == 1, "the newest only"

    asked = submit(demo.workspace, RunSpec(profile="demo", flow="prices", dry_run=True))
    assert ended(demo, asked).state in (RunState.SUCCEEDED, RunState.PARTIAL)

    arrived = Arrival(profile="demo", identity="1", topic="order", order="1")
    delivered = Deliveries(demo.workspace.store)
    delivered.note(arrived)
    until(lambda: delivered.list("demo")[0].state is DeliveryState.DONE, "a webhook's order is read")
    assert demo.workspace.journal.get(delivered.list("demo")[0].run).flow == "orders"

    # Killed in mid-run: kernel and runner end with it, and the run is told lost, never done.
    schedules.pause(schedule.id, who="test")
    going = submit(demo.workspace, RunSpec(profile="demo", flow="articles"))
    until(lambda: demo.workspace.journal.get(going).state is RunState.RUNNING, "it runs")
    family = children(worker)
    assert len(family) >= 2
    worker.kill()
    worker.wait()
    until(lambda: not any(p.is_running() and p.status() != "zombie" for p in family), "all are gone", 15)
    assert not worker_alive(demo.workspace)
    again = start()
    lost = ended(demo, going)
    assert lost.state is RunState.LOST
    until(lambda: demo.workspace.journal.list(flow="articles", limit=1)[0].id != going, "it is taken up")
    resumed = demo.workspace.journal.list(flow="articles", limit=1)[0]

    schedules.remove([schedule.id])

    # Asked to end: the run in hand stops after its batch, and everything ends.
    until(lambda: demo.workspace.journal.get(resumed.id).state is not RunState.WAITING, "it goes on")
    family = children(again)
    again.send_signal(signal.SIGTERM)
    assert again.wait(WITHIN) == 0
    assert ended(demo, resumed.id).state in (RunState.STOPPED, RunState.SUCCEEDED, RunState.PARTIAL)
    until(lambda: not any(p.is_running() and p.status() != "zombie" for p in family), "all are gone", 15)
    assert not worker_alive(demo.workspace)


class Answers:
    """An engine that answers as told, and notes what it was offered."""

    def __init__(self, answer: Offered) -> None:
        self.answer, self.offered = answer, list[tuple[RunSpec, datetime | None]]()

    def offer(self, run: RunSpec, slot: datetime | None) -> Offered:
        self.offered.append((run, slot))
        return self.answer

    def request_stop(self, run_id: str) -> None: ...

    def serve(self, worker_id: str) -> None: ...

    def adopt(self, worker_id: str) -> int:
        return 0


@pytest.mark.spec("RUN-10")
def test_due_start_that_finds_its_task_running_waits_for_the_next_and_the_journal_says_so(demo: Demo) -> None:
    schedule = due(demo, "order-status")
    schedules = Schedules(demo.workspace.store)
    going = demo.workspace.journal.start("demo", "orders", who="camille")
    now = datetime.now(UTC)
    assert offer_due(demo.workspace, Answers("busy"), now) == 0
    skipped = schedules.get(schedule.id)
    assert (skipped.skipped, skipped.last_run) == (1, "")
    assert skipped.next_at is not None
    assert skipped.next_at > now
    codes = [entry.code for entry in demo.workspace.journal.entries(going.id)]
    assert codes == ["schedule.skipped"]
    assert offer_due(demo.workspace, Answers("busy"), now) == 0, "it is due no more"
    taking = Answers("accepted")
    assert offer_due(demo.workspace, taking, skipped.next_at) == 1
    assert schedules.get(schedule.id).skipped == 0
    assert [slot for _, slot in taking.offered] == [skipped.next_at]
    demo.workspace.journal.finish(going.id, RunState.STOPPED)
    schedules.remove([schedule.id])


@pytest.mark.spec("RUN-10")
def test_task_of_a_profile_that_is_gone_offers_nothing(demo: Demo) -> None:
    schedules = Schedules(demo.workspace.store)
    rule = ScheduleRule(start_date=datetime.now(UTC).date(), start_time=datetime.min.time()).model_dump(mode="json")
    made = schedules.add("gone", "stocks", rule, "UTC", who="test", next_at=datetime.now(UTC))
    engine = Answers("accepted")
    assert offer_due(demo.workspace, engine, datetime.now(UTC) + timedelta(seconds=1)) == 0
    assert engine.offered == []
    schedules.remove([made.id])


@pytest.mark.spec("RUN-01")
def test_run_asked_for_while_its_task_is_going_is_refused_by_name(demo: Demo) -> None:
    with acquire(demo.workspace.store, "demo", "stocks", who="noor"), pytest.raises(BusyError) as caught:
        submit(demo.workspace, RunSpec(profile="demo", flow="stocks"))
    assert "noor" in str(caught.value)


@pytest.mark.spec("RUN-01")
def test_without_a_worker_a_run_is_executed_here(demo: Demo) -> None:
    run_id = submit(demo.workspace, RunSpec(profile="demo", flow="stocks", dry_run=True))
    assert demo.workspace.journal.get(run_id).state in (RunState.SUCCEEDED, RunState.PARTIAL)
    plan = demo.workspace.journal.get(run_id).plan_id
    applied = submit(demo.workspace, RunSpec(profile="demo", flow="stocks", plan=plan))
    assert demo.workspace.journal.get(applied).plan_id == plan


def test_inline_engine_takes_a_slot_once_and_says_busy(demo: Demo) -> None:
    engine, slot = InlineEngine(demo.workspace), datetime.now(UTC)
    spec = RunSpec(profile="demo", flow="stocks", dry_run=True, schedule="s")
    assert engine.offer(spec, slot) == "accepted"
    assert engine.offer(spec, slot) == "already"
    with acquire(demo.workspace.store, "demo", "stocks", who="noor"):
        assert engine.offer(RunSpec(profile="demo", flow="stocks", schedule="s"), None) == "busy"
    assert engine.adopt("w1") == 0


def test_spec_survives_the_queue_and_names_of_later_versions() -> None:
    spec = RunSpec(profile="velo", flow="stocks", keys=("A", "B"), filter="x", plan="p", schedule="s")
    assert RunSpec.read({**spec.document(), "later": 1}) == spec


def test_runner_that_died_is_said(demo: Demo, tmp_path: Path) -> None:
    from atoosync_lab.runs.runner import Runner

    runner = Runner(demo.workspace, 1)
    with pytest.raises(StopError) as caught:
        runner.execute(RunSpec(profile="demo", flow="stocks"))
    assert caught.value.code == "runner.died"
