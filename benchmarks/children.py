"""Work done in a process of its own, so that its memory is its own: what a child measures of itself, as JSON."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def peak_mib() -> float:
    """Greatest memory of this process so far, in MiB.

    `ru_maxrss` begins with the parent's memory on Linux; `VmHWM` of proc(5) begins anew with the program.
    """
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def measured(work: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """What `work` tells, with `seconds` (wall), `cpu_seconds` and `peak_mib` of this process."""
    begun, used = time.perf_counter(), time.process_time()
    told = work()
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - used
    return {**told, "seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mib": peak_mib()}


def child(module: str, *arguments: str, env: Mapping[str, str] | None = None, timeout: float = 1800) -> dict[str, Any]:
    """Run `python -m benchmarks.<module> ARGUMENTS` and return the JSON object on its last line.

    Raises:
        RuntimeError: it ended badly; the message holds the end of what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *arguments],
        cwd=ROOT, env={**os.environ, **(env or {})}, capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)}: status {done.returncode}\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
