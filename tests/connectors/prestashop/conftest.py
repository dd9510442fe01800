"""Running shops of each version, with a small catalogue and some orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from atoosync_lab.sandbox.prestashop.seed import ShopState
from atoosync_lab.sandbox.servers import start
from tests.connectors.prestashop.helpers import Shop, seed

VERSIONS = ("9", "8", "1.7.7")


@pytest.fixture(scope="session")
def shop_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Shop]]:
    """The seeded shop of a version, started when first asked for."""
    with ExitStack() as stack:

        @cache
        def begin(version: str) -> Shop:
            folder = tmp_path_factory.mktemp(f"prestashop-{version}")
            state = ShopState.open(folder, version)  # type: ignore[arg-type]
            seed(state)
            state.close()
            return Shop(version, stack.enter_context(start("prestashop", folder, version=version, speed=0)))

        yield begin


@pytest.fixture(params=VERSIONS)
def shop(request: pytest.FixtureRequest, shop_of: Callable[[str], Shop]) -> Iterator[Shop]:
    """The seeded shop, once a version."""
    yield from _undisturbed(shop_of(request.param))


@pytest.fixture
def shop9(shop_of: Callable[[str], Shop]) -> Iterator[Shop]:
    """The seeded shop of version 9, where versions make no difference."""
    yield from _undisturbed(shop_of("9"))


@pytest.fixture
def shop17(shop_of: Callable[[str], Shop]) -> Iterator[Shop]:
    """The seeded shop of version 1.7.7, which writes whole records and hides vouchers."""
    yield from _undisturbed(shop_of("1.7.7"))


def _undisturbed(shop: Shop) -> Iterator[Shop]:
    shop.server.faults([])
    shop.server.reset_calls()
    yield shop
    shop.server.faults([])
    shop.close()
