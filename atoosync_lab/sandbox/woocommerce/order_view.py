"""Orders as answers show them. A page is built with a handful of queries."""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from atoosync_lab.sandbox.woocommerce import times, versions
from atoosync_lab.sandbox.woocommerce.call import ALL, Call, Json, links
from atoosync_lab.sandbox.woocommerce.crud import without
from atoosync_lab.sandbox.woocommerce.state import Row
from atoosync_lab.sandbox.woocommerce.texts import amount, fixed, number

ADDRESS = ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country")
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF"}
_DECIMAL = ("subtotal", "subtotal_tax", "total", "total_tax", "tax_total", "shipping_tax_total")
_SUMS = ("discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total", "total_tax")


class Goods:
    """What lines tell about the products of today: SKU, image, the parent's name."""

    def __init__(self, call: Call, lines: Sequence[Row]) -> None:
        numbers = {line[name] for line in lines for name in ("product_id", "variation_id") if line.get(name)}
        self._rows: dict[int, tuple[str, str, int]] = {}
        if numbers:
            sql = (
                "SELECT id, sku, name, json_extract(doc, '$.images[0]') FROM products WHERE id IN"
                f" ({','.join(map(str, numbers))})"
            )
            self._rows = {row[0]: (row[1] or "", row[2] or "", row[3] or 0) for row in call.state.db.execute(sql)}
        self._images = call.state.by_ids("images", [row[2] for row in self._rows.values()])
        self._home = call.home

    def facts(self, line: Row) -> Json:
        """`sku`, `image` and `parent_name` of a line."""
        variation = bool(line["variation_id"])
        found = self._rows.get(line["variation_id"] or line["product_id"])
        parent = self._rows.get(line["product_id"]) if variation else None
        picture = self._images.get(found[2]) if found else None
        if picture is None and parent is not None:
            picture = self._images.get(parent[2])
        # The id of no image is a text for products and a number for variations and unknown products.
        empty: Any = "" if found is not None and not variation else 0
        source = f"{self._home}/wp-content/uploads/{picture['file']}" if picture else ""
        shown = empty if picture is None else picture["id"] if variation else str(picture["id"])
        return {
            "sku": found[0] if found else None,
            "image": {"id": shown, "src": source},
            "parent_name": parent[1] if parent else None,
        }


def line_shown(goods: Goods | None, line: Row, places: int) -> Json:
    """A line of any kind."""
    found = {key: value for key, value in line.items() if key not in ("meta_data", "tax_status")}
    for name in _DECIMAL:
        if name in found:
            found[name] = fixed(found[name], places)
    found["meta_data"] = [meta_shown(row) for row in line["meta_data"]]
    if goods is not None:
        quantity = float(amount(line["quantity"]))
        found["quantity"] = number(quantity)
        found.update(goods.facts(line))
        # A binary division, as the shop's own: 7.801969 / 7 is 1.1145669999999999.
        found["price"] = number(float(amount(line["total"])) / quantity) if quantity else 0
    return found


def meta_shown(row: Row) -> Json:
    """Meta data of a line, with what people see."""
    shown = row.get("shown") or {}
    value = row["value"]
    return {
        "id": row["id"],
        "key": row["key"],
        "value": value,
        "display_key": shown.get("key", row["key"]),
        "display_value": shown.get("value", value),
    }


def tax_line_shown(line: Row, places: int) -> Json:
    """A tax line."""
    found = line_shown(None, line, places)
    found["rate_percent"] = number(amount(line.get("rate_percent", "0")))
    return found


def address_shown(held: Json, *, mail: bool) -> Json:
    """An address of an order with all its fields."""
    found = {name: held.get(name, "") for name in ADDRESS}
    if mail:
        found["email"] = held.get("email", "")
    found["phone"] = held.get("phone", "")
    return found


def rendered(call: Call, rows: Sequence[Row]) -> list[Json]:
    """Orders of a list."""
    goods = Goods(call, [line for row in rows for line in row["line_items"]])
    refunds: dict[int, list[Row]] = defaultdict(list)
    if rows:
        sql = f"order_id IN ({','.join(str(row['id']) for row in rows)})"
        for refund in call.state.rows("refunds", sql, (), "created DESC, id"):
            refunds[refund["order_id"]].append(refund)
    virtual = _virtual(call, rows)
    shown = [order(call, row, goods, refunds[row["id"]], virtual) for row in rows]
    return without(shown, versions.missing_fields("orders", call.version))


