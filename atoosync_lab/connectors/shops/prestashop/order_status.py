"""Moves orders to a status: one look at all of them, then one history row an order that is to be moved (ORD-24)."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.connectors.base import OrderStatusWrite, Outcome, WriteResult
from atoosync_lab.connectors.shops.prestashop import facts, wire
from atoosync_lab.connectors.shops.prestashop.client import PrestaShopClient, split
from atoosync_lab.connectors.shops.prestashop.outcomes import BLOCKED, in_doubt, refused, unsent
from atoosync_lab.model.errors import AtooSyncError, OutcomeUnknownError, RefusedError
from atoosync_lab.model.i18n import Message

_SEEN_AT_ONCE = 200


class OrderMover:
    """Adds rows to the histories of orders.

    Never a PUT of an order: it resets what it does not carry, and below 8 mails the buyer again. Never the status it
    has already: that would add a row, a mail and, for paid statuses, a payment. Never from a status in which the goods
    have left to one in which they have not.
    """

    def __init__(self, client: PrestaShopClient) -> None:
        self._client = client
        self._known: dict[str, bool] | None = None
        """Status of the shop -> the goods have left."""

    def move(self, batch: Sequence[OrderStatusWrite]) -> list[WriteResult]:
        """Move the orders of a batch, in its order.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        states = self._states(list(dict.fromkeys(w.order_id for w in batch)))
        results: list[WriteResult] = []
        tried = False
        for place, write in enumerate(batch):
            state = states.get(write.order_id)
            settled = _settled(write, state)
            if settled is None and self._goes_back(str(state), write.status_id):
                moved = Message("prestashop.status_goes_back", {"order": write.order_id})
                settled = WriteResult(key=write.key, outcome=Outcome.LEFT, target_id=write.order_id, error=moved)
            if settled is not None:
                results.append(settled)
                continue
            try:
                results.append(self._add_row(write))
            except BLOCKED as error:
                if not tried:
                    raise
                return results + [unsent(w.key, error, w.order_id) for w in batch[place:]]
            tried = True
            if results[-1].outcome is Outcome.DONE:
                states[write.order_id] = write.status_id
        return results

    def _states(self, orders: Sequence[str]) -> dict[str, str]:
        """Order id -> status now."""
        found: dict[str, str] = {}
        for part in split(orders, _SEEN_AT_ONCE, facts.FILTER_BYTES):
            query = [("display", "[id,current_state]"), ("filter[id]", f"[{'|'.join(part)}]")]
            found.update((r["id"], r.get("current_state")) for r in self._client.get("orders", query).records)
        return found

    def _goes_back(self, state: str, wanted: str) -> bool:
        """Whether the goods have left in the present status (`shipped` of order_states) and not in the wanted one."""
        if self._known is None:
            records = self._client.get("order_states", [("display", "[id,shipped]")]).records
            self._known = {r["id"]: r.get("shipped") == "1" for r in records}
        return self._known.get(state, False) and not self._known.get(wanted, False)

    def _add_row(self, write: OrderStatusWrite) -> WriteResult:
        body = wire.build("order_history", [{"id_order": write.order_id, "id_order_state": write.status_id}])
        try:
            self._client.write("POST", "order_histories", body, absolute=False)
        except RefusedError as error:
            return refused(write.key, error, write.order_id)
        except OutcomeUnknownError as error:
            return self._after_doubt(write, error)
        return WriteResult(key=write.key, outcome=Outcome.DONE, target_id=write.order_id)

    def _after_doubt(self, write: OrderStatusWrite, error: OutcomeUnknownError) -> WriteResult:
        """The answer was lost: the status that the order has now decides.

        An unknown status is a 500 without a word, and nothing changes. [LIVE] Any other 500 may pass: the order waits.
        """
        try:
            state = self._states([write.order_id]).get(write.order_id)
        except AtooSyncError:
            return in_doubt(write.key, write.order_id)
        if state == write.status_id:
            return WriteResult(key=write.key, outcome=Outcome.DONE, target_id=write.order_id)
        if error.facts.status == 500 and write.status_id not in (self._known or {}):
            params = {"order": write.order_id, "status": write.status_id}
            return refused(write.key, Message("prestashop.status_refused", params), write.order_id)
        return in_doubt(write.key, write.order_id)


def _settled(write: OrderStatusWrite, state: str | None) -> WriteResult | None:
    """The result where nothing is to be sent: the order is gone, there already, or was moved on meanwhile."""
    if state is None:
        gone = Message("prestashop.gone", {"resource": "orders", "id": write.order_id})
        return refused(write.key, gone, write.order_id)
    if state == write.status_id:
        return WriteResult(key=write.key, outcome=Outcome.DONE, target_id=write.order_id)
    if write.only_from and state not in write.only_from:
        moved = Message("prestashop.status_moved_on", {"order": write.order_id, "status": state})
        return refused(write.key, moved, write.order_id)
    return None
