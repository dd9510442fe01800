"""Shopify as a plug-in."""

from __future__ import annotations

from collections.abc import Mapping

from atoosync_lab.connectors.plugins import OptionField, SecretField, Services, ShopPlugin
from atoosync_lab.connectors.shops.shopify import facts
from atoosync_lab.connectors.shops.shopify.connector import ShopifyConnector
from atoosync_lab.settings.connection import ShopConnection


def _open(settings: ShopConnection, secrets: Mapping[str, str], services: Services) -> ShopifyConnector:
    return ShopifyConnector(settings, secrets, services)


def _rights(version: str) -> Mapping[str, tuple[str, ...]]:
    """Scopes by what they are about: `products` -> `read`, `write`."""
    found: dict[str, tuple[str, ...]] = {}
    for scope in (*facts.NEEDED_SCOPES, *facts.USEFUL_SCOPES):
        action, _, resource = scope.partition("_")
        found[resource] = (*found.get(resource, ()), action)
    return found


PLUGIN = ShopPlugin(
    system=facts.SYSTEM,
    title=facts.TITLE,
    open=_open,
    secrets=(
        SecretField(name="shop.access_token", label="shopify.field.access_token"),
        SecretField(name="shop.client_id", label="shopify.field.client_id"),
        SecretField(name="shop.client_secret", label="shopify.field.client_secret"),
    ),
    credentials=(("shop.access_token",), ("shop.client_id", "shop.client_secret")),
    options=(
        OptionField(
            name="api_version",
            label="shopify.field.api_version",
            default=facts.DEFAULT_VERSION,
            choices=facts.VERSIONS,
        ),
        OptionField(name="location", label="shopify.field.location"),
        OptionField(name="notify", label="shopify.field.notify", default="0", choices=("0", "1")),
    ),
    needed_rights=_rights,
)
