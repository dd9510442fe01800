"""What dashboards read from the exports, as values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A profile whose export can be read."""

    id: str
    name: str
    zone: str
    kind: str
    """`sales` or `accounting`."""
    shop: str
    shop_version: str
    erp: str
    to_check: int
    """Records whose outcome only a person can decide."""
    exported_at: datetime
    path: Path
    alias: str
    """Name under which the export is attached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run, as exported."""

    profile: Shown
    id: str
    flow: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    updated_at: datetime | None
    """None: nothing was reported yet."""
    total: int
    ok: int
    failed: int
    ignored: int
    blocked: int
    plan_id: str
    who: str
    notebook: str
    message: str
    lines: int
    cause: str
    """Sentence that ended it, in the reader's language; empty: it came to its end."""
    stage: str = ""
    """Stage it is in; empty: it has ended."""

    @property
    def done(self) -> int:
        """Records dealt with: the n of n / total."""
        return self.ok + self.failed + self.ignored


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a run's log."""

    at: datetime
    level: str
    record: str
    text: str


@dataclass(frozen=True, slots=True)
class Daily:
    """Records of one kind on one day."""

    profile: str
    day: date
    side: str
    """`export` or `import`."""
    kind: str
    records: int


@dataclass(frozen=True, slots=True)
class Balance:
    """One counter of a profile's subscription, in its present period."""

    profile: str
    counter: str
    """`exports` or `imports`."""
    starts: date
    resets: date
    bought: int | None
    """None: not counted."""
    used: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A scheduled task: its next start, or that it is paused."""

    profile: str
    flow: str
    paused: bool
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the reader filters by; empty: all."""

    profile: str = ""
    flow: str = ""
    state: str = ""
    text: str = ""
    since: datetime | None = None

    def without_state(self) -> Self:
        """The same, whatever the state."""
        return replace(self, state="")
