"""Filters as EBP takes them: a YAML tree written by a serializer, never by joining text (ART-10).

Names of operators and node types come from a digest of EBP's guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import yaml

from atoosync_lab.model.filters import Combination, Comparison, Filter, Operator

_OPERATORS = {
    Operator.EQ: "Equal",
    Operator.NE: "Different",
    Operator.LT: "Lower",
    Operator.LE: "LowerOrEqual",
    Operator.GT: "Upper",
    Operator.GE: "UpperOrEqual",
    Operator.LIKE: "Like",
    Operator.IN: "In",
    Operator.NOT_IN: "NotIn",
    Operator.IS_NULL: "IsNull",
    Operator.IS_NOT_NULL: "IsNotNull",
    Operator.BETWEEN: "Between",
}


class _Quoted(str):
    """A value that is always written between quotes: a token of digits must stay a text for every YAML reader."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _quoted(dumper: yaml.SafeDumper, value: _Quoted) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style="'")


_Dumper.add_representer(_Quoted, _quoted)


def sendable(wanted: Filter | None, keep: Callable[[str], str | None] = lambda column: column) -> Filter | None:
    """The part of a filter that EBP can apply; never narrower than the whole, so that the planner can finish it.

    Args:
        wanted: the parsed filter.
        keep: name of a column in the table that is asked, None when the table lacks it.

    Returns:
        None when nothing can be sent.
    """
    if wanted is None:
        return None
    if isinstance(wanted, Comparison):
        column = keep(wanted.column)
        # There is no operator for NOT LIKE, and an empty IN list has no form either.
        empty = wanted.operator in (Operator.IN, Operator.NOT_IN) and not wanted.values
        if column is None or wanted.operator not in _OPERATORS or empty:
            return None
        if wanted.operator is Operator.LIKE:
            return Comparison(column, Operator.LIKE, tuple(_open_pattern(value) for value in wanted.values))
        return Comparison(column, wanted.operator, wanted.values, wanted.kind)
    left, right = sendable(wanted.left, keep), sendable(wanted.right, keep)
    if left is not None and right is not None:
        return Combination(wanted.operator, left, right)
    if wanted.operator == "and":
        return left if left is not None else right
    return None


def _open_pattern(pattern: str) -> str:
    """A LIKE pattern without escapes: how EBP escapes is unknown, an escaped character becomes `_`, which fits any.

    So does `[`, which opens a set of characters in some of EBP's databases.
    """
    return re.sub(r"\\.|\\$|\[", "_", pattern, flags=re.DOTALL)


def columns_of(wanted: Filter | None) -> Iterator[str]:
    """Columns that a filter names."""
    if isinstance(wanted, Comparison):
        yield wanted.column
    elif wanted is not None:
        yield from columns_of(wanted.left)
        yield from columns_of(wanted.right)


def to_yaml(wanted: Filter) -> str:
    """The YAML of a filter, ready to be URL-encoded.

    Raises:
        ValueError: an operator that EBP lacks; see `sendable`.
    """
    return yaml.dump(
        _node(wanted), Dumper=_Dumper, default_flow_style=None, sort_keys=False, allow_unicode=True, width=1_000_000
    )


def _node(wanted: Filter) -> dict[str, Any]:
    if isinstance(wanted, Combination):
        return {
            "type": "ImbricationFilter",
            "operator": "And" if wanted.operator == "and" else "Or",
            "left": _node(wanted.left),
            "right": _node(wanted.right),
        }
    if wanted.operator not in _OPERATORS:
        raise ValueError(f"EBP has no operator for {wanted.operator}")
    leaf: dict[str, Any] = {
        "type": "CustomFilter",
        "column": wanted.column,
        "operator": _OPERATORS[wanted.operator],
        "valueType": _value_type(wanted),
    }
    leaf["value"] = [_Quoted(value) for value in wanted.values]
    return leaf


def _value_type(comparison: Comparison) -> str:
    if comparison.kind != "number":
        return "String"
    return "Decimal" if any("." in value for value in comparison.values) else "Int"


def any_of(column: str, values: Sequence[str]) -> Comparison:
    """`column IN values`."""
    return Comparison(column, Operator.IN, tuple(values))


def both(left: Filter | None, right: Filter | None) -> Filter | None:
    """`left AND right`, where either may be missing."""
    if left is None or right is None:
        return left if right is None else right
    return Combination("and", left, right)


def either(left: Filter, right: Filter) -> Filter:
    """`left OR right`."""
    return Combination("or", left, right)
