"""Parcels of orders (`fulfillments`): from version 10.1 on, and only while the feature is switched on.

Source: `OrderFulfillmentsRestController.php` of WooCommerce (routes, answers, what a change does to the meta data).
ASSUMPTION: a parcel without `_items` is refused, as the shop's data store checks; the text of the refusal is ours.
"""

from __future__ import annotations

from typing import Any

from atoosync_lab.sandbox.woocommerce.call import Answer, Call, Json
from atoosync_lab.sandbox.woocommerce.errors import ApiError, no_route
from atoosync_lab.sandbox.woocommerce.state import Row

FLAG = "feature_fulfillments"
"""Option of the sandbox: `yes` while the feature is on."""

ENTITY = "WC_Order"


def _order(call: Call) -> Row:
    if not call.state.flag(FLAG):
        raise no_route()
    order = call.state.row("orders", call.number("order_id"))
    if order is None:
        raise ApiError(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
    return order


def _row(call: Call) -> Row:
    order = _order(call)
    row = call.state.row("fulfillments", call.number("fulfillment_id"))
    if row is None or row["order_id"] != order["id"] or row["date_deleted"]:
        raise ApiError(400, "woocommerce_rest_fulfillment_invalid_id", "Fulfillment not found.")
    return row


def shown(row: Row) -> Json:
    """A parcel as answers show it: without links."""
    return {
        "id": row["id"],
        "entity_type": ENTITY,
        "entity_id": str(row["order_id"]),
        "status": row["status"],
        "is_fulfilled": row["is_fulfilled"],
        "date_updated": row["modified"].replace("T", " "),
        "date_deleted": None,
        "meta_data": row["meta_data"],
    }


def listed(call: Call) -> Answer:
    """All parcels of an order."""
    order = _order(call)
    rows = call.state.rows("fulfillments", "order_id = ?", (order["id"],))
    return Answer([shown(row) for row in rows if not row["date_deleted"]])


def one(call: Call) -> Answer:
    """One parcel."""
    return Answer(shown(_row(call)))


def create(call: Call) -> Answer:
    """A new parcel; with `notify_customer`, one that is fulfilled goes out by e-mail."""
    with call.state.writing():
        order = _order(call)
        row: Row = {"order_id": order["id"], "status": "unfulfilled", "is_fulfilled": False, "date_deleted": None,
                    "meta_data": []}  # fmt: skip
        _set(call, row)
        call.state.insert("fulfillments", row)
        _mail(call, row, "fulfillment_created")
    return Answer(shown(row), 201)


def update(call: Call) -> Answer:
    """Change a parcel; meta data of keys that are not sent is removed."""
    with call.state.writing():
        row = _row(call)
        before = bool(row["is_fulfilled"])
        _set(call, row)
        call.state.update("fulfillments", row)
        _mail(call, row, "fulfillment_updated" if before else "fulfillment_created")
    return Answer(shown(row))


def delete(call: Call) -> Answer:
    """Take a parcel away."""
    with call.state.writing():
        row = _row(call)
        row["date_deleted"] = call.state.now()
        call.state.update("fulfillments", row)
    return Answer({"message": "Fulfillment deleted successfully."})


def _set(call: Call, row: Row) -> None:
    given = call.body or call.params
    if given.get("status") is not None:
        row["status"] = str(given["status"])
    if given.get("is_fulfilled") is not None:
        row["is_fulfilled"] = bool(given["is_fulfilled"])
    if isinstance(given.get("meta_data"), list):
        held = {item["key"]: item for item in row["meta_data"]}
        row["meta_data"] = [
            {"id": held[item["key"]]["id"] if item["key"] in held else call.state.reserve("fulfillment_meta"),
             "key": item["key"], "value": item["value"]}
            for item in given["meta_data"]
            if isinstance(item, dict) and item.get("key") and item.get("value") is not None
        ]  # fmt: skip
    items = next((item["value"] for item in row["meta_data"] if item["key"] == "_items"), None)
    if not items:
        message = "The fulfillment should contain at least one item."
        raise ApiError(400, "woocommerce_fulfillment_items_missing", message)
    row["modified"] = call.state.now()


def _mail(call: Call, row: Row, template: str) -> None:
    order: Any = call.state.row("orders", row["order_id"])
    address = order["billing"].get("email")
    if call.params.get("notify_customer") and row["is_fulfilled"] and address:
        mail = {"created": call.state.now(), "template": template, "recipient": address, "order_id": order["id"]}
        call.state.insert("mails", mail)
