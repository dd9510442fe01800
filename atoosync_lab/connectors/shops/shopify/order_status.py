"""Moves orders to a status: what brings it about is called, for Shopify has no free status (ORD-24)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atoosync_lab.connectors.base import OrderStatusWrite, Outcome, WriteResult
from atoosync_lab.connectors.shops.shopify import facts, operations, paging, statuses
from atoosync_lab.connectors.shops.shopify.batches import Reply, Run
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient
from atoosync_lab.connectors.shops.shopify.gids import number
from atoosync_lab.connectors.shops.shopify.operations import Operation
from atoosync_lab.connectors.shops.shopify.outcomes import done, in_doubt, refused
from atoosync_lab.connectors.shops.shopify.reads import full_ids
from atoosync_lab.model.errors import AtooSyncError, OutcomeUnknownError
from atoosync_lab.model.i18n import Message

Node = Mapping[str, Any]
_OPEN = frozenset({"OPEN", "IN_PROGRESS"})
"""States in which a fulfilment order can be shipped. [SCHEMA]"""


class OrderMover:
    """Brings statuses about: ships, marks as paid, archives, cancels.

    Never what is so already, never backwards: a cancelled order stays cancelled.

    Args:
        client: the shop.
        notify: Shopify mails the buyer (SHOP-11).
    """

    def __init__(self, client: ShopifyClient, *, notify: bool) -> None:
        self._client, self._notify = client, notify

    def move(self, batch: Sequence[OrderStatusWrite]) -> list[WriteResult]:
        """Move the orders of a batch, in its order.

        Raises:
            UnsentError, RateLimitedError, ThrottledError, ConnectionFailedError, OutcomeUnknownError: nothing was
                sent.
        """
        states = self._states([w.order_id for w in batch])
        run = Run(self._client)
        results = []
        for write in batch:
            node = states.get(write.order_id)
            results.append(_settled(write, node) or self._brought_about(write, node or {}, run))
        return results

    def _states(self, orders: Sequence[str]) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for nodes in paging.by_ids(self._client, operations.ORDER_STATES, full_ids("Order", orders), facts.STATUS_READ):
            found.update((number(str(node["id"])), node) for node in nodes)
        return found

    def _brought_about(self, write: OrderStatusWrite, node: Node, run: Run) -> WriteResult:
        order = str(node["id"])
        if write.status_id == statuses.FULFILLED:
            return self._fulfil(write, node, run)
        if write.status_id == statuses.PAID:
            return self._sent(write, run, operations.MARK_PAID, {"id": order})
        if write.status_id == statuses.CLOSED:
            return self._sent(write, run, operations.CLOSE_ORDER, {"id": order})
        return self._cancel(write, order, run)

    def _fulfil(self, write: OrderStatusWrite, node: Node, run: Run) -> WriteResult:
        """One fulfilment a location: fulfilment orders of one call must share it. [DOC: fulfillmentCreate]"""
        places: dict[str, list[dict[str, str]]] = {}
        waiting = [f for f in node["fulfillmentOrders"]["nodes"] if f["status"] in _OPEN]
        for found in waiting:
            place = ((found.get("assignedLocation") or {}).get("location") or {}).get("id") or ""
            places.setdefault(place, []).append({"fulfillmentOrderId": found["id"]})
        if not waiting:
            held = Message("shopify.nothing_to_ship", {"order": write.order_id})
            return refused(write.key, held, write.order_id)
        inputs = [{"lineItemsByFulfillmentOrder": lines, "notifyCustomer": self._notify} for lines in places.values()]
        replies = run.send(operations.fulfil, inputs, lambda n, made: {f"f{n}": made}, len(inputs), absolute=False)
        failed = next((reply for reply in replies if not reply.ok), None)
        return self._told(write, failed)

    def _cancel(self, write: OrderStatusWrite, order: str, run: Run) -> WriteResult:
        """Cancel without paying back: money is a person's decision. The work is done in the background."""
        result = self._sent(write, run, operations.CANCEL_ORDER, {"id": order, "notify": self._notify})
        if result.outcome is not Outcome.DONE:
            return result
        for wait in facts.BULK_WAITS[: facts.CANCEL_LOOKS]:
            try:
                node = self._states([write.order_id]).get(write.order_id)
            except AtooSyncError:
                break
            if node is not None and node["cancelledAt"]:
                return result
            self._client.sleep(wait)
        return in_doubt(write.key, write.order_id)

    def _sent(
        self, write: OrderStatusWrite, run: Run, operation: Operation, variables: Mapping[str, Any]
    ) -> WriteResult:
        (reply,) = run.send(lambda _: operation, [variables], lambda _, given: given, 1, absolute=False)
        return self._told(write, None if reply.ok else reply)

    def _told(self, write: OrderStatusWrite, failed: Reply | None) -> WriteResult:
        """The result; after a lost answer the order itself says what became of it."""
        if failed is None:
            return done(write.key, write.order_id)
        if not isinstance(failed.failure, OutcomeUnknownError):
            return failed.failed(write.key, write.order_id)
        try:
            node = self._states([write.order_id]).get(write.order_id)
        except AtooSyncError:
            return in_doubt(write.key, write.order_id)
        if node is not None and _holds(write.status_id, node):
            return done(write.key, write.order_id)
        return in_doubt(write.key, write.order_id)


def _settled(write: OrderStatusWrite, node: Node | None) -> WriteResult | None:
    """The result where nothing is to be sent."""
    target = write.order_id
    if node is None:
        return refused(write.key, Message("shopify.gone", {"resource": "orders", "id": target}), target)
    if write.status_id not in statuses.WRITABLE:
        known = write.status_id in statuses.LABELS
        code = "shopify.status_derived" if known else "shopify.status_unknown"
        return refused(write.key, Message(code, {"order": target, "status": write.status_id}), target)
    if _holds(write.status_id, node):
        return done(write.key, target)
    state = statuses.status_of(node)
    if write.only_from and state not in write.only_from:
        moved = Message("shopify.status_moved_on", {"order": target, "status": state})
        return refused(write.key, moved, target)
    if state == statuses.CANCELLED:
        return refused(write.key, Message("shopify.status_cancelled", {"order": target}), target)
    if write.status_id == statuses.PAID and not node["canMarkAsPaid"]:
        code = "shopify.capture_first" if state == statuses.AUTHORIZED else "shopify.not_payable"
        return refused(write.key, Message(code, {"order": target}), target)
    if write.status_id == statuses.CANCELLED and statuses.is_fulfilled(node):
        left = Message("shopify.status_goes_back", {"order": target})
        return WriteResult(key=write.key, outcome=Outcome.LEFT, target_id=target, error=left)
    return None


def _holds(status: str, node: Node) -> bool:
    """What the status means is so already, whichever status the order shows."""
    if status == statuses.CANCELLED:
        return bool(node["cancelledAt"])
    if status == statuses.CLOSED:
        return bool(node["closedAt"])
    if status == statuses.FULFILLED:
        return statuses.is_fulfilled(node)
    return statuses.is_paid(node)
