"""Webhooks of Shopify: how deliveries are told apart and proved, and how addresses are registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from atoosync_lab.connectors import webhooks
from atoosync_lab.connectors.plugins import Services
from atoosync_lab.connectors.shops.shopify import answers, facts, operations
from atoosync_lab.connectors.shops.shopify.address import base_address
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient
from atoosync_lab.connectors.shops.shopify.gids import number
from atoosync_lab.connectors.webhooks import Headers, Hook, Signal, WebhookRules
from atoosync_lab.model.errors import ConnectionFailedError, InvalidRecordError, RefusedError
from atoosync_lab.settings.connection import ShopConnection


def read(headers: Headers, body: bytes) -> Signal:
    """What a delivery says; every try of one delivery has the same id.

    Raises:
        InvalidRecordError: it names no topic, or is no JSON object.
    """
    topic = headers.get(facts.HOOK_TOPIC, "").strip()
    if not topic:
        raise InvalidRecordError("door.not_a_delivery", system=facts.TITLE)
    content = webhooks.document(body, facts.TITLE)
    order = webhooks.number(content.get("id")) if topic in facts.HOOK_READ else ""
    identity = headers.get(facts.HOOK_DELIVERY, "").strip() or f"{topic}:{webhooks.digest(body)[:32]}"
    return Signal(identity=identity, topic=topic, order=order)


def from_here(headers: Headers, url: str) -> bool:
    """The delivery names the shop of this address; one that names none, or a sandbox's address, is taken as it is."""
    named = headers.get(facts.HOOK_SHOP, "").strip().lower()
    try:
        host = urlsplit(base_address(url)).hostname or ""
    except ConnectionFailedError:
        return False
    return not named or not host.endswith(facts.DOMAIN_SUFFIX) or named == host


def trial(body: bytes) -> Headers:
    """A delivery about nothing."""
    return {"content-type": "application/json", facts.HOOK_TOPIC: "atoosync/trial"}


def enumerated(topic: str) -> str:
    """A topic as the API names it: `orders/create` is `ORDERS_CREATE`. [SCHEMA]"""
    return topic.replace("/", "_").upper()


class ShopifyHooks:
    """The webhook subscriptions of one app in one shop; implements `connectors.webhooks.Hooks`.

    Args:
        client: the shop.
    """

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    def list(self) -> Sequence[Hook]:
        """See `connectors.webhooks.Hooks`; a key sees those of its own app."""
        known = {enumerated(topic): topic for topic in facts.HOOK_READ}
        answer = self._client.query(operations.HOOKS, {"first": facts.HOOK_PAGE})
        return [_hook(node, known) for node in answer.data["webhookSubscriptions"]["nodes"]]

    def create(self, topic: str, address: str, secret: str) -> Hook:
        """See `connectors.webhooks.Hooks`; the secret is the app's own."""
        variables = {"topic": enumerated(topic), "address": address}
        answer = self._client.mutate(operations.CREATE_HOOK, variables, absolute=False)
        payload, error = answer.data.get("m0"), answer.error_at("m0")
        if payload is None and error is not None:
            raise answers.error_of(error, operations.CREATE_HOOK.name)
        refused = list(answers.user_errors(payload))
        if refused:
            raise RefusedError("door.hook_refused", topic=topic, said=refused[0].message[:200])
        return _hook((payload or {}).get("webhookSubscription") or {}, {enumerated(topic): topic})

    def renew(self, hook: Hook, secret: str) -> Hook:
        """Nothing: a subscription is there or gone."""
        return hook

    def close(self) -> None:
        """Close network connections."""
        self._client.close()


def _hook(node: Mapping[str, Any], known: Mapping[str, str]) -> Hook:
    topic = str(node.get("topic") or "")
    return Hook(id=number(str(node.get("id") or "")), topic=known.get(topic, topic), address=str(node.get("uri") or ""))


def _hooks(settings: ShopConnection, secrets: Mapping[str, str], services: Services) -> ShopifyHooks:
    return ShopifyHooks(ShopifyClient(settings, secrets, services))


RULES = WebhookRules(
    topics=facts.HOOK_TOPICS,
    limit=facts.HOOK_SECONDS,
    signature=facts.HOOK_SIGNATURE,
    sign=webhooks.hmac_base64,
    read=read,
    from_here=from_here,
    trial=trial,
    hooks=_hooks,
    chosen_secret=False,
    other_secrets=("shop.client_secret",),
    label="shopify.field.webhook_secret",
    steps=5,
)
