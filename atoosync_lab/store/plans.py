"""State of plan files: made, approved, applied, superseded. The rows of a plan are in its file."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select, update

from atoosync_lab.model.errors import StalePlanError
from atoosync_lab.store.engine import Store
from atoosync_lab.store.tables import plans
from atoosync_lab.store.types import now


class PlanState(StrEnum):
    """States of a plan file."""

    MADE = "made"
    APPROVED = "approved"
    APPLIED = "applied"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEntry:
    """A plan file in the list."""

    id: str
    profile: str
    flow: str
    path: str
    state: PlanState
    made_at: datetime
    made_by: str
    approved_at: datetime | None
    approved_by: str | None
    applied_at: datetime | None
    applied_by: str | None
    superseded_at: datetime | None
    superseded_by: str | None
    """Id of the plan that overtook it."""


class Plans:
    """Plans of all profiles.

    Args:
        store: the state store.
        clock: gives the current moment; for tests.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime] = now) -> None:
        self._store, self._clock = store, clock

    def register(self, plan_id: str, profile: str, flow: str, path: str, *, who: str) -> PlanEntry:
        """Note a plan that was just made."""
        values = {
            "id": plan_id, "profile": profile, "flow": flow, "path": path, "state": PlanState.MADE.value,
            "made_at": self._clock(), "made_by": who,
        }  # fmt: skip
        with self._store.begin() as tx:
            tx.execute(insert(plans).values(values))
            return self._get(tx, plan_id)

    def get(self, plan_id: str) -> PlanEntry:
        """A plan.

        Raises:
            StalePlanError: unknown plan.
        """
        with self._store.read() as connection:
            return self._get(connection, plan_id)

    def list(
        self, profile: str, flow: str | None = None, states: Collection[PlanState] | None = None
    ) -> list[PlanEntry]:  # fmt: skip
        """Plans of a profile, newest first."""
        query = select(plans).where(plans.c.profile == profile).order_by(plans.c.made_at.desc(), plans.c.id.desc())
        if flow is not None:
            query = query.where(plans.c.flow == flow)
        if states is not None:
            query = query.where(plans.c.state.in_([state.value for state in states]))
        with self._store.read() as connection:
            return [_entry(row) for row in connection.execute(query)]

    def approve(self, plan_id: str, *, who: str) -> PlanEntry:
        """A person allows a plan to be applied.

        Raises:
            StalePlanError: it was applied or overtaken already.
        """
        with self._store.begin() as tx:
            self._usable(tx, plan_id)
            return self._set(tx, plan_id, PlanState.APPROVED, approved_at=self._clock(), approved_by=who)

    def usable(self, plan_id: str) -> PlanEntry:
        """A plan that may still be applied, as far as the store knows.

        Raises:
            StalePlanError: it was applied or overtaken already; the message says by whom.
        """
        with self._store.read() as connection:
            return self._usable(connection, plan_id)

    def apply(self, plan_id: str, *, who: str) -> PlanEntry:
        """Take a plan for application: once, and every other open plan of its flow is overtaken.

        Raises:
            StalePlanError: it was applied or overtaken already.
        """
        with self._store.begin() as tx:
            plan = self._usable(tx, plan_id)
            applied = self._set(tx, plan_id, PlanState.APPLIED, applied_at=self._clock(), applied_by=who)
            self._supersede(tx, plan.profile, plan.flow, plan_id)
            return applied

    def superseded_by_apply(self, profile: str, flow: str, by: str = "") -> int:
        """A flow was applied without a saved plan: its open plans are overtaken; how many."""
        with self._store.begin() as tx:
            return self._supersede(tx, profile, flow, by)

    def _supersede(self, tx: Connection, profile: str, flow: str, by: str) -> int:
        statement = update(plans).where(
            plans.c.profile == profile,
            plans.c.flow == flow,
            plans.c.id != by,
            plans.c.state.in_([PlanState.MADE.value, PlanState.APPROVED.value]),
        )
        values = {"state": PlanState.SUPERSEDED.value, "superseded_at": self._clock(), "superseded_by": by}
        return tx.execute(statement.values(values)).rowcount

    def _usable(self, tx: Connection, plan_id: str) -> PlanEntry:
        plan = self._get(tx, plan_id)
        if plan.state is PlanState.APPLIED:
            raise StalePlanError("plan.applied", plan=plan_id, who=plan.applied_by)
        if plan.state is PlanState.SUPERSEDED:
            by = tx.execute(select(plans).where(plans.c.id == (plan.superseded_by or ""))).first()
            raise StalePlanError(
                "plan.superseded",
                plan=plan_id,
                by=plan.superseded_by or "",
                who=by.applied_by if by is not None else "",
                applied_at=str((by.applied_at if by is not None else plan.superseded_at) or ""),
            )
        return plan

    def _set(self, tx: Connection, plan_id: str, state: PlanState, **values: Any) -> PlanEntry:
        tx.execute(update(plans).where(plans.c.id == plan_id).values(state=state.value, **values))
        return self._get(tx, plan_id)

    def _get(self, connection: Connection, plan_id: str) -> PlanEntry:
        row = connection.execute(select(plans).where(plans.c.id == plan_id)).first()
        if row is None:
            raise StalePlanError("plan.unknown", plan=plan_id)
        return _entry(row)


def _entry(row: Any) -> PlanEntry:
    values = dict(row._mapping)
    values["state"] = PlanState(values["state"])
    return PlanEntry(**values)
