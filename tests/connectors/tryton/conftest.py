"""A real Tryton server with the demonstration's company."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.sandbox.tryton import template
from atoosync_lab.sandbox.tryton.server import TrytonServer
from tests.connectors.tryton.connecting import connect


@pytest.fixture(scope="session")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonServer]:
    """One server for all tests that leave alone what others look at."""
    try:
        server = template.start(tmp_path_factory.mktemp("tryton"), "demo")
    except AtooSyncError as error:
        pytest.skip(f"no Tryton here: {error}")
    with server:
        yield server


@pytest.fixture(scope="module")
def erp(tryton: TrytonServer) -> Iterator[TrytonConnector]:
    """A connector that may do everything."""
    connector = connect(tryton)
    yield connector
    connector.close()
