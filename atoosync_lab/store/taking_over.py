"""A restored store in a new place: what the old place was doing does not go on here by itself (SEC-05)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from atoosync_lab.store.engine import Store
from atoosync_lab.store.journal_records import GOING, RunState
from atoosync_lab.store.leases import holder
from atoosync_lab.store.tables import leases, run_requests, runs, schedules, secrets, token_refreshes, workers
from atoosync_lab.store.types import now

_TOKENS = "%.tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """What was put to rest."""

    paused: int
    """Schedules that a person resumes one by one."""
    lost: int
    """Runs that were going or waiting."""
    signed_out: int
    """Sign-ins that were forgotten."""


def take_over(store: Store, *, who: str, keep_sign_in: bool) -> TakenOver:
    """Put to rest what belonged to the old place: in one transaction.

    Args:
        store: the restored store, in its new place or on its way there.
        who: person who restores.
        keep_sign_in: the old place is gone for good. Else its refresh token, which works once, must not be used by two.
    """
    moment = now()
    with store.begin() as tx:
        paused = tx.execute(
            update(schedules)
            .where(schedules.c.paused.is_(False))
            .values(paused=True, next_at=None, revision=schedules.c.revision + 1, updated_at=moment, updated_by=who)
        ).rowcount
        lost = tx.execute(
            update(runs)
            .where(runs.c.state.in_([state.value for state in GOING]))
            .values(state=RunState.LOST.value, ended_at=moment, message={"code": "run.lost", "params": {}})
        ).rowcount
        tx.execute(update(leases).values(holder=None, expires_at=moment))
        tx.execute(update(workers).where(workers.c.ended_at.is_(None)).values(ended_at=moment))
        tx.execute(delete(run_requests))
        tx.execute(delete(token_refreshes))
        signed_out = tx.execute(
            select(func.count()).select_from(secrets).where(secrets.c.field.like(_TOKENS))
        ).scalar_one()
        if not keep_sign_in:
            tx.execute(delete(secrets).where(secrets.c.field.like(_TOKENS)))
    return TakenOver(paused=paused, lost=lost, signed_out=0 if keep_sign_in else signed_out)


def held_now(store: Store) -> list[str]:
    """Who holds a lease at this moment: runs that are going."""
    with store.read() as connection:
        tasks = connection.execute(select(leases.c.profile, leases.c.task)).all()
    found = (holder(store, row.profile, row.task) for row in tasks)
    return sorted({each.who for each in found if each is not None})
