"""What is wrong with a filter expression, and how to write it right (ART-10).

People write filters from memory: without apostrophes, with the curly ones of a text editor, with the manual's missing
comma. Each such slip is recognised on the text, so that the message can show the right form.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from atoosync_lab.model.errors import FilterError

MAX_LENGTH = 1000
MAX_DEPTH = 20
"""Nested parentheses: far beyond what a person writes, far below what a parser can bear."""

_NAME = r'(?:\w+|"[^"]*")'
_OPERATOR = r"not\s+like|like|<>|!=|<=|>=|==|=|<|>"
_TEXT = re.compile(r"'(?:[^']|'')*'")
_TEXT_START = re.compile(rf"(?:{_OPERATOR}|[(,])\s*(')", re.IGNORECASE)
_CURLY = re.compile("[‘’‚‛“”„«»`´]")
_NO_COMMA = re.compile(rf"startswith\s*\(\s*({_NAME})\s*('[^']*'|\w+%?)\s*\)", re.IGNORECASE)
_BARE_VALUE = re.compile(
    rf"({_NAME})\s*({_OPERATOR})\s*([^\s'\"()=<>!\x00][^()]*?)\s*(?=\band\b|\bor\b|\)|$)", re.IGNORECASE
)
_BARE_START = re.compile(rf"startswith\s*\(\s*({_NAME})\s*,\s*([^\s'\"()\x00][^()]*?)\s*\)", re.IGNORECASE)
_DOUBLE_QUOTED = re.compile(rf'(\w+)\s*({_OPERATOR})\s*"([^"]*)"', re.IGNORECASE)
_NULL = re.compile(rf"({_NAME})\s*(<>|!=|==|=)\s*null\b", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\s*[0-9.]+")


def quoted(text: str) -> str:
    """A text as it stands in an expression: between apostrophes, those inside doubled."""
    return "'" + text.replace("'", "''") + "'"


def _masked(expression: str) -> str:
    """The expression with its texts blanked out at equal length, so that their content misleads nobody."""
    return _TEXT.sub(lambda found: "\x00" * len(found[0]), expression)


def check_text(expression: str) -> None:
    """Refuse what can be seen on the text alone: slips with a known cure, and what only attacks a parser.

    Raises:
        FilterError: with the right form.
    """
    if len(expression) > MAX_LENGTH:
        raise FilterError("mapping.filter.too_long", length=len(expression), limit=MAX_LENGTH)
    bare = _masked(expression)
    if found := _CURLY.search(bare):
        right = re.sub("[‘’‚‛“”„«»`´]", "'", expression)
        raise FilterError("mapping.filter.curly_quotes", text=found[0], example=right)
    if "\x00" in expression or any(ord(c) < 32 and c not in "\t\r\n" for c in bare.replace("\x00", "")):
        raise FilterError("mapping.filter.not_understood", text=expression.strip(), example="ID LIKE 'EM%'")
    if bare.count("'") % 2:
        starts = [found.start(1) for found in _TEXT_START.finditer(expression)] or [expression.index("'")]
        text = expression[starts[-1] :].strip()
        raise FilterError("mapping.filter.quote_open", text=text, example=quoted(text.rstrip(")").strip("'")))
    for form in ("--", "/*", ";"):
        if form in bare:
            raise FilterError("mapping.filter.not_allowed", text=form, example="ID LIKE 'EM%' AND ID NOT LIKE 'EMB%'")
    _check_depth(bare)


def _check_depth(bare: str) -> None:
    depth = 0
    for char in bare:
        depth += (char == "(") - (char == ")")
        if depth > MAX_DEPTH:
            raise FilterError("mapping.filter.too_deep", limit=MAX_DEPTH)


def check_slips(expression: str) -> None:
    """Recognise the usual slips in an expression that is not understood.

    Raises:
        FilterError: with the right form.
    """
    bare = _masked(expression)
    if (found := _NO_COMMA.search(expression)) and bare[found.start()] != "\x00":
        value = found[2].strip("'").rstrip("%")
        raise FilterError(
            "mapping.filter.comma_missing", text=found[0], example=f"startswith({found[1]},{quoted(value)})"
        )
    if found := _NULL.search(bare):
        word = "IS NULL" if found[2].startswith("=") else "IS NOT NULL"
        raise FilterError("mapping.filter.null_compared", text=found[0], example=f"{found[1]} {word}")
    if found := _DOUBLE_QUOTED.search(bare):
        right = f"{found[1]} {found[2].upper()} {quoted(found[3])}"
        raise FilterError("mapping.filter.quotes_missing", text=f'"{found[3]}"', example=right)
    if found := _BARE_START.search(bare):
        right = f"startswith({found[1]},{quoted(found[2])})"
        raise FilterError("mapping.filter.quotes_missing", text=found[2], example=right)
    for found in _BARE_VALUE.finditer(bare):
        value = found[3]
        if "like" not in found[2].lower() and _NUMBER.fullmatch(value):
            continue
        operator = re.sub(r"\s+", " ", found[2]).upper()
        if "\x00" not in value:
            right = f"{found[1]} {operator} {quoted(value)}"
            raise FilterError("mapping.filter.quotes_missing", text=value, example=right)


def unknown_column(name: str, columns: Iterable[str]) -> FilterError:
    """The error for a column that does not exist: it lists the nearest names."""
    known = {column.lower(): column for column in columns}
    near = difflib.get_close_matches(name.lower(), list(known), n=3, cutoff=0.6)
    near += [low for low in sorted(known) if name.lower() in low and len(name) > 2 and low not in near][: 3 - len(near)]
    if near:
        return FilterError("mapping.filter.column_unknown", column=name, near=", ".join(known[low] for low in near))
    return FilterError("mapping.filter.column_unknown_no_near", column=name)
