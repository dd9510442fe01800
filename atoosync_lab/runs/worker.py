"""The worker: takes what is due or asked for, executes it through pages, and says every few seconds that it lives.

Several workers may share one store: a slot's id is its schedule and its moment, so that offering it twice is harmless.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from atoosync_lab.model.errors import AtooSyncError, BusyError, StorageError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs.deliveries import offer_noted
from atoosync_lab.runs.durable import DbosEngine
from atoosync_lab.runs.queue import RunSpec
from atoosync_lab.runs.runner import Runner
from atoosync_lab.runs.scheduling import after_clock_set_back, offer_due
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.store.deliveries import Deliveries
from atoosync_lab.store.journal_records import GOING, RunState
from atoosync_lab.store.workers import BEAT, Workers

TICK = 0.5
"""Seconds between two looks at what is due or asked for."""
TIDY_EVERY = 3600.0
GRACE = 60.0
"""Seconds a run may take to stop after its batch, once the worker is asked to end."""

Say = Callable[[Message], None]


def default_id() -> str:
    """Name of this machine's first worker slot."""
    return f"{socket.gethostname()}-1"


class Worker:
    """One worker process. Use it as a context manager, then `serve`.

    Args:
        workspace: the workbench.
        worker_id: stable name of the slot.
        concurrency: runs at a time, and kernels kept ready.
        say: told what happens, for the terminal.
    """

    def __init__(
        self, workspace: Workspace, worker_id: str, *, concurrency: int = 2, say: Say = lambda message: None
    ) -> None:
        self._workspace, self._id, self._say = workspace, worker_id, say
        self._workers = Workers(workspace.store)
        self._runner = Runner(workspace, concurrency)
        self._engine = DbosEngine(workspace, worker_id, self._execute, concurrency=concurrency)
        self._end = threading.Event()
        self._ended = threading.Event()
        self._tidied = 0.0
        self._ticked = datetime.max.replace(tzinfo=UTC)

    def __enter__(self) -> Self:
        self._workers.start(self._id)
        try:
            lost = self._workspace.journal.mark_lost()
            if lost:
                self._say(Message("worker.lost", {"count": len(lost)}))
            self._runner.start()
            self._engine.launch()
        except BaseException:
            self._runner.stop()
            self._workers.end(self._id)
            raise
        threading.Thread(target=self._beat, name="worker beat", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._end.set()
        if self._engine.going:
            self._say(Message("worker.stopping", {"count": len(self._engine.going)}))
        self._engine.drain(GRACE)
        self._runner.stop()
        self._ended.set()
        with contextlib.suppress(StorageError):
            self._workers.end(self._id)

    def request_end(self) -> None:
        """End in good order; safe in a signal handler."""
        self._end.set()

    def serve(self) -> None:
        """Work until asked to end."""
        self._say(Message("worker.started", {"worker": self._id}))
        told = False
        while not self._end.wait(TICK):
            if not told and self._runner.wait_ready(0):
                told = True
                self._say(Message("worker.ready", {"worker": self._id}))
            try:
                self.tick()
            except StorageError as error:
                # A full or locked disk is over some day; nothing that is due is forgotten meanwhile.
                self._say(error.message)
                self._end.wait(BEAT)

    def tick(self, moment: datetime | None = None) -> None:
        """One look at what is due and what is asked for.

        Raises:
            StorageError: the store cannot be used now.
        """
        if not self._runner.alive():
            self._say(Message("worker.runner_again"))
            self._runner.start()
        for request in self._workers.asked():
            self._take(request.run, RunSpec.read(request.spec))
        now = moment or datetime.now(UTC)
        if now < self._ticked:
            after_clock_set_back(self._workspace, now)
        self._ticked = now
        offer_due(self._workspace, self._engine, now)
        offer_noted(self._workspace, self._engine, now)
        for dead in self._workers.dead():
            if dead.id != self._id and dead.process.host.partition("/")[0]:
                self._adopt(dead.id)
        if time.monotonic() - self._tidied > TIDY_EVERY:
            self._tidied = time.monotonic()
            self._engine.forget_old()
            self._workers.forget_old()
            Deliveries(self._workspace.store).forget_old()

    def _take(self, run_id: str, spec: RunSpec) -> None:
        answer = self._engine.offer(spec, None)
        if not self._workers.take(run_id, self._id) or answer != "busy":
            return
        row = self._workspace.journal.find(run_id)
        if row is not None and row.state in GOING:
            self._workspace.journal.finish(run_id, RunState.STOPPED, message=Message("run.skipped_busy"))

    def _adopt(self, worker_id: str) -> None:
        count = self._engine.adopt(worker_id)
        self._workers.bury(worker_id)
        if count:
            self._say(Message("worker.adopted", {"worker": worker_id, "count": count}))

    def _execute(self, spec: RunSpec) -> None:
        flow = translate(f"flow.{spec.flow}")
        self._say(Message("worker.run", {"flow": flow, "profile": spec.profile, "run": spec.run_id}))
        self._runner.execute(spec)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT):
            try:
                self._workers.beat(self._id)
            except BusyError as error:
                # This process was frozen, and replaced: the fence of its leases stops what it still does.
                self._say(error.message)
                self._end.set()
                return
            except AtooSyncError:
                continue
