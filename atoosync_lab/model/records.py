"""What makes a pivot record: a frozen dataclass whose annotations give the snapshot's columns.

Snapshot tables, plan columns and connector outputs are derived from these classes; there is no second schema.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(cls: type[T]) -> type[T]:
    """Class decorator: frozen, slotted, keyword-only dataclass."""
    return dataclasses.dataclass(frozen=True, slots=True, kw_only=True)(cls)


_SQL_TYPES: dict[Any, str] = {
    str: "VARCHAR",
    int: "BIGINT",
    bool: "BOOLEAN",
    Decimal: "DECIMAL(18,6)",
    datetime: "TIMESTAMPTZ",
    date: "DATE",
}


def _sql_type(annotation: Any) -> str:
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        inner = [a for a in typing.get_args(annotation) if a is not type(None)]
        return _sql_type(inner[0])
    if origin in (dict, Mapping) or origin is typing.get_origin(Mapping[str, str]):
        return "MAP(VARCHAR, VARCHAR)"
    if origin is tuple:
        return f"{_sql_type(typing.get_args(annotation)[0])}[]"
    if isinstance(annotation, type) and issubclass(annotation, str):
        return "VARCHAR"
    return _SQL_TYPES[annotation]


def columns(cls: type[Any]) -> Mapping[str, str]:
    """Column name -> DuckDB type of a record class, in field order."""
    hints = typing.get_type_hints(cls)
    return {f.name: _sql_type(hints[f.name]) for f in dataclasses.fields(cls)}


def table_name(cls: type[Any]) -> str:
    """Snapshot table of a record class: `OrderLine` -> `order_line`."""
    name = cls.__name__
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))
