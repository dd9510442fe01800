"""From a cart to an order: lines, amounts, invoice, payment, parcel, history, stock, as the payment module does it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.prestashop.amounts import ZERO, Amounts, Basket, Line, Pair, Voucher, amounts, rounded
from atoosync_lab.sandbox.prestashop.order_states import change_stock, enter_state, lost_states
from atoosync_lab.sandbox.prestashop.pricing import Buyer, Price, tax_ids, tax_rate, unit_price
from atoosync_lab.sandbox.prestashop.state import Row, ShopState, association_text
from atoosync_lab.sandbox.prestashop.values import fixed, int_prefix

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class OrderLine:
    """A line of an order before it is stored; amounts in the order's currency."""

    product: int
    variant: int
    name: str
    quantity: int
    price: Price
    taxes: Sequence[int]
    rate: Decimal
    tax_rules_group: int = 0
    ecotax: Decimal = ZERO
    ecotax_rate: Decimal = ZERO
    codes: Mapping[str, str] = field(default_factory=dict)
    weight: Decimal = ZERO
    wholesale: Decimal = ZERO

    @property
    def line(self) -> Line:
        """What the calculator needs."""
        return Line(self.price.charged, self.rate, self.quantity, self.ecotax, self.ecotax_rate)


@dataclass(frozen=True)
class OrderVoucher:
    """A voucher of an order and what the calculator needs of it."""

    rule: int
    name: str
    voucher: Voucher


def new_reference(state: ShopState) -> str:
    """A reference of nine letters that no order has."""
    while True:
        text = "".join(secrets.choice(_LETTERS) for _ in range(9))
        if not state.one("orders", "fold(reference) = fold(?)", text):
            return text


def product_line(state: ShopState, product: int, variant: int, quantity: int, buyer: Buyer, language: int) -> OrderLine:
    """The line of a product at its present price.

    Raises:
        KeyError: when the product or variant does not exist.
    """
    row = state.get("products", product)
    chosen = state.get("combinations", variant) if variant else None
    if row is None or (variant and chosen is None):
        raise KeyError(f"product {product}, variant {variant}")
    group = row["id_tax_rules_group"]
    taxes = tax_ids(state, group, buyer.country) if state.config("PS_TAX", "1") == "1" else []
    rate = tax_rate(state, taxes)
    price = unit_price(state, row, chosen, quantity, buyer, rate)
    ecotax = ecotax_rate = ZERO
    if state.config("PS_USE_ECOTAX") == "1":
        own = Decimal(chosen["ecotax"]) if chosen else ZERO
        ecotax = (own or Decimal(row["ecotax"])) * buyer.conversion
        ecotax_rate = tax_rate(
            state, tax_ids(state, int_prefix(state.config("PS_ECOTAX_TAX_RULES_GROUP_ID")), buyer.country)
        )
    codes = {
        name: (chosen[name] if chosen and chosen[name] else row[name])
        for name in ("reference", "ean13", "isbn", "upc", "mpn", "supplier_reference")
    }
    weight = Decimal(row["weight"]) + (Decimal(chosen["weight"]) if chosen else ZERO)
    wholesale = (
        Decimal(chosen["wholesale_price"])
        if chosen and Decimal(chosen["wholesale_price"])
        else Decimal(row["wholesale_price"])
    )
    name = _line_name(state, row, chosen, language)
    return OrderLine(
        product,
        variant,
        name,
        quantity,
        price,
        taxes,
        rate,
        group,
        ecotax,
        ecotax_rate,
        codes,
        weight,
        wholesale * buyer.conversion,
    )


def _line_name(state: ShopState, product: Row, variant: Row | None, language: int) -> str:
    name = state.text(product["name"], language)
    if variant is None:
        return name
    parts: list[tuple[str, str]] = []
    for (value,) in state.association(variant, "product_option_values"):
        row = state.get("product_option_values", value)
        option = state.get("product_options", row["id_attribute_group"]) if row else None
        if row and option:
            parts.append((state.text(option["public_name"], language), state.text(row["name"], language)))
    if not parts:
        return name
    if state.at_least("8"):
        return f"{name} ({' - '.join(f'{option}:{value}' for option, value in parts)})"
    return f"{name} - {', '.join(f'{option} : {value}' for option, value in parts)}"


