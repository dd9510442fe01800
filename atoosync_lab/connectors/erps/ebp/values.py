"""Texts of EBP answers and files to Python values and back: exact numbers, Paris time, flags, SIRET."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from atoosync_lab.model.keys import digits
from atoosync_lab.model.money import parse_decimal, plain, quantize

Row = Mapping[str, Any]
"""One record of an answer: column -> text, bool or None. Numbers stay the text they came as (A11)."""

SIRET_LENGTH = 14
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class NumberText(str):
    """Text of a number that came as a JSON number."""


def parse_json(text: str) -> Any:
    """JSON with every number kept as its text, so that no amount passes through a float (A11).

    Raises:
        ValueError: not JSON, or nested deeper than any answer of the ERP.
    """
    try:
        found = json.loads(text, parse_float=NumberText, parse_int=NumberText)
        # JSON can write halves of characters that no file and no database takes.
        return _whole(found) if _HALF.search(text) else found
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {_whole(name): _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if type(value) is str:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def text(row: Row, column: str) -> str:
    """A column as text, empty for null or absent."""
    value = row.get(column)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def number(row: Row, column: str) -> Decimal | None:
    """A column as an exact number, six decimals kept (the pivot's scale); None when null, absent or malformed."""
    value = row.get(column)
    return None if value is None or isinstance(value, bool) else _exact(str(value))


@lru_cache(maxsize=10_000)
def _exact(value: str) -> Decimal | None:
    # Prices, weights and quantities repeat all over a table.
    parsed = parse_decimal(value)
    if parsed is None:
        return None
    exponent = parsed.as_tuple().exponent
    return quantize(parsed, 6) if isinstance(exponent, int) and exponent < -6 else parsed


def flag(row: Row, column: str) -> bool | None:
    """A column as a switch: JSON booleans, or 1/0 and true/false as text; None when null or absent (A14)."""
    value = row.get(column)
    if value is None or isinstance(value, bool):
        return value
    return str(value).strip().lower() in ("1", "true", "-1")


def field_text(value: Any) -> str:
    """A value as the text kept in `Product.fields`: numbers without trailing zeros, switches as 1 or 0."""
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, NumberText):
        return _plain_number(str(value)) or str(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def number_text(value: Any) -> str:
    """A value of a number column in canonical form, whether it came as number or as text (A11)."""
    number = _plain_number(str(value)) if isinstance(value, str) else None
    return field_text(value) if number is None else number


@lru_cache(maxsize=10_000)
def _plain_number(value: str) -> str | None:
    parsed = parse_decimal(value)
    return None if parsed is None else plain(parsed)


def moment(row: Row, column: str, zone: ZoneInfo) -> datetime | None:
    """A date of an answer as an instant in UTC (A12).

    In the hour that happens twice in autumn the later instant is taken: a change is then rather sent again than lost.
    """
    value = row.get(column)
    if not value:
        return None
    try:
        parsed = datetime.fromisoformat(str(value))
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=zone, fold=1)
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError):  # the first or last day of all has no instant in UTC
        return None


def local_text(instant: datetime, zone: ZoneInfo) -> str:
    """An instant as EBP compares it: local time without zone, whole seconds (A08)."""
    return instant.astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat()


def siret(siren: str, nic: str) -> str:
    """SIRET from its two columns; empty when they do not make one (A21)."""
    first = digits(siren)
    if len(first) == SIRET_LENGTH:
        return first
    whole = first + digits(nic)
    return whole if len(whole) == SIRET_LENGTH else ""
