"""WooCommerce as a plug-in."""

from __future__ import annotations

from collections.abc import Mapping

from atoosync_lab.connectors.plugins import OptionField, SecretField, Services, ShopPlugin
from atoosync_lab.connectors.shops.woocommerce import facts
from atoosync_lab.connectors.shops.woocommerce.connector import WooCommerceConnector
from atoosync_lab.settings.connection import ShopConnection

KEY, SECRET = "shop.consumer_key", "shop.consumer_secret"


def _open(settings: ShopConnection, secrets: Mapping[str, str], services: Services) -> WooCommerceConnector:
    return WooCommerceConnector(
        settings, secrets[KEY], secrets[SECRET], limiter=services.limiter, trace=services.trace
    )  # fmt: skip


def _rights(version: str) -> Mapping[str, tuple[str, ...]]:
    """A key has one permission for everything."""
    return {"API": (facts.NEEDED_RIGHT,)}


PLUGIN = ShopPlugin(
    system=facts.SYSTEM,
    title="WooCommerce",
    open=_open,
    secrets=(
        SecretField(name=KEY, label="woocommerce.field.consumer_key"),
        SecretField(name=SECRET, label="woocommerce.field.consumer_secret"),
    ),
    options=(OptionField(name=facts.RATE_OPTION, label="woocommerce.field.rate_meta"),),
    needed_rights=_rights,
)
