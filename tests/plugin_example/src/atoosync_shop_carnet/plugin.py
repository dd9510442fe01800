"""Carnet as a plug-in: what the workbench is told before any call."""

from __future__ import annotations

from collections.abc import Mapping

from atoosync_lab.connectors.plugins import OptionField, SecretField, Services, ShopPlugin, completed
from atoosync_lab.settings.connection import ShopConnection
from atoosync_shop_carnet import facts
from atoosync_shop_carnet.client import CarnetClient
from atoosync_shop_carnet.connector import CarnetConnector


def _complete(address: str) -> str:
    return completed(address, facts.API_PATH)


def _open(settings: ShopConnection, secrets: Mapping[str, str], services: Services) -> CarnetConnector:
    client = CarnetClient(
        _complete(settings.url), secrets["shop.key"], limiter=services.limiter, trace=services.trace,
        debug=settings.debug,
    )  # fmt: skip
    size = settings.options.get("page_size", "")
    return CarnetConnector(client, int(size) if size else settings.sizes.page_size)


PLUGIN = ShopPlugin(
    system=facts.SYSTEM,
    title="Carnet",
    open=_open,
    secrets=(SecretField(name="shop.key", label="carnet.field.key"),),
    options=(OptionField(name="page_size", label="carnet.field.page_size", choices=("", "50", "200")),),
    complete=_complete,
    key_steps=2,
    capabilities=CarnetConnector.capabilities,
    versions=f"{facts.OLDEST} and later",
    limits=(
        f"An answer holds at most {facts.LONGEST_PAGE} records.",
        "Each record written is one call.",
        "Products have no variants, orders no vouchers.",
    ),
)
