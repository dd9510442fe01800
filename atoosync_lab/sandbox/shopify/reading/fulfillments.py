"""Fulfillment orders and fulfillments."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.paging import grouped, list_page, table_page
from atoosync_lab.sandbox.shopify.reading.order_lines import allocated
from atoosync_lab.sandbox.shopify.reading.orders import by_order, find_order
from atoosync_lab.sandbox.shopify.reading.registry import constant, each, field, part
from atoosync_lab.sandbox.shopify.reading.tables import FULFILLMENT_ORDERS
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row, gid, item_of, money, number_of, opened


@field("QueryRoot", "fulfillmentOrders")
def fulfillment_orders(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of them; those that are closed only when asked."""
    where = "1" if args.get("includeClosed") else "status NOT IN ('CLOSED', 'CANCELLED', 'INCOMPLETE')"
    found = table_page(context, FULFILLMENT_ORDERS, args, where)
    owners = context.load("orders", [row["order_id"] for row in found["nodes"]])
    for row, owner in zip(found["nodes"], owners, strict=True):
        row["order"] = owner
    return [found]


@field("QueryRoot", "fulfillmentOrder")
def fulfillment_order(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One of them."""
    return [find_part(context, "fulfillment_orders", number_of(args["id"], "FulfillmentOrder"))]


@field("QueryRoot", "fulfillment")
def fulfillment(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One fulfillment."""
    return [find_part(context, "fulfillments", number_of(args["id"], "Fulfillment"))]


def find_part(context: Context, table: str, number: int | None) -> Row | None:
    """A row of a table of orders' parts, with its order, or None."""
    row = context.state.get(table, number)
    order = find_order(context, row["order_id"]) if row else None
    return {**row, "order": order} if row and order else None


@field("Order", "fulfillmentOrders")
def order_fulfillment_orders(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """What is to be sent."""
    rows = by_order(context, "fulfillment_orders", parents)
    return [list_page(rows.get(row["id"], []), args) for row in parents]


@field("Order", "fulfillments")
def order_fulfillments(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """What was sent."""
    rows = by_order(context, "fulfillments", parents)
    first = args.get("first")
    return [rows.get(row["id"], [])[: first if first is not None else None] for row in parents]


@field("Order", "fulfillmentsCount")
def fulfillments_count(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """How many."""
    rows = by_order(context, "fulfillments", parents)
    return [{"count": len(rows.get(row["id"], [])), "precision": "EXACT"} for row in parents]


constant("FulfillmentOrder", None, "fulfillBy")
constant("FulfillmentOrder", [], "fulfillmentHolds")


@each("FulfillmentOrder", "orderId")
def order_id(_context: Context, row: Row, _args: Args) -> str:
    """The order's id."""
    return gid("Order", row["order_id"])


@each("FulfillmentOrder", "orderName")
def order_name(_context: Context, row: Row, _args: Args) -> str:
    """The order's name."""
    return str(row["order"]["name"])


@each("FulfillmentOrder", "orderProcessedAt")
def order_processed_at(_context: Context, row: Row, _args: Args) -> str:
    """When the order came."""
    return str(row["order"]["processed_at"])


@field("FulfillmentOrder", "assignedLocation")
def assigned_location(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Where the goods are taken from."""
    places = context.load("locations", [row["location_id"] for row in parents])
    return [
        {**opened(place, "address"), "name": place["name"], "location_row": place}
        if place
        else {"name": "", "location_row": None}
        for place in places
    ]


@each("FulfillmentOrderAssignedLocation", "location")
def assigned_place(_context: Context, row: Row, _args: Args) -> Row | None:
    """The location itself."""
    found: Row | None = row["location_row"]
    return found


@each("FulfillmentOrder", "destination")
def destination(_context: Context, row: Row, _args: Args) -> Row | None:
    """Where they go."""
    found = opened(row["order"], "shipping_address")
    return {**found, "id": row["id"], "email": row["order"]["email"]} if found else None


for _name in ("address1", "address2", "city", "company", "countryCode", "email", "firstName", "lastName", "phone",
              "zip"):  # fmt: skip
    part("FulfillmentOrderDestination", _name)
part("FulfillmentOrderDestination", "province", "provinceCode")


@each("FulfillmentOrder", "deliveryMethod")
def delivery_method(_context: Context, row: Row, _args: Args) -> Row:
    """How."""
    lines = opened(row["order"], "shipping_lines")
    name = lines[0]["title"] if lines else None
    return {
        "id": row["id"],
        "method_type": "SHIPPING" if lines else "NONE",
        "service_code": lines[0].get("code") if lines else None,
        "presented_name": name,
    }


@each("FulfillmentOrder", "supportedActions")
def supported_actions(_context: Context, row: Row, _args: Args) -> list[Row]:
    """What can be done with it."""
    names = {"OPEN": ("CREATE_FULFILLMENT", "HOLD", "MOVE"), "IN_PROGRESS": ("CREATE_FULFILLMENT", "HOLD")}
    return [{"action": name, "external_url": None} for name in names.get(row["status"], ())]


@field("FulfillmentOrder", "lineItems")
def fulfillment_order_lines(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """Pieces to be sent."""
    rows = context.state.rows(
        "fulfillment_order_lines", f"fulfillment_order_id {IN} ORDER BY id", ids(row["id"] for row in parents)
    )
    lines = {
        row["id"]: row for row in context.state.rows("line_items", f"id {IN}", ids(row["line_item_id"] for row in rows))
    }
    by_owner = grouped(rows, "fulfillment_order_id")
    return [
        list_page(
            [
                {**row, "line": {**lines[row["line_item_id"]], "order": parent["order"]}}
                for row in by_owner.get(parent["id"], [])
            ],
            args,
        )
        for parent in parents
    ]


for _name, _stored in (("sku", "sku"), ("variantTitle", "variant_title"), ("vendor", "vendor"),
                       ("requiresShipping", "requires_shipping"), ("productTitle", "title")):  # fmt: skip
    part("FulfillmentOrderLineItem", _name, _stored, inside="line")


@each("FulfillmentOrderLineItem", "inventoryItemId")
def line_item_id(_context: Context, row: Row, _args: Args) -> str | None:
    """The inventory item."""
    variant = row["line"]["variant_id"]
    return gid("InventoryItem", item_of(variant)) if variant is not None else None


@field("FulfillmentOrderLineItem", "variant")
def line_variant(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The variant."""
    return context.load("variants", [row["line"]["variant_id"] for row in parents])


@each("FulfillmentOrder", "fulfillments")
def fulfillments_of(context: Context, row: Row, args: Args) -> Row:
    """What was sent of it."""
    rows = by_order(context, "fulfillments", [row["order"]]).get(row["order_id"], [])
    return list_page([item for item in rows if row["id"] in opened(item, "fulfillment_order_ids")], args)


# Fulfillments


@field("Fulfillment", "location")
def location(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Where the goods left."""
    return context.load("locations", [row["location_id"] for row in parents])


constant("Fulfillment", True, "requiresShipping")


@each("Fulfillment", "totalQuantity")
def total_quantity(_context: Context, row: Row, _args: Args) -> int:
    """Pieces."""
    return sum(part["quantity"] for part in opened(row, "lines"))


@each("Fulfillment", "trackingInfo")
def tracking_info(_context: Context, row: Row, args: Args) -> list[Row]:
    """Carriers and numbers."""
    found = opened(row, "tracking")
    return list(found[: args["first"]] if args.get("first") is not None else found)


@field("Fulfillment", "fulfillmentLineItems")
def fulfillment_lines(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """Lines that were sent."""
    wanted = [part["line_item_id"] for row in parents for part in opened(row, "lines")]
    lines = {row["id"]: row for row in context.state.rows("line_items", f"id {IN}", ids(wanted))}
    return [
        list_page(
            [{**part, "line": {**lines[part["line_item_id"]], "order": row["order"]}} for part in opened(row, "lines")],
            args,
        )
        for row in parents
    ]


@each("FulfillmentLineItem", "originalTotalSet")
def part_original(context: Context, row: Row, _args: Args) -> Any:
    """Price of the pieces."""
    return context.bag(money(Decimal(row["line"]["price"]) * row["quantity"]), row["line"]["order"])


@each("FulfillmentLineItem", "discountedTotalSet")
def part_discounted(context: Context, row: Row, _args: Args) -> Any:
    """The same less discounts."""
    line = row["line"]
    share = allocated(line) * row["quantity"] / line["quantity"]
    return context.bag(money(Decimal(line["price"]) * row["quantity"] - share), line["order"])


@each("Fulfillment", "fulfillmentOrders")
def orders_of(context: Context, row: Row, args: Args) -> Row:
    """Fulfillment orders that it serves."""
    rows = by_order(context, "fulfillment_orders", [row["order"]]).get(row["order_id"], [])
    return list_page([item for item in rows if item["id"] in opened(row, "fulfillment_order_ids")], args)


@each("Fulfillment", "events")
def events(_context: Context, row: Row, args: Args) -> Row:
    """What happened on the way."""
    return list_page(opened(row, "events"), args)


for _name in ("message", "city", "country", "province", "zip", "estimatedDeliveryAt", "happenedAt", "createdAt",
              "status"):  # fmt: skip
    part("FulfillmentEvent", _name)
