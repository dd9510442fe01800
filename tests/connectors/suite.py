"""The suite of all connectors, which third parties run on theirs too; see `atoosync_lab.connectors.testing`."""

from __future__ import annotations

from atoosync_lab.connectors.testing import (
    PASSING_FAULTS,
    TASKS,
    ConnectorSuite,
    CountingLimiter,
    ErpRig,
    ErpSuite,
    PluginSuite,
    Rig,
    Rule,
    ShopRig,
    ShopSuite,
    Task,
    Waits,
)

__all__ = [
    "PASSING_FAULTS",
    "TASKS",
    "ConnectorSuite",
    "CountingLimiter",
    "ErpRig",
    "ErpSuite",
    "PluginSuite",
    "Rig",
    "Rule",
    "ShopRig",
    "ShopSuite",
    "Task",
    "Waits",
]
