"""One running shop of each system for all tests of images."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.images.world import SHOPS, World, running


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """Running shops by system, started when first asked for."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("images")

        @cache
        def of(kind: str) -> World:
            return stack.enter_context(running(kind, folder))

        yield of


@pytest.fixture(params=SHOPS)
def world(request: pytest.FixtureRequest, shops: object) -> World:
    """A shop of each system."""
    found: World = shops(request.param)  # type: ignore[operator]
    found.server.faults([])
    return found
