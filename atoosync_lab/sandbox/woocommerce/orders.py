"""The routes of orders: lists, writes, the moves of the status, trash."""

from __future__ import annotations

import secrets
from typing import Any

from atoosync_lab.sandbox.woocommerce import discounts, refunds, stock, times
from atoosync_lab.sandbox.woocommerce.call import Answer, Call, Json
from atoosync_lab.sandbox.woocommerce.crud import Condition, dates, in_and_out, merged_meta, order_of, page_of
from atoosync_lab.sandbox.woocommerce.errors import ApiError, invalid_id
from atoosync_lab.sandbox.woocommerce.order_lines import KINDS, set_lines
from atoosync_lab.sandbox.woocommerce.order_totals import calculate
from atoosync_lab.sandbox.woocommerce.order_view import ADDRESS, needs_processing, rendered
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState

STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft")
_ORDER = {"id": "id", "date": "created", "modified": "modified", "title": "id", "slug": "id"}
_TEXTS = ("customer_note", "payment_method", "payment_method_title", "transaction_id", "currency", "created_via")
_SOLD = ("processing", "completed", "on-hold")


def listed(call: Call) -> Answer:
    """A page of orders."""
    condition, given = Condition(), call.params
    wanted = [str(item).removeprefix("wc-") for item in given.get("status") or ["any"]]
    if "any" in wanted:
        condition.add("status NOT IN ('trash', 'auto-draft')")
    else:
        condition.among("status", wanted)
    if given.get("customer") is not None:
        condition.add("customer_id = ?", given["customer"])
    if given.get("parent"):
        condition.among("parent_id", given["parent"])
    if given.get("parent_exclude"):
        condition.among("parent_id", given["parent_exclude"], out=True)
    if given.get("created_via"):
        condition.among("json_extract(doc, '$.created_via')", given["created_via"])
    if given.get("search"):
        text = f"%{given['search']}%"
        condition.add("CAST(id AS TEXT) = ? OR json_extract(doc, '$.billing') LIKE ?"
                      " OR json_extract(doc, '$.line_items') LIKE ?", given["search"], text, text)  # fmt: skip
    if given.get("product"):
        # The shop looks the product's orders up first and then forgets which ids were asked for.
        condition.add("id IN (SELECT owner FROM order_products WHERE product_id = ?)", given["product"])
        if given.get("exclude"):
            condition.among("id", given["exclude"], out=True)
    else:
        in_and_out(call, condition)
    dates(call, condition)
    narrow = any(given.get(name) is not None for name in ("customer", "product", "search")) or given.get("include")
    index = "" if narrow else _ORDER.get(str(given.get("orderby")), "id")
    order = order_of(call, _ORDER, ", id *")
    rows, headers = page_of(call, "orders", condition, order, lost_total=True, index=index)
    return Answer(rendered(call, rows), headers=headers)


def row_of(call: Call, status: int = 404, name: str = "id") -> Row:
    """The order that the path names.

    Raises:
        ApiError: there is none.
    """
    row = call.state.row("orders", call.number(name))
    if row is None:
        raise invalid_id("shop_order", status)
    return row


def one(call: Call) -> Answer:
    """One order."""
    return Answer(rendered(call, [row_of(call)])[0])


def _pause(call: Call) -> float:
    return float(call.state.option("pause_item") or 0)


def new_row(state: ShopState) -> Row:
    """An order before anything is set."""
    return {
        "parent_id": 0, "status": "pending", "customer_id": 0, "currency": state.option("woocommerce_currency"),
        "prices_include_tax": state.flag("woocommerce_prices_include_tax"), "billing": {}, "shipping": {},
        "meta_data": [], "line_items": [], "tax_lines": [], "shipping_lines": [], "fee_lines": [], "coupon_lines": [],
        "order_key": f"wc_order_{secrets.token_urlsafe(10)[:13]}", "date_paid": None, "date_completed": None,
        "discount_total": "0", "discount_tax": "0", "shipping_total": "0", "shipping_tax": "0", "cart_tax": "0",
        "total": "0", "total_tax": "0", "version": state.version, "created_via": "rest-api",
    }  # fmt: skip


