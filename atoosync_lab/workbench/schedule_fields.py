"""The rule that a person builds: what is typed and pressed, what is wrong with it, the rule that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from atoosync_lab.kit import words
from atoosync_lab.kit.choices import Choice
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs import flows, rule_words, scheduling
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import functions
from atoosync_lab.settings.schedule import DURATIONS, LAST, REPEATS, ScheduleRule, Trigger, problems
from atoosync_lab.store.schedules import Schedule

SEVERAL = ("weekdays", "months", "days", "weeks")
"""Fields of the rule that hold several numbers, pressed one by one."""
TYPED = ("profile", "flow", "start_date", "start_time", "interval", "repeat_every", "repeat_for")
QUICK = ("30m", "12h", "1d", "1w", "month")
"""Frequencies of the quick entry (RUN-11)."""


@dataclass(slots=True)
class Draft:
    """A scheduled task while it is built.

    Args:
        texts: what the controls hold, by field.
        several: numbers pressed, by field.
        trigger: day, week or month.
        by_week: monthly by weekday instead of by day.
        repeats: the box of repeats is on.
        zone: time zone of the rule.
        editing: the task that is being changed, as it was when read; None: a new one.
    """

    texts: dict[str, str]
    several: dict[str, frozenset[int]] = field(default_factory=lambda: dict.fromkeys(SEVERAL, frozenset()))
    trigger: Trigger = Trigger.DAY
    by_week: bool = False
    repeats: bool = False
    zone: str = "Europe/Paris"
    editing: Schedule | None = None

    def type(self, name: str, text: str) -> None:
        """Something was typed or chosen; another name than that of a field is dropped."""
        if name == "repeats":
            self.repeats = text == "1"
            if self.repeats and not self.texts["repeat_every"]:
                self.texts |= {"repeat_every": "30", "repeat_for": "720"}
        elif name in TYPED:
            self.texts[name] = text.strip()[:40]

    def press(self, name: str, number: int) -> None:
        """A day, month or week was pressed: on, or off again."""
        if name in SEVERAL:
            self.several[name] = self.several[name] ^ {number}

    def turn(self, trigger: str) -> None:
        """Another trigger; what was pressed under the one before is kept, and used when it comes back."""
        if trigger in set(Trigger):
            self.trigger = Trigger(trigger)
            if self.trigger is Trigger.WEEK and not self.several["weekdays"]:
                self.several["weekdays"] = frozenset(range(5))
            if self.trigger is Trigger.MONTH and not self.several["days"]:
                self.several["days"] = frozenset({1})

    def rule(self) -> tuple[ScheduleRule | None, dict[str, Message]]:
        """The rule, or None; and what is wrong, by field."""
        values, errors = self._values()
        errors = {**problems(values), **errors}
        if self.texts["flow"] not in flows.FLOWS:
            errors["flow"] = Message("schedule.flow_missing")
        if not self.texts["profile"]:
            errors["profile"] = Message("schedule.profile_missing")
        return (None if errors else ScheduleRule.made(values)), errors

    def _values(self) -> tuple[dict[str, Any], dict[str, Message]]:
        errors: dict[str, Message] = {}
        values: dict[str, Any] = {"trigger": self.trigger.value, "start_date": None, "start_time": None}
        try:
            values["start_date"] = _date(self.texts["start_date"])
        except ValueError:
            errors["start_date"] = Message("schedule.start_wrong", {"given": self.texts["start_date"]})
        try:
            values["start_time"] = _time(self.texts["start_time"])
        except ValueError:
            errors["start_time"] = Message("schedule.time_wrong")
        if self.trigger is not Trigger.MONTH:
            values["interval"] = _whole(self.texts["interval"])
            if values["interval"] is None:
                errors["interval"] = Message("schedule.interval_wrong", {"given": self.texts["interval"]})
                values["interval"] = 1
        if self.trigger is Trigger.WEEK or (self.trigger is Trigger.MONTH and self.by_week):
            values["weekdays"] = tuple(sorted(self.several["weekdays"]))
        if self.trigger is Trigger.MONTH:
            values["months"] = tuple(sorted(self.several["months"]))
            chosen = "weeks" if self.by_week else "days"
            values[chosen] = tuple(sorted(self.several[chosen]))
            if self.by_week and not values["weeks"]:
                errors["weeks"] = Message("schedule.weeks_missing")
        if self.repeats:
            values["repeat_every"] = _whole(self.texts["repeat_every"]) or 0
            values["repeat_for"] = _whole(self.texts["repeat_for"])
        return values, errors


def fresh(profile: str, zone: str, *, flow: str = "orders", now: datetime | None = None) -> Draft:
    """A new task: every day, from the next full five minutes on."""
    local = (now or datetime.now(ZoneInfo(zone))).astimezone(ZoneInfo(zone)) + timedelta(minutes=5)
    texts = {
        "profile": profile, "flow": flow, "start_date": local.date().isoformat(),
        "start_time": f"{local.hour:02d}:{local.minute - local.minute % 5:02d}", "interval": "1", "repeat_every": "",
        "repeat_for": "",
    }  # fmt: skip
    return Draft(texts, zone=zone)


def of_schedule(schedule: Schedule) -> Draft:
    """A task that is there, to be changed."""
    rule = scheduling.rule_of(schedule)
    texts = {
        "profile": schedule.profile, "flow": schedule.flow, "start_date": rule.start_date.isoformat(),
        "start_time": f"{rule.start_time:%H:%M}", "interval": str(rule.interval),
        "repeat_every": str(rule.repeat_every or ""), "repeat_for": str(rule.repeat_for or ""),
    }  # fmt: skip
    several = {name: frozenset(getattr(rule, name)) for name in SEVERAL}
    return Draft(
        texts,
        several,
        rule.trigger,
        by_week=bool(rule.weeks),
        repeats=rule.repeat_every is not None,
        zone=schedule.zone,
        editing=schedule,
    )


def fill(draft: Draft, flow: str, at: str, frequency: str) -> dict[str, Message]:
    """The quick entry fills the form (RUN-11); what is wrong with it, by field, and then nothing is filled.

    Args:
        draft: the form.
        flow: the task.
        at: time of day.
        frequency: one of `QUICK`.
    """
    errors: dict[str, Message] = {}
    if flow not in flows.FLOWS:
        errors["quick_flow"] = Message("schedule.flow_missing")
    if frequency not in QUICK:
        errors["quick_every"] = Message("schedule.quick_missing")
    try:
        moment = _time(at)
    except ValueError:
        moment = None
    if moment is None:
        errors["quick_time"] = Message("schedule.time_wrong")
    if errors or moment is None:
        return errors
    today = datetime.now(ZoneInfo(draft.zone)).date()
    draft.texts |= {
        "flow": flow, "start_date": today.isoformat(), "start_time": f"{moment:%H:%M}", "interval": "1",
        "repeat_every": {"30m": "30", "12h": "720"}.get(frequency, ""),
        "repeat_for": "1440" if frequency in ("30m", "12h") else "",
    }  # fmt: skip
    draft.repeats = frequency in ("30m", "12h")
    draft.trigger = {"1w": Trigger.WEEK, "month": Trigger.MONTH}.get(frequency, Trigger.DAY)
    if draft.trigger is Trigger.WEEK:
        draft.several["weekdays"] = frozenset({today.weekday()})
    if draft.trigger is Trigger.MONTH:
        draft.by_week = False
        draft.several |= {"days": frozenset({today.day}), "months": frozenset()}
    return {}


def shift(draft: Draft, minutes: int) -> None:
    """Move the start of each day by some minutes, within the day."""
    try:
        given = _time(draft.texts["start_time"])
    except ValueError:
        return
    if given is not None:
        moved = (given.hour * 60 + given.minute + minutes) % 1440
        draft.texts["start_time"] = f"{moved // 60:02d}:{moved % 60:02d}"


def profile_choices(workspace: Workspace) -> tuple[Choice, ...]:
    """Profiles of the workbench."""
    return tuple(Choice(profile.id, profile.name) for profile in workspace.profiles.list())


def flow_choices(workspace: Workspace, profile_id: str) -> tuple[Choice, ...]:
    """Tasks of the functions that a profile has switched on, in their groups; all where there is no such profile."""
    try:
        on = workspace.profiles.get(profile_id).functions
    except SettingsError:
        on = None
    groups = {"catalogue": "schedule.group.articles"}
    return tuple(
        Choice(flow.name, words.flow_title(flow.name), group=translate(groups.get(flow.kind, "schedule.group.orders")))
        for flow in flows.FLOWS.values()
        if on is None or functions.allows(on, flow.name)
    )


def quick_choices() -> tuple[Choice, ...]:
    """Frequencies of the quick entry."""
    return tuple(Choice(key, translate(f"schedule.quick.{key}")) for key in QUICK)


def length_choices(lengths: Sequence[int]) -> tuple[Choice, ...]:
    """Lengths of time to choose from, in minutes."""
    return tuple(Choice(str(minutes), rule_words.length(minutes)) for minutes in lengths)


def every_choices() -> tuple[Choice, ...]:
    """Time between two starts of an occurrence."""
    return length_choices(REPEATS)


def for_choices() -> tuple[Choice, ...]:
    """Length of an occurrence."""
    return length_choices(DURATIONS)


def days_of_month() -> tuple[int, ...]:
    """1 to 31 and the last one."""
    return (*range(1, 32), LAST)


def _date(text: str) -> date | None:
    if not text:
        return None
    day, month, year = text.split("/") if text.count("/") == 2 else reversed(text.split("-", 2))
    found = date(int(year), int(month), int(day))
    if not 2000 <= found.year <= 2200:
        raise ValueError(text)
    return found


def _time(text: str) -> time | None:
    if not text:
        return None
    return time.fromisoformat(text.replace("h", ":", 1)).replace(second=0, microsecond=0)


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 7 else None
