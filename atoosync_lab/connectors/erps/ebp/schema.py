"""Custom fields of a folder, read once: which articles' fields exist, and whether our token has a field of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atoosync_lab.connectors.erps.ebp import facts
from atoosync_lab.connectors.erps.ebp.client import EbpClient
from atoosync_lab.model.errors import ConnectionFailedError, RefusedError

_NAMES = ("name", "columnName", "tableName")
_NUMBERS = ("decimal", "int", "integer", "double", "number", "numeric")


@dataclass(frozen=True, slots=True)
class CustomField:
    """A custom field (champ personnalisé)."""

    name: str
    """Column, e.g. `xx_Marque`."""
    caption: str
    is_number: bool = False


class FolderSchema:
    """Custom fields by table; asked at the first need, one call."""

    def __init__(self, client: EbpClient) -> None:
        self._client = client
        self._fields: Mapping[str, tuple[CustomField, ...]] | None = None
        self._described = True
        self._probed: dict[str, bool] = {}

    def custom_fields(self) -> Mapping[str, tuple[CustomField, ...]]:
        """Custom fields by table; empty where the folder does not describe them (A35)."""
        if self._fields is None:
            try:
                answer = self._client.get_json(facts.custom_fields_path(self._client.folder))
            except (RefusedError, ConnectionFailedError) as error:
                if error.facts.status not in (400, 403, 404):
                    raise
                self._described = False
                answer = None
            self._fields = {table: tuple(fields) for table, fields in _tables(answer)}
        return self._fields

    def of(self, table: str) -> tuple[CustomField, ...]:
        """Custom fields of a table."""
        return self.custom_fields().get(table, ())

    def has_key_field(self, table: str) -> bool:
        """Whether the table has the field that holds our token (A25)."""
        if any(field.name == facts.KEY_FIELD for field in self.of(table)):
            return True
        if self._described:
            return False
        if table not in self._probed:
            params = {"TableName": table, "Columns": facts.KEY_FIELD, "OrderByValue": "Id", "Limit": "1"}
            answer = self._client.call("GET", facts.query_path(self._client.folder), idempotent=True, params=params)
            self._probed[table] = answer.is_success
        return self._probed[table]


def _tables(node: Any) -> Iterator[tuple[str, list[CustomField]]]:
    """Tables with their columns, wherever they stand in the answer: its exact nesting is known from one digest only."""
    if isinstance(node, list):
        for part in node:
            yield from _tables(part)
    elif isinstance(node, dict):
        columns = node.get("columns")
        if isinstance(columns, list):
            yield _name(node), [_field(column) for column in columns if isinstance(column, dict) and _is_custom(column)]
        for part in node.values():
            if isinstance(part, list) and part is not columns:
                yield from _tables(part)


def _name(node: Mapping[str, Any]) -> str:
    return next((str(node[name]) for name in _NAMES if node.get(name)), "")


def _is_custom(column: Mapping[str, Any]) -> bool:
    return _name(column).startswith(facts.CUSTOM_PREFIX)


def _field(column: Mapping[str, Any]) -> CustomField:
    name = _name(column)
    caption = column.get("caption") or column.get("label") or name.removeprefix(facts.CUSTOM_PREFIX)
    return CustomField(name, str(caption), str(column.get("type", "")).lower() in _NUMBERS)
