"""Imports every module that registers resolvers."""

from __future__ import annotations

from importlib import import_module

_PACKAGE = "atoosync_lab.sandbox.shopify"
MODULES = (
    "reading.common", "reading.shop", "reading.products", "reading.inventory", "reading.files", "reading.customers",
    "reading.orders", "reading.order_lines", "reading.payments", "reading.fulfillments", "reading.nodes",
    "writing.metafields", "writing.inventory", "writing.product_set", "writing.products", "writing.variants",
    "writing.orders", "writing.fulfillments", "writing.refunds", "writing.customers", "writing.collections",
    "writing.files", "writing.bulk", "writing.webhooks",
    "reading.companies", "writing.companies",
)  # fmt: skip


def load() -> None:
    """Import them; asking again costs nothing."""
    for name in MODULES:
        import_module(f"{_PACKAGE}.{name}")
