"""PrestaShop as a plug-in."""

from __future__ import annotations

from collections.abc import Mapping

from atoosync_lab.connectors.plugins import SecretField, Services, ShopPlugin, completed
from atoosync_lab.connectors.shops.prestashop import facts
from atoosync_lab.connectors.shops.prestashop.connector import PrestaShopConnector
from atoosync_lab.settings.connection import ShopConnection

_API = "api/"
_RECENT = "9"
"""Version whose rights are shown before the shop has said its own."""


def _open(settings: ShopConnection, secrets: Mapping[str, str], services: Services) -> PrestaShopConnector:
    return PrestaShopConnector(settings, secrets["shop.key"], limiter=services.limiter, trace=services.trace)


def _rights(version: str) -> Mapping[str, tuple[str, ...]]:
    return facts.needed_rights(facts.Version.parse(version or _RECENT))


PLUGIN = ShopPlugin(
    system=facts.SYSTEM,
    title="PrestaShop",
    open=_open,
    secrets=(SecretField(name="shop.key", label="prestashop.field.key"),),
    complete=lambda address: completed(address, _API),
    needed_rights=_rights,
    key_steps=6,
    capabilities=PrestaShopConnector.capabilities,
    versions="1.7.7 to 9, through the built-in Webservice; no module to install",
    limits=(
        "Vouchers cannot be read before 1.7.8: an order with one shows only what it took off.",
        "Before 8 a record is read and sent back whole, which doubles the calls of a write.",
        "Variants are updated, never created: they are made in the shop, where their attributes are.",
        "Variants and stock rows do not tell when they changed: every capture reads all of them.",
    ),
)
