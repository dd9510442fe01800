"""Message of each special article that is not chosen (ORD-08)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MISSING: Mapping[str, str] = MappingProxyType(
    {
        "misc": "orders.article_missing.misc",
        "difference": "orders.article_missing.difference",
        "gift_wrap": "orders.article_missing.gift_wrap",
        "shipping": "orders.article_missing.shipping",
        "discount": "orders.article_missing.discount",
    }
)
"""Special article -> message id."""
