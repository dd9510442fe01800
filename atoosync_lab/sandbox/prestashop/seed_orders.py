"""Orders for a seeded shop, with every amount worked out by the sandbox's calculator. Use them through `seed`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from atoosync_lab.sandbox.prestashop.amounts import ZERO, Basket, Voucher, amounts
from atoosync_lab.sandbox.prestashop.carts import OrderLine, OrderVoucher, product_line
from atoosync_lab.sandbox.prestashop.checkout import NewOrder, store_order
from atoosync_lab.sandbox.prestashop.order_states import enter_state
from atoosync_lab.sandbox.prestashop.pricing import Buyer, Price, tax_ids, tax_rate
from atoosync_lab.sandbox.prestashop.state import Row, ShopState
from atoosync_lab.sandbox.prestashop.values import fixed, int_prefix


@dataclass(frozen=True)
class SeedLine:
    """A line of an order to create; amounts in the order's currency.

    Attributes:
        product: Id of a product (0 with `name` and `price` for a product that is gone).
        quantity: Pieces.
        variant: Id of a combination, or 0.
        price: Net unit price charged; None takes the catalogue's, with specific prices.
        original: Net list price; the price before `percent` when absent.
        percent: Reduction in percent, taken off `price` (or off the catalogue price).
        name: Name on the line; that of the product by default.
        reference: Reference on the line; that of the product by default.
        tax_rules_group: Rule group; that of the product by default.
        taxes: Ids of taxes; those of the rule group and the country by default.
        ecotax: Unit ecotax without tax.
        ecotax_rate: Percent of tax on it.
    """

    product: int
    quantity: int
    variant: int = 0
    price: Decimal | None = None
    original: Decimal | None = None
    percent: Decimal = ZERO
    name: str | None = None
    reference: str | None = None
    tax_rules_group: int | None = None
    taxes: Sequence[int] | None = None
    ecotax: Decimal | None = None
    ecotax_rate: Decimal = ZERO


@dataclass(frozen=True)
class SeedVoucher:
    """A voucher of an order to create; `line` is the place of the only line that it applies to."""

    name: str
    percent: Decimal = ZERO
    amount: Decimal = ZERO
    amount_with_tax: bool = True
    free_shipping: bool = False
    line: int | None = None
    rule: int = 0


@dataclass(frozen=True)
class SeedOrder:
    """An order to create.

    Attributes:
        customer: Id of the customer (also a guest's).
        address: Delivery address; its country decides the taxes.
        lines: Lines.
        invoice_address: Address invoiced; the delivery address by default.
        vouchers: Vouchers.
        carrier: Id of the carrier; 0 for none.
        shipping: Net shipping, in the order's currency.
        shipping_rate: Percent of tax on shipping; the carrier's by default.
        wrapping: Net gift wrapping.
        wrapping_rate: Percent of tax on wrapping.
        gift_message: Message of a gift.
        currency: Id of the currency.
        language: Id of the language.
        round_type: 1 item, 2 line, 3 total; the shop's by default.
        round_mode: 0 to 5; the shop's by default.
        module: Payment module.
        payment: Name of the payment shown on the order.
        payments: Method and amount received (None: the whole total); empty for an unpaid order.
        states: Order states passed through, in order; the last one is the present one.
        reference: Nine letters; None makes one. Two orders may share it.
        date: Shop time of the order; None for now.
        note: Private note (from version 8).
        cart: Id of the cart.
        move_stock: Whether the stock is lowered.
    """

    customer: int
    address: int
    lines: Sequence[SeedLine]
    invoice_address: int = 0
    vouchers: Sequence[SeedVoucher] = ()
    carrier: int = 2
    shipping: Decimal = ZERO
    shipping_rate: Decimal | None = None
    wrapping: Decimal = ZERO
    wrapping_rate: Decimal = ZERO
    gift_message: str = ""
    currency: int = 1
    language: int = 2
    round_type: int | None = None
    round_mode: int | None = None
    module: str = "ps_wirepayment"
    payment: str = "Virement bancaire"
    payments: Sequence[tuple[str, Decimal | None]] = ()
    states: Sequence[int] = (2,)
    reference: str | None = None
    date: str | None = None
    note: str = ""
    cart: int = 0
    move_stock: bool = True


def _line(state: ShopState, seed: SeedLine, buyer: Buyer, language: int) -> OrderLine:
    if seed.product and seed.price is None and seed.taxes is None and seed.tax_rules_group is None:
        base = product_line(state, seed.product, seed.variant, seed.quantity, buyer, language)
    else:
        base = _given_line(state, seed, buyer, language)
    price = base.price
    if seed.price is not None or seed.percent:
        before = seed.price if seed.price is not None else price.charged
        charged = before * (1 - seed.percent / 100)
        price = Price(seed.original if seed.original is not None else before, charged, seed.percent)
    codes = {**base.codes, **({"reference": seed.reference} if seed.reference is not None else {})}
    ecotax, rate = (seed.ecotax, seed.ecotax_rate) if seed.ecotax is not None else (base.ecotax, base.ecotax_rate)
    return OrderLine(
        seed.product,
        seed.variant,
        seed.name or base.name,
        seed.quantity,
        price,
        base.taxes,
        base.rate,
        base.tax_rules_group,
        ecotax,
        rate,
        codes,
        base.weight,
        base.wholesale,
    )


def _given_line(state: ShopState, seed: SeedLine, buyer: Buyer, language: int) -> OrderLine:
    product = state.get("products", seed.product) if seed.product else None
    group = (
        seed.tax_rules_group if seed.tax_rules_group is not None else (product["id_tax_rules_group"] if product else 0)
    )
    taxes = list(seed.taxes) if seed.taxes is not None else tax_ids(state, group, buyer.country)
    name = state.text(product["name"], language) if product else ""
    codes = {item: product[item] for item in ("reference", "ean13", "isbn", "upc", "mpn")} if product else {}
    weight = Decimal(product["weight"]) if product else ZERO
    price = seed.price or ZERO
    return OrderLine(
        seed.product,
        seed.variant,
        name,
        seed.quantity,
        Price(price, price),
        taxes,
        tax_rate(state, taxes),
        group,
        codes=codes,
        weight=weight,
        wholesale=Decimal(product["wholesale_price"]) if product else ZERO,
    )


def create_order(state: ShopState, seed: SeedOrder) -> int:
    """Create an order with lines, amounts, parcel, payments, invoice and history; return its id."""
    with state.writing():
        address = state.get("addresses", seed.address)
        country = address["id_country"] if address else int_prefix(state.config("PS_COUNTRY_DEFAULT", "8"))
        currency = state.get("currencies", seed.currency)
        conversion = Decimal(currency["conversion_rate"]) if currency else Decimal(1)
        customer = state.get("customers", seed.customer)
        buyer = Buyer(
            seed.customer, customer["id_default_group"] if customer else 0, seed.currency, country, conversion
        )
        lines = [_line(state, item, buyer, seed.language) for item in seed.lines]
        carrier = state.get("carriers", seed.carrier) if seed.carrier else None
        rate = seed.shipping_rate
        if rate is None:
            rate = tax_rate(state, tax_ids(state, carrier["id_tax_rules_group"], country)) if carrier else ZERO
        vouchers = [
            OrderVoucher(v.rule, v.name, Voucher(v.percent, v.amount, v.amount_with_tax, v.free_shipping, v.line))
            for v in seed.vouchers
        ]
        kind = seed.round_type if seed.round_type is not None else int_prefix(state.config("PS_ROUND_TYPE", "2"))
        mode = seed.round_mode if seed.round_mode is not None else int_prefix(state.config("PS_PRICE_ROUND_MODE", "2"))
        basket = Basket(
            [line.line for line in lines],
            [item.voucher for item in vouchers],
            seed.shipping,
            rate,
            seed.wrapping,
            seed.wrapping_rate,
            kind,
            mode,
        )
        found = amounts(basket)
        header: Row = {
            "id_address_delivery": seed.address,
            "id_address_invoice": seed.invoice_address or seed.address,
            "id_cart": seed.cart,
            "id_currency": seed.currency,
            "id_lang": seed.language,
            "id_customer": seed.customer,
            "id_carrier": seed.carrier,
            "module": seed.module,
            "payment": seed.payment,
            "conversion_rate": fixed(conversion),
            "gift": int(bool(seed.wrapping or seed.gift_message)),
            "gift_message": seed.gift_message,
            "secure_key": customer["secure_key"] if customer else "",
        }
        if seed.note and "note" in state.resources["orders"].fields:
            header["note"] = seed.note
        paid = [(method, found.paid.incl if amount is None else amount) for method, amount in seed.payments]
        weight = sum((line.weight * line.quantity for line in lines), ZERO)
        first, *others = seed.states or (10,)
        order = store_order(
            state,
            NewOrder(
                header,
                lines,
                vouchers,
                found,
                basket,
                None,
                first,
                weight,
                seed.move_stock,
                seed.reference,
                seed.date,
                paid,
            ),
        )
        for item in others:
            state.insert(
                "order_histories", {"id_order": order, "id_order_state": item, "date_add": seed.date or state.now()}
            )
            enter_state(state, order, item, date=seed.date, pay=False)
        return order
