"""Scheduled tasks: which task, for which profile, by which rule, and when it is next due (RUN-10).

The rule is a document here; `runs/scheduling.py` reads it and reckons the moments.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import uuid_utils
from sqlalchemy import Connection, delete, insert, select, update

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.store.engine import Store
from atoosync_lab.store.errors import ConflictError
from atoosync_lab.store.tables import schedules
from atoosync_lab.store.types import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One scheduled task, as it was when read."""

    id: str
    profile: str
    flow: str
    rule: Mapping[str, Any]
    """The document of `settings.schedule.ScheduleRule`."""
    zone: str
    paused: bool
    revision: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    next_at: datetime | None
    """Next start; None: paused, or the rule has ended."""
    last_slot: datetime | None
    """Start that was last accepted."""
    last_run: str
    """Id of the run made of it; empty: none yet."""
    skipped_at: datetime | None
    """Start that was last skipped, because the one before was still running."""
    skipped: int
    """Starts skipped one after the other since the last one accepted."""


class Schedules:
    """Scheduled tasks of all profiles.

    Args:
        store: the state store.
        clock: gives the current moment; for tests.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime] = now) -> None:
        self._store, self._clock = store, clock

    def add(
        self, profile: str, flow: str, rule: Mapping[str, Any], zone: str, *, who: str, next_at: datetime | None
    ) -> Schedule:
        """Keep a new scheduled task."""
        moment = self._clock()
        values = {
            "id": str(uuid_utils.uuid7()), "profile": profile, "flow": flow, "rule": dict(rule), "zone": zone,
            "paused": False, "revision": 1, "created_at": moment, "created_by": who, "updated_at": moment,
            "updated_by": who, "next_at": next_at, "last_run": "", "skipped": 0,
        }  # fmt: skip
        with self._store.begin() as tx:
            tx.execute(insert(schedules).values(values))
            return self._get(tx, str(values["id"]))

    def get(self, schedule_id: str) -> Schedule:
        """A scheduled task by its id, or the beginning of it where that names only one.

        Raises:
            SettingsError: none, or several.
        """
        with self._store.read() as connection:
            return self._get(connection, schedule_id)

    def list(self, profile: str | None = None) -> list[Schedule]:
        """Scheduled tasks, the next one due first, paused ones last."""
        query = select(schedules)
        if profile is not None:
            query = query.where(schedules.c.profile == profile)
        with self._store.read() as connection:
            found = [_schedule(row) for row in connection.execute(query)]
        return sorted(found, key=lambda s: (s.next_at is None, s.next_at or s.created_at, s.id))

    def save(
        self,
        schedule_id: str,
        *,
        profile: str,
        flow: str,
        rule: Mapping[str, Any],
        zone: str,
        who: str,
        next_at: datetime | None,
        expected_revision: int,
    ) -> Schedule:
        """Change a scheduled task.

        Raises:
            SettingsError: it is gone.
            ConflictError: somebody else saved it meanwhile; nothing was written.
        """
        values = {"profile": profile, "flow": flow, "rule": dict(rule), "zone": zone, "next_at": next_at}
        with self._store.begin() as tx:
            found = self._get(tx, schedule_id)
            if found.revision != expected_revision:
                raise ConflictError("schedule.conflict", who=found.updated_by)
            return self._change(tx, found, {**values, "skipped": 0, "skipped_at": None}, who)

    def pause(self, schedule_id: str, *, who: str) -> Schedule:
        """No further start, until it is resumed.

        Raises:
            SettingsError: it is gone.
        """
        with self._store.begin() as tx:
            return self._change(tx, self._get(tx, schedule_id), {"paused": True, "next_at": None}, who)

    def resume(self, schedule_id: str, *, who: str, next_at: datetime | None) -> Schedule:
        """Starts go on with `next_at`.

        Raises:
            SettingsError: it is gone.
        """
        with self._store.begin() as tx:
            return self._change(tx, self._get(tx, schedule_id), {"paused": False, "next_at": next_at}, who)

    def remove(self, schedule_ids: Collection[str]) -> int:
        """Delete scheduled tasks; how many there were. Runs going on, and the journal, stay."""
        with self._store.begin() as tx:
            return tx.execute(delete(schedules).where(schedules.c.id.in_(list(schedule_ids)))).rowcount

    def due(self, moment: datetime) -> Sequence[Schedule]:
        """Scheduled tasks whose next start has come, the longest due first."""
        query = select(schedules).where(schedules.c.paused.is_(False), schedules.c.next_at <= moment)
        with self._store.read() as connection:
            return [_schedule(row) for row in connection.execute(query.order_by(schedules.c.next_at))]

    def advance(
        self,
        schedule: Schedule,
        next_at: datetime | None,
        *,
        started: tuple[datetime, str] | None = None,
        skipped: datetime | None = None,
    ) -> bool:
        """A due start was dealt with; False when another worker, or a person, was faster and nothing was written.

        Args:
            schedule: as it was when read.
            next_at: its next start.
            started: the start and the run made of it.
            skipped: the start that found the one before still running.
        """
        values: dict[str, Any] = {"next_at": next_at}
        if started is not None:
            values |= {"last_slot": started[0], "last_run": started[1], "skipped": 0}
        if skipped is not None:
            values |= {"skipped_at": skipped, "skipped": schedules.c.skipped + 1}
        mine = (
            schedules.c.id == schedule.id,
            schedules.c.next_at == schedule.next_at,
            schedules.c.revision == schedule.revision,
        )
        with self._store.begin() as tx:
            return tx.execute(update(schedules).where(*mine).values(values)).rowcount == 1

    def _change(self, tx: Connection, found: Schedule, values: Mapping[str, Any], who: str) -> Schedule:
        stamped = {**values, "revision": found.revision + 1, "updated_at": self._clock(), "updated_by": who}
        tx.execute(update(schedules).where(schedules.c.id == found.id).values(stamped))
        return self._get(tx, found.id)

    def _get(self, connection: Connection, schedule_id: str) -> Schedule:
        if not schedule_id:
            raise SettingsError("schedule.unknown", schedule=schedule_id)
        rows = connection.execute(
            select(schedules).where(schedules.c.id.startswith(schedule_id, autoescape=True)).limit(2)
        ).all()
        if not rows:
            raise SettingsError("schedule.unknown", schedule=schedule_id)
        if len(rows) > 1:
            raise SettingsError("schedule.ambiguous", schedule=schedule_id)
        return _schedule(rows[0])


def _schedule(row: Any) -> Schedule:
    return Schedule(**dict(row._mapping))
