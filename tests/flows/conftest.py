"""The whole product on the demonstration, over real HTTP."""

from __future__ import annotations

import functools
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from atoosync_lab.cli.demo_steps import Demo, started
from tests.crash.forks import Forks


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A fresh demonstration: both sandboxes, a signed-in profile, nothing written yet."""
    with started(tmp_path / "home", speed=2000.0) as under_way:
        yield under_way


@functools.cache
def _forks() -> Forks:
    """One for all commands of this test process; it ends with it, when its input closes."""
    return Forks()


def command(home: Path, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `atoosync` in a process of its own."""
    ended = _forks().run(arguments, {**os.environ, "ATOOSYNC_HOME": str(home), **(env or {})}, apart=True)
    return subprocess.CompletedProcess(arguments, ended.code, ended.output, ended.errors)
