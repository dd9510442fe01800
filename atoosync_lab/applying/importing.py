"""Exactly-once import: intent, look-up, send, confirm: the ledger's state machine, one batch at a time.

The pump knows nothing of what it sends: a `Kind` says how records of one sort are sent and found again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import uuid_utils

from atoosync_lab.applying.context import ApplyContext
from atoosync_lab.connectors.base import ErpConnector, SubmissionReport, SubmissionState, Token
from atoosync_lab.model.errors import AtooSyncError, OutcomeUnknownError, RefusedError, UnsentError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.points import point
from atoosync_lab.planning.plan import PlanRow
from atoosync_lab.store.ledger import LedgerRow, NewRow, Proof, State, make_token

FIRST_PAUSE = 2.0
"""Seconds before a submission is asked for the first time, at a live folder's speed."""
LONGEST_PAUSE = 30.0
PATIENCE = 120.0
"""Seconds a run waits for one submission; after that the rows stay SENT and the next run resolves them."""
MAX_SENDS = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A record seen at the target."""

    target_id: str
    number: str = ""
    detail: Any = None


class Kind(Protocol):
    """How one sort of record is imported."""

    flow: str
    """Ledger flow of these records."""

    def submit(self, batch: Sequence[tuple[Item, Token]]) -> str:
        """Send one file."""
        ...

    def find(self, tokens: Sequence[Token]) -> Mapping[str, Found]:
        """Records at the target, by token."""
        ...

    def reference(self, item: Item, token: str) -> str:
        """Reference text the record will carry."""
        ...

    def confirmed(self, item: Item, found: Found, *, existed: bool) -> None:
        """The record is at the target; note it. `existed`: it was there before this run sent anything."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One record to import."""

    row: PlanRow
    payload: Any
    units: int = 1
    keep: str | None = None
    """JSON kept in the ledger: what a later run sends without a plan (settlements), what was imported (orders)."""


@dataclass(slots=True)
class Pending:
    """A batch that was sent and awaits confirmation."""

    items: dict[str, Item]
    """By ledger key."""
    rows: dict[str, LedgerRow]
    submission: str
    """Empty: the outcome of the sending itself is unknown."""


