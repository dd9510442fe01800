"""Hostile records through the whole product: nothing escapes, and each order is imported or held with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from atoosync_lab.cli.demo_steps import started
from tests.fuzz.spoiling import round_of


@pytest.mark.spec("ORD-01", "ART-01", "RUN-03")
def test_spoiled_records_are_held_and_stop_no_neighbour(tmp_path: Path) -> None:
    with started(tmp_path / "home", speed=2000.0) as demo:
        found = round_of(demo, seed=1, flows=("orders",))
    assert found.failures == []
    assert found.records > 100
    assert found.held
    assert found.planned > 20
