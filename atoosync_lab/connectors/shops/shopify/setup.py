"""Connection test with the precise cause: address, token, version, scopes, what else is needed (SVC-05)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from atoosync_lab.connectors.base import Check, ConnectionReport
from atoosync_lab.connectors.shops.shopify import facts, operations
from atoosync_lab.connectors.shops.shopify.address import own_domain
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient
from atoosync_lab.connectors.shops.shopify.lookups import Lookups
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message

_TOKEN_CODES = frozenset(
    {"shopify.token_refused", "shopify.client_refused", "shopify.app_elsewhere", "http.credential_characters"}
)


def check(client: ShopifyClient, make_lookups: Callable[[], Lookups]) -> ConnectionReport:
    """Test the connection; stops at the first cause that hides the others. Never raises for a remote cause.

    Args:
        client: the shop.
        make_lookups: look-ups that remember nothing yet: what a merchant has just changed must be seen.
    """
    checks: list[Check] = []
    lookups = make_lookups()

    def report() -> ConnectionReport:
        return ConnectionReport(tuple(checks), client.served)

    def told(name: str, message: Message, *, ok: bool) -> None:
        checks.append(Check(name=name, ok=ok, message=message))

    try:
        shop = lookups.shop
    except AtooSyncError as error:
        name = "shopify.check.token" if error.code in _TOKEN_CODES else "shopify.check.reach"
        message = error.message
        if own_domain(client.base) and error.code not in _TOKEN_CODES:
            message = Message("shopify.own_domain", {"host": client.http.host})
        told(name, message, ok=False)
        return report()
    told("shopify.check.token", Message("shopify.token_accepted", {"shop": shop["name"]}), ok=True)
    if client.fell_forward:
        versions = {"asked": client.asked, "served": client.served}
        told("shopify.check.version", Message("shopify.fell_forward", versions), ok=False)
    else:
        told("shopify.check.version", Message("shopify.version", {"version": client.served or client.asked}), ok=True)
    for name, part in (
        ("shopify.check.scopes", _scopes),
        ("shopify.check.buyers", _buyers),
        ("shopify.check.stock", _location),
        ("shopify.check.channel", _channel),
        ("shopify.check.clock", _clock),
    ):
        try:
            ok, message = part(client, lookups)
        except AtooSyncError as error:
            ok, message = False, error.message
        told(name, message, ok=ok)
    return report()


def _scopes(client: ShopifyClient, lookups: Lookups) -> tuple[bool, Message]:
    missing = [scope for scope in facts.NEEDED_SCOPES if not lookups.may(scope)]
    if missing:
        return False, Message("shopify.scopes_missing", {"scopes": ", ".join(missing)})
    if not lookups.may(facts.ALL_ORDERS_SCOPE):
        # No failure: fifteen days are the usual period.
        return True, Message("shopify.scopes_sixty_days", {"days": facts.ORDER_WINDOW_DAYS})
    return True, Message("shopify.scopes_ok")


def _buyers(client: ShopifyClient, lookups: Lookups) -> tuple[bool, Message]:
    client.query(operations.BUYERS)
    return True, Message("shopify.buyers_ok")


def _location(client: ShopifyClient, lookups: Lookups) -> tuple[bool, Message]:
    chosen = lookups.location
    name = next(str(place["name"]) for place in lookups.locations if place["id"] == chosen)
    return True, Message("shopify.location_ok", {"location": name})


def _channel(client: ShopifyClient, lookups: Lookups) -> tuple[bool, Message]:
    if lookups.publication:
        return True, Message("shopify.channel_ok")
    return False, Message("shopify.no_publication")


def _clock(client: ShopifyClient, lookups: Lookups) -> tuple[bool, Message]:
    theirs = client.server_time()
    gap = abs((theirs - datetime.now(UTC)).total_seconds()) if theirs else 0.0
    if gap > facts.CLOCK_TOLERANCE:
        return False, Message("shopify.clock_off", {"seconds": round(gap)})
    return True, Message("shopify.clock_ok")
