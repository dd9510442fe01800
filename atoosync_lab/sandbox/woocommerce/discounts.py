"""Coupons on an order: whether they hold, how they are spread over the lines, what the coupon lines tell.

Source: `class-wc-discounts.php`, `abstract-wc-order.php` (`apply_coupon`, `recalculate_coupons`) and the orders with
coupons that a shop of version 9.9.5 answered: cents are handed out in whole, what is left over goes to the lines in
the order of their price times their quantity, one cent a piece.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from atoosync_lab.sandbox.woocommerce.errors import ApiError
from atoosync_lab.sandbox.woocommerce.order_totals import calculate, is_exempt
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState
from atoosync_lab.sandbox.woocommerce.taxing import Rules, sum_of, taxes_of
from atoosync_lab.sandbox.woocommerce.texts import ZERO, amount, fixed, number, plain, rounded, rounded_down


@dataclass
class _Item:
    line: Row
    price: Decimal
    """Price of the line in cents, before discounts; with tax when prices include it."""
    quantity: Decimal
    taken: dict[str, Decimal] = field(default_factory=dict)

    @property
    def left(self) -> Decimal:
        """Cents that can still be discounted."""
        return self.price - sum(self.taken.values(), ZERO)

    def take(self, code: str, cents: Decimal) -> Decimal:
        """Discount that many cents, at most what is left."""
        given = min(self.left, cents)
        self.taken[code] = self.taken.get(code, ZERO) + given
        return given


def coupon_named(state: ShopState, code: str) -> Row | None:
    """A published coupon; the case of its code does not matter."""
    found = state.rows("coupons", "code = ? AND status = 'publish'", (code.strip(),))
    return found[0] if found else None


def apply(state: ShopState, order: Row, given: list[Any]) -> None:
    """Put exactly these coupons on an order and work its sums out anew.

    Raises:
        ApiError: 400, when a coupon is unknown or does not hold for the order.
    """
    coupons: list[Row] = []
    for item in given:
        code = str(item.get("code") or "") if isinstance(item, dict) else ""
        if not code:
            raise ApiError(400, "woocommerce_rest_invalid_coupon", "Coupon code is required.")
        coupon = coupon_named(state, code)
        if coupon is None:
            raise _refused(f"Coupon &quot;{html.escape(code)}&quot; does not exist!")
        if all(coupon["id"] != other["id"] for other in coupons):
            coupons.append(coupon)
    held = {line["code"].lower(): line for line in order["coupon_lines"]}
    for coupon in coupons:
        if coupon["code"].lower() not in held:
            _check(state, order, coupon)
    order["coupon_lines"] = [held.get(coupon["code"].lower()) or _line(state, coupon) for coupon in coupons]
    recalculate(state, order, coupons)


def _refused(message: str) -> ApiError:
    return ApiError(400, "woocommerce_rest_invalid_coupon", message)


def _check(state: ShopState, order: Row, coupon: Row) -> None:
    name = f"&quot;{html.escape(coupon['code'])}&quot;"
    if coupon.get("date_expires") and coupon["date_expires"] < state.now():
        raise _refused(f"Coupon {name} has expired.")
    if coupon.get("usage_limit") and int(coupon.get("usage_count") or 0) >= int(coupon["usage_limit"]):
        raise _refused(f"Usage limit for coupon {name} has been reached.")
    total = sum((amount(line["subtotal"]) for line in order["line_items"]), ZERO)
    if order["prices_include_tax"]:
        total += sum((amount(line["subtotal_tax"]) for line in order["line_items"]), ZERO)
    least, most = amount(coupon.get("minimum_amount")), amount(coupon.get("maximum_amount"))
    if least and total < least:
        raise _refused(f"The minimum spend for coupon {name} is {fixed(least)}.")
    if most and total > most:
        raise _refused(f"The maximum spend for coupon {name} is {fixed(most)}.")
    restricted = coupon.get("product_ids") or coupon.get("product_categories") or coupon.get("excluded_product_ids")
    if restricted and not any(_fits(state, coupon, line) for line in order["line_items"]):
        raise _refused(f"Sorry, coupon {name} is not applicable to selected products.")


def _fits(state: ShopState, coupon: Row, line: Row) -> bool:
    ids = {line["product_id"], line["variation_id"]}
    product = state.row("products", line["product_id"]) or {}
    categories = set(product.get("categories", ()))
    wanted, chosen = set(coupon.get("product_ids") or ()), set(coupon.get("product_categories") or ())
    if (wanted or chosen) and not (ids & wanted or categories & chosen):
        return False
    if ids & set(coupon.get("excluded_product_ids") or ()):
        return False
    if categories & set(coupon.get("excluded_product_categories") or ()):
        return False
    return not (coupon.get("exclude_sale_items") and product.get("on_sale"))


def _line(state: ShopState, coupon: Row) -> Row:
    kind = None if coupon["discount_type"] == "fixed_cart" else coupon["discount_type"]
    info: list[Any] = [coupon["id"], coupon["code"], kind, number(amount(coupon["amount"]))]
    if coupon.get("free_shipping"):
        info.append(True)
    value = json.dumps(info, separators=(",", ":"))
    return {
        "id": state.reserve("item"), "code": coupon["code"], "discount": "0", "discount_tax": "0",
        "discount_type": coupon["discount_type"], "nominal_amount": coupon["amount"],
        "free_shipping": bool(coupon.get("free_shipping")),
        "meta_data": [{"id": state.reserve("item_meta"), "key": "coupon_info", "value": value}],
    }  # fmt: skip


def recalculate(state: ShopState, order: Row, coupons: list[Row]) -> None:
    """Take all discounts back, hand the coupons out again, and work the sums out anew."""
    rules = Rules(state)
    for line in order["line_items"]:
        line["total"], line["total_tax"] = line["subtotal"], line["subtotal_tax"]
    items = [_Item(line, _cents(rules, order, line), amount(line["quantity"])) for line in order["line_items"]]
    items.sort(key=lambda item: item.price * item.quantity, reverse=True)
    for coupon in coupons:
        fitting = [item for item in items if item.left > 0 and _fits(state, coupon, item.line)]
        _hand_out(coupon, fitting)
    _set_coupon_lines(rules, order, items)
    place = rules.place(order)
    for item in items:
        discount = sum(item.taken.values(), ZERO) / 100
        if rules.gross and rules.active and item.line.get("tax_status", "taxable") == "taxable":
            discount -= sum_of(taxes_of(discount, rules.rates(place, item.line["tax_class"]), included=True))
        item.line["total"] = plain(max(ZERO, amount(item.line["total"]) - discount))
    calculate(state, order)


def _cents(rules: Rules, order: Row, line: Row) -> Decimal:
    price = amount(line["subtotal"])
    if order["prices_include_tax"]:
        price += amount(line["subtotal_tax"])
    return rounded(price * 100, 4)


def _hand_out(coupon: Row, items: list[_Item]) -> None:
    code, value = coupon["code"], amount(coupon["amount"])
    if coupon["discount_type"] == "percent":
        given = whole = ZERO
        for item in items:
            whole += item.price
            given += item.take(code, (item.price * value / 100).quantize(Decimal(1), ROUND_FLOOR))
        wanted = rounded_down(whole * value / 100, 0)
        if given < wanted:
            _remainder(code, items, wanted - given)
        return
    cents = rounded(value * 100, 0)
    if coupon["discount_type"] == "fixed_product":
        for item in items:
            item.take(code, cents * item.quantity)
        return
    _fixed_cart(code, items, cents)


def _fixed_cart(code: str, items: list[_Item], cents: Decimal) -> None:
    """Spread over the pieces in whole cents; again with the rest, as long as a piece gets one."""
    left = cents
    while left > 0:
        open_items = [item for item in items if item.left > 0]
        pieces = sum((item.quantity for item in open_items), ZERO)
        share = (left / pieces).quantize(Decimal(1), ROUND_FLOOR) if pieces else ZERO
        if share <= 0:
            _remainder(code, open_items, left)
            return
        given = sum((item.take(code, share * item.quantity) for item in open_items), ZERO)
        if given <= 0:
            return
        left -= given


def _remainder(code: str, items: list[_Item], cents: Decimal) -> None:
    left = cents
    for item in items:
        for _ in range(int(item.quantity)):
            if left <= 0:
                return
            left -= item.take(code, min(left, Decimal(1)))


def _set_coupon_lines(rules: Rules, order: Row, items: list[_Item]) -> None:
    place = rules.place(order)
    for coupon_line in order["coupon_lines"]:
        discount = discount_tax = ZERO
        for item in items:
            value = item.taken.get(coupon_line["code"], ZERO) / 100
            if rules.active and not is_exempt(order) and item.line.get("tax_status", "taxable") == "taxable":
                rates = rules.rates(place, item.line["tax_class"])
                tax = rules.rounded_line(sum_of(taxes_of(value, rates, included=rules.gross)))
                discount_tax += tax
                value -= tax if rules.gross else ZERO
            discount += value
        coupon_line["discount"], coupon_line["discount_tax"] = plain(discount), plain(discount_tax)
