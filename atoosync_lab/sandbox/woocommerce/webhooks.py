"""Deliveries of the shop's webhooks of orders, to addresses of this machine alone, in a thread of their own.

As the source of WooCommerce has it: the content is built when it is sent and is what the API shows of the order then;
the delivery's id is a hash of the hook and the second; an answer from 200 to 302 is a success; nothing is sent again;
a failure after more than five in a row disables the hook; a new hook gets a sign of life without signature.
ASSUMPTION: background jobs run at once, where a real shop waits for its next cron. Topics of products, customers and
coupons can be registered and are not delivered.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from atoosync_lab.sandbox.woocommerce.call import Call
from atoosync_lab.sandbox.woocommerce.misc import PING
from atoosync_lab.sandbox.woocommerce.order_view import rendered
from atoosync_lab.sandbox.woocommerce.state import Row
from atoosync_lab.sandbox.woocommerce.texts import dump

if TYPE_CHECKING:
    from atoosync_lab.sandbox.woocommerce.app import Shop

TIMEOUT = 60.0
"""Seconds that a receiver has."""
MOST_FAILURES = 5
DRAFTS = ("draft", "auto-draft", "new")
KEPT = 200
"""Deliveries that the administration still knows."""

Event = tuple[str, int]
"""What happened (`order.created`, `ping`), and the id of the order or hook."""


def signature(secret: str, body: bytes) -> str:
    """`X-WC-Webhook-Signature` of a body."""
    key = html.unescape(secret).encode()
    return base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()


class Webhooks:
    """Sends what the state noted as changed.

    Args:
        shop: the shop.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._events: queue.SimpleQueue[tuple[Event, str]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self.sent: list[dict[str, Any]] = []
        """The last deliveries: hook, topic, order, status of the answer (0: none)."""

    def flush(self, home: str) -> None:
        """Send what happened in the request that ends; each once, however often a record was saved."""
        changed, self._shop.state.changed = self._shop.state.changed, []
        for event in dict.fromkeys(changed):
            self._events.put((event, home))
        if changed and self._thread is None:
            self._thread = threading.Thread(target=self._loop, name="woocommerce-webhooks", daemon=True)
            self._thread.start()

    def _loop(self) -> None:
        while True:
            event, home = self._events.get()
            try:
                self._deliver(event, home)
            except Exception as error:  # noqa: BLE001 - the thread must outlive a state that is reset meanwhile
                print(f"webhook {event}: {type(error).__name__}: {error}", flush=True)

    def _deliver(self, event: Event, home: str) -> None:
        topic, number = event
        with self._shop.lock:
            state = self._shop.state
            if topic == PING:
                row = state.row("webhooks", number)
                hooks = [row] if row else []
                body = f"webhook_id={number}".encode()
            else:
                hooks = [row for row in state.rows("webhooks", "status = 'active'") if row["topic"] == topic]
                body = self._content(topic, number, home) if hooks else b""
        for hook in hooks if body else ():
            headers = _headers(hook, body, home, state.version) if topic != PING else _form(state.version)
            status = _post(str(hook["delivery_url"]), body, headers)
            told = {"hook": hook["id"], "topic": topic, "id": number, "status": status}
            self.sent = [*self.sent, told][-KEPT:]
            if topic != PING:
                self._note(int(hook["id"]), status)

    def _content(self, topic: str, number: int, home: str) -> bytes:
        state = self._shop.state
        if topic == "order.deleted":
            return dump({"id": number})
        row = state.row("orders", number)
        if row is None or row["status"] in DRAFTS:
            return b""
        call = Call(state, "GET", f"/wc/v3/orders/{number}", home, url={"id": str(number)}, user=1)
        return dump(rendered(call, [row])[0])

    def _note(self, number: int, status: int) -> None:
        with self._shop.lock, self._shop.state.writing():
            row = self._shop.state.row("webhooks", number)
            if row is None:
                return
            failures = int(row.get("failures") or 0)
            if 200 <= status < 303:
                row["failures"] = 0
            elif failures > MOST_FAILURES:
                row["status"] = "disabled"
            else:
                row["failures"] = failures + 1
            self._shop.state.update("webhooks", row)


def _agent(version: str) -> dict[str, str]:
    return {"User-Agent": f"WooCommerce/{version} Hookshot (WordPress/6.8)"}


def _form(version: str) -> dict[str, str]:
    return {**_agent(version), "Content-Type": "application/x-www-form-urlencoded"}


def _headers(hook: Row, body: bytes, home: str, version: str) -> dict[str, str]:
    resource, _, event = str(hook["topic"]).partition(".")
    stamp = f"{hook['id']}{int(time.time())}"
    return {
        **_agent(version),
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"{home}/",
        "X-WC-Webhook-Topic": str(hook["topic"]),
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": signature(str(hook.get("secret") or ""), body),
        "X-WC-Webhook-ID": str(hook["id"]),
        "X-WC-Webhook-Delivery-ID": hashlib.md5(stamp.encode(), usedforsecurity=False).hexdigest(),
    }


def _post(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Status of the answer; 0: there was none, or the address is not of this machine."""
    if urlsplit(address).hostname not in ("127.0.0.1", "localhost"):
        return 0
    request = urllib.request.Request(address, body, dict(headers), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
