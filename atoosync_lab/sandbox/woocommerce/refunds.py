"""Refunds of orders, and the notes of orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.woocommerce import stock, times
from atoosync_lab.sandbox.woocommerce.call import Answer, Call, Json, links
from atoosync_lab.sandbox.woocommerce.crud import Condition, dates, in_and_out, merged_meta, order_of, page_of
from atoosync_lab.sandbox.woocommerce.errors import ApiError, invalid_id, no_trash
from atoosync_lab.sandbox.woocommerce.order_totals import rate_facts
from atoosync_lab.sandbox.woocommerce.order_view import Goods, line_shown, tax_line_shown
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState
from atoosync_lab.sandbox.woocommerce.texts import ZERO, amount, fixed, plain

_ORDER = {"id": "id", "date": "created", "modified": "modified"}
_KINDS = ("line_items", "shipping_lines", "fee_lines")
_CAN_REFUND: frozenset[str] = frozenset()
"""Payment methods that can give money back by themselves: none of those that come with the shop."""


def shown(call: Call, rows: list[Row]) -> list[Json]:
    """Refunds as answers show them."""
    places = call.decimals
    goods = Goods(call, [line for row in rows for line in row["line_items"]])
    found = []
    for row in rows:
        path = f"orders/{row['order_id']}/refunds"
        item = {
            "id": row["id"],
            **times.pair("date_created", row["created"]),
            "amount": fixed(row["amount"], places),
            "reason": row["reason"],
            "refunded_by": row["refunded_by"],
            "refunded_payment": row["refunded_payment"],
            "meta_data": row["meta_data"],
            "line_items": [line_shown(goods, line, places) for line in row["line_items"]],
            "shipping_lines": [line_shown(None, line, places) for line in row["shipping_lines"]],
            "tax_lines": [tax_line_shown(line, places) for line in row["tax_lines"]],
            "fee_lines": [line_shown(None, line, places) for line in row["fee_lines"]],
        }
        up = [{"href": call.link(f"orders/{row['order_id']}")}]
        item["_links"] = links(call, f"{path}/{row['id']}", path, ("GET", "DELETE"), up=up)
        found.append(item)
    return found


def listed(call: Call) -> Answer:
    """A page of refunds, of one order or of all."""
    condition = Condition()
    if "order_id" in call.url:
        if call.state.row("orders", call.number("order_id")) is None:
            raise invalid_id("shop_order", 404)
        condition.add("order_id = ?", call.number("order_id"))
    if call.params.get("parent"):
        condition.among("order_id", call.params["parent"])
    in_and_out(call, condition)
    dates(call, condition)
    rows, headers = page_of(call, "refunds", condition, order_of(call, _ORDER, ", id *"))
    return Answer(shown(call, rows), headers=headers)


def _row(call: Call) -> Row:
    if call.state.row("orders", call.number("order_id")) is None:
        raise ApiError(404, "woocommerce_rest_invalid_order_id", "Invalid order ID.")
    row = call.state.row("refunds", call.number("id"))
    if row is None or row["order_id"] != call.number("order_id"):
        raise invalid_id("shop_order_refund", 404)
    return row


def one(call: Call) -> Answer:
    """One refund."""
    return Answer(shown(call, [_row(call)])[0])


def _failed(message: str) -> ApiError:
    return ApiError(500, "woocommerce_rest_cannot_create_order_refund", message, bare=500)


def left(state: ShopState, order: Row) -> Decimal:
    """What of an order is not refunded yet."""
    done = (amount(row["amount"]) for row in state.rows("refunds", "order_id = ?", (order["id"],)))
    return amount(order["total"]) - sum(done, ZERO)


def create(call: Call) -> Answer:
    """A refund: the sum of its lines when no amount is given; `api_refund` would give the money back.

    Raises:
        ApiError: 500, on an unknown order, with too large an amount, or a method that cannot give money back.
    """
    state, given = call.state, call.params
    with state.writing():
        order = state.row("orders", call.number("order_id"))
        if order is None:
            raise ApiError(500, "woocommerce_rest_invalid_order_id", "Invalid order ID.", bare=404)
        if given.get("api_refund", True) and (order.get("payment_method") or "") not in _CAN_REFUND:
            _total(state, order, given)
            raise _failed("The payment gateway for this order does not support automatic refunds.")
        row = make(state, order, given, user=call.user)
    data = shown(call, [row])[0]
    # As with variations, the shop puts its own pattern where the order's id belongs.
    return Answer(data, 201, {"Location": call.link(f"orders/(?P<order_id>[\\d]+)/refunds/{row['id']}")})


def make(state: ShopState, order: Row, given: Json, *, user: int = 1) -> Row:
    """Refund an order by hand: the refund is stored, what came back is stocked, a whole refund moves the status.

    Args:
        state: The shop.
        order: The order; it is changed and stored.
        given: `amount`, `reason`, `line_items`, `api_restock`, `meta_data` as the API takes them.
        user: Who refunds.

    Raises:
        ApiError: 500, with a negative amount, or more than is left.
    """
    with state.writing():
        row = _made(state, order, _total(state, order, given), str(given.get("reason") or ""), user)
        row["meta_data"] = merged_meta(state, [], given.get("meta_data"))
        _set_lines(state, row, order, _items(given), restock=bool(given.get("api_restock", True)))
        state.insert("refunds", row)
        order["modified"] = state.now()
        if amount(row["amount"]) > 0 and left(state, order) <= 0 and order["status"] != "refunded":
            order["status"] = "refunded"
        state.update("orders", order)
    return row


def _items(given: Json) -> list[Json]:
    return [item for item in given.get("line_items") or () if isinstance(item, dict)]


def _total(state: ShopState, order: Row, given: Json) -> Decimal:
    total = amount(given["amount"]) if given.get("amount") is not None else _sum(_items(given))
    if total < 0 or total > left(state, order):
        raise _failed("Invalid refund amount.")
    return total


def _sum(items: list[Json]) -> Decimal:
    total = ZERO
    for item in items:
        total += amount(item.get("refund_total"))
        total += sum((amount(tax.get("refund_total")) for tax in item.get("refund_tax") or ()), ZERO)
    return total


def _made(state: ShopState, order: Row, total: Decimal, reason: str, user: int) -> Row:
    now = state.now()
    return {
        "order_id": order["id"], "created": now, "modified": now, "amount": plain(total), "reason": reason,
        "refunded_by": user, "refunded_payment": False, "meta_data": [], "line_items": [], "shipping_lines": [],
        "fee_lines": [], "tax_lines": [],
    }  # fmt: skip


def _set_lines(state: ShopState, row: Row, order: Row, items: list[Json], *, restock: bool) -> None:
    taxes: dict[int, Decimal] = {}
    shipping: dict[int, Decimal] = {}
    for item in items:
        number, quantity = int(amount(item.get("id") or 0)), int(amount(item.get("quantity") or 0))
        kind, line = next(((k, x) for k in _KINDS for x in order[k] if x["id"] == number), ("", None))
        if line is None:
            continue
        total = -amount(item.get("refund_total"))
        given = {int(amount(t.get("id"))): -amount(t.get("refund_total")) for t in item.get("refund_tax") or ()}
        copy: Any = {
            **line,
            "id": state.reserve("item"),
            "total": plain(total),
            "total_tax": plain(sum(given.values(), ZERO)),
        }
        both = kind == "line_items"
        copy["taxes"] = [
            {"id": rate, "total": plain(tax), "subtotal": plain(tax) if both else ""} for rate, tax in given.items()
        ]
        if both:
            copy.update({"quantity": -quantity, "subtotal": copy["total"], "subtotal_tax": copy["total_tax"]})
        refers = {"id": state.reserve("item_meta"), "key": "_refunded_item_id", "value": str(number)}
        copy["meta_data"] = [refers]
        row[kind].append(copy)
        for rate, tax in given.items():
            sums = shipping if kind == "shipping_lines" else taxes
            sums[rate] = sums.get(rate, ZERO) + tax
        if restock and both:
            stock.restock(state, line, quantity)
    rates = state.by_ids("taxes", [*taxes, *shipping])
    for number in dict.fromkeys([*taxes, *shipping]):
        facts = rate_facts(rates[number]) if number in rates else {"rate_code": "", "label": "", "compound": False}
        row["tax_lines"].append(
            {"id": state.reserve("item"), "rate_id": number, **facts, "tax_total": plain(taxes.get(number, ZERO)),
             "shipping_tax_total": plain(shipping.get(number, ZERO)), "meta_data": []}
        )  # fmt: skip


def refund_rest(state: ShopState, order: Row) -> None:
    """What the status `refunded` does: a refund of the rest, without lines; the stock stays."""
    rest = left(state, order)
    if rest > 0:
        state.insert("refunds", _made(state, order, rest, "Order fully refunded.", 0))


def delete(call: Call) -> Answer:
    """Remove a refund for good, with or without `force`."""
    with call.state.writing():
        row = _row(call)
        data = shown(call, [row])[0]
        call.state.delete("refunds", row["id"])
    return Answer(data)


# Notes -----------------------------------------------------------------------------------------------------------


def note_shown(call: Call, row: Row) -> Json:
    """A note of an order."""
    path = f"orders/{row['order_id']}/notes"
    up = [{"href": call.link(f"orders/{row['order_id']}")}]
    return {
        "id": row["id"],
        "author": row["author"],
        **times.pair("date_created", row["created"]),
        "note": row["note"],
        "customer_note": bool(row["customer_note"]),
        "_links": links(call, f"{path}/{row['id']}", path, ("GET", "DELETE"), up=up),
    }


def _order_of_note(call: Call) -> Row:
    order = call.state.row("orders", call.number("order_id"))
    if order is None:
        raise ApiError(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
    return order


def note_list(call: Call) -> Answer:
    """All notes of an order, the newest first, without the headers of lists."""
    order = _order_of_note(call)
    rows = call.state.rows("notes", "order_id = ?", (order["id"],), "id DESC")
    kind = call.params.get("type") or "any"
    kept = [row for row in rows if kind == "any" or bool(row["customer_note"]) == (kind == "customer")]
    return Answer([note_shown(call, row) for row in kept])


def _note(call: Call) -> Row:
    order = _order_of_note(call)
    row = call.state.row("notes", call.number("id"))
    if row is None or row["order_id"] != order["id"]:
        raise ApiError(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    return row


def note_one(call: Call) -> Answer:
    """One note."""
    return Answer(note_shown(call, _note(call)))


def note_create(call: Call) -> Answer:
    """A new note; one for the customer goes out by e-mail."""
    state, given = call.state, call.params
    with state.writing():
        order = _order_of_note(call)
        row = {
            "order_id": order["id"], "created": state.now(), "author": "WooCommerce", "note": str(given["note"]),
            "customer_note": bool(given.get("customer_note")), "added_by_user": bool(given.get("added_by_user")),
        }  # fmt: skip
        state.insert("notes", row)
        if row["customer_note"] and order["billing"].get("email"):
            state.insert("mails", {"created": state.now(), "template": "customer_note",
                                   "recipient": order["billing"]["email"], "order_id": order["id"]})  # fmt: skip
    location = call.link(f"orders/{order['id']}/notes/{row['id']}")
    return Answer(note_shown(call, row), 201, {"Location": location})


def note_delete(call: Call) -> Answer:
    """Remove a note for good."""
    if not call.params.get("force"):
        raise no_trash("Webhooks")
    with call.state.writing():
        row = _note(call)
        call.state.delete("notes", row["id"])
    return Answer(note_shown(call, row))
