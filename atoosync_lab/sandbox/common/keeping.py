"""Keep the state of a sandbox under a name, and bring it back while the server runs: many cases, one start."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path


class NotKeptError(KeyError):
    """Nothing is kept under that name."""


class Keeper:
    """Copies of SQLite files, in memory.

    Args:
        files: gives the files that make up the state, at the moment of asking.
    """

    def __init__(self, files: Callable[[], Iterable[Path]]) -> None:
        self._files = files
        self._kept: dict[str, dict[Path, sqlite3.Connection]] = {}

    def keep(self, name: str) -> None:
        """Copy the state as it is now; an older copy of that name is forgotten."""
        copies: dict[Path, sqlite3.Connection] = {}
        for path in self._files():
            source = sqlite3.connect(path, timeout=60)
            copies[path] = sqlite3.connect(":memory:", check_same_thread=False)
            source.backup(copies[path])
            source.close()
        for copy in self._kept.pop(name, {}).values():
            copy.close()
        self._kept[name] = copies

    def restore(self, name: str) -> None:
        """Bring a copy back. A connection of its own writes it, so that those of the server see one whole change.

        Raises:
            NotKeptError: there is none of that name.
        """
        if name not in self._kept:
            raise NotKeptError(f"no state is kept as {name!r}; known: {sorted(self._kept)}")
        for path, copy in self._kept[name].items():
            target = sqlite3.connect(path, timeout=60, isolation_level=None)
            copy.backup(target)
            target.close()


__all__ = ["Keeper", "NotKeptError"]
