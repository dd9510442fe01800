"""Small helpers to write SQL text safely."""

from __future__ import annotations

from collections.abc import Iterable


def literal(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def case_of(branches: Iterable[tuple[str, str]], otherwise: str = "NULL") -> str:
    """A CASE whose first true condition gives the value."""
    arms = " ".join(f"WHEN {condition} THEN {value}" for condition, value in branches)
    return f"CASE {arms} ELSE {otherwise} END" if arms else otherwise


def params(**columns: str) -> str:
    """JSON text of a reason's facts, from SQL expressions."""
    body = ", ".join(f"{literal(name)}, {expression}" for name, expression in columns.items())
    return f"json_object({body})::VARCHAR"
