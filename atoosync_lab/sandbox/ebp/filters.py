"""WhereCondition: a YAML tree of filters, compiled to SQL conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from atoosync_lab.sandbox.ebp.errors import ApiError
from atoosync_lab.sandbox.ebp.schema import Column, Kind
from atoosync_lab.sandbox.ebp.values import parse_date, to_millionths

Resolve = Callable[[str], tuple[str, Column]]
"""Gives the SQL expression and the column of a name; raises ApiError for an unknown one."""

_COMPARISONS = {
    "Equal": "=",
    "Different": "<>", "Lower": "<", "LowerOrEqual": "<=", "Upper": ">", "UpperOrEqual": ">=", "Like": "LIKE",
}  # fmt: skip
_MAX_DEPTH = 400
_ACCEPTED = {
    Kind.CODE: {"String", "Int", "Decimal"},
    Kind.TEXT: {"String", "Int", "Decimal"},
    Kind.UUID: {"String"},
    Kind.INT: {"Int", "Decimal"},
    Kind.BOOL: {"Int", "Decimal"},
    Kind.DEC: {"Int", "Decimal"},
    Kind.DECX: {"Int", "Decimal"},
    Kind.DATE: {"Date"},
    Kind.BIN: set[str](),
}
"""Value types that a column of each kind takes (there is no Boolean value type: 0 and 1 stand for it)."""


def _refuse(message: str) -> ApiError:
    return ApiError(400, "ERR_WHERE", f"WhereCondition : {message}")


def compile_where(text: str, resolve: Resolve) -> tuple[str, list[Any]]:
    """Compile the YAML text of a WhereCondition.

    Args:
        text: The decoded parameter.
        resolve: Finds columns by name.

    Returns:
        An SQL condition and its parameters.

    Raises:
        ApiError: 400 for bad YAML, unknown types, operators or columns, and values that do not fit.
    """
    try:
        tree = yaml.load(text, Loader=_TextLoader)
    except (yaml.YAMLError, ValueError, AttributeError, KeyError, RecursionError) as error:
        raise _refuse(f"YAML illisible ({error})") from error
    parameters: list[Any] = []
    return _compile(tree, resolve, parameters, 0), parameters


class _TextLoader(yaml.SafeLoader):
    """Keeps every scalar as the text that was sent: the value type decides, not YAML's guess (`NO`, `1e3`).

    Aliases, by which a short text stands for an endless one, are refused, and so is endless depth.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """The next node."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError("alias")
        return super().compose_node(parent, index)

    def fetch_flow_collection_start(self, token: Any) -> None:
        """The start of a list or map between brackets."""
        if self.flow_level > _MAX_DEPTH:
            raise yaml.scanner.ScannerError("depth")
        super().fetch_flow_collection_start(token)


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in resolvers if tag == "tag:yaml.org,2002:null"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _compile(tree: Any, resolve: Resolve, parameters: list[Any], depth: int) -> str:
    if not isinstance(tree, dict):
        raise _refuse("un filtre est un objet avec un champ 'type'")
    if depth > _MAX_DEPTH:
        raise _refuse("filtres trop imbriqués")
    kind = tree.get("type")
    if kind == "ImbricationFilter":
        operator = tree.get("operator")
        if operator not in ("And", "Or"):
            raise _refuse(f"opérateur {operator!r} inconnu, And ou Or attendu")
        left = _compile(tree.get("left"), resolve, parameters, depth + 1)
        right = _compile(tree.get("right"), resolve, parameters, depth + 1)
        return f"({left} {operator.upper()} {right})"
    if kind == "CustomFilter":
        return _leaf(tree, resolve, parameters)
    raise _refuse(f"type de filtre {kind!r} inconnu, CustomFilter ou ImbricationFilter attendu")


def _leaf(leaf: dict[str, Any], resolve: Resolve, parameters: list[Any]) -> str:
    name, operator = leaf.get("column"), leaf.get("operator")
    if not isinstance(name, str):
        raise _refuse("le champ 'column' manque")
    expression, column = resolve(name)
    if operator == "IsNull":
        return f"{expression} IS NULL"
    if operator == "IsNotNull":
        return f"{expression} IS NOT NULL"
    values = leaf.get("value")
    if not isinstance(values, list) or not values or any(not isinstance(value, str) for value in values):
        raise _refuse(f"le champ 'value' de {name} est une liste non vide")
    value_type = leaf.get("valueType")
    if value_type == "Column":
        others = [resolve(value)[0] for value in values]
    else:
        parameters.extend(_value(column, value_type, value) for value in values)
        others = ["?"] * len(values)
    if operator in ("In", "NotIn"):
        return f"{expression} {'NOT ' if operator == 'NotIn' else ''}IN ({', '.join(others)})"
    if operator == "Between":
        if len(others) != 2:
            raise _refuse(f"Between sur {name} attend deux valeurs")
        return f"{expression} BETWEEN {others[0]} AND {others[1]}"
    if operator not in _COMPARISONS:
        raise _refuse(f"opérateur {operator!r} inconnu")
    if len(others) != 1:
        raise _refuse(f"{operator} sur {name} attend une valeur")
    if operator == "Like" and column.kind not in (Kind.CODE, Kind.TEXT):
        raise _refuse(f"Like ne s'applique pas à {name}")
    return f"{expression} {_COMPARISONS[operator]} {others[0]}"


def _value(column: Column, value_type: Any, value: str) -> Any:
    """The stored form of a filter's value."""
    if value_type not in ("String", "Int", "Decimal", "Date"):
        raise _refuse(f"valueType {value_type!r} inconnu")
    if value_type not in _ACCEPTED[column.kind]:
        raise _refuse(f"valueType {value_type} ne convient pas à la colonne {column.name}")
    try:
        if column.kind is Kind.DATE:
            return parse_date(value)
        if column.kind in (Kind.DEC, Kind.DECX):
            return to_millionths(value)
        if column.kind in (Kind.INT, Kind.BOOL):
            return int(value)
    except ValueError as error:
        raise _refuse(f"valeur {value!r} illisible pour {column.name}") from error
    return value
