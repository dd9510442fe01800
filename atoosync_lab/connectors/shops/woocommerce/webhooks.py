"""Webhooks of WooCommerce: how deliveries are told apart and proved, and how addresses are registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from atoosync_lab.connectors import webhooks
from atoosync_lab.connectors.plugins import Services
from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.client import WooClient
from atoosync_lab.connectors.webhooks import Headers, Hook, Signal, WebhookRules
from atoosync_lab.model.errors import InvalidRecordError, RefusedError
from atoosync_lab.settings.connection import ShopConnection


def read(headers: Headers, body: bytes) -> Signal:
    """What a delivery says.

    The shop's own delivery id is one a hook and second: the order and its content belong to the identity, else one of
    two orders of the same second would be taken for the other.

    Raises:
        InvalidRecordError: it names no topic, or is no JSON object.
    """
    topic = headers.get(facts.HOOK_TOPIC, "").strip()
    if not topic:
        raise InvalidRecordError("door.not_a_delivery", system=facts.TITLE)
    content = webhooks.document(body, facts.TITLE)
    order = webhooks.number(content.get("id")) if topic in facts.HOOK_READ else ""
    parts = (headers.get(facts.HOOK_DELIVERY, ""), topic, order, webhooks.digest(body)[:32])
    return Signal(identity=":".join(parts), topic=topic, order=order)


def ping(headers: Headers, body: bytes) -> bool:
    """The sign of life at the creation of a hook: a form with its number, no topic, no signature. [C]"""
    return facts.HOOK_TOPIC not in headers and facts.HOOK_PING.fullmatch(body) is not None


def trial(body: bytes) -> Headers:
    """A delivery about nothing."""
    return {"content-type": "application/json", facts.HOOK_TOPIC: "action.atoosync_trial"}


def sign(secret: str, body: bytes) -> str:
    """The signature; the shop resolves entities in the secret first."""
    for entity, sign_ in facts.HOOK_ENTITIES.items():
        secret = secret.replace(entity, sign_)
    return webhooks.hmac_base64(secret, body)


class WooHooks:
    """The webhooks of one shop; implements `connectors.webhooks.Hooks`.

    Args:
        client: the shop.
    """

    def __init__(self, client: WooClient) -> None:
        self._client = client

    def list(self) -> Sequence[Hook]:
        """See `connectors.webhooks.Hooks`."""
        found: list[Hook] = []
        page = 1
        while True:
            query = [("per_page", str(facts.PAGE_MAX)), ("page", str(page)), ("orderby", "id"), ("order", "asc")]
            records = self._client.get("webhooks", query).records
            found += [_hook(record) for record in records]
            if len(records) < facts.PAGE_MAX:
                return found
            page += 1

    def create(self, topic: str, address: str, secret: str) -> Hook:
        """See `connectors.webhooks.Hooks`."""
        body = {"name": f"AtooSync Lab {topic}", "topic": topic, "delivery_url": address, "secret": secret,
                "status": facts.HOOK_ACTIVE}  # fmt: skip
        return _hook(self._client.create("webhooks", body))

    def renew(self, hook: Hook, secret: str) -> Hook:
        """See `connectors.webhooks.Hooks`."""
        change = {"id": int(hook.id), "status": facts.HOOK_ACTIVE, "secret": secret}
        answer = self._client.batch("webhooks", {"update": [change]}, absolute=True)
        record = next(iter(wire.records(answer.get("update"))), {})
        if record.get("error"):
            said = wire.text(wire.nested(record, "error"), "message")
            raise RefusedError("door.hook_refused", topic=hook.topic, said=said[:200])
        return _hook(record)

    def close(self) -> None:
        """Close network connections."""
        self._client.close()


def _hook(record: wire.Json) -> Hook:
    return Hook(
        id=str(record.get("id", "")),
        topic=wire.text(record, "topic"),
        address=wire.text(record, "delivery_url"),
        active=wire.text(record, "status") == facts.HOOK_ACTIVE,
    )


def _hooks(settings: ShopConnection, secrets: Mapping[str, str], services: Services) -> WooHooks:
    key, secret = secrets["shop.consumer_key"], secrets["shop.consumer_secret"]
    return WooHooks(WooClient(settings, key, secret, limiter=services.limiter, trace=services.trace))


RULES = WebhookRules(
    topics=facts.HOOK_TOPICS,
    limit=facts.HOOK_SECONDS,
    signature=facts.HOOK_SIGNATURE,
    sign=sign,
    read=read,
    ping=ping,
    trial=trial,
    hooks=_hooks,
    steps=6,
)
