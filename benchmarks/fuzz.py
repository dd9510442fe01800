"""Input that breaks careless readers: cases tried and crashes found, a line a target."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from atoosync_lab.cli.demo_steps import started
from tests.fuzz.serving import ROUNDS
from tests.fuzz.spoiling import round_of
from tests.fuzz.targets import TARGETS

SECONDS = "ATOOSYNC_FUZZ_SECONDS"
"""Environment: seconds a target; 20 without it."""
START = "ATOOSYNC_FUZZ_START"
"""Environment: number that decides what is sent to servers and which records are spoiled; today's without it."""
ROOT = Path(__file__).resolve().parent.parent
_NOISE = ("INFO", "WARNING", "#", "==")
"""Starts of lines that libFuzzer writes of itself."""


def run(folder: Path) -> Iterator[Mapping[str, object]]:
    """Fuzz each target for its time: readers under atheris in a child, servers over HTTP, records through all flows."""
    seconds = float(os.environ.get(SECONDS, "20"))
    start = int(os.environ.get(START) or time.time() // 86_400)
    yield from _guided(seconds, folder / "readers")
    for name, fuzz in ROUNDS.items():
        state = folder / name
        state.mkdir()
        tried = fuzz(state, seconds, 10_000, start)
        _tell(name, tried.failures.items())
        yield {"target": name, "cases": tried.cases, "crashes": len(tried.failures)}
    yield _records(folder / "records", seconds, start)


def _guided(seconds: float, folder: Path) -> Iterator[Mapping[str, object]]:
    """The readers under atheris, in a process of their own; one that gives no line has died."""
    command = [sys.executable, "-m", "tests.fuzz.guided", str(seconds), str(folder), *TARGETS]
    missing = list(TARGETS)
    with (folder.parent / "libfuzzer.log").open("w+", encoding="utf-8", errors="replace") as log:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT) as process:
            for line in process.stdout or ():
                if line.startswith("{"):
                    figures: dict[str, object] = json.loads(line)
                    missing.remove(str(figures["target"]))
                    yield figures
        log.seek(0)
        _tell("readers", [("found", text) for text in log.read().split("\n") if text and not text.startswith(_NOISE)])
    for name in missing:
        yield {"target": name, "cases": 0, "crashes": 1}


def _records(folder: Path, seconds: float, start: int) -> Mapping[str, object]:
    """Rounds over fresh demonstrations until the time is over, one at least."""
    cases, failures, held, rounds = 0, list[str](), 0, 0
    ends = time.monotonic() + seconds
    while not rounds or time.monotonic() < ends:
        with started(folder / str(rounds), speed=2000.0) as demo:
            found = round_of(demo, start + rounds)
        cases += found.records
        held += sum(found.held.values())
        failures += found.failures
        rounds += 1
    _tell("records", [(f"round from {start}", text) for text in failures])
    return {"target": "records", "cases": cases, "crashes": len(failures), "held": held}


def _tell(name: str, failures: Iterable[tuple[str, str]]) -> None:
    for what, text in failures:
        print(f"{name}: {what}: {text}", file=sys.stderr)
