"""The shared call limit of a remote: one row says when the next call may leave and how many left today.

Measured against libraries for the same job in engine.md, section 5: calls are spread evenly, and no process starves.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Double, Row, func, literal, select, update

from atoosync_lab.model.errors import ApiBudgetError
from atoosync_lab.store.engine import Store, upsert
from atoosync_lab.store.tables import rate_days, rate_slots

ZONE = ZoneInfo("Europe/Paris")
"""The counter starts anew at midnight here (ASSUMPTION A04 of the ERP's quota; used for every system)."""

_DAY_SECONDS = 86_400.0
_LONGEST_QUEUE = 100
"""Calls that may wait for their turn at once, far more than processes and threads there are."""
_LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls of one key today."""

    label: str
    used: int
    cap: int | None
    """Calls we allow ourselves a day, the reserve taken off; None: no limit."""
    resets_at: datetime

    @property
    def left(self) -> int | None:
        """Calls left today; None: no limit."""
        return None if self.cap is None else max(self.cap - self.used, 0)


class SlotLimiter:
    """`model.ports.Limiter` over a row that all processes share.

    Args:
        store: the state store.
        key: what the remote counts by (a subscription key, a host); only its hash is stored.
        per_second: calls a second; None: no interval.
        per_day: calls a day as the remote states them; None: not limited.
        reserve_percent: share of the day kept unused.
        speed: a sandbox's factor: interval and day are divided by it; 0: no waits and no limit, calls still count.
        label: what a person calls the key.
        sleep: waits for the slot.
        clock: seconds since 1970; for tests. PostgreSQL always uses its own clock.
    """

    def __init__(
        self,
        store: Store,
        key: str,
        *,
        per_second: float | None = None,
        per_day: int | None = None,
        reserve_percent: int = 0,
        speed: float = 1.0,
        label: str = "",
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._sleep, self._clock = store, sleep, clock
        self._key, self._label, self._speed = hashed(key), label, speed
        self._gap = 1.0 / per_second / speed if per_second and speed else 0.0
        self._cap = per_day * (100 - reserve_percent) // 100 if per_day is not None and speed else None

    def __repr__(self) -> str:
        return f"SlotLimiter({self._label!r}, {self._key[:8]})"

    def acquire(self) -> float:
        """Reserve the next slot, wait for it, and return the seconds waited.

        Raises:
            ApiBudgetError: the day is used up; the message says when it starts anew.
        """
        with self._store.begin() as tx:
            moment = self._now(tx)
            day, resets_at = window(moment, self._speed)
            self._prepare(tx, moment, day, resets_at)
            slot = self._reserve(moment, tx)
            if slot is not None:
                self._count(tx, moment)
        if slot is None:
            until = datetime.fromtimestamp(resets_at, ZONE)
            raise ApiBudgetError("limit.day_used_up", label=self._label, cap=self._cap, until=f"{until:%d/%m %H:%M}")
        wait = max(slot - moment, 0.0)
        if wait:
            self._sleep(wait)
        return wait

    def usage(self) -> Usage:
        """Calls used and left today."""
        found = usage(self._store, self._key, is_hashed=True, moment=self._clock())
        if found is not None:
            return found
        resets_at = window(self._clock(), self._speed)[1]
        return Usage(self._label, 0, self._cap, datetime.fromtimestamp(resets_at, UTC))

    def _now(self, tx: Connection) -> float:
        if tx.dialect.name == "postgresql":
            # Workers of several hosts share this row: one clock for all.
            return float(tx.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())
        return self._clock()

    def _prepare(self, tx: Connection, moment: float, day: str, resets_at: float) -> None:
        row = {
            "key": self._key, "label": self._label, "next_at": 0.0, "day": day, "used": 0, "cap": self._cap,
            "resets_at": resets_at,
        }  # fmt: skip
        upsert(tx, rate_slots, [row], update=())
        settings = {"label": self._label, "cap": self._cap}
        tx.execute(update(rate_slots).where(rate_slots.c.key == self._key).values(settings))
        # A turn further away than any queue is long was given by a clock that was set back since.
        far = moment + _LONGEST_WAIT + _LONGEST_QUEUE * self._gap
        ahead = update(rate_slots).where(rate_slots.c.key == self._key, rate_slots.c.next_at > far)
        tx.execute(ahead.values(next_at=moment))
        stale = update(rate_slots).where(rate_slots.c.key == self._key, rate_slots.c.day != day)
        # A day that begins anew because the clock was moved has been counted already.
        before = select(rate_days.c.used).where(rate_days.c.key == self._key, rate_days.c.day == day)
        counted = tx.execute(before).scalar() or 0
        tx.execute(stale.values(day=day, used=counted, resets_at=resets_at))

    def _reserve(self, moment: float, tx: Connection) -> float | None:
        later = func.greatest if tx.dialect.name == "postgresql" else func.max
        start: ColumnElement[float] = later(rate_slots.c.next_at, literal(moment, Double))
        statement = update(rate_slots).where(rate_slots.c.key == self._key)
        if self._cap is not None:
            statement = statement.where(rate_slots.c.used < self._cap)
        statement = statement.values(next_at=start + self._gap, used=rate_slots.c.used + 1)
        found = tx.execute(statement.returning(rate_slots.c.next_at)).scalar()
        return None if found is None else float(found) - self._gap

    def _count(self, tx: Connection, moment: float) -> None:
        day = datetime.fromtimestamp(moment, ZONE).date().isoformat()
        upsert(tx, rate_days, [{"key": self._key, "day": day, "used": 0}], update=())
        mine = update(rate_days).where(rate_days.c.key == self._key, rate_days.c.day == day)
        tx.execute(mine.values(used=rate_days.c.used + 1))


def hashed(key: str) -> str:
    """The form in which a key is stored: it may itself be a secret."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def usage(store: Store, key: str, *, is_hashed: bool = False, moment: float | None = None) -> Usage | None:
    """Calls of a key today; None when it was never used."""
    query = select(rate_slots).where(rate_slots.c.key == (key if is_hashed else hashed(key)))
    with store.read() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    return _usage(row, time.time() if moment is None else moment)


def all_usage(store: Store) -> list[Usage]:
    """Calls of every key today, for the pages that show the budget."""
    with store.read() as connection:
        rows = connection.execute(select(rate_slots).order_by(rate_slots.c.label)).all()
    return [_usage(row, time.time()) for row in rows]


def calls_by_day(store: Store, key: str) -> dict[str, int]:
    """Calls of a key by day (ISO date in Paris), for budgets of a month."""
    query = select(rate_days.c.day, rate_days.c.used).where(rate_days.c.key == hashed(key)).order_by(rate_days.c.day)
    with store.read() as connection:
        return {row.day: row.used for row in connection.execute(query)}


def window(moment: float, speed: float) -> tuple[str, float]:
    """The quota's day at a moment: its name, and when it ends (seconds since 1970).

    At speed 1 it is the day in Paris, of 23 to 25 hours. A sandbox's days are shorter by its speed, from midnight on.
    """
    today = datetime.fromtimestamp(moment, ZONE).date()
    start = datetime.combine(today, datetime.min.time(), ZONE).timestamp()
    if speed in (0.0, 1.0):
        return today.isoformat(), datetime.combine(today + timedelta(days=1), datetime.min.time(), ZONE).timestamp()
    length = _DAY_SECONDS / speed
    number = int((moment - start) // length)
    return f"{today.isoformat()}#{number}@{speed:g}", start + (number + 1) * length


def _usage(row: Row[Any], moment: float) -> Usage:
    used = row.used if moment < row.resets_at else 0
    return Usage(row.label, used, row.cap, datetime.fromtimestamp(row.resets_at, UTC))
