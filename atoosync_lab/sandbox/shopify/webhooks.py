"""Deliveries of webhooks, to addresses of this machine alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
import uuid
from typing import Any
from urllib.parse import urlsplit

from atoosync_lab.sandbox.shopify.install import CLIENT_SECRET, SHOP_DOMAIN
from atoosync_lab.sandbox.shopify.state import ShopState
from atoosync_lab.sandbox.shopify.values import Row

TIMEOUT = 5.0
"""Seconds that a receiver has (docs: webhooks)."""


def signature(body: bytes) -> str:
    """`X-Shopify-Hmac-Sha256` of a body: HMAC with the app's secret, in base64."""
    return base64.b64encode(hmac.new(CLIENT_SECRET.encode(), body, hashlib.sha256).digest()).decode()


def header_topic(topic: str) -> str:
    """`ORDERS_CREATE` is `orders/create`, `BULK_OPERATIONS_FINISH` is `bulk_operations/finish`."""
    head, _, tail = topic.lower().rpartition("_")
    return f"{head}/{tail}"


def deliver(state: ShopState, topic: str, payload: Any, times: int = 1) -> list[dict[str, Any]]:
    """Deliver an event to all subscriptions of its topic; gives address and status of each delivery.

    Args:
        state: The shop.
        topic: As `WebhookSubscriptionTopic` names it.
        payload: The body, as JSON.
        times: How often the same delivery is sent: the real service doubles some.
    """
    body = json.dumps(payload, ensure_ascii=False).encode()
    event = str(uuid.uuid4())
    made = []
    for row in state.rows("webhooks", "topic = ? ORDER BY id", topic):
        delivery = str(uuid.uuid4())
        for _ in range(times):
            made.append({"uri": row["uri"], "status": send(row, body, event, delivery, state.now())})
    return made


def send(row: Row, body: bytes, event: str, delivery: str, now: str) -> int | None:
    """Send one delivery to a subscription.

    Args:
        row: The subscription.
        body: The content.
        event: Id of what happened, common to all deliveries of it.
        delivery: Id of the delivery.
        now: The present, as the service writes it.

    Returns:
        Status of the answer; 0: there was none; None: the address is not of this machine.
    """
    if urlsplit(row["uri"]).hostname not in ("127.0.0.1", "localhost"):
        return None
    headers = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": header_topic(row["topic"]),
        "X-Shopify-Hmac-Sha256": signature(body),
        "X-Shopify-Shop-Domain": SHOP_DOMAIN,
        "X-Shopify-API-Version": row["version"],
        "X-Shopify-Webhook-Id": delivery,
        "X-Shopify-Event-Id": event,
        "X-Shopify-Triggered-At": now,
    }
    request = urllib.request.Request(row["uri"], body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
