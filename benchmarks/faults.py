"""Runs on sick servers: every fault in every flow, on either side, at first, middle and last call, once and lasting."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.faults.cases import FLOWS, Case, cases
from tests.faults.running import RESUMABLE, RIGHT, Undisturbed, run_case, undisturbed
from tests.faults.world import World, open_world

WORLDS = max(1, min(os.cpu_count() or 1, 4))
"""Worlds at once, each a process with sandboxes of its own."""


def run(folder: Path) -> Iterator[Mapping[str, object]]:
    """Play the table (`FAULT_CASES=n`: about n of them, spread evenly); wrong ones are listed on standard error."""
    began = time.monotonic()
    limit = int(os.environ.get("FAULT_CASES", "0"))
    parts = [(folder / str(part), part, limit) for part in range(WORLDS)]
    with ProcessPoolExecutor(WORLDS) as pool:
        verdicts = [verdict for part in pool.map(_part, parts) for verdict in part]
    said = Counter(verdict if verdict in (RIGHT, RESUMABLE) else "wrong" for _, verdict in verdicts)
    yield {
        "cases": len(verdicts),
        "wrong": said["wrong"],
        RIGHT: said[RIGHT],
        RESUMABLE: said[RESUMABLE],
        "seconds": round(time.monotonic() - began, 1),
    }


def _part(work: tuple[Path, int, int]) -> list[tuple[str, str]]:
    """Every `WORLDS`-th case, in a world of its own."""
    folder, part, limit = work
    with open_world(folder) as world:
        clean = {name: undisturbed(world, flow) for name, flow in FLOWS.items()}
        table = _spread(list(cases({name: each.counts for name, each in clean.items()})), limit)
        return [(str(case), _played(world, case, clean)) for case in table[part::WORLDS]]


def _spread(table: Sequence[Case], limit: int) -> Sequence[Case]:
    if not limit or limit >= len(table):
        return table
    return [table[n * len(table) // limit] for n in range(limit)]


def _played(world: World, case: Case, clean: Mapping[str, Undisturbed]) -> str:
    verdict = run_case(world, case, clean[case.flow])
    if verdict not in (RIGHT, RESUMABLE):
        print(f"{case}: {verdict}", file=sys.stderr, flush=True)
    return verdict
