"""Servers for the tests of the PrestaShop sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from atoosync_lab.sandbox.servers import RunningSandbox

Start = Callable[..., RunningSandbox]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start an empty shop of a version; all are stopped at the end."""
    running: list[RunningSandbox] = []

    def begin(version: str = "9", state: Path | None = None) -> RunningSandbox:
        folder = state or tmp_path_factory.mktemp("shop")
        server = servers.start("prestashop", folder, version=version, speed=0)
        running.append(server)
        return server

    yield begin
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def shop(start: Start) -> RunningSandbox:
    """A shop of version 9 for the tests of a session."""
    return start("9")


@pytest.fixture
def api(shop: RunningSandbox) -> Iterator[httpx.Client]:
    """A client with all rights on the shop of version 9."""
    with httpx.Client(base_url=shop.url, auth=(DEFAULT_KEY, ""), timeout=10) as client:
        yield client
