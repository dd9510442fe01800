"""WooCommerce as a plug-in."""

from __future__ import annotations

from collections.abc import Mapping

from atoosync_lab.connectors.plugins import OptionField, SecretField, Services, ShopPlugin, completed
from atoosync_lab.connectors.shops.woocommerce import facts
from atoosync_lab.connectors.shops.woocommerce.address import site_root
from atoosync_lab.connectors.shops.woocommerce.connector import WooCommerceConnector
from atoosync_lab.settings.connection import ShopConnection

_API = "wp-json/wc/v3/"
KEY, SECRET = "shop.consumer_key", "shop.consumer_secret"


def _open(settings: ShopConnection, secrets: Mapping[str, str], services: Services) -> WooCommerceConnector:
    return WooCommerceConnector(
        settings, secrets[KEY], secrets[SECRET], limiter=services.limiter, trace=services.trace
    )  # fmt: skip


def _complete(address: str) -> str:
    """The address of the API, whatever page of the shop was copied."""
    return completed(site_root(address), _API) if address.strip() else ""


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
    complete=_complete,
    needed_rights=_rights,
    key_steps=6,
)
