"""The calendar of RUN-10: rules against a plain reading of the calendar, changes of clock, old rules, missed starts."""

from __future__ import annotations

import calendar as months_of
import time as clock
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.runs.calendar import (
    changes_of_clock,
    localised,
    newest_start,
    next_start,
    next_starts,
    shortest_gap,
    starts_between,
)
from atoosync_lab.runs.rule_words import sentence, short
from atoosync_lab.settings.schedule import DURATIONS, LAST, REPEATS, ScheduleRule, problems

PARIS = ZoneInfo("Europe/Paris")
ZONES = ("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")


def rule(**values: Any) -> ScheduleRule:
    return ScheduleRule.made({"start_date": date(2026, 11, 26), "start_time": time(8), **values})


def walls(found: list[datetime], zone: ZoneInfo = PARIS) -> list[str]:
    return [f"{start.astimezone(zone):%a %d/%m %H:%M}" for start in found]


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS)  # type: ignore[arg-type, misc]


@pytest.mark.spec("RUN-10")
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, ["Thu 26/11 08:00", "Fri 27/11 08:00", "Sat 28/11 08:00"]),
        ({"interval": 3}, ["Thu 26/11 08:00", "Sun 29/11 08:00", "Wed 02/12 08:00"]),
        ({"trigger": "week", "weekdays": (0, 4)}, ["Fri 27/11 08:00", "Mon 30/11 08:00", "Fri 04/12 08:00"]),
        # Every second week counts from the week of the start, and weeks begin on Monday.
        (
            {"trigger": "week", "interval": 2, "weekdays": (0, 6)},
            ["Sun 29/11 08:00", "Mon 07/12 08:00", "Sun 13/12 08:00"],
        ),
        ({"trigger": "month", "days": (1, 15)}, ["Tue 01/12 08:00", "Tue 15/12 08:00", "Fri 01/01 08:00"]),
        ({"trigger": "month", "days": (LAST,)}, ["Mon 30/11 08:00", "Thu 31/12 08:00", "Sun 31/01 08:00"]),
        # The 31st and the last day are one day where a month has 31.
        ({"trigger": "month", "days": (31, LAST)}, ["Mon 30/11 08:00", "Thu 31/12 08:00", "Sun 31/01 08:00"]),
        ({"trigger": "month", "days": (31,)}, ["Thu 31/12 08:00", "Sun 31/01 08:00", "Wed 31/03 08:00"]),
        (
            {"trigger": "month", "weeks": (1, LAST), "weekdays": (4,)},
            ["Fri 27/11 08:00", "Fri 04/12 08:00", "Fri 25/12 08:00"],
        ),
        (
            {"trigger": "month", "months": (3, 6), "days": (10,)},
            ["Wed 10/03 08:00", "Thu 10/06 08:00", "Fri 10/03 08:00"],
        ),
    ],
)
def test_rule_gives_the_starts_that_it_says(values: dict[str, Any], expected: list[str]) -> None:
    assert walls(next_starts(rule(**values), "Europe/Paris", at(2026, 11, 25), 3)) == expected


@pytest.mark.spec("RUN-10")
def test_repeats_begin_until_the_end_of_the_window_and_not_at_it() -> None:
    """« Daily at 08:00, every 5 min for 12 h » goes on until 20:00; every 3 hours, the last start is at 17:00."""
    five = rule(repeat_every=5, repeat_for=720)
    day = [s for s in next_starts(five, "Europe/Paris", at(2026, 11, 26), 200) if s < at(2026, 11, 27)]
    assert len(day) == 144
    assert walls([day[0], day[-1]]) == ["Thu 26/11 08:00", "Thu 26/11 19:55"]
    three = rule(trigger="week", weekdays=(0, 1, 2, 3, 4), repeat_every=180, repeat_for=720)
    assert [w[-5:] for w in walls(next_starts(three, "Europe/Paris", at(2026, 11, 26), 5))] == [
        "08:00", "11:00", "14:00", "17:00", "08:00",
    ]  # fmt: skip


@pytest.mark.spec("RUN-10")
def test_no_start_before_the_first_one_nor_at_the_moment_itself() -> None:
    daily = rule()
    assert walls(next_starts(daily, "Europe/Paris", at(2020, 1, 1), 1)) == ["Thu 26/11 08:00"]
    assert walls(next_starts(daily, "Europe/Paris", at(2026, 11, 26, 8), 1)) == ["Fri 27/11 08:00"]


@pytest.mark.spec("RUN-10")
def test_wall_time_that_does_not_exist_moves_and_one_that_exists_twice_is_its_first_pass() -> None:
    night = rule(start_date=date(2026, 1, 1), start_time=time(2, 30))
    spring = next_starts(night, "Europe/Paris", at(2026, 3, 28, 0), 3)
    assert walls(spring) == ["Sat 28/03 02:30", "Sun 29/03 03:30", "Mon 30/03 02:30"]
    autumn = next_starts(night, "Europe/Paris", at(2026, 10, 24, 0), 3)
    assert walls(autumn) == ["Sat 24/10 02:30", "Sun 25/10 02:30", "Mon 26/10 02:30"]
    assert autumn[1] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "before the clock goes back, and only then"


