"""The ledger: what was sent exactly once, for machines (engine.md, section 6). People read the journal.

Every move is a compare-and-set on (state, attempt, version) of all its rows in one transaction: all move, or none does
and the loser stops.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Update, bindparam, func, insert, select, update

from atoosync_lab.model.i18n import Message
from atoosync_lab.store.engine import Store, upsert
from atoosync_lab.store.errors import LostRaceError
from atoosync_lab.store.ledger_rules import IN_DOUBT, OPEN, Proof, State, check_arrow, make_token
from atoosync_lab.store.quota import Counter, Quota
from atoosync_lab.store.tables import generations, ledger
from atoosync_lab.store.types import now

__all__ = ["ALL", "Ledger", "LedgerRow", "NewRow", "Proof", "Reset", "State", "make_token"]

ALL: Final = "ALL"
"""Every key of a flow, for `Ledger.reset`."""

_CHUNK = 400
"""Keys a query: SQLite of old takes 999 values at most."""

_VALUES = frozenset(
    {"token", "reference", "batch_id", "submission_id", "target_id", "target_number", "error", "payload", "settle_from"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A record that is going to be sent."""

    key: str
    """Shop order id, payment id, ... as text."""
    units: int = 1
    """Units of the subscription it takes."""
    payload: str | None = None
    """JSON text that sending needs again after a crash."""
    reference: str = ""
    """Reference text at the target, where it is known already."""
    counter: str = Counter.IMPORTS


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One row, as it was when read."""

    id: int
    profile: str
    flow: str
    key: str
    generation: int
    state: State
    attempt: int
    """Sends begun so far."""
    version: int
    """Rises with every move."""
    token: str
    reference: str
    batch_id: str
    submission_id: str
    target_id: str
    target_number: str
    error: Message | None
    payload: str | None
    units: int
    counter: str
    period: str
    """Month in which its units were reserved."""
    who: str
    """Person who decided, if one did."""
    created_at: datetime
    updated_at: datetime
    settle_from: datetime | None
    """Since when its outcome is awaited."""


@dataclass(frozen=True, slots=True)
class Reset:
    """What became of a reset (ORD-31)."""

    done: tuple[str, ...]
    """Keys that are importable again."""
    held: tuple[LedgerRow, ...]
    """Rows in doubt: they may be at the target already, and are decided one by one."""
    unknown: tuple[str, ...]
    """Keys that were never imported."""


class Ledger:
    """The ledger of all profiles.

    Args:
        store: the state store.
        quota: counts the units of rows.
        clock: gives the current moment; for tests.
    """

    def __init__(self, store: Store, quota: Quota | None = None, clock: Callable[[], datetime] = now) -> None:
        self._store, self._clock = store, clock
        self._quota = quota or Quota(store)

    def intend(self, profile: str, flow: str, rows: Sequence[NewRow]) -> list[LedgerRow]:
        """The rows of records to be sent: new ones as INTENT with their units reserved, known ones as they are.

        One transaction, in the order given. A row that comes back REFUSED is sent again by moving it to INTENT.

        Raises:
            QuotaReachedError: the counter does not cover all new ones; nothing was written.
                `message.params["covered"]` of them are covered: give fewer.
        """
        moment = self._clock()
        with self._store.begin() as tx:
            current = self._generations(tx, profile, flow, [row.key for row in rows])
            held = {row.key: row for row in self._find(tx, profile, flow, [row.key for row in rows])}
            fresh = list({row.key: row for row in rows if row.key not in held}.values())
            for counter in sorted({row.counter for row in fresh}):
                counted = [row for row in fresh if row.counter == counter]
                period = self._quota.reserve(tx, profile, counter, [row.units for row in counted])
                values = [_blank(profile, flow, row, current.get(row.key, 1), period, moment) for row in counted]
                tx.execute(insert(ledger), values)
            found = {row.key: row for row in self._find(tx, profile, flow, [row.key for row in fresh])}
        both = {**held, **found}
        return [both[row.key] for row in rows]

    def move(
        self,
        rows: Sequence[LedgerRow],
        to: State,
        *,
        proof: Proof | None = None,
        who: str = "",
        each: Mapping[str, Mapping[str, Any]] | None = None,
        **values: Any,
    ) -> list[LedgerRow]:
        """Move rows along an arrow, all or none.

        Args:
            rows: the rows as last read, all of one flow.
            to: the state they go to.
            proof: needed where an arrow leads back to a send (`ledger_rules.ARROWS`).
            who: person who decided; needed with `Proof.PERSON`.
            each: further values by key, e.g. the target's id of each.
            **values: token, reference, batch_id, submission_id, target_id, target_number, error, payload, settle_from.

        Raises:
            LostRaceError: a row was moved by somebody else; nothing was moved.
            ValueError: the arrow is not allowed, or its proof is missing.
            TypeError: an unknown value.
            QuotaReachedError: REFUSED rows would be sent again and are not covered.
        """
        if not rows:
            return []
        for row in rows:
            check_arrow(row.state, to, proof)
        if proof is Proof.PERSON and not who:
            raise ValueError("a person's decision needs a name")
        moment = self._clock()
        spent: dict[tuple[str, str, str, bool], int] = {}
        with self._store.begin() as tx:
            for row in rows:
                given = {**values, **((each or {}).get(row.key) or {})}
                if unknown := given.keys() - _VALUES:
                    raise TypeError(f"the ledger has no value {', '.join(sorted(unknown))}")
                closed = proof is Proof.PERSON and not (given.get("target_id") or given.get("target_number"))
                period = self._count(tx, row, to, spent, used=not closed)
                self._set(tx, row, to, {**_columns(given, row, to, moment), "period": period, "who": who or row.who})
            for (name, counter, period, used), units in spent.items():
                (self._quota.settle if used else self._quota.release)(tx, name, counter, period, units)
            return self._by_id(tx, [row.id for row in rows])

    def recover(self, profile: str, flows: Collection[str] | None = None) -> list[LedgerRow]:
        """Rows left SENDING by a run that is over become UNKNOWN; those rows.

        Call it with the task's lease held, before anything else. Were the other run still alive, its next move would
        lose the race and stop it: the record is looked up, never sent twice.
        """
        left = self.open_rows(profile, flows, states=(State.SENDING,))
        return self.move(left, State.UNKNOWN) if left else []

    def open_rows(
        self, profile: str, flows: Collection[str] | None = None, states: Collection[State] = OPEN
    ) -> list[LedgerRow]:
        """Rows of a profile that are not finished, oldest first."""
        query = select(ledger).where(ledger.c.profile == profile, ledger.c.state.in_([State(s).value for s in states]))
        if flows is not None:
            query = query.where(ledger.c.flow.in_(list(flows)))
        with self._store.read() as connection:
            return [_row(found) for found in connection.execute(query.order_by(ledger.c.id))]

    def get(self, row_id: int) -> LedgerRow | None:
        """A row by its number."""
        with self._store.read() as connection:
            return next(iter(self._by_id(connection, [row_id])), None)

    def find(self, profile: str, flow: str, keys: Sequence[str]) -> dict[str, LedgerRow]:
        """Rows of these keys in their current generation, by key; a key that was never sent is absent."""
        with self._store.read() as connection:
            return {row.key: row for row in self._find(connection, profile, flow, keys)}

    def history(self, profile: str, flow: str, key: str) -> list[LedgerRow]:
        """All generations of a key, oldest first."""
        query = select(ledger).where(ledger.c.profile == profile, ledger.c.flow == flow, ledger.c.key == key)
        with self._store.read() as connection:
            return [_row(found) for found in connection.execute(query.order_by(ledger.c.generation))]

    def states(self, profile: str, flow: str) -> dict[str, tuple[State, str]]:
        """State and target number of every key of a flow, in its current generation."""
        raised = select(generations.c.key, generations.c.generation).where(
            generations.c.profile == profile, generations.c.flow == flow
        )
        columns = (ledger.c.key, ledger.c.generation, ledger.c.state, ledger.c.target_number)
        query = select(*columns).where(ledger.c.profile == profile, ledger.c.flow == flow)
        with self._store.read() as connection:
            current = dict([tuple(r) for r in connection.execute(raised)])
            rows = connection.execute(query).all()
        return {r.key: (State(r.state), r.target_number) for r in rows if r.generation == current.get(r.key, 1)}

    def payloads(self, profile: str, flow: str) -> dict[str, str]:
        """What finished rows of a flow keep, by key, in their current generation; rows that keep nothing are absent."""
        raised = select(generations.c.key, generations.c.generation).where(
            generations.c.profile == profile, generations.c.flow == flow
        )
        kept = select(ledger.c.key, ledger.c.generation, ledger.c.payload).where(
            ledger.c.profile == profile,
            ledger.c.flow == flow,
            ledger.c.state == State.DONE.value,
            ledger.c.payload.is_not(None),
        )
        with self._store.read() as connection:
            current = dict([tuple(r) for r in connection.execute(raised)])
            rows = connection.execute(kept).all()
        return {r.key: r.payload for r in rows if r.generation == current.get(r.key, 1)}

    def keep(self, row: LedgerRow, payload: str, *, who: str) -> None:
        """Replace what a finished row keeps.

        Args:
            row: the row as last read.
            payload: JSON text.
            who: person who decided.

        Raises:
            LostRaceError: the row was moved by somebody else.
            ValueError: the row is not finished.
        """
        if row.state is not State.DONE:
            raise ValueError(f"{row.key} is {row.state}, not finished")
        with self._store.begin() as tx:
            self._set(tx, row, State.DONE, {"payload": payload, "who": who, "updated_at": self._clock()})

    def counts(self, profile: str, flow: str | None = None) -> dict[State, int]:
        """Rows by state; every state is there."""
        query = select(ledger.c.state, func.count()).where(ledger.c.profile == profile).group_by(ledger.c.state)
        if flow is not None:
            query = query.where(ledger.c.flow == flow)
        counted = dict.fromkeys(State, 0)
        with self._store.read() as connection:
            counted.update({State(state): number for state, number in connection.execute(query)})
        return counted

    def reset(self, profile: str, flow: str, keys: Sequence[str] | str, *, who: str) -> Reset:
        """Make records importable again by raising their generation (ORD-31). Nothing is deleted.

        Args:
            profile: profile id.
            flow: the flow.
            keys: keys, or `ALL`.
            who: person who asked.
        """
        if isinstance(keys, str) and keys != ALL:
            raise ValueError("keys are a list, or ALL")
        moment = self._clock()
        with self._store.begin() as tx:
            if keys == ALL:
                known = select(ledger.c.key).where(ledger.c.profile == profile, ledger.c.flow == flow).distinct()
                keys = sorted(tx.execute(known).scalars())
            found = {row.key: row for row in self._find(tx, profile, flow, list(keys))}
            held = tuple(row for row in found.values() if row.state in IN_DOUBT)
            ready = [row for row in found.values() if row.state in (State.DONE, State.REFUSED)]
            asked = {"profile": profile, "flow": flow, "who": who, "at": moment}
            raised = [{**asked, "key": row.key, "generation": row.generation + 1} for row in ready]
            upsert(tx, generations, raised, update=("generation", "who", "at"))
        return Reset(tuple(r.key for r in ready), held, tuple(k for k in keys if k not in found))

    def _generations(self, tx: Connection, profile: str, flow: str, keys: Sequence[str]) -> dict[str, int]:
        current: dict[str, int] = {}
        for start in range(0, len(keys), _CHUNK):
            query = select(generations.c.key, generations.c.generation).where(
                generations.c.profile == profile,
                generations.c.flow == flow,
                generations.c.key.in_(keys[start : start + _CHUNK]),
            )
            current.update({row.key: row.generation for row in tx.execute(query)})
        return current

    def _find(self, tx: Connection, profile: str, flow: str, keys: Sequence[str]) -> list[LedgerRow]:
        current = self._generations(tx, profile, flow, keys)
        rows: list[LedgerRow] = []
        for start in range(0, len(keys), _CHUNK):
            query = select(ledger).where(
                ledger.c.profile == profile, ledger.c.flow == flow, ledger.c.key.in_(keys[start : start + _CHUNK])
            )
            found = (_row(each) for each in tx.execute(query))
            rows += [row for row in found if row.generation == current.get(row.key, 1)]
        return rows

    def _by_id(self, tx: Connection, ids: Sequence[int]) -> list[LedgerRow]:
        rows: dict[int, LedgerRow] = {}
        for start in range(0, len(ids), _CHUNK):
            query = select(ledger).where(ledger.c.id.in_(ids[start : start + _CHUNK]))
            rows.update({each.id: _row(each) for each in tx.execute(query)})
        return [rows[each] for each in ids if each in rows]

    def _set(self, tx: Connection, row: LedgerRow, to: State, columns: dict[str, Any]) -> None:
        values = {"state": to.value, "version": row.version + 1, **columns}
        seen = {"row": row.id, "was": row.state.value, "tried": row.attempt, "seen": row.version}
        given = {_GIVEN + name: value for name, value in values.items()}
        if tx.execute(_moving(tuple(values)), {**seen, **given}).rowcount != 1:
            raise LostRaceError("ledger.lost_race", key=row.key)

    def _count(
        self, tx: Connection, row: LedgerRow, to: State, spent: dict[tuple[str, str, str, bool], int], *, used: bool
    ) -> str:
        """The month in which the units of a row on its way stand; those that are settled or released add to `spent`."""
        if to in (State.DONE, State.REFUSED) and row.state in OPEN:
            # Refused, or closed by a person without a document: no unit was used.
            place = (row.profile, row.counter, row.period, to is State.DONE and used)
            spent[place] = spent.get(place, 0) + row.units
        elif row.state is State.REFUSED and to is State.INTENT:
            return self._quota.reserve(tx, row.profile, row.counter, [row.units])
        return row.period


_GIVEN = "new_"


@functools.cache
def _moving(names: tuple[str, ...]) -> Update:
    """The statement that changes these columns of a row, if nobody has moved it: made once, executed row by row."""
    return (
        update(ledger)
        .where(
            ledger.c.id == bindparam("row"),
            ledger.c.state == bindparam("was"),
            ledger.c.attempt == bindparam("tried"),
            ledger.c.version == bindparam("seen"),
        )
        .values({name: bindparam(_GIVEN + name) for name in names})
    )


def _columns(given: Mapping[str, Any], row: LedgerRow, to: State, moment: datetime) -> dict[str, Any]:
    columns = dict(given)
    if "error" in columns:
        error: Message | None = columns["error"]
        columns["error"] = None if error is None else {"code": error.code, "params": dict(error.params)}
    columns["updated_at"] = moment
    if to is State.SENDING:
        columns["attempt"] = row.attempt + 1
    if to in (State.SENT, State.UNKNOWN) and "settle_from" not in columns:
        columns["settle_from"] = row.settle_from or moment
    if to is State.INTENT:
        # A new send awaits its own outcome.
        columns.update(settle_from=None, submission_id="", batch_id="")
    return columns


def _blank(
    profile: str, flow: str, row: NewRow, generation: int, period: str, moment: datetime
) -> dict[str, Any]:  # fmt: skip
    return {
        "profile": profile, "flow": flow, "key": row.key, "generation": generation, "state": State.INTENT.value,
        "attempt": 0, "version": 0, "token": make_token(profile, flow, row.key, generation),
        "reference": row.reference, "batch_id": "", "submission_id": "", "target_id": "", "target_number": "",
        "error": None, "payload": row.payload, "units": row.units, "counter": str(row.counter), "period": period,
        "who": "", "created_at": moment, "updated_at": moment, "settle_from": None,
    }  # fmt: skip


def _row(found: Row[Any]) -> LedgerRow:
    values = dict(found._mapping)
    error = values.pop("error")
    values["error"] = Message(error["code"], error["params"]) if error else None
    values["state"] = State(values["state"])
    return LedgerRow(**values)
