"""The call quota: one call a second and 10 000 a day for each subscription key."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from atoosync_lab.sandbox.ebp.errors import ApiError
from atoosync_lab.sandbox.ebp.settings import Settings
from atoosync_lab.sandbox.ebp.values import PARIS

# A call may come this share of the interval early: a client that paces itself exactly must not fall over the jitter of
# the network. Early calls do not add up, the mean rate stays the published one.
_TOLERANCE = 0.25


class Quota:
    """Counts calls; the day's count is kept on disk and begins anew at midnight in Paris.

    Args:
        connection: Database with a table `quota (key, day, calls)`.
        settings: Switches.
        now: Clock, for tests.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        settings: Settings,
        now: Callable[[], datetime] = lambda: datetime.now(PARIS),
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._now = now
        self._lock = threading.Lock()
        self._due: dict[str, float] = {}

    def take(self, key: str) -> None:
        """Count one call.

        Raises:
            ApiError: 429 when it comes too early or the day is used up; refused calls are not counted.
        """
        limit = self._settings.day_limit()
        interval = self._settings.delay(1 / self._settings.calls_per_second) if self._settings.calls_per_second else 0.0
        if limit is None and not interval:
            return
        moment = self._now()
        day = moment.date().isoformat()
        with self._lock:
            used = self._used(key, day)
            if limit is not None and used >= limit:
                midnight = datetime.combine(moment.date() + timedelta(days=1), datetime.min.time(), PARIS)
                raise self._refuse(f"Quota de {limit} appels par jour atteint", (midnight - moment).total_seconds())
            tick = time.monotonic()
            due = self._due.get(key, 0.0)
            if tick < due - interval * _TOLERANCE:
                raise self._refuse("Un appel par seconde au plus", due - tick)
            self._due[key] = max(tick, due) + interval
            self._connection.execute(
                "INSERT INTO quota VALUES (?, ?, 1) ON CONFLICT (key, day) DO UPDATE SET calls = calls + 1", (key, day)
            )

    def used_today(self, key: str) -> int:
        """Calls counted today."""
        with self._lock:
            return self._used(key, self._now().date().isoformat())

    def reset(self) -> None:
        """Forget all counts."""
        with self._lock:
            self._connection.execute("DELETE FROM quota")
            self._due.clear()

    def _used(self, key: str, day: str) -> int:
        found = self._connection.execute("SELECT calls FROM quota WHERE key = ? AND day = ?", (key, day)).fetchone()
        return found[0] if found else 0

    def _refuse(self, message: str, seconds: float) -> ApiError:
        headers = {"Retry-After": str(max(1, ceil(seconds)))} if self._settings.retry_after else {}
        return ApiError(429, "ERR_QUOTA", message, headers)
