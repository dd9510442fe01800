"""Many cases over several worlds at once; the tests run a sample of what the bench runs whole."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests.crash.cases import Course, Flow, Point, chart, crash
from tests.crash.erps import Ebp, Erp
from tests.crash.forks import Forks
from tests.crash.shops import Shop
from tests.crash.states import BASES
from tests.crash.truth import Verdict
from tests.crash.world import World, opened

WORLDS = 2


@dataclass(frozen=True, slots=True)
class Case:
    """A flow, where it is killed, and where the runs after it are killed too."""

    course: Course
    point: Point
    then: tuple[Point, ...] = ()

    def __str__(self) -> str:
        name = self.point.name or self.course.passed[self.point.number - 1]
        then = "".join(f", then {point.fault}" for point in self.then)
        return f"{self.course.flow.name} killed at {self.point.fault} ({name}){then}"


class Campaign:
    """Worlds at work; use `open_campaign`."""

    def __init__(self, worlds: Sequence[World]) -> None:
        self._free: SimpleQueue[World] = SimpleQueue()
        for world in worlds:
            self._free.put(world)
        self._pool = ThreadPoolExecutor(len(worlds))

    def close(self) -> None:
        """Wait for the cases in hand."""
        self._pool.shutdown(cancel_futures=True)

    def charts(self, flows: Iterable[Flow]) -> list[Course]:
        """Undisturbed runs, in the order given."""
        return list(self._pool.map(self._chart, flows))

    def cases(self, cases: Iterable[Case]) -> Iterator[tuple[Case, Verdict]]:
        """Verdicts, in the order given."""
        given = list(cases)
        yield from zip(given, self._pool.map(self._crash, given), strict=True)

    def _chart(self, flow: Flow) -> Course:
        with self._world() as world:
            return chart(world, flow)

    def _crash(self, case: Case) -> Verdict:
        with self._world() as world:
            return crash(world, case.course, (case.point, *case.then))

    @contextlib.contextmanager
    def _world(self) -> Iterator[World]:
        world = self._free.get()
        try:
            yield world
        finally:
            self._free.put(world)


@contextlib.contextmanager
def open_campaign(
    shop: Shop, worlds: int = WORLDS, forks: Forks | None = None, erp: Callable[[], Erp] = Ebp
) -> Iterator[Campaign]:
    """Worlds in memory where the system has such a place: how fast the disk writes is not what is tested.

    Args:
        shop: the shop of all of them.
        worlds: how many; cases run side by side.
        forks: starts commands and sandboxes of a single world, where there is one already; else each has its own.
        erp: makes the ERP of each.
    """
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="crash-", dir=memory if memory.is_dir() else None))
    try:
        with contextlib.ExitStack() as stack:
            opens = []
            for number in range(worlds):
                mine = forks or stack.enter_context(Forks())
                opens.append(stack.enter_context(opened(shop, erp(), folder / str(number), mine, BASES)))
            campaign = Campaign(opens)
            stack.callback(campaign.close)
            yield campaign
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def complaints(campaign: Campaign, cases: Iterable[Case]) -> list[str]:
    """What is wrong, in words."""
    found = []
    for case, verdict in campaign.cases(cases):
        found += [f"{case}: {text}" for text in (*verdict.lost, *verdict.doubled, *verdict.untrue)]
    return found


def sample(courses: Sequence[Course]) -> list[Case]:
    """Each name of a point once: the flows take turns, and the middle one of its passes is taken."""
    holders: dict[str, list[Course]] = {}
    for course in courses:
        for name in dict.fromkeys(course.passed):
            holders.setdefault(name, []).append(course)
    chosen = []
    for turn, (name, found) in enumerate(holders.items()):
        course = found[turn % len(found)]
        chosen.append(Case(course, Point((course.passed.count(name) + 1) // 2, name)))
    return chosen
