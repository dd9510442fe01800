"""One folder (dossier) of the sandbox: an SQLite file, its tables, and bulk loading without HTTP."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from atoosync_lab.sandbox.ebp import reference
from atoosync_lab.sandbox.ebp.schema import Column, Kind, Table
from atoosync_lab.sandbox.ebp.tables import TABLES, find_table
from atoosync_lab.sandbox.ebp.values import IdMaker, decode, encode, now_text

_SQL_TYPES = {Kind.INT: "INTEGER", Kind.BOOL: "INTEGER", Kind.DEC: "INTEGER", Kind.DECX: "INTEGER", Kind.BIN: "BLOB"}
_INTERNAL = """
CREATE TABLE _meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE _counter (serial TEXT NOT NULL, type INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (serial, type));
CREATE TABLE _import (id TEXT PRIMARY KEY, result TEXT NOT NULL);
"""
ATOO_KEY = "xx_AtooKey"
_ATOO_TABLES = ("Customer", "SaleDocument", "SaleSettlement")
_ITEM_FIELDS = (("xx_Marque", 40), ("xx_MetaTitle", 128))
_USER = "ADM"


class FolderError(ValueError):
    """A folder, table or column that cannot be used as asked."""


def folder_path(directory: Path, folder_id: str) -> Path:
    """The file of a folder.

    Raises:
        FolderError: when the id is not numeric.
    """
    if not re.fullmatch(r"[0-9]{1,12}", folder_id):
        raise FolderError(f"a folder id is numeric, not {folder_id!r}")
    return directory / f"folder-{folder_id}.sqlite"


def connect(path: Path) -> sqlite3.Connection:
    """Open a database of the sandbox: WAL, patient with other writers, no fsync at each commit."""
    connection = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -32000")
    return connection


class FolderState:
    """A folder opened for loading, reading and importing. One object a thread.

    Attributes:
        id: Folder id, as in the API's paths.
        connection: The SQLite connection (autocommit; use `transaction()` to write).
        meta: What was fixed at creation: name, short name, currency, case rule.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.stem.removeprefix("folder-")
        self.connection = connect(path)
        self._load()

    def _load(self) -> None:
        self.meta: dict[str, Any] = {
            name: json.loads(value) for name, value in self.connection.execute("SELECT name, value FROM _meta")
        }
        self._custom: dict[str, tuple[Column, ...]] = {
            name: tuple(Column(each["name"], Kind(each["kind"]), each["length"], custom=True) for each in fields)
            for name, fields in self.meta["custom"].items()
        }

    @classmethod
    def open(
        cls,
        directory: Path,
        folder_id: str,
        *,
        name: str | None = None,
        short_name: str = "INV30",
        case_sensitive: bool = True,
        currency: str = "EUR",
        atoo_key: bool = True,
        reference_data: bool = True,
    ) -> Self:
        """Open a folder, creating it when it does not exist.

        Args:
            directory: State folder of the sandbox.
            folder_id: Numeric text.
            name: Name shown in the folder list.
            short_name: Product (`INV30`, `INV40`).
            case_sensitive: Whether codes that differ by case alone are different.
            currency: ISO code of the folder's own currency (2 decimals).
            atoo_key: Whether Customer, SaleDocument and SaleSettlement have the custom field `xx_AtooKey`.
            reference_data: Whether to fill VAT, warehouses, modes, ... (see `reference.py`).

        All but the first two only matter at creation.

        Raises:
            FolderError: when the id is not numeric.
        """
        path = folder_path(directory, folder_id)
        if path.exists():
            return cls(path)
        directory.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        meta = {
            "name": name or f"Dossier {folder_id}", "short_name": short_name, "currency": currency,
            "case_sensitive": case_sensitive, "custom": {}, "created": now_text(),
        }  # fmt: skip
        connection = connect(draft)
        connection.executescript(_INTERNAL)
        connection.executemany(
            "INSERT INTO _meta VALUES (?, ?)", [(key, json.dumps(value)) for key, value in meta.items()]
        )
        for each in TABLES.values():
            connection.executescript(_ddl(each, case_sensitive))
        # Leave WAL for a moment: a file that is renamed must not leave its log behind.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.close()
        draft.replace(path)
        state = cls(path)
        if atoo_key:
            for table_name in _ATOO_TABLES:
                state.add_custom_field(table_name, ATOO_KEY, length=40, indexed=True)
        for field_name, length in _ITEM_FIELDS:
            state.add_custom_field("Item", field_name, length=length)
        if reference_data:
            for table_name, rows in reference.rows(currency).items():
                state.insert_many(table_name, rows)
        return state

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def table(self, name: str) -> Table:
        """A table with this folder's custom fields; the name's case does not matter.

        Raises:
            FolderError: when there is none of this name.
        """
        found = find_table(name)
        if found is None:
            raise FolderError(f"unknown table {name!r}")
        return found.with_custom(self._custom.get(found.name, ()))

    def custom_fields(self) -> dict[str, tuple[Column, ...]]:
        """Custom fields by table."""
        return dict(self._custom)

    def add_custom_field(
        self, table_name: str, name: str, *, kind: Kind = Kind.TEXT, length: int = 0, indexed: bool = False
    ) -> None:
        """Add a custom field (`xx_...`); nothing happens when it exists.

        Raises:
            FolderError: when the name does not begin with `xx_` or is not a plain word.
        """
        if not re.fullmatch(r"xx_\w+", name):
            raise FolderError(f"a custom field is named xx_..., not {name!r}")
        table = self.table(table_name)
        if name in table.by_name:
            return
        column = Column(name, kind, length, custom=True)
        stored = self.meta["custom"]
        stored.setdefault(table.name, []).append({"name": name, "kind": kind.value, "length": length})
        with self.transaction() as connection:
            connection.execute(f'ALTER TABLE "{table.name}" ADD COLUMN {_column_sql(column, True)}')
            if indexed:
                connection.execute(f'CREATE INDEX "{table.name}_{name}" ON "{table.name}" ("{name}")')
            connection.execute("UPDATE _meta SET value = ? WHERE name = 'custom'", (json.dumps(stored),))
        self._load()

    def insert_many(self, table_name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Insert rows in one transaction and return how many.

        A row maps column names to Decimal, int, str, bool, bytes, date, datetime or None. Left out: `sysCreatedDate`
        and `sysModifiedDate` become now; uuid `Id` and `UniqueId` are made; other columns are null.

        Raises:
            FolderError: unknown table or column.
            ValueRefusedError: a value does not fit.
            sqlite3.IntegrityError: a key exists already (in a case-insensitive folder also in another case).
        """
        table = self.table(table_name)
        now, make_id, done = now_text(), IdMaker(), 0
        with self.transaction() as connection:
            for names, group in groupby(rows, key=_names):
                columns = [_column(table, name) for name in names]
                added: list[str] = [name for name in ("sysCreatedDate", "sysModifiedDate") if name not in names]
                made = [
                    name
                    for name in ("Id", "UniqueId")
                    if name not in names and name in table.by_name and table.by_name[name].kind is Kind.UUID
                ]
                statement = insert_sql(table.name, [*names, *added, *made])
                tail = (now,) * len(added)
                batch = [
                    (*(encode(column, row[column.name]) for column in columns), *tail, *(make_id() for _ in made))
                    for row in group
                ]
                connection.executemany(statement, batch)
                done += len(batch)
        return done

    def update(self, table_name: str, key: str, changes: Mapping[str, Any], *, touch: bool = True) -> int:
        """Change the row whose `Id` is `key`; `touch` moves its `sysModifiedDate` to now. Returns the rows changed."""
        table = self.table(table_name)
        values = {name: encode(_column(table, name), value) for name, value in changes.items()}
        if touch and "sysModifiedDate" not in values:
            values["sysModifiedDate"] = now_text()
        names = ", ".join(f'"{name}" = ?' for name in values)
        with self.transaction() as connection:
            return connection.execute(
                f'UPDATE "{table.name}" SET {names} WHERE Id = ?', (*values.values(), key)
            ).rowcount

    def delete(self, table_name: str, key: str) -> int:
        """Delete the row whose `Id` is `key` and return how many went."""
        with self.transaction() as connection:
            return connection.execute(f'DELETE FROM "{self.table(table_name).name}" WHERE Id = ?', (key,)).rowcount

    def rows(self, table_name: str, where: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Rows as Python values (Decimal, bool, ISO text for dates), in the order they were inserted.

        Args:
            table_name: The table.
            where: Column values that the rows must have, all of them.
        """
        table = self.table(table_name)
        conditions = {name: encode(_column(table, name), value) for name, value in (where or {}).items()}
        clause = " AND ".join(f'"{name}" = ?' for name in conditions) or "1"
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        statement = f'SELECT {names} FROM "{table.name}" WHERE {clause} ORDER BY rowid'
        return [
            {column.name: decode(column, stored) for column, stored in zip(table.columns, row, strict=True)}
            for row in self.connection.execute(statement, tuple(conditions.values()))
        ]

    def count(self, table_name: str) -> int:
        """How many rows a table has."""
        found: int = self.connection.execute(f'SELECT COUNT(*) FROM "{self.table(table_name).name}"').fetchone()[0]
        return found


def insert_sql(table_name: str, names: list[str]) -> str:
    """INSERT statement for these columns."""
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{table_name}" ({quoted}) VALUES ({", ".join("?" * len(names))})'


def _names(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(row)


def _column(table: Table, name: str) -> Column:
    column = table.by_name.get(name)
    if column is None:
        raise FolderError(f"table {table.name} has no column {name!r}")
    return column


def _column_sql(column: Column, case_sensitive: bool) -> str:
    kind = _SQL_TYPES.get(column.kind, "TEXT")
    collation = " COLLATE NOCASE" if column.kind is Kind.CODE and not case_sensitive else ""
    return f'"{column.name}" {kind}{collation}'


def _ddl(table: Table, case_sensitive: bool) -> str:
    columns = ", ".join(
        _column_sql(column, case_sensitive) + (" NOT NULL UNIQUE" if column.name == "Id" else "")
        for column in table.columns
    )
    indexes = "".join(f'CREATE INDEX "{table.name}_{name}" ON "{table.name}" ("{name}");' for name in table.indexes)
    return f'CREATE TABLE "{table.name}" ({columns});{indexes}'


__all__ = ["ATOO_KEY", "FolderError", "FolderState", "connect", "folder_path", "insert_sql"]
