"""States of orders, worked out from what happened to them, and refunds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.shopify.amounts import ZERO, cents
from atoosync_lab.sandbox.shopify.state import ShopState
from atoosync_lab.sandbox.shopify.values import Row, compact, item_of, money, opened


def settle(state: ShopState, order: int, *, touch: bool = True) -> None:
    """Work out an order's received and refunded money and both its states."""
    row = state.get("orders", order)
    assert row is not None
    payments = state.rows("transactions", "order_id = ? ORDER BY id", order)
    done = [item for item in payments if item["status"] == "SUCCESS"]
    received = sum((Decimal(item["amount"]) for item in done if item["kind"] in ("SALE", "CAPTURE")), ZERO)
    refunded = sum((Decimal(item["amount"]) for item in done if item["kind"] == "REFUND"), ZERO)
    values: dict[str, Any] = {
        "received": money(received),
        "refunded": money(refunded),
        "financial_status": financial_status(row, payments, received, refunded),
        "fulfillment_status": fulfillment_status(state, order),
    }
    if touch:
        values["updated_at"] = state.now()
    state.update("orders", order, values)


def financial_status(row: Row, payments: Sequence[Row], received: Decimal, refunded: Decimal) -> str:
    """The state of the money."""
    kinds = {item["kind"] for item in payments if item["status"] == "SUCCESS"}
    if refunded > 0:
        return "REFUNDED" if refunded >= received else "PARTIALLY_REFUNDED"
    if received > 0:
        return "PAID" if received >= Decimal(row["current_total"]) else "PARTIALLY_PAID"
    if "VOID" in kinds:
        return "VOIDED"
    if "AUTHORIZATION" in kinds:
        return "AUTHORIZED"
    return "PAID" if Decimal(row["current_total"]) == 0 and not row["cancelled_at"] else "PENDING"


def fulfillment_status(state: ShopState, order: int) -> str:
    """The state of the goods."""
    whole, sent = state.db.execute(
        "SELECT COALESCE(SUM(current_quantity), 0), COALESCE(SUM(MIN(fulfilled_quantity, quantity)), 0) "
        "FROM line_items WHERE order_id = ?",
        (order,),
    ).fetchone()
    if sent <= 0:
        return "UNFULFILLED"
    return "FULFILLED" if sent >= whole else "PARTIALLY_FULFILLED"


@dataclass(frozen=True)
class RefundLine:
    """A line to give back: its id, pieces, and what becomes of the goods (`RETURN`, `CANCEL`, `NO_RESTOCK`)."""

    line: int
    quantity: int
    restock: str = "NO_RESTOCK"
    location: int | None = None


def refund_parts(state: ShopState, order: Row, lines: Sequence[RefundLine]) -> list[Row]:
    """The parts of a refund, with their amounts: the line's price after discounts and its tax, by quantity."""
    parts = []
    for wanted in lines:
        row = state.get("line_items", wanted.line)
        assert row is not None
        quantity = Decimal(row["quantity"])
        less = sum((Decimal(item["amount"]) for item in opened(row, "discount_allocations")), ZERO)
        whole = Decimal(row["price"]) * quantity - less
        taxes = sum((Decimal(item["price"]) for item in opened(row, "tax_lines")), ZERO)
        before, after = row["refunded_quantity"], row["refunded_quantity"] + wanted.quantity
        # From differences of running sums, so that refunds of single pieces add up to the line to the cent.
        subtotal = cents(whole * after / quantity) - cents(whole * before / quantity)
        tax = cents(taxes * after / quantity) - cents(taxes * before / quantity)
        parts.append(
            {
                "id": state.part_id(),
                "line_item_id": row["id"],
                "quantity": wanted.quantity,
                "restock_type": wanted.restock,
                "restocked": wanted.restock != "NO_RESTOCK",
                "location_id": wanted.location,
                "price": money(subtotal / wanted.quantity) if wanted.quantity else "0.00",
                "subtotal": money(subtotal),
                "total_tax": money(tax),
            }
        )
    return parts


