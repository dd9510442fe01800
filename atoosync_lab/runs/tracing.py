"""HTTP traces of a run, redacted: in debug mode alone, beside the run's other files (SVC-10)."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from atoosync_lab.model.ports import Trace
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile


class FileTraces:
    """One JSON line an exchange. Traces arrive redacted: the HTTP client knows the secrets."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def write(self, trace: Trace) -> None:
        """Append one exchange."""
        line = json.dumps(asdict(trace), ensure_ascii=False, default=str)
        # A full disk must not end a run for the sake of its traces: what was sent would be in doubt.
        with suppress(OSError), self._lock, self._path.open("a", encoding="utf-8") as out:
            out.write(line + "\n")


def traces_of(workspace: Workspace, profile: Profile, run_id: str) -> FileTraces | None:
    """Where a run's exchanges go: `runs/<id>.traces.jsonl` while a side is in debug mode, else nowhere."""
    if not (profile.shop.debug or profile.erp.debug):
        return None
    return FileTraces(workspace.home.runs / f"{run_id}.traces.jsonl")