def create(call: Call) -> Answer:
    """A new order."""
    state = call.state
    with state.writing():
        row = new_row(state)
        row["created"] = row["modified"] = state.now()
        _set_fields(call, row, fresh=True)
        row["id"] = state.reserve("post")
        set_lines(state, row, call.params)
        calculate(state, row)
        state.insert("orders", row)
    # The order is stored before coupons are looked at: a refused coupon is a 400, and the order stays without it.
    with state.writing():
        if isinstance(call.params.get("coupon_lines"), list):
            discounts.apply(state, row, call.params["coupon_lines"])
            _count_coupons(state, row)
        _given_status(call, row, "pending")
        state.update("orders", row)
    shown = rendered(call, [row])[0]
    return Answer(shown, 201, {"Location": call.link(f"orders/{row['id']}")}, _pause(call))


def update(call: Call) -> Answer:
    """Change an order; addresses and lines work its sums out anew."""
    state, given = call.state, call.params
    with state.writing():
        row = row_of(call, 400)
        before = row["status"]
        _set_fields(call, row, fresh=False)
        set_lines(state, row, given)
        coupons = isinstance(given.get("coupon_lines"), list)
        if coupons:
            discounts.apply(state, row, given["coupon_lines"])
        elif any(name in given for name in ("billing", "shipping", *KINDS)):
            calculate(state, row)
        _given_status(call, row, before)
        row["modified"] = state.now()
        state.update("orders", row)
    return Answer(rendered(call, [row])[0], pause=_pause(call))


def _set_fields(call: Call, row: Row, *, fresh: bool) -> None:
    given = call.params
    number = given.get("customer_id")
    if number is not None:
        if int(number) and call.state.row("customers", int(number)) is None:
            raise ApiError(400, "woocommerce_rest_invalid_customer_id", "Customer ID is invalid.")
        row["customer_id"] = int(number)
    for name in _TEXTS:
        if given.get(name) is not None and (name != "created_via" or fresh):
            row[name] = str(given[name])
    if given.get("parent_id") is not None:
        row["parent_id"] = int(given["parent_id"])
    for name in ("billing", "shipping"):
        if isinstance(given.get(name), dict):
            known = (*ADDRESS, "phone", "email")
            row[name] = {**row[name], **{k: str(v or "") for k, v in given[name].items() if k in known}}
    if "meta_data" in given:
        row["meta_data"] = merged_meta(call.state, row["meta_data"], given["meta_data"])
    for name, gmt in (("date_created", False), ("date_created_gmt", True)):
        if call.state.version_parts < (9, 0) and given.get(name):  # never writable in v3; kept out on purpose
            times.stored_of(str(given[name]), gmt=gmt)


def _given_status(call: Call, row: Row, before: str) -> None:
    """The status that a write asks for, and payment."""
    state, given = call.state, call.params
    if given.get("status"):
        wanted = str(given["status"]).removeprefix("wc-")
        # Single calls were checked; in a batch an unknown status becomes the first one.
        move(state, row, wanted if wanted in (*STATUSES, "auto-draft", "trash") else "pending")
    elif before == "trash":
        move(state, row, "pending")
    if given.get("set_paid") and row["status"] in ("pending", "on-hold", "failed", "cancelled", "auto-draft"):
        row["date_paid"] = row.get("date_paid") or state.now()
        move(state, row, "processing" if needs_processing(row) or not row["line_items"] else "completed")


