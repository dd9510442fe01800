"""Inventory items, their levels, and what changed them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.paging import list_page, table_page
from atoosync_lab.sandbox.shopify.reading.products import item_row
from atoosync_lab.sandbox.shopify.reading.registry import constant, each, field
from atoosync_lab.sandbox.shopify.reading.tables import ITEMS
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row, gid, number_of, opened, split_gid, variant_of

QUANTITIES = ("available", "committed", "incoming", "reserved", "damaged", "safety_stock", "quality_control")
"""Names of quantities that are kept; `on_hand` is their sum without what is still to come."""


def level_gid(row: Row) -> str:
    """The id of a level."""
    return f"gid://shopify/InventoryLevel/{row['location_id']}?inventory_item_id={row['item_id']}"


def quantity_of(row: Row, name: str) -> int:
    """One quantity of a level."""
    if name == "on_hand":
        return sum(int(row[item]) for item in QUANTITIES if item != "incoming")
    return int(row[name])


@field("QueryRoot", "inventoryItems")
def inventory_items(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of items."""
    found = table_page(context, ITEMS, args)
    return [{**found, "nodes": [item_row(row) for row in found["nodes"]]}]


@field("QueryRoot", "inventoryItem")
def inventory_item(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One item."""
    return [find_item(context, args["id"])]


def find_item(context: Context, item_gid: str) -> Row | None:
    """The item of a global id, or None."""
    number = number_of(item_gid, "InventoryItem")
    row = context.state.get("variants", variant_of(number)) if number is not None else None
    return item_row(row) if row else None


@field("QueryRoot", "inventoryLevel")
def inventory_level(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One level."""
    return [find_level(context, args["id"])]


def find_level(context: Context, level: str) -> Row | None:
    """The level of a global id, or None."""
    head, _, tail = level.partition("?inventory_item_id=")
    found = split_gid(head)
    if found is None or found[0] != "InventoryLevel" or not tail.isdigit():
        return None
    return context.state.one("inventory_levels", "item_id = ? AND location_id = ?", int(tail), int(found[1]))


@each("InventoryItem", "unitCost")
def unit_cost(context: Context, row: Row, _args: Args) -> Any:
    """What one costs the shop."""
    return None if row["cost"] is None else context.bag(row["cost"])


@each("InventoryItem", "measurement")
def measurement(_context: Context, row: Row, _args: Args) -> Row:
    """Its weight."""
    weight = {"value": float(row["weight"]), "unit": row["weight_unit"]}
    return {"id": gid("InventoryItemMeasurement", row["id"]), "weight": weight}


@each("InventoryItem", "trackedEditable")
def tracked_editable(_context: Context, _row: Row, _args: Args) -> Row:
    """It can be changed."""
    return {"locked": False, "reason": None}


@field("InventoryItem", "duplicateSkuCount")
def duplicate_sku_count(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """How many other items have the same SKU."""
    skus = {row["sku"] for row in parents if row["sku"]}
    rows = context.state.db.execute(f"SELECT sku, COUNT(*) FROM variants WHERE sku {IN} GROUP BY sku", (ids(skus),))
    counts = dict(rows.fetchall())
    return [max(0, counts.get(row["sku"], 1) - 1) for row in parents]


@field("InventoryItem", "variant")
def item_variant(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The variant."""
    return context.load("variants", [variant_of(row["id"]) for row in parents])


def _levels(context: Context, parents: list[Row]) -> dict[int, list[Row]]:
    rows = context.state.rows(
        "inventory_levels", f"item_id {IN} ORDER BY item_id, location_id", ids(row["id"] for row in parents)
    )
    found: dict[int, list[Row]] = {}
    for row in rows:
        row["id"] = level_gid(row)
        found.setdefault(row["item_id"], []).append(row)
    return found


@field("InventoryItem", "inventoryLevels")
def item_levels(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """Levels of all the items."""
    levels = _levels(context, parents)
    return [list_page(levels.get(row["id"], []), args) for row in parents]


@field("InventoryItem", "inventoryLevel")
def item_level(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """The level at one location."""
    place = number_of(args["locationId"], "Location")
    levels = _levels(context, parents)
    return [
        next((level for level in levels.get(row["id"], []) if level["location_id"] == place), None) for row in parents
    ]


@field("InventoryItem", "locationsCount")
def locations_count(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """At how many locations it is stocked."""
    levels = _levels(context, parents)
    return [{"count": len(levels.get(row["id"], [])), "precision": "EXACT"} for row in parents]


@each("InventoryLevel", "id")
def level_id(_context: Context, row: Row, _args: Args) -> str:
    """Location and item in one id."""
    return level_gid(row)


@field("InventoryLevel", "item")
def level_item(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The item."""
    found = context.load("variants", [variant_of(row["item_id"]) for row in parents])
    return [item_row(row) if row else None for row in found]


@field("InventoryLevel InventoryChange", "location")
def level_location(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The location."""
    return context.load("locations", [row["location_id"] for row in parents])


constant("InventoryLevel", True, "isActive", "canDeactivate")


@field("InventoryLevel", "quantities")
def quantities(_context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """The quantities asked for; names that are none are passed over."""
    names = [name for name in args["names"] if name == "on_hand" or name in QUANTITIES]
    return [
        [
            {
                "id": f"gid://shopify/InventoryQuantity/{row['location_id']}?inventory_item_id={row['item_id']}&name={name}",
                "name": name,
                "quantity": quantity_of(row, name),
                "updated_at": row["updated_at"],
            }
            for name in names
        ]
        for row in parents
    ]


@each("InventoryAdjustmentGroup", "changes")
def changes(_context: Context, row: Row, args: Args) -> list[Row]:
    """What changed, as narrow as asked."""
    found = opened(row, "changes")
    items, places, names = args.get("inventoryItemIds"), args.get("locationIds"), args.get("quantityNames")
    return [
        change
        for change in found
        if (items is None or gid("InventoryItem", change["item_id"]) in items)
        and (places is None or gid("Location", change["location_id"]) in places)
        and (names is None or change["name"] in names)
    ]


@field("InventoryChange", "item")
def change_item(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The item."""
    found = context.load("variants", [variant_of(row["item_id"]) for row in parents])
    return [item_row(row) if row else None for row in found]
