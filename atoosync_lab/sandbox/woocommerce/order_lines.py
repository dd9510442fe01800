"""The lines of an order as a write gives them: new ones, changed ones by id, removed ones.

Source: `class-wc-rest-orders-v2-controller.php` (`set_item`, `prepare_line_items`) and a shop of version 9.9.5.
"""

from __future__ import annotations

from typing import Any

from atoosync_lab.sandbox.woocommerce.call import Json
from atoosync_lab.sandbox.woocommerce.errors import ApiError
from atoosync_lab.sandbox.woocommerce.products import price_of
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState
from atoosync_lab.sandbox.woocommerce.taxing import Rules, net_price
from atoosync_lab.sandbox.woocommerce.texts import amount, given_decimal, plain

KINDS = ("line_items", "shipping_lines", "fee_lines")


def set_lines(state: ShopState, order: Row, given: Json) -> None:
    """Apply the given lists of lines to an order.

    Raises:
        ApiError: 400, when a line is not the order's, or lacks what it needs.
    """
    rules = Rules(state)
    for kind in KINDS:
        for item in given.get(kind) or ():
            if not isinstance(item, dict):
                continue
            number = int(amount(item.get("id") or 0))
            held = next((line for line in order[kind] if line["id"] == number), None) if number else None
            if number and held is None:
                message = "Order item ID provided is not associated with order."
                raise ApiError(400, "woocommerce_rest_invalid_item_id", message)
            if held is not None and _removed(item):
                order[kind].remove(held)
            else:
                _SETTERS[kind](state, rules, order, held, item)


def _removed(item: Json) -> bool:
    if "quantity" in item and item["quantity"] is not None and amount(item["quantity"]) == 0:
        return True
    values = [value for key, value in item.items() if key != "id"]
    return bool(values) and all(value is None for value in values)


def line_meta(state: ShopState, held: list[Row], given: Any) -> list[Row]:
    """Meta data of a line: by id or key as that of records, with ids of its own."""
    found = [dict(row) for row in held]
    for item in given or ():
        if not isinstance(item, dict) or not item.get("key"):
            continue
        known = next((row for row in found if row["id"] == item.get("id") or row["key"] == item["key"]), None)
        if item.get("value") is None:
            found = [row for row in found if row is not known]
        elif known is not None:
            known["value"] = item["value"]
        else:
            found.append({"id": state.reserve("item_meta"), "key": item["key"], "value": item["value"]})
    return found


def _product(state: ShopState, item: Json, *, new: bool) -> Row | None:
    """The product or variation that a line names; None when there is none of that id."""
    if item.get("variation_id"):
        number = int(amount(item["variation_id"]))
    elif item.get("product_id"):
        number = int(amount(item["product_id"]))
    elif item.get("sku"):
        found = state.rows("products", "sku = ? AND status != 'trash'", (str(item["sku"]),))
        number = found[0]["id"] if found else 0
    elif new:
        raise ApiError(400, "woocommerce_rest_required_product_reference", "Product ID or SKU is required.")
    else:
        return None
    return state.row("products", number)


def _line_item(state: ShopState, rules: Rules, order: Row, held: Row | None, item: Json) -> None:
    line = held or {
        "id": 0, "name": "", "product_id": 0, "variation_id": 0, "quantity": 1, "tax_class": "", "subtotal": "0",
        "subtotal_tax": "0", "total": "0", "total_tax": "0", "taxes": [], "meta_data": [], "tax_status": "taxable",
    }  # fmt: skip
    product = _product(state, item, new=held is None)
    own = line["variation_id"] or line["product_id"]
    if item.get("quantity") is not None:
        value = amount(item["quantity"])
        line["quantity"] = int(value) if value == int(value) else plain(value)
    if product is not None and product["id"] != own:
        _set_product(state, rules, line, product, price=held is None)
    if held is None:
        line["id"] = state.reserve("item")
        order["line_items"].append(line)
    for name in ("name", "tax_class"):
        if item.get(name) is not None:
            line[name] = str(item[name])
    if item.get("total") is not None:
        line["total"] = given_decimal(item["total"]) or "0"
        if amount(line["subtotal"]) < amount(line["total"]):
            line["subtotal"] = line["total"]
    if item.get("subtotal") is not None:
        line["subtotal"] = given_decimal(item["subtotal"]) or "0"
    if "meta_data" in item:
        line["meta_data"] = line_meta(state, line["meta_data"], item["meta_data"])


def _set_product(state: ShopState, rules: Rules, line: Row, product: Row, *, price: bool) -> None:
    parent = state.row("products", product["parent_id"]) if product["type"] == "variation" else None
    tax_class = product["tax_class"] or ""
    if parent is not None and tax_class == "parent":
        tax_class = parent["tax_class"] or ""
    options = product.get("options", ())
    label = ", ".join(option["label"] for option in options)
    name = product["name"]
    if parent is not None:
        name = f"{parent['name']} - {label}" if label else parent["name"]
    line.update(
        {
            "name": name,
            "product_id": parent["id"] if parent is not None else product["id"],
            "variation_id": product["id"] if parent is not None else 0,
            "tax_class": tax_class,
        }
    )
    for option in options:
        row = {"id": state.reserve("item_meta"), "key": option["key"], "value": option["option"]}
        row["shown"] = {"key": option["name"], "value": option["label"]}
        line["meta_data"].append(row)
    if price:
        total = net_price(rules, product, price_of(product, state.now()), amount(line["quantity"]), tax_class)
        line["total"] = line["subtotal"] = plain(total)


def _shipping_line(state: ShopState, _rules: Rules, order: Row, held: Row | None, item: Json) -> None:
    if held is None and not item.get("method_id"):
        raise ApiError(400, "woocommerce_rest_invalid_shipping_item", "Shipping method ID is required.")
    line = held or {
        "id": state.reserve("item"), "method_title": "", "method_id": "", "instance_id": "", "total": "0",
        "total_tax": "0", "taxes": [], "tax_status": "taxable", "meta_data": [],
    }  # fmt: skip
    _set_texts(state, line, item, ("method_title", "method_id", "instance_id"))
    if held is None:
        order["shipping_lines"].append(line)


def _fee_line(state: ShopState, _rules: Rules, order: Row, held: Row | None, item: Json) -> None:
    if held is None and not item.get("name"):
        raise ApiError(400, "woocommerce_rest_invalid_fee_item", "Fee name is required.")
    line = held or {
        "id": state.reserve("item"), "name": "", "tax_class": "", "tax_status": "taxable", "amount": "", "total": "0",
        "total_tax": "0", "taxes": [], "meta_data": [],
    }  # fmt: skip
    _set_texts(state, line, item, ("name", "tax_class", "tax_status"))
    if held is None:
        order["fee_lines"].append(line)


def _set_texts(state: ShopState, line: Row, item: Json, names: tuple[str, ...]) -> None:
    for name in names:
        if item.get(name) is not None:
            line[name] = str(item[name])
    if item.get("total") is not None:
        line["total"] = given_decimal(item["total"]) or "0"
    if "meta_data" in item:
        line["meta_data"] = line_meta(state, line["meta_data"], item["meta_data"])


_SETTERS = {"line_items": _line_item, "shipping_lines": _shipping_line, "fee_lines": _fee_line}
