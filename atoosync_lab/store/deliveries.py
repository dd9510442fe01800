"""What the shops' webhooks delivered: each noted before it is answered, told from the others, handed to one run.

A delivery is a signal: that an order was made or changed. Nothing of its content is kept but a digest, by which the
same news said twice is known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from atoosync_lab.model.i18n import Message
from atoosync_lab.store.engine import Store
from atoosync_lab.store.tables import deliveries
from atoosync_lab.store.types import now

KEPT = timedelta(days=30)
"""How long a delivery is remembered: far longer than any shop goes on sending it."""


class DeliveryState(StrEnum):
    """What became of a delivery."""

    NOTED = "noted"
    """It waits for a run."""
    QUEUED = "queued"
    """A run was made of it."""
    DONE = "done"
    """That run has ended, and looked at the order."""
    DUPLICATE = "duplicate"
    """The same news as another one's: it runs nothing."""
    IGNORED = "ignored"
    """It is about no order that is read, or a sign of life."""
    HELD = "held"
    """The import of orders is switched off."""
    FAILED = "failed"
    """Several runs ended before they could read the order."""


_ACTIVE = (DeliveryState.NOTED.value, DeliveryState.QUEUED.value, DeliveryState.DONE.value)
"""A delivery that equals one of these says nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A delivery as it comes in."""

    profile: str
    identity: str
    """What the shop tells it from its other deliveries by."""
    topic: str
    order: str = ""
    """Id of the order; empty: about none."""
    digest: str = ""
    """Digest of its content; empty: it had none, and only an order that still waits makes it a duplicate."""
    state: DeliveryState = DeliveryState.NOTED
    """What becomes of it where it is none that was there already."""
    reason: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A delivery as it is kept."""

    id: int
    profile: str
    identity: str
    topic: str
    order: str
    received_at: datetime
    last_at: datetime
    """When it came last."""
    arrivals: int
    """How often it came."""
    state: DeliveryState
    same_as: int | None
    """The delivery whose news it repeats."""
    run: str
    """The run made of it; empty: none yet."""
    due_at: datetime | None
    attempts: int
    """Runs that ended before they could read the order."""
    reason: Message | None


class Deliveries:
    """Deliveries of all profiles.

    Args:
        store: the state store.
        clock: gives the current moment; for tests.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime] = now) -> None:
        self._store, self._clock = store, clock

    def note(self, arrival: Arrival, wait: timedelta = timedelta(0)) -> Delivery:
        """Keep a delivery, durably; what came before is counted, and not run again.

        Args:
            arrival: what came.
            wait: how long further ones are waited for before a run is made of it.

        Raises:
            StorageError: it could not be kept.
        """
        try:
            return self._noted(arrival, wait)
        except IntegrityError:
            # The same one arrived at the same instant and was kept first.
            return self._noted(arrival, wait)

    def _noted(self, arrival: Arrival, wait: timedelta) -> Delivery:
        moment = self._clock()
        with self._store.begin() as tx:
            mine = (deliveries.c.profile == arrival.profile, deliveries.c.identity == arrival.identity)
            known = tx.execute(select(deliveries).where(*mine)).first()
            if known is not None:
                values: dict[str, Any] = {"last_at": moment, "arrivals": known.arrivals + 1}
                if known.state == DeliveryState.FAILED and arrival.state is DeliveryState.NOTED:
                    values |= {"state": DeliveryState.NOTED.value, "due_at": moment + wait, "attempts": 0}
                tx.execute(update(deliveries).where(deliveries.c.id == known.id).values(values))
                return _one(tx, known.id)
            state, same = arrival.state, self._same(tx, arrival)
            if same is not None and state is DeliveryState.NOTED:
                state = DeliveryState.DUPLICATE
            row = {
                "profile": arrival.profile, "identity": arrival.identity, "topic": arrival.topic,
                "order_id": arrival.order, "digest": arrival.digest, "received_at": moment, "last_at": moment,
                "arrivals": 1, "state": state.value, "run": "", "attempts": 0,
                "same_as": same if state is DeliveryState.DUPLICATE else None,
                "due_at": moment + wait if state is DeliveryState.NOTED else None,
                "reason": _stored(arrival.reason),
            }  # fmt: skip
            made = tx.execute(insert(deliveries).values(row).returning(deliveries.c.id)).scalar_one()
            return _one(tx, made)

    def _same(self, tx: Connection, arrival: Arrival) -> int | None:
        """The delivery that said the same of the same order."""
        if not arrival.order:
            return None
        mine = (deliveries.c.profile == arrival.profile, deliveries.c.order_id == arrival.order)
        if arrival.digest:
            same: ColumnElement[bool] = (deliveries.c.digest == arrival.digest) & deliveries.c.state.in_(_ACTIVE)
        else:
            same = deliveries.c.state == DeliveryState.NOTED.value
        found: int | None = tx.execute(
            select(deliveries.c.id).where(*mine, same).order_by(deliveries.c.id).limit(1)
        ).scalar()
        return found

    def due(self, moment: datetime) -> Mapping[str, Sequence[Delivery]]:
        """Profile -> what a run is to be made of, oldest first, where the first of it is due.

        What came after the first goes into the same run; what failed before waits for its own moment.
        """
        waiting = deliveries.c.state == DeliveryState.NOTED.value
        first = select(deliveries.c.profile).where(waiting, deliveries.c.due_at <= moment).distinct()
        with self._store.read() as connection:
            profiles = connection.execute(first).scalars().all()
            found: dict[str, list[Delivery]] = {}
            for profile in profiles:
                mine = (deliveries.c.profile == profile, waiting)
                ripe = or_(deliveries.c.attempts == 0, deliveries.c.due_at <= moment)
                rows = connection.execute(select(deliveries).where(*mine, ripe).order_by(deliveries.c.id))
                found[profile] = [_delivery(row) for row in rows]
        return found

    def queued(self) -> Mapping[str, Sequence[Delivery]]:
        """Run -> the deliveries it was made of, where nobody has looked yet how it ended."""
        query = select(deliveries).where(deliveries.c.state == DeliveryState.QUEUED.value).order_by(deliveries.c.id)
        found: dict[str, list[Delivery]] = {}
        with self._store.read() as connection:
            for row in connection.execute(query):
                found.setdefault(row.run, []).append(_delivery(row))
        return found

    def take(self, ids: Collection[int], run: str) -> Sequence[int]:
        """Hand deliveries to a run; the ids of those that nobody else took."""
        mine = (deliveries.c.id.in_(list(ids)), deliveries.c.state == DeliveryState.NOTED.value)
        values = {"state": DeliveryState.QUEUED.value, "run": run, "due_at": None}
        with self._store.begin() as tx:
            taken = tx.execute(update(deliveries).where(*mine).values(values).returning(deliveries.c.id))
            return sorted(taken.scalars())

    def put_back(self, run: str, due_at: datetime, reason: Message | None = None, *, failed: bool) -> int:
        """A run was not begun, or could not do its work: what it was made of waits again; how many.

        Args:
            run: the run.
            due_at: when the next one may begin.
            reason: what ended it.
            failed: it counts as an attempt.
        """
        values: dict[str, Any] = {"state": DeliveryState.NOTED.value, "due_at": due_at, "reason": _stored(reason)}
        if failed:
            values["attempts"] = deliveries.c.attempts + 1
        return self._of_run(run, values)

    def close(self, run: str, state: DeliveryState, reason: Message | None = None) -> int:
        """A run has ended, and nothing further is to be made of its deliveries; how many."""
        values: dict[str, Any] = {"state": state.value, "due_at": None, "reason": _stored(reason)}
        if state is DeliveryState.FAILED:
            values["attempts"] = deliveries.c.attempts + 1
        return self._of_run(run, values)

    def _of_run(self, run: str, values: Mapping[str, Any]) -> int:
        mine = (deliveries.c.run == run, deliveries.c.state == DeliveryState.QUEUED.value)
        with self._store.begin() as tx:
            return tx.execute(update(deliveries).where(*mine).values(dict(values))).rowcount

    def hold(self, ids: Collection[int], reason: Message) -> int:
        """No run is to be made of deliveries that wait; how many."""
        mine = (deliveries.c.id.in_(list(ids)), deliveries.c.state == DeliveryState.NOTED.value)
        values = {"state": DeliveryState.HELD.value, "due_at": None, "reason": _stored(reason)}
        with self._store.begin() as tx:
            return tx.execute(update(deliveries).where(*mine).values(values)).rowcount

    def list(self, profile: str | None = None, *, limit: int = 50) -> Sequence[Delivery]:
        """The last deliveries, the newest arrival first."""
        query = select(deliveries).order_by(deliveries.c.last_at.desc(), deliveries.c.id.desc()).limit(limit)
        if profile is not None:
            query = query.where(deliveries.c.profile == profile)
        with self._store.read() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def forget_old(self) -> int:
        """Drop what came long ago and waits for nothing; how many."""
        waiting = (DeliveryState.NOTED.value, DeliveryState.QUEUED.value)
        old = (deliveries.c.last_at < self._clock() - KEPT, deliveries.c.state.not_in(waiting))
        with self._store.begin() as tx:
            return tx.execute(delete(deliveries).where(*old)).rowcount


def _one(tx: Connection, number: int) -> Delivery:
    return _delivery(tx.execute(select(deliveries).where(deliveries.c.id == number)).one())


def _stored(reason: Message | None) -> dict[str, Any] | None:
    return None if reason is None else {"code": reason.code, "params": dict(reason.params)}


def _delivery(row: Any) -> Delivery:
    reason = None if row.reason is None else Message(row.reason["code"], row.reason["params"])
    return Delivery(
        id=row.id, profile=row.profile, identity=row.identity, topic=row.topic, order=row.order_id,
        received_at=row.received_at, last_at=row.last_at, arrivals=row.arrivals, state=DeliveryState(row.state),
        same_as=row.same_as, run=row.run, due_at=row.due_at, attempts=row.attempts, reason=reason,
    )  # fmt: skip
