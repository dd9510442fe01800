"""One suite for all connectors: what a flow relies on, whatever the system. Needs pytest (BEY-11).

A connector joins with a class and a rig, which says how its sandbox is started, looked into and disturbed:

    class TestMyShop(ShopSuite):
        @pytest.fixture
        def rig(self, my_shop: MyServer) -> ShopRig:
            return MyRig(my_shop)

What a connector cannot do is told by its capabilities, never by its name. A package of its own loads the suite as a
plug-in of pytest, `-p atoosync_lab.connectors.testing`, which explains failed assertions and knows the suite's marks.
"""

from __future__ import annotations

import pytest

from atoosync_lab.connectors.testing.erps import ErpRig, ErpSuite
from atoosync_lab.connectors.testing.plugs import PluginSuite
from atoosync_lab.connectors.testing.reading import ConnectorSuite
from atoosync_lab.connectors.testing.rigs import (
    PASSING_FAULTS,
    CountingLimiter,
    Faulty,
    MemoryTokens,
    Rig,
    Rule,
    Waits,
)
from atoosync_lab.connectors.testing.shops import TASKS, ShopRig, ShopSuite, Task

__all__ = [
    "PASSING_FAULTS",
    "TASKS",
    "ConnectorSuite",
    "CountingLimiter",
    "ErpRig",
    "ErpSuite",
    "Faulty",
    "MemoryTokens",
    "PluginSuite",
    "Rig",
    "Rule",
    "ShopRig",
    "ShopSuite",
    "Task",
    "Waits",
]


def pytest_configure(config: pytest.Config) -> None:
    """Make the suite's marks known."""
    config.addinivalue_line("markers", "spec(*ids): rows of the workbench's specification that a test proves")
    config.addinivalue_line("markers", "pitfall(id): a complaint about other connectors that a test reproduces")
