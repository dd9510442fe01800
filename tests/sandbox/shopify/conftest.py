"""Servers for the tests of the Shopify sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.servers import RunningSandbox
from tests.sandbox.shopify.helpers import Api

Start = Callable[..., RunningSandbox]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start an empty shop; all are stopped at the end."""
    running: list[RunningSandbox] = []

    def begin(speed: float = 0, *args: str, state: Path | None = None) -> RunningSandbox:
        server = servers.start("shopify", state or tmp_path_factory.mktemp("shop"), speed=speed, args=args)
        running.append(server)
        return server

    yield begin
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def shop(start: Start) -> RunningSandbox:
    """A shop without limits of points, for the tests of a session."""
    return start()


@pytest.fixture
def api(shop: RunningSandbox) -> Iterator[Api]:
    """A client with all rights on that shop, whose switches are put back."""
    client = Api(shop)
    yield client
    client.http.close()
    shop.faults([])
