"""Sending goods: fulfillments, their tracking numbers and events."""

from __future__ import annotations

from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.order_rules import close_empty, settle
from atoosync_lab.sandbox.shopify.reading.fulfillments import find_part
from atoosync_lab.sandbox.shopify.reading.orders import find_order
from atoosync_lab.sandbox.shopify.refusals import refuse
from atoosync_lab.sandbox.shopify.values import Row, compact, item_of, number_of, opened
from atoosync_lab.sandbox.shopify.writing.orders import notify
from atoosync_lab.sandbox.shopify.writing.registry import mutation

_FIELD = ["fulfillment"]
_DISPLAY = {"CONFIRMED": "CONFIRMED", "IN_TRANSIT": "IN_TRANSIT", "OUT_FOR_DELIVERY": "OUT_FOR_DELIVERY",
            "DELIVERED": "DELIVERED", "FAILURE": "NOT_DELIVERED", "ATTEMPTED_DELIVERY": "ATTEMPTED_DELIVERY",
            "READY_FOR_PICKUP": "READY_FOR_PICKUP", "LABEL_PRINTED": "LABEL_PRINTED",
            "LABEL_PURCHASED": "LABEL_PURCHASED", "CARRIER_PICKED_UP": "CARRIER_PICKED_UP",
            "DELAYED": "DELAYED"}  # fmt: skip
"""Shown state by the state of the latest event."""


def tracking_of(given: Row | None) -> list[Row]:
    """Carriers, numbers and addresses of an input."""
    if not given:
        return []
    numbers = given.get("numbers") or ([given["number"]] if given.get("number") else [])
    urls = given.get("urls") or ([given["url"]] if given.get("url") else [])
    company = given.get("company")
    if not numbers and not urls:
        return [{"company": company, "number": None, "url": None}] if company else []
    size = max(len(numbers), len(urls))
    return [
        {
            "company": company,
            "number": numbers[place] if place < len(numbers) else None,
            "url": urls[place] if place < len(urls) else None,
        }
        for place in range(size)
    ]


class _Sending:
    """The lines of one `fulfillmentCreate`."""

    def __init__(self, context: Context, given: list[Row]) -> None:
        self._context = context
        self.orders: list[Row] = []
        self.parts: list[tuple[Row, int]] = []
        for place, item in enumerate(given):
            self._add(item, [*_FIELD, "lineItemsByFulfillmentOrder", str(place)])
        if not self.parts:
            raise refuse("Fulfillment orders have no line items left to fulfill", _FIELD)
        if len({row["order_id"] for row in self.orders}) > 1:
            raise refuse("All fulfillment orders must belong to the same order.", _FIELD)
        if len({row["location_id"] for row in self.orders}) > 1:
            raise refuse("All fulfillment orders must be assigned to the same location.", _FIELD)

    def _add(self, item: Row, field: list[str]) -> None:
        state = self._context.state
        number = number_of(item["fulfillmentOrderId"], "FulfillmentOrder")
        row = state.get("fulfillment_orders", number)
        if row is None or find_order(self._context, row["order_id"]) is None:
            raise refuse("Fulfillment order does not exist.", [*field, "fulfillmentOrderId"])
        if row["status"] not in ("OPEN", "IN_PROGRESS"):
            message = f"Fulfillment order {number} has an unfulfillable status= {row['status'].lower()}."
            raise refuse(message, _FIELD)
        self.orders.append(row)
        lines = {line["id"]: line for line in state.rows("fulfillment_order_lines", "fulfillment_order_id = ?", number)}
        wanted = item.get("fulfillmentOrderLineItems") or []
        if not wanted:
            self.parts += [(line, line["remaining_quantity"]) for line in lines.values() if line["remaining_quantity"]]
            return
        for place, part in enumerate(wanted):
            where = [*field, "fulfillmentOrderLineItems", str(place)]
            line = lines.get(number_of(part["id"], "FulfillmentOrderLineItem") or 0)
            if line is None:
                raise refuse("Fulfillment order line item does not exist.", [*where, "id"])
            if not 0 < part["quantity"] <= line["remaining_quantity"]:
                raise refuse("Invalid fulfillment order line item quantity requested.", [*where, "quantity"])
            self.parts.append((line, part["quantity"]))


