"""Two processes on one run, power lost, disk full: who comes second says so, and nothing is doubled or lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from atoosync_lab.cli.demo_steps import started
from tests.races.disk import FREE, can_mount, disk_full, on_small_disk
from tests.races.power import MOMENTS, power_lost
from tests.races.scenarios import RACES, Racing, beside_a_worker, working
from tests.races.zygote import Zygote

TRIES = 6
"""Of each race."""
SPEED = 2000.0


def run(folder: Path) -> Iterator[Mapping[str, object]]:
    """Each race several times, the second process a little later each time; one line a race, then all of them."""
    tries, wrong = 0, 0
    home = folder / "home"
    with started(home, speed=SPEED) as demo, Zygote(home) as zygote:
        racing = Racing.prepared(demo, zygote)
        for name, race in RACES.items():
            found = [what for number in range(TRIES) for what in race(racing, number)]
            yield _line(name, found)
            tries, wrong = tries + TRIES, wrong + len(found)
        with working(demo):
            found = [what for number in range(TRIES) for what in beside_a_worker(racing, number)]
        yield _line("beside a worker", found)
        tries, wrong = tries + TRIES, wrong + len(found)
        if sys.platform == "linux":
            losses = []
            for number, moment in enumerate(MOMENTS):
                place = folder / f"power-{number}"
                place.mkdir()
                losses += power_lost(racing, moment, place)
            yield _line("power lost", losses, len(MOMENTS))
            tries, wrong = tries + len(MOMENTS), wrong + len(losses)
    (folder / "mount").mkdir()
    if can_mount(folder / "mount"):
        (folder / "disk").mkdir()
        with on_small_disk(folder / "disk") as small:
            found = [what for kib in FREE for what in disk_full(small, kib)]
        yield _line("disk full", found, len(FREE))
        tries, wrong = tries + len(FREE), wrong + len(found)
    yield {"race": "all", "tries": tries, "wrong": wrong}


def _line(name: str, found: list[str], tries: int = TRIES) -> Mapping[str, object]:
    for what in found:
        print(f"{name}: {what}", file=sys.stderr)
    return {"race": name, "tries": tries, "wrong": len(found)}
