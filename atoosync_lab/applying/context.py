"""What applying a plan needs, wired by `runs/`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from atoosync_lab.connectors.base import ErpConnector, ShopConnector
from atoosync_lab.model.events import Level, Stage
from atoosync_lab.model.i18n import Message
from atoosync_lab.planning.plan import Plan, PlanRow
from atoosync_lab.settings import Profile
from atoosync_lab.snapshots.contents import Contents
from atoosync_lab.store.ledger import Ledger
from atoosync_lab.store.links import Links
from atoosync_lab.store.quota import Quota


class Record(Protocol):
    """Notes one journal entry (and tells whoever watches the run)."""

    def __call__(
        self,
        stage: Stage,
        code: str,
        params: Mapping[str, Any] | None = None,
        *,
        level: Level = Level.INFO,
        record: str = "",
        action: str = "",
    ) -> None:
        """Note an entry."""
        ...


@dataclass(slots=True)
class Tally:
    """Counts of a run: total = ok + failed + ignored (+ left when it was stopped)."""

    total: int = 0
    ok: int = 0
    failed: int = 0
    ignored: int = 0
    blocked: int = 0
    """Part of `ignored`."""
    to_check: int = 0
    """Records whose outcome is not known yet; part of `failed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyContext:
    """Everything an applier may use."""

    profile: Profile
    plan: Plan
    shop: ShopConnector | None
    erp: ErpConnector | None
    ledger: Ledger
    links: Links
    quota: Quota
    record: Record
    check: Callable[[], None]
    """Called before each write call: raises StoppedError when Stop was pressed, BusyError when the lease was lost."""
    progress: Callable[[Tally], None]
    tally: Tally = field(default_factory=Tally)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    contents: Contents = field(default_factory=lambda: Contents(Path("images")))
    """Contents of the images that the plan sends."""
    made: dict[str, str] = field(default_factory=dict)
    """Products that this plan has created so far: key -> id in the shop."""
    later_generations: int = 0
    """Further generations of a record that are looked up before it is sent: a restored home may not know of them."""

    def done(self, row: PlanRow, message: str, /, **params: Any) -> None:
        """A record was written; what the plan noted beside it stands in the journal too."""
        self.tally.ok += 1
        self.record(
            Stage.APPLY,
            message,
            {"record": row.key, **params},
            level=Level.SUCCESS,
            record=row.key,
            action=str(row.action),
        )
        for note in row.notes:
            told = note.message
            self.record(Stage.APPLY, told.code, {"record": row.key, **told.params}, level=note.level,
                        record=row.key, action=str(row.action))  # fmt: skip

    def failed(self, row: PlanRow, message: Message) -> None:
        """A record was refused or failed; the others go on."""
        self.tally.failed += 1
        self.record(
            Stage.APPLY, message.code, message.params, level=Level.ERROR, record=row.key, action=str(row.action)
        )

    def left(self, row: PlanRow, message: Message) -> None:
        """A record was left as it is on purpose; it is not due again."""
        self.tally.ignored += 1
        self.record(
            Stage.APPLY, message.code, message.params, level=Level.WARNING, record=row.key, action=str(row.action)
        )

    def in_doubt(self, row: PlanRow, message: str, /, **params: Any) -> None:
        """The outcome of a record is not known; the next run looks first."""
        self.tally.failed += 1
        self.tally.to_check += 1
        self.record(
            Stage.APPLY,
            message,
            {"record": row.key, **params},
            level=Level.WARNING,
            record=row.key,
            action=str(row.action),
        )
