"""Shopify as a plug-in."""

from __future__ import annotations

from collections.abc import Mapping

from atoosync_lab.connectors.plugins import OptionField, SecretField, Services, ShopPlugin, completed
from atoosync_lab.connectors.shops.shopify import facts
from atoosync_lab.connectors.shops.shopify.address import base_address
from atoosync_lab.connectors.shops.shopify.connector import ShopifyConnector
from atoosync_lab.connectors.shops.shopify.webhooks import RULES
from atoosync_lab.model.errors import ConnectionFailedError
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.settings.connection import ShopConnection


def _open(settings: ShopConnection, secrets: Mapping[str, str], services: Services) -> ShopifyConnector:
    return ShopifyConnector(settings, secrets, services)


def _complete(address: str) -> str:
    """The address where the API answers; one that is none stays as it was typed, for the connection test to say so."""
    try:
        return base_address(address)
    except ConnectionFailedError:
        return completed(address)


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
        OptionField(name="location", label="shopify.field.location", choices_from=ListName.WAREHOUSES),
        OptionField(name="notify", label="shopify.field.notify", default="0", choices=("0", "1")),
    ),
    complete=_complete,
    # An update rewrites price and stock alone until a person asks for more (SHOP-11).
    defaults={"articles.update.meta_and_url": False, "articles.update.size": False},
    needed_rights=_rights,
    key_steps=6,
    capabilities=ShopifyConnector.capabilities,
    webhooks=RULES,
    versions="API 2025-10 to 2026-10, on every plan; no app of the store to install",
    limits=(
        "Orders older than 60 days need the scope read_all_orders, which Shopify grants on request.",
        "Orders need access to protected customer data; products and stocks do not.",
        "Statuses are derived: paid, shipped, archived and cancelled can be written, no others.",
        "Stock is that of one location; articles whose quantity Shopify does not track are refused.",
        "Variants are updated, never created: they are made in the shop, where their options are.",
        "Texts are those of the shop's own language; translations are left alone.",
        "Prices of one write are sent 25 a request; from 200 a write on, as one bulk file.",
    ),
)
