"""What a long measurement has come to, kept in its folder: broken off, it is gone on with and its time counts on."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "ATOOSYNC_BENCH_FOLDER"
"""Names a folder that outlives the measurement, instead of one of its own."""
_FILE = "progress.json"
_EVERY = 5.0
"""Seconds between two notes: what a broken-off measurement loses of its figures."""


def folder_of(own: Path) -> Path:
    """The folder that the variable names (created), else its own."""
    named = os.environ.get(VARIABLE)
    if not named:
        return own
    kept = Path(named)
    kept.mkdir(parents=True, exist_ok=True)
    return kept


def read(folder: Path) -> dict[str, float]:
    """Figures noted so far by name; none before the first note."""
    try:
        found: dict[str, float] = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def write(folder: Path, figures: Mapping[str, float]) -> None:
    """Note figures, in place of those there."""
    draft = folder / f"{_FILE}.new"
    draft.write_text(json.dumps(dict(figures)), encoding="utf-8")
    draft.replace(folder / _FILE)


@contextmanager
def counting(folder: Path, counters: Mapping[str, Callable[[], int]]) -> Iterator[None]:
    """Add the seconds of the block, and what counters rise by in it, to the figures noted before.

    Args:
        folder: the measurement's folder.
        counters: what to read, by the name of its figure; they begin anew with each attempt.
    """
    before, began = read(folder), time.monotonic()
    start = {name: count() for name, count in counters.items()}
    ended = threading.Event()

    def note() -> None:
        risen = {name: before.get(name, 0) + count() - start[name] for name, count in counters.items()}
        write(folder, {**before, **risen, "seconds": before.get("seconds", 0.0) + time.monotonic() - began})

    def ticking() -> None:
        while not ended.wait(_EVERY):
            note()

    ticker = threading.Thread(target=ticking, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        ended.set()
        ticker.join()
        note()
