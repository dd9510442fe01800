"""A full disk: the run ends with a sentence, and goes on once there is room; a sample of `benchmarks/races.py`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.races.disk import FREE, can_mount, disk_full, on_small_disk
from tests.races.scenarios import Racing

SAMPLE = FREE[2:3]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Racing]:
    if not can_mount(tmp_path_factory.mktemp("try")):
        pytest.skip("needs the right to mount a disk in a namespace")
    with on_small_disk(tmp_path_factory.mktemp("disk")) as racing:
        yield racing


@pytest.mark.spec("RUN-03", "ORD-10", "ART-04")
@pytest.mark.parametrize("kib", SAMPLE)
def test_a_full_disk_is_told_and_nothing_is_lost_or_doubled(small: Racing, kib: int) -> None:
    assert disk_full(small, kib) == []
