"""A real Tryton server with the demonstration's company."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.sandbox.tryton.server import TrytonServer
from tests.connectors.tryton.connecting import connect, started


@pytest.fixture(scope="session")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonServer]:
    """One server for all tests that leave alone what others look at."""
    with started(tmp_path_factory.mktemp("tryton")) as server:
        yield server


@pytest.fixture(scope="module")
def erp(tryton: TrytonServer) -> Iterator[TrytonConnector]:
    """A connector that may do everything."""
    connector = connect(tryton)
    yield connector
    connector.close()
