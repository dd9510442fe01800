"""How this project opens DuckDB: no downloads, bounded memory, UTC."""

from __future__ import annotations

from pathlib import Path

import duckdb

from atoosync_lab.model.errors import StorageError

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


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
