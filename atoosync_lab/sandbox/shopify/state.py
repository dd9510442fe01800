"""The shop's data: one SQLite file that survives restarts, with short ways to read and write rows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from atoosync_lab.sandbox.shopify.tables import DDL, FIRST_IDS
from atoosync_lab.sandbox.shopify.values import Row, instant

FILE_NAME = "shopify.sqlite"
FILES_FOLDER = "files"
IN = "IN (SELECT value FROM json_each(?))"
"""End of a condition on a list; its parameter is `ids(...)`."""


def ids(values: Iterable[Any]) -> str:
    """A list as the parameter of `IN`."""
    return json.dumps(list(values))


class UnknownTableError(KeyError):
    """There is no such table."""


class ShopState:
    """The data of one shop. Use `ShopState.open`; one object belongs to one thread.

    Attributes:
        db: The SQLite connection, in autocommit mode; use `writing()` around several statements.
        folder: Folder of the file and of uploaded and exported files.
        clock: Gives the present instant (aware); tests may replace it.
        changed: What happened to orders while a webhook listens: topic and id, for `deliveries` to deliver.
    """

    def __init__(self, db: sqlite3.Connection, folder: Path, clock: Callable[[], datetime] | None = None) -> None:
        self.db = db
        self.folder = folder
        self.clock: Callable[[], datetime] = clock or (lambda: datetime.now(UTC))
        self._columns: dict[str, tuple[str, ...]] = {}
        self.changed: list[tuple[str, int]] = []

    @classmethod
    def open(cls, folder: Path | str) -> ShopState:
        """Open the shop of a folder, or install an empty one there (the folder is created)."""
        path = Path(folder)
        (path / FILES_FOLDER).mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path / FILE_NAME, isolation_level=None, check_same_thread=False, timeout=60)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-65536", "temp_store=MEMORY"):
            db.execute(f"PRAGMA {pragma}")
        state = cls(db, path)
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = '_meta'").fetchone():
            state._install()
        return state

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / FILE_NAME

    def _install(self) -> None:
        from atoosync_lab.sandbox.shopify.install import install  # the installer writes through this class

        with self.writing():
            for statement in DDL.split(";"):
                self.db.execute(statement)
            self.db.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", FIRST_IDS.items())
            install(self)

    def reset(self) -> None:
        """Back to an empty installed shop: every table is dropped, every kept file deleted."""
        names = self.db.execute("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'")
        for (name,) in names.fetchall():
            self.db.execute(f'DROP TABLE "{name}"')
        self.db.execute("DELETE FROM sqlite_sequence")
        for file in (self.folder / FILES_FOLDER).iterdir():
            file.unlink()
        self._install()

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

    def now(self, later: timedelta = timedelta(0)) -> str:
        """The present, or a moment from it, as the service writes it."""
        return instant(self.clock() + later)

    def setting(self, name: str) -> Any:
        """A setting of the shop (see `install`).

        Raises:
            KeyError: there is none of that name.
        """
        row = self.db.execute("SELECT value FROM _meta WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise KeyError(name)
        return json.loads(row[0])

    def set_setting(self, name: str, value: Any) -> None:
        """Change a setting of the shop."""
        self.db.execute("INSERT OR REPLACE INTO _meta VALUES (?, ?)", (name, json.dumps(value, ensure_ascii=False)))

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns of a table.

        Raises:
            UnknownTableError: there is no such table.
        """
        if table not in self._columns:
            found = tuple(str(row[1]) for row in self.db.execute(f"PRAGMA table_info('{table}')"))
            if not found:
                raise UnknownTableError(table)
            self._columns[table] = found
        return self._columns[table]

    def query(self, sql: str, *values: Any) -> list[Row]:
        """Rows of a statement, by column name."""
        cursor = self.db.execute(sql, values)
        names = [item[0] for item in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def rows(self, table: str, where: str = "1", *values: Any) -> list[Row]:
        """Rows of a condition."""
        return self.query(f"SELECT * FROM {table} WHERE {where}", *values)

    def one(self, table: str, where: str, *values: Any) -> Row | None:
        """The first row of a condition, or None."""
        return next(iter(self.rows(table, f"{where} LIMIT 1", *values)), None)

    def get(self, table: str, record: int | str | None) -> Row | None:
        """The row of an id, or None."""
        return None if record is None else self.one(table, "id = ?", record)

    def value(self, sql: str, *values: Any) -> Any:
        """The first value of the first row, or None."""
        row = self.db.execute(sql, values).fetchone()
        return row[0] if row else None

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        """Insert a row and return its id."""
        names = ", ".join(row)
        sql = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})"
        made = int(self.db.execute(sql, tuple(row.values())).lastrowid or 0)
        if table == "orders":
            self._heard("ORDERS_CREATE", [made])
        return made

    def insert_rows(self, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows of stored values quickly (columns in the order of `names`)."""
        given = list(rows) if table == "orders" else rows
        self.db.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", given)
        if table == "orders" and "id" in names:
            place = list(names).index("id")
            self._heard("ORDERS_CREATE", [row[place] for row in given])

    def update(self, table: str, record: int | str, values: Mapping[str, Any]) -> None:
        """Change columns of one row."""
        if values:
            sets = ", ".join(f"{name} = ?" for name in values)
            self.db.execute(f"UPDATE {table} SET {sets} WHERE id = ?", (*values.values(), record))
            if table == "orders":
                self._heard("ORDERS_UPDATED", [int(record)])

    def _heard(self, topic: str, orders: Sequence[int]) -> None:
        """Note what happened to orders; without a subscription it costs one small look."""
        if self.value("SELECT 1 FROM webhooks WHERE topic = ? LIMIT 1", topic):
            self.changed += [(topic, order) for order in orders]

    def delete(self, table: str, record: int | str) -> bool:
        """Delete one row; False when there is none."""
        return self.db.execute(f"DELETE FROM {table} WHERE id = ?", (record,)).rowcount > 0

    def part_id(self) -> int:
        """A new id for a part that lives in a JSON column (an option, a shipping line)."""
        return int(self.db.execute("INSERT INTO parts DEFAULT VALUES").lastrowid or 0)

    def part_ids(self, count: int) -> range:
        """As many new ids of parts."""
        first = int(self.value("SELECT seq FROM sqlite_sequence WHERE name = 'parts'")) + 1
        self.db.execute("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'parts'", (count,))
        return range(first, first + count)
