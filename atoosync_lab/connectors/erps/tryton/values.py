"""Values of Tryton's JSON-RPC and back: exact numbers, moments in UTC, bytes, and dotted fields of `search_read`.

The forms (`{"__class__": "Decimal", ...}`) are those of `trytond/protocols/jsonrpc.py`, series 8.2.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from atoosync_lab.model.money import PIVOT_DECIMALS, parse_decimal, plain, quantize

Row = Mapping[str, Any]
"""One record of an answer: field -> value; `search_read` adds `id`."""

_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_DAY = ("year", "month", "day")
_CLOCK = ("hour", "minute", "second", "microsecond")


class Number(float):
    """A value to send to a field of type Float (a quantity), exact as far as a Float of the server is.

    Args:
        value: the amount; a Decimal that is sent without it becomes a `Numeric`, which a Float field refuses.
    """

    def __new__(cls, value: Decimal | int) -> Number:
        """The same amount; the shortest writing of a float gives the digits back."""
        return super().__new__(cls, value)


def encode(value: Any) -> bytes:
    """A body as the server reads it.

    Raises:
        TypeError: a value that no field of Tryton takes; among them a plain float, which is no exact amount, and a
            moment without a zone.
    """
    return json.dumps(_exact(value), default=_encoded, separators=(",", ":")).encode("utf-8")


def decode(text: str) -> Any:
    """An answer with every number exact: floats as `Decimal`, typed values as what they are, moments in UTC.

    Raises:
        ValueError: not JSON, or nested deeper than any answer of the server.
    """
    try:
        found = json.loads(text, parse_float=Decimal, object_hook=_decoded)
        # JSON can write halves of characters that no file and no database takes.
        return _whole(found) if _HALF.search(text) else found
    except (RecursionError, KeyError, TypeError, ArithmeticError, OverflowError) as error:
        raise ValueError(f"unreadable value: {type(error).__name__}") from error


def _exact(value: Any) -> Any:
    """The same, with plain floats refused: `json` would write them without asking."""
    if type(value) is float:
        raise TypeError("a float is not an exact amount: use Decimal or Number")
    if isinstance(value, Mapping):
        return {name: _exact(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_exact(item) for item in value]
    return value


def _encoded(value: Any) -> Any:
    match value:
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case datetime():
            if value.tzinfo is None:
                raise TypeError("a moment without a zone")
            moment = value.astimezone(UTC)
            return {"__class__": "datetime", **{name: getattr(moment, name) for name in (*_DAY, *_CLOCK)}}
        case date():
            return {"__class__": "date", **{name: getattr(value, name) for name in _DAY}}
        case bytes():
            return {"__class__": "bytes", "base64": base64.encodebytes(value).decode("ascii")}
    raise TypeError(f"no way to send a {type(value).__name__}")


def _decoded(value: dict[str, Any]) -> Any:
    match value.get("__class__"):
        case "Decimal":
            # None for an amount that no record of ours can hold, as for a field without value.
            return parse_decimal(str(value["decimal"]))
        case "date":
            return date(*(value[name] for name in _DAY))
        case "datetime":
            year, month, day, hour, minute, second, micro = (value[name] for name in (*_DAY, *_CLOCK))
            return datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)
        case "time":
            return time(*(value[name] for name in _CLOCK))
        case "timedelta":
            return timedelta(seconds=float(value["seconds"]))
        case "bytes":
            return base64.decodebytes(str(value["base64"]).encode("ascii"))
    return value


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {_whole(name): _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if type(value) is str:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def dotted(row: Row, path: str) -> Any:
    """A field of `search_read` by its path, e.g. `template.name`; None when a record on the way is missing."""
    *way, name = path.split(".")
    for step in way:
        row = row.get(f"{step}.") or {}
    return row.get(name)


def rows_of(row: Row, field: str) -> list[Row]:
    """Related records that came with a record (`identifiers.code` and the like), in the server's order."""
    found = row.get(f"{field}.")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text(row: Row, path: str) -> str:
    """A field as text, empty for null or absent."""
    return field_text(dotted(row, path))


def number(row: Row, path: str) -> Decimal | None:
    """A field as an exact number in the pivot's decimals; None when null or absent."""
    value = dotted(row, path)
    if value is None or isinstance(value, bool):
        return None
    found = parse_decimal(value if isinstance(value, Decimal) else str(value))
    if found is None:
        return None
    exponent = found.as_tuple().exponent
    return quantize(found, PIVOT_DECIMALS) if isinstance(exponent, int) and exponent < -PIVOT_DECIMALS else found


def flag(row: Row, path: str) -> bool | None:
    """A field as a switch (SQLite answers 1 and 0); None when null or absent."""
    value = dotted(row, path)
    return None if value is None else bool(value)


def moment(row: Row, path: str) -> datetime | None:
    """A field as an instant; None when null, absent or something else."""
    value = dotted(row, path)
    return value if isinstance(value, datetime) else None


def field_text(value: Any) -> str:
    """A value as the text kept in `Product.fields`: numbers without trailing zeros, switches as 1 or 0."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case Decimal():
            return plain(value)
        case str() | int():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return plain(Decimal(str(value.total_seconds())))
        case list() | tuple():
            return ", ".join(field_text(item) for item in value)
    return json.dumps(value, ensure_ascii=False, default=str)
