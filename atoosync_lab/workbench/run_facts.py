"""What the journal says of one run, gathered as its lines come: stage, counts, pace, end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from atoosync_lab.kit import run_card
from atoosync_lab.kit.run_card import Line
from atoosync_lab.model.errors import AtooSyncError, SettingsError
from atoosync_lab.model.events import Stage
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs.session import Session
from atoosync_lab.store.journal_records import GOING, Counts, Entry, Run, RunState

STAGES = ("read", "plan", "send", "confirm")
"""What people are told of the stages of a run, in order."""

_STAGE_OF = {
    Stage.RESOLVE: "read",
    Stage.CAPTURE: "read",
    Stage.PLAN: "plan",
    Stage.APPLY: "send",
    Stage.CONFIRM: "confirm",
    Stage.FINISH: "confirm",
}
_SETTLED = 4
"""Records done before an end time is told: the first ones say little about the rest."""


@dataclass(slots=True)
class RunFacts:
    """One run, as far as its journal tells.

    Args:
        session: the opened profile.
        run_id: the run; it may not have opened its journal row yet.
    """

    session: Session
    run_id: str
    run: Run | None = None
    stage: str = "read"
    rows_read: int = 0
    read_at: datetime | None = None
    planned: int | None = None
    """Rows the plan writes; None: not planned yet."""
    sending_since: datetime | None = None
    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=run_card.LOG_LINES))
    levels: dict[str, int] = field(default_factory=dict)
    plan: Plan | None = None
    _seen: int = 0
    _actions: dict[str, int] | None = None
    _units: int | None = None

    def update(self) -> bool:
        """Read what is new; True when something was.

        Raises:
            AtooSyncError: the store cannot be read.
        """
        journal = self.session.workspace.journal
        try:
            run = journal.get(self.run_id)
        except SettingsError:
            return False  # the run has not opened its row yet
        fresh = journal.entries(self.run_id, after=self._seen)
        changed = run != self.run or bool(fresh)
        self.run = run
        self._take(fresh)
        if self.plan is None and run.plan_id:
            self.plan = self._open_plan(run.plan_id)
        return changed

    def _take(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._seen = entry.seq
            self.stage = _STAGE_OF.get(Stage(entry.stage), self.stage)
            level = str(entry.level)
            self.levels[level] = self.levels.get(level, 0) + 1
            self.lines.append(Line(at=entry.at, level=level, text=str(entry.message), record=entry.record))
            if entry.code.startswith("run.captured."):
                self.rows_read += int(entry.params.get("rows", 0))
                self.read_at = entry.at
            if entry.code == "run.planned":
                kept = ("create", "update", "activate", "deactivate", "link")
                self.planned = sum(int(entry.params.get(name, 0)) for name in kept)
                self.sending_since = entry.at
                self.plan = self.plan or self._open_plan(str(entry.params.get("plan", "")))

    def _open_plan(self, plan_id: str) -> Plan | None:
        try:
            return self.session.saved_plan(plan_id) if plan_id else None
        except AtooSyncError:
            return None  # its file is gone, or not whole yet: the counts are enough

    @property
    def ended(self) -> bool:
        """The run is over, however it ended."""
        return self.run is not None and self.run.state not in GOING

    @property
    def waiting(self) -> bool:
        """It is queued."""
        return self.run is not None and self.run.state is RunState.WAITING

    @property
    def counts(self) -> Counts:
        """Counts so far."""
        return self.run.counts if self.run else Counts()

    @property
    def to_send(self) -> int:
        """Records that are to be written."""
        if self.planned is not None:
            return self.planned
        if self.plan is not None:
            if self._actions is None:  # a frozen plan: counted once, this is asked at every paint
                self._actions = self.plan.by_action()
            return sum(rows for action, rows in self._actions.items() if action not in ("skip", "block"))
        return max(self.counts.total - self.counts.ignored, 0)

    @property
    def units(self) -> int:
        """Units of the subscription that the plan uses; counted once."""
        if self._units is None:
            self._units = self.plan.units() if self.plan else 0
        return self._units

    @property
    def sent(self) -> int:
        """Records that were written or refused."""
        return min(self.counts.ok + self.counts.failed, self.to_send or self.counts.ok + self.counts.failed)

    def pace(self, now: datetime) -> float | None:
        """Records a minute; None: too early to tell."""
        since = self.sending_since or (self.run.started_at if self.run else None)
        if since is None or self.sent < _SETTLED or now <= since:
            return None
        return self.sent / max((now - since).total_seconds(), 1.0) * 60

    def ends_at(self, now: datetime) -> datetime | None:
        """When it will end at its present pace; None: too early to tell, or over."""
        pace = self.pace(now)
        if not pace or self.ended or self.stage != "send" or self.sent >= self.to_send:
            return None
        return now + timedelta(minutes=(self.to_send - self.sent) / pace)
