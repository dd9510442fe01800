"""Fixtures every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.plugin_demo",
    "tests.plugin_loops",
    "tests.plugin_matrix",
    "tests.plugin_sandboxes",
    "tests.plugin_waits",
    "tests.tryton_server",
]

ROOT = Path(__file__).resolve().parent.parent

# How long a busy machine takes is no property of the code: measurements stand in benchmarks/.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of recordings and large data; tests that need it skip without it."""
    folder = Path(os.environ.get("ATOOSYNC_SHARED", ROOT.parent / "shared")).resolve()
    if not folder.is_dir():
        pytest.skip("needs the shared folder of recordings (ATOOSYNC_SHARED)")
    return folder
