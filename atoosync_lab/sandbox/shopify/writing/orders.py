"""Orders: fields that may change, payment, closing, cancelling."""

from __future__ import annotations

import uuid
from decimal import Decimal

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.facts import MAX_PRODUCT_TAGS
from atoosync_lab.sandbox.shopify.order_rules import RefundLine, add_refund, settle
from atoosync_lab.sandbox.shopify.reading.orders import find_order, outstanding
from atoosync_lab.sandbox.shopify.reading.payments import capturable
from atoosync_lab.sandbox.shopify.refusals import RefusedError, refuse, user_error
from atoosync_lab.sandbox.shopify.values import Row, clean_tags, compact, gid, money, number_of
from atoosync_lab.sandbox.shopify.writing.metafields import put_all
from atoosync_lab.sandbox.shopify.writing.registry import mutation

NO_ORDER = "Order does not exist"


def order_of(context: Context, given: str, field: list[str]) -> Row:
    """The order of an id.

    Raises:
        RefusedError: there is none, or it lies behind the wall of sixty days.
    """
    row = find_order(context, number_of(given, "Order"))
    if row is None:
        raise refuse(NO_ORDER, field)
    return row


def notify(context: Context, kind: str, order: Row) -> None:
    """Note a mail to the customer, as the shop would send it."""
    context.state.insert(
        "notifications",
        {"at": context.state.now(), "kind": kind, "order_id": order["id"], "recipient": order["email"]},
    )


def _answer(context: Context, order: int) -> Row:
    return {"order": context.state.get("orders", order)}


@mutation("orderUpdate")
def order_update(context: Context, args: Args) -> Row:
    """Change what may be changed: lists overwrite, metafields are added."""
    given = args["input"]
    row = order_of(context, given["id"], ["id"])
    values: Row = {}
    for name, column in (("email", "email"), ("phone", "phone"), ("note", "note"), ("poNumber", "po_number")):
        if name in given:
            values[column] = given[name]
    if given.get("email") and "@" not in given["email"]:
        raise refuse("Email is invalid", ["email"])
    if given.get("tags") is not None:
        tags = clean_tags(given["tags"])
        if len(tags) > MAX_PRODUCT_TAGS:
            raise refuse(f"Tags can't exceed {MAX_PRODUCT_TAGS}", ["tags"])
        values["tags"] = compact(tags)
    if given.get("customAttributes") is not None:
        values["custom_attributes"] = compact(given["customAttributes"])
    if given.get("shippingAddress") is not None:
        values["shipping_address"] = compact(given["shippingAddress"])
    put_all(context, "ORDER", row["id"], given.get("metafields") or [], ["metafields"], "INVALID")
    context.state.update("orders", row["id"], {**values, "updated_at": context.state.now()})
    return _answer(context, row["id"])


@mutation("orderMarkAsPaid")
def order_mark_as_paid(context: Context, args: Args) -> Row:
    """Record that the rest was paid by hand."""
    row = order_of(context, args["input"]["id"], ["id"])
    due = outstanding(row)
    if due <= 0 or row["financial_status"] in ("VOIDED", "REFUNDED"):
        raise refuse("Order cannot be marked as paid.", ["id"])
    now = context.state.now()
    payments = context.state.rows("transactions", "order_id = ?", row["id"])
    pending = next((item for item in payments if item["status"] == "PENDING"), None)
    context.state.insert(
        "transactions",
        {
            "order_id": row["id"],
            "kind": "SALE",
            "gateway": pending["gateway"] if pending else "manual",
            "amount": money(due),
            "currency": row["currency"],
            "parent_id": pending["id"] if pending else None,
            "manual": 1,
            "created_at": now,
            "processed_at": now,
        },
    )
    settle(context.state, row["id"])
    return _answer(context, row["id"])


@mutation("orderCapture")
def order_capture(context: Context, args: Args) -> Row:
    """Take authorized money."""
    given = args["input"]
    row = order_of(context, given["id"], ["id"])
    parent = context.state.get("transactions", number_of(given["parentTransactionId"], "OrderTransaction"))
    if parent is None or parent["order_id"] != row["id"] or parent["kind"] != "AUTHORIZATION":
        raise refuse("Parent transaction is not an authorization of the order", ["parentTransactionId"])
    left = capturable(context.state.rows("transactions", "order_id = ?", row["id"]))
    amount = Decimal(given["amount"])
    if not 0 < amount <= left:
        raise refuse(f"The amount must be between 0.01 and {money(left)}", ["amount"])
    now = context.state.now()
    number = context.state.insert(
        "transactions",
        {"order_id": row["id"], "kind": "CAPTURE", "gateway": parent["gateway"], "amount": money(amount),
         "currency": row["currency"], "parent_id": parent["id"], "created_at": now, "processed_at": now},
    )  # fmt: skip
    settle(context.state, row["id"])
    made = context.state.get("transactions", number)
    return {"transaction": {**(made or {}), "order": context.state.get("orders", row["id"])}}


