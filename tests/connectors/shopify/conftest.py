"""One running shop for all tests of the connector; each leaves it with its scopes and switches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from atoosync_lab.sandbox.servers import start
from atoosync_lab.sandbox.shopify.facts import SCOPES
from atoosync_lab.sandbox.shopify.install import SETTINGS
from atoosync_lab.sandbox.shopify.seed import ShopState
from tests.connectors.shopify.helpers import Shop, seed


@pytest.fixture(scope="session")
def running_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The seeded shop."""
    folder = tmp_path_factory.mktemp("shopify")
    state = ShopState.open(folder)
    seed(state)
    state.close()
    with start("shopify", folder, speed=0, args=["--plan", "plus"]) as server:
        yield Shop(server)


@pytest.fixture
def shop(running_shop: Shop) -> Iterator[Shop]:
    """The shop, undisturbed."""
    running_shop.server.faults([])
    yield running_shop
    running_shop.server.faults([])
    running_shop.close()


@pytest.fixture
def switched(shop: Shop) -> Iterator[Shop]:
    """The shop, whose scopes and switches a test may change."""
    yield shop
    shop.server.faults([])
    shop.scopes(*SCOPES)
    shop.settings(**{name: SETTINGS[name] for name in ("frozen", "protected_customer_data", "taxes_included")})
