"""Rows of variants: what inputs give, new ones, changed ones, those that go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.facts import DAILY_VARIANTS, DAILY_VARIANTS_ABOVE
from atoosync_lab.sandbox.shopify.refusals import refuse
from atoosync_lab.sandbox.shopify.values import Row, compact, item_of, opened
from atoosync_lab.sandbox.shopify.writing.common import amount

MAX_BARCODE = 255
"""Longest SKU and barcode (ASSUMPTION: that of the admin's fields)."""
_HS_CODE = re.compile(r"^[0-9.]{6,15}$")


def item_values(given: Row, field: Sequence[str], code: str | None) -> Row:
    """Columns of the inventory item that an input gives.

    Raises:
        RefusedError: a value does not fit.
    """
    values: Row = {}
    if "sku" in given:
        values["sku"] = _text(given["sku"], [*field, "sku"], code)
    if "cost" in given:
        cost = given["cost"]
        values["cost"] = None if cost is None else amount(cost, [*field, "cost"], code, name="Cost")
    for name, column in (("tracked", "tracked"), ("requiresShipping", "requires_shipping")):
        if given.get(name) is not None:
            values[column] = int(given[name])
    for name, column in (
        ("countryCodeOfOrigin", "country_code_of_origin"),
        ("provinceCodeOfOrigin", "province_code_of_origin"),
    ):
        if name in given:
            values[column] = given[name]
    if "harmonizedSystemCode" in given:
        found = given["harmonizedSystemCode"]
        if found and not _HS_CODE.match(found):
            raise refuse("Harmonized system code must be a number between 6 and 13 digits", [*field], code)
        values["harmonized_system_code"] = found
    weight = (given.get("measurement") or {}).get("weight")
    if weight:
        values |= {"weight": str(weight["value"]), "weight_unit": weight["unit"]}
    return values


def _text(text: str | None, field: Sequence[str], code: str | None) -> str | None:
    if text is not None and len(text) > MAX_BARCODE:
        raise refuse(f"is too long (maximum is {MAX_BARCODE} characters)", field, code)
    return text


def variant_values(given: Row, field: Sequence[str], code: str | None) -> Row:
    """Columns that the input of a variant gives; fields that are not there stay untouched.

    Raises:
        RefusedError: a value does not fit.
    """
    values = item_values(given.get("inventoryItem") or {}, [*field, "inventoryItem"], code)
    if "sku" in given:
        values["sku"] = _text(given["sku"], [*field, "sku"], code)
    if given.get("price") is not None:
        values["price"] = amount(given["price"], [*field, "price"], code)
    if "compareAtPrice" in given:
        price = given["compareAtPrice"]
        checked = None if price is None else amount(price, [*field, "compareAtPrice"], code, name="Compare at price")
        values["compare_at_price"] = checked
    if "barcode" in given:
        values["barcode"] = _text(given["barcode"], [*field, "barcode"], code)
    for name, column in (("taxCode", "tax_code"), ("inventoryPolicy", "inventory_policy")):
        if given.get(name) is not None:
            values[column] = given[name]
    for name, column in (
        ("taxable", "taxable"),
        ("requiresComponents", "requires_components"),
        ("showUnitPrice", "show_unit_price"),
    ):
        if given.get(name) is not None:
            values[column] = int(given[name])
    if "unitPriceMeasurement" in given:
        measured = given["unitPriceMeasurement"]
        values["unit_price_measurement"] = None if measured is None else compact(measured)
    return values


def variant_title(options: Sequence[str]) -> str:
    """Title of a variant with these values."""
    return " / ".join(options) or "Default Title"


def new_variant(context: Context, product: int, options: Sequence[str], position: int, values: Row) -> int:
    """Insert a variant; gives its number."""
    now = context.state.now()
    row: dict[str, Any] = {
        "product_id": product,
        "position": position,
        "title": variant_title(options),
        "options": compact(list(options)),
        "created_at": now,
        "updated_at": now,
        "item_updated_at": now,
        **values,
    }
    return context.state.insert("variants", row)


def change_variant(context: Context, row: Row, values: Row) -> bool:
    """Change a variant where it differs; says whether it did."""
    changed = {name: value for name, value in values.items() if row[name] != value}
    if not changed:
        return False
    now = context.state.now()
    context.state.update("variants", row["id"], {**changed, "updated_at": now, "item_updated_at": now})
    return True


def drop_variant(context: Context, variant: int) -> None:
    """Delete a variant with its levels and metafields."""
    db = context.state.db
    db.execute("DELETE FROM variants WHERE id = ?", (variant,))
    db.execute("DELETE FROM inventory_levels WHERE item_id = ?", (item_of(variant),))
    db.execute("DELETE FROM metafields WHERE owner_type = 'PRODUCTVARIANT' AND owner_id = ?", (variant,))
    db.execute("DELETE FROM fixed_prices WHERE variant_id = ?", (variant,))


def daily_limit(context: Context, more: int, field: Sequence[str], code: str | None) -> None:
    """Refuse variants above the daily limit of large shops.

    Raises:
        RefusedError: the limit is reached.
    """
    if context.settings["plan"] == "plus" or not more:
        return
    whole = context.state.value("SELECT COUNT(*) FROM (SELECT 1 FROM variants LIMIT ?)", DAILY_VARIANTS_ABOVE + 1)
    if whole <= DAILY_VARIANTS_ABOVE:
        return
    day = context.state.now()[:10]
    made = context.state.value("SELECT COUNT(*) FROM variants WHERE created_at >= ?", day)
    if made + more > DAILY_VARIANTS:
        raise refuse("Daily variant creation limit reached. Please try again later.", field, code)


def options_of(product: Row) -> list[Row]:
    """The options of a product; a product without any has the option Title."""
    return list(opened(product, "options") or [])


def primary_location(context: Context) -> int:
    """The location where new variants are stocked when nothing is said."""
    return int(context.state.value("SELECT MIN(id) FROM locations WHERE active"))