@mutation("orderClose")
def order_close(context: Context, args: Args) -> Row:
    """Close an order."""
    row = order_of(context, args["input"]["id"], ["id"])
    if row["closed_at"] is None:
        now = context.state.now()
        context.state.update("orders", row["id"], {"closed_at": now, "updated_at": now})
    return _answer(context, row["id"])


@mutation("orderOpen")
def order_open(context: Context, args: Args) -> Row:
    """Open an order again; one that was cancelled stays closed."""
    row = order_of(context, args["input"]["id"], ["id"])
    if row["cancelled_at"] is not None:
        raise refuse("Order cannot be opened because it has been cancelled", ["id"])
    context.state.update("orders", row["id"], {"closed_at": None, "updated_at": context.state.now()})
    return _answer(context, row["id"])


@mutation("orderCancel", errors="order_cancel_user_errors")
def order_cancel(context: Context, args: Args) -> Row:
    """Cancel an order: goods that were not sent come off it, money goes back when asked."""
    state = context.state
    row = find_order(context, number_of(args["orderId"], "Order"))
    if row is None:
        raise RefusedError([user_error(NO_ORDER, ["orderId"], "NOT_FOUND")])
    if row["cancelled_at"] is not None:
        raise RefusedError(
            [user_error("Cannot cancel an order that has already been canceled", ["orderId"], "INVALID")]
        )
    if row["fulfillment_status"] != "UNFULFILLED":
        message = "Cannot cancel an order that has fulfillments"
        raise RefusedError([user_error(message, ["orderId"], "INVALID")])
    refunds = bool(args.get("refund") or (args.get("refundMethod") or {}).get("originalPaymentMethodsRefund"))
    location = state.value("SELECT location_id FROM fulfillment_orders WHERE order_id = ?", row["id"])
    lines = [
        RefundLine(line["id"], line["current_quantity"], "CANCEL" if args["restock"] else "NO_RESTOCK", location)
        for line in state.rows("line_items", "order_id = ? AND current_quantity > 0", row["id"])
    ]
    paid = Decimal(row["received"]) - Decimal(row["refunded"])
    payments: list[Row] = []
    if refunds and paid > 0:
        sale = state.one(
            "transactions", "order_id = ? AND kind IN ('SALE', 'CAPTURE') AND status = 'SUCCESS'", row["id"]
        )
        if sale is not None:
            payments = [{"gateway": sale["gateway"], "amount": money(paid), "parent_id": sale["id"]}]
    elif not paid:
        payments = _void(context, row)
    add_refund(state, row, lines, shipping=Decimal(row["current_shipping"]), payments=payments)
    now = state.now()
    state.update(
        "orders",
        row["id"],
        {"cancelled_at": now, "closed_at": now, "cancel_reason": args["reason"], "staff_note": args.get("staffNote")},
    )
    state.db.execute(
        "UPDATE fulfillment_orders SET status = 'CANCELLED', updated_at = ? WHERE order_id = ?", (now, row["id"])
    )
    settle(state, row["id"])
    if args.get("notifyCustomer"):
        notify(context, "order_cancelled", row)
    job = gid("Job", str(uuid.uuid4()))
    state.insert("jobs", {"id": job, "done": 1})
    return {"job": {"id": job, "done": True}}


def _void(context: Context, row: Row) -> list[Row]:
    """Give up an authorization; no money moves."""
    held = context.state.one(
        "transactions", "order_id = ? AND kind = 'AUTHORIZATION' AND status = 'SUCCESS'", row["id"]
    )
    if held is not None:
        now = context.state.now()
        context.state.insert(
            "transactions",
            {"order_id": row["id"], "kind": "VOID", "gateway": held["gateway"], "amount": held["amount"],
             "currency": row["currency"], "parent_id": held["id"], "created_at": now, "processed_at": now},
        )  # fmt: skip
    return []
