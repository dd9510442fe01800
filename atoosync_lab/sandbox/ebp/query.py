"""Reading a folder: one query with columns, joins, filter, order and page, rendered as the API's JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from atoosync_lab.sandbox.ebp.errors import ApiError
from atoosync_lab.sandbox.ebp.filters import compile_where
from atoosync_lab.sandbox.ebp.folder import FolderError, FolderState
from atoosync_lab.sandbox.ebp.schema import Column, Table
from atoosync_lab.sandbox.ebp.values import RENDERERS, parse_date

MAX_LIMIT = 100
"""Most records of one page; more is an error."""


class Query:
    """A query on one table. Build it, then call `page()` or `one()`.

    Args:
        state: The folder.
        table_name: The table; its case does not matter.

    Raises:
        ApiError: 400 when there is no such table.
    """

    def __init__(self, state: FolderState, table_name: str) -> None:
        self.state = state
        try:
            self.table: Table = state.table(table_name)
        except FolderError as error:
            raise ApiError(400, "ERR_TABLE", f"La table {table_name} n'est pas accessible") from error
        self._joins: dict[str, tuple[str, Table, str]] = {}
        self._shown: list[tuple[str, str, Column]] = []
        self._conditions: list[str] = []
        self._parameters: list[Any] = []
        self._order = "t.rowid"

    def resolve(self, name: str) -> tuple[str, Column]:
        """SQL expression and column of a name, dotted for a join.

        Raises:
            ApiError: 400 naming the column, when it does not exist.
        """
        prefix, dot, rest = name.rpartition(".")
        if not dot:
            column = self.table.by_name.get(name)
            if column is None:
                raise _unknown_column(name, self.table)
            return f't."{name}"', column
        alias, joined = self._join(prefix, name)
        column = joined.by_name.get(rest)
        if column is None:
            raise _unknown_column(name, self.table)
        return f'{alias}."{rest}"', column

    def _join(self, prefix: str, name: str) -> tuple[str, Table]:
        if prefix not in self._joins:
            link = self.table.links().get(prefix)
            if link is None or link.target is None:
                raise _unknown_column(name, self.table)
            alias = f"j{len(self._joins)}"
            condition = f'LEFT JOIN "{link.target}" AS {alias} ON {alias}."Id" = t."{link.name}"'
            self._joins[prefix] = (alias, self.state.table(link.target), condition)
        alias, joined, _ = self._joins[prefix]
        return alias, joined

    def show(self, names: Sequence[str], *, hidden: str | None = None) -> None:
        """Choose the columns of the answer.

        Args:
            names: Columns; none means all of the table.
            hidden: Column that the user may not see (a fault): it is silently absent.
        """
        for name in names or [column.name for column in self.table.columns]:
            expression, column = self.resolve(name)
            if name == hidden:
                continue
            self._shown.append((name.replace(".", "_"), expression, column))

    def where_sql(self, condition: str, *parameters: Any) -> None:
        """Add a condition of our own (the table is `t`)."""
        self._conditions.append(condition)
        self._parameters.extend(parameters)

    def where_yaml(self, text: str) -> None:
        """Add a WhereCondition."""
        condition, parameters = compile_where(text, self.resolve)
        self.where_sql(condition, *parameters)

    def modified_since(self, text: str, name: str) -> None:
        """Keep rows modified at this moment or later.

        Args:
            text: ISO date and time; without zone it is Paris local time.
            name: The parameter, for the error.
        """
        try:
            self.where_sql('t."sysModifiedDate" >= ?', parse_date(text))
        except ValueError as error:
            raise ApiError(400, "ERR_PARAMETER", f"{name} : date {text!r} illisible") from error

    def order_by(self, name: str) -> None:
        """Sort by one column, ascending. Without it the order is what the database gives, and is not promised."""
        self._order = f"{self.resolve(name)[0]}, t.rowid"

    def unstable(self) -> None:
        """Turn the promised-by-nobody order round: what a client sees that pages without OrderByValue."""
        if self._order == "t.rowid":
            self._order = "t.rowid DESC"

    def _tail(self) -> str:
        joins = " ".join(condition for _, _, condition in self._joins.values())
        where = " AND ".join(f"({condition})" for condition in self._conditions)
        return f'FROM "{self.table.name}" AS t {joins}' + (f" WHERE {where}" if where else "")

    def rows(self, offset: int, limit: int) -> list[tuple[Any, ...]]:
        """Stored values of a page, the key `Id` first."""
        columns = ", ".join(['t."Id"', *(expression for _, expression, _ in self._shown)])
        statement = f"SELECT {columns} {self._tail()} ORDER BY {self._order} LIMIT ? OFFSET ?"
        return self.state.connection.execute(statement, (*self._parameters, limit, offset)).fetchall()

    def total(self) -> int:
        """How many rows fit, all pages together."""
        found: int = self.state.connection.execute(f"SELECT COUNT(*) {self._tail()}", self._parameters).fetchone()[0]
        return found

    def render(self, rows: Sequence[tuple[Any, ...]]) -> list[str]:
        """The JSON object of each row."""
        fields = [(f"{json.dumps(name)}:", RENDERERS[column.kind]) for name, _, column in self._shown]
        return [
            "{"
            + ",".join(
                label + ("null" if stored is None else renderer(stored))
                for (label, renderer), stored in zip(fields, row[1:], strict=True)
            )
            + "}"
            for row in rows
        ]

    def page(self, offset: int, limit: int, *, skip: int = 0) -> str:
        """The answer's JSON: `results` and `paging`.

        Args:
            offset: Rows before the page.
            limit: Most rows of the page.
            skip: Rows to leave out beside the offset (a fault: rows that moved while a client was paging).
        """
        records = self.render(self.rows(offset + skip, limit))
        return page_json(records, self.total(), offset, limit)

    def one(self, key: str) -> str:
        """The JSON of the record with this `Id`.

        Raises:
            ApiError: 404 when there is none.
        """
        self.where_sql('t."Id" = ?', key)
        records = self.render(self.rows(0, 1))
        if not records:
            raise ApiError(404, "ERR_RECORD", f"Aucun enregistrement {key} dans {self.table.name}")
        return f'{{"result":{records[0]}}}'


def page_json(records: Sequence[str], total: int, offset: int, limit: int) -> str:
    """A list answer from rendered records."""
    paging = {"total": total, "returned": len(records), "offset": offset, "limit": limit}
    return f'{{"results":[{",".join(records)}],"paging":{json.dumps(paging)}}}'


def _unknown_column(name: str, table: Table) -> ApiError:
    return ApiError(400, "ERR_COLUMN", f"La colonne {name} n'existe pas dans la table {table.name}")
