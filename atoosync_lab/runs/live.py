"""What a dashboard sees of a run while it goes on: one small file beside the journal's export, gone when it ends.

Written by the process of the run itself, at most every two seconds and whole (written beside, then renamed), so that
watching costs a run next to nothing and needs no access to the store.
"""

from __future__ import annotations

import json
import os
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from atoosync_lab.connectors.redaction import Redactor
from atoosync_lab.model.i18n import LANGUAGES
from atoosync_lab.model.points import into_place
from atoosync_lab.store.journal_records import Counts, Entry, Run

EVERY = 2.0
"""Seconds between two writes at least."""

LINES = 60
"""Last lines that are shown of a run that goes on."""


class Live:
    """The live file of one run.

    Args:
        folder: where the exports of the profile are.
        run: the run.
        redactor: masks the secrets of the profile.
    """

    def __init__(self, folder: Path, run: Run, redactor: Redactor) -> None:
        self._path = folder / "live" / f"{run.id}.json"
        self._run, self._redactor = run, redactor
        self._lines: deque[Entry] = deque(maxlen=LINES)
        self._counts = run.counts
        self._stage = ""
        self._written = float("-inf")
        self._said: datetime | None = None

    def note(self, line: Entry) -> None:
        """A line was added to the journal."""
        self._lines.append(line)
        self._said, self._stage = line.at, str(line.stage)
        self._show()

    def progress(self, counts: Counts) -> None:
        """Counts have moved."""
        self._counts, self._said = counts, datetime.now(UTC)
        self._show()

    def close(self) -> None:
        """The run has ended: the journal's export tells the rest."""
        self._path.unlink(missing_ok=True)

    def _show(self) -> None:
        if time.monotonic() - self._written < EVERY:
            return
        self._written = time.monotonic()
        temporary = self._path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary.write_text(json.dumps(self._content(), ensure_ascii=False), encoding="utf-8")
            into_place(temporary, self._path)
        except OSError:
            # A full disk must not end a run for the sake of whoever watches it.
            temporary.unlink(missing_ok=True)

    def _content(self) -> dict[str, Any]:
        run, counts = self._run, self._counts
        return {
            "id": run.id, "flow": run.flow, "state": run.state.value, "who": run.who, "stage": self._stage,
            "started_at": run.started_at.isoformat(), "updated_at": self._said.isoformat() if self._said else None,
            "total": counts.total, "ok": counts.ok, "failed": counts.failed, "ignored": counts.ignored,
            "blocked": counts.blocked,
            "lines": [
                {
                    "at": line.at.isoformat(), "level": str(line.level), "record": self._redactor.text(line.record),
                    **{f"text_{each}": self._redactor.text(line.message.text(each)) for each in LANGUAGES},
                }
                for line in self._lines
            ],
        }  # fmt: skip


def sweep(folder: Path, going: frozenset[str]) -> None:
    """Remove live files of runs that go on no more: their process died before it could."""
    for path in (folder / "live").glob("*"):
        if path.name.partition(".")[0] not in going:
            path.unlink(missing_ok=True)
