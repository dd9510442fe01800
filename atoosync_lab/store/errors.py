"""Errors of the store beside those of the model, and the translation of the database's own."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from atoosync_lab.model.errors import BusyError, Facts, StopError, StorageError


class ConflictError(StopError):
    """Somebody else saved the same thing meanwhile; nothing was written."""


class LostRaceError(BusyError):
    """Another process moved a ledger row first; nothing was moved and the loser stops."""


_SENTENCES = {
    sqlite3.SQLITE_FULL: "store.full",
    sqlite3.SQLITE_BUSY: "store.locked",
    sqlite3.SQLITE_LOCKED: "store.locked",
    sqlite3.SQLITE_CORRUPT: "store.corrupt",
    sqlite3.SQLITE_NOTADB: "store.corrupt",
    sqlite3.SQLITE_READONLY: "store.unwritable",
    sqlite3.SQLITE_CANTOPEN: "store.unwritable",
    sqlite3.SQLITE_PERM: "store.unwritable",
    sqlite3.SQLITE_IOERR: "store.unwritable",
}


_LEAST = 128 * 1024
"""Bytes below which a disk counts as full: SQLite lets the index of its log grow by 32 KiB at a time."""


def storage_error(error: DBAPIError | sqlite3.Error, where: str) -> StorageError | None:
    """Our error for a database that cannot work; None for everything else, such as a broken constraint.

    Args:
        error: what the database raised.
        where: the store's place, for the sentence.
    """
    original = error.orig if isinstance(error, DBAPIError) else error
    # The low byte is the primary code, the rest says more about it (https://www.sqlite.org/rescode.html).
    primary = getattr(original, "sqlite_errorcode", 0) & 0xFF
    code = _SENTENCES.get(primary)
    if primary == sqlite3.SQLITE_IOERR and _is_full(where):
        # The index of the log cannot grow, or a size limit is reached: not always said as « full ».
        code = "store.full"
    if code is None and isinstance(error, DBAPIError) and error.connection_invalidated:
        code = "store.unreachable"
    if code is None:
        return None
    return StorageError(code, facts=Facts(system="store", detail=str(original)), path=where)


def _is_full(where: str) -> bool:
    """The disk of an SQLite file has no room for another page of its log."""
    if "://" in where:
        return False
    try:
        return shutil.disk_usage(Path(where).parent).free < _LEAST
    except OSError:
        return False


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise a database that cannot work as `StorageError`; the statement with its values stays out of it."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        ours = storage_error(error, where)
        if ours is None:
            raise
        raise ours from None