def add_refund(
    state: ShopState,
    order: Row,
    lines: Sequence[RefundLine],
    *,
    shipping: Decimal = ZERO,
    payments: Sequence[Row] = (),
    note: str | None = None,
    at: str | None = None,
) -> int:
    """Record a refund: goods, shipping and money, each as far as given; gives its id.

    Args:
        state: The shop.
        order: The order's row.
        lines: Lines given back.
        shipping: Amount of shipping given back.
        payments: Rows of transactions: gateway, amount, parent_id; none means that no money moves.
        note: Why.
        at: When; now by default.
    """
    moment = at or state.now()
    parts = refund_parts(state, order, lines)
    goods = sum((Decimal(part["subtotal"]) for part in parts), ZERO)
    tax = sum((Decimal(part["total_tax"]) for part in parts), ZERO)
    paid = sum((Decimal(item["amount"]) for item in payments), ZERO)
    delivery, delivery_tax = shipping_part(order, shipping)
    due = goods + shipping + (ZERO if order["taxes_included"] else tax + delivery_tax)
    adjustments = []
    if payments and paid != due:
        difference = {"amount": money(due - paid), "tax": "0.00", "reason": "REFUND_DISCREPANCY"}
        adjustments.append({"id": state.part_id(), **difference})
    refund = state.insert(
        "refunds",
        {
            "order_id": order["id"],
            "note": note,
            "created_at": moment,
            "processed_at": moment,
            "lines": compact(parts),
            "shipping": compact(
                [{"id": state.part_id(), "subtotal": money(delivery), "tax": money(delivery_tax)}] if shipping else []
            ),
            "adjustments": compact(adjustments),
            "total": money(paid),
        },
    )
    for item in payments:
        state.insert(
            "transactions",
            {"order_id": order["id"], "refund_id": refund, "kind": "REFUND", "currency": order["currency"],
             "created_at": moment, "processed_at": moment, "test": order["test"], **item},
        )  # fmt: skip
    for part in parts:
        _take_back(state, order, part, moment)
    current_goods = Decimal(order["current_subtotal"]) - goods
    current_shipping = Decimal(order["current_shipping"]) - shipping
    current_tax = Decimal(order["current_tax"]) - tax - delivery_tax
    extra = ZERO if order["taxes_included"] else tax + delivery_tax
    state.update(
        "orders",
        order["id"],
        {
            "current_subtotal": money(current_goods),
            "current_shipping": money(current_shipping),
            "current_tax": money(current_tax),
            "current_total": money(Decimal(order["current_total"]) - goods - shipping - extra),
            "refunded_shipping": money(Decimal(order["refunded_shipping"]) + shipping),
        },
    )
    return refund


def shipping_part(order: Row, amount: Decimal) -> tuple[Decimal, Decimal]:
    """What of an amount of shipping is price, and what is its tax, in proportion."""
    lines = opened(order, "shipping_lines")
    whole = Decimal(order["total_shipping"])
    taxes = sum((Decimal(tax["price"]) for line in lines for tax in line.get("tax_lines", ())), ZERO)
    tax = cents(taxes * amount / whole) if whole else ZERO
    return (amount - tax if order["taxes_included"] else amount), tax


def _take_back(state: ShopState, order: Row, part: Row, moment: str) -> None:
    row = state.get("line_items", part["line_item_id"])
    assert row is not None
    left = row["current_quantity"] - part["quantity"]
    state.update(
        "line_items",
        row["id"],
        {"current_quantity": left, "refunded_quantity": row["refunded_quantity"] + part["quantity"]},
    )
    if part["restock_type"] != "NO_RESTOCK" and row["variant_id"] is not None and part["location_id"] is not None:
        state.db.execute(
            "UPDATE inventory_levels SET available = available + ?, updated_at = ? "
            "WHERE item_id = ? AND location_id = ?",
            (part["quantity"], moment, item_of(row["variant_id"]), part["location_id"]),
        )
    unsent = max(0, left - row["fulfilled_quantity"])
    state.db.execute(
        "UPDATE fulfillment_order_lines SET remaining_quantity = MIN(remaining_quantity, ?) WHERE line_item_id = ?",
        (unsent, row["id"]),
    )
    close_empty(state, order["id"], moment)


def close_empty(state: ShopState, order: int, moment: str) -> None:
    """Close fulfillment orders that have nothing left to send; mark those begun."""
    sums = state.db.execute(
        "SELECT f.id, f.status, SUM(l.remaining_quantity), SUM(l.total_quantity) FROM fulfillment_orders f "
        "JOIN fulfillment_order_lines l ON l.fulfillment_order_id = f.id WHERE f.order_id = ? GROUP BY f.id",
        (order,),
    ).fetchall()
    for number, status, remaining, total in sums:
        wanted = "CLOSED" if remaining == 0 else "IN_PROGRESS" if remaining < total else "OPEN"
        if status in ("OPEN", "IN_PROGRESS") and wanted != status:
            state.update("fulfillment_orders", number, {"status": wanted, "updated_at": moment})
