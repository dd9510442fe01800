"""One small world for all cases of a file, and what each flow does in it when nothing is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults.cases import FLOWS
from tests.faults.running import Undisturbed, undisturbed
from tests.faults.world import World, open_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The sandboxes with all scenes."""
    with open_world(tmp_path_factory.mktemp("faults")) as opened:
        yield opened


@pytest.fixture(scope="module")
def clean(world: World) -> Callable[[str], Undisturbed]:
    """An undisturbed run of a flow, played once."""
    known: dict[str, Undisturbed] = {}

    def of(flow: str) -> Undisturbed:
        if flow not in known:
            known[flow] = undisturbed(world, FLOWS[flow])
        return known[flow]

    return of
