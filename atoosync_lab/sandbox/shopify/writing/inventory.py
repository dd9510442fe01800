"""Stock: set, adjust, activate; and the inventory item."""

from __future__ import annotations

import re
from typing import Any

from atoosync_lab.sandbox.shopify import facts
from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args, FieldError
from atoosync_lab.sandbox.shopify.reading.inventory import QUANTITIES, find_item, quantity_of
from atoosync_lab.sandbox.shopify.reading.products import item_row
from atoosync_lab.sandbox.shopify.refusals import RefusedError, refuse, user_error
from atoosync_lab.sandbox.shopify.values import Row, number_of, variant_of
from atoosync_lab.sandbox.shopify.writing.registry import mutation
from atoosync_lab.sandbox.shopify.writing.stock import LIMIT, adjustment, level, move, open_level
from atoosync_lab.sandbox.shopify.writing.variant_rows import item_values

REASONS = frozenset(
    {"correction", "cycle_count_available", "damaged", "movement_canceled", "movement_created", "movement_received",
     "movement_updated", "other", "promotion", "quality_control", "received", "reservation_created",
     "reservation_deleted", "reservation_updated", "restock", "safety_stock", "shrinkage"}
)  # fmt: skip
"""Reasons that a change of stock may have (docs: managing inventory quantities)."""
_DOCUMENT = re.compile(r"^[a-z][a-z0-9+.-]*://\S+$", re.IGNORECASE)


def _checked(context: Context, item: Row, field: list[str], errors: list[Row]) -> tuple[Row, int] | None:
    """The level that a line means, and its item; None, and an error, when there is none."""
    variant = find_item(context, item["inventoryItemId"])
    if variant is None:
        errors.append(user_error("The specified inventory item could not be found.", [*field, "inventoryItemId"],
                                 "INVALID_INVENTORY_ITEM"))  # fmt: skip
        return None
    place = number_of(item["locationId"], "Location")
    if context.state.get("locations", place) is None or place is None:
        errors.append(
            user_error("The specified location could not be found.", [*field, "locationId"], "INVALID_LOCATION")
        )
        return None
    found = level(context, variant["id"], place)
    if found is None and context.version >= facts.AUTO_STOCK_SINCE:
        open_level(context, variant["id"], place)
        found = level(context, variant["id"], place)
    if found is None:
        message = "The specified inventory item is not stocked at the location."
        errors.append(user_error(message, [*field, "locationId"], "ITEM_NOT_STOCKED_AT_LOCATION"))
        return None
    return found, int(variant["id"])


def _head(given: Row, names: tuple[str, ...], name_code: str) -> None:
    if given["name"] not in names:
        message = "The quantity name must be either 'available' or 'on_hand'." if len(names) == 2 else (
            "The specified quantity name is invalid.")  # fmt: skip
        raise refuse(message, ["input", "name"], name_code)
    if given["reason"] not in REASONS:
        raise refuse("The specified reason is invalid.", ["input", "reason"], "INVALID_REASON")
    document = given.get("referenceDocumentUri")
    if document is not None and not _DOCUMENT.match(document):
        raise refuse("The specified reference document is invalid.", ["input", "referenceDocumentUri"],
                     "INVALID_REFERENCE_DOCUMENT")  # fmt: skip


@mutation("inventorySetQuantities")
def inventory_set_quantities(context: Context, args: Args) -> Row:
    """Set quantities, all lines or none, compared with what they were when the caller asks for it."""
    given = args["input"]
    _compare_fields(context, given)
    _head(given, ("available", "on_hand"), "INVALID_NAME")
    errors: list[Row] = []
    changes: list[Row] = []
    seen: set[tuple[int, int]] = set()
    for place, item in enumerate(given["quantities"]):
        field = ["input", "quantities", str(place)]
        found = _checked(context, item, field, errors)
        if found is None:
            continue
        row, number = found
        key = (number, row["location_id"])
        if key in seen:
            message = "The combination of inventoryItemId and locationId must be unique."
            errors.append(user_error(message, [*field], "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"))
            continue
        seen.add(key)
        error = _stale(given, item, row, field) or _out_of_range(item["quantity"], field)
        if error is not None:
            errors.append(error)
            continue
        delta = item["quantity"] - quantity_of(row, given["name"])
        if delta:
            changes += move(context, row, given["name"], delta)
    if errors:
        raise RefusedError(errors)
    return {"inventory_adjustment_group": adjustment(context, given, changes) if changes else None}


