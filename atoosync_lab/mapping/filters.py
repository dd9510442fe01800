r"""The small filter language of the settings (ART-10): parsed with sqlglot, held to a whitelist, never passed on raw.

Grammar: `column operator value`, joined by AND, OR, NOT and parentheses. Operators: `= <> < <= > >=`, LIKE, IN,
BETWEEN, IS NULL and their negations; `startswith(column,'text')` is a LIKE. Values are texts between apostrophes or
plain numbers.

LIKE follows the ERP (ebp.md A10): `%` is any text, `_` any character, case does not matter. In a parsed filter a
backslash escapes `%`, `_` and itself. `=` on a text is exact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from atoosync_lab.mapping.filter_forms import to_duckdb, to_text
from atoosync_lab.mapping.filter_help import check_slips, check_text, unknown_column
from atoosync_lab.model.errors import FilterError
from atoosync_lab.model.filters import Combination, Comparison, Filter, Operator

__all__ = ["KEY_ALIASES", "parse", "to_duckdb", "to_text"]

KEY_ALIASES: Final = ("id", "ar_ref")
"""Names of the key column in every ERP, lower case (ART-10)."""

_DIALECT: Final = "duckdb"
_COMPARED: Final[Mapping[type[exp.Expr], Operator]] = {
    exp.EQ: Operator.EQ,
    exp.NEQ: Operator.NE,
    exp.LT: Operator.LT,
    exp.LTE: Operator.LE,
    exp.GT: Operator.GT,
    exp.GTE: Operator.GE,
}
_OPPOSITE: Final[Mapping[Operator, Operator]] = {
    Operator.EQ: Operator.NE,
    Operator.NE: Operator.EQ,
    Operator.LT: Operator.GE,
    Operator.GE: Operator.LT,
    Operator.GT: Operator.LE,
    Operator.LE: Operator.GT,
    Operator.LIKE: Operator.NOT_LIKE,
    Operator.IN: Operator.NOT_IN,
    Operator.IS_NULL: Operator.IS_NOT_NULL,
}
_RIGHT_FORM: Final = "ID LIKE 'EM%'"


def parse(expression: str, columns: Mapping[str, str], key_column: str = "") -> Filter | None:
    """The filter that an expression means, or None for an empty one.

    Args:
        expression: as a person wrote it, at most 1000 characters.
        columns: known columns: lower-case name -> name as the system spells it.
        key_column: real name of the key column, which `ID` and `AR_REF` stand for; empty: no aliases.

    Raises:
        FilterError: what is not understood or not allowed, with the right form.
    """
    if not expression.strip():
        return None
    check_text(expression)
    try:
        trees = sqlglot.parse(expression, dialect=_DIALECT)
        if len(trees) == 1 and trees[0] is not None:
            return _Reader(columns, key_column).read(trees[0], negated=False)
    except (ParseError, TokenError, RecursionError) as error:
        check_slips(expression)
        raise FilterError(
            "mapping.filter.not_understood", text=_place(error, expression), example=_RIGHT_FORM
        ) from error
    except FilterError:
        check_slips(expression)
        raise
    raise FilterError("mapping.filter.not_understood", text=expression.strip(), example=_RIGHT_FORM)


def _place(error: Exception, expression: str) -> str:
    """Where reading stopped, as far as the parser says."""
    if isinstance(error, ParseError) and error.errors:
        place = str(error.errors[0].get("highlight") or "").strip()
        if place:
            return place
    return expression.strip()


class _Reader:
    """Walks the tree; every node that is not on the whitelist is refused."""

    def __init__(self, columns: Mapping[str, str], key_column: str) -> None:
        self._columns = columns
        self._key_column = key_column

    def read(self, node: exp.Expr, *, negated: bool) -> Filter:
        if isinstance(node, exp.Paren):
            return self.read(node.this, negated=negated)
        if isinstance(node, exp.Not):
            return self.read(node.this, negated=not negated)
        if isinstance(node, (exp.And, exp.Or)):
            operator = "and" if isinstance(node, exp.And) != negated else "or"
            left, right = self.read(node.this, negated=negated), self.read(node.expression, negated=negated)
            return Combination(operator, left, right)
        return self._comparison(node, negated=negated)

    def _comparison(self, node: exp.Expr, *, negated: bool) -> Filter:
        inner = node.this if isinstance(node, exp.Escape) else node
        _check_flags(node)
        if isinstance(inner, exp.Expr) and inner.args.get("negate"):
            negated = not negated
        if isinstance(node, exp.Between):
            return self._between(node, negated=negated)
        if operator := _COMPARED.get(type(node)):
            kind, values = _literals([node.expression])
            found = Comparison(self._column(node.this), operator, values, kind)
        elif isinstance(node, exp.Escape) and type(node.this) is exp.Like:
            found = self._like(node.this, node.expression)
        elif type(node) is exp.Like:
            found = self._like(node, None)
        elif isinstance(node, exp.StartsWith):
            column = self._column(node.this)
            pattern = _escaped(_text(node.expression)) + "%"
            found = Comparison(column, Operator.LIKE, (pattern,))
        elif isinstance(node, exp.In) and node.expressions:
            column = self._column(node.this)
            kind, values = _literals(node.expressions)
            found = Comparison(column, Operator.IN, values, kind)
        elif isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            found = Comparison(self._column(node.this), Operator.IS_NULL)
        else:
            raise _refused(node)
        if not negated:
            return found
        return Comparison(found.column, _OPPOSITE[found.operator], found.values, found.kind)

    def _between(self, node: exp.Between, *, negated: bool) -> Filter:
        column = self._column(node.this)
        kind, (low, high) = _literals([node.args["low"], node.args["high"]])
        if not negated:
            return Comparison(column, Operator.BETWEEN, (low, high), kind)
        below, above = (
            Comparison(column, Operator.LT, (low,), kind),
            Comparison(column, Operator.GT, (high,), kind),
        )
        return Combination("or", below, above)

    def _like(self, node: exp.Like, escape: exp.Expr | None) -> Comparison:
        column = self._column(node.this)
        pattern = _text(node.expression)
        if escape is None:
            return Comparison(column, Operator.LIKE, (pattern.replace("\\", "\\\\"),))
        mark = _text(escape)
        if len(mark) != 1 or mark in "%_":
            raise _refused(escape)
        return Comparison(column, Operator.LIKE, (_with_backslash(pattern, mark),))

    def _column(self, node: exp.Expr) -> str:
        if not isinstance(node, exp.Column) or not isinstance(node.this, exp.Identifier) or len(node.parts) != 1:
            raise _refused(node)
        name = node.name.lower()
        if self._key_column and name in KEY_ALIASES:
            return self._key_column
        if name in self._columns:
            return self._columns[name]
        raise unknown_column(node.name, self._columns.values())


def _check_flags(node: exp.Expr) -> None:
    """Refuse options of a comparison that this language does not have; newer parsers know more of them."""
    allowed = {"this", "expression", "expressions", "low", "high", "negate"}
    if any(value and name not in allowed for name, value in node.args.items()):
        raise _refused(node)


def _refused(node: exp.Expr) -> FilterError:
    return FilterError(
        "mapping.filter.not_allowed", text=node.sql(dialect=_DIALECT, comments=False), example=_RIGHT_FORM
    )


def _text(node: exp.Expr) -> str:
    if type(node) is exp.Literal and node.is_string:
        return str(node.this)
    text = node.sql(dialect=_DIALECT, comments=False)
    raise FilterError("mapping.filter.text_wanted", text=text, example=_RIGHT_FORM)


def _literals(nodes: list[exp.Expr]) -> tuple[str, tuple[str, ...]]:
    """Kind and values of literals, which must all be texts or all be numbers."""
    if all(type(node) is exp.Literal and node.is_string for node in nodes):
        return "string", tuple(str(node.this) for node in nodes)
    return "number", tuple(_number(node) for node in nodes)


def _number(node: exp.Expr) -> str:
    sign, inner = ("-", node.this) if isinstance(node, exp.Neg) else ("", node)
    if type(inner) is not exp.Literal:
        raise _refused(node)
    if inner.is_string:
        raise FilterError("mapping.filter.mixed_values", text=node.sql(dialect=_DIALECT))
    try:
        value = Decimal(sign + str(inner.this))
    except InvalidOperation as error:
        raise _refused(node) from error
    # More digits would not fit the DECIMAL that values are compared in.
    if abs(value) >= Decimal(10) ** 18 or value != round(value, 9):
        raise FilterError("mapping.filter.number_too_large", text=node.sql(dialect=_DIALECT))
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _escaped(text: str) -> str:
    """A text as a LIKE pattern that matches exactly it."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _with_backslash(pattern: str, mark: str) -> str:
    """A pattern with its own escape character, rewritten for the backslash."""
    result, characters = "", iter(pattern)
    for char in characters:
        if char == mark:
            following = next(characters, "")
            if not following or (following not in "%_" and following != mark):
                raise FilterError("mapping.filter.escape_wrong", text=pattern, mark=mark)
            result += _escaped(following)
        else:
            result += "\\\\" if char == "\\" else char
    return result