@mutation("fulfillmentCreate")
def fulfillment_create(context: Context, args: Args) -> Row:
    """Send lines of fulfillment orders; without lines, all that is left of them."""
    given = args["fulfillment"]
    sending = _Sending(context, given["lineItemsByFulfillmentOrder"])
    state, now = context.state, context.state.now()
    order = state.get("orders", sending.orders[0]["order_id"])
    assert order is not None
    parts = []
    for line, quantity in sending.parts:
        state.db.execute(
            "UPDATE fulfillment_order_lines SET remaining_quantity = remaining_quantity - ? WHERE id = ?",
            (quantity, line["id"]),
        )
        state.db.execute(
            "UPDATE line_items SET fulfilled_quantity = fulfilled_quantity + ? WHERE id = ?",
            (quantity, line["line_item_id"]),
        )
        _leave(context, line["line_item_id"], sending.orders[0]["location_id"], quantity)
        parts.append({"id": state.part_id(), "line_item_id": line["line_item_id"], "quantity": quantity})
    count = state.value("SELECT COUNT(*) FROM fulfillments WHERE order_id = ?", order["id"])
    number = state.insert(
        "fulfillments",
        {
            "order_id": order["id"],
            "name": f"{order['name']}-F{count + 1}",
            "location_id": sending.orders[0]["location_id"],
            "tracking": compact(tracking_of(given.get("trackingInfo"))),
            "lines": compact(parts),
            "fulfillment_order_ids": compact([row["id"] for row in sending.orders]),
            "created_at": now,
            "updated_at": now,
        },
    )
    close_empty(state, order["id"], now)
    settle(state, order["id"])
    if given.get("notifyCustomer"):
        notify(context, "shipping_confirmation", order)
    return {"fulfillment": find_part(context, "fulfillments", number)}


def _leave(context: Context, line: int, location: int, quantity: int) -> None:
    """Goods that were committed leave the stock; those of seeded orders may never have been committed."""
    variant = context.state.value("SELECT variant_id FROM line_items WHERE id = ?", line)
    if variant is not None:
        context.state.db.execute(
            "UPDATE inventory_levels SET committed = MAX(0, committed - ?), updated_at = ? "
            "WHERE item_id = ? AND location_id = ?",
            (quantity, context.state.now(), item_of(variant), location),
        )


def _fulfillment(context: Context, given: str, field: list[str]) -> Row:
    row = find_part(context, "fulfillments", number_of(given, "Fulfillment"))
    if row is None:
        raise refuse("Fulfillment does not exist.", field)
    return row


@mutation("fulfillmentTrackingInfoUpdate")
def tracking_update(context: Context, args: Args) -> Row:
    """Change tracking numbers. The order's `updatedAt` does not move (community: an older report)."""
    row = _fulfillment(context, args["fulfillmentId"], ["fulfillmentId"])
    if row["status"] == "CANCELLED":
        raise refuse("Tracking info of a cancelled fulfillment cannot be changed.", ["fulfillmentId"])
    tracking = compact(tracking_of(args["trackingInfoInput"]))
    context.state.update("fulfillments", row["id"], {"tracking": tracking, "updated_at": context.state.now()})
    if args.get("notifyCustomer"):
        notify(context, "shipping_update", row["order"])
    return {"fulfillment": find_part(context, "fulfillments", row["id"])}


@mutation("fulfillmentCancel")
def fulfillment_cancel(context: Context, args: Args) -> Row:
    """Take a fulfillment back: its pieces are to be sent again."""
    row = _fulfillment(context, args["id"], ["id"])
    if row["status"] == "CANCELLED":
        raise refuse("Fulfillment is already cancelled.", ["id"])
    state, now = context.state, context.state.now()
    orders = opened(row, "fulfillment_order_ids")
    for part in opened(row, "lines"):
        state.db.execute(
            "UPDATE line_items SET fulfilled_quantity = fulfilled_quantity - ? WHERE id = ?",
            (part["quantity"], part["line_item_id"]),
        )
        for number in orders:
            state.db.execute(
                "UPDATE fulfillment_order_lines SET remaining_quantity = MIN(total_quantity, remaining_quantity + ?) "
                "WHERE fulfillment_order_id = ? AND line_item_id = ?",
                (part["quantity"], number, part["line_item_id"]),
            )
    for number in orders:
        state.update("fulfillment_orders", number, {"status": "OPEN", "updated_at": now})
    changed: Row = {"status": "CANCELLED", "display_status": "CANCELED", "updated_at": now}
    state.update("fulfillments", row["id"], changed)
    close_empty(state, row["order_id"], now)
    settle(state, row["order_id"])
    return {"fulfillment": find_part(context, "fulfillments", row["id"])}


@mutation("fulfillmentEventCreate")
def fulfillment_event_create(context: Context, args: Args) -> Row:
    """Note what happened to a parcel."""
    given = args["fulfillmentEvent"]
    row = _fulfillment(context, given["fulfillmentId"], ["fulfillmentEvent", "fulfillmentId"])
    now = context.state.now()
    event: dict[str, Any] = {
        "id": context.state.part_id(),
        "status": given["status"],
        "happenedAt": given.get("happenedAt") or now,
        "createdAt": now,
    }
    for name in ("message", "city", "country", "province", "zip", "estimatedDeliveryAt"):
        event[name] = given.get(name)
    values: Row = {"events": compact([*opened(row, "events"), event]), "updated_at": now}
    if given["status"] in _DISPLAY:
        values["display_status"] = _DISPLAY[given["status"]]
    if given["status"] == "DELIVERED":
        values["delivered_at"] = event["happenedAt"]
    if given["status"] == "IN_TRANSIT":
        values["in_transit_at"] = event["happenedAt"]
    if given.get("estimatedDeliveryAt"):
        values["estimated_delivery_at"] = given["estimatedDeliveryAt"]
    context.state.update("fulfillments", row["id"], values)
    return {"fulfillment_event": event}
