"""When a rule starts: dateutil's rules on naive wall-clock times, then localised, then UTC (engine.md, section 3).

A wall time that does not exist is moved forward by the gap; one that exists twice is its first pass only. Repeats step
in elapsed time, and their window ends by the wall clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from dateutil import rrule

from atoosync_lab.settings.schedule import LAST, ScheduleRule, Trigger

_WEEKDAYS = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)
_MARGIN = timedelta(days=2)
"""More than one occurrence lasts and than a zone differs from UTC."""


def next_starts(rule: ScheduleRule, zone: str, after: datetime, n: int) -> list[datetime]:
    """The next starts of a rule.

    Args:
        rule: the rule.
        zone: name of its time zone.
        after: aware moment; starts are later than it.
        n: how many at most.

    Returns:
        Aware moments in UTC, strictly increasing; fewer than `n` only where the calendar ends.
    """
    return list(islice(_starts(rule, ZoneInfo(zone), after.astimezone(UTC)), n))


def next_start(rule: ScheduleRule, zone: str, after: datetime) -> datetime | None:
    """The first start later than `after`; None where the calendar ends."""
    return next(_starts(rule, ZoneInfo(zone), after.astimezone(UTC)), None)


def newest_start(rule: ScheduleRule, zone: str, since: datetime, until: datetime) -> datetime | None:
    """The latest start from `since` to `until`, both included: of missed starts only the newest counts.

    Args:
        rule: the rule.
        zone: name of its time zone.
        since: aware moment.
        until: aware moment.
    """
    # Looked for backwards in growing steps: a rule of every five minutes, off for a year, missed 100 000 starts.
    for days in (2, 40, 400, 20_000):
        begin = max(since, until - timedelta(days=days)) - timedelta(microseconds=1)
        newest = None
        for start in _starts(rule, ZoneInfo(zone), begin.astimezone(UTC)):
            if start > until:
                break
            newest = start
        if newest is not None or begin <= since:
            return newest
    return None


def starts_between(rule: ScheduleRule, zone: str, since: datetime, until: datetime, most: int = 10_000) -> int:
    """How many starts lie after `since` and not after `until`; counted up to `most`."""
    count = 0
    for start in islice(_starts(rule, ZoneInfo(zone), since.astimezone(UTC)), most):
        if start > until:
            break
        count += 1
    return count


def shortest_gap(starts: Sequence[datetime]) -> timedelta | None:
    """The shortest time between two starts that follow each other; None for fewer than two."""
    gaps = [later - sooner for sooner, later in pairwise(starts)]
    return min(gaps, default=None)


def localised(wall: datetime, zone: ZoneInfo) -> datetime:
    """A wall-clock time as a moment in UTC; one that does not exist moves forward by the gap."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def changes_of_clock(zone: str, after: datetime, days: int = 400) -> list[tuple[datetime, timedelta]]:
    """The next changes of the clock: each the moment after which it holds, and by how much the clock moves.

    Args:
        zone: name of the time zone.
        after: aware moment.
        days: how far to look.
    """
    place = ZoneInfo(zone)
    found = []
    moment = after.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    offset = _offset(moment, place)
    for _ in range(days):
        later = moment + timedelta(days=1)
        if _offset(later, place) != offset:
            hour = next(h for h in range(1, 25) if _offset(moment + timedelta(hours=h), place) != offset)
            change = moment + timedelta(hours=hour)
            found.append((change, _offset(change, place) - offset))
            offset = _offset(later, place)
        moment = later
    return found


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _starts(rule: ScheduleRule, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """All starts later than `after` (in UTC), in order, each once."""
    latest = after
    for wall in _occurrences(rule, after.astimezone(zone).replace(tzinfo=None) - _MARGIN):
        first = localised(wall, zone)
        end = localised(wall + rule.window, zone)
        start = first
        while True:
            if start > latest:
                yield start
                latest = start
            if rule.repeat_every is None:
                break
            start += timedelta(minutes=rule.repeat_every)
            if start >= end:
                break


def _occurrences(rule: ScheduleRule, wall: datetime) -> Iterator[datetime]:
    """Wall-clock times of the occurrences from about `wall` on, never before the rule's first moment."""
    begin = _begin(rule, wall)
    if rule.trigger is Trigger.DAY:
        found = rrule.rrule(rrule.DAILY, interval=rule.interval, dtstart=begin)
    elif rule.trigger is Trigger.WEEK:
        found = rrule.rrule(
            rrule.WEEKLY, interval=rule.interval, dtstart=begin, wkst=rrule.MO, byweekday=sorted(set(rule.weekdays))
        )
    elif rule.weeks:
        weekdays = [_WEEKDAYS[day](week) for week in sorted(set(rule.weeks)) for day in sorted(set(rule.weekdays))]
        found = rrule.rrule(rrule.MONTHLY, dtstart=begin, byweekday=weekdays, bymonth=rule.months or None)
    else:
        days = sorted(set(rule.days), key=lambda day: (day == LAST, day))
        found = rrule.rrule(rrule.MONTHLY, dtstart=begin, bymonthday=days, bymonth=rule.months or None)
    return (moment for moment in found if moment >= rule.start)


def _begin(rule: ScheduleRule, wall: datetime) -> datetime:
    """Where to begin counting: near `wall`, in step with the rule's start, so that an old rule is no slower."""
    start = rule.start
    if wall <= start:
        return start
    passed = (wall.date() - start.date()).days
    if rule.trigger is Trigger.DAY:
        return start + timedelta(days=max(0, passed // rule.interval - 1) * rule.interval)
    if rule.trigger is Trigger.WEEK:
        # Counted from the Monday of the first week, so that the weeks keep their turn.
        monday = start - timedelta(days=start.weekday())
        weeks = (wall - monday).days // 7
        skipped = max(0, weeks // rule.interval - 1) * rule.interval
        return monday + timedelta(weeks=skipped) if skipped else start
    return max(start, wall.replace(day=1, hour=start.hour, minute=start.minute, second=0, microsecond=0))
