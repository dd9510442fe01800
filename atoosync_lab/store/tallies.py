"""How much was done, and when: what statistics are made of (SVC-09). It only reads the journal and the ledger."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from atoosync_lab.store.engine import Store
from atoosync_lab.store.ledger_rules import State
from atoosync_lab.store.tables import ledger, runs


def runs_that_did(store: Store, profile: str, since: datetime) -> list[tuple[str, datetime, int]]:
    """(flow, start, records done) of every run since a moment that did at least one record."""
    query = select(runs.c.flow, runs.c.started_at, runs.c.ok).where(
        runs.c.profile == profile, runs.c.started_at >= since, runs.c.ok > 0
    )
    with store.read() as connection:
        return [(row.flow, row.started_at, row.ok) for row in connection.execute(query)]


def ledger_done(store: Store, profile: str, since: datetime) -> list[tuple[str, datetime]]:
    """(flow, moment) of every ledger row that is at its target, since a moment; one closed by hand has no target."""
    query = select(ledger.c.flow, ledger.c.updated_at).where(
        ledger.c.profile == profile,
        ledger.c.state == State.DONE.value,
        ledger.c.updated_at >= since,
        (ledger.c.target_id != "") | (ledger.c.target_number != ""),
    )
    with store.read() as connection:
        return [(row.flow, row.updated_at) for row in connection.execute(query)]


def waiting_for_a_person(store: Store, profile: str) -> int:
    """Records whose outcome only a person can decide."""
    query = select(func.count()).where(ledger.c.profile == profile, ledger.c.state == State.REVIEW.value)
    with store.read() as connection:
        return int(connection.execute(query).scalar_one())