@pytest.mark.spec("RUN-10")
@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2026, 3, 29), 23)])
def test_repeats_of_a_whole_day_keep_their_gap_over_the_change_of_clock(day: date, hours: int) -> None:
    half_hourly = rule(start_date=date(2026, 1, 1), start_time=time(0), repeat_every=30, repeat_for=1440)
    begin = datetime.combine(day, time(), PARIS)
    starts = next_starts(half_hourly, "Europe/Paris", begin - timedelta(hours=3), 70)
    assert {later - sooner for sooner, later in pairwise(starts)} == {timedelta(minutes=30)}
    of_day = [start for start in starts if start.astimezone(PARIS).date() == day]
    assert len(of_day) == 2 * hours


def rules() -> st.SearchStrategy[ScheduleRule]:
    """Any rule that can be kept."""

    def some(values: range | tuple[int, ...]) -> st.SearchStrategy[tuple[int, ...]]:
        return st.lists(st.sampled_from(list(values)), min_size=1, max_size=4).map(tuple)

    common = {
        "start_date": st.dates(date(2015, 1, 1), date(2028, 12, 31)),
        "start_time": st.builds(time, st.integers(0, 23), st.integers(0, 59)),
        "repeat": st.one_of(
            st.none(), st.tuples(st.sampled_from(REPEATS), st.sampled_from(DURATIONS)).filter(lambda p: p[1] >= p[0])
        ),
    }
    kinds = st.one_of(
        st.fixed_dictionaries({"trigger": st.just("day"), "interval": st.integers(1, 40)}),
        st.fixed_dictionaries({"trigger": st.just("week"), "interval": st.integers(1, 6), "weekdays": some(range(7))}),
        st.fixed_dictionaries(
            {
                "trigger": st.just("month"),
                "days": some((*range(1, 32), LAST)),
                "months": st.one_of(st.just(()), some(range(1, 13))),
            }
        ),
        st.fixed_dictionaries(
            {"trigger": st.just("month"), "weeks": some((1, 2, 3, 4, LAST)), "weekdays": some(range(7))}
        ),
    )  # fmt: skip

    def made(kind: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
        repeat = shared.pop("repeat")
        every, during = repeat or (None, None)
        return {**kind, **shared, "repeat_every": every, "repeat_for": during}

    values = st.builds(made, kinds, st.fixed_dictionaries(common))
    return values.filter(lambda v: not problems(v)).map(ScheduleRule.made)


MOMENTS = st.datetimes(datetime(2019, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def is_occurrence(wanted: ScheduleRule, day: date) -> bool:
    """Is it a day of the rule? Read off the calendar, without rrule."""
    if day < wanted.start_date:
        return False
    if wanted.trigger == "day":
        return (day - wanted.start_date).days % wanted.interval == 0
    if wanted.trigger == "week":
        monday = wanted.start_date - timedelta(days=wanted.start_date.weekday())
        return day.weekday() in wanted.weekdays and (day - monday).days // 7 % wanted.interval == 0
    if wanted.months and day.month not in wanted.months:
        return False
    last = months_of.monthrange(day.year, day.month)[1]
    if wanted.days:
        return day.day in wanted.days or (LAST in wanted.days and day.day == last)
    ranks = {(day.day - 1) // 7 + 1} | ({LAST} if day.day + 7 > last else set())
    return day.weekday() in wanted.weekdays and bool(ranks & set(wanted.weeks))


@pytest.mark.spec("RUN-10")
@settings(max_examples=150, deadline=None)
@given(rules(), st.sampled_from(ZONES), MOMENTS)
def test_starts_rise_lie_in_their_window_and_fall_on_days_of_the_rule(
    wanted: ScheduleRule, zone: str, moment: datetime
) -> None:
    place = ZoneInfo(zone)
    starts = next_starts(wanted, zone, moment, 25)
    assert starts
    assert starts[0] > moment
    assert all(sooner < later for sooner, later in pairwise(starts)), "strictly increasing"
    for start in starts:
        days = [start.astimezone(place).date() - timedelta(days=back) for back in (0, 1)]
        firsts = [
            (localised(wall, place), localised(wall + wanted.window, place))
            for wall in (datetime.combine(day, wanted.start_time) for day in days if is_occurrence(wanted, day))
        ]
        inside = [first for first, end in firsts if first == start or first <= start < end]
        assert inside, "in the window of an occurrence"
        steps = [(start - first) % timedelta(minutes=wanted.repeat_every or 1) for first in inside]
        assert timedelta() in steps


@pytest.mark.spec("RUN-10")
@settings(max_examples=80, deadline=None)
@given(rules(), st.sampled_from(ZONES), MOMENTS, st.integers(1, 90))
def test_no_day_of_the_rule_is_left_out(wanted: ScheduleRule, zone: str, moment: datetime, days: int) -> None:
    place = ZoneInfo(zone)
    until = moment + timedelta(days=days)
    # Every five minutes for three months is more than `starts_between` counts unless told.
    found = set(next_starts(wanted, zone, moment, starts_between(wanted, zone, moment, until, most=30_000)))
    first, last = moment.astimezone(place).date(), until.astimezone(place).date()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        start = localised(datetime.combine(day, wanted.start_time), place)
        if is_occurrence(wanted, day) and moment < start <= until:
            assert start in found


@pytest.mark.spec("RUN-10")
@settings(max_examples=80, deadline=None)
@given(rules(), st.sampled_from(ZONES), MOMENTS, st.integers(0, 60 * 24 * 30))
def test_newest_missed_start_is_the_last_of_those_between(
    wanted: ScheduleRule, zone: str, since: datetime, minutes: int
) -> None:
    until = since + timedelta(minutes=minutes)
    between = [s for s in next_starts(wanted, zone, since - timedelta(seconds=1), 9000) if s <= until]
    assert newest_start(wanted, zone, since, until) == (between[-1] if between else None)


@pytest.mark.spec("RUN-10")
@pytest.mark.parametrize(
    "values",
    [
        {"repeat_every": 5, "repeat_for": 1440},
        {"trigger": "week", "interval": 3, "weekdays": (2,)},
        {"trigger": "month", "weeks": (LAST,), "weekdays": (4,)},
    ],
)
def test_rule_of_ten_years_ago_is_no_slower(values: dict[str, Any]) -> None:
    old = rule(start_date=date(2016, 2, 29), **values)
    begun = clock.perf_counter()
    for day in range(20):
        assert next_start(old, "Europe/Paris", at(2026, 11, 1) + timedelta(days=day)) is not None
    assert newest_start(old, "Europe/Paris", at(2016, 3, 1), at(2026, 11, 25)) is not None
    assert (clock.perf_counter() - begun) / 21 < 0.05


@pytest.mark.spec("RUN-10")
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"interval": 0}, "interval"),
        ({"interval": 367}, "interval"),
        ({"trigger": "week", "weekdays": (0,), "interval": 53}, "interval"),
        ({"trigger": "week"}, "weekdays"),
        ({"trigger": "week", "weekdays": (7,)}, "weekdays"),
        ({"trigger": "month"}, "days"),
        ({"trigger": "month", "days": (0,)}, "days"),
        ({"trigger": "month", "days": (32,)}, "days"),
        ({"trigger": "month", "days": (1,), "weeks": (1,), "weekdays": (1,)}, "days"),
        ({"trigger": "month", "weeks": (1,)}, "weekdays"),
        ({"trigger": "month", "weeks": (5,), "weekdays": (1,)}, "weeks"),
        ({"trigger": "month", "months": (13,), "days": (1,)}, "months"),
        ({"trigger": "month", "months": (2,), "days": (30,)}, "days"),
        ({"repeat_every": 7, "repeat_for": 60}, "repeat_every"),
        ({"repeat_every": 30}, "repeat_for"),
        ({"repeat_for": 30}, "repeat_for"),
        ({"repeat_every": 30, "repeat_for": 15}, "repeat_for"),
        ({"repeat_every": 30, "repeat_for": 45}, "repeat_for"),
        ({"start_time": None}, "start_time"),
        ({"start_date": None}, "start_date"),
    ],
)
def test_rule_that_cannot_work_is_refused_beside_its_field(values: dict[str, Any], field: str) -> None:
    found = problems({"start_date": date(2026, 11, 26), "start_time": time(8), **values})
    assert field in found
    assert found[field].text("fr") != found[field].code
    with pytest.raises(SettingsError):
        rule(**values)


