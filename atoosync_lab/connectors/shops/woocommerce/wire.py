"""JSON in: amounts stay exact, and what a plug-in printed around the document is set aside (PB-32)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from atoosync_lab.model.money import parse_decimal

Json = dict[str, Any]

_BOM = b"\xef\xbb\xbf"
_DECODER = json.JSONDecoder(parse_float=Decimal, strict=False)
_BEGINNINGS = re.compile(r'\{\s*"|\[\s*[\[\]{"\d]|\{\s*\}')
_MOST_BEGINNINGS = 200
_INSIDE = frozenset(',:[{"')
_GOES_ON = frozenset(",]}")
_TAG = re.compile(r"<[^>]*>")


class WireError(ValueError):
    """The answer holds no JSON document."""


class CutError(WireError):
    """The document begins and does not end."""


@dataclass(frozen=True, slots=True)
class Document:
    """A read answer."""

    value: Any
    notice: str = ""
    """What stood before or after the document: a plug-in's or PHP's notice."""


def parse(content: bytes) -> Document:
    """Read an answer; numbers with a point become `Decimal`, never float.

    Raises:
        CutError: the document stops before its end.
        WireError: there is none.
    """
    text = content.removeprefix(_BOM).decode("utf-8", "replace")
    try:
        return Document(json.loads(text, parse_float=Decimal, strict=False))
    except ValueError:
        return _searched(text)


def _searched(text: str) -> Document:
    """The longest document in a text that holds something else too.

    A part of a document that was cut is none: its neighbours tell it (`,` or `:` before it).
    """
    best: tuple[int, int, Any] | None = None
    begun = False
    position, tries = 0, 0
    while tries < _MOST_BEGINNINGS and (found := _BEGINNINGS.search(text, position)):
        tries += 1
        begun = True
        start = found.start()
        position = start + 1
        if text[:start].rstrip()[-1:] in _INSIDE:
            continue
        try:
            value, end = _DECODER.raw_decode(text, start)
        except ValueError:
            continue
        position = end
        if text[end:].lstrip()[:1] not in _GOES_ON and (best is None or end - start > best[1] - best[0]):
            best = (start, end, value)
    if best is None:
        raise CutError("no end") if begun and not looks_like_page(text) else WireError("no document")
    start, end, value = best
    rest = text[:start] + text[end:]
    if looks_like_page(rest):
        raise WireError("a page")
    return Document(value, words(rest))


def looks_like_page(text: str) -> bool:
    """A whole web page, not the few tags of a notice."""
    head = text[:2000].lower()
    return "<html" in head or "<!doctype html" in head


def words(text: str) -> str:
    """Text without tags and entities, on one line: how the shop's sentences are shown."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())[:500]


def records(value: Any) -> list[Json]:
    """The records of a list.

    Raises:
        WireError: this is no list of records.
    """
    if not isinstance(value, list) or not all(isinstance(r, dict) for r in value):
        raise WireError("no list of records")
    return cast(list[Json], value)


def text(record: Mapping[str, Any], field: str) -> str:
    """A field as text; empty when absent or null."""
    value = record.get(field)
    if isinstance(value, str):
        return value
    return "" if value is None else str(value)


def plain_text(record: Mapping[str, Any], field: str) -> str:
    """A one-line text, its entities resolved: WordPress stores `&` as `&amp;` in names and titles. [LIVE]"""
    return html.unescape(text(record, field))


def identifier(record: Mapping[str, Any], field: str = "id") -> str:
    """An id as text; empty for none and for 0, which the API writes for none."""
    value = text(record, field)
    return "" if value == "0" else value


def decimal(record: Mapping[str, Any], field: str) -> Decimal | None:
    """A number, however it is written; None when absent, empty or no number."""
    value = record.get(field)
    return parse_decimal(value) if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool) else None


def amount(record: Mapping[str, Any], field: str) -> Decimal:
    """An amount that the record must state.

    Raises:
        ValueError: it is not there, or no number: an order is never read with a guessed amount.
    """
    value = decimal(record, field)
    if value is None:
        raise ValueError(f"{field}: {record.get(field)!r}")
    return value


def moment(record: Mapping[str, Any], field: str) -> datetime | None:
    """A GMT date; it comes without a zone. [LIVE]

    Raises:
        ValueError: the text is no date.
    """
    value = record.get(field)
    return _instant(value) if isinstance(value, str) and value else None


@lru_cache(maxsize=4096)
def _instant(value: str) -> datetime | None:
    if value.startswith("0000"):
        return None
    found = datetime.fromisoformat(value)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def rows(record: Mapping[str, Any], field: str) -> list[Json]:
    """The rows of a nested list; empty when absent."""
    value = record.get(field)
    return [r for r in value if isinstance(r, dict)] if isinstance(value, list) else []


def nested(record: Mapping[str, Any], field: str) -> Json:
    """A nested object; empty when absent (PHP writes an empty object as a list)."""
    value = record.get(field)
    return value if isinstance(value, dict) else {}


def meta(record: Mapping[str, Any], keys: Iterable[str]) -> str:
    """The first filled meta of these keys, in their order; structured values count as empty."""
    held: dict[str, str] = {}
    for row in rows(record, "meta_data"):
        value = row.get("value")
        if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
            held[text(row, "key")] = str(value).strip()
    return next((held[key] for key in keys if held.get(key)), "")


def split(values: Iterable[str], size: int, longest: int) -> Iterator[list[str]]:
    """Values in lists of at most `size`, whose joined text stays below `longest` bytes."""
    part: list[str] = []
    length = 0
    for value in values:
        added = len(value.encode()) + 1
        if part and (len(part) >= size or length + added > longest):
            yield part
            part, length = [], 0
        part.append(value)
        length += added
    if part:
        yield part
