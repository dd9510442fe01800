"""Transactions, refunds and what a refund would be."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.paging import list_page
from atoosync_lab.sandbox.shopify.reading.orders import by_order, find_order
from atoosync_lab.sandbox.shopify.reading.registry import column, constant, each, field
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row, money, number_of, opened

GATEWAYS = {"shopify_payments": "Shopify Payments", "paypal": "PayPal", "manual": "Manual", "bogus": "Bogus"}


@field("Order", "transactions")
def transactions(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """Payments and refunds of money."""
    rows = by_order(context, "transactions", parents)
    first = args.get("first")
    return [rows.get(row["id"], [])[: first if first is not None else None] for row in parents]


@field("Order", "transactionsCount")
def transactions_count(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """How many."""
    rows = by_order(context, "transactions", parents)
    return [{"count": len(rows.get(row["id"], [])), "precision": "EXACT"} for row in parents]


@field("Order", "paymentGatewayNames")
def payment_gateways(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Gateways used."""
    rows = by_order(context, "transactions", parents)
    return [list(dict.fromkeys(item["gateway"] for item in rows.get(row["id"], []))) for row in parents]


def capturable(rows: list[Row]) -> Decimal:
    """What is authorized and neither captured nor given up."""
    kinds = {"AUTHORIZATION": 1, "CAPTURE": -1, "VOID": -1}
    found = sum(
        (Decimal(row["amount"]) * kinds.get(row["kind"], 0) for row in rows if row["status"] == "SUCCESS"), Decimal(0)
    )
    return max(Decimal(0), found)


@field("Order", "totalCapturableSet")
def total_capturable(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """What can be captured."""
    rows = by_order(context, "transactions", parents)
    return [context.bag(money(capturable(rows.get(row["id"], []))), row) for row in parents]


@field("Order", "capturable")
def is_capturable(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Whether anything can be captured."""
    rows = by_order(context, "transactions", parents)
    return [capturable(rows.get(row["id"], [])) > 0 for row in parents]


constant("OrderTransaction", None, "amountRoundingSet", "accountNumber", "authorizationExpiresAt", "receiptJson",
         "settlementCurrency", "settlementCurrencyRate", "totalUnsettledSet")  # fmt: skip
constant("OrderTransaction", False, "multiCapturable")
column("OrderTransaction", "manualPaymentGateway", "manual")


@each("OrderTransaction", "amountSet")
def amount_set(context: Context, row: Row, _args: Args) -> Any:
    """The amount."""
    return context.bag(row["amount"], row["order"])


@each("OrderTransaction", "formattedGateway")
def formatted_gateway(_context: Context, row: Row, _args: Args) -> str:
    """The gateway's name for people."""
    return GATEWAYS.get(str(row["gateway"]), str(row["gateway"]))


@each("OrderTransaction", "manuallyCapturable")
def manually_capturable(_context: Context, row: Row, _args: Args) -> bool:
    """Whether it waits to be captured."""
    return bool(row["kind"] == "AUTHORIZATION" and row["status"] == "SUCCESS")


@each("OrderTransaction", "parentTransaction")
def parent_transaction(context: Context, row: Row, _args: Args) -> Row | None:
    """What it follows."""
    found = context.state.get("transactions", row["parent_id"])
    return {**found, "order": row["order"]} if found else None


@each("OrderTransaction", "fees")
def fees(_context: Context, row: Row, _args: Args) -> list[Row]:
    """What the gateway keeps."""
    return list(opened(row, "fees"))


@each("TransactionFee", "amount", "taxAmount")
def fee_amount(context: Context, row: Row, _args: Args) -> Any:
    """Amount of a fee."""
    return context.bag(row["amount"])


# Refunds


@field("Order", "refunds")
def refunds(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """Refunds of the orders."""
    rows = by_order(context, "refunds", parents)
    first = args.get("first")
    return [rows.get(row["id"], [])[: first if first is not None else None] for row in parents]


@field("QueryRoot", "refund")
def refund(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One refund."""
    return [find_refund(context, number_of(args["id"], "Refund"))]


def find_refund(context: Context, number: int | None) -> Row | None:
    """A refund with its order, or None."""
    row = context.state.get("refunds", number)
    order = find_order(context, row["order_id"]) if row else None
    return {**row, "order": order} if row and order else None


column("Refund", "updatedAt", "created_at")


@each("Refund", "totalRefundedSet")
def total_refunded(context: Context, row: Row, _args: Args) -> Any:
    """Money that went back."""
    return context.bag(row["total"], row["order"])


@field("Refund", "refundLineItems")
def refund_line_items(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """Lines given back."""
    wanted = [part["line_item_id"] for row in parents for part in opened(row, "lines")]
    lines = {row["id"]: row for row in context.state.rows("line_items", f"id {IN}", ids(wanted))}
    pages = []
    for row in parents:
        parts = []
        for part in opened(row, "lines"):
            line = lines.get(part["line_item_id"])
            if line is not None:
                parts.append({**part, "line": {**line, "order": row["order"]}, "order": row["order"]})
        pages.append(list_page(parts, args))
    return pages


@each("Refund", "refundShippingLines")
def refund_shipping_lines(_context: Context, row: Row, args: Args) -> Row:
    """Shipping given back."""
    return list_page([{**part, "order": row["order"]} for part in opened(row, "shipping")], args)


@each("Refund", "orderAdjustments")
def order_adjustments(_context: Context, row: Row, args: Args) -> Row:
    """Differences between goods and money."""
    return list_page([{**part, "order": row["order"]} for part in opened(row, "adjustments")], args)


@each("Refund", "transactions")
def refund_transactions(context: Context, row: Row, args: Args) -> Row:
    """Transactions of the refund."""
    rows = context.state.rows("transactions", "refund_id = ? ORDER BY id", row["id"])
    return list_page([{**item, "order": row["order"]} for item in rows], args)


@each("RefundLineItem FulfillmentLineItem FulfillmentOrderLineItem", "lineItem")
def part_line(_context: Context, row: Row, _args: Args) -> Row:
    """The line of the order."""
    return dict(row["line"])


@field("RefundLineItem", "location")
def refund_location(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Where the goods went back to."""
    return context.load("locations", [row.get("location_id") for row in parents])


def _part(stored: str) -> Any:
    def answer(context: Context, row: Row, _args: Args) -> Any:
        return context.bag(row[stored], row["order"])

    return answer


for _kind, _name, _stored in (
    ("RefundLineItem", "priceSet", "price"), ("RefundLineItem", "subtotalSet", "subtotal"),
    ("RefundLineItem", "totalTaxSet", "total_tax"), ("RefundShippingLine", "subtotalAmountSet", "subtotal"),
    ("RefundShippingLine", "taxAmountSet", "tax"), ("OrderAdjustment", "amountSet", "amount"),
    ("OrderAdjustment", "taxAmountSet", "tax"),
):  # fmt: skip
    each(_kind, _name)(_part(_stored))


@each("RefundShippingLine", "shippingLine")
def refunded_shipping_line(_context: Context, row: Row, _args: Args) -> Row | None:
    """The shipping line."""
    lines = opened(row["order"], "shipping_lines")
    return {**lines[0], "order": row["order"]} if lines else None
