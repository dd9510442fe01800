"""From a cart to an order: invoice, payment, parcel, history, stock, as the payment module does it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.prestashop.amounts import ZERO, Amounts, Basket, Pair, amounts, rounded
from atoosync_lab.sandbox.prestashop.carts import OrderLine, OrderVoucher, cart_basket
from atoosync_lab.sandbox.prestashop.order_states import change_stock, enter_state, lost_states
from atoosync_lab.sandbox.prestashop.state import Row, ShopState, association_text
from atoosync_lab.sandbox.prestashop.values import fixed, int_prefix

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def new_reference(state: ShopState) -> str:
    """A reference of nine letters that no order has."""
    while True:
        text = "".join(secrets.choice(_LETTERS) for _ in range(9))
        if not state.one("orders", "fold(reference) = fold(?)", text):
            return text


@dataclass(frozen=True)
class NewOrder:
    """An order about to be stored.

    Attributes:
        header: Columns of `orders` that are given (customer, addresses, cart, currency, carrier, module, payment, ...).
        lines: Its lines.
        vouchers: Its vouchers.
        amounts: Its amounts.
        carrier_tax_rate: Percent of tax on shipping.
        paid: Amount received; None for none.
        state: First order state.
        weight: Weight of the parcel.
        move_stock: Whether the stock follows.
        reference: Reference; None makes one.
        date: Shop time; None for now.
    """

    header: Mapping[str, Any]
    lines: Sequence[OrderLine]
    vouchers: Sequence[OrderVoucher]
    amounts: Amounts
    basket: Basket
    paid: Decimal | None
    state: int
    weight: Decimal = ZERO
    move_stock: bool = True
    reference: str | None = None
    date: str | None = None
    payment_rows: Sequence[tuple[str, Decimal]] = ()


def store_order(state: ShopState, new: NewOrder) -> int:
    """Store an order with its lines, vouchers, parcel, payments, first history row and what its state entails;
    return its id.
    """
    date = new.date or state.now()
    found = new.amounts
    conversion = str(new.header.get("conversion_rate", "1.000000"))
    row: Row = {
        **dict(new.header),
        "id_shop": 1,
        "id_shop_group": 1,
        "current_state": 0,
        "total_products": fixed(found.products.excl),
        "total_products_wt": fixed(found.products.incl),
        "carrier_tax_rate": fixed(new.basket.shipping_rate, 3),
        "total_paid": fixed(found.paid.incl),
        "total_paid_real": fixed(0),
        "round_mode": new.basket.round_mode,
        "round_type": new.basket.round_type,
        "reference": new.reference or new_reference(state),
        "date_add": date,
        "date_upd": date,
    }
    for name, pair in (
        ("discounts", found.discounts),
        ("shipping", found.shipping),
        ("wrapping", found.wrapping),
        ("paid", found.paid),
    ):
        row[f"total_{name}_tax_excl"], row[f"total_{name}_tax_incl"] = fixed(pair.excl), fixed(pair.incl)
        row[f"total_{name}"] = fixed(pair.incl)
    order = state.insert("orders", row)
    move_stock = new.move_stock and new.state not in lost_states(state)
    for line, shown in zip(new.lines, found.lines, strict=True):
        state.insert("order_details", detail_row(state, order, line, shown.unit, shown.total, move_stock=move_stock))
    if "order_cart_rules" in state.resources:
        for voucher, value in zip(new.vouchers, found.voucher_values, strict=True):
            state.insert(
                "order_cart_rules",
                {
                    "id_order": order,
                    "id_cart_rule": voucher.rule,
                    "name": voucher.name,
                    "value": fixed(value.incl),
                    "value_tax_excl": fixed(value.excl),
                    "free_shipping": int(voucher.voucher.free_shipping),
                },
            )
    if row.get("id_carrier"):
        state.insert(
            "order_carriers",
            {
                "id_order": order,
                "id_carrier": row["id_carrier"],
                "weight": fixed(new.weight),
                "shipping_cost_tax_excl": fixed(found.shipping.excl),
                "shipping_cost_tax_incl": fixed(found.shipping.incl),
                "date_add": date,
            },
        )
    payments = list(new.payment_rows)
    if new.paid is not None:
        payments.append((str(row["payment"]), new.paid))
    for method, amount in payments:
        add_payment(state, str(row["reference"]), int(row["id_currency"]), amount, method, conversion, date)
    if payments:
        state.update("orders", order, {"total_paid_real": fixed(sum((amount for _, amount in payments), ZERO))})
    state.insert("order_histories", {"id_order": order, "id_order_state": new.state, "date_add": date})
    enter_state(state, order, new.state, date=date, pay=False)
    return order


def add_payment(
    state: ShopState, reference: str, currency: int, amount: Decimal, method: str, conversion: str, date: str
) -> int:
    """Add a payment row."""
    return state.insert(
        "order_payments",
        {
            "order_reference": reference,
            "id_currency": currency,
            "amount": fixed(amount),
            "payment_method": method,
            "conversion_rate": conversion,
            "date_add": date,
        },
    )


def detail_row(
    state: ShopState, order: int, line: OrderLine, unit: Pair, total: Pair, *, move_stock: bool = True
) -> Row:
    """The row of `order_details` of a line; moves the stock when asked."""
    price = line.price
    excl = incl = ZERO
    if price.amount:
        factor = 1 + line.rate / 100
        excl, incl = (
            (price.amount / factor, price.amount) if price.amount_with_tax else (price.amount, price.amount * factor)
        )
    in_stock = line.quantity
    if move_stock:
        there = change_stock(state, line.product, line.variant, -line.quantity)
        in_stock = max(0, min(line.quantity, there))
    shown = unit.excl if state.at_least("8") else price.original
    row: Row = {
        "id_order": order,
        "product_id": line.product,
        "product_attribute_id": line.variant,
        "product_name": line.name,
        "product_quantity": line.quantity,
        "product_quantity_in_stock": in_stock,
        "product_price": fixed(shown),
        "reduction_percent": fixed(price.percent, 2),
        "reduction_amount": fixed(incl if price.amount_with_tax else excl),
        "reduction_amount_tax_incl": fixed(incl),
        "reduction_amount_tax_excl": fixed(excl),
        "group_reduction": fixed(price.group_reduction, 2),
        "product_quantity_discount": fixed(quantity_discount(state, line, unit)),
        "product_weight": fixed(line.weight),
        "id_tax_rules_group": line.tax_rules_group,
        "ecotax": fixed(line.ecotax),
        "ecotax_tax_rate": fixed(line.ecotax_rate, 3),
        "unit_price_tax_excl": fixed(unit.excl),
        "unit_price_tax_incl": fixed(unit.incl),
        "total_price_tax_excl": fixed(total.excl),
        "total_price_tax_incl": fixed(total.incl),
        "purchase_supplier_price": fixed(line.wholesale),
        "original_product_price": fixed(price.original),
        "original_wholesale_price": fixed(line.wholesale),
        "id_shop": 1,
        "a_taxes": association_text([[tax] for tax in line.taxes]),
    }
    for name in ("ean13", "isbn", "upc", "mpn", "reference", "supplier_reference"):
        row[f"product_{name}"] = line.codes.get(name, "")
    return row


def quantity_discount(state: ShopState, line: OrderLine, unit: Pair) -> Decimal:
    """What the shop calls the quantity discount: the unit price less the taxed price of the specific price, even
    when that is -1.
    """
    rule = line.price.rule_price
    if rule is None:
        return ZERO
    shown = unit.incl if state.at_least("8") else rounded(unit.incl)
    return shown - rule * (1 + line.rate / 100)


def order_from_cart(state: ShopState, cart: Row, header: Mapping[str, Any], given: Decimal) -> int:
    """Make the order of a cart as the Webservice's POST does; a wrong amount gives a payment error, not a refusal.

    Args:
        state: The shop.
        cart: Row of `carts`.
        header: Given columns of `orders`.
        given: `total_paid` as sent.
    """
    lines, vouchers, basket, weight = cart_basket(state, cart)
    found = amounts(basket)
    right = rounded(given) == found.paid.incl
    name = "PS_OS_WS_PAYMENT" if right else "PS_OS_ERROR"
    first = int_prefix(state.config(name, "11" if right else "8"))
    return store_order(state, NewOrder(header, lines, vouchers, found, basket, given, first, weight))
