"""One demonstration for all races of a test process: each takes orders of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from atoosync_lab.cli.demo_steps import started
from tests.races.scenarios import Racing
from tests.races.zygote import Zygote


@pytest.fixture(scope="session")
def racing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Racing]:
    """A demonstration under way, and what runs commands at the same instant on it."""
    home = tmp_path_factory.mktemp("races") / "home"
    with started(home, speed=2000.0) as demo, Zygote(home) as zygote:
        yield Racing.prepared(demo, zygote)
