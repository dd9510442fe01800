"""Points: a leaky bucket for each token, and what was spent since the last reset."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from atoosync_lab.sandbox.shopify.facts import BUCKET, RESTORE_RATE, Plan


@dataclass
class _Level:
    available: float
    at: float


class Buckets:
    """The buckets of all tokens.

    Args:
        speed: Multiplies the restore rate; 0 means no limit: a bucket is always full.
        clock: Seconds that only grow.
    """

    def __init__(self, speed: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._speed = speed
        self._clock = clock
        self._levels: dict[str, _Level] = {}
        self._spent = 0
        self._throttled = 0
        self._requests = 0

    def _level(self, token: str, plan: Plan) -> _Level:
        now = self._clock()
        level = self._levels.setdefault(token, _Level(BUCKET[plan], now))
        restored = (now - level.at) * RESTORE_RATE[plan] * self._speed
        level.available = BUCKET[plan] if self._speed <= 0 else min(BUCKET[plan], level.available + restored)
        level.at = now
        return level

    def take(self, token: str, plan: Plan, points: int) -> bool:
        """Reserve points; False, and nothing taken, when there are not enough."""
        self._requests += 1
        level = self._level(token, plan)
        if level.available < points:
            self._throttled += 1
            return False
        level.available -= points
        self._spent += points
        return True

    def give_back(self, token: str, plan: Plan, points: int) -> None:
        """Return what an operation did not use."""
        level = self._level(token, plan)
        level.available = min(BUCKET[plan], level.available + points)
        self._spent -= points

    def empty(self, token: str, plan: Plan) -> None:
        """Drain a bucket, as another part of the same app would."""
        self._level(token, plan).available = 0

    def status(self, token: str, plan: Plan) -> dict[str, float]:
        """`throttleStatus` of an answer."""
        return {
            "maximumAvailable": float(BUCKET[plan]),
            "currentlyAvailable": int(self._level(token, plan).available),
            "restoreRate": float(RESTORE_RATE[plan]),
        }

    def reset(self) -> None:
        """Fill all buckets and count again from zero."""
        self._levels.clear()
        self._spent = self._throttled = self._requests = 0

    def as_json(self) -> dict[str, Any]:
        """What was spent."""
        return {"spent": self._spent, "requests": self._requests, "throttled": self._throttled}