def shipping_price(
    state: ShopState, carrier: Row | None, country: int, products: Decimal, weight: Decimal, conversion: Decimal
) -> tuple[Decimal, Decimal]:
    """The net shipping price in the order's currency and its percent of tax.

    Args:
        state: The shop.
        carrier: Row of `carriers`.
        country: Country delivered to.
        products: Products with tax, in the shop's currency (for price ranges).
        weight: Weight of the parcel.
        conversion: Rate of the order's currency.
    """
    if carrier is None:
        return ZERO, ZERO
    rate = tax_rate(state, tax_ids(state, carrier["id_tax_rules_group"], country))
    if carrier["is_free"]:
        return ZERO, rate
    place = state.get("countries", country)
    by_price = carrier["shipping_method"] == 2
    table, column, measure = (
        ("price_ranges", "id_range_price", products) if by_price else ("weight_ranges", "id_range_weight", weight)
    )
    sql = (
        f"SELECT d.price FROM deliveries d JOIN {table} r ON r.id = d.{column} WHERE d.id_carrier = ?"
        f" AND d.id_zone = ? AND d.id_shop = 1"
        " AND d.id_shop_group = 1 AND CAST(r.delimiter1 AS REAL) <= ? AND CAST(r.delimiter2 AS REAL) >"
        " ? ORDER BY d.id LIMIT 1"
    )
    found = state.db.execute(
        sql, (carrier["id"], place["id_zone"] if place else 0, float(measure), float(measure))
    ).fetchone()
    price = Decimal(found[0]) if found else ZERO
    if carrier["shipping_handling"]:
        price += Decimal(state.config("PS_SHIPPING_HANDLING") or "0")
    return price * conversion, rate


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


def cart_basket(state: ShopState, cart: Row) -> tuple[list[OrderLine], list[OrderVoucher], Basket, Decimal]:
    """The lines, vouchers, calculator input and weight of a cart."""
    currency = state.get("currencies", cart["id_currency"])
    conversion = Decimal(currency["conversion_rate"]) if currency else Decimal(1)
    which = state.config("PS_TAX_ADDRESS_TYPE", "id_address_delivery")
    address = state.get("addresses", cart.get(which) or cart["id_address_delivery"])
    country = address["id_country"] if address else int_prefix(state.config("PS_COUNTRY_DEFAULT", "8"))
    customer = state.get("customers", cart["id_customer"])
    group = customer["id_default_group"] if customer else 0
    buyer = Buyer(cart["id_customer"], group, cart["id_currency"], country, conversion)
    lines = [
        product_line(state, row[0], row[1], row[4], buyer, cart["id_lang"])
        for row in state.association(cart, "cart_rows")
    ]
    vouchers = cart_vouchers(state, cart, lines, conversion)
    weight = sum((line.weight * line.quantity for line in lines), ZERO)
    wrapping = wrapping_rate = ZERO
    if cart["gift"] and state.config("PS_GIFT_WRAPPING") == "1":
        wrapping = Decimal(state.config("PS_GIFT_WRAPPING_PRICE") or "0") * conversion
        wrapping_rate = tax_rate(
            state, tax_ids(state, int_prefix(state.config("PS_GIFT_WRAPPING_TAX_RULES_GROUP")), country)
        )
    base = Basket([line.line for line in lines])
    products = amounts(base).products.incl / conversion
    delivery = state.get("addresses", cart["id_address_delivery"])
    carrier = state.get("carriers", cart["id_carrier"])
    shipping, rate = shipping_price(
        state, carrier, delivery["id_country"] if delivery else country, products, weight, conversion
    )
    basket = Basket(
        base.lines,
        [item.voucher for item in vouchers],
        shipping,
        rate,
        wrapping,
        wrapping_rate,
        int_prefix(state.config("PS_ROUND_TYPE", "2")),
        int_prefix(state.config("PS_PRICE_ROUND_MODE", "2")),
    )
    return lines, vouchers, basket, weight


def cart_vouchers(state: ShopState, cart: Row, lines: Sequence[OrderLine], conversion: Decimal) -> list[OrderVoucher]:
    """The vouchers that were entered in a cart."""
    found: list[OrderVoucher] = []
    sql = "SELECT id_cart_rule FROM _cart_vouchers WHERE id_cart = ? ORDER BY id_cart_rule"
    for (rule,) in state.db.execute(sql, (cart["id"],)).fetchall():
        row = state.get("cart_rules", rule)
        if row is None or not row["active"]:
            continue
        product = row["reduction_product"]
        place = next((n for n, line in enumerate(lines) if line.product == product), None) if product > 0 else None
        amount = Decimal(row["reduction_amount"]) * conversion
        voucher = Voucher(
            Decimal(row["reduction_percent"]), amount, bool(row["reduction_tax"]), bool(row["free_shipping"]), place
        )
        found.append(OrderVoucher(rule, state.text(row["name"], cart["id_lang"]), voucher))
    return found


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
