"""Values into and out of a folder: millionths for numbers, Paris local time for dates, JSON text for answers."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from atoosync_lab.sandbox.ebp.schema import Column, Kind

PARIS = ZoneInfo("Europe/Paris")
MILLION = 1_000_000
_SCALE = Decimal(MILLION)


class ValueRefusedError(ValueError):
    """A value that its column cannot hold; the message names the column."""


def now_text() -> str:
    """The present moment as a stored date."""
    return date_text(datetime.now(PARIS))


def date_text(moment: datetime | date) -> str:
    """A stored date: Paris local time, milliseconds, no zone (so that text order is time order).

    Naive moments are taken as Paris local time already.
    """
    if not isinstance(moment, datetime):
        return f"{moment.isoformat()}T00:00:00.000"
    if moment.tzinfo is not None:
        moment = moment.astimezone(PARIS).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds")


def parse_date(text: str) -> str:
    """A stored date from ISO text, with or without time and zone.

    Raises:
        ValueError: when it is no date.
    """
    return date_text(datetime.fromisoformat(text.strip()))


def to_millionths(number: Decimal | int | str) -> int:
    """A stored number; more than six decimals are rounded half up.

    Raises:
        ValueError: when the text is no number.
    """
    if isinstance(number, int):
        return number * MILLION
    try:
        scaled = Decimal(number) * _SCALE
        return int(scaled.to_integral_value(rounding="ROUND_HALF_UP"))
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise ValueError(f"not a number: {number!r}") from error


def from_millionths(stored: int) -> Decimal:
    """The Decimal that a stored number stands for."""
    return Decimal(stored) / _SCALE


def encode(column: Column, value: Any) -> Any:
    """The stored form of a Python value.

    Raises:
        ValueRefusedError: when the value does not fit the column: wrong type (a float, say), text too long.
    """
    if value is None:
        return None
    try:
        return _ENCODERS[column.kind](column, value)
    except (ValueError, TypeError) as error:
        raise ValueRefusedError(f"{column.name}: {error}") from error


def _encode_text(column: Column, value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    if column.length and len(text) > column.length:
        raise ValueError(f"text of {len(text)} characters, at most {column.length} fit")
    return text


def _encode_number(column: Column, value: Any) -> int:
    if isinstance(value, bool | float):
        raise TypeError("give numbers as Decimal, int or text")
    return to_millionths(value)


def _encode_date(column: Column, value: Any) -> str:
    return parse_date(value) if isinstance(value, str) else date_text(value)


def _encode_bytes(column: Column, value: Any) -> bytes:
    """Bytes, or the base64 text that answers give."""
    return base64.b64decode(value, validate=True) if isinstance(value, str) else bytes(value)


_ENCODERS: dict[Kind, Callable[[Column, Any], Any]] = {
    Kind.CODE: _encode_text,
    Kind.TEXT: _encode_text,
    Kind.UUID: lambda column, value: str(value),
    Kind.INT: lambda column, value: int(value),
    Kind.BOOL: lambda column, value: int(bool(value)),
    Kind.DEC: _encode_number,
    Kind.DECX: _encode_number,
    Kind.DATE: _encode_date,
    Kind.BIN: _encode_bytes,
}


def _number_text(stored: int) -> str:
    whole, rest = divmod(abs(stored), MILLION)
    sign = "-" if stored < 0 else ""
    return f"{sign}{whole}.{rest:06d}".rstrip("0") if rest else f"{sign}{whole}.0"


def _long_number(stored: int) -> str:
    whole, rest = divmod(abs(stored), MILLION)
    return f'"{"-" if stored < 0 else ""}{whole}.{rest:06d}000000"'


def _date_json(stored: str) -> str:
    return f'"{stored.removesuffix(".000")}"'


_text_json = json.encoder.encode_basestring

RENDERERS: dict[Kind, Callable[[Any], str]] = {
    Kind.CODE: _text_json,
    Kind.TEXT: _text_json,
    Kind.UUID: _text_json,
    Kind.INT: str,
    Kind.BOOL: lambda stored: "true" if stored else "false",
    Kind.DEC: _number_text,
    Kind.DECX: _long_number,
    Kind.DATE: _date_json,
    Kind.BIN: lambda stored: f'"{base64.b64encode(stored).decode()}"',
}
"""JSON text of a stored value that is not null, by kind. Written as text so that no number passes through a float."""


def decode(column: Column, stored: Any) -> Any:
    """The Python value of a stored one: Decimal, bool, bytes, text; dates stay ISO text without zone."""
    if stored is None:
        return None
    if column.kind in (Kind.DEC, Kind.DECX):
        return from_millionths(stored)
    if column.kind is Kind.BOOL:
        return bool(stored)
    if column.kind is Kind.DATE:
        return stored.removesuffix(".000")
    return stored


class IdMaker:
    """Makes uuids that grow with time, so that bulk inserts append to their indexes (layout of UUID version 7)."""

    def __init__(self) -> None:
        milliseconds = time.time_ns() // 1_000_000
        high = (milliseconds << 16) | (7 << 12) | secrets.randbits(12)
        self._next = (high << 64) | (2 << 62) | (secrets.randbits(30) << 32)

    def __call__(self) -> str:
        """The next id."""
        digits = f"{self._next:032x}"
        self._next += 1
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
