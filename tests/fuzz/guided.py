"""Targets under atheris, each in a process of its own: `python -m tests.fuzz.guided SECONDS FOLDER TARGET...`.

Prints one JSON line a target: `cases` tried, `crashes` found (each kind of failure once, by the place that raised it),
`slowest` in seconds. Crashing inputs stand in `FOLDER/TARGET/crashes`. Atheris exists for Linux.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import atheris

with atheris.instrument_imports(include=["atoosync_lab"]):
    # Once for all targets, which are forks of this process: the imports take longer than a short round.
    from tests.fuzz.targets import LONGEST, TARGETS
from tests.fuzz.hostile import SEEDS

SLOW = 2.0
"""Seconds of CPU after which an input is too slow for its size."""


def fuzz(name: str, target: Callable[[bytes], None], seconds: float, folder: Path) -> NoReturn:
    """Fuzz until the time is over; ends the process."""
    corpus, crashes = folder / "corpus", folder / "crashes"
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    for number, given in enumerate(SEEDS[name]):
        (corpus / f"seed-{number}").write_bytes(given)
    found: dict[str, str] = {}
    cases, slowest = 0, 0.0
    ends = time.monotonic() + seconds

    def finish() -> NoReturn:
        report(name, cases, found, slowest)
        os._exit(0)

    def one(data: bytes) -> None:
        nonlocal cases, slowest
        if time.monotonic() > ends:
            finish()
        begun = time.process_time()
        place, text = "", ""
        try:
            target(data)
        except Exception as error:  # noqa: BLE001 - whatever escapes is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
            text = "".join(traceback.format_exception(error, limit=-6))[-3_000:]
        took = time.process_time() - begun
        if not place and took > SLOW:
            place, text = "slow", f"{took:.1f} s for {len(data)} bytes"
        cases, slowest = cases + 1, max(slowest, took)
        if place and place not in found:
            found[place] = text
            (crashes / f"{len(found)}.bin").write_bytes(data)

    options = {"max_len": LONGEST, "timeout": 60, "rss_limit_mb": 2048, "verbosity": 0, "print_final_stats": 0}
    atheris.Setup([sys.argv[0], *(f"-{option}={value}" for option, value in options.items()), str(corpus)], one)
    atheris.Fuzz()
    finish()


def report(name: str, cases: int, found: dict[str, str], slowest: float) -> None:
    """Print the line of a target, and what was found behind it on stderr."""
    line = {"target": name, "cases": cases, "crashes": len(found), "slowest": round(slowest, 3)}
    sys.stdout.write(json.dumps(line) + "\n")
    for place, text in found.items():
        sys.stderr.write(f"{name}: {place}\n{text}\n")
    sys.stdout.flush()
    sys.stderr.flush()


def main(seconds: float, folder: Path, names: list[str]) -> None:
    """Fuzz the targets one after the other; one that dies is a crash of its own."""
    for name in names:
        child = os.fork()
        if child == 0:
            fuzz(name, TARGETS[name], seconds, folder / name)
        _, status = os.waitpid(child, 0)
        if status != 0:
            report(name, 0, {"died": f"the process ended with status {status}"}, 0.0)


if __name__ == "__main__":
    main(float(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] or list(TARGETS))
