"""Servers for the tests of the WooCommerce sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.servers import RunningSandbox
from tests.sandbox.woocommerce.client import Tls, tls_of

Start = Callable[..., RunningSandbox]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start an empty shop of a version; all are stopped at the end."""
    running: list[RunningSandbox] = []

    def begin(version: str = "9.9.5", args: Sequence[str] = ("--tls",)) -> RunningSandbox:
        folder: Path = tmp_path_factory.mktemp("woocommerce")
        server = servers.start("woocommerce", folder, version=version, speed=0, args=args)
        running.append(server)
        return server

    yield begin
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def shop(start: Start) -> RunningSandbox:
    """A shop of version 9.9.5 for the tests of a session."""
    return start()


@pytest.fixture(scope="session")
def tls(shop: RunningSandbox) -> Tls:
    """Its encrypted address."""
    return tls_of(shop)


@pytest.fixture(scope="session")
def api(tls: Tls) -> Iterator[httpx.Client]:
    """A client with all rights, over TLS, below `/wp-json/wc/v3/`."""
    with tls.client() as client:
        yield client
