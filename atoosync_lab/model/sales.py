"""Pivot records of what a shop sold: orders, lines, vouchers, payments, slips, buyers and their addresses.

Amounts are in the order's currency. `*_excl_tax` / `*_incl_tax` are as the shop states them, up to 6 decimals.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from atoosync_lab.model.records import record


@record
class Order:
    """Header of a shop order."""

    remote_id: str
    reference: str
    """The shop's order reference; several orders may share one."""
    shop_id: str = ""
    created_at: datetime
    modified_at: datetime | None = None
    invoiced_at: datetime | None = None
    invoice_number: str = ""
    status_id: str
    currency: str
    """ISO code."""
    conversion_rate: Decimal = Decimal(1)
    """Units of the order's currency for one of the shop's currency, at order time; 0: the shop does not say."""
    language: str = ""
    customer_id: str = ""
    is_guest: bool = False
    invoicing_address_id: str = ""
    delivery_address_id: str = ""
    carrier_id: str = ""
    payment_module: str = ""
    payment_label: str = ""
    total_products_excl_tax: Decimal = Decimal(0)
    total_products_incl_tax: Decimal = Decimal(0)
    discounts_excl_tax: Decimal = Decimal(0)
    """Vouchers, positive, free shipping included."""
    discounts_incl_tax: Decimal = Decimal(0)
    shipping_excl_tax: Decimal = Decimal(0)
    """Gross of vouchers."""
    shipping_incl_tax: Decimal = Decimal(0)
    shipping_tax_name: str = ""
    shipping_tax_rate: Decimal | None = None
    """Percent; None: unknown, taken from incl / excl."""
    wrapping_excl_tax: Decimal = Decimal(0)
    wrapping_incl_tax: Decimal = Decimal(0)
    wrapping_tax_name: str = ""
    wrapping_tax_rate: Decimal | None = None
    total_excl_tax: Decimal = Decimal(0)
    total_incl_tax: Decimal = Decimal(0)
    """What the shop charged: the truth every document is compared with."""
    total_paid_real: Decimal = Decimal(0)
    """Payments received so far."""
    rounding: str = "line"
    """How the shop rounds: `item`, `line` or `total`."""
    rounding_mode: str = "half_up"
    """`up`, `down`, `half_up`, `half_down`, `half_even`, `half_odd`."""
    note: str = ""


@record
class OrderLine:
    """One line of a shop order."""

    remote_id: str
    order_id: str
    position: int = 0
    kind: str = "product"
    """`product`, or `fee`: a charge of the shop that is no goods; a negative one is an `OrderDiscount`."""
    product_id: str | None = None
    """None or empty: the product no longer exists."""
    variant_id: str | None = None
    reference: str = ""
    barcode: str = ""
    label: str = ""
    quantity: Decimal
    unit_price_excl_tax: Decimal
    """Charged, after line discounts, ecotax included."""
    unit_price_incl_tax: Decimal
    total_excl_tax: Decimal
    total_incl_tax: Decimal
    list_price_excl_tax: Decimal | None = None
    """Unit list price before discounts."""
    discount_percent: Decimal = Decimal(0)
    discount_amount_excl_tax: Decimal = Decimal(0)
    """On the unit."""
    discount_amount_incl_tax: Decimal = Decimal(0)
    tax_name: str = ""
    tax_rate: Decimal | None = None
    """Percent; None: the shop does not say, see `orders.taxes`."""
    tax_ids: tuple[str, ...] = ()
    ecotax: Decimal = Decimal(0)
    weight: Decimal | None = None


@record
class OrderPieces:
    """How many pieces of a product one line of a shop order takes: what stocks need to know of orders."""

    remote_id: str
    """Id of the order line."""
    order_id: str
    product_id: str = ""
    variant_id: str | None = None
    reference: str = ""
    key: str = ""
    """Product key of `reference`."""
    quantity: Decimal


@record
class OrderDiscount:
    """A voucher or cart rule used by an order."""

    remote_id: str
    order_id: str
    name: str = ""
    amount_excl_tax: Decimal
    amount_incl_tax: Decimal
    free_shipping: bool = False
    product_id: str = ""
    """The only product that the voucher takes its amount off; empty: the whole basket."""


@record
class Payment:
    """A payment received by the shop (paiement)."""

    remote_id: str
    order_reference: str
    amount: Decimal
    currency: str = ""
    conversion_rate: Decimal = Decimal(1)
    method: str = ""
    transaction_id: str = ""
    paid_at: datetime | None = None


@record
class Address:
    """A postal address of a buyer, or the address on an ERP record."""

    remote_id: str
    customer_id: str = ""
    company: str = ""
    last_name: str = ""
    first_name: str = ""
    address1: str = ""
    address2: str = ""
    postcode: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    """ISO 3166 alpha-2."""
    phone: str = ""
    mobile: str = ""
    vat_number: str = ""
    other: str = ""


@record
class Customer:
    """A buyer account of the shop, or a customer of the ERP."""

    remote_id: str
    """Shop: id. ERP: customer code."""
    email: str = ""
    last_name: str = ""
    first_name: str = ""
    name: str = ""
    """ERP: name of the customer."""
    company: str = ""
    siret: str = ""
    vat_number: str = ""
    title: str = ""
    is_guest: bool = False
    active: bool = True
    group_id: str = ""
    language: str = ""
    modified_at: datetime | None = None


@record
class CreditSlip:
    """A refund document of the shop (avoir)."""

    remote_id: str
    order_id: str
    customer_id: str = ""
    created_at: datetime
    modified_at: datetime | None = None
    conversion_rate: Decimal = Decimal(1)
    products_excl_tax: Decimal = Decimal(0)
    products_incl_tax: Decimal = Decimal(0)
    shipping_excl_tax: Decimal = Decimal(0)
    shipping_incl_tax: Decimal = Decimal(0)
    partial: bool = False


@record
class CreditSlipLine:
    """One returned order line."""

    slip_id: str
    order_line_id: str
    position: int = 0
    quantity: Decimal
    amount_excl_tax: Decimal
    """Of the whole line."""
    amount_incl_tax: Decimal
