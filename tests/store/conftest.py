"""A fresh store a test, and processes that share it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atoosync_lab.store.engine import Store
from atoosync_lab.store.home import Home
from atoosync_lab.store.secrets import Secrets

Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home", env={})


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with Store.open(home.store) as opened:
        yield opened


@pytest.fixture
def secrets(store: Store, home: Home) -> Secrets:
    return Secrets.open(store, home, env={})


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Starts Python code in a process of its own; those still going are ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *args: object, **env: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, args)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **env},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def outputs(processes: list[subprocess.Popen[str]]) -> list[str]:
    """What processes printed; each must have ended well."""
    results = []
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        results.append(out)
    return results
