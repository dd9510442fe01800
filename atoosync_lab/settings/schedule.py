"""The rule of a scheduled task (RUN-10): first start, every n days, weeks or months, and repeats within an occurrence.

A rule is a value without a zone: the zone belongs to the schedule, the arithmetic to `runs/calendar.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self

from pydantic import model_validator

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import Message
from atoosync_lab.settings.base import Settings

LAST = -1
"""The last day of a month, or the last such weekday of it."""

REPEATS = (5, 10, 15, 30, 60, 120, 180, 360, 720)
"""Minutes between two starts of one occurrence."""
DURATIONS = (15, 30, 60, 120, 180, 360, 720, 1440)
"""Minutes during which the starts of one occurrence repeat."""
MOST = {"day": 366, "week": 52}
"""Longest interval of each trigger that has one."""

_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Trigger(StrEnum):
    """What a rule counts in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class ScheduleRule(Settings):
    """When a task starts, by the wall clock of its zone.

    Raises:
        SettingsError: fields that contradict each other, when made by `made`; a validation error otherwise.
    """

    trigger: Trigger = Trigger.DAY
    interval: int = 1
    """Every n days or weeks; months are named instead."""
    start_date: date
    """No start before this day; weeks are counted from its week."""
    start_time: time
    """Start of each occurrence."""
    weekdays: tuple[int, ...] = ()
    """0 = Monday. Weekly: the days. Monthly with `weeks`: the weekdays of those weeks."""
    months: tuple[int, ...] = ()
    """Monthly: 1 to 12; empty: every month."""
    days: tuple[int, ...] = ()
    """Monthly: days of the month, -1 the last one."""
    weeks: tuple[int, ...] = ()
    """Monthly: first to fourth, -1 the last, weekday of the month."""
    repeat_every: int | None = None
    """Minutes between two starts of one occurrence; None: one start."""
    repeat_for: int | None = None
    """Minutes from the first start during which repeats begin; the end itself is no start."""

    @property
    def start(self) -> datetime:
        """First moment that may be a start, without zone."""
        return datetime.combine(self.start_date, self.start_time)

    @property
    def window(self) -> timedelta:
        """Length of one occurrence by the wall clock; zero when nothing repeats."""
        return timedelta(minutes=self.repeat_for or 0) if self.repeat_every else timedelta()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        found = problems(self.model_dump())
        if found:
            # pydantic turns a ValueError into its own error; `made` reads the code from it.
            raise ValueError(next(iter(found.values())).code)
        return self

    @classmethod
    def made(cls, values: Mapping[str, Any]) -> Self:
        """A rule from values of the right types.

        Raises:
            SettingsError: they contradict each other; the sentence says what now.
        """
        found = problems(values)
        if found:
            message = next(iter(found.values()))
            raise SettingsError(message.code, **message.params)
        return cls.model_validate(dict(values))


def problems(values: Mapping[str, Any]) -> dict[str, Message]:
    """What is wrong with the fields of a rule: field name to sentence; empty when it can be kept.

    Args:
        values: fields of `ScheduleRule` of the right types; missing ones have their defaults.
    """
    found: dict[str, Message] = {}
    trigger = str(values.get("trigger") or Trigger.DAY)
    interval = int(values.get("interval") or 0) if "interval" in values else 1
    if trigger in MOST and not 1 <= interval <= MOST[trigger]:
        code = "schedule.interval_days" if trigger == "day" else "schedule.interval_weeks"
        found["interval"] = Message(code, {"most": MOST[trigger], "given": interval})
    if not values.get("start_date"):
        found["start_date"] = Message("schedule.start_missing")
    if values.get("start_time") is None:
        found["start_time"] = Message("schedule.time_missing")
    elif values["start_time"].second or values["start_time"].microsecond or values["start_time"].tzinfo is not None:
        found["start_time"] = Message("schedule.time_wrong")
    if trigger == Trigger.WEEK and not values.get("weekdays"):
        found["weekdays"] = Message("schedule.weekdays_missing")
    if any(day not in range(7) for day in values.get("weekdays") or ()):
        found["weekdays"] = Message("schedule.weekdays_wrong")
    if trigger == Trigger.MONTH:
        found |= _month_problems(values)
    return found | _repeat_problems(values)


def _month_problems(values: Mapping[str, Any]) -> dict[str, Message]:
    months, days, weeks = (tuple(values.get(name) or ()) for name in ("months", "days", "weeks"))
    if any(month not in range(1, 13) for month in months):
        return {"months": Message("schedule.months_wrong")}
    if days and weeks:
        return {"days": Message("schedule.days_or_weeks")}
    if weeks:
        if any(week not in (1, 2, 3, 4, LAST) for week in weeks):
            return {"weeks": Message("schedule.weeks_wrong")}
        return {} if values.get("weekdays") else {"weekdays": Message("schedule.weekdays_missing")}
    if not days:
        return {"days": Message("schedule.days_missing")}
    if any(day != LAST and day not in range(1, 32) for day in days):
        return {"days": Message("schedule.days_wrong")}
    longest = max(_LONGEST_MONTH[month - 1] for month in months or range(1, 13))
    if min(days) > longest:
        return {"days": Message("schedule.days_never", {"day": min(days)})}
    return {}


def _repeat_problems(values: Mapping[str, Any]) -> dict[str, Message]:
    every, during = values.get("repeat_every"), values.get("repeat_for")
    if every is None:
        return {} if during is None else {"repeat_for": Message("schedule.repeat_alone")}
    if every not in REPEATS:
        return {"repeat_every": Message("schedule.repeat_wrong", {"least": REPEATS[0], "given": every})}
    if during is None:
        return {"repeat_for": Message("schedule.duration_missing")}
    if during not in DURATIONS:
        return {"repeat_for": Message("schedule.duration_wrong", {"given": during})}
    if during < every:
        return {"repeat_for": Message("schedule.duration_short", {"every": every, "during": during})}
    return {}
