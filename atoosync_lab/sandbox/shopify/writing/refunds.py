"""`refundCreate`, and the refund that the shop suggests."""

from __future__ import annotations

from decimal import Decimal

from atoosync_lab.sandbox.shopify.amounts import ZERO
from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.order_rules import RefundLine, add_refund, refund_parts, settle, shipping_part
from atoosync_lab.sandbox.shopify.reading.payments import GATEWAYS, find_refund
from atoosync_lab.sandbox.shopify.reading.registry import One, each
from atoosync_lab.sandbox.shopify.refusals import refuse
from atoosync_lab.sandbox.shopify.values import Row, decimal, money, number_of
from atoosync_lab.sandbox.shopify.writing.orders import notify, order_of
from atoosync_lab.sandbox.shopify.writing.registry import mutation


def _lines(context: Context, order: Row, given: list[Row]) -> list[RefundLine]:
    found = []
    for place, item in enumerate(given):
        field = ["refundLineItems", str(place)]
        row = context.state.get("line_items", number_of(item["lineItemId"], "LineItem"))
        if row is None or row["order_id"] != order["id"]:
            raise refuse("Line item does not exist", [*field, "lineItemId"])
        if not 0 <= item["quantity"] <= row["quantity"] - row["refunded_quantity"]:
            raise refuse("Quantity cannot refund more items than were purchased", [*field, "quantity"])
        restock = item.get("restockType") or "NO_RESTOCK"
        location = number_of(item["locationId"], "Location") if item.get("locationId") else None
        if restock in ("RETURN", "CANCEL") and location is None and row["variant_id"] is not None:
            location = context.state.value("SELECT location_id FROM fulfillment_orders WHERE order_id = ?", order["id"])
        if restock == "CANCEL" and row["current_quantity"] - row["fulfilled_quantity"] < item["quantity"]:
            raise refuse("Restock type cannot be cancel for items that were fulfilled", [*field, "restockType"])
        found.append(RefundLine(row["id"], item["quantity"], restock, location))
    return found


def _shipping(order: Row, given: Row | None) -> Decimal:
    left = Decimal(order["current_shipping"])
    if not given:
        return ZERO
    if given.get("fullRefund"):
        return left
    amount = decimal(given.get("amount"))
    if amount > left:
        raise refuse("Shipping amount cannot refund more than the shipping that was paid", ["shipping", "amount"])
    return amount


def _payments(context: Context, order: Row, given: list[Row], allow_more: bool) -> list[Row]:
    rows = []
    for place, item in enumerate(given):
        field = ["transactions", str(place)]
        if item["kind"] != "REFUND":
            raise refuse("Transaction kind must be refund", [*field, "kind"])
        parent = context.state.get(
            "transactions", number_of(item["parentId"], "OrderTransaction") if item.get("parentId") else None
        )
        if item.get("parentId") and (parent is None or parent["order_id"] != order["id"]):
            raise refuse("Parent transaction does not exist", [*field, "parentId"])
        rows.append(
            {
                "gateway": parent["gateway"] if parent else item["gateway"],
                "amount": money(item["amount"]),
                "parent_id": parent["id"] if parent else None,
            }
        )
    whole = sum((Decimal(row["amount"]) for row in rows), ZERO)
    left = Decimal(order["received"]) - Decimal(order["refunded"])
    if whole > left and not allow_more:
        raise refuse(f"Refund amount cannot refund more than {money(left)}", ["transactions"])
    return rows


@mutation("refundCreate")
def refund_create(context: Context, args: Args) -> Row:
    """Give back goods, shipping and money. Without transactions no money moves."""
    given = args["input"]
    order = order_of(context, given["orderId"], ["orderId"])
    lines = _lines(context, order, given.get("refundLineItems") or [])
    shipping = _shipping(order, given.get("shipping"))
    payments = _payments(context, order, given.get("transactions") or [], bool(given.get("allowOverRefunding")))
    if not lines and not shipping and not payments:
        raise refuse(
            "Refund must have at least one of refund line items, shipping or transactions", ["refundLineItems"]
        )
    number = add_refund(
        context.state,
        order,
        lines,
        shipping=shipping,
        payments=payments,
        note=given.get("note"),
        at=context.state.now(),
    )
    settle(context.state, order["id"])
    if given.get("notify"):
        notify(context, "refund", order)
    context.forget()
    return {"refund": find_refund(context, number), "order": context.state.get("orders", order["id"])}


