"""Workers that execute runs: which of them live, and what people ask of them.

A worker slot has a stable id; one process at a time works under it, and says every few seconds that it lives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from atoosync_lab.model.errors import BusyError
from atoosync_lab.store.engine import Store, upsert
from atoosync_lab.store.process import Process, current
from atoosync_lab.store.tables import run_requests, workers
from atoosync_lab.store.types import now

BEAT = 5.0
"""Seconds between two signs of life."""
SILENT = timedelta(seconds=20)
"""A worker that has said nothing for so long is dead."""
KEPT = timedelta(days=1)
"""Requests that were taken are kept so long, so that none is taken twice."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker slot."""

    id: str
    process: Process
    started_at: datetime
    beat_at: datetime
    ended_at: datetime | None

    def lives(self, moment: datetime) -> bool:
        """It works at `moment`: neither ended, nor silent, nor proved dead."""
        return self.ended_at is None and moment - self.beat_at < SILENT and not self.process.is_dead()


@dataclass(frozen=True, slots=True)
class Request:
    """A run that a person asked a worker for."""

    run: str
    spec: Mapping[str, Any]
    asked_at: datetime


class Workers:
    """Workers and requests.

    Args:
        store: the state store.
        clock: gives the current moment; for tests.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime] = now) -> None:
        self._store, self._clock = store, clock

    def start(self, worker_id: str) -> Worker:
        """This process works under that id.

        Raises:
            BusyError: another process that lives does already; or a worker of another host does on this SQLite file,
                which only processes of one host can share.
        """
        me, moment = current(), self._clock()
        with self._store.begin() as tx:
            row = tx.execute(select(workers).where(workers.c.id == worker_id)).first()
            if row is not None and _worker(row).lives(moment) and _worker(row).process != me:
                raise BusyError("worker.taken", worker=worker_id, host=row.host.partition("/")[0], pid=row.pid)
            if tx.dialect.name == "sqlite":
                _refuse_two_hosts(tx, moment)
            fresh = {
                "id": worker_id, "host": me.host, "pid": me.pid, "process_start": me.start, "started_at": moment,
                "beat_at": moment, "ended_at": None,
            }  # fmt: skip
            upsert(tx, workers, [fresh], update=tuple(name for name in fresh if name != "id"))
        return Worker(worker_id, me, moment, moment, None)

    def beat(self, worker_id: str) -> None:
        """It still lives.

        Raises:
            BusyError: another process works under the id now: this one was frozen, and must end.
        """
        me = current()
        mine = update(workers).where(workers.c.id == worker_id, workers.c.pid == me.pid, workers.c.host == me.host)
        with self._store.begin() as tx:
            # Another worker may have buried it when the clock was set forward: who beats, lives.
            changed = tx.execute(mine.values(beat_at=self._clock(), ended_at=None)).rowcount
        if changed != 1:
            raise BusyError("worker.replaced", worker=worker_id)

    def end(self, worker_id: str) -> None:
        """It ends in good order."""
        me = current()
        mine = update(workers).where(workers.c.id == worker_id, workers.c.pid == me.pid, workers.c.host == me.host)
        with self._store.begin() as tx:
            tx.execute(mine.values(ended_at=self._clock()))

    def bury(self, worker_id: str) -> None:
        """Its runs were taken over: nobody needs to look after it any more."""
        with self._store.begin() as tx:
            tx.execute(update(workers).where(workers.c.id == worker_id).values(ended_at=self._clock()))

    def list(self) -> list[Worker]:
        """Every worker slot, dead ones too."""
        with self._store.read() as connection:
            return [_worker(row) for row in connection.execute(select(workers).order_by(workers.c.id))]

    def living(self) -> Sequence[Worker]:
        """Workers that live now."""
        moment = self._clock()
        return [worker for worker in self.list() if worker.lives(moment)]

    def dead(self) -> Sequence[Worker]:
        """Workers that ended without saying so: their runs wait for somebody."""
        moment = self._clock()
        return [worker for worker in self.list() if worker.ended_at is None and not worker.lives(moment)]

    def ask(self, run: str, spec: Mapping[str, Any]) -> None:
        """Ask for a run; a living worker takes it at its next look."""
        values = {"run": run, "spec": dict(spec), "asked_at": self._clock(), "taken_by": ""}
        with self._store.begin() as tx:
            tx.execute(insert(run_requests).values(values))

    def asked(self) -> Sequence[Request]:
        """What nobody has taken yet, oldest first."""
        query = select(run_requests).where(run_requests.c.taken_at.is_(None)).order_by(run_requests.c.asked_at)
        with self._store.read() as connection:
            return [Request(row.run, row.spec, row.asked_at) for row in connection.execute(query)]

    def take(self, run: str, worker_id: str) -> bool:
        """A worker has it in its queue; False when another one was faster."""
        mine = update(run_requests).where(run_requests.c.run == run, run_requests.c.taken_at.is_(None))
        with self._store.begin() as tx:
            return tx.execute(mine.values(taken_at=self._clock(), taken_by=worker_id)).rowcount == 1

    def forget_old(self) -> int:
        """Drop requests taken long ago; how many."""
        with self._store.begin() as tx:
            return tx.execute(delete(run_requests).where(run_requests.c.taken_at < self._clock() - KEPT)).rowcount


def _refuse_two_hosts(tx: Connection, moment: datetime) -> None:
    here = current().host.partition("/")[0]
    for row in tx.execute(select(workers)).all():
        found = _worker(row)
        host = found.process.host.partition("/")[0]
        if host != here and found.lives(moment):
            seconds = int((SILENT - (moment - found.beat_at)).total_seconds())
            raise BusyError("worker.two_hosts", worker=found.id, host=host, here=here, seconds=max(seconds, 1))


def _worker(row: Any) -> Worker:
    process = Process(row.host, row.pid, row.process_start)
    return Worker(row.id, process, row.started_at, row.beat_at, row.ended_at)
