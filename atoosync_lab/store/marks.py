"""Last-transfer marks: from when on a flow has to look (ART-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from atoosync_lab.settings.base import BEGINNING
from atoosync_lab.store.engine import Store, upsert
from atoosync_lab.store.tables import marks
from atoosync_lab.store.types import now


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of one flow."""

    flow: str
    at: datetime
    """Records changed at or after this moment are due."""
    set_at: datetime
    who: str
    """Run or person that set it."""


class Marks:
    """Marks of all profiles. They move only after the run that used them has finished."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, profile: str, flow: str) -> datetime:
        """The mark; the beginning of time, as we count it, when there is none: everything is due."""
        query = select(marks.c.at).where(marks.c.profile == profile, marks.c.flow == flow)
        with self._store.read() as connection:
            return connection.execute(query).scalar() or BEGINNING

    def set(self, profile: str, flow: str, at: datetime, *, who: str) -> None:
        """Move a mark, forward after a run or anywhere by a person.

        Args:
            profile: profile id.
            flow: the flow.
            at: aware moment, by the remote's clock when a run sets it.
            who: the run or person.
        """
        row = {"profile": profile, "flow": flow, "at": at, "set_at": now(), "who": who}
        with self._store.begin() as tx:
            upsert(tx, marks, [row], update=("at", "set_at", "who"))

    def clear(self, profile: str, flow: str) -> None:
        """Forget a mark: everything is due again."""
        with self._store.begin() as tx:
            tx.execute(delete(marks).where(marks.c.profile == profile, marks.c.flow == flow))

    def list(self, profile: str) -> list[Mark]:
        """All marks of a profile by flow; a flow without one is absent."""
        query = select(marks).where(marks.c.profile == profile).order_by(marks.c.flow)
        with self._store.read() as connection:
            return [Mark(row.flow, row.at, row.set_at, row.who) for row in connection.execute(query)]
