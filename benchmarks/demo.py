"""Seconds of each phase of `make demo`, after installation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def run(folder: Path) -> Mapping[str, object]:
    """Run the demonstration in a process of its own, as a person does."""
    timings = folder / "timings.json"
    command = [sys.executable, "-m", "atoosync_lab.cli.main", "demo", "--folder", str(folder / "demo")]
    subprocess.run(
        [*command, "--timings", str(timings)],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "ATOOSYNC_HOME": str(folder / "home")},
    )
    seconds: dict[str, float] = json.loads(timings.read_text(encoding="utf-8"))
    return {**seconds, "seconds": round(sum(seconds.values()), 2)}
