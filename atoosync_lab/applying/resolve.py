"""What earlier runs left open is resolved before anything is planned: look first, always."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from atoosync_lab.applying.context import Record
from atoosync_lab.applying.kinds import CREDIT_NOTES, CUSTOMERS, ORDER_STATUS, ORDERS, SETTLEMENTS
from atoosync_lab.connectors.base import Capability, ErpConnector, SubmissionState, Token
from atoosync_lab.model.events import Level, Stage
from atoosync_lab.model.i18n import Message
from atoosync_lab.store.ledger import Ledger, LedgerRow, Proof, State

Find = Callable[[Sequence[Token]], Mapping[str, tuple[str, str]]]


@dataclass(slots=True)
class Resolved:
    """What became of the open rows."""

    found: int = 0
    refused: int = 0
    waiting: int = 0
    review: int = 0


def resolve(
    ledger: Ledger,
    erp: ErpConnector,
    profile: str,
    record: Record,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Resolved:
    """Look every open row up at the target, and judge what is not there.

    Call it with the run's lease held. Rows found are DONE; rows the ERP refused are REFUSED. Rows whose settle time is
    over are sent again where the ERP promises that it has written by then; elsewhere they go to REVIEW, where only a
    person sends again.
    """
    result = Resolved()
    ledger.recover(profile)
    _statuses(ledger, profile)
    finders: dict[str, Find] = {
        CUSTOMERS: lambda tokens: {t: (code, code) for t, code in erp.find_customers(tokens).items()},
        ORDERS: lambda tokens: {t: (d.remote_id, d.number) for t, d in erp.find_documents(tokens).items()},
        CREDIT_NOTES: lambda tokens: {t: (d.remote_id, d.number) for t, d in erp.find_documents(tokens).items()},
        SETTLEMENTS: lambda tokens: {t: (found, "") for t, found in erp.find_settlements(tokens).items()},
    }
    doubtful = (State.SENT, State.UNKNOWN, State.REVIEW)
    promised = Capability.CREATE_SETTLES_WITHIN in erp.capabilities
    for flow, find in finders.items():
        # What the look-up does not find was not there at this moment.
        looked = now()
        rows = ledger.open_rows(profile, [flow], doubtful)
        left = _look(ledger, rows, find, record, result)
        left = _ask(ledger, erp, left, record, result)
        _settle(ledger, left, timedelta(seconds=erp.settle_seconds), looked, promised, record, result)
    return result


def _statuses(ledger: Ledger, profile: str) -> None:
    """A status update looks at the order before it writes, so one in doubt may simply be tried again."""
    rows = ledger.open_rows(profile, [ORDER_STATUS], [State.UNKNOWN])
    if rows:
        ledger.move(rows, State.INTENT, proof=Proof.SETTLED)


def _look(ledger: Ledger, rows: Sequence[LedgerRow], find: Find, record: Record, result: Resolved) -> list[LedgerRow]:
    if not rows:
        return []
    found = find([Token(key=r.key, token=r.token, reference=r.reference) for r in rows])
    there = [r for r in rows if r.token in found]
    if there:
        ledger.move(
            there,
            State.DONE,
            proof=Proof.FOUND,
            error=None,
            each={r.key: {"target_id": found[r.token][0], "target_number": found[r.token][1]} for r in there},
        )
        for row in there:
            result.found += 1
            record(
                Stage.RESOLVE,
                "resolve.found",
                {"record": row.key, "number": found[row.token][1] or found[row.token][0], "flow": row.flow},
                level=Level.SUCCESS,
                record=row.key,
            )
    return [r for r in rows if r.token not in found]


def _ask(
    ledger: Ledger, erp: ErpConnector, rows: Sequence[LedgerRow], record: Record, result: Resolved
) -> list[LedgerRow]:
    """What the ERP says of submissions that are still open: one call each."""
    asked = sorted((r for r in rows if r.state is State.SENT and r.submission_id), key=lambda r: r.submission_id)
    gone: set[int] = set()
    for submission, group in groupby(asked, key=lambda r: r.submission_id):
        members = sorted(group, key=lambda r: r.id)
        report = erp.submission(submission, [r.key for r in members])
        refused = {
            r.key: Message("erp.record_refused", {"record": r.key, "code": r.code, "text": r.text})
            for r in report.refused
        }
        if report.state is SubmissionState.FAILED:
            refused = {r.key: Message("erp.file_refused", {"record": r.key, "text": report.error}) for r in members}
        losers = [r for r in members if r.key in refused]
        if losers:
            ledger.move(losers, State.REFUSED, proof=Proof.REFUSED, each={k: {"error": m} for k, m in refused.items()})
        for row in losers:
            gone.add(row.id)
            result.refused += 1
            message = refused[row.key]
            record(
                Stage.RESOLVE, message.code, {"record": row.key, **message.params}, level=Level.ERROR, record=row.key
            )
    return [r for r in rows if r.id not in gone]


def _settle(
    ledger: Ledger,
    rows: Sequence[LedgerRow],
    limit: timedelta,
    looked: datetime,
    promised: bool,
    record: Record,
    result: Resolved,
) -> None:
    """Judge what was not found: too early to say, to be sent again, or for a person."""
    late = [r for r in rows if looked - (r.settle_from or r.updated_at) >= limit]
    unsent = [r for r in late if promised and r.state is not State.REVIEW]
    doubtful = [r for r in late if not promised and r.state is not State.REVIEW]
    if unsent:
        sent = [r for r in unsent if r.state is State.SENT]
        unknown = ledger.move(sent, State.UNKNOWN) if sent else []
        ledger.move([*unknown, *(r for r in unsent if r not in sent)], State.INTENT, proof=Proof.SETTLED)
    if doubtful:
        ledger.move(doubtful, State.REVIEW)
    for row in doubtful:
        result.review += 1
        record(Stage.RESOLVE, "resolve.review", {"record": row.key}, level=Level.WARNING, record=row.key)
    for row in unsent:
        record(Stage.RESOLVE, "resolve.sent_again", {"record": row.key}, record=row.key)
    result.waiting += len(rows) - len(unsent) - len(doubtful)
