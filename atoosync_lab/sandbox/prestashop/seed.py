"""Fill a shop without HTTP: for data generators, tests, and acts that no Webservice call can make.

    state = ShopState.open(folder, "9")                      # an empty installed shop, or the one that is there
    with state.writing():                                    # one transaction: do it for every large load
        ids = insert_many(state, "products", [
            {"reference": "A1", "price": "12.50", "name": {1: "Tea", 2: "Thé"}, "link_rewrite": "the",
            "id_tax_rules_group": 1,
             "active": 1, "state": 1, "categories": [2, 5], "features": [[3, 11]], "quantity": 40},
        ])
        order = create_order(state, SeedOrder(customer=4, address=8, lines=[SeedLine(ids[0], 2)], payments=[("Carte",
        None)]))
        bulk_insert(state, "order_details", ("id", "id_order", "product_id", ...), rows)   # ready-made rows, stored
        form, fastest

- `insert_many` takes friendly values: numbers, `Decimal`, text, dates as text; language fields as one text for all
  languages or a
  mapping by language id; associations by their Webservice name as lists of ids or of rows. Products and combinations
  get their
  stock row (with `quantity`); products take `categories` and `attachments`. `id` may be given. Absent fields are
  zero, except dates (now).
- `create_order` works out every amount with the sandbox's calculator: net price, reduction, tax rules group, ecotax,
  vouchers (also free
  shipping), shipping, wrapping, currency, rounding type and mode, several payments, several states, a reference
  shared by two orders.
- `bulk_insert` writes rows as the tables hold them (see `state`): integers, amounts as text with six decimals, dates
  as text, associations
  as JSON in `a_<name>` (`association_text`), languages with `language_text`. About half a million order lines in a
  few seconds.
- `open_carrier`, `enter_voucher`, `set_config`, `add_payment_module`: the merchant's and the buyer's acts. A running
  server offers them at
  `POST /_admin/shop/<action>` with their arguments as JSON.

A server may run on the same folder meanwhile: it sees committed rows at its next request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from atoosync_lab.sandbox.prestashop.amounts import ZERO, Basket, Voucher, amounts
from atoosync_lab.sandbox.prestashop.checkout import NewOrder, OrderLine, OrderVoucher, product_line, store_order
from atoosync_lab.sandbox.prestashop.order_states import enter_state, recompute_total
from atoosync_lab.sandbox.prestashop.pricing import Buyer, Price, tax_ids, tax_rate
from atoosync_lab.sandbox.prestashop.rules.catalog import add_stock_row, set_categories
from atoosync_lab.sandbox.prestashop.state import Row, ShopState, association_text
from atoosync_lab.sandbox.prestashop.values import fixed, int_prefix, language_text, stored

__all__ = [
    "ADMIN_ACTIONS",
    "SeedLine",
    "SeedOrder",
    "SeedVoucher",
    "ShopState",
    "add_payment_module",
    "association_text",
    "bulk_insert",
    "create_order",
    "enter_voucher",
    "fixed",
    "insert_many",
    "language_text",
    "open_carrier",
    "set_config",
]


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


def insert_many(state: ShopState, resource: str, rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """Insert records with friendly values and return their ids (see the head of this module).

    Raises:
        KeyError: when a field or association is unknown in this version (`UnknownColumnError`).
    """
    with state.writing():
        return [_insert(state, resource, row) for row in rows]


def _insert(state: ShopState, resource: str, row: Mapping[str, Any]) -> int:
    known = state.resources[resource]
    given = dict(row)
    quantity = given.pop("quantity", 0) if resource in ("products", "combinations") else 0
    categories, attachments = (
        (given.pop(name, ()) for name in ("categories", "attachments")) if resource == "products" else ((), ())
    )
    values: Row = {}
    languages = state.languages()
    for name, value in given.items():
        field = known.fields.get(name)
        if field is None:
            values.update(_other(state, resource, name, value))
        elif field.language:
            texts = value if isinstance(value, Mapping) else dict.fromkeys(languages, str(value))
            values[name] = language_text({item: str(texts.get(item, "")) for item in languages})
        else:
            values[name] = stored(field, value if not isinstance(value, bool) else int(value))
    for name in ("date_add", "date_upd"):
        if name in known.fields:
            values.setdefault(name, state.now())
    for field in known.fields.values():
        if field.language:
            values.setdefault(field.name, language_text(dict.fromkeys(languages, "")))
    for name, value in _usual(state, resource).items():
        values.setdefault(name, value)
    record = state.insert(resource, values)
    if resource in ("products", "combinations"):
        _place(state, resource, record, values, int(quantity), list(categories), list(attachments))
    return record


def _other(state: ShopState, resource: str, name: str, value: Any) -> Row:
    if name == "id":
        return {"id": int(value)}
    renamed = {"features": "product_features"}.get(name, name)
    rows = [item if isinstance(item, list | tuple) else [item] for item in value]
    return {f"a_{renamed}": association_text([fixed(x) if isinstance(x, Decimal) else x for x in row] for row in rows)}


def _usual(state: ShopState, resource: str) -> Row:
    """What a record made in the back office would have."""
    known = state.resources[resource].fields
    usual: dict[str, Row] = {
        "customers": {"id_shop": 1, "id_shop_group": 1, "id_lang": 2, "active": 1, "secure_key": "0" * 32},
        "products": {
            "id_shop_default": 1,
            "active": 1,
            "state": 1,
            "available_for_order": 1,
            "show_price": 1,
            "minimal_quantity": 1,
            "visibility": "both",
            "condition": "new",
            "product_type": "standard",
            "indexed": 1,
            "id_category_default": 2,
        },
        "combinations": {"minimal_quantity": 1},
        "carts": {"id_shop": 1, "id_shop_group": 1},
        "categories": {"id_shop_default": 1, "active": 1},
    }
    return {name: value for name, value in usual.get(resource, {}).items() if name in known}


def _place(
    state: ShopState,
    resource: str,
    record: int,
    values: Row,
    quantity: int,
    categories: list[int],
    attachments: list[int],
) -> None:
    if resource == "products":
        set_categories(state, record, categories)
        state.db.executemany(
            "INSERT OR IGNORE INTO _product_attachments VALUES (?, ?)", [(item, record) for item in attachments]
        )
        stock = add_stock_row(state, record, 0)
        state.update("stock_availables", stock, {"quantity": quantity})
        return
    product = values["id_product"]
    stock = add_stock_row(state, product, record)
    state.update("stock_availables", stock, {"quantity": quantity})
    recompute_total(state, product)
    if values.get("default_on"):
        state.update("products", product, {"cache_default_attribute": record})


def bulk_insert(state: ShopState, resource: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert ready-made rows in stored form, in one transaction: the fast path for large histories.

    Args:
        state: The shop.
        resource: Its resource.
        columns: Names of the columns given; others take their zero.
        rows: Values in that order.

    Raises:
        UnknownColumnError: when a column is unknown in this version.
    """
    with state.writing():
        state.insert_rows(resource, columns, rows)


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


