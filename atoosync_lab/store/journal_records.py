"""What the journal holds: runs, their counts and their lines (RUN-03, RUN-05)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from atoosync_lab.model.events import Level
from atoosync_lab.model.i18n import Message


class RunState(StrEnum):
    """States of a run."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    STOPPED = "stopped"
    QUOTA_REACHED = "quota_reached"
    LOST = "lost"


GOING = frozenset({RunState.WAITING, RunState.RUNNING})
"""States of a run that has not ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Records of a run. At its end total = ok + failed + ignored; blocked ones are among the ignored."""

    total: int = 0
    ok: int = 0
    failed: int = 0
    ignored: int = 0
    blocked: int = 0

    @property
    def done(self) -> int:
        """Records dealt with so far: the n of n / total."""
        return self.ok + self.failed + self.ignored

    def outcome(self) -> RunState:
        """The end state of a run that came to its end, by its counts alone (RUN-05)."""
        return RunState.PARTIAL if self.failed or self.blocked else RunState.SUCCEEDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run, as it was when read."""

    id: str
    profile: str
    flow: str
    state: RunState
    started_at: datetime
    ended_at: datetime | None
    updated_at: datetime | None
    """None: nothing was reported yet."""
    counts: Counts
    message: Message | None
    plan_id: str
    who: str
    notebook: str
    """Path of the executed page; empty: none."""
    stop_by: str | None
    """Who asked it to stop."""

    def duration(self, moment: datetime) -> timedelta:
        """How long it took, or has taken at `moment`."""
        return (self.ended_at or moment) - self.started_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the journal."""

    at: datetime
    stage: str
    code: str
    """Message id."""
    params: Mapping[str, Any] = field(default_factory=dict)
    level: str = Level.INFO
    record: str = ""
    """Key of the record concerned."""
    action: str = ""
    """Plan action taken: create, update, ..."""
    run: str = ""
    """Filled in when read."""
    seq: int = 0
    """Filled in when read: 1, 2, ..."""

    @property
    def message(self) -> Message:
        """The line as a message."""
        return Message(self.code, self.params)
