"""Pivot values as inputs of mutations, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atoosync_lab.connectors.base import ProductWrite
from atoosync_lab.connectors.shops.shopify import facts
from atoosync_lab.connectors.shops.shopify.gids import gid
from atoosync_lab.model.errors import RefusedError
from atoosync_lab.model.keys import whole_number
from atoosync_lab.model.money import parse_decimal, plain

_TEXTS = {"name": "title", "description": "descriptionHtml", "link_rewrite": "handle"}
_SEO = {"meta_title": "title", "meta_description": "description"}
PRICES = ("price_incl_tax", "price_excl_tax")


def texts_of(write: ProductWrite, language: str) -> dict[str, str]:
    """Field -> text in the shop's language, else in the only one given."""
    found: dict[str, str] = {}
    for name, text in write.texts.items():
        field, _, given = name.partition("@")
        if field not in found or given == language:
            found[field] = text
    return found


def sheet(write: ProductWrite, language: str) -> dict[str, Any]:
    """Fields of the product itself.

    Raises:
        RefusedError: a value cannot be what it is meant to be.
    """
    texts = texts_of(write, language)
    made: dict[str, Any] = {_TEXTS[f]: text for f, text in texts.items() if f in _TEXTS}
    if seo := {_SEO[f]: text for f, text in texts.items() if f in _SEO}:
        made["seo"] = seo
    values = write.values
    if "brand" in values:
        made["vendor"] = values["brand"]
    if "active" in values:
        made["status"] = "ACTIVE" if values["active"] == "1" else "DRAFT"
    if values.get("category_id"):
        if whole_number(values["category_id"]) is None:
            raise _wrong(write, "category_id", values["category_id"])
        made["collectionsToJoin"] = [gid("Collection", values["category_id"])]
    return made


def unit(write: ProductWrite) -> dict[str, Any]:
    """Fields of the variant: price, code, barcode, tax class, weight.

    Raises:
        RefusedError: a value cannot be what it is meant to be.
    """
    values = write.values
    made: dict[str, Any] = {}
    item: dict[str, Any] = {}
    for name in PRICES:
        if name in values:
            made["price"] = _amount(write, name, values)
    if "barcode" in values:
        made["barcode"] = values["barcode"]
    if "tax_id" in values:
        if values["tax_id"] not in (facts.TAXABLE, facts.EXEMPT):
            raise _wrong(write, "tax_id", values["tax_id"])
        made["taxable"] = values["tax_id"] == facts.TAXABLE
    if "reference" in values:
        item["sku"] = values["reference"]
    if "weight" in values:
        # A number of JSON, which the schema demands here; weights are no money.
        item["measurement"] = {"weight": {"unit": "KILOGRAMS", "value": float(_amount(write, "weight", values) or "0")}}
    if item:
        made["inventoryItem"] = item
    return made


def _amount(write: ProductWrite, name: str, values: Mapping[str, str]) -> str:
    value = parse_decimal(values[name] or "0")
    if value is None or value < 0:
        raise _wrong(write, name, values[name])
    return plain(value)


def _wrong(write: ProductWrite, field: str, value: str) -> RefusedError:
    return RefusedError("shopify.value_wrong", record=write.key, field=field, value=value)
