"""A parsed filter: compiled to DuckDB by `mapping`, and to each system's own filter by its connector (ART-10)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Operator(StrEnum):
    """Comparisons of the small filter language."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    LIKE = "like"
    NOT_LIKE = "not_like"
    IN = "in"
    NOT_IN = "not_in"
    IS_NULL = "is_null"
    IS_NOT_NULL = "is_not_null"
    BETWEEN = "between"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`column operator values`; the column is spelt as the system spells it, values are texts.

    In the pattern of LIKE and NOT_LIKE a backslash escapes `%`, `_` and itself.
    """

    column: str
    operator: Operator
    values: tuple[str, ...] = ()
    kind: str = "string"
    """`string` or `number`, as written in the expression."""


@dataclass(frozen=True, slots=True)
class Combination:
    """`left AND right` or `left OR right`."""

    operator: str
    """`and` or `or`."""
    left: Filter
    right: Filter


Filter = Comparison | Combination
