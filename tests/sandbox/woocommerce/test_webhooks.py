"""Webhooks of orders: what is delivered, how it is signed, what failures do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from atoosync_lab.sandbox.servers import RunningSandbox
from tests.sandbox.receiver import Receiver, receiving, until

pytestmark = pytest.mark.spec("BEY-10")
SECRET = "&lt;geheim&gt;"
ORDER = {"status": "processing", "billing": {"country": "FR"}, "fee_lines": [{"name": "Frais", "total": "5.00"}]}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def hooks(api: httpx.Client, receiver: Receiver) -> Iterator[dict[str, dict[str, Any]]]:
    """One hook a topic of orders, the signs of life already there."""
    made = {}
    for topic in ("order.created", "order.updated", "order.deleted"):
        answer = api.post("webhooks", json={"topic": topic, "delivery_url": receiver.url, "secret": SECRET})
        assert answer.status_code == 201
        made[topic] = answer.json()
    receiver.wait(3)
    yield made
    for hook in made.values():
        api.delete(f"webhooks/{hook['id']}", params={"force": True})


def test_new_hook_is_told_a_sign_of_life_without_signature(
    hooks: dict[str, dict[str, Any]], receiver: Receiver
) -> None:
    assert sorted(body for _, body in receiver.got) == sorted(f"webhook_id={h['id']}".encode() for h in hooks.values())
    for headers, _ in receiver.got:
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        assert not [name for name in headers if name.startswith("x-wc-webhook")]


def test_orders_are_delivered_as_the_api_shows_them_signed_and_named(
    hooks: dict[str, dict[str, Any]], receiver: Receiver, api: httpx.Client
) -> None:
    receiver.got.clear()
    order = api.post("orders", json=ORDER).json()
    found = receiver.wait(2)
    assert sorted(headers["x-wc-webhook-topic"] for headers, _ in found) == ["order.created", "order.updated"]
    for headers, body in found:
        # The shop resolves entities in a secret before it signs with it.
        expected = base64.b64encode(hmac.new(b"<geheim>", body, hashlib.sha256).digest()).decode()
        assert headers["x-wc-webhook-signature"] == expected
        assert headers["x-wc-webhook-id"] == str(hooks[headers["x-wc-webhook-topic"]]["id"])
        assert (headers["x-wc-webhook-resource"], headers["content-type"]) == ("order", "application/json")
        shown = json.loads(body)
        assert (shown["id"], shown["status"], shown["total"]) == (order["id"], "processing", order["total"])
    receiver.got.clear()
    api.put(f"orders/{order['id']}", json={"status": "completed"})
    [(headers, body)] = receiver.wait(1)
    assert (headers["x-wc-webhook-event"], json.loads(body)["status"]) == ("updated", "completed")
    receiver.got.clear()
    api.delete(f"orders/{order['id']}", params={"force": True})
    [(headers, body)] = receiver.wait(1)
    assert (headers["x-wc-webhook-topic"], json.loads(body)) == ("order.deleted", {"id": order["id"]})


def test_two_orders_of_one_second_come_under_one_delivery_id(
    hooks: dict[str, dict[str, Any]], receiver: Receiver, api: httpx.Client
) -> None:
    receiver.got.clear()
    for _ in range(8):
        api.post("orders", json={"status": "pending"})
    created = [h for h, _ in receiver.wait(16) if h["x-wc-webhook-event"] == "created"]
    assert len({headers["x-wc-webhook-delivery-id"] for headers in created}) < len(created)


def test_change_in_the_back_office_and_refund_are_updates(
    hooks: dict[str, dict[str, Any]], receiver: Receiver, api: httpx.Client, shop: RunningSandbox
) -> None:
    order = api.post("orders", json=ORDER).json()["id"]
    receiver.wait(5)
    receiver.got.clear()
    shop.admin("POST", "/_admin/rows", {"table": "orders", "id": order, "change": {"customer_note": "vite"}})
    api.post(f"orders/{order}/refunds", json={"amount": "1.00", "api_refund": False})
    assert [h["x-wc-webhook-topic"] for h, _ in receiver.wait(2)] == ["order.updated"] * 2


def test_failure_after_more_than_five_disables_the_hook_and_nothing_is_sent_again(
    hooks: dict[str, dict[str, Any]], receiver: Receiver, api: httpx.Client
) -> None:
    order, hook = api.post("orders", json=ORDER).json()["id"], hooks["order.updated"]["id"]
    receiver.wait(5)
    receiver.got.clear()
    receiver.status = 500

    def status() -> str:
        return str(api.get(f"webhooks/{hook}").json()["status"])

    for number in range(6):
        api.put(f"orders/{order}", json={"customer_note": str(number)})
        receiver.wait(number + 1)
    assert status() == "active"
    assert len(receiver.got) == 6, "none of them twice"
    api.put(f"orders/{order}", json={"customer_note": "seventh"})
    until(lambda: status() == "disabled", "the hook is disabled")
    receiver.status = 200
    receiver.got.clear()
    api.put(f"orders/{order}", json={"customer_note": "eighth"})
    assert not receiver.got
    assert api.put(f"webhooks/{hook}", json={"status": "active"}).json()["status"] == "active"
    api.put(f"orders/{order}", json={"customer_note": "ninth"})
    receiver.wait(1)


def test_without_a_hook_nothing_is_noted(api: httpx.Client, shop: RunningSandbox) -> None:
    before = shop.admin("GET", "/_admin/deliveries")
    api.post("orders", json=ORDER)
    assert shop.admin("GET", "/_admin/deliveries") == before
