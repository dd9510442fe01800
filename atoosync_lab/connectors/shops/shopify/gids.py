"""Ids of the Admin API (`gid://shopify/Product/1`) and the plain numbers that the pivot keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PREFIX = "gid://shopify/"


def gid(kind: str, number: str) -> str:
    """The id of an object: `gid("Product", "1")`."""
    return number if number.startswith("gid://") else f"{PREFIX}{kind}/{number}"


def number(value: str) -> str:
    """The number of an id; what follows a question mark (addresses) is no part of it."""
    return value.rpartition("/")[2].partition("?")[0]


def kind(value: str) -> str:
    """The type that an id names: `Product`."""
    return value.removeprefix(PREFIX).partition("/")[0]


def number_of(node: Mapping[str, Any] | None) -> str:
    """The number of an object that may be absent; empty then."""
    return number(str(node["id"])) if node and node.get("id") else ""
