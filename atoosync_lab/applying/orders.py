"""Applies an order plan: customers, documents, settlements, shop statuses, each exactly once (ORD-01, 10, 22, 24).

What hangs on a document is written down in the ledger before the document is sent, and done once the document is there:
a run that dies in between leaves nothing forgotten.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence

from atoosync_lab.applying.catalogue import batched
from atoosync_lab.applying.closing import is_there
from atoosync_lab.applying.context import ApplyContext
from atoosync_lab.applying.importing import Importer, Item, Kind, Pending
from atoosync_lab.applying.kinds import (
    CREDIT_NOTES,
    CUSTOMERS,
    ORDER_STATUS,
    ORDERS,
    SETTLEMENTS,
    Customers,
    Documents,
    SettlementJob,
    Settlements,
)
from atoosync_lab.connectors.base import (
    Capability,
    ErpConnector,
    OrderStatusWrite,
    Outcome,
    ShopConnector,
)
from atoosync_lab.model.errors import QuotaReachedError, RetryError
from atoosync_lab.model.events import Level, Stage
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.points import point
from atoosync_lab.planning.orders import CUSTOMER, DOCUMENT
from atoosync_lab.planning.plan import WRITES, Action, PlanRow
from atoosync_lab.store.ledger import LedgerRow, NewRow, Proof, State
from atoosync_lab.store.quota import Counter


def apply_orders(ctx: ApplyContext, shop: ShopConnector, erp: ErpConnector) -> None:
    """Apply all rows of an order or credit-note plan, then what hangs on documents that are there.

    Raises:
        StoppedError, QuotaReachedError, RetryError, SignInRequiredError: the run ends; the ledger knows where.
    """
    flow = CREDIT_NOTES if ctx.plan.meta.flow == CREDIT_NOTES else ORDERS
    quota: QuotaReachedError | None = None
    try:
        _customers(ctx, erp)
        _documents(ctx, erp, flow)
    except QuotaReachedError as error:
        quota = error
    apply_settlements(ctx, erp)
    apply_statuses(ctx, shop)
    if quota is not None:
        raise quota
    _note_waiting(ctx)


def _note_waiting(ctx: ApplyContext) -> None:
    """What hangs on documents that are not there (yet) is not done and not failed: it waits, and the counts say so."""
    tally = ctx.tally
    left = tally.total - tally.ok - tally.failed - tally.ignored
    if left > 0:
        tally.ignored += left
        ctx.record(Stage.APPLY, "order.dependents_wait", {"count": left}, level=Level.WARNING)


def _count_earlier(ctx: ApplyContext, entity: str, keys: Iterable[str]) -> None:
    """What earlier runs left to do is no row of this plan, and counts all the same."""
    planned = {row.key for row in ctx.plan.rows(actions=[a.value for a in WRITES], entities=[entity])}
    ctx.tally.total += sum(key not in planned for key in keys)


def _rows(ctx: ApplyContext, entity: str) -> Iterator[PlanRow]:
    return ctx.plan.rows(actions=[Action.CREATE.value, Action.UPDATE.value], entities=[entity], payload=True)


def _pump(ctx: ApplyContext, importer: Importer, batches: Iterable[Sequence[Item]]) -> None:
    """Send batch after batch; each is confirmed while the next one is on its way."""
    pending: Pending | None = None
    try:
        for batch in batches:
            sent = importer.send(batch)
            if pending is not None:
                importer.confirm(pending)
            pending = sent
            ctx.progress(ctx.tally)
    finally:
        if pending is not None:
            importer.confirm(pending)
            ctx.progress(ctx.tally)


def _customers(ctx: ApplyContext, erp: ErpConnector) -> None:
    """New customers; raises when the subscription does not cover all: their orders are due next time, not failed."""

    def batches() -> Iterator[list[Item]]:
        for rows in batched(_rows(ctx, "customer"), ctx.profile.shop.sizes.import_file):
            items = [Item(row=r, payload=CUSTOMER.validate_json(r.payload)) for r in rows]
            covered = _covered(ctx, items, [1] * len(items))
            yield covered
            if len(covered) < len(items):
                _covered(ctx, items[len(covered) :], [1] * (len(items) - len(covered)))

    _pump(ctx, Importer(ctx, erp, Customers(ctx, erp)), batches())


def _covered(ctx: ApplyContext, items: list[Item], units: Sequence[int]) -> list[Item]:
    """The items the subscription covers; raises before the first one when it covers none."""
    covered = ctx.quota.covered(ctx.profile.id, Counter.IMPORTS, units)
    if covered == 0 and items:
        state = ctx.quota.state(ctx.profile.id, Counter.IMPORTS)
        raise QuotaReachedError(
            "quota.reached",
            counter=Counter.IMPORTS.value,
            used=state.used + state.reserved,
            bought=state.bought,
            covered=0,
            missing=len(items),
        )
    return items[:covered]


def _documents(ctx: ApplyContext, erp: ErpConnector, flow: str) -> None:
    entity = "credit_note" if flow == CREDIT_NOTES else "order"
    statuses = {r.parent: r for r in _rows(ctx, "order_status")}

    def batches() -> Iterator[list[Item]]:
        for rows in batched(_rows(ctx, entity), ctx.profile.shop.sizes.import_file):
            yield from _prepared(ctx, flow, rows, statuses)

    _pump(ctx, Importer(ctx, erp, Documents(ctx, erp, flow)), batches())


def _prepared(
    ctx: ApplyContext, flow: str, rows: Sequence[PlanRow], statuses: dict[str, PlanRow]
) -> Iterator[list[Item]]:
    """One file's documents: those whose customer is there, with what hangs on them noted first."""
    items = [
        Item(row=row, payload=DOCUMENT.validate_json(row.payload), keep=row.params.get("content") or None)
        for row in rows
    ]
    wanted = [i.payload.new_customer for i in items if i.payload.new_customer]
    known = ctx.ledger.find(ctx.profile.id, CUSTOMERS, wanted) if wanted else {}
    ready: list[Item] = []
    for item in items:
        customer = known.get(item.payload.new_customer) if item.payload.new_customer else None
        if item.payload.new_customer and (customer is None or customer.state is not State.DONE):
            ctx.failed(
                item.row,
                Message("order.customer_missing", {"order": item.row.key, "customer": item.payload.customer_name}),
            )
        else:
            ready.append(item)
    units = [1 + len(i.payload.settlements) for i in ready]
    covered = _covered(ctx, ready, units) if ready else []
    _intend_dependents(ctx, flow, covered, statuses)
    if covered:
        yield covered
    if len(covered) < len(ready):
        _covered(ctx, ready[len(covered) :], units[len(covered) :])
        raise QuotaReachedError(
            "quota.reached", counter=Counter.IMPORTS.value, used="", bought="", covered=0,
            missing=len(ready) - len(covered),
        )  # fmt: skip


