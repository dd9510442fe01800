"""Deliveries of webhooks that the shop makes of its own accord, with the tries that follow a failure.

A delivery keeps the content of the moment when it was triggered. Eight more tries within four hours, ever further
apart; then the subscription is deleted. ASSUMPTION: the first wait is 56 s and each is twice the one before; the
content holds the fields of an order that tell it apart, not all; tries that wait are forgotten when the process ends.
"""

from __future__ import annotations

import heapq
import itertools
import json
import threading
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atoosync_lab.sandbox.shopify.state import ShopState
from atoosync_lab.sandbox.shopify.values import Row, gid
from atoosync_lab.sandbox.shopify.webhooks import send

RETRIES = 8
FIRST_WAIT = 56.0
"""Seconds; doubled seven times they make four hours."""
KEPT = 200
"""Deliveries that the administration still knows."""


@dataclass(frozen=True)
class Delivery:
    """One delivery to one subscription."""

    hook: Row
    body: bytes
    event: str
    number: str
    order: int
    tries: int = 0


class Deliveries:
    """Sends what the state noted as changed, in a thread of its own.

    Args:
        folder: The state folder.
        speed: Divides the waits between tries; 0 means none.

    Attributes:
        copies: How often each delivery is sent at the same instant: the real service doubles some.
        sent: The last deliveries: topic, order, number, status of the answer (0: none).
    """

    def __init__(self, folder: Path, speed: float) -> None:
        self._folder, self._speed = folder, speed
        self._due: list[tuple[float, int, Delivery]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self.copies = 1
        self.sent: list[dict[str, Any]] = []

    def flush(self, state: ShopState) -> None:
        """Send what happened in the request that ends; each once, however often a record was written."""
        changed, state.changed = state.changed, []
        if not changed:
            return
        event = str(uuid.uuid4())
        for topic, order in dict.fromkeys(changed):
            row = state.get("orders", order)
            if row is None:
                continue  # the mutation was refused, and all it did taken back
            body = json.dumps(content(row), ensure_ascii=False).encode()
            for hook in state.rows("webhooks", "topic = ? ORDER BY id", topic):
                self._put(0.0, Delivery(hook, body, event, str(uuid.uuid4()), order))
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop, name="shopify-webhooks", daemon=True)
            self._thread.start()

    def _put(self, wait: float, delivery: Delivery) -> None:
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + wait, next(self._count), delivery))
            self._changed.notify()

    def _next(self) -> Delivery:
        with self._changed:
            while True:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)

    def _loop(self) -> None:
        with closing(ShopState.open(self._folder)) as state, ThreadPoolExecutor(4) as pool:
            while True:
                delivery = self._next()
                now = state.now()
                sent = [pool.submit(self._send, delivery, now) for _ in range(max(self.copies, 1))]
                statuses = [each.result() for each in sent]
                if any(200 <= status < 300 for status in statuses):
                    continue
                self._failed(state, delivery)

    def _send(self, delivery: Delivery, now: str) -> int:
        status = send(delivery.hook, delivery.body, delivery.event, delivery.number, now) or 0
        told = {"topic": delivery.hook["topic"], "order": delivery.order, "number": delivery.number, "status": status}
        self.sent = [*self.sent, told][-KEPT:]
        return status

    def _failed(self, state: ShopState, delivery: Delivery) -> None:
        if delivery.tries >= RETRIES:
            state.delete("webhooks", delivery.hook["id"])
            return
        wait = FIRST_WAIT * 2**delivery.tries / self._speed if self._speed > 0 else 0.0
        following = Delivery(
            delivery.hook, delivery.body, delivery.event, delivery.number, delivery.order, delivery.tries + 1
        )
        self._put(wait, following)


def content(row: Row) -> Mapping[str, Any]:
    """An order as the content of a delivery, named as the REST API named its fields."""
    return {
        "id": row["id"], "admin_graphql_api_id": gid("Order", row["id"]), "name": row["name"], "email": row["email"],
        "created_at": row["created_at"], "updated_at": row["updated_at"], "processed_at": row["processed_at"],
        "cancelled_at": row["cancelled_at"], "closed_at": row["closed_at"], "currency": row["currency"],
        "financial_status": str(row["financial_status"]).lower(), "taxes_included": bool(row["taxes_included"]),
        "current_total_price": row["current_total"], "note": row["note"], "test": bool(row["test"]),
    }  # fmt: skip
