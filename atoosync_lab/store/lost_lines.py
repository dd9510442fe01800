"""What a run that died had done, and had no time to write into its journal (RUN-03).

Lines are written a few at a time, so those of the last second go with the process. The ledger knows what was done all
the same: it is asked when the run is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from atoosync_lab.model.events import Level, Stage
from atoosync_lab.store.ledger_rules import State
from atoosync_lab.store.tables import entries, ledger, runs

WRITES: Mapping[str, tuple[str, ...]] = {
    "orders": ("customers", "orders", "settlements", "order-status"),
    "credit-notes": ("customers", "credit-notes", "settlements", "order-status"),
}
"""Ledger flows that a run of each flow moves; a lease keeps these runs apart, so their rows cannot be another's."""
_TOLD = {
    "customer": "customers",
    "order": "orders",
    "credit_note": "credit-notes",
    "settlement": "settlements",
    "order_status": "order-status",
}
"""Second word of the code of a line of the applying -> ledger flow of its record."""


def untold(tx: Connection, profile: str, flow: str, since: datetime) -> list[dict[str, Any]]:
    """Values of the journal lines that are missing for what was done since the run began; run and number are left out.

    Args:
        tx: the transaction in which the run is closed.
        profile: profile of the run.
        flow: its flow.
        since: when it began.
    """
    if flow not in WRITES:
        return []
    done = select(ledger.c.flow, ledger.c.key, ledger.c.target_number, ledger.c.updated_at).where(
        ledger.c.profile == profile,
        ledger.c.flow.in_(WRITES[flow]),
        ledger.c.state == State.DONE.value,
        ledger.c.updated_at >= since,
        # What a person closed was not done by the run.
        ledger.c.who == "",
    )
    said = _said(tx, profile, since)
    return [
        {
            "at": row.updated_at, "level": str(Level.SUCCESS), "stage": str(Stage.APPLY), "code": "run.lost.done",
            "params": {"record": row.key, "number": row.target_number, "flow": row.flow}, "record": row.key,
            "action": "",
        }
        for row in tx.execute(done.order_by(ledger.c.updated_at, ledger.c.id))
        if (row.flow, row.key) not in said
    ]  # fmt: skip


def written(tx: Connection, run: str) -> int:
    """Records that the lines of a run say were written."""
    lines = select(entries.c.record).where(
        entries.c.run == run, entries.c.level == str(Level.SUCCESS), entries.c.stage == str(Stage.APPLY)
    )
    return len(tx.execute(lines).all())


def _said(tx: Connection, profile: str, since: datetime) -> set[tuple[str, str]]:
    """Ledger flow and key of the records that lines since then say were done."""
    lines = (
        select(entries.c.code, entries.c.record, entries.c.params)
        .join(runs, runs.c.id == entries.c.run)
        .where(runs.c.profile == profile, entries.c.at >= since, entries.c.level == str(Level.SUCCESS))
    )
    found = set()
    for line in tx.execute(lines):
        stage, _, rest = line.code.partition(".")
        entity = rest.partition(".")[0] if stage == "apply" else ""
        flow = _TOLD.get(entity) or str((line.params or {}).get("flow", ""))
        if flow:
            found.add((flow, line.record))
    return found