def _intend_dependents(ctx: ApplyContext, flow: str, items: Sequence[Item], statuses: dict[str, PlanRow]) -> None:
    """Settlements and status updates stand in the ledger before their document is sent."""
    settlements, updates = [], []
    for item in items:
        document = item.payload
        for settlement in document.settlements:
            job = SettlementJob(settlement, document.customer, document.kind, document.key, flow)
            settlements.append(NewRow(key=f"{document.key}/{settlement.key}", payload=job.dump()))
        update = statuses.get(document.key)
        if update is not None:
            updates.append(NewRow(key=document.key, payload=update.payload, counter=Counter.EXPORTS))
    if settlements:
        ctx.ledger.intend(ctx.profile.id, SETTLEMENTS, settlements)
    if updates:
        ctx.ledger.intend(ctx.profile.id, ORDER_STATUS, updates)
    point("ledger:dependents")


def apply_settlements(ctx: ApplyContext, erp: ErpConnector) -> None:
    """Send the settlements whose document is there, those of earlier runs included (PB-19)."""
    if Capability.IMPORT_SETTLEMENTS not in erp.capabilities:
        return
    waiting = ctx.ledger.open_rows(ctx.profile.id, [SETTLEMENTS], [State.INTENT, State.REFUSED])
    jobs = [(row, SettlementJob.load(row.payload or "{}")) for row in waiting]
    ready: list[Item] = []
    for flow, group in itertools.groupby(sorted(jobs, key=lambda j: j[1].order_flow), key=lambda j: j[1].order_flow):
        members = list(group)
        done = ctx.ledger.find(ctx.profile.id, flow, sorted({job.order for _, job in members}))
        for row, job in members:
            document = done.get(job.order)
            if document is not None and is_there(document):
                loaded = SettlementJob.load(row.payload or "{}", document.target_number)
                ready.append(Item(row=_ledger_row("settlement", row, job.order), payload=loaded, keep=row.payload))
    _count_earlier(ctx, "settlement", [item.row.key for item in ready])
    size = ctx.profile.shop.sizes.import_file
    batches = [ready[i : i + size] for i in range(0, len(ready), size)]
    kind: Kind = Settlements(ctx, erp)
    _pump(ctx, Importer(ctx, erp, kind), batches)