def test_shortest_gap_and_changes_of_clock() -> None:
    assert shortest_gap([]) is None
    assert shortest_gap([at(2026, 1, 1), at(2026, 1, 2), at(2026, 1, 2, 1)]) == timedelta(hours=1)
    spring, autumn = changes_of_clock("Europe/Paris", at(2027, 1, 1))[:2]
    assert spring == (datetime(2027, 3, 28, 1, tzinfo=UTC), timedelta(hours=1))
    assert autumn == (datetime(2027, 10, 31, 1, tzinfo=UTC), timedelta(hours=-1))
    assert changes_of_clock("UTC", at(2027, 1, 1)) == []


@pytest.mark.spec("RUN-10")
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"trigger": "week", "weekdays": (0, 1, 2, 3, 4), "repeat_every": 180, "repeat_for": 720},
            "Du lundi au vendredi, à 08:00, 11:00, 14:00 et 17:00, à partir du jeudi 26 novembre 2026",
        ),
        (
            {"repeat_every": 5, "repeat_for": 720, "start_date": date(2026, 12, 1)},
            "Chaque jour, toutes les 5\u00a0min de 08:00 à 20:00, à partir du mardi 1er décembre 2026",
        ),
        (
            {"trigger": "month", "days": (LAST, 15)},
            "Le 15 et le dernier jour de chaque mois, à 08:00, à partir du jeudi 26 novembre 2026",
        ),
    ],
)
def test_sentence_says_the_rule(values: dict[str, Any], expected: str) -> None:
    assert sentence(rule(**values), "fr") == expected
    assert short(rule(**values), "en")
