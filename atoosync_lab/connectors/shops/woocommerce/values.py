"""Pivot values to fields of the API, checked here: a batch skips the shop's own checks and takes what it can. [LIVE]"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atoosync_lab.connectors.base import ProductWrite
from atoosync_lab.connectors.shops.woocommerce import facts
from atoosync_lab.connectors.shops.woocommerce.client import WooClient
from atoosync_lab.connectors.shops.woocommerce.lookups import Lookups
from atoosync_lab.model.errors import RefusedError

PRICES = ("price_excl_tax", "price_incl_tax")
VARIATION_VALUES = frozenset({"reference", *PRICES, "tax_id", "barcode", "weight"})
"""Values that a variation has of its own."""


def checked_number(record: str, field: str, text: str) -> str:
    """A price or weight as the API takes it; empty: none.

    Raises:
        RefusedError: no number without sign, or with another mark than the point.
    """
    if text and not facts.NUMBER.fullmatch(text):
        raise RefusedError("woocommerce.value_refused", record=record, changed=word(field), value=text[:60])
    return text


def word(field: str) -> str:
    """A field of the API as sentences name it."""
    return f"‹woocommerce.word.{field}›"


class Values:
    """Makes the fields of one shop.

    Args:
        client: tells the version.
        lookups: the shop's tax classes and categories.
    """

    def __init__(self, client: WooClient, lookups: Lookups) -> None:
        self._client, self._lookups = client, lookups
        self.lacking: set[str] = set()
        """Values that this version has no field for and that were left out."""

    def fields(self, write: ProductWrite) -> dict[str, Any]:
        """Fields of a sheet, but for its brand.

        Raises:
            RefusedError: a value that the shop would drop or read as another.
        """
        found: dict[str, Any] = {}
        product = write.kind == "product"
        for name, value in write.values.items():
            if product or name in VARIATION_VALUES:
                self._put(found, write.key, name, value)
        if product:
            for name, text in write.texts.items():
                field = name.partition("@")[0]
                if field in facts.TEXT_FIELDS:
                    found[facts.TEXT_FIELDS[field]] = text
        return found

    def _put(self, found: dict[str, Any], record: str, name: str, value: str) -> None:
        if name == "reference":
            found["sku"] = self._reference(record, value)
        elif name in PRICES:
            found["regular_price"] = checked_number(record, "regular_price", value)
        elif name == "weight":
            found["weight"] = checked_number(record, "weight", value)
        elif name == "tax_id":
            found["tax_class"] = self._tax_class(record, value)
        elif name == "active":
            found["status"] = facts.PUBLISHED if value == "1" else facts.HIDDEN
        elif name == "barcode":
            self._put_barcode(found, record, value)
        elif name == "category_id" and value not in ("", "0"):
            if value not in self._lookups.categories:
                raise RefusedError("woocommerce.category_gone", record=record, id=value)
            found["categories"] = [{"id": int(value)}]

    def _put_barcode(self, found: dict[str, Any], record: str, value: str) -> None:
        if not self._client.version.barcode:
            self.lacking.add("barcode")
        elif not facts.BARCODE.fullmatch(value):
            raise RefusedError(
                "woocommerce.value_refused", record=record, changed=word("global_unique_id"), value=value[:60]
            )
        else:
            found["global_unique_id"] = value

    @staticmethod
    def _reference(record: str, value: str) -> str:
        if not value.strip() or len(value) > facts.REFERENCE_MAX:
            raise RefusedError("woocommerce.reference_length", record=record, most=facts.REFERENCE_MAX)
        return value

    def _tax_class(self, record: str, value: str) -> str:
        if value not in self._lookups.tax_classes:
            raise RefusedError("woocommerce.tax_class_gone", record=record, id=value)
        return "" if value == facts.STANDARD_CLASS else value


def new_product(write: ProductWrite, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a new product needs besides: it is counted from the start, with nothing in stock."""
    given = dict(fields)
    given.setdefault("sku", write.key)
    given.setdefault("name", write.key)
    given.setdefault("status", facts.PUBLISHED)
    if not given.get("slug"):
        # Left out, the shop makes it from the name.
        given.pop("slug", None)
    return {"type": "simple", "manage_stock": True, "stock_quantity": 0, **given}
