"""WooCommerce as a plug-in."""

from __future__ import annotations

from collections.abc import Mapping

from atoosync_lab.connectors.plugins import OptionField, SecretField, Services, ShopPlugin, completed
from atoosync_lab.connectors.shops.woocommerce import facts
from atoosync_lab.connectors.shops.woocommerce.address import site_root
from atoosync_lab.connectors.shops.woocommerce.connector import WooCommerceConnector
from atoosync_lab.connectors.shops.woocommerce.webhooks import RULES
from atoosync_lab.settings.connection import ShopConnection

_API = "wp-json/wc/v3/"
KEY, SECRET = "shop.consumer_key", "shop.consumer_secret"
USER, PASSWORD = "shop.wp_user", "shop.wp_password"


def _open(settings: ShopConnection, secrets: Mapping[str, str], services: Services) -> WooCommerceConnector:
    return WooCommerceConnector(
        settings, secrets[KEY], secrets[SECRET], media=(secrets.get(USER, ""), secrets.get(PASSWORD, "")),
        limiter=services.limiter, trace=services.trace
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
        SecretField(name=USER, label="woocommerce.field.wp_user"),
        SecretField(name=PASSWORD, label="woocommerce.field.wp_password"),
    ),
    credentials=((KEY, SECRET),),
    options=(OptionField(name=facts.RATE_OPTION, label="woocommerce.field.rate_meta"),),
    complete=_complete,
    needed_rights=_rights,
    key_steps=6,
    capabilities=WooCommerceConnector.capabilities,
    webhooks=RULES,
    versions="3.5 and later, REST API v3, with WordPress permalinks of any form",
    limits=(
        f"A batch holds at most {facts.BATCH_MAX} records; the first {facts.BATCH_FIRST}, each next one as many as "
        f"take {facts.BATCH_SECONDS:g} s.",
        "Variations are read and written product by product: the API has no call across products before 10.3.",
        "Brands are there from 9.4, barcodes from 9.2, reading by date of change from 5.8; older shops are read whole.",
        "Texts are those of the shop's own language; meta titles belong to plug-ins and are left alone.",
        "A code in the trash blocks a new article of the same code: the plan's run says so.",
        "Images need an application password of WordPress beside the key; without it none are sent.",
        "An order in another currency waits, unless a currency plug-in keeps its rate in the order.",
        "Over plain HTTP each call is signed (OAuth 1.0a) by the shop's clock; over HTTPS the key goes along.",
    ),
)
