"""One target under atheris, in a process of its own: `python -m tests.fuzz.guided TARGET SECONDS FOLDER`.

Prints one JSON line: `cases` tried, `crashes` found (each kind of failure once, by the place that raised it), `slowest`
in seconds. Crashing inputs stand in `FOLDER/crashes`. Atheris exists for Linux.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from pathlib import Path

SLOW = 2.0
"""Seconds after which an input is too slow for its size."""


def main(name: str, seconds: float, folder: Path) -> None:
    """Fuzz until the time is over; ends the process."""
    import atheris

    with atheris.instrument_imports(include=["atoosync_lab"]):
        from tests.fuzz.targets import LONGEST, TARGETS
    from tests.fuzz.hostile import SEEDS

    target = TARGETS[name]
    corpus, crashes = folder / "corpus", folder / "crashes"
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    for number, seed in enumerate(SEEDS[name]):
        (corpus / f"seed-{number}").write_bytes(seed)
    found: dict[str, str] = {}
    state = {"cases": 0, "slowest": 0.0}
    ends = time.monotonic() + seconds

    def finish() -> None:
        report = {"target": name, "cases": state["cases"], "crashes": len(found), "slowest": round(state["slowest"], 3)}
        sys.stdout.write(json.dumps(report) + "\n")
        for place, text in found.items():
            sys.stderr.write(f"{name}: {place}\n{text}\n")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    def one(data: bytes) -> None:
        if time.monotonic() > ends:
            finish()
        begun = time.process_time()
        place = ""
        try:
            target(data)
        except Exception as error:  # noqa: BLE001 - whatever escapes is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
            text = "".join(traceback.format_exception(error, limit=-6))[-3_000:]
        took = time.process_time() - begun
        if not place and took > SLOW:
            place, text = "slow", f"{took:.1f} s for {len(data)} bytes"
        state["cases"] += 1
        state["slowest"] = max(state["slowest"], took)
        if place and place not in found:
            found[place] = text
            (crashes / f"{len(found)}.bin").write_bytes(data)

    options = {"max_len": LONGEST, "timeout": 60, "rss_limit_mb": 2048, "verbosity": 0, "print_final_stats": 0}
    atheris.Setup([sys.argv[0], *(f"-{option}={value}" for option, value in options.items()), str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))
