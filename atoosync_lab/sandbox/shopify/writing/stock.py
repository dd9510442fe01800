"""Levels: how stock is written, for all mutations that do."""

from __future__ import annotations

import uuid
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.reading.inventory import quantity_of
from atoosync_lab.sandbox.shopify.values import Row, compact, gid, variant_of

LIMIT = 1_000_000_000
"""Quantities stay between minus and plus this (ASSUMPTION on the exact figure; codes for both ends exist)."""


def level(context: Context, item: int, location: int) -> Row | None:
    """A level, or None when the item is not stocked there."""
    return context.state.one("inventory_levels", "item_id = ? AND location_id = ?", item, location)


def open_level(context: Context, item: int, location: int, available: int = 0) -> None:
    """Stock an item at a location."""
    now = context.state.now()
    context.state.db.execute(
        "INSERT OR IGNORE INTO inventory_levels (item_id, location_id, available, created_at, updated_at) "
        "VALUES (?, ?, ?, ?, ?)",
        (item, location, available, now, now),
    )


def move(context: Context, row: Row, name: str, delta: int) -> list[Row]:
    """Add to a quantity of a level; gives the changes. A change of `on_hand` is one of `available`."""
    column = "available" if name == "on_hand" else name
    now = context.state.now()
    context.state.db.execute(
        f"UPDATE inventory_levels SET {column} = {column} + ?, updated_at = ? WHERE item_id = ? AND location_id = ?",
        (delta, now, row["item_id"], row["location_id"]),
    )
    variant = variant_of(row["item_id"])
    context.state.db.execute("UPDATE variants SET item_updated_at = ? WHERE id = ?", (now, variant))
    names = [name, "on_hand"] if name != "on_hand" else ["available", "on_hand"]
    return [
        {"delta": delta, "item_id": row["item_id"], "location_id": row["location_id"], "name": changed,
         "quantity_after_change": quantity_of(row, changed) + delta, "ledger_document_uri": None}
        for changed in names
    ]  # fmt: skip


def adjustment(context: Context, given: Row, changes: list[Row]) -> Row:
    """Keep a group of changes, as the stock history shows it."""
    row: dict[str, Any] = {
        "id": gid("InventoryAdjustmentGroup", str(uuid.uuid4())),
        "created_at": context.state.now(),
        "reason": given["reason"],
        "name": given["name"],
        "reference_document_uri": given.get("referenceDocumentUri"),
        "changes": compact(changes),
    }
    context.state.insert("adjustments", row)
    return row