def open_carrier(state: ShopState, carrier: int, zones: Sequence[int] = ()) -> None:
    """Open a carrier to zones (all when none are named) and to all groups, as the merchant does in the back office."""
    wanted = list(zones) or [row[0] for row in state.db.execute("SELECT id FROM zones")]
    with state.writing():
        state.db.executemany("INSERT OR IGNORE INTO _carrier_zones VALUES (?, ?)", [(carrier, zone) for zone in wanted])


def enter_voucher(state: ShopState, cart: int, rule: int) -> None:
    """Enter a cart rule in a cart, as the buyer does."""
    state.db.execute("INSERT OR IGNORE INTO _cart_vouchers VALUES (?, ?)", (cart, rule))


def set_config(state: ShopState, name: str, value: str) -> None:
    """Set a configuration, creating it when it is not there."""
    found = state.one("configurations", "fold(name) = fold(?)", name)
    if found:
        state.update("configurations", found["id"], {"value": value, "date_upd": state.now()})
    else:
        state.insert("configurations", {"name": name, "value": value, "date_add": state.now(), "date_upd": state.now()})


def add_payment_module(state: ShopState, name: str) -> None:
    """Install a payment module, so that orders may be made through it."""
    row = state.db.execute("SELECT value FROM _meta WHERE name = 'payment_modules'").fetchone()
    modules = json.loads(row[0])
    if name not in modules:
        state.db.execute("UPDATE _meta SET value = ? WHERE name = 'payment_modules'", (json.dumps([*modules, name]),))


ADMIN_ACTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "open_carrier": open_carrier,
        "enter_voucher": enter_voucher,
        "set_config": set_config,
        "add_payment_module": add_payment_module,
        "insert_many": insert_many,
    }
)
"""Acts offered by a running server at `POST /_admin/shop/<action>`."""
