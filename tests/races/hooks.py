"""What a child of the zygote does to itself before it becomes a command: a full disk, a clock that is set, a stop.

- `RACE_FREE=<folder>:<KiB>`: a file is laid into the folder until so much of its disk is left.
- `RACE_CLOCK=<seconds>` or `<seconds>@<n>`: the clock is so far off, from the beginning or from its n-th reading on.
- `RACE_STOP=<point>:<n>` with `RACE_PID=<file>`: the process stops (SIGSTOP) at a point of `model.points`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from datetime import datetime as real_datetime
from datetime import timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Any

BALLOON = "balloon"
KEPT = ("atoosync_lab.model", "atoosync_lab.cli", "atoosync_lab.sandbox")
"""Rooms that name the class in annotations read while they run."""
_PIECE = 64 * 1024


def install(env: Mapping[str, str]) -> None:
    """Do what the environment asks for."""
    if free := env.get("RACE_FREE"):
        folder, _, kib = free.rpartition(":")
        fill(Path(folder), int(kib))
    if clock := env.get("RACE_CLOCK"):
        seconds, _, after = clock.partition("@")
        move_clock(float(seconds), int(after or 0))
    if pid := env.get("RACE_PID"):
        Path(pid).write_text(str(os.getpid()), encoding="ascii")
    if stop := env.get("RACE_STOP"):
        stop_at(stop)


def fill(folder: Path, kib: int) -> None:
    """Leave so many KiB free on the disk of a folder."""
    balloon = folder / BALLOON
    balloon.unlink(missing_ok=True)
    free = os.statvfs(folder)
    wanted = free.f_bavail * free.f_frsize - kib * 1024
    with balloon.open("wb") as out:
        while wanted > 0:
            wanted -= out.write(b"\0" * min(_PIECE, wanted))
            out.flush()


def move_clock(seconds: float, after: int = 0) -> None:
    """Set the clock of this process, as far as the product reads it: `datetime.now` and `time.time`."""
    read = SimpleNamespace(times=0)

    def offset() -> timedelta:
        read.times += 1
        return timedelta(seconds=seconds) if read.times > after else timedelta()

    class Kind(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, real_datetime)

    class Moved(real_datetime, metaclass=Kind):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return real_datetime.now(tz) + offset()

    true_time = time.time
    time.time = lambda: true_time() + offset().total_seconds()
    from atoosync_lab.store.limits import SlotLimiter

    (SlotLimiter.__init__.__kwdefaults__ or {})["clock"] = time.time
    for name, module in list(sys.modules.items()):
        ours = name.startswith("atoosync_lab.") and not name.startswith(KEPT)
        if ours and getattr(module, "datetime", None) is real_datetime:
            vars(module)["datetime"] = Moved


def stop_at(fault: str) -> None:
    """Stop this process where a crash test would kill it."""
    from atoosync_lab.model import points

    own = {"environ": {**os.environ, "ATOOSYNC_FAULT": fault}, "kill": lambda pid, number: os.kill(pid, signal.SIGSTOP)}
    vars(points)["os"] = SimpleNamespace(**{**vars(os), **own})
