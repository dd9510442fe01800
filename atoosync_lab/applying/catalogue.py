"""Writes articles, prices, stocks, statuses: absolute values in batches, each record's result noted (ART-01 to 05)."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from atoosync_lab.applying import images
from atoosync_lab.applying.context import ApplyContext
from atoosync_lab.connectors.base import (
    OrderStatusWrite,
    Outcome,
    PriceWrite,
    ProductWrite,
    ReadRequest,
    Scope,
    ShopConnector,
    StatusWrite,
    StockWrite,
    WriteResult,
)
from atoosync_lab.model.catalogue import Stock
from atoosync_lab.model.errors import AtooSyncError, QuotaReachedError
from atoosync_lab.model.i18n import Message
from atoosync_lab.planning.context import CREATING, FAILED
from atoosync_lab.planning.images import ENTITY as IMAGE
from atoosync_lab.planning.plan import WRITES, Action, PlanRow
from atoosync_lab.store.links import Fingerprint
from atoosync_lab.store.quota import Counter

Payload = Mapping[str, Any]
Batch = Sequence[tuple[PlanRow, Payload]]
Write = Callable[[Batch], list[WriteResult]]


def apply_catalogue(ctx: ApplyContext, shop: ShopConnector) -> None:
    """Write all rows of an article plan.

    A batch that meets an unreachable shop ends the run; what was written stays written, the rest is due next time.

    Raises:
        StoppedError, QuotaReachedError, RetryError, ConnectionFailedError.
    """
    sizes = ctx.profile.shop.sizes
    writers: dict[str, tuple[int, Write]] = {
        # Sheets go in smaller calls than the quantities that follow them.
        "product": (max(sizes.products, sizes.stocks), lambda batch: _write_products(ctx, shop, batch)),
        "price": (sizes.prices, lambda batch: shop.write_prices([_price(r, p) for r, p in batch])),
        "stock": (sizes.stocks, lambda batch: shop.write_stocks([_stock(r, p) for r, p in batch])),
        "order_status": (
            sizes.stocks,
            lambda batch: shop.write_order_status(
                [OrderStatusWrite(key=r.key, order_id=r.target_id, status_id=p["status"]) for r, p in batch]
            ),
        ),
        "status": (sizes.prices, lambda batch: shop.write_status([_status(r, p) for r, p in batch])),
    }
    # A held record stays due when the mark moves on: its cure may be a setting, which changes no date in the ERP.
    held = (row for row in ctx.plan.rows(actions=[Action.BLOCK.value]) if row.entity != IMAGE)
    _note_sent(ctx, [(row.key, FAILED, row.target_id) for row in held])
    _forget_finished(ctx)
    images.begin(ctx)
    rows = ctx.plan.rows(actions=[a.value for a in WRITES], payload=True)
    planned: dict[str, int] = {}
    for count in ctx.plan.counts():
        if count.action in WRITES:
            planned[count.entity] = planned.get(count.entity, 0) + count.rows
    for entity, group in itertools.groupby(rows, key=lambda r: r.entity):
        if entity == IMAGE:
            for batch in batched(group, shop.batch_size("images", planned[entity], images.BATCH)):
                ctx.check()
                images.write(ctx, shop, batch)
                ctx.progress(ctx.tally)
            continue
        usual, write = writers[entity]
        for batch in batched(group, shop.batch_size(entity, planned[entity], usual)):
            ctx.check()
            _write_batch(ctx, [(row, json.loads(row.payload)) for row in batch], write)
            ctx.progress(ctx.tally)


T = TypeVar("T")


def batched(rows: Iterator[T], size: int) -> Iterator[list[T]]:
    """Rows in lists of at most `size`."""
    while batch := list(itertools.islice(rows, size)):
        yield batch


def _write_batch(ctx: ApplyContext, batch: Batch, write: Write) -> None:
    covered = ctx.quota.covered(ctx.profile.id, Counter.EXPORTS, [row.units for row, _ in batch])
    if covered < len(batch):
        state = ctx.quota.state(ctx.profile.id, Counter.EXPORTS)
        if covered:
            _send(ctx, batch[:covered], write)
        raise QuotaReachedError(
            "quota.reached",
            counter=Counter.EXPORTS.value,
            used=state.used + state.reserved + covered,
            bought=state.bought,
            covered=covered,
            missing=len(batch) - covered,
        )
    _send(ctx, batch, write)


def _send(ctx: ApplyContext, batch: Batch, write: Write) -> None:
    """Count the units, write, give back those that were not written, note each result."""
    _note_sent(ctx, [(row.key, CREATING, "") for row, _ in batch if row.action is Action.CREATE])
    ctx.quota.count(ctx.profile.id, len(batch), Counter.EXPORTS)
    try:
        results = write(batch)
    except AtooSyncError as error:
        ctx.quota.give_back(ctx.profile.id, len(batch), Counter.EXPORTS)
        _note_sent(ctx, [(row.key, FAILED, row.target_id) for row, _ in batch])
        for row, _ in batch:
            ctx.failed(row, error.message)
        raise
    by_key = {r.key: r for r in results}
    sent: list[tuple[str, str, str]] = []
    unwritten = 0
    for row, _ in batch:
        result = by_key.get(row.key)
        if result is None or result.outcome is not Outcome.DONE:
            unwritten += 1
            if result is not None and result.outcome is Outcome.LEFT and result.error is not None:
                sent.append((row.key, row.fingerprint, row.target_id))
                ctx.left(row, result.error)
                continue
            sent.append((row.key, _left_as(row, result), row.target_id))
            _note_failure(ctx, row, result)
            continue
        sent.append((row.key, row.fingerprint, result.target_id or row.target_id))
        if row.action is Action.CREATE:
            ctx.made[row.key] = result.target_id
        ctx.done(row, f"apply.{row.entity}.{row.action}", label=row.label)
    if unwritten:
        ctx.quota.give_back(ctx.profile.id, unwritten, Counter.EXPORTS)
    _note_sent(ctx, sent)


def _left_as(row: PlanRow, result: WriteResult | None) -> str:
    """How a record that is not written is noted: an article that the shop may hold is not finished, others are due."""
    begun = result is None or result.outcome is Outcome.UNKNOWN or bool(result.target_id)
    return CREATING if row.action is Action.CREATE and begun else FAILED


def _forget_finished(ctx: ApplyContext) -> None:
    """Articles whose creation had come to its end when its run broke off: what people change from now on is theirs."""
    begun = ctx.links.noted(ctx.profile.id, flow_of(ctx), CREATING)
    if whole := ctx.plan.unchanged_among(begun):
        ctx.links.forget_sent(ctx.profile.id, flow_of(ctx), whole)


def _note_sent(ctx: ApplyContext, sent: Sequence[tuple[str, str, str]]) -> None:
    moment = ctx.clock()
    ctx.links.note_sent(ctx.profile.id, flow_of(ctx), [Fingerprint(k, md5, target, moment) for k, md5, target in sent])


def flow_of(ctx: ApplyContext) -> str:
    """The name under which fingerprints are kept: new articles count as articles."""
    return "articles" if ctx.plan.meta.flow == "articles-new" else ctx.plan.meta.flow


def _note_failure(ctx: ApplyContext, row: PlanRow, result: WriteResult | None) -> None:
    if result is None:
        ctx.failed(row, Message("apply.no_answer", {"record": row.key}))
    elif result.outcome is Outcome.UNKNOWN:
        ctx.in_doubt(row, "apply.outcome_unknown", error=str(result.error or ""))
    else:
        ctx.failed(row, result.error or Message("apply.refused", {"record": row.key, "code": result.remote_code}))


def _price(row: PlanRow, payload: Payload) -> PriceWrite:
    return PriceWrite(
        key=row.key,
        target_id=row.target_id,
        kind=payload["kind"],
        price_excl_tax=_decimal(payload.get("price_excl_tax")),
        price_incl_tax=_decimal(payload.get("price_incl_tax")),
        parent_id=payload["parent_id"],
        unit_id=payload.get("unit_id", ""),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _stock(row: PlanRow, payload: Payload) -> StockWrite:
    return StockWrite(key=row.key, target_id=row.target_id, quantity=int(payload["quantity"]), row=payload["row"])


def _status(row: PlanRow, payload: Payload) -> StatusWrite:
    return StatusWrite(key=row.key, target_id=row.target_id, active=bool(payload["active"]))


def _product(ctx: ApplyContext, row: PlanRow, payload: Payload) -> ProductWrite:
    values = {v["k"]: v["v"] for v in payload["values"]}
    if not row.target_id:
        creation = ctx.profile.articles.creation
        values["reference"] = row.key
        values["active"] = "1" if creation.active else "0"
        values.setdefault("category_id", creation.category)
    elif "active" in values:
        values["active"] = "1" if values["active"] == "true" else "0"
    return ProductWrite(
        key=row.key,
        target_id=row.target_id,
        kind=payload["kind"],
        parent_id=payload["parent_id"],
        unit_id=payload.get("unit_id", ""),
        values=values,
        texts={t["k"]: t["v"] for t in payload["texts"]},
    )


def _write_products(ctx: ApplyContext, shop: ShopConnector, batch: Batch) -> list[WriteResult]:
    """Sheets first; then quantities, which need the stock rows that a creation gave birth to."""
    sheets = [(row, p) for row, p in batch if p["values"] or p["texts"] or not row.target_id]
    untouched = [WriteResult(key=row.key, outcome=Outcome.DONE, target_id=row.target_id) for row, _ in batch]
    results = {r.key: r for r in untouched}
    results.update(_write_sheets(ctx, shop, sheets))
    created: dict[str, tuple[PlanRow, int]] = {}
    stocks: list[StockWrite] = []
    for row, payload in batch:
        result = results.get(row.key)
        if payload["quantity"] is None or result is None or result.outcome is not Outcome.DONE:
            continue
        if not row.target_id:
            created[result.target_id] = (row, int(payload["quantity"]))
        elif payload["stock"]:
            stock = payload["stock"]
            stocks.append(
                StockWrite(key=row.key, target_id=stock["remote_id"], quantity=int(payload["quantity"]), row=stock)
            )
    for written in _write_quantities(shop, created, stocks, tried=bool(sheets)):
        if written.outcome is not Outcome.DONE:
            results[written.key] = written
    return list(results.values())


def _write_quantities(
    shop: ShopConnector, created: Mapping[str, tuple[PlanRow, int]], stocks: list[StockWrite], *, tried: bool
) -> list[WriteResult]:
    """Quantities of the articles whose sheets are written; those that cannot be sent any more are due next time.

    Args:
        shop: where they go.
        created: product just created -> its row and quantity.
        stocks: quantities of products that were there.
        tried: sheets went before, and keep their results whatever happens here.

    Raises:
        AtooSyncError: the shop cannot be written to, and nothing was written before.
    """
    waiting = {row.key: product for product, (row, quantity) in created.items() if quantity}
    waiting |= {write.key: write.target_id for write in stocks}
    try:
        stocks = [*stocks, *_born_rows(shop, created)]
        return shop.write_stocks(stocks) if stocks else []
    except AtooSyncError as error:
        if not tried:
            raise
        return [
            WriteResult(key=key, outcome=Outcome.UNSENT, target_id=target, error=error.message)
            for key, target in waiting.items()
        ]


def _write_sheets(ctx: ApplyContext, shop: ShopConnector, sheets: Batch) -> dict[str, WriteResult]:
    """Sheets in calls of their own size; what follows a call that could not be made is not sent, and due next time.

    Raises:
        AtooSyncError: the first call could not be made: nothing was written.
    """
    results: dict[str, WriteResult] = {}
    for batch in batched(iter(sheets), ctx.profile.shop.sizes.products):
        try:
            if results:
                ctx.check()
            results.update({r.key: r for r in shop.write_products([_product(ctx, r, p) for r, p in batch])})
        except AtooSyncError as error:
            if not results:
                raise
            left = [row for row, _ in sheets if row.key not in results]
            results.update(
                {r.key: WriteResult(key=r.key, outcome=Outcome.UNSENT, target_id=r.target_id, error=error.message)
                 for r in left}
            )  # fmt: skip
            break
    return results


def _born_rows(shop: ShopConnector, created: Mapping[str, tuple[PlanRow, int]]) -> list[StockWrite]:
    """Stock rows of products just created; a quantity of 0 is what they are born with."""
    wanted = {product: value for product, value in created.items() if value[1]}
    if not wanted:
        return []
    found = []
    for chunk in shop.read(Scope.STOCKS, ReadRequest(ids=tuple(wanted))):
        for stock in chunk.get(Stock, ()):
            if stock.variant_id is None and stock.product_id in wanted:
                row, quantity = wanted[stock.product_id]
                found.append(
                    StockWrite(key=row.key, target_id=stock.remote_id, quantity=quantity, row=stock_row(stock))
                )
    return found


def stock_row(stock: Stock) -> dict[str, str]:
    """The stock row as read, in the form the shop connector sends back."""
    return {
        "remote_id": stock.remote_id,
        "product_id": stock.product_id,
        "variant_id": stock.variant_id or "",
        "warehouse_id": stock.warehouse_id,
        "warehouse_group": stock.warehouse_group,
        "depends": stock.depends,
        "out_of_stock": stock.out_of_stock,
        "quantity": str(int(stock.quantity)),
    }
