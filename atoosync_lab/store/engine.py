"""The state store's database: opening, migrating, and the one way to write to it.

SQLite writes in WAL mode; every writing transaction begins with BEGIN IMMEDIATE, because a transaction that reads first
and writes later fails at once under concurrency, whatever the busy timeout says (engine.md, section 1).
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite

from atoosync_lab.model.errors import StorageError
from atoosync_lab.model.points import point
from atoosync_lab.store.errors import translated
from atoosync_lab.store.tables import SCHEMA_HEAD
from atoosync_lab.store.types import to_json

BUSY_SECONDS = 30.0
"""How long a writer waits for the one before it."""

_READ_ONLY = "atoosync_read"
_MIGRATION_LOCK = 7_201_518_407
"""Any fixed number: PostgreSQL's advisory lock under which one process migrates."""


class Store:
    """The open state store. Threads and processes may share the file; a transaction never spans an HTTP call."""

    def __init__(self, engine: Engine, where: str) -> None:
        self.engine = engine
        self.where = where
        """Path or address without password, for sentences."""
        self._open = threading.local()

    def __repr__(self) -> str:
        return f"Store({self.where!r})"

    @classmethod
    def open(cls, url_or_path: str | Path) -> Store:
        """Open the store, creating and migrating it as needed.

        Args:
            url_or_path: path of an SQLite file, or a database address (`postgresql+psycopg://...`).

        Raises:
            StorageError: unwritable, full, locked, damaged, or written by a newer version of the program.
        """
        given = str(url_or_path)
        engine = _engine(given if "://" in given else f"sqlite:///{given}")
        where = given if "://" not in given else engine.url.render_as_string(hide_password=True)
        store = cls(engine, where)
        try:
            with translated(where):
                store._migrate()
        except BaseException:
            engine.dispose()
            raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One writing transaction: committed when the block ends, undone when it raises.

        Raises:
            StorageError: the database cannot work.
            RuntimeError: a transaction of this thread is open already; it would wait for itself.
        """
        if getattr(self._open, "writing", False):
            raise RuntimeError("a transaction is open in this thread: hand its connection on instead")
        point("store.before")
        self._open.writing = True
        try:
            with translated(self.where), self.engine.begin() as connection:
                yield connection
                point("store.inside")
        finally:
            self._open.writing = False
        point("store.after")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view for reading; never waits for writers, nor makes them wait."""
        with translated(self.where), self.engine.connect() as connection:
            connection.execution_options(**{_READ_ONLY: True})
            with connection.begin():
                yield connection

    def _migrate(self) -> None:
        with self.read() as connection:
            found = _revision(connection)
        if found == SCHEMA_HEAD:
            return
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            # Another process may have done it while this one waited for the lock.
            found = _revision(connection)
            if found == SCHEMA_HEAD:
                return
            # Imported here: a store that is up to date starts without Alembic.
            from atoosync_lab.store.migrations import known_revisions, upgrade

            if found is not None and found not in known_revisions():
                raise StorageError("store.newer", path=self.where, revision=found)
            upgrade(connection)


def upsert(connection: Connection, table: Table, rows: list[dict[str, Any]], *, update: tuple[str, ...]) -> None:
    """Insert rows; where the primary key exists, set the columns of `update` instead (none: leave the row)."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key.columns]
    if connection.dialect.name == "sqlite":
        lite = sqlite.insert(table)
        values = {name: lite.excluded[name] for name in update}
        statement: Any = (
            lite.on_conflict_do_update(index_elements=keys, set_=values)
            if update
            else lite.on_conflict_do_nothing(index_elements=keys)
        )
    else:
        post = postgresql.insert(table)
        values = {name: post.excluded[name] for name in update}
        statement = (
            post.on_conflict_do_update(index_elements=keys, set_=values)
            if update
            else post.on_conflict_do_nothing(index_elements=keys)
        )
    connection.execute(statement, rows)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, json_serializer=to_json, hide_parameters=True, pool_pre_ping=True)
    # Parameters are hidden: an error's text must hold no customer's data.
    engine = create_engine(url, json_serializer=to_json, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
    _wal(cursor)
    # FULL for the ledger's sake: a committed SENDING must survive a power cut.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _wal(cursor: sqlite3.Cursor) -> None:
    """Switch to WAL. While several processes create the file, the switch itself does not heed the busy timeout."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _on_begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


__all__ = ["BUSY_SECONDS", "Store", "upsert"]
