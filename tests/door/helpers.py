"""A door that listens in this process, and shops' deliveries as the shops send them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from atoosync_lab.door.access import Lists
from atoosync_lab.door.app import ANSWER_WITHIN, create_app
from atoosync_lab.door.receiving import Receiver
from atoosync_lab.door.server import listener, server_of
from atoosync_lab.model.i18n import Message
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.store.deliveries import Deliveries, Delivery

SECRET = "geheim-0123456789-geheim"
PASSWORD = "un mot de passe assez long"


@dataclass
class OpenDoor:
    """A door that listens on 127.0.0.1."""

    workspace: Workspace
    url: str
    said: list[Message] = field(default_factory=list)

    def post(self, profile: str, body: bytes, headers: Mapping[str, str], **more: Any) -> httpx.Response:
        """Knock."""
        return httpx.post(f"{self.url}/hooks/{profile}", content=body, headers=dict(headers), timeout=20, **more)

    def noted(self, profile: str) -> list[Delivery]:
        """What was noted, oldest first."""
        return sorted(Deliveries(self.workspace.store).list(profile, limit=1000), key=lambda each: each.id)


@contextmanager
def opened(
    workspace: Workspace, *, proxies: tuple[str, ...] = (), lists: Lists | None = None, within: float = ANSWER_WITHIN
) -> Iterator[OpenDoor]:
    """Serve the door of a workbench in a thread."""
    bound = listener(0)
    said: list[Message] = []
    server = server_of(create_app(Receiver(workspace, lists=lists, say=said.append), proxies, within))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    until(lambda: server.started, "the door is open")
    try:
        yield OpenDoor(workspace, f"http://127.0.0.1:{bound.getsockname()[1]}", said)
    finally:
        server.should_exit = True
        thread.join(10)
        bound.close()


def signed(body: bytes, secret: str = SECRET) -> str:
    """HMAC-SHA256 in base64, worked out here and not by the product."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def shopify(
    order: int, *, topic: str = "orders/create", number: str = "w-1", secret: str = SECRET, **more: Any
) -> tuple[bytes, dict[str, str]]:
    """A delivery of Shopify: content and headers."""
    body = json.dumps({"id": order, **more}).encode()
    return body, {
        "Content-Type": "application/json", "X-Shopify-Topic": topic, "X-Shopify-Hmac-Sha256": signed(body, secret),
        "X-Shopify-Shop-Domain": "boutique.myshopify.com", "X-Shopify-Webhook-Id": number,
        "X-Shopify-Event-Id": "e-1", "X-Shopify-API-Version": "2026-07",
    }  # fmt: skip


def woocommerce(
    order: int, *, topic: str = "order.updated", number: str = "d-1", secret: str = SECRET, **more: Any
) -> tuple[bytes, dict[str, str]]:
    """A delivery of WooCommerce: content and headers."""
    body = json.dumps({"id": order, **more}).encode()
    return body, {
        "Content-Type": "application/json", "X-WC-Webhook-Source": "https://shop.example/",
        "X-WC-Webhook-Topic": topic, "X-WC-Webhook-Resource": "order", "X-WC-Webhook-Event": topic.split(".")[1],
        "X-WC-Webhook-Signature": signed(body, secret), "X-WC-Webhook-ID": "7", "X-WC-Webhook-Delivery-ID": number,
    }  # fmt: skip


def basic(password: str) -> dict[str, str]:
    """A call with a password."""
    return {"Authorization": "Basic " + base64.b64encode(f"x:{password}".encode()).decode()}


def create(workspace: Workspace, profile: str, system: str, url: str = "https://shop.example/", **more: Any) -> Profile:
    """A profile whose door is asked."""
    shop = {"system": system, "url": url}
    made = Profile.model_validate({"id": profile, "name": profile, "shop": shop, **more})
    workspace.profiles.create(made, who="test")
    return made


def until(condition: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    """Wait for what another thread or process does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.02)
