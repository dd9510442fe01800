"""The shop's data: one SQLite table a resource, one column a field, in one file that survives restarts.

Columns: whole numbers and flags are integers, amounts and dates are text in the form that the Webservice shows,
    texts by language are
JSON by language id, associations that are not worked out from other tables are a column `a_<name>` with JSON rows.
Tables whose name
begins with `_` hold what the Webservice does not expose.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from atoosync_lab.sandbox.prestashop.fields import Resource, Version, catalogue, rank
from atoosync_lab.sandbox.prestashop.links import DERIVED, INDEXES
from atoosync_lab.sandbox.prestashop.values import fold, language_map, slug

FILE_NAME = "prestashop.sqlite"
ZONE = ZoneInfo("Europe/Paris")
Row = dict[str, Any]

_EXTRA = """
CREATE TABLE IF NOT EXISTS _meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS _keys (key TEXT PRIMARY KEY, rights TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS _category_products (
  id_category INTEGER NOT NULL, id_product INTEGER NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (id_category, id_product)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS _category_products_product ON _category_products (id_product);
CREATE TABLE IF NOT EXISTS _product_attachments (
  id_attachment INTEGER NOT NULL, id_product INTEGER NOT NULL, PRIMARY KEY (id_attachment, id_product)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _images (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id_owner INTEGER NOT NULL,
  position INTEGER NOT NULL DEFAULT 0,
  cover INTEGER NOT NULL DEFAULT 0, mime TEXT NOT NULL, data BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS _images_owner ON _images (kind, id_owner);
CREATE TABLE IF NOT EXISTS _files (id_attachment INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS _carrier_zones (
  id_carrier INTEGER, id_zone INTEGER, PRIMARY KEY (id_carrier, id_zone)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _cart_vouchers (
  id_cart INTEGER, id_cart_rule INTEGER, PRIMARY KEY (id_cart, id_cart_rule)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _mails (
  id INTEGER PRIMARY KEY AUTOINCREMENT, date TEXT NOT NULL, template TEXT NOT NULL, recipient TEXT NOT NULL,
  id_order INTEGER NOT NULL
);
"""
_SQL_TYPE = {"int": "INTEGER", "bool": "INTEGER"}
_ZERO = {
    "int": "0",
    "bool": "0",
    "decimal": "'0.000000'",
    "datetime": "'0000-00-00 00:00:00'",
    "date": "'0000-00-00'",
    "text": "''",
}


class StateVersionError(RuntimeError):
    """The folder holds the shop of another version."""


class UnknownColumnError(KeyError):
    """A row names a field that the resource does not have in this version."""


class ShopState:
    """The data of one shop. Use `ShopState.open`; one object belongs to one thread.

    Attributes:
        version: Profile of the shop (`1.7.7`, `8`, `9`).
        resources: Field tables of that version.
        db: The SQLite connection, in autocommit mode; use `writing()` around several statements.
        path: Its file.
        clock: Gives the present instant (aware); tests may replace it.
    """

    def __init__(self, db: sqlite3.Connection, version: Version, clock: Callable[[], datetime] | None = None) -> None:
        self.db = db
        self.path = Path(str(db.execute("PRAGMA database_list").fetchone()[2]))
        self.version: Version = version
        self.resources: Mapping[str, Resource] = catalogue(version)
        self.clock: Callable[[], datetime] = clock or (lambda: datetime.now(UTC))
        self._columns = {name: frozenset(columns(resource)) for name, resource in self.resources.items()}

    @classmethod
    def open(cls, folder: Path | str, version: Version | None = None) -> ShopState:
        """Open the shop of a folder, or install an empty one there.

        Args:
            folder: Folder of the state file (created).
            version: Profile; None takes that of the existing shop, or 9.

        Raises:
            StateVersionError: when the folder holds a shop of another version.
        """
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path / FILE_NAME, isolation_level=None, check_same_thread=False, timeout=30)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-65536", "temp_store=MEMORY"):
            db.execute(f"PRAGMA {pragma}")
        db.create_function("fold", 1, fold, deterministic=True)
        db.create_function("slug", 1, slug, deterministic=True)
        found = _existing_version(db)
        if found is not None and version not in (None, found):
            db.close()
            raise StateVersionError(
                f"{path} holds a shop of version {found}, not {version}: take another folder, or reset it"
            )
        state = cls(db, found or version or "9")
        if found is None:
            state._install()
        return state

    def _install(self) -> None:
        from atoosync_lab.sandbox.prestashop.install import install  # the installer writes through this class

        with self.writing():
            for statement in _EXTRA.split(";"):
                self.db.execute(statement)
            for resource in self.resources.values():
                self.db.execute(_create_table(resource))
                for number, expression in enumerate(INDEXES.get(resource.name, ())):
                    self.db.execute(f'CREATE INDEX "{resource.name}_i{number}" ON "{resource.name}" ({expression})')
            self.db.execute("INSERT INTO _meta VALUES ('version', ?)", (self.version,))
            install(self)

    def reset(self) -> None:
        """Back to an empty installed shop: every table is dropped."""
        keys = self.db.execute("SELECT key, rights FROM _keys").fetchall()
        for (name,) in self.db.execute(
            "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall():
            self.db.execute(f'DROP TABLE "{name}"')
        self._install()
        self.db.executemany("INSERT OR REPLACE INTO _keys VALUES (?, ?)", keys)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all or nothing. Nested calls join the outer one."""
        if self.db.in_transaction:
            yield
            return
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def at_least(self, version: Version) -> bool:
        """Whether the shop is of this version or a later one."""
        return rank(self.version) >= rank(version)

    def now(self) -> str:
        """The present in the shop's zone, as the shop writes it."""
        return self.clock().astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")

    def languages(self) -> list[int]:
        """Ids of all languages."""
        return [row[0] for row in self.db.execute("SELECT id FROM languages ORDER BY id")]

    def config(self, name: str, default: str = "") -> str:
        """The value of a configuration, or the default."""
        row = self.db.execute("SELECT value FROM configurations WHERE fold(name) = fold(?)", (name,)).fetchone()
        return str(row[0]) if row else default

    def get(self, resource: str, record: int) -> Row | None:
        """One row with all columns, or None."""
        return self.one(resource, "id = ?", record)

    def one(self, resource: str, where: str, *values: Any) -> Row | None:
        """The first row of a condition by id, or None."""
        return next(iter(self.rows(resource, f"{where} ORDER BY id LIMIT 1", *values)), None)

    def rows(self, resource: str, where: str = "1 ORDER BY id", *values: Any) -> list[Row]:
        """Rows of a condition."""
        cursor = self.db.execute(f'SELECT * FROM "{resource}" WHERE {where}', values)
        names = [item[0] for item in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def insert(self, resource: str, row: Mapping[str, Any]) -> int:
        """Insert a row of stored values; columns not given take their zero.

        Raises:
            UnknownColumnError: when a column is unknown in this version.
        """
        self._check(resource, row)
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        sql = (
            f'INSERT INTO "{resource}" ({names}) VALUES ({marks})'
            if row
            else f'INSERT INTO "{resource}" DEFAULT VALUES'
        )
        return int(self.db.execute(sql, tuple(row.values())).lastrowid or 0)

    def update(self, resource: str, record: int, values: Mapping[str, Any]) -> None:
        """Change columns of one row."""
        if values:
            self._check(resource, values)
            sets = ", ".join(f'"{name}" = ?' for name in values)
            self.db.execute(f'UPDATE "{resource}" SET {sets} WHERE id = ?', (*values.values(), record))

    def delete(self, resource: str, record: int) -> None:
        """Delete one row."""
        self.db.execute(f'DELETE FROM "{resource}" WHERE id = ?', (record,))

    def text(self, column: str, language: int) -> str:
        """The text of a language column in one language, or the first one that is not empty."""
        texts = language_map(column)
        return texts.get(language) or next((text for text in texts.values() if text), "")

    def association(self, row: Mapping[str, Any], name: str) -> list[list[Any]]:
        """The rows of a stored association."""
        return list(json.loads(row[f"a_{name}"] or "[]"))

    def _check(self, resource: str, row: Mapping[str, Any]) -> None:
        unknown = set(row) - self._columns[resource]
        if unknown:
            raise UnknownColumnError(f"{resource} has no {', '.join(sorted(unknown))} in version {self.version}")

    def insert_rows(self, resource: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows of stored values quickly (columns in the order of `names`)."""
        self._check(resource, dict.fromkeys(names))
        listed = ", ".join(f'"{name}"' for name in names)
        self.db.executemany(f'INSERT INTO "{resource}" ({listed}) VALUES ({", ".join("?" * len(names))})', rows)


def columns(resource: Resource) -> list[str]:
    """Names of the columns of a resource's table, `id` first."""
    stored = [name for name in resource.associations if (resource.name, name) not in DERIVED]
    return ["id", *resource.fields, *(f"a_{name}" for name in stored)]


def association_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows of an association in the form of their column."""
    return json.dumps([list(row) for row in rows], ensure_ascii=False, separators=(",", ":"))


def _create_table(resource: Resource) -> str:
    parts = ["id INTEGER PRIMARY KEY AUTOINCREMENT"]
    for field in resource.fields.values():
        zero = "NULL" if field.nullable else _ZERO[field.kind]
        if field.kind == "decimal" and field.scale != 6:
            zero = f"'0.{'0' * field.scale}'"
        parts.append(f'"{field.name}" {_SQL_TYPE.get(field.kind, "TEXT")} DEFAULT {zero}')
    parts += [f"\"{name}\" TEXT NOT NULL DEFAULT ''" for name in columns(resource) if name.startswith("a_")]
    return f'CREATE TABLE "{resource.name}" ({", ".join(parts)})'


def _existing_version(db: sqlite3.Connection) -> Version | None:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = '_meta'").fetchone():
        return None
    found: Version = db.execute("SELECT value FROM _meta WHERE name = 'version'").fetchone()[0]
    return found
