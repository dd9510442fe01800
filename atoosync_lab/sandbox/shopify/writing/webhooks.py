"""Webhook subscriptions."""

from __future__ import annotations

from urllib.parse import urlsplit

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.refusals import refuse
from atoosync_lab.sandbox.shopify.values import Row, compact, gid, number_of
from atoosync_lab.sandbox.shopify.writing.registry import mutation


@mutation("webhookSubscriptionCreate")
def webhook_subscription_create(context: Context, args: Args) -> Row:
    """Subscribe to a topic. The real service wants HTTPS; this one also takes addresses of this machine."""
    given = args["webhookSubscription"]
    uri = given.get("uri") or given.get("callbackUrl") or ""
    parts = urlsplit(uri)
    local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if not (parts.scheme == "https" or local) or not parts.netloc:
        raise refuse("Address is not allowed", ["webhookSubscription", "callbackUrl"])
    if context.state.one("webhooks", "topic = ? AND uri = ?", args["topic"], uri):
        raise refuse("Address for this topic has already been taken", ["webhookSubscription", "callbackUrl"])
    now = context.state.now()
    number = context.state.insert(
        "webhooks",
        {
            "topic": args["topic"],
            "uri": uri,
            "format": given.get("format") or "JSON",
            "filter": given.get("filter"),
            "name": given.get("name"),
            "include_fields": compact(given.get("includeFields") or []),
            "metafield_namespaces": compact(given.get("metafieldNamespaces") or []),
            "version": context.version,
            "created_at": now,
            "updated_at": now,
        },
    )
    return {"webhook_subscription": context.state.get("webhooks", number)}


@mutation("webhookSubscriptionDelete")
def webhook_subscription_delete(context: Context, args: Args) -> Row:
    """End a subscription."""
    number = number_of(args["id"], "WebhookSubscription")
    if number is None or not context.state.delete("webhooks", number):
        raise refuse("Webhook subscription does not exist", ["id"])
    return {"deleted_webhook_subscription_id": gid("WebhookSubscription", number)}
