"""Writes what happens in a run to its journal, a few lines a transaction, and tells whoever watches."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from atoosync_lab.applying.context import Tally
from atoosync_lab.model.events import Event, Level, OnEvent, Stage
from atoosync_lab.runs.live import Live
from atoosync_lab.store.journal import Journal
from atoosync_lab.store.journal_records import Counts, Entry

FLUSH_LINES = 100
FLUSH_SECONDS = 1.0


class Recorder:
    """One run's line to the journal."""

    def __init__(self, journal: Journal, run_id: str, on_event: OnEvent, live: Live | None = None) -> None:
        self._journal, self._run, self._on_event, self._live = journal, run_id, on_event, live
        self._lines: list[Entry] = []
        self._flushed = time.monotonic()
        self._progressed = 0.0

    def __call__(
        self,
        stage: Stage,
        code: str,
        params: Mapping[str, Any] | None = None,
        *,
        level: Level = Level.INFO,
        record: str = "",
        action: str = "",
        done: int | None = None,
        total: int | None = None,
    ) -> None:
        """Note one entry."""
        moment = datetime.now(UTC)
        given = {k: v if isinstance(v, int | bool) else str(v) for k, v in (params or {}).items()}
        line = Entry(at=moment, stage=stage, code=code, params=given, level=level, record=record, action=action)
        self._lines.append(line)
        if self._live is not None:
            self._live.note(line)
        if len(self._lines) >= FLUSH_LINES or time.monotonic() - self._flushed > FLUSH_SECONDS:
            self.flush()
        self._on_event(
            Event(
                at=moment, stage=stage, code=code, params=given, level=level, record=record, done=done, total=total
            )
        )  # fmt: skip

    def flush(self) -> None:
        """Write what is buffered."""
        lines, self._lines = self._lines, []
        self._flushed = time.monotonic()
        if lines:
            self._journal.append(self._run, lines)

    def close(self) -> None:
        """The run is over and exported: nothing is left to be followed."""
        if self._live is not None:
            self._live.close()

    def progress(self, stage: Stage, tally: Tally) -> None:
        """Report counts, at most once a second."""
        moment = time.monotonic()
        if moment - self._progressed < FLUSH_SECONDS:
            return
        self._progressed = moment
        self.flush()
        counts = counts_of(tally)
        self._journal.progress(self._run, counts)
        if self._live is not None:
            self._live.progress(counts)
        self._on_event(
            Event(
                at=datetime.now(UTC),
                stage=stage,
                code="run.progress",
                params={"done": counts.done, "total": counts.total},
                done=counts.done,
                total=counts.total,
            )
        )


def counts_of(tally: Tally) -> Counts:
    """A tally as the journal counts it."""
    return Counts(total=tally.total, ok=tally.ok, failed=tally.failed, ignored=tally.ignored, blocked=tally.blocked)
