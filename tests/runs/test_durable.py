"""The durable engine in processes of its own: a slot once, a task once, a killed worker's runs taken up or lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest

from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.store.journal_records import GOING, RunState

WORKER = """
import json, sys, time
from datetime import datetime, UTC
connections = []
sys.addaudithook(lambda event, args: connections.append(args[1]) if event == "socket.connect" else None)
from atoosync_lab.runs.durable import DbosEngine
from atoosync_lab.runs.queue import RunSpec
from atoosync_lab.runs.workspace import Workspace

space = Workspace.open(sys.argv[1])

def execute(spec):
    space.journal.start(spec.profile, spec.flow, who=spec.who, run_id=spec.run_id)
    print("began", spec.run_id, flush=True)
    if spec.filter == "hang":
        time.sleep(600)
    from atoosync_lab.store.journal_records import RunState
    space.journal.finish(spec.run_id, RunState.SUCCEEDED)

engine = DbosEngine(space, sys.argv[2], execute, concurrency=4)
engine.launch()
print("ready", flush=True)
for line in sys.stdin:
    told = json.loads(line)
    if "offer" in told:
        slot = datetime.fromisoformat(told["slot"]) if told.get("slot") else None
        print(engine.offer(RunSpec.read(told["offer"]), slot), flush=True)
    if "adopt" in told:
        print(engine.adopt(told["adopt"]), flush=True)
    if "drain" in told:
        print(engine.drain(told["drain"]), connections, flush=True)
        break
"""

SLOT = "2026-11-26T07:00:00+00:00"


class Child:
    """A worker process that is told what to do, line by line."""

    def __init__(self, home: Path, worker_id: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(home), worker_id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.said() == "ready"

    def said(self) -> str:
        out: IO[str] | None = self.process.stdout
        assert out is not None
        line = out.readline().strip()
        if not line and self.process.poll() is not None and self.process.stderr is not None:
            raise AssertionError(self.process.stderr.read()[-2000:])
        return line

    def tell(self, text: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        answers = ("accepted", "already", "busy", "True", "False")
        while not (line := self.said()).startswith(answers) and not line.isdecimal():
            pass
        return line

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path) as opened:
        opened.profiles.create(Profile(id="velo", name="Vélo Nord"), who="test")
        yield opened


@pytest.fixture
def child(space: Workspace) -> Iterator[Callable[[str], Child]]:
    started: list[Child] = []

    def start(worker_id: str) -> Child:
        started.append(Child(space.home.root, worker_id))
        return started[-1]

    yield start
    for each in started:
        each.kill()


def offer(run_id: str, *, flow: str = "stocks", slot: str = "", schedule: str = "", how: str = "") -> str:
    spec = (
        f'{{"profile": "velo", "flow": "{flow}", "run_id": "{run_id}", "schedule": "{schedule}", "filter": "{how}", '
        '"who": "test"}'
    )
    return f'{{"offer": {spec}, "slot": "{slot}"}}'


def ends(space: Workspace, run_id: str, within: float = 60.0) -> RunState:
    deadline = time.monotonic() + within
    while (row := space.journal.find(run_id)) is None or row.state in GOING:
        assert time.monotonic() < deadline, f"{run_id} never ends: {row}"
        time.sleep(0.05)
    return row.state


FIRST, SECOND, THIRD = (f"01a22300-0000-7000-8000-00000000000{number}" for number in range(3))


@pytest.mark.spec("RUN-10")
def test_slot_is_taken_once_and_a_task_never_runs_twice_at_a_time(
    space: Workspace, child: Callable[[str], Child]
) -> None:
    worker = child("w1")
    assert worker.tell(offer(FIRST, slot=SLOT, schedule="s")) == "accepted"
    assert ends(space, FIRST) is RunState.SUCCEEDED
    assert worker.tell(offer(SECOND, slot=SLOT, schedule="s")) == "already"
    assert space.journal.find(SECOND) is None
    assert worker.tell(offer(SECOND, how="hang")) == "accepted"
    assert worker.tell(offer(THIRD, slot="2026-11-26T07:05:00+00:00", schedule="s")) == "busy"
    assert worker.tell(offer(THIRD, flow="orders")) == "accepted", "another task of the same profile goes on"
    assert ends(space, THIRD) is RunState.SUCCEEDED
    queue = space.home.root / "queue.sqlite"
    with closing(sqlite3.connect(queue)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert queue.stat().st_mode & 0o077 == 0


@pytest.mark.spec("RUN-10", "RUN-03")
def test_killed_worker_started_again_tells_its_run_lost_and_begins_it_anew_three_times_at_most(
    space: Workspace, child: Callable[[str], Child]
) -> None:
    worker = child("w1")
    assert worker.tell(offer(FIRST, how="hang")) == "accepted"
    begun = [worker.said()]
    for _ in range(2):
        worker.kill()
        worker = child("w1")
        begun.append(worker.said())
    ids = [line.removeprefix("began ") for line in begun]
    assert ids[0] == FIRST
    assert len(set(ids)) == 3, "what follows a lost run is a run of its own"
    worker.kill()
    child("w1")
    states = [ends(space, run_id) for run_id in ids]
    assert states == [RunState.LOST] * 3
    time.sleep(2)
    assert len(space.journal.list(profile="velo")) == 3, "then it stays lost"


@pytest.mark.spec("RUN-10")
def test_another_worker_takes_over_what_a_dead_one_left(space: Workspace, child: Callable[[str], Child]) -> None:
    """Guards the private call of DBOS on which adopting rests."""
    dead = child("w1")
    assert dead.tell(offer(FIRST, how="hang")) == "accepted"
    assert dead.said() == f"began {FIRST}"
    dead.kill()
    heir = child("w2")
    assert heir.tell('{"adopt": "w1"}') == "1"
    assert heir.said().startswith("began ")
    assert ends(space, FIRST) is RunState.LOST
    assert space.journal.list(profile="velo", limit=1)[0].state is RunState.RUNNING


def test_stop_while_it_waits_ends_it_before_it_begins_and_the_queue_speaks_to_nobody(
    space: Workspace, child: Callable[[str], Child]
) -> None:
    space.journal.wait(FIRST, "velo", "stocks", who="test")
    space.journal.request_stop(FIRST, who="camille")
    worker = child("w1")
    assert worker.tell(offer(FIRST)) == "accepted"
    assert ends(space, FIRST) is RunState.STOPPED
    drained = worker.tell('{"drain": 5}')
    assert drained == "True []", "no connection was opened"
    assert worker.process.wait(20) == 0
