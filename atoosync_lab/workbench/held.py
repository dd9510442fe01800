"""Records that the newest plan holds, and what of the maps each of them lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.runs.session import Session
from atoosync_lab.workbench import cures

HELD_ROWS = 2_000
"""Held rows of a plan that are looked at."""

Lacking = tuple[str, str, tuple[str, ...]]
"""Map, row, columns: what a record is held for; the names are empty for a reason that is about no map."""
Waiting = tuple[str, tuple[Lacking, ...]]
"""A record, and everything it is held for."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What the changes free among the records that wait."""

    records: tuple[str, ...] = ()
    amount: Decimal | None = None
    """With tax; None: not known, or of several currencies."""
    currency: str = ""


def held(session: Session, flow: str) -> Iterator[Waiting]:
    """(record, its reasons as (map, row, columns)) of the newest plan; a reason of no map has an empty name."""
    entries = session.workspace.plans.list(session.profile_id, flow)
    if not entries:
        return
    try:
        plan = session.saved_plan(entries[0].id)
        rows = plan.rows(actions=["block"], limit=HELD_ROWS)
    except AtooSyncError:
        return  # the plan went with its age
    for row in rows:
        reasons = []
        for code, params in cures.reasons(row):
            name, key = cures.map_row(code, params) or ("", "")
            reasons.append((name, key, cures.columns_of(code)))
        yield row.key, tuple(reasons)
