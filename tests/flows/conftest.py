"""The whole product on the demonstration, over real HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from atoosync_lab.cli.demo_steps import Demo, started


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A fresh demonstration: both sandboxes, a signed-in profile, nothing written yet."""
    with started(tmp_path / "home", speed=2000.0) as under_way:
        yield under_way


def command(home: Path, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `atoosync` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "atoosync_lab.cli.main", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "ATOOSYNC_HOME": str(home), **(env or {})},
    )