def move(state: ShopState, row: Row, status: str) -> None:
    """Set an order's status with what follows: times, stock, sales, a refund of the rest."""
    before = row["status"]
    if status == before:
        return
    row["status"] = status
    if status in ("processing", "completed") and not row.get("date_paid"):
        row["date_paid"] = state.now()
    if status == "completed":
        row["date_completed"] = state.now()
    if status in stock.TAKING:
        stock.take(state, row)
    if status in stock.GIVING:
        stock.give_back(state, row)
    if status in _SOLD and before not in _SOLD and not row.get("sales_counted"):
        stock.count_sales(state, row, 1)
        row["sales_counted"] = True
    if status == "cancelled" and row.get("sales_counted"):
        stock.count_sales(state, row, -1)
        row["sales_counted"] = False
    if status == "refunded":
        refunds.refund_rest(state, row)
    text = f"Order status changed from {before} to {status}."
    state.insert("notes", {"order_id": row["id"], "created": state.now(), "author": "system", "note": text,
                           "customer_note": False, "added_by_user": False})  # fmt: skip
    _mail(state, row, status)


def _mail(state: ShopState, row: Row, status: str) -> None:
    address = row["billing"].get("email")
    if address and status in ("processing", "on-hold", "completed", "refunded"):
        mail = {
            "created": state.now(),
            "template": f"customer_{status}_order",
            "recipient": address,
            "order_id": row["id"],
        }
        state.insert("mails", mail)


def _count_coupons(state: ShopState, row: Row) -> None:
    for line in row["coupon_lines"]:
        coupon = discounts.coupon_named(state, line["code"])
        if coupon is not None:
            coupon["usage_count"] = int(coupon.get("usage_count") or 0) + 1
            coupon["used_by"] = [*coupon.get("used_by", ()), str(row["customer_id"] or row["billing"].get("email", ""))]
            state.update("coupons", coupon)


def delete(call: Call) -> Answer:
    """To the trash, or with `force` for good."""
    state = call.state
    with state.writing():
        row = row_of(call)
        data = rendered(call, [row])[0]
        if call.params.get("force"):
            state.delete("orders", row["id"])
            state.db.execute("DELETE FROM refunds WHERE order_id = ?", (row["id"],))
            state.db.execute("DELETE FROM notes WHERE order_id = ?", (row["id"],))
        else:
            if row["status"] == "trash":
                raise ApiError(410, "woocommerce_rest_already_trashed", "The order has already been deleted.")
            moment = str(int(state.moment().timestamp()))
            for key, value in (("_wp_trash_meta_status", f"wc-{row['status']}"), ("_wp_trash_meta_time", moment)):
                row["meta_data"] = [*row["meta_data"], {"id": state.reserve("meta"), "key": key, "value": value}]
            row.update({"status": "trash", "modified": state.now()})
            state.update("orders", row)
    return Answer(data, pause=_pause(call))


# Small routes of an order ----------------------------------------------------------------------------------------


def receipt(call: Call) -> Answer:
    """The address of a receipt in HTML and its last day."""
    from datetime import timedelta

    row = row_of(call)
    days = int(call.params.get("expiration_days") or 1)
    last = (call.state.moment() + timedelta(days=days)).strftime("%Y-%m-%d")
    return Answer({"receipt_url": f"{call.home}/wc/file/transient/{row['id']:032x}", "expiration_date": last})


def send_details(call: Call) -> Answer:
    """Send the order to the customer again.

    Raises:
        ApiError: 400, when the order has no e-mail address.
    """
    row = row_of(call)
    address: Any = call.params.get("email") or row["billing"].get("email")
    if not address:
        raise ApiError(400, "woocommerce_rest_missing_email", "Order does not have an email address.")
    with call.state.writing():
        mail: Json = {"created": call.state.now(), "template": "customer_invoice", "recipient": address}
        call.state.insert("mails", {**mail, "order_id": row["id"]})
    return Answer({"message": f"Order details sent to {address}, via REST API."})


def statuses(call: Call) -> Answer:
    """All statuses and their names."""
    return Answer([{"slug": name, "name": name.replace("-", " ").capitalize()} for name in STATUSES])
