"""How the shop stores and compares values: MySQL's habits, rounding, slugs, clean text."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from atoosync_lab.sandbox.prestashop.fields import Field

NO_DATETIME = "0000-00-00 00:00:00"
NO_DATE = "0000-00-00"

Stored = str | int | None

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+))")
_INTEGER = re.compile(r"\s*([+-]?\d+)")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
# Not allowed in XML 1.0; the shop itself would answer a document that no parser takes.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LARGEST = 2**63 - 1
_MOST = Decimal("99999999999999.999999")
_QUANTA = {scale: Decimal(1).scaleb(-scale) for scale in range(10)}


def number_prefix(text: str) -> Decimal:
    """The number at the start of a text, as MySQL casts it; 0 when there is none."""
    found = _NUMBER.match(text)
    return max(-_MOST, min(_MOST, Decimal(found.group(1)))) if found else Decimal(0)


def int_prefix(text: str) -> int:
    """The whole number at the start of a text, as PHP's `(int)` does; 0 when there is none."""
    found = _INTEGER.match(text)
    # A number of thousands of digits is cut first: beyond 19 its value no longer matters.
    return max(-_LARGEST, min(_LARGEST, int(found.group(1)[:30]))) if found else 0


def fixed(value: Decimal | int | str, scale: int = 6) -> str:
    """A decimal as the shop shows it: fixed decimals, half up. An empty or odd text counts as its leading number."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = number_prefix(str(value))
    if not number.is_finite():
        number = number_prefix(str(value))
    # MySQL keeps the largest value that the column holds.
    number = max(-_MOST, min(_MOST, number))
    text = str(number.quantize(_QUANTA[scale], ROUND_HALF_UP))
    return text[1:] if text.startswith("-0") and not text.strip("-0.") else text


def clean(text: str) -> str:
    """Text without what would break the XML answers (`]]>` ends a CDATA section)."""
    if "]]>" in text:
        text = text.replace("]]>", "]]&gt;")
    return _UNPRINTABLE.sub("", text)


def stored(field: Field, raw: str | int | Decimal | None) -> Stored:
    """A raw value as the shop's column keeps it (0, empty text or zero date when nothing was given)."""
    text = "" if raw is None else str(raw)
    if field.kind in ("int", "bool"):
        if text == "":
            return None if field.nullable else 0
        return int_prefix(text)
    if field.kind == "decimal":
        return fixed(text or "0", field.scale)
    if field.kind == "datetime":
        return datetime_text(text)
    if field.kind == "date":
        return text[:10] or NO_DATE
    return clean(text) if text or not field.nullable else None


def datetime_text(text: str) -> str:
    """A date or date and time in the shop's form; the zero date for what is none."""
    if not _DATE.match(text):
        return NO_DATETIME
    day, _, time = text.strip().partition(" ")
    year, month, date = day.split("-", 2)
    return f"{year}-{int(month):02d}-{int(int_prefix(date)):02d} {time or '00:00:00'}"


def language_text(texts: Mapping[int, str]) -> str:
    """Texts by language id, in the form of the column."""
    return json.dumps({str(key): clean(text) for key, text in sorted(texts.items())}, ensure_ascii=False)


def language_map(column: str | None) -> dict[int, str]:
    """The inverse of `language_text`."""
    return {int(key): text for key, text in json.loads(column).items()} if column else {}


@lru_cache(maxsize=65536)
def fold(text: str | int | None) -> str:
    """The form in which two texts are equal for the shop's collation: without case, accents and trailing blanks."""
    value = "" if text is None else str(text)
    if not value.isascii():
        value = "".join(c for c in unicodedata.normalize("NFKD", value) if not unicodedata.combining(c))
    return value.casefold().rstrip(" ")


def slug(text: str | None) -> str:
    """A text as an address part (`Épicerie d'été` becomes `epicerie-d-ete`)."""
    plain = (
        unicodedata.normalize("NFKD", (text or "").replace("œ", "oe").replace("æ", "ae"))
        .encode("ascii", "ignore")
        .decode()
    )
    return re.sub(r"[\s'\-:/]+", "-", re.sub(r"[^a-zA-Z0-9\s'\-:/\[\]]", "", plain)).strip("-").lower()
