"""The search syntax of `query:` arguments: `status:open -tag:done updated_at:>='2026-01-01' (sku:A OR sku:B) tea`.

Terms beside each other must all hold; `AND`, `OR`, `NOT`, a leading `-`, parentheses, comparators `:<`, `:<=`, `:>`,
`:>=`, quotes, prefixes with `*`, lists with commas and `field:*` (has a value) are known. Unknown fields are passed
over with a warning, as the real service does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from atoosync_lab.sandbox.shopify.values import instant, read_instant

Condition = tuple[str, list[Any]]
Build = Callable[[str, str], Condition | None]
"""Makes a condition of a comparator (`=`, `<`, `<=`, `>`, `>=`) and a value; None when the value cannot be used."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<minus>-(?=\S))"""
    r"""|(?:(?P<field>[A-Za-z_][\w.]*):(?P<op>[<>]=?)?)?(?P<value>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s()]+))"""
)


@dataclass
class SearchSpec:
    """What can be searched in a table.

    Attributes:
        fields: Builders by field.
        words: Builder of terms without a field.
        more: Builders of fields whose name is open (`metafields.erp.code`).
    """

    fields: Mapping[str, Build]
    words: Build
    more: Callable[[str], Build | None] = field(default=lambda _name: None)


@dataclass
class Parsed:
    """A condition and what was passed over."""

    sql: str = "1"
    values: list[Any] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)


class _Parser:
    def __init__(self, text: str, spec: SearchSpec) -> None:
        self._tokens = [match.groupdict() for match in _TOKEN.finditer(text) if match.group().strip()]
        self._spec = spec
        self._place = 0
        self.warnings: list[dict[str, str]] = []

    def either(self) -> Condition | None:
        parts = [self._all()]
        while self._word("OR"):
            self._place += 1
            parts.append(self._all())
        return _joined([part for part in parts if part], " OR ")

    def _all(self) -> Condition | None:
        parts: list[Condition] = []
        while self._place < len(self._tokens):
            token = self._tokens[self._place]
            if token["close"] or self._word("OR"):
                break
            if self._word("AND"):
                self._place += 1
                continue
            found = self._term()
            if found:
                parts.append(found)
        return _joined(parts, " AND ")

    def _word(self, name: str) -> bool:
        if self._place >= len(self._tokens):
            return False
        token = self._tokens[self._place]
        return token["field"] is None and token["value"] == name

    def _term(self) -> Condition | None:
        token = self._tokens[self._place]
        self._place += 1
        if token["minus"] or (token["field"] is None and token["value"] == "NOT"):
            if self._place >= len(self._tokens):
                return None
            found = self._term()
            return (f"NOT ({found[0]})", found[1]) if found else None
        if token["open"]:
            inner = self.either()
            self._place += 1
            return inner
        return self._leaf(token)

    def _leaf(self, token: Mapping[str, Any]) -> Condition | None:
        name, raw = token["field"], token["value"]
        if raw is None:
            return None
        quoted = raw[0] in "\"'" and len(raw) > 1
        value = re.sub(r"\\(.)", r"\1", raw[1:-1]) if quoted else raw
        if name is None:
            return self._spec.words("=", value)
        build = self._spec.fields.get(name) or self._spec.more(name)
        if build is None:
            self.warnings.append(
                {"field": name, "message": "Invalid search field for this query.", "code": "invalid_field"}
            )
            return None
        values = [value] if quoted or token["op"] else [part for part in value.split(",") if part] or [value]
        found = [build(token["op"] or "=", part) for part in values]
        if None in found:
            self.warnings.append(
                {"field": name, "message": f"Input `{value}` is not an accepted value.", "code": "invalid_value"}
            )
        return _joined([part for part in found if part], " OR ")


def _joined(parts: list[Condition], word: str) -> Condition | None:
    if not parts:
        return None
    return "(" + word.join(part[0] for part in parts) + ")", [value for part in parts for value in part[1]]


def parse_search(text: str | None, spec: SearchSpec) -> Parsed:
    """The SQL condition of a search text."""
    if not text or not text.strip():
        return Parsed()
    parser = _Parser(text, spec)
    found = parser.either()
    return Parsed(*(found or ("1", [])), parser.warnings)


# Builders


def text_field(expression: str) -> Build:
    """A text compared without case; `*` at the end is a prefix, `*` alone is any value."""

    def build(_operator: str, value: str) -> Condition:
        if value == "*":
            return f"COALESCE({expression}, '') <> ''", []
        if value.endswith("*"):
            return f"{expression} LIKE ? ESCAPE '\\'", [_like(value[:-1]) + "%"]
        return f"{expression} = ? COLLATE NOCASE", [value]

    return build


def word_field(*expressions: str) -> Build:
    """Texts that contain the value somewhere."""

    def build(_operator: str, value: str) -> Condition:
        pattern = "%" + _like(value.rstrip("*")) + "%"
        return "(" + " OR ".join(f"{item} LIKE ? ESCAPE '\\'" for item in expressions) + ")", [pattern] * len(
            expressions
        )

    return build


def _like(value: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", value)


def tag_field(column: str) -> Build:
    """A member of a JSON list, whatever its case."""

    def build(_operator: str, value: str) -> Condition:
        if value == "*":
            return f"{column} <> '[]'", []
        equal = "LIKE ? ESCAPE '\\'" if value.endswith("*") else "= ? COLLATE NOCASE"
        wanted = _like(value[:-1]) + "%" if value.endswith("*") else value
        return f"EXISTS (SELECT 1 FROM json_each({column}) AS t WHERE t.value {equal})", [wanted]

    return build


def number_field(expression: str) -> Build:
    """A number or the number of a global id."""

    def build(operator: str, value: str) -> Condition | None:
        try:
            number: int | float = float(value.rsplit("/", 1)[-1])
        except ValueError:
            return None
        return f"{expression} {operator} ?", [int(number) if number == int(number) else number]

    return build


def date_field(column: str) -> Build:
    """An instant; a day alone stands for the whole day."""

    def build(operator: str, value: str) -> Condition | None:
        if value == "*":
            return f"{column} IS NOT NULL", []
        try:
            at = datetime.now(UTC) if value == "now" else read_instant(value)
        except ValueError:
            return None
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            start, end = instant(at), instant(at + timedelta(days=1))
            if operator == "=":
                return f"({column} >= ? AND {column} < ?)", [start, end]
            return (f"{column} {'>=' if operator == '>' else '<'} ?", [end]) if operator in (">", "<=") else (
                f"{column} {operator} ?", [start])  # fmt: skip
        return f"{column} {operator} ?", [instant(at)]

    return build


def enum_field(expression: str, names: Mapping[str, str] | None = None) -> Build:
    """A status, written in lower case by callers; `any` is all."""

    def build(_operator: str, value: str) -> Condition:
        if value.lower() == "any":
            return "1", []
        return f"{expression} = ?", [(names or {}).get(value.lower(), value.upper())]

    return build


def choice_field(choices: Mapping[str, str]) -> Build:
    """A condition by word (`open`, `closed`)."""

    def build(_operator: str, value: str) -> Condition | None:
        found = choices.get(value.lower())
        return (found, []) if found else None

    return build


def flag_field(expression: str) -> Build:
    """`true` or `false`."""
    return choice_field({"true": f"({expression})", "false": f"NOT ({expression})"})
