"""Named points round every I/O step, where the crash tests end the process.

`ATOOSYNC_FAULT=<n>` kills this process (SIGKILL, no clean-up) at its n-th point; `ATOOSYNC_FAULT=<name>:<n>` at the
n-th point of that name. `ATOOSYNC_POINTS=<file>` notes every point passed, to count them in a clean run. Without
either variable a point costs one dictionary look-up.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from pathlib import Path

_lock = threading.Lock()
_passed: Counter[str] = Counter()


def watched() -> bool:
    """Somebody counts points or waits for one: a place that costs something to watch may be watched now."""
    return bool(os.environ.get("ATOOSYNC_FAULT") or os.environ.get("ATOOSYNC_POINTS"))


def point(name: str) -> None:
    """Pass a named point; may end the process when a crash test asks for it."""
    fault = os.environ.get("ATOOSYNC_FAULT")
    log = os.environ.get("ATOOSYNC_POINTS")
    if not fault and not log:
        return
    with _lock:
        _passed[name] += 1
        _passed[""] += 1
        if log:
            with open(log, "a", encoding="utf-8") as out:
                out.write(name + "\n")
        if fault:
            wanted, _, number = fault.rpartition(":")
            if _passed[wanted] == int(number):
                os.kill(os.getpid(), signal.SIGKILL)


def into_place(temporary: Path, path: Path) -> None:
    """Give a finished file its name, with a point on either side: it is there whole, or not at all.

    Raises:
        OSError: as `os.replace`.
    """
    point("file.before")
    os.replace(temporary, path)
    point("file.after")
