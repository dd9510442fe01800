"""The journal: what runs did, line by line, for people (RUN-03). Machines read the ledger."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import uuid_utils
from sqlalchemy import Connection, Row, insert, select, update

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import Message
from atoosync_lab.store.engine import Store, upsert
from atoosync_lab.store.journal_records import GOING, Counts, Entry, Run, RunState
from atoosync_lab.store.lost_lines import untold, written
from atoosync_lab.store.process import Process, current
from atoosync_lab.store.tables import entries, runs
from atoosync_lab.store.types import now

__all__ = ["Counts", "Entry", "Journal", "Run", "RunState", "StopFlag"]

SILENT = timedelta(minutes=15)
"""A run on another host that has reported nothing for so long is taken for lost."""


class Journal:
    """Runs and lines of all profiles.

    Args:
        store: the state store.
        clock: gives the current moment; for tests.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime] = now) -> None:
        self._store, self._clock = store, clock

    def start(
        self,
        profile: str,
        flow: str,
        *,
        who: str,
        plan_id: str = "",
        notebook: str = "",
        state: RunState = RunState.RUNNING,
        run_id: str | None = None,
    ) -> Run:
        """Open a run of this process.

        Args:
            profile: profile id.
            flow: the flow.
            who: person or schedule.
            plan_id: plan that is applied.
            notebook: path of the executed page.
            state: RUNNING, or WAITING when it is queued.
            run_id: id given by a queue, whose waiting row begins now if there is one; None: a new UUIDv7.
        """
        me = current()
        values = {
            "id": run_id or str(uuid_utils.uuid7()), "profile": profile, "flow": flow, "state": state.value,
            "started_at": self._clock(), "total": 0, "ok": 0, "failed": 0, "ignored": 0, "blocked": 0,
            "plan_id": plan_id, "who": who, "notebook": notebook, "host": me.host, "pid": me.pid,
            "process_start": me.start, "entries": 0,
        }  # fmt: skip
        with self._store.begin() as tx:
            if run_id is not None and state is RunState.RUNNING:
                waiting = update(runs).where(runs.c.id == run_id, runs.c.state == RunState.WAITING.value)
                # Lines that it has already, and who asked for it and for its stop, stay.
                begun = {name: values[name] for name in values if name not in ("id", "entries", "who")}
                if tx.execute(waiting.values(begun)).rowcount:
                    return self._get(tx, run_id)
            tx.execute(insert(runs).values(values))
            return self._get(tx, str(values["id"]))

    def wait(self, run_id: str, profile: str, flow: str, *, who: str) -> None:
        """Note a run that is queued, to be followed from now on; does nothing when it is there already."""
        me = current()
        values = {
            "id": run_id, "profile": profile, "flow": flow, "state": RunState.WAITING.value,
            "started_at": self._clock(), "total": 0, "ok": 0, "failed": 0, "ignored": 0, "blocked": 0, "plan_id": "",
            "who": who, "notebook": "", "host": me.host, "pid": me.pid, "process_start": me.start, "entries": 0,
        }  # fmt: skip
        with self._store.begin() as tx:
            upsert(tx, runs, [values], update=())

    def find(self, run_id: str) -> Run | None:
        """A run, or None."""
        with self._store.read() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
        return None if row is None else _run(row)

    def take(self, run_id: str) -> Run:
        """A queued or lost run goes on in this process."""
        me = current()
        mine = {"host": me.host, "pid": me.pid, "process_start": me.start}
        return self._change(run_id, {"state": RunState.RUNNING.value, "ended_at": None, **mine})

    def append(self, run_id: str, lines: Sequence[Entry], tx: Connection | None = None) -> None:
        """Add lines to a run, numbered in the order given.

        Raises:
            SettingsError: unknown run.
        """
        if not lines:
            return
        if tx is None:
            with self._store.begin() as own:
                self.append(run_id, lines, own)
            return
        values = [
            {
                "at": line.at, "level": str(line.level), "stage": str(line.stage), "code": line.code,
                "params": dict(line.params), "record": line.record, "action": line.action,
            }
            for line in lines
        ]  # fmt: skip
        self._append(tx, run_id, values)

    def _append(self, tx: Connection, run_id: str, lines: Sequence[dict[str, Any]]) -> None:
        """Number the lines of a run and insert them."""
        if not lines:
            return
        grown = update(runs).where(runs.c.id == run_id)
        grown = grown.values(entries=runs.c.entries + len(lines), updated_at=self._clock())
        last = tx.execute(grown.returning(runs.c.entries)).scalar()
        if last is None:
            raise SettingsError("run.unknown", run=run_id)
        first = last - len(lines) + 1
        tx.execute(insert(entries), [{**line, "run": run_id, "seq": first + n} for n, line in enumerate(lines)])

    def progress(self, run_id: str, counts: Counts) -> None:
        """Report how far a run is.

        Raises:
            SettingsError: unknown run.
        """
        self._change(run_id, _counts(counts))

    def update(
        self, run_id: str, *, plan_id: str | None = None, notebook: str | None = None
    ) -> Run:  # fmt: skip
        """Note the plan or the page of a run once they are known."""
        given = {"plan_id": plan_id, "notebook": notebook}
        return self._change(run_id, {name: value for name, value in given.items() if value is not None})

    def finish(
        self, run_id: str, state: RunState, *, counts: Counts | None = None, message: Message | None = None
    ) -> Run:
        """Close a run.

        Args:
            run_id: the run.
            state: its end state, `Counts.outcome()` where it came to its end.
            counts: final counts; None: the last reported ones.
            message: why it ended, when not by coming to its end.

        Raises:
            SettingsError: unknown run.
            ValueError: the state is no end.
        """
        if state in GOING:
            raise ValueError(f"{state} is not the end of a run")
        values: dict[str, Any] = {"state": state.value, "ended_at": self._clock()}
        if counts is not None:
            values.update(_counts(counts))
        if message is not None:
            values["message"] = {"code": message.code, "params": dict(message.params)}
        return self._change(run_id, values)

    def get(self, run_id: str) -> Run:
        """A run.

        Raises:
            SettingsError: unknown run.
        """
        with self._store.read() as connection:
            return self._get(connection, run_id)

    def list(
        self,
        *,
        profile: str | None = None,
        flow: str | None = None,
        states: Collection[RunState] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Run]:
        """Runs, newest first. `since` and `until` bound the start, the latter not included."""
        query = select(runs).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(limit).offset(offset)
        if profile is not None:
            query = query.where(runs.c.profile == profile)
        if flow is not None:
            query = query.where(runs.c.flow == flow)
        if states is not None:
            query = query.where(runs.c.state.in_([state.value for state in states]))
        if since is not None:
            query = query.where(runs.c.started_at >= since)
        if until is not None:
            query = query.where(runs.c.started_at < until)
        with self._store.read() as connection:
            return [_run(row) for row in connection.execute(query)]

    def entries(
        self,
        run_id: str,
        *,
        levels: Collection[str] | None = None,
        record: str | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> Sequence[Entry]:
        """Lines of a run in order; `after`: only those beyond this number, for a live log."""
        query = select(entries).where(entries.c.run == run_id, entries.c.seq > after).order_by(entries.c.seq)
        if levels is not None:
            query = query.where(entries.c.level.in_([str(level) for level in levels]))
        if record is not None:
            query = query.where(entries.c.record == record)
        with self._store.read() as connection:
            return [_entry(row) for row in connection.execute(query.limit(limit))]

    def of_record(self, profile: str, record: str, limit: int = 100) -> Sequence[Entry]:
        """What any run of a profile said about a record, newest first."""
        query = select(entries).join(runs, runs.c.id == entries.c.run).where(runs.c.profile == profile)
        query = query.where(entries.c.record == record).order_by(entries.c.at.desc(), entries.c.seq.desc())
        with self._store.read() as connection:
            return [_entry(row) for row in connection.execute(query.limit(limit))]

    def request_stop(self, run_id: str, *, who: str) -> None:
        """Ask a run to stop; it does so between two records.

        Raises:
            SettingsError: unknown run.
        """
        self._change(run_id, {"stop_by": who}, touch=False)

    def stop_requested(self, run_id: str) -> bool:
        """Somebody asked this run to stop."""
        with self._store.read() as connection:
            return connection.execute(select(runs.c.stop_by).where(runs.c.id == run_id)).scalar() is not None

    def mark_lost(self) -> Sequence[Run]:
        """Close runs whose process is gone; those runs. Called when a workbench or worker starts.

        What the ledger says they had done, and their lines do not, is added to their lines.
        """
        silent_since = self._clock() - SILENT
        lost = []
        query = select(runs).where(runs.c.state == RunState.RUNNING.value)
        with self._store.begin() as tx:
            for row in tx.execute(query).all():
                process = Process(row.host, row.pid, row.process_start)
                silent = not process.is_here() and (row.updated_at or row.started_at) < silent_since
                if not silent and not process.is_dead():
                    continue
                self._append(tx, row.id, untold(tx, row.profile, row.flow, row.started_at))
                ok = written(tx, row.id)
                values = {
                    "state": RunState.LOST.value, "ended_at": self._clock(), "ok": ok, "total": max(row.total, ok),
                    "message": {"code": "run.lost", "params": {}},
                }  # fmt: skip
                tx.execute(update(runs).where(runs.c.id == row.id).values(values))
                lost.append(self._get(tx, row.id))
        return lost

    def _change(self, run_id: str, values: dict[str, Any], *, touch: bool = True) -> Run:
        if touch:
            values = {**values, "updated_at": self._clock()}
        with self._store.begin() as tx:
            tx.execute(update(runs).where(runs.c.id == run_id).values(values))
            return self._get(tx, run_id)

    def _get(self, connection: Connection, run_id: str) -> Run:
        row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
        if row is None:
            raise SettingsError("run.unknown", run=run_id)
        return _run(row)


class StopFlag:
    """`model.ports.CancelToken` of a run; asks the store at most every `interval` seconds."""

    def __init__(self, journal: Journal, run_id: str, interval: float = 0.2) -> None:
        self._journal, self._run_id, self._interval = journal, run_id, interval
        self._next = 0.0
        self._requested = False

    def requested(self) -> bool:
        """True once Stop was pressed."""
        if not self._requested and time.monotonic() >= self._next:
            self._requested = self._journal.stop_requested(self._run_id)
            self._next = time.monotonic() + self._interval
        return self._requested


def _counts(counts: Counts) -> dict[str, int]:
    names = ("total", "ok", "failed", "ignored", "blocked")
    return {name: getattr(counts, name) for name in names}


def _run(row: Row[Any]) -> Run:
    message = Message(row.message["code"], row.message["params"]) if row.message else None
    counts = Counts(total=row.total, ok=row.ok, failed=row.failed, ignored=row.ignored, blocked=row.blocked)
    return Run(
        id=row.id, profile=row.profile, flow=row.flow, state=RunState(row.state), started_at=row.started_at,
        ended_at=row.ended_at, updated_at=row.updated_at, counts=counts, message=message, plan_id=row.plan_id,
        who=row.who, notebook=row.notebook, stop_by=row.stop_by,
    )  # fmt: skip


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        run=row.run, seq=row.seq, at=row.at, level=row.level, stage=row.stage, code=row.code,
        params=row.params or {}, record=row.record, action=row.action,
    )  # fmt: skip
