"""Two processes at once: a sample of `benchmarks/races.py`."""

from __future__ import annotations

import os

import pytest

from tests.races.scenarios import RACES, Racing

SAMPLE = ("same run", "same plan", "same review")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@pytest.mark.spec("RUN-01", "RUN-10", "ORD-10", "BEY-01")
@pytest.mark.pitfall("PB-20")
@pytest.mark.parametrize("race", SAMPLE)
def test_one_works_the_other_says_who_and_nothing_is_doubled(racing: Racing, race: str) -> None:
    assert RACES[race](racing, 0) == []
