"""A rule as a sentence, in the language of the reader: what a person checks before scheduling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from babel.dates import format_date, get_day_names, get_month_names

from atoosync_lab.model.i18n import current_language, translate
from atoosync_lab.settings.schedule import LAST, ScheduleRule, Trigger

Width = Literal["wide", "abbreviated"]

MOST_TIMES = 6
"""Starts of one occurrence that are named one by one."""


def sentence(rule: ScheduleRule, language: str | None = None) -> str:
    """« Du lundi au vendredi, à 08:00, 11:00, 14:00 et 17:00, à partir du jeudi 26 novembre 2026 »."""
    begin = date_text(rule.start_date, language)
    text = translate("rule.from", {"rule": short(rule, language), "date": begin}, language)
    return text[:1].upper() + text[1:]


def date_text(day: date, language: str | None = None) -> str:
    """A day in a sentence: « jeudi 26 novembre 2026 », « mardi 1er décembre 2026 »."""
    chosen = language or current_language()
    text = str(format_date(day, "EEEE d MMMM y", locale=chosen))
    return text.replace(" 1 ", f" {translate('rule.first_day', None, chosen)} ", 1) if day.day == 1 else text


def short(rule: ScheduleRule, language: str | None = None) -> str:
    """« chaque jour, toutes les 30 min de 08:00 à 20:00 », for lists."""
    return f"{_days(rule, language)}{_times(rule, language)}"


def length(minutes: int, language: str | None = None) -> str:
    """« 30 min », « 3 heures », « 1 jour »: a length to choose."""
    if minutes < 60:
        return translate("rule.minutes", {"count": minutes}, language)
    if minutes == 1440:
        return translate("rule.one_day", None, language)
    if minutes == 60:
        return translate("rule.one_hour", None, language)
    return translate("rule.hours", {"count": minutes // 60}, language)


def last_start(rule: ScheduleRule) -> str:
    """Wall-clock time of an occurrence's last start: `17:00`."""
    return _clock(_moments(rule)[-1])


def weekday_name(day: int, language: str | None = None, *, width: Width = "wide") -> str:
    """Name of a weekday, 0 = Monday; `width`: wide or abbreviated."""
    return str(get_day_names(width, locale=language or current_language())[day])


def month_name(month: int, language: str | None = None, *, width: Width = "wide") -> str:
    """Name of a month, 1 = January; `width`: wide or abbreviated."""
    return str(get_month_names(width, locale=language or current_language())[month])


def day_text(day: int, language: str | None = None) -> str:
    """A day of the month: « 1er », « 15 », « dernier jour »."""
    if day == LAST:
        return translate("rule.last_day", None, language)
    return translate("rule.first_day", None, language) if day == 1 else str(day)


def week_text(week: int, language: str | None = None) -> str:
    """« premier » to « dernier »."""
    return translate(f"rule.week.{'last' if week == LAST else week}", None, language)


def listed(items: Sequence[str], language: str | None = None) -> str:
    """« a, b et c »."""
    if len(items) < 2:
        return "".join(items)
    return translate("rule.and", {"some": ", ".join(items[:-1]), "last": items[-1]}, language)


def _days(rule: ScheduleRule, language: str | None) -> str:
    if rule.trigger is Trigger.DAY:
        if rule.interval == 1:
            return translate("rule.each_day", None, language)
        return translate("rule.each_days", {"count": rule.interval}, language)
    if rule.trigger is Trigger.WEEK:
        days = _weekdays(rule.weekdays, language)
        if rule.interval == 1:
            return days
        return translate("rule.each_weeks", {"count": rule.interval, "days": days}, language)
    if rule.weeks:
        what = translate(
            "rule.month_weeks",
            {
                "weeks": listed([_the(week_text(week, language), language) for week in _ordered(rule.weeks)], language),
                "days": listed([weekday_name(day, language) for day in sorted(set(rule.weekdays))], language),
            },
            language,
        )
    else:
        days = listed([_the(day_text(day, language), language) for day in _ordered(rule.days)], language)
        what = translate("rule.month_days", {"days": days}, language)
    if not rule.months or len(set(rule.months)) == 12:
        return translate("rule.each_month", {"what": what}, language)
    months = listed([month_name(month, language) for month in sorted(set(rule.months))], language)
    return translate("rule.in_months", {"what": what, "months": months}, language)


def _weekdays(days: Sequence[int], language: str | None) -> str:
    given = sorted(set(days))
    if len(given) == 7:
        return translate("rule.each_day", None, language)
    names = [weekday_name(day, language) for day in given]
    if len(given) > 2 and given == list(range(given[0], given[-1] + 1)):
        return translate("rule.days_range", {"first": names[0], "last": names[-1]}, language)
    return translate("rule.each", {"days": listed([_the(name, language) for name in names], language)}, language)


def _the(name: str, language: str | None) -> str:
    """« le lundi »; English does without."""
    return translate("rule.the", {"name": name}, language)


def _times(rule: ScheduleRule, language: str | None) -> str:
    moments = _moments(rule)
    if rule.repeat_every is None or len(moments) <= MOST_TIMES:
        return translate("rule.at", {"times": listed([_clock(m) for m in moments], language)}, language)
    params = {"every": length(rule.repeat_every, language), "first": _clock(moments[0])}
    if rule.repeat_for == 1440:
        return translate("rule.every_all_day", params, language)
    last = _clock(moments[0] + rule.window)
    return translate("rule.every_between", {**params, "last": last}, language)


def _moments(rule: ScheduleRule) -> list[datetime]:
    """Wall-clock starts of one occurrence on a day without a change of clock."""
    if rule.repeat_every is None:
        return [rule.start]
    count = -(-(rule.repeat_for or 0) // rule.repeat_every)
    return [rule.start + timedelta(minutes=rule.repeat_every * number) for number in range(max(1, count))]


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def _ordered(days: Sequence[int]) -> list[int]:
    return sorted(set(days), key=lambda day: (day == LAST, day))
