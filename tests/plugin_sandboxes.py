"""Pytest plugin: sandboxes are forked from one process that has imported them, so that each starts at once.

They are processes of their own as ever, with the same command line; those that commands start are begun as users do.
"""

from __future__ import annotations

import functools
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from atoosync_lab.sandbox import servers
from tests.crash.forks import PATIENCE, Forks


@functools.cache
def _forks() -> Forks:
    """For the sandboxes of this test process alone, which are asked about while commands run; it ends with it."""
    return Forks()


@dataclass(frozen=True, slots=True)
class Forked:
    """A sandbox whose parent is the forking process."""

    pid: int

    def poll(self) -> int | None:
        """Its exit status, or None while it runs."""
        return _forks().ended(self.pid)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it ended."""
        end = time.monotonic() + (timeout or PATIENCE)
        while (status := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or PATIENCE)
            time.sleep(0.01)
        return status


def _spawn(kind: servers.Kind, options: Sequence[str], log: Path, env: Mapping[str, str]) -> Forked:
    return Forked(_forks().serve(kind, options, log, env))


def pytest_configure(config: pytest.Config) -> None:
    """Put the forking process in the place of the plain start."""
    servers._spawn = _spawn