@each("Order", "suggestedRefund")
def suggested_refund(context: Context, row: Row, args: Args) -> Row:
    """What a refund of lines and shipping would be."""
    wanted = args.get("refundLineItems") or []
    if args.get("suggestFullRefund"):
        rows = context.state.rows("line_items", "order_id = ? AND quantity > refunded_quantity", row["id"])
        lines = [RefundLine(item["id"], item["quantity"] - item["refunded_quantity"]) for item in rows]
    else:
        lines = _lines(context, row, wanted)
    full = args.get("refundShipping") or args.get("suggestFullRefund")
    shipping = _shipping(row, {"fullRefund": True} if full else {"amount": args.get("shippingAmount") or "0"})
    parts = refund_parts(context.state, row, lines)
    subtotal = sum((Decimal(part["subtotal"]) for part in parts), ZERO)
    tax = sum((Decimal(part["total_tax"]) for part in parts), ZERO)
    _, shipping_tax = shipping_part(row, shipping)
    left = Decimal(row["received"]) - Decimal(row["refunded"])
    extra = ZERO if row["taxes_included"] else tax + shipping_tax
    amount = min(left, subtotal + shipping + extra)
    return {
        "amount": amount,
        "subtotal": subtotal,
        "tax": tax + shipping_tax,
        "shipping_amount": shipping,
        "shipping_tax": shipping_tax,
        "left": left,
        "parts": parts,
        "order": row,
    }


def _bag(name: str) -> One:
    return lambda context, row, _args: context.bag(money(row[name]), row["order"])


each("SuggestedRefund", "amountSet")(_bag("amount"))
each("SuggestedRefund", "subtotalSet", "discountedSubtotalSet")(_bag("subtotal"))
each("SuggestedRefund", "totalTaxSet")(_bag("tax"))
each("SuggestedRefund", "maximumRefundableSet")(_bag("left"))
each("SuggestedRefund", "shipping")(lambda _context, row, _args: row)
each("ShippingRefund", "amountSet")(_bag("shipping_amount"))
each("ShippingRefund", "taxSet")(_bag("shipping_tax"))
each("ShippingRefund", "maximumRefundableSet")(
    lambda context, row, _args: context.bag(row["order"]["current_shipping"], row["order"])
)


@each("SuggestedRefund", "refundLineItems")
def suggested_lines(context: Context, row: Row, _args: Args) -> list[Row]:
    """Lines of the suggestion."""
    found = []
    for part in row["parts"]:
        line = context.state.get("line_items", part["line_item_id"])
        found.append({**part, "id": None, "line": {**(line or {}), "order": row["order"]}, "order": row["order"]})
    return found


@each("SuggestedRefund", "suggestedTransactions")
def suggested_transactions(context: Context, row: Row, _args: Args) -> list[Row]:
    """Payments that the money would go back to, in their order."""
    left, found = row["amount"], []
    rows = context.state.rows("transactions", "order_id = ? AND status = 'SUCCESS' ORDER BY id", row["order"]["id"])
    for sale in rows:
        if sale["kind"] not in ("SALE", "CAPTURE"):
            continue
        back = sum((Decimal(x["amount"]) for x in rows if x["kind"] == "REFUND" and x["parent_id"] == sale["id"]), ZERO)
        most = Decimal(sale["amount"]) - back
        amount = min(left, most)
        left -= amount
        found.append(
            {"kind": "SUGGESTED_REFUND", "gateway": sale["gateway"], "amount": amount, "most": most,
             "parent_transaction": {**sale, "order": row["order"]}, "order": row["order"],
             "formatted_gateway": GATEWAYS.get(sale["gateway"], sale["gateway"])}
        )  # fmt: skip
    return found


each("SuggestedOrderTransaction", "amountSet")(_bag("amount"))
each("SuggestedOrderTransaction", "maximumRefundableSet")(_bag("most"))