class Importer:
    """Pumps the records of one kind."""

    def __init__(self, ctx: ApplyContext, erp: ErpConnector, kind: Kind) -> None:
        self._ctx, self._erp, self._kind = ctx, erp, kind
        self._adopted: dict[str, dict[str, str]] = {}
        """Key -> token and reference under which a restored home found its record."""

    def send(self, items: Sequence[Item]) -> Pending | None:
        """Intent, look-up and sending of one batch; None when nothing was left to send.

        Raises:
            QuotaReachedError: the rest is not covered; nothing of this batch was sent.
            RetryError: the ERP cannot be reached; the batch stays INTENT.
            StoppedError, BusyError: from the check before the write.
        """
        ctx, kind = self._ctx, self._kind
        by_key = {item.row.key: item for item in items}
        rows = ctx.ledger.intend(
            ctx.profile.id,
            kind.flow,
            [NewRow(key=key, units=item.units, payload=item.keep) for key, item in by_key.items()],
        )
        point("ledger:intended")
        rows = self._again(rows, by_key)
        if not rows:
            return None
        tokens = [self._token(row, by_key[row.key]) for row in rows]
        found = self._found(rows, tokens, by_key)
        point("ledger:looked_up")
        rows = self._finish(rows, tokens, found, by_key, existed=True)
        if not rows:
            return None
        ctx.check()
        wanted = {t.key: t for t in tokens}
        rows = ctx.ledger.move(
            rows,
            State.SENDING,
            batch_id=str(uuid_utils.uuid7()),
            each={row.key: _sending(wanted[row.key], by_key[row.key]) for row in rows},
        )
        point("ledger:sending")
        return self._submit(rows, wanted, by_key)

    def _again(self, rows: Sequence[LedgerRow], by_key: Mapping[str, Item]) -> list[LedgerRow]:
        """Rows that may be sent now: refused ones go back to INTENT, others in doubt are left to `resolve`."""
        refused = [r for r in rows if r.state is State.REFUSED]
        ready = [r for r in rows if r.state is State.INTENT]
        if refused:
            ready += self._ctx.ledger.move(refused, State.INTENT, error=None)
        for row in rows:
            if row.state is State.DONE:
                self._ctx.tally.ok += 1
            elif row.state not in (State.INTENT, State.REFUSED):
                self._ctx.in_doubt(by_key[row.key].row, "order.outcome_unknown", order=row.key)
        return ready

    def _found(
        self, rows: Sequence[LedgerRow], tokens: Sequence[Token], by_key: Mapping[str, Item]
    ) -> Mapping[str, Found]:
        """Records that are at the target already, by the token of their row.

        In a restored home also those of a later generation, which was raised after the backup was made: their row takes
        that token. Customers have none: they are found by their code.
        """
        found = dict(self._kind.find(tokens))
        ahead = 0 if self._kind.flow == "customers" else self._ctx.later_generations
        later: dict[str, tuple[LedgerRow, Token]] = {}
        for row in (row for row in rows if ahead and row.token not in found):
            for generation in range(row.generation + 1, row.generation + ahead + 1):
                token = make_token(row.profile, row.flow, row.key, generation)
                reference = self._kind.reference(by_key[row.key], token)
                later[token] = (row, Token(key=row.key, token=token, reference=reference))
        seen = self._kind.find([asked for _, asked in later.values()]) if later else {}
        for name, record in seen.items():
            row, asked = later[name]
            if row.token not in found:
                found[row.token] = record
                self._adopted[row.key] = {"token": asked.token, "reference": asked.reference}
        return found

    def _token(self, row: LedgerRow, item: Item) -> Token:
        reference = row.reference or self._kind.reference(item, row.token)
        return Token(key=row.key, token=row.token, reference=reference)

    def _finish(
        self,
        rows: Sequence[LedgerRow],
        tokens: Sequence[Token],
        found: Mapping[str, Found],
        by_key: Mapping[str, Item],
        *,
        existed: bool,
    ) -> list[LedgerRow]:
        """Move what was found to DONE; the rows that were not found."""
        by_token = {t.key: found[t.token] for t in tokens if t.token in found}
        there = [r for r in rows if r.key in by_token]
        if there:
            self._ctx.ledger.move(
                there,
                State.DONE,
                each={
                    k: {"target_id": f.target_id, "target_number": f.number, **self._adopted.get(k, {})}
                    for k, f in by_token.items()
                },
                error=None,
            )
            point("ledger:done")
            for row in there:
                self._kind.confirmed(by_key[row.key], by_token[row.key], existed=existed)
        return [r for r in rows if r.key not in by_token]

    def _submit(self, rows: list[LedgerRow], tokens: Mapping[str, Token], by_key: Mapping[str, Item]) -> Pending | None:
        ctx = self._ctx
        try:
            submission = self._kind.submit([(by_key[row.key], tokens[row.key]) for row in rows])
        except RefusedError as error:
            for row in ctx.ledger.move(rows, State.REFUSED, proof=Proof.REFUSED, error=error.message):
                ctx.failed(by_key[row.key].row, error.message)
            return None
        except OutcomeUnknownError:
            rows = ctx.ledger.move(rows, State.UNKNOWN)
            submission = ""
        except AtooSyncError as error:
            # A connector promises that every other error of a sending proves that nothing was written.
            self._not_sent(rows, by_key, error)
            raise
        else:
            point("ledger:accepted")
            rows = ctx.ledger.move(rows, State.SENT, submission_id=submission)
        point("ledger:sent")
        return Pending({r.key: by_key[r.key] for r in rows}, {r.key: r for r in rows}, submission)

    def _not_sent(self, rows: list[LedgerRow], by_key: Mapping[str, Item], error: AtooSyncError) -> None:
        """Nothing left: back to INTENT; after several sends a person looks at it."""
        tired = [r for r in rows if r.attempt >= MAX_SENDS and isinstance(error, UnsentError)]
        fresh = [r for r in rows if r not in tired]
        if fresh:
            self._ctx.ledger.move(fresh, State.INTENT, proof=Proof.UNSENT, error=error.message)
        if tired:
            self._ctx.ledger.move(tired, State.REVIEW, error=error.message)
        for row in rows:
            self._ctx.failed(by_key[row.key].row, error.message)

    def confirm(self, pending: Pending) -> None:
        """Wait for a batch and look at the target; judge each record alone.

        What is still not decided stays as it is, and the next run resolves it.
        """
        ctx, erp = self._ctx, self._erp
        pause = pace(FIRST_PAUSE, erp.settle_seconds)
        waited, limit = 0.0, pace(PATIENCE, erp.settle_seconds)
        while pending.rows and waited <= limit:
            ctx.sleep(pause)
            waited += pause
            pause = min(pause * 2, pace(LONGEST_PAUSE, erp.settle_seconds))
            report = SubmissionReport(state=SubmissionState.UNKNOWN)
            if pending.submission:
                report = erp.submission(pending.submission, list(pending.items))
                point("ledger:polled")
            if report.state is SubmissionState.WAITING:
                continue
            self._judge(pending, report)
            if pending.rows:
                self._look(pending)
        for item in (pending.items[key] for key in pending.rows):
            ctx.in_doubt(item.row, "order.outcome_unknown", order=item.row.key)

    def _judge(self, pending: Pending, report: SubmissionReport) -> None:
        """Records that the ERP refused, by name or with the whole file."""
        refused = {
            r.key: Message("erp.record_refused", {"record": r.key, "code": r.code, "text": r.text})
            for r in report.refused
        }
        if report.state is SubmissionState.FAILED:
            refused = {key: Message("erp.file_refused", {"record": key, "text": report.error}) for key in pending.rows}
        rows = [row for key, row in pending.rows.items() if key in refused]
        if not rows:
            return
        self._ctx.ledger.move(
            rows, State.REFUSED, proof=Proof.REFUSED, each={r.key: {"error": refused[r.key]} for r in rows}
        )
        for row in rows:
            item = pending.items[row.key]
            message = refused[row.key]
            self._ctx.failed(item.row, Message(message.code, {"record": row.key, **message.params}))
            del pending.rows[row.key]

    def _look(self, pending: Pending) -> None:
        rows = list(pending.rows.values())
        tokens = [self._token(row, pending.items[row.key]) for row in rows]
        found = self._kind.find(tokens)
        point("ledger:confirmed")
        left = self._finish(rows, tokens, found, pending.items, existed=False)
        pending.rows = {row.key: row for row in left}


def _sending(token: Token, item: Item) -> dict[str, str]:
    """What the ledger notes before a record leaves: a row of an earlier try may hold what is no longer sent."""
    return {"reference": token.reference, **({"payload": item.keep} if item.keep else {})}


def pace(seconds: float, settle_seconds: float) -> float:
    """A wait scaled to the target's speed: 900 s of settling are a live folder, less is a faster sandbox."""
    scaled = seconds * settle_seconds / 900.0
    return max(scaled, 0.02) if math.isfinite(scaled) else 0.02
