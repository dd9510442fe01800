"""A parsed filter written down again: as an expression, and as DuckDB SQL with parameters (ART-10)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from atoosync_lab.mapping.filter_help import quoted
from atoosync_lab.model.filters import Combination, Filter, Operator

_DIALECT: Final = "duckdb"
_NUMBER_TYPE: Final = "DECIMAL(38,9)"
_SYMBOLS: Final[Mapping[Operator, str]] = {
    Operator.EQ: "=",
    Operator.NE: "<>",
    Operator.LT: "<",
    Operator.LE: "<=",
    Operator.GT: ">",
    Operator.GE: ">=",
}


def to_text(node: Filter) -> str:
    """The filter as an expression; `parse` reads it back as the same filter."""
    if isinstance(node, Combination):
        left, right = to_text(node.left), to_text(node.right)
        if isinstance(node.left, Combination) and node.left.operator != node.operator:
            left = f"({left})"
        if isinstance(node.right, Combination):
            right = f"({right})"
        return f"{left} {node.operator.upper()} {right}"
    column = _identifier(node.column)
    values = [value if node.kind == "number" else quoted(value) for value in node.values]
    match node.operator:
        case Operator.IS_NULL | Operator.IS_NOT_NULL:
            return f"{column} {node.operator.value.replace('_', ' ').upper()}"
        case Operator.IN | Operator.NOT_IN:
            return f"{column} {node.operator.value.replace('_', ' ').upper()} ({', '.join(values)})"
        case Operator.BETWEEN:
            return f"{column} BETWEEN {values[0]} AND {values[1]}"
        case Operator.LIKE | Operator.NOT_LIKE:
            word = node.operator.value.replace("_", " ").upper()
            plain = node.values[0].replace("\\\\", "")
            if "\\" in plain:
                return f"{column} {word} {values[0]} ESCAPE '\\'"
            return f"{column} {word} {quoted(node.values[0].replace(chr(92) * 2, chr(92)))}"
        case _:
            return f"{column} {_SYMBOLS[node.operator]} {values[0]}"


def _identifier(column: str) -> str:
    if re.fullmatch(r"[A-Za-z_]\w*", column, re.ASCII):
        try:
            parsed = sqlglot.parse_one(f"{column} = 1", dialect=_DIALECT)
        except ParseError:
            parsed = None
        if isinstance(parsed, exp.EQ) and isinstance(parsed.this, exp.Column) and parsed.this.name == column:
            return column
    return '"' + column.replace('"', '""') + '"'


def to_duckdb(node: Filter, column_sql: Callable[[str], str]) -> tuple[str, tuple[str, ...]]:
    """A boolean DuckDB expression with `?` for every value, and the values in order.

    Args:
        node: the parsed filter.
        column_sql: SQL expression of a column given by its real name; the only text that enters the SQL.
    """
    if isinstance(node, Combination):
        left, left_values = to_duckdb(node.left, column_sql)
        right, right_values = to_duckdb(node.right, column_sql)
        return f"({left} {node.operator.upper()} {right})", left_values + right_values
    column = column_sql(node.column)
    if node.operator in (Operator.IS_NULL, Operator.IS_NOT_NULL):
        return f"{column} {node.operator.value.replace('_', ' ').upper()}", ()
    if node.kind == "number":
        column, mark = f"TRY_CAST({column} AS {_NUMBER_TYPE})", f"CAST(? AS {_NUMBER_TYPE})"
    else:
        column, mark = f"CAST({column} AS VARCHAR)", "?"
    match node.operator:
        case Operator.LIKE:
            sql = f"{column} ILIKE {mark} ESCAPE '\\'"
        case Operator.NOT_LIKE:
            sql = f"{column} NOT ILIKE {mark} ESCAPE '\\'"
        case Operator.IN | Operator.NOT_IN:
            word = node.operator.value.replace("_", " ").upper()
            sql = f"{column} {word} ({', '.join([mark] * len(node.values))})"
        case Operator.BETWEEN:
            sql = f"{column} BETWEEN {mark} AND {mark}"
        case _:
            sql = f"{column} {_SYMBOLS[node.operator]} {mark}"
    return f"({sql})", node.values
