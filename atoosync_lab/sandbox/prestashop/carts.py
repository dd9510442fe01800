"""What is in a cart: its lines at present prices, its vouchers, its shipping and wrapping, ready for the calculator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from atoosync_lab.sandbox.prestashop.amounts import ZERO, Basket, Line, Voucher, amounts
from atoosync_lab.sandbox.prestashop.pricing import Buyer, Price, tax_ids, tax_rate, unit_price
from atoosync_lab.sandbox.prestashop.state import Row, ShopState
from atoosync_lab.sandbox.prestashop.values import int_prefix


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
