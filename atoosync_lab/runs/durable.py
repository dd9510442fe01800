"""The durable engine: DBOS, embedded, kept behind the seam (engine.md, section 2, with its table of traps).

A run is one workflow of one step: the step may begin twice (a killed worker is restarted under its id), so it looks at
the journal first. What it does is safe to begin again: a flow resolves what is open, captures and plans anew.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID, error
from dbos._serialization import DBOSPortableJSONSerializer

from atoosync_lab.model.errors import AtooSyncError, BusyError, StoppedError
from atoosync_lab.model.i18n import Message
from atoosync_lab.runs.queue import Offered, RunSpec
from atoosync_lab.runs.workspace import Workspace, whoami
from atoosync_lab.store import leases
from atoosync_lab.store.journal_records import GOING, Run, RunState

QUEUE = "runs"
VERSION = "runs-1"
"""DBOS's application version; raised only when a workflow's steps change order, else older runs are stranded."""
ATTEMPTS = 3
"""Times a run is begun, each after its worker died; then it stays lost, and the next slot goes on."""
KEPT = timedelta(days=7)
POLL = 0.5

Execute = Callable[[RunSpec], None]
"""Executes a run to its end; raises what ended it."""

_current: DbosEngine | None = None
"""DBOS itself is one a process, and finds its workflows by function."""


class DbosEngine:
    """Runs in a queue that survives the death of its worker.

    Args:
        workspace: the workbench.
        worker_id: stable name of this worker slot; one process at a time.
        execute: executes one run.
        concurrency: runs at a time.
    """

    def __init__(self, workspace: Workspace, worker_id: str, execute: Execute, *, concurrency: int = 2) -> None:
        self._workspace, self._worker_id, self._execute = workspace, worker_id, execute
        self._concurrency = concurrency
        self._draining = threading.Event()
        self._going: dict[str, None] = {}

    @property
    def going(self) -> list[str]:
        """Ids of the runs that this worker executes now."""
        return list(self._going)

    def launch(self) -> None:
        """Open the queue and take up what this slot left behind."""
        global _current
        _quiet()
        path = self._workspace.home.root / "queue.sqlite"
        # DBOS leaves its file in rollback-journal mode, where readers and writers wait for one another.
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        path.chmod(0o600)
        _current = self
        config: DBOSConfig = {
            "name": "atoosync-lab",
            "system_database_url": f"sqlite:///{path}",
            "executor_id": self._worker_id,
            "application_version": VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "ERROR",
            "enable_otlp": False,
        }
        DBOS(config=config)
        DBOS.launch()
        _quiet()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=self._concurrency,
            polling_interval_sec=POLL,
            on_conflict="always_update",
        )

    def offer(self, run: RunSpec, slot: datetime | None) -> Offered:
        """Queue a run; the slot is its identity, so that it is safe to offer it twice."""
        name = workflow_of(run, slot)
        if DBOS.get_workflow_status(name) is not None:
            return "already"
        if leases.holder(self._workspace.store, run.profile, run.task) is not None:
            return "busy"
        try:
            with SetWorkflowID(name), SetEnqueueOptions(deduplication_id=f"{run.profile}/{run.task}"):
                DBOS.enqueue_workflow(QUEUE, _run_workflow, run.document())
        except error.DBOSQueueDeduplicatedError:
            return "busy"
        self._workspace.journal.wait(run.run_id, run.profile, run.flow, who=run.who)
        return "accepted"

    def request_stop(self, run_id: str) -> None:
        """Set the flag in the journal. DBOS's own cancelling would free the task before its step has ended."""
        self._workspace.journal.request_stop(run_id, who=whoami())

    def serve(self, worker_id: str) -> None:
        """Execute what is queued until `drain` is called."""
        self.launch()
        self._draining.wait()

    def adopt(self, worker_id: str) -> int:
        """Take over the runs of a dead worker: idempotent, the queue hands each out once."""
        self._workspace.journal.mark_lost()
        return len(DBOS._recover_pending_workflows([worker_id]))

    def drain(self, seconds: float) -> bool:
        """Ask what is going to stop after its batch, start nothing more, and wait; False when time ran out."""
        self._draining.set()
        for run_id in self.going:
            with contextlib.suppress(AtooSyncError):
                self._workspace.journal.request_stop(run_id, who=self._worker_id)
        ended = threading.Event()

        def close() -> None:
            DBOS.destroy(workflow_completion_timeout_sec=max(1, int(seconds)))
            ended.set()

        thread = threading.Thread(target=close, name="queue closing", daemon=True)
        thread.start()
        thread.join(seconds + 15)
        return ended.is_set() and not self._going

    def forget_old(self) -> int:
        """Drop ended workflows from the queue's history; how many."""
        until = (datetime.now(UTC) - KEPT).isoformat()
        old = DBOS.list_workflows(
            end_time=until, status=["SUCCESS", "ERROR", "CANCELLED"], load_input=False, load_output=False, limit=5000
        )
        if old:
            DBOS.delete_workflows([status.workflow_id for status in old])
        return len(old)

    def step(self, spec: RunSpec) -> str:
        """One run to its end, from wherever it was left; the state it ended in."""
        journal = self._workspace.journal
        journal.mark_lost()
        begun = _next_attempt(self._workspace, spec)
        if isinstance(begun, RunState):
            return begun.value
        journal.wait(begun.run_id, begun.profile, begun.flow, who=begun.who)
        if self._draining.is_set() or journal.stop_requested(begun.run_id):
            return journal.finish(begun.run_id, RunState.STOPPED, message=Message("run.stopped")).state.value
        self._going[begun.run_id] = None
        try:
            self._execute(begun)
        except AtooSyncError as failure:
            return self._closed(begun.run_id, failure).state.value
        finally:
            self._going.pop(begun.run_id, None)
        return self._closed(begun.run_id, None).state.value

    def _closed(self, run_id: str, failure: AtooSyncError | None) -> Run:
        """The run's row, ended whatever happened: what failed before it began is told there too."""
        journal = self._workspace.journal
        row = journal.get(run_id)
        if row.state not in GOING:
            return row
        if isinstance(failure, BusyError):
            return journal.finish(run_id, RunState.STOPPED, message=Message("run.skipped_busy"))
        if isinstance(failure, StoppedError):
            return journal.finish(run_id, RunState.STOPPED, message=failure.message)
        message = failure.message if failure is not None else Message("run.lost")
        return journal.finish(run_id, RunState.FAILED if failure is not None else RunState.LOST, message=message)


