"""Moves orders to a status: one look at all of them, then batches of those that are to be moved (ORD-24)."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.connectors.base import OrderStatusWrite, Outcome, WriteResult
from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.batches import Batcher, Item
from atoosync_lab.connectors.shops.woocommerce.client import WooClient
from atoosync_lab.connectors.shops.woocommerce.lookups import Lookups
from atoosync_lab.connectors.shops.woocommerce.outcomes import BLOCKED, done, refused, unsent
from atoosync_lab.model.i18n import Message


class OrderMover:
    """Sets statuses in batches. A real change sends mails and moves stock; the same status again does nothing [LIVE].

    Never an unknown status: in a batch the shop makes it `pending` in silence. [LIVE] Never from a status in which the
    goods have left to one in which they have not.
    """

    def __init__(self, client: WooClient, lookups: Lookups, batcher: Batcher) -> None:
        self._client, self._lookups, self._batcher = client, lookups, batcher

    def move(self, batch: Sequence[OrderStatusWrite]) -> list[WriteResult]:
        """Move the orders of a batch, in its order.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        states = self._states(list(dict.fromkeys(w.order_id for w in batch)))
        results: dict[int, WriteResult] = {}
        items: list[Item] = []
        places: list[int] = []
        for place, write in enumerate(batch):
            settled = self._settled(write, states.get(write.order_id))
            if settled is not None:
                results[place] = settled
                continue
            places.append(place)
            items.append(Item(write.key, write.order_id, {"status": write.status_id}))
            states[write.order_id] = write.status_id
        if items:
            try:
                found = {r.key: r for r in self._batcher.send("order_status", "orders", items)}
            except BLOCKED as error:
                if not any(r.outcome is not Outcome.REFUSED for r in results.values()):
                    raise
                found = {i.key: unsent(i.key, error, i.target) for i in items}
            results.update((place, found[batch[place].key]) for place in places)
        return [results[place] for place in range(len(batch))]

    def _states(self, orders: Sequence[str]) -> dict[str, str]:
        """Order id -> status now."""
        found: dict[str, str] = {}
        for part in wire.split([o for o in orders if o.isdigit()], facts.PAGE_MAX, facts.FILTER_BYTES):
            query = [("include", ",".join(part)), ("_fields", "id,status"), ("per_page", str(facts.PAGE_MAX))]
            found.update(
                (wire.identifier(r), wire.text(r, "status")) for r in self._client.get("orders", query).records
            )
        return found

    def _settled(self, write: OrderStatusWrite, state: str | None) -> WriteResult | None:
        """The result where nothing is to be sent: the order is gone, there already, or was moved on meanwhile."""
        order, wanted = write.order_id, write.status_id
        if state is None:
            return refused(write.key, Message("woocommerce.gone", {"record": order, "id": order}), order)
        if state == wanted:
            return done(write.key, order)
        if write.only_from and state not in write.only_from:
            moved = Message("woocommerce.status_moved_on", {"order": order, "status": state})
            return refused(write.key, moved, order)
        if wanted not in self._lookups.statuses:
            unknown = Message("woocommerce.status_unknown", {"order": order, "status": wanted})
            return refused(write.key, unknown, order)
        if state in facts.GOODS_GONE and wanted in facts.GOODS_HERE:
            back = Message("woocommerce.status_goes_back", {"order": order})
            return WriteResult(key=write.key, outcome=Outcome.LEFT, target_id=order, error=back)
        return None
