"""Import files as EBP takes them (A29): UTF-8 with BOM, `;`, decimal comma, dd/mm/yyyy, CRLF, quotes where needed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from atoosync_lab.model.money import plain, quantize

SEPARATOR = ";"
LINE_END = "\r\n"
DECIMALS = 6
"""Most decimals of a number in a file."""

_NEEDS_QUOTES = re.compile(r'[;"\r\n]')
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def cell(text: str, length: int = 0) -> str:
    """One text field: control characters dropped, cut to `length` when given, quoted when it must be."""
    if not text:
        return ""
    clean = _UNPRINTABLE.sub("", text)
    if length and len(clean) > length:
        clean = clean[:length].rstrip()
    return '"' + clean.replace('"', '""') + '"' if _NEEDS_QUOTES.search(clean) else clean


def number(value: Decimal) -> str:
    """A number: decimal comma, no thousands mark, at most six decimals."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -DECIMALS:
        value = quantize(value, DECIMALS)
    return plain(value).replace(".", ",")


def number_or_empty(value: Decimal) -> str:
    """As `number`; empty ("not given") for zero."""
    return number(value) if value else ""


def day(value: date) -> str:
    """A date."""
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def switch(value: bool) -> str:
    """A boolean."""
    return "1" if value else "0"


def row(cells: Iterable[str]) -> str:
    """One row of cells that are written already, without line end."""
    return SEPARATOR.join(cells)


def file_bytes(headings: Sequence[str], rows: Iterable[str]) -> bytes:
    """The whole file."""
    return (LINE_END.join([row(cell(h) for h in headings), *rows]) + LINE_END).encode("utf-8-sig")
