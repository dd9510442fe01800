"""The shop writes local wall-clock times without a zone; we work in UTC (both ways, safe over clock changes)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from atoosync_lab.connectors.shops.prestashop.facts import NO_DATE

_STEP = timedelta(hours=1)
_FORMAT = "%Y-%m-%d %H:%M:%S"


class ShopClock:
    """Converts between the shop's wall clock and instants.

    Args:
        zone: IANA name of the shop's zone, e.g. `Europe/Paris`.
    """

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self.instant = lru_cache(maxsize=4096)(self._instant)

    def _instant(self, text: str | None) -> datetime | None:
        """Instant of a shop date; None for the empty date. A wall time that exists twice is taken as its first pass.

        Raises:
            ValueError: the text is no date.
        """
        if not text or text == NO_DATE or text.startswith("0000-00-00"):
            return None
        wall = datetime.fromisoformat(text)
        return wall.replace(tzinfo=self._zone).astimezone(UTC)

    def lowest_wall(self, instant: datetime) -> datetime:
        """Earliest wall time that any instant at or after this one may carry.

        In the hour before the clocks go back, later instants have earlier wall times: the bound goes back with them, so
        that a filter reads up to an hour too much, never too little.
        """
        local = instant.astimezone(self._zone)
        later = (instant + _STEP).astimezone(self._zone)
        back = (local.utcoffset() or timedelta()) - (later.utcoffset() or timedelta())
        return local.replace(tzinfo=None, fold=0) - max(back, timedelta())

    def highest_wall(self, instant: datetime) -> datetime:
        """Latest wall time that any instant up to this one may carry (as `lowest_wall`, mirrored)."""
        local = instant.astimezone(self._zone)
        before = (instant - _STEP).astimezone(self._zone)
        back = (before.utcoffset() or timedelta()) - (local.utcoffset() or timedelta())
        return local.replace(tzinfo=None, fold=0) + max(back, timedelta())

    def between(self, start: datetime | None, end: datetime | None) -> str | None:
        """Filter value for dates from `start` to `end`, both included, None when neither is given.

        `[a,b]` includes both ends; a single bound is strict in the shop's grammar, so it is moved by one second. [C]
        """
        low = self.lowest_wall(start).replace(microsecond=0) if start else None
        high = self.highest_wall(end).replace(microsecond=0) if end else None
        if low and high:
            return f"[{low:{_FORMAT}},{high:{_FORMAT}}]"
        if low:
            return f">[{low - timedelta(seconds=1):{_FORMAT}}]"
        if high:
            return f"<[{high + timedelta(seconds=1):{_FORMAT}}]"
        return None