def workflow_of(run: RunSpec, slot: datetime | None) -> str:
    """The workflow's id: a slot is taken once, whoever offers it and how often."""
    return f"slot:{run.schedule}:{slot.astimezone(UTC).isoformat()}" if slot is not None else f"run:{run.run_id}"


def _next_attempt(workspace: Workspace, spec: RunSpec) -> RunSpec | RunState:
    """The spec to begin now, or the state in which the run has ended already.

    A lost run stays in the journal as such; what follows it is a run of its own.
    """
    run_id = spec.run_id
    for attempt in range(ATTEMPTS):
        if attempt:
            run_id = str(uuid.uuid5(uuid.UUID(spec.run_id), str(attempt)))
        row = workspace.journal.find(run_id)
        if row is None or row.state is RunState.WAITING:
            return _with_id(spec, run_id)
        if row.state is not RunState.LOST:
            return row.state
        if spec.plan:
            break  # a plan is taken for application once; what is left of it is planned anew
    return RunState.LOST


def _with_id(spec: RunSpec, run_id: str) -> RunSpec:
    return RunSpec.read({**spec.document(), "run_id": run_id})


@DBOS.workflow(name="atoosync-run", max_recovery_attempts=20)
def _run_workflow(document: Mapping[str, Any]) -> str:
    return _run_step(dict(document))


@DBOS.step(name="atoosync-execute")
def _run_step(document: dict[str, Any]) -> str:
    if _current is None:
        raise RuntimeError("no engine was launched in this process")
    return _current.step(RunSpec.read(document))


def _quiet() -> None:
    """DBOS speaks of its own affairs and of a vendor's service; people read our journal."""
    logging.getLogger("dbos").setLevel(logging.ERROR)