def _virtual(call: Call, rows: Sequence[Row]) -> frozenset[int]:
    """Products that need no processing: virtual and downloadable."""
    numbers = {line["variation_id"] or line["product_id"] for row in rows for line in row["line_items"]}
    if not numbers:
        return frozenset()
    sql = (
        f"SELECT id FROM products WHERE id IN ({','.join(map(str, numbers))})"
        " AND json_extract(doc, '$.virtual') AND json_extract(doc, '$.downloadable')"
    )
    return frozenset(row[0] for row in call.state.db.execute(sql))


def needs_processing(row: Row, virtual: frozenset[int] = frozenset()) -> bool:
    """Whether something is to be done once the order is paid."""
    return any(
        line["product_id"] and (line["variation_id"] or line["product_id"]) not in virtual for line in row["line_items"]
    )


def order(call: Call, row: Row, goods: Goods, refunds: list[Row], virtual: frozenset[int]) -> Json:
    """One order."""
    places, number_ = call.decimals, row["id"]
    version = call.version
    status = row["status"]
    more: Json = {
        "email_templates": [{"embeddable": True, "href": call.link(f"orders/{number_}/actions/email_templates")}]
    }
    if version < (9, 8):
        more = {}
    if row["customer_id"]:
        more["customer"] = [{"href": call.link(f"customers/{row['customer_id']}")}]
    if row.get("parent_id"):
        more["up"] = [{"href": call.link(f"orders/{row['parent_id']}")}]
    pay = f"{call.home}/checkout/order-pay/{number_}/?pay_for_order=true&key={row['order_key']}"
    lines = {
        "line_items": [line_shown(goods, line, places) for line in row["line_items"]],
        "tax_lines": [tax_line_shown(line, places) for line in row["tax_lines"]],
        "shipping_lines": [_with_status(line, places) for line in row["shipping_lines"]],
        "fee_lines": [_with_status(line, places) for line in row["fee_lines"]],
        "coupon_lines": [_coupon_line(line, places) for line in row["coupon_lines"]],
    }
    return {
        "id": number_,
        "parent_id": row.get("parent_id") or 0,
        "status": status,
        "currency": row["currency"],
        "version": row.get("version") or call.state.version,
        "prices_include_tax": bool(row["prices_include_tax"]),
        **times.pair("date_created", row["created"]),
        **times.pair("date_modified", row["modified"]),
        **{name: fixed(row[name], places) for name in _SUMS},
        "customer_id": row["customer_id"],
        "order_key": row["order_key"],
        "billing": address_shown(row["billing"], mail=True),
        "shipping": address_shown(row["shipping"], mail=False),
        "payment_method": row.get("payment_method") or "",
        "payment_method_title": row.get("payment_method_title") or "",
        "transaction_id": row.get("transaction_id") or "",
        "customer_ip_address": row.get("customer_ip_address") or "",
        "customer_user_agent": row.get("customer_user_agent") or "",
        "created_via": row.get("created_via") or "rest-api",
        "customer_note": row.get("customer_note") or "",
        **times.pair("date_completed", row.get("date_completed")),
        **times.pair("date_paid", row.get("date_paid")),
        "cart_hash": "",
        "number": row.get("number") or str(number_),
        "meta_data": row["meta_data"],
        **{kind: without(items, versions.missing_fields(kind, version)) for kind, items in lines.items()},
        "refunds": [
            {"id": refund["id"], "reason": refund["reason"], "total": f"-{fixed(refund['amount'], places)}"}
            for refund in refunds
        ],
        "payment_url": pay,
        "is_editable": status in ("pending", "on-hold", "auto-draft"),
        "needs_payment": status in ("pending", "failed") and amount(row["total"]) > 0,
        "needs_processing": needs_processing(row, virtual),
        "currency_symbol": SYMBOLS.get(row["currency"], html.unescape(row["currency"])),
        "_links": links(call, f"orders/{number_}", "orders", ALL, **more),
    }


def _with_status(line: Row, places: int) -> Json:
    return {**line_shown(None, line, places), "tax_status": line.get("tax_status", "taxable")}


def _coupon_line(line: Row, places: int) -> Json:
    return {**line_shown(None, line, places), "nominal_amount": number(amount(line["nominal_amount"]))}
