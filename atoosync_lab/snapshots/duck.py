"""How this project opens DuckDB: no downloads, bounded memory, UTC."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Self

import duckdb

from atoosync_lab.model.errors import StorageError
from atoosync_lab.model.points import point

MEMORY_LIMIT = "512MB"
THREADS = 2


def connect(path: Path | None = None, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file (or memory) with the project's settings.

    Raises:
        StorageError: the file is missing, half-written, or not a DuckDB file.
    """
    try:
        con = duckdb.connect(
            str(path) if path else ":memory:",
            read_only=read_only,
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "threads": str(THREADS),
                "memory_limit": MEMORY_LIMIT,
            },
        )
    except duckdb.Error as error:
        raise StorageError("capture.unreadable", path=path.name if path else "") from error
    con.execute("LOAD icu")
    con.execute("SET TimeZone='UTC'")
    return con


class Reader:
    """A finished file, opened when it is first asked and kept open: to open one takes longer than most questions to it.

    It is closed with the last object that holds it.

    Args:
        path: the file; it never changes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._con: duckdb.DuckDBPyConnection | None = None
        self._lock = Lock()

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own to the file, for one question; any thread may ask.

        Raises:
            StorageError: the file is missing, half-written, or not a DuckDB file.
        """
        with self._lock:
            if self._con is None:
                self._con = connect(self._path, read_only=True)
            cursor = self._con.cursor()
        try:
            yield cursor
        finally:
            cursor.close()


class Glances:
    """Looks into finished files one after the other: a database of its own for each takes twenty times as long.

    A context manager; nothing is opened before the first question.
    """

    def __init__(self) -> None:
        self._con: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def names(self, path: Path, table: str) -> dict[str, str]:
        """What a file says of itself, as `keep_names` wrote it.

        Raises:
            StorageError: the file is missing, half-written, not a DuckDB file, or has no such table.
        """
        self._con = self._con or connect()
        try:
            attach(self._con, path, "glance")
            told = dict(self._con.execute(f"SELECT name, value FROM glance.{table}").fetchall())
            self._con.execute("DETACH glance").fetchall()
        except (duckdb.Error, StorageError) as error:
            # A damaged file may leave the connection unfit for the next one.
            self.close()
            if isinstance(error, StorageError):
                raise
            raise StorageError("capture.unreadable", path=path.name) from error
        return told

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        con, self._con = self._con, None
        if con is not None:
            con.close()


def keep_names(con: duckdb.DuckDBPyConnection, table: str, told: Mapping[str, str]) -> None:
    """Write names and values into a new table, in one statement: each statement waits for the disk."""
    con.execute(
        f"CREATE TABLE {table} AS SELECT unnest(?::VARCHAR[]) AS name, unnest(?::VARCHAR[]) AS value",
        [list(told), list(told.values())],
    ).fetchall()


def create_tables(con: duckdb.DuckDBPyConnection, columns: Mapping[str, str]) -> None:
    """Create tables together: alone, each would wait for the disk.

    Args:
        con: where.
        columns: name of each table -> its columns and their types.
    """
    made = "".join(f"CREATE TABLE {name} ({body}); " for name, body in columns.items())
    con.execute(f"BEGIN; {made}COMMIT").fetchall()


def attach(con: duckdb.DuckDBPyConnection, path: Path, alias: str) -> None:
    """Attach a capture or plan read-only under `alias`.

    Raises:
        StorageError: the file is missing, half-written, or not a DuckDB file.
    """
    if not path.is_file():
        raise StorageError("capture.missing", path=path.name)
    try:
        con.execute(f"ATTACH '{_quoted(path)}' AS {alias} (READ_ONLY)")
    except duckdb.Error as error:
        raise StorageError("capture.unreadable", path=path.name) from error


FULL = ("No space left", "File too large", "Disk quota exceeded")
"""What DuckDB's texts hold when the disk, a quota or a size limit is reached."""

HALF_WRITTEN_AGE = 86_400.0
"""Seconds after which a temporary file belongs to a process that died: no capture takes a day to be written."""


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Translate trouble of the disk while a file is written; other errors pass.

    Args:
        what: the folder people know: `captures` or `plans`.

    Raises:
        StorageError: disk full, or the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
        raise StorageError("storage.disk_full" if full else "storage.not_writable", path=what) from error
    except duckdb.Error as error:
        # A full disk shows as IOException, or as TransactionException when the write-ahead log cannot grow.
        text = str(error)
        if any(sign in text for sign in FULL):
            raise StorageError("storage.disk_full", path=what) from error
        if isinstance(error, duckdb.IOException):
            raise StorageError("storage.not_writable", path=what) from error
        raise


def create(temporary: Path, what: str) -> duckdb.DuckDBPyConnection:
    """A new file to be filled, in a folder that is made; what dead processes left half-written there goes.

    Raises:
        StorageError: disk full, or the folder cannot be written.
    """
    with writing(what):
        temporary.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        for old in temporary.parent.glob("*.duckdb.tmp*"):
            if time.time() - old.stat().st_mtime > HALF_WRITTEN_AGE:
                old.unlink(missing_ok=True)
    try:
        con = connect(temporary)
    except StorageError as error:
        discard(None, temporary)
        with writing(what):
            raise error.__cause__ or error from None
    point("file.begun")
    return con


def discard(con: duckdb.DuckDBPyConnection | None, temporary: Path) -> None:
    """Close and remove a file that will not be finished, with its log."""
    try:
        if con is not None:
            con.close()
    except duckdb.Error:
        # Closing writes; on a full disk it fails, and the file goes all the same.
        pass
    finally:
        for path in (temporary, temporary.with_name(temporary.name + ".wal")):
            path.unlink(missing_ok=True)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
