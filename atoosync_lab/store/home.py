"""The folder that holds everything a workbench keeps (`ATOOSYNC_HOME`, by default `./data`)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from atoosync_lab.model.errors import StorageError

_FOLDERS = ("captures", "plans", "runs", "sandbox")


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below the home folder. Use `Home.open`, which creates what is missing."""

    root: Path

    @classmethod
    def open(cls, root: str | Path | None = None, env: Mapping[str, str] = os.environ) -> Home:
        """The home folder, created for its owner alone (mode 0700).

        Args:
            root: the folder; None: `ATOOSYNC_HOME`, else `./data`.
            env: environment.

        Raises:
            StorageError: it cannot be created.
        """
        home = cls(Path(root or env.get("ATOOSYNC_HOME") or "data").expanduser().resolve())
        try:
            # A folder that a person made keeps its rights; only what is made here is closed to others.
            home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in _FOLDERS:
                (home.root / name).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StorageError("store.home", path=str(home.root), cause=error.strerror or "") from error
        return home

    @property
    def store(self) -> Path:
        """The state store."""
        return self.root / "store.sqlite"

    @property
    def master_key(self) -> Path:
        """The key that encrypts the secrets, where neither environment nor settings name another."""
        return self.root / "master.key"

    @property
    def captures(self) -> Path:
        """Captures: `<profile>/<side>/<utc>-<id>.duckdb`."""
        return self.root / "captures"

    @property
    def plans(self) -> Path:
        """Plan files: `<profile>/`."""
        return self.root / "plans"

    @property
    def runs(self) -> Path:
        """Executed notebooks and files of runs."""
        return self.root / "runs"

    @property
    def sandbox(self) -> Path:
        """Data of the sandboxes."""
        return self.root / "sandbox"
