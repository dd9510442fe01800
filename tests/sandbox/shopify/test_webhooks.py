"""Deliveries that the shop makes of its own accord: content, tries after failures, the end of a subscription."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.shopify.webhooks import signature
from tests.sandbox.receiver import Receiver, receiving, until
from tests.sandbox.shopify.helpers import Api

pytestmark = pytest.mark.spec("BEY-10")
CREATE = (
    "mutation($t: WebhookSubscriptionTopic!, $u: String!) { webhookSubscriptionCreate(topic: $t, webhookSubscription: "
    "{uri: $u}) { webhookSubscription { id } userErrors { message } } }"
)
DELETE = "mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { userErrors { message } } }"
LIST = "{ webhookSubscriptions(first: 50) { nodes { id uri } } }"
ORDER = {"lines": [{"title": "Cadenas", "price": "12.00"}]}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def hooks(api: Api, receiver: Receiver) -> Iterator[list[str]]:
    made = []
    for topic in ("ORDERS_CREATE", "ORDERS_UPDATED"):
        payload: Any = api.payload(CREATE, {"t": topic, "u": receiver.url})
        made.append(payload["webhookSubscription"]["id"])
    yield made
    for hook in made:
        api.data(DELETE, {"id": hook})


def listed(api: Api, receiver: Receiver) -> int:
    nodes = api.data(LIST)["webhookSubscriptions"]["nodes"]
    return len([node for node in nodes if node["uri"] == receiver.url])


def order(shop: RunningSandbox) -> int:
    made: list[int] = shop.admin("POST", "/_admin/seed/orders", {"orders": [ORDER]})["result"]
    return made[0]


def touch(shop: RunningSandbox, number: int, note: str) -> None:
    shop.admin("POST", "/_admin/rows", {"table": "orders", "id": number, "change": {"note": note}})


def test_new_and_changed_orders_are_delivered_signed_each_under_its_own_id(
    hooks: list[str], receiver: Receiver, shop: RunningSandbox, api: Api
) -> None:
    number = order(shop)
    touch(shop, number, "vite")
    api.data(f'mutation {{ orderUpdate(input: {{id: "gid://shopify/Order/{number}", note: "plus vite"}}) '
             "{ userErrors { message } } }")  # fmt: skip
    found = receiver.wait(3)
    assert [headers["x-shopify-topic"] for headers, _ in found] == ["orders/create", "orders/updated", "orders/updated"]
    assert len({headers["x-shopify-webhook-id"] for headers, _ in found}) == 3
    for headers, body in found:
        assert headers["x-shopify-hmac-sha256"] == signature(body)
        assert json.loads(body)["id"] == number
    assert [json.loads(body)["note"] for _, body in found] == [None, "vite", "plus vite"]


def test_copies_come_under_one_id(hooks: list[str], receiver: Receiver, shop: RunningSandbox) -> None:
    shop.admin("POST", "/_admin/deliveries", {"copies": 3})
    try:
        order(shop)
        found = receiver.wait(3)
    finally:
        shop.admin("POST", "/_admin/deliveries", {"copies": 1})
    assert len({headers["x-shopify-webhook-id"] for headers, _ in found}) == 1
    assert len({body for _, body in found}) == 1


def test_failed_delivery_is_tried_eight_times_more_as_it_was_then_the_subscription_is_gone(
    hooks: list[str], receiver: Receiver, shop: RunningSandbox, api: Api
) -> None:
    receiver.status = 503
    number = order(shop)
    found = receiver.wait(9)
    assert len({headers["x-shopify-webhook-id"] for headers, _ in found}) == 1
    assert len({body for _, body in found}) == 1
    until(lambda: listed(api, receiver) == 1, "the subscription is deleted")
    receiver.status = 200
    receiver.got.clear()
    touch(shop, number, "encore")
    assert [headers["x-shopify-topic"] for headers, _ in receiver.wait(1)] == ["orders/updated"]


def test_delivery_that_succeeds_at_a_later_try_keeps_its_subscription(
    hooks: list[str], receiver: Receiver, shop: RunningSandbox, api: Api
) -> None:
    receiver.first = [500, 503]
    number = order(shop)

    def told() -> list[int]:
        found = shop.admin("GET", "/_admin/deliveries")["deliveries"]
        return [each["status"] for each in found if each["order"] == number]

    until(lambda: told() == [500, 503, 200], "the third try arrives")
    assert len(receiver.got) == 3
    assert listed(api, receiver) == 2
