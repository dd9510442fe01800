"""A field of a form as data, and what a person typed as a value: pure, no page, no store.

A wrong entry raises `FieldError`; its sentence stands beside the field and what was typed stays in it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Literal

from atoosync_lab.kit.choices import Choice
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import Message, current_language

Kind = Literal["text", "area", "secret", "integer", "decimal", "switch", "choice", "choices", "date", "time"]

KINDS: tuple[Kind, ...] = (
    "text", "area", "secret", "integer", "decimal", "switch", "choice", "choices", "date", "time",
)  # fmt: skip

Choices = Sequence[Choice] | Callable[[], Sequence[Choice]]

_LONGEST_NUMBER = 40
"""Characters of a number: no setting needs more, and Python reads longer ones slowly."""
_SPACES = re.compile(r"[\s\u00a0\u202f]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?|[+-]?[.,]\d+")
_MINUS = "\u2212"


class FieldError(SettingsError):
    """What was typed is no value of the field; the message says which ones are."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: what it edits, how it is asked for, what it accepts.

    Limits repeat those of the settings model, so that the sentence comes while one types; the model stays the judge.
    """

    name: str
    """Dotted path of what is edited: `articles.products.create`."""
    kind: Kind
    label: str
    """Message id."""
    help: str = ""
    """Message id; empty: none."""
    choices: Choices = ()
    """Of `choice` and `choices`; a callable is asked at every paint."""
    max_length: int | None = None
    least: Decimal | int | None = None
    most: Decimal | int | None = None
    places: int | None = None
    """Digits after the comma at most."""
    unit: str = ""
    """Message id of what is written behind the control; empty: none."""
    placeholder: str = ""
    """Message id of an example shown in the empty control."""
    when: Callable[[Mapping[str, Any]], bool] | None = None
    """Shown only when this holds for the values on screen."""
    required: bool | None = None
    """An empty entry is refused. None: numbers, dates and times are, texts and choices are not."""
    gone: Callable[[str], Message | None] | None = None
    """Sentence for a value that its list no longer offers; such a value is kept."""
    check: Callable[[Any], None] | None = None
    """A further check of the parsed value; raises `FieldError`."""
    suggest: Callable[[str], Sequence[Choice]] | None = None
    """Entries of a long list that fit what is typed in a `text`; anything else may be typed all the same."""

    fold: str = ""
    """Message id of the fold-out under which it stands, with its neighbours of the same one; empty: in sight."""

    @property
    def is_required(self) -> bool:
        """An empty entry is refused."""
        if self.required is not None:
            return self.required
        return self.kind in ("integer", "decimal", "date", "time")

    def offered(self) -> Sequence[Choice]:
        """The choices as they are now."""
        return self.choices() if callable(self.choices) else self.choices


def text_of(field: Field, value: Any, language: str | None = None) -> str:
    """A value as the control shows it: `0,05`, `1` for a switch that is on, a JSON list for several choices."""
    if isinstance(value, Enum):
        value = value.value
    if field.kind == "choices":
        return json.dumps([_plain(item) for item in value or ()], ensure_ascii=False)
    if field.kind == "switch":
        return "1" if value else ""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        written = format(value, "f")
        return written.replace(".", ",") if (language or current_language()) == "fr" else written
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(item: Any) -> str:
    return str(item.value if isinstance(item, Enum) else item)


def parse(field: Field, text: str, *, kept: Sequence[str] = ()) -> Any:
    """The value that was typed.

    Args:
        field: the field.
        text: what the control holds.
        kept: values accepted although the list no longer offers them: those that are saved.

    Returns:
        str, int, Decimal, bool, tuple of str, date, time; None for an empty number, date or time that may be empty.

    Raises:
        FieldError: no value of the field.
    """
    value = _PARSERS[field.kind](field, text, kept)
    if field.check is not None:
        field.check(value)
    return value


def _text(field: Field, text: str, kept: Sequence[str]) -> str:
    # A secret is taken as it is: its spaces may belong to it, but none of our systems has one at either end.
    value = text.strip()
    breaks = "\n\r\t" if field.kind == "area" else ""
    if any(unicodedata.category(sign) == "Cc" and sign not in breaks for sign in value):
        raise FieldError("form.control_character")
    if not value and field.is_required:
        raise FieldError("form.required")
    if field.max_length is not None and len(value) > field.max_length:
        raise FieldError("form.too_long", most=field.max_length, length=len(value))
    return value


def _decimal_of(field: Field, text: str) -> Decimal | None:
    written = _SPACES.sub("", text).replace(_MINUS, "-")
    if not written:
        if field.is_required:
            raise FieldError("form.number_required")
        return None
    if len(written) > _LONGEST_NUMBER or not _NUMBER.fullmatch(written):
        raise FieldError("form.not_a_number", example=_example(field))
    try:
        value = Decimal(written.replace(",", "."))
    except InvalidOperation as error:
        raise FieldError("form.not_a_number", example=_example(field)) from error
    return value


def _within(field: Field, value: Decimal) -> None:
    least, most = field.least, field.most
    if least is not None and most is not None and not least <= value <= most:
        raise FieldError("form.outside", least=_shown(least), most=_shown(most))
    if least is not None and value < least:
        raise FieldError("form.too_small", least=_shown(least))
    if most is not None and value > most:
        raise FieldError("form.too_large", most=_shown(most))


def _shown(limit: Decimal | int) -> str:
    text = format(Decimal(limit), "f")
    return text.replace(".", ",") if current_language() == "fr" else text


def _example(field: Field) -> str:
    if field.kind == "integer":
        return _shown(field.least or 10)
    return _shown(Decimal("12.5"))


def _decimal(field: Field, text: str, kept: Sequence[str]) -> Decimal | None:
    value = _decimal_of(field, text)
    if value is None:
        return None
    exponent = value.as_tuple().exponent
    if field.places is not None and isinstance(exponent, int) and -exponent > field.places:
        raise FieldError("form.too_many_places", places=field.places)
    _within(field, value)
    return value


def _integer(field: Field, text: str, kept: Sequence[str]) -> int | None:
    value = _decimal_of(field, text)
    if value is None:
        return None
    if value != value.to_integral_value():
        raise FieldError("form.not_an_integer", example=_example(field))
    _within(field, value)
    return int(value)


def _switch(field: Field, text: str, kept: Sequence[str]) -> bool:
    if text not in ("", "1"):
        raise FieldError("form.not_a_switch")
    return text == "1"


def _choice(field: Field, text: str, kept: Sequence[str]) -> str:
    if not text and field.is_required:
        raise FieldError("form.choice_required")
    if text and text not in kept and text not in {choice.value for choice in field.offered()}:
        raise FieldError("form.unknown_choice", value=text[:80])
    return text


def _choices(field: Field, text: str, kept: Sequence[str]) -> tuple[str, ...]:
    try:
        values = json.loads(text or "[]")
    except ValueError:
        values = None
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise FieldError("form.unknown_choice", value=text[:80])
    if not values and field.is_required:
        raise FieldError("form.choice_required")
    offered = {choice.value for choice in field.offered()} | set(kept)
    for value in values:
        if value not in offered:
            raise FieldError("form.unknown_choice", value=value[:80])
    return tuple(dict.fromkeys(values))


def _date(field: Field, text: str, kept: Sequence[str]) -> date | None:
    written = text.strip()
    if not written:
        if field.is_required:
            raise FieldError("form.date_required")
        return None
    if french := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", written):
        day, month, year = french.groups()
        written = f"{year}-{int(month):02d}-{int(day):02d}"
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise FieldError("form.not_a_date") from error


def _time(field: Field, text: str, kept: Sequence[str]) -> time | None:
    written = text.strip()
    if not written:
        if field.is_required:
            raise FieldError("form.time_required")
        return None
    if not re.fullmatch(r"\d{1,2}[:h]\d{2}", written):
        raise FieldError("form.not_a_time")
    hour, _, minute = written.replace("h", ":").partition(":")
    try:
        return time(int(hour), int(minute))
    except ValueError as error:
        raise FieldError("form.not_a_time") from error


_PARSERS: Mapping[str, Callable[[Field, str, Sequence[str]], Any]] = {
    "text": _text,
    "area": _text,
    "secret": _text,
    "integer": _integer,
    "decimal": _decimal,
    "switch": _switch,
    "choice": _choice,
    "choices": _choices,
    "date": _date,
    "time": _time,
}