def _compare_fields(context: Context, given: Row) -> None:
    """From the version on that demands it, every line says what it compares with, if only null."""
    if context.version < facts.COMPARE_REQUIRED_SINCE:
        return
    for item in given["quantities"]:
        if "changeFromQuantity" not in item:
            raise FieldError(
                "InventoryQuantityInput must include the following argument: changeFromQuantity.",
                {"code": "INVALID_FIELD_ARGUMENTS"},
            )


def _stale(given: Row, item: Row, row: Row, field: list[str]) -> Row | None:
    now = quantity_of(row, given["name"])
    if "changeFromQuantity" in item:
        if item["changeFromQuantity"] is not None and item["changeFromQuantity"] != now:
            message = "The changeFromQuantity argument no longer matches the persisted quantity."
            return user_error(message, [*field, "changeFromQuantity"], "CHANGE_FROM_QUANTITY_STALE")
        return None
    if given.get("ignoreCompareQuantity"):
        return None
    if item.get("compareQuantity") is None:
        message = "The compareQuantity argument must be given to each quantity or ignored using ignoreCompareQuantity."
        return user_error(message, ["input", "ignoreCompareQuantity"], "COMPARE_QUANTITY_REQUIRED")
    if item["compareQuantity"] != now:
        message = "The compareQuantity argument no longer matches the persisted quantity."
        return user_error(message, [*field, "compareQuantity"], "COMPARE_QUANTITY_STALE")
    return None


def _out_of_range(quantity: int, field: list[str]) -> Row | None:
    if quantity > LIMIT:
        return user_error(
            f"The quantity can't be higher than {LIMIT:,}.", [*field, "quantity"], "INVALID_QUANTITY_TOO_HIGH"
        )
    if quantity < -LIMIT:
        return user_error(
            f"The quantity can't be lower than -{LIMIT:,}.", [*field, "quantity"], "INVALID_QUANTITY_TOO_LOW"
        )
    return None


@mutation("inventoryAdjustQuantities")
def inventory_adjust_quantities(context: Context, args: Args) -> Row:
    """Add to quantities."""
    given = args["input"]
    _head(given, QUANTITIES, "INVALID_QUANTITY_NAME")
    errors: list[Row] = []
    changes: list[Row] = []
    for place, item in enumerate(given["changes"]):
        field = ["input", "changes", str(place)]
        found = _checked(context, item, field, errors)
        if found is None:
            continue
        row, _ = found
        now = quantity_of(row, given["name"])
        if item.get("changeFromQuantity") is not None and item["changeFromQuantity"] != now:
            message = "The changeFromQuantity argument no longer matches the persisted quantity."
            errors.append(user_error(message, [*field, "changeFromQuantity"], "CHANGE_FROM_QUANTITY_STALE"))
            continue
        changes += move(context, row, given["name"], item["delta"])
    if errors:
        raise RefusedError(errors)
    return {"inventory_adjustment_group": adjustment(context, given, changes) if changes else None}


@mutation("inventoryActivate")
def inventory_activate(context: Context, args: Args) -> Row:
    """Stock an item at a location; an item that is there already keeps its quantity."""
    item = find_item(context, args["inventoryItemId"])
    place = number_of(args["locationId"], "Location")
    if item is None:
        raise refuse("The product couldn't be stocked because it wasn't found.", ["inventoryItemId"])
    location = context.state.get("locations", place)
    if location is None or place is None:
        raise refuse("The product couldn't be stocked because the location wasn't found.", ["locationId"])
    if level(context, item["id"], place) is not None and (
        args.get("available") is not None or args.get("onHand") is not None
    ):
        message = (
            f"Not allowed to set available quantity when the item is already active at the location {location['name']}."
        )
        raise refuse(message, ["available"])
    quantity = args.get("available") if args.get("available") is not None else args.get("onHand")
    open_level(context, item["id"], place, int(quantity or 0))
    return {"inventory_level": level(context, item["id"], place)}


@mutation("inventoryItemUpdate")
def inventory_item_update(context: Context, args: Args) -> Row:
    """Change an item."""
    item = find_item(context, args["id"])
    if item is None:
        raise refuse("The product couldn't be updated because it does not exist.", ["id"])
    variant = variant_of(item["id"])
    values: dict[str, Any] = item_values(args["input"], ["input"], None)
    now = context.state.now()
    context.state.update("variants", variant, {**values, "item_updated_at": now, "updated_at": now})
    row = context.state.get("variants", variant)
    return {"inventory_item": item_row(row) if row else None}
