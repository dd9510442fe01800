"""Power lost between two commits: nothing is imported twice from the files as they lay."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.races.power import MOMENTS, power_lost
from tests.races.scenarios import Racing

SAMPLE = MOMENTS[1:2]
"""All of them are in `benchmarks/races.py`."""


@pytest.mark.spec("ORD-10", "RUN-03")
@pytest.mark.pitfall("PB-20")
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and SIGSTOP")
@pytest.mark.parametrize("moment", SAMPLE)
def test_files_as_they_lay_import_nothing_twice(racing: Racing, moment: str, tmp_path: Path) -> None:
    assert power_lost(racing, moment, tmp_path) == []
