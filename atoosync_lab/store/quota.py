"""The two counters of the subscription (SVC-08): a unit is one record sent (exports) or imported (imports).

Bought units stand in the profile's settings; used and reserved ones here, by calendar month in the profile's zone.
Units are reserved before a record is sent, so that several runs together never pass the limit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from atoosync_lab.model.errors import QuotaReachedError
from atoosync_lab.store.engine import Store, upsert
from atoosync_lab.store.tables import profiles, quota_use
from atoosync_lab.store.types import now


class Counter(StrEnum):
    """Counters of the subscription."""

    EXPORTS = "exports"
    IMPORTS = "imports"


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """State of one counter in one month."""

    counter: str
    period: str
    """Month, `2026-11`."""
    bought: int | None
    """None: not counted."""
    used: int
    reserved: int
    """Promised to records on their way."""

    @property
    def available(self) -> int | None:
        """Units that may still be reserved; None: not limited."""
        return None if self.bought is None else max(self.bought - self.used - self.reserved, 0)


class Quota:
    """Counts units. Methods with `tx` take part in a transaction of the caller.

    Args:
        store: the state store.
        clock: gives the current moment; for tests.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime] = now) -> None:
        self._store, self._clock = store, clock

    def state(self, profile: str, counter: str) -> QuotaUse:
        """Bought, used, reserved and available units of this month."""
        with self._store.read() as connection:
            return self._state(connection, profile, counter)

    def covered(self, profile: str, counter: str, units: Sequence[int]) -> int:
        """How many records, from the first on, the counter still covers; `units` are theirs, in order."""
        available = self.state(profile, counter).available
        if available is None:
            return len(units)
        for count, each in enumerate(units):
            available -= each
            if available < 0:
                return count
        return len(units)

    def reserve(self, tx: Connection, profile: str, counter: str, units: Sequence[int]) -> str:
        """Reserve units for records, all or none; the month they count in.

        Raises:
            QuotaReachedError: not all are covered; `message.params["covered"]` says how many are, from the first on.
        """
        state = self._state(tx, profile, counter)
        wanted = sum(units)
        if state.available is not None and wanted > state.available:
            fitting, left = 0, state.available
            for each in units:
                left -= each
                if left < 0:
                    break
                fitting += 1
            raise QuotaReachedError(
                "quota.reached", counter=counter, used=state.used + state.reserved, bought=state.bought,
                covered=fitting, missing=len(units) - fitting,
            )  # fmt: skip
        self._add(tx, profile, counter, state.period, used=0, reserved=wanted)
        return state.period

    def settle(self, tx: Connection, profile: str, counter: str, period: str, units: int) -> None:
        """Reserved units are used now: the record is there."""
        self._add(tx, profile, counter, period, used=units, reserved=-units)

    def release(self, tx: Connection, profile: str, counter: str, period: str, units: int) -> None:
        """Reserved units are free again: the record was refused."""
        self._add(tx, profile, counter, period, used=0, reserved=-units)

    def count(self, profile: str, units: int, counter: str = Counter.EXPORTS) -> None:
        """Use units at once, for records that need no ledger (absolute values). Call it before they are sent.

        Raises:
            QuotaReachedError: not all are covered; nothing was counted.
        """
        with self._store.begin() as tx:
            period = self.reserve(tx, profile, counter, [1] * units)
            self.settle(tx, profile, counter, period, units)

    def give_back(self, profile: str, units: int, counter: str = Counter.EXPORTS) -> None:
        """Take back units counted for records that were not sent after all."""
        with self._store.begin() as tx:
            self._add(tx, profile, counter, self._period(_document(tx, profile)), used=-units, reserved=0)

    def _state(self, connection: Connection, profile: str, counter: str) -> QuotaUse:
        document = _document(connection, profile)
        period = self._period(document)
        bought = (document.get("subscription") or {}).get(Counter(counter).value)
        query = select(quota_use.c.used, quota_use.c.reserved).where(*_row(profile, counter, period))
        row = connection.execute(query).first()
        return QuotaUse(counter, period, bought, row.used if row else 0, row.reserved if row else 0)

    def _period(self, document: dict[str, Any]) -> str:
        return f"{self._clock().astimezone(ZoneInfo(document.get('timezone') or 'Europe/Paris')):%Y-%m}"

    def _add(self, tx: Connection, profile: str, counter: str, period: str, *, used: int, reserved: int) -> None:
        fresh = {"profile": profile, "counter": counter, "period": period, "used": 0, "reserved": 0}
        upsert(tx, quota_use, [fresh], update=())
        tx.execute(
            update(quota_use)
            .where(*_row(profile, counter, period))
            .values(used=quota_use.c.used + used, reserved=quota_use.c.reserved + reserved)
        )


def _row(profile: str, counter: str, period: str) -> tuple[Any, ...]:
    return (quota_use.c.profile == profile, quota_use.c.counter == counter, quota_use.c.period == period)


def _document(connection: Connection, profile: str) -> dict[str, Any]:
    """The profile's settings; empty for a profile that is not stored, which is then not limited."""
    found = connection.execute(select(profiles.c.document).where(profiles.c.id == profile)).scalar()
    return dict(found) if found else {}