def _ledger_row(entity: str, row: LedgerRow, parent: str) -> PlanRow:
    """A ledger row as the plan row it came from, for the journal."""
    action = Action.UPDATE if entity == "order_status" else Action.CREATE
    return PlanRow(seq=0, action=action, entity=entity, key=row.key, parent=parent, units=row.units)


def apply_statuses(ctx: ApplyContext, shop: ShopConnector) -> None:
    """Set the shop status of orders whose document is there; never before (PB-55), never backwards (PB-24)."""
    if Capability.WRITE_ORDER_STATUS not in shop.capabilities:
        return
    waiting = ctx.ledger.open_rows(ctx.profile.id, [ORDER_STATUS], [State.INTENT])
    if not waiting:
        return
    done = ctx.ledger.find(ctx.profile.id, ORDERS, [row.key for row in waiting])
    due = [r for r in waiting if is_there(done.get(r.key))]
    _count_earlier(ctx, "order_status", [row.key for row in due])
    size = ctx.profile.shop.sizes.stocks
    for start in range(0, len(due), size):
        ctx.check()
        _write_statuses(ctx, shop, due[start : start + size])
        ctx.progress(ctx.tally)


def _write_statuses(ctx: ApplyContext, shop: ShopConnector, rows: list[LedgerRow]) -> None:
    writes = []
    for row in rows:
        data = json.loads(row.payload or "{}")
        only = (data["from"],) if data.get("from") else ()
        writes.append(OrderStatusWrite(key=row.key, order_id=row.key, status_id=data["status"], only_from=only))
    sending = ctx.ledger.move(rows, State.SENDING)
    point("ledger:status_sending")
    try:
        results = {r.key: r for r in shop.write_order_status(writes)}
    except RetryError as error:
        unknown = ctx.ledger.move(sending, State.UNKNOWN, error=error.message)
        ctx.ledger.move(unknown, State.INTENT, proof=Proof.SETTLED)
        raise
    for row in sending:
        shown = _ledger_row("order_status", row, row.key)
        result = results.get(row.key)
        if result is not None and result.outcome is Outcome.DONE:
            ctx.ledger.move([row], State.DONE, target_id=result.target_id)
            ctx.done(shown, "apply.order_status.update", order=row.key)
        elif result is not None and result.outcome in (Outcome.REFUSED, Outcome.LEFT):
            message = result.error or Message("apply.refused", {"record": row.key, "code": result.remote_code})
            ctx.ledger.move([row], State.REFUSED, proof=Proof.REFUSED, error=message)
            ctx.failed(shown, message)
        else:
            # The write looks at the order first, so repeating it is safe: it waits for the next run.
            unknown = ctx.ledger.move([row], State.UNKNOWN)
            ctx.ledger.move(unknown, State.INTENT, proof=Proof.SETTLED)
            ctx.in_doubt(shown, "order.outcome_unknown", order=row.key)
    point("ledger:status_done")
