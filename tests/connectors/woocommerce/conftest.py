"""A running shop with a small catalogue and some orders; one for all tests of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from atoosync_lab.sandbox.servers import start
from atoosync_lab.sandbox.woocommerce.state import ShopState
from tests.connectors.woocommerce.helpers import Shop, seed


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The seeded shop of version 9.9.5."""
    folder = tmp_path_factory.mktemp("woocommerce")
    state = ShopState.open(folder)
    seed(state)
    state.db.close()
    with start("woocommerce", folder, speed=0, args=["--tls"]) as server:
        yield Shop(server)


@pytest.fixture
def shop(running: Shop) -> Iterator[Shop]:
    """The shop, undisturbed."""
    running.server.faults([])
    running.server.reset_calls()
    yield running
    running.server.faults([])
    running.close()
