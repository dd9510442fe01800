"""What orders do to the stock: statuses that take it, statuses that give it back, refunds that restock."""

from __future__ import annotations

from atoosync_lab.sandbox.woocommerce.product_writes import refresh_parent, set_quantity
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState
from atoosync_lab.sandbox.woocommerce.texts import ZERO, amount, plain

TAKING = ("processing", "completed", "on-hold")
GIVING = ("cancelled", "pending")
REDUCED = "_reduced_stock"
RESTOCKED = "_restock_refunded_items"


def _holder(state: ShopState, line: Row) -> Row | None:
    """The product whose managed stock a line moves: the variation's own, else the product's."""
    for number in (line["variation_id"], line["product_id"]):
        row = state.row("products", number) if number else None
        if row is not None and row["manage_stock"]:
            return row
    return None


def _move(state: ShopState, row: Row, by: int) -> None:
    set_quantity(state, row, int(row["stock_quantity"] or 0) + by)
    row["modified"] = state.now()
    state.update("products", row)
    if row["type"] == "variation":
        refresh_parent(state, row["parent_id"])


def meta_of(line: Row, key: str) -> Row | None:
    """A meta row of a line by its key."""
    return next((row for row in line["meta_data"] if row["key"] == key), None)


def set_meta(state: ShopState, line: Row, key: str, value: str) -> None:
    """Set a meta row of a line; an empty value removes it."""
    held = meta_of(line, key)
    if not value:
        line["meta_data"] = [row for row in line["meta_data"] if row is not held]
    elif held is not None:
        held["value"] = value
    else:
        line["meta_data"].append({"id": state.reserve("item_meta"), "key": key, "value": value})


def take(state: ShopState, order: Row) -> None:
    """Take the stock of all lines that have not taken it."""
    if not state.flag("woocommerce_manage_stock"):
        return
    for line in order["line_items"]:
        if meta_of(line, REDUCED) is not None:
            continue
        row = _holder(state, line)
        quantity = amount(line["quantity"])
        if row is not None and quantity > 0:
            _move(state, row, -int(quantity))
            set_meta(state, line, REDUCED, plain(quantity))


def give_back(state: ShopState, order: Row) -> None:
    """Give back what the lines took."""
    for line in order["line_items"]:
        held = meta_of(line, REDUCED)
        if held is None:
            continue
        row = _holder(state, line)
        if row is not None:
            _move(state, row, int(amount(held["value"])))
        set_meta(state, line, REDUCED, "")


def restock(state: ShopState, line: Row, quantity: int) -> None:
    """Give back pieces of a refunded line, at most what it took."""
    held = meta_of(line, REDUCED)
    if held is None or quantity <= 0:
        return
    pieces = min(quantity, int(amount(held["value"])))
    row = _holder(state, line)
    if row is not None and pieces:
        _move(state, row, pieces)
        rest = amount(held["value"]) - pieces
        set_meta(state, line, REDUCED, plain(rest) if rest else "0")
        before = meta_of(line, RESTOCKED)
        total = (amount(before["value"]) if before else ZERO) + pieces
        set_meta(state, line, RESTOCKED, plain(total))


def count_sales(state: ShopState, order: Row, sign: int) -> None:
    """Move the sales counter of the ordered products."""
    for line in order["line_items"]:
        if line["product_id"]:
            state.db.execute(
                "UPDATE products SET total_sales = total_sales + ? WHERE id = ?",
                (sign * int(amount(line["quantity"])), line["product_id"]),
            )
