"""Which records the runs of a plan wrote, from the journal (BEY-05)."""

from __future__ import annotations

from sqlalchemy import select

from atoosync_lab.store.engine import Store
from atoosync_lab.store.journal_records import RunState
from atoosync_lab.store.tables import entries, runs

_WRITTEN = "apply."


def written_by(store: Store, profile: str, plan_id: str) -> list[tuple[str, str, str]]:
    """(record, entity, action) of every line that says that a plan's record was written.

    Args:
        store: the state store.
        profile: whose plan.
        plan_id: the plan.
    """
    query = (
        select(entries.c.record, entries.c.code, entries.c.action)
        .join(runs, runs.c.id == entries.c.run)
        .where(
            runs.c.profile == profile,
            runs.c.plan_id == plan_id,
            entries.c.level == "success",
            entries.c.code.startswith(_WRITTEN, autoescape=True),
        )
    )
    with store.read() as connection:
        rows = connection.execute(query).all()
    # `apply.<entity>.<action>`: the code says what sort of record it was.
    return [(row.record, row.code.split(".")[1], row.action) for row in rows]


def was_killed(store: Store, profile: str, plan_id: str) -> bool:
    """A run of this plan never ended: it was killed, or its machine stopped; its last writes may be noted nowhere.

    Args:
        store: the state store.
        profile: whose plan.
        plan_id: the plan.
    """
    never_ended = [RunState.LOST.value, RunState.RUNNING.value]
    query = select(runs.c.id).where(
        runs.c.profile == profile, runs.c.plan_id == plan_id, runs.c.state.in_(never_ended)
    )  # fmt: skip
    with store.read() as connection:
        return connection.execute(query.limit(1)).first() is not None
