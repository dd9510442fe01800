"""The periods in which orders are read (ORD-01), in the profile's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from atoosync_lab.settings.orders import Period


def window(period: Period, now: datetime, zone: str) -> tuple[datetime | None, datetime | None]:
    """Start (included) and end (excluded) of a period as UTC instants; None: open on that side.

    A period that runs until now has no end, so that an order made while the run goes on is not missed. Starts and ends
    are midnights of the zone, whatever its clock changes.

    Args:
        period: the setting.
        now: aware instant of the run.
        zone: IANA name, e.g. `Europe/Paris`.

    Raises:
        ValueError: `now` has no zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    local = ZoneInfo(zone)
    today = now.astimezone(local).date()
    start, end = _days(period, today)
    return _midnight(start, local), _midnight(end, local)


def _days(period: Period, today: date) -> tuple[date | None, date | None]:
    month = today.replace(day=1)
    match period:
        case Period.LAST_15_DAYS:
            return today - timedelta(days=15), None
        case Period.THIS_MONTH:
            return month, None
        case Period.LAST_MONTH:
            return _months_before(month, 1), month
        case Period.LAST_3_MONTHS:
            return _months_before(today, 3), None
        case Period.LAST_6_MONTHS:
            return _months_before(today, 6), None
        case Period.THIS_YEAR:
            return today.replace(month=1, day=1), None
        case Period.LAST_YEAR:
            return date(today.year - 1, 1, 1), date(today.year, 1, 1)
        case Period.ALL:
            return None, None


def _months_before(day: date, months: int) -> date:
    """The same day some months earlier; a day that the month lacks becomes its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first = date(year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    """First instant of a local day. Where the clock skips midnight, the day begins when the skip ends."""
    if day is None:
        return None
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
