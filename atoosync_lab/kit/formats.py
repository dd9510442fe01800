"""Numbers, dates and durations as a French or English reader writes them (CLDR, through Babel)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.numbers import format_decimal

from atoosync_lab.model.i18n import current_language, translate

NO_BREAK = "\u00a0"


def _locale(language: str | None) -> str:
    return {"fr": "fr_FR", "en": "en_GB"}[language or current_language()]


def number(value: int | Decimal, language: str | None = None) -> str:
    """A number with its separators: 1 842."""
    return str(format_decimal(value, locale=_locale(language)))


def quantity(text: str, language: str | None = None, *, places: int = 0) -> str:
    """A decimal that travels as text (`10.000000`) as people write it (`10,00`); any other text as it is.

    Args:
        text: the decimal.
        language: language of the reader.
        places: digits after the comma that are shown at least; none of those given is lost.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite():
        return text
    pattern = "#,##0." + "0" * places + "#" * (9 - places)
    return str(format_decimal(value, format=pattern, locale=_locale(language)))


def moment(at: datetime, zone: str, language: str | None = None, *, now: datetime | None = None) -> str:
    """A moment in lists: `11:30` today, `24/11, 17:52` otherwise, with the year when it is another one.

    Args:
        at: aware moment.
        zone: time zone of the profile.
        language: language of the reader.
        now: present moment; None: this one.
    """
    local = at.astimezone(ZoneInfo(zone))
    today = (now or datetime.now(local.tzinfo)).astimezone(local.tzinfo)
    clock = format_time(local, "HH:mm", locale=_locale(language))
    if local.date() == today.date():
        return clock
    if local.year == today.year:
        return f"{format_skeleton('MMdd', local, locale=_locale(language))}, {clock}"
    return f"{format_date(local, 'dd/MM/yyyy', locale=_locale(language))}, {clock}"


def long_moment(at: datetime, zone: str, language: str | None = None) -> str:
    """A moment in a sentence: `mercredi 25 novembre 2026, 08:15:02`."""
    pattern = "EEEE d MMMM y, HH:mm:ss"
    return format_datetime(at.astimezone(ZoneInfo(zone)), pattern, locale=_locale(language))


def long_day(at: datetime, zone: str, language: str | None = None) -> str:
    """A day in full: `mercredi 25 novembre 2026`."""
    return format_date(at.astimezone(ZoneInfo(zone)), "EEEE d MMMM y", locale=_locale(language))


def day(of: date, language: str | None = None) -> str:
    """A day of this year or the next: `5 novembre`, `1er décembre`."""
    text = format_date(of, "d MMMM", locale=_locale(language))
    return f"1er{text[1:]}" if of.day == 1 and _locale(language) == "fr_FR" else text


def month(of: date, language: str | None = None) -> str:
    """A month: `novembre 2026`."""
    return format_date(of, "MMMM y", locale=_locale(language))


def clock(at: datetime, zone: str) -> str:
    """The time of a log line: `08:15:02`."""
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S")


def duration(length: timedelta) -> str:
    """A duration: `7 s`, `1 min 12 s`, `2 h 05 min`."""
    seconds = max(0, int(length.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min".replace(" ", NO_BREAK)
    if minutes:
        return f"{minutes} min {seconds:02d} s".replace(" ", NO_BREAK)
    return f"{seconds} s".replace(" ", NO_BREAK)


def about_minutes(minutes: float, language: str | None = None) -> str:
    """An estimate: `moins d'une minute`, `environ 5 min`."""
    if minutes <= 0:
        return translate("kit.no_time", None, language)
    if minutes < 1:
        return translate("kit.under_a_minute", None, language)
    hours, rest = divmod(round(minutes), 60)
    shown = f"{hours} h {rest:02d} min" if hours else f"{rest} min"
    return translate("kit.about", {"duration": shown.replace(" ", NO_BREAK)}, language)
