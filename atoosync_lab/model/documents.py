"""Pivot records of what the ERP gets: sales documents, their totals, new customers, settlements."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from atoosync_lab.model.records import record


class DocumentKind(StrEnum):
    """Kinds of sales documents."""

    QUOTE = "quote"
    ORDER = "order"
    DELIVERY_NOTE = "delivery_note"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Rounding(StrEnum):
    """How an ERP rounds an amount to the cent."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


class TaxOn(StrEnum):
    """What an ERP computes the tax of a tax-exclusive document from."""

    BASE = "base"
    """From the sum of the rounded line amounts of each rate."""
    UNROUNDED = "unrounded"
    """From quantity x price of all lines of each tax, not rounded; charges and what is taken off apart."""
    LINE = "line"
    """From each line, rounded line by line."""


@record
class TextLimits:
    """Greatest lengths of an ERP's columns, in characters."""

    name: int = 60
    address: int = 40
    postcode: int = 10
    city: int = 35
    state: int = 50
    contact: int = 60
    phone: int = 20
    email: int = 100
    title: int = 25
    vat_number: int = 20
    number: int = 30
    """Number of a document."""
    reference: int = 70
    label: int = 2000


@record
class DocumentRules:
    """How an ERP computes a document, and what a document of it can hold.

    The defaults are those of EBP (docs/ebp-import.md, Totals, Customer and SaleDocument); a connector states its own.
    """

    rounding: Rounding = Rounding.HALF_UP
    """Of line amounts and of taxes."""
    tax_on: TaxOn = TaxOn.BASE
    tax_inclusive: bool = True
    """Documents may hold prices with tax."""
    footer_shipping: bool = True
    """A document has a place for shipping other than a line."""
    price_decimals: int = 6
    """Decimals that a unit price may have."""
    net_prices: bool = False
    """What a line keeps is its price after discounts, with `price_decimals`; otherwise price and discount are kept."""
    max_vat_rates: int | None = None
    """VAT rates that a document can hold; None: any number."""
    texts: TextLimits = TextLimits()


class LineRole(StrEnum):
    """Why a line stands on a document."""

    PRODUCT = "product"
    MISC = "misc"
    SHIPPING = "shipping"
    GIFT_WRAP = "gift_wrap"
    DISCOUNT = "discount"
    DIFFERENCE = "difference"


@record
class PostalAddress:
    """Address and contact as printed on a document, already cut and cased for the ERP."""

    name: str = ""
    address1: str = ""
    address2: str = ""
    address3: str = ""
    address4: str = ""
    postcode: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    contact_name: str = ""
    contact_first_name: str = ""
    phone: str = ""
    mobile: str = ""
    email: str = ""


@record
class DocumentLine:
    """One line of a sales document."""

    role: LineRole
    item: str
    """ERP article id."""
    label: str = ""
    """Empty: the ERP's own label."""
    quantity: Decimal
    unit_price: Decimal
    """Before discounts; incl. tax when the document is tax-inclusive, else excl. tax."""
    discount_percent: Decimal = Decimal(0)
    discount_amount: Decimal = Decimal(0)
    """On the unit, same basis as `unit_price`."""
    vat_id: str
    vat_rate: Decimal
    """Percent."""
    origin: str = ""
    """Id of the shop's order line, empty for special lines."""


@record
class VatTotal:
    """Totals of one VAT rate."""

    rate: Decimal
    excl_tax: Decimal
    vat: Decimal


@record
class DocumentTotals:
    """Totals as the ERP will compute them."""

    excl_tax: Decimal
    """Shipping included."""
    vat: Decimal
    incl_tax: Decimal
    by_rate: tuple[VatTotal, ...]


@record
class Settlement:
    """A settlement to create (règlement)."""

    key: str
    """Shop payment id, or `total`."""
    amount: Decimal
    date: dt.date
    payment_means: str
    treasury: str = ""
    reference: str = ""
    currency: str = ""


@record
class NewCustomer:
    """A customer to create in the ERP before the documents that name it."""

    key: str
    """Shop customer id."""
    code: str
    name: str
    title: str = ""
    natural_person: bool = True
    siren: str = ""
    nic: str = ""
    vat_number: str = ""
    family: str = ""
    price_category: str = ""
    sales_representative: str = ""
    territoriality: str = ""
    account: str = ""
    auxiliary_account: str = ""
    invoicing: PostalAddress
    delivery: PostalAddress


@record
class SalesDocument:
    """A document to create in the ERP, complete: sending it needs nothing else."""

    key: str
    """Shop order id, or slip id for credit notes."""
    kind: DocumentKind
    number: str = ""
    """Empty: the ERP numbers it."""
    date: dt.date
    reference: str
    """Reference text of the template, without the token."""
    series: str = ""
    warehouse: str = ""
    state: str = ""
    customer: str
    """ERP customer code (existing, or of `new_customer`)."""
    customer_name: str = ""
    new_customer: str = ""
    """Key of the NewCustomer this document needs; empty: the customer exists."""
    sales_representative: str = ""
    territoriality: str = ""
    tax_inclusive: bool = False
    currency: str = ""
    payment_terms: str = ""
    payment_means: str = ""
    shipping_mode: str = ""
    shipping_amount: Decimal = Decimal(0)
    """Footer shipping, basis of the document; 0 when shipping is a line."""
    shipping_vat_id: str = ""
    shipping_vat_rate: Decimal = Decimal(0)
    notes: str = ""
    invoicing: PostalAddress
    delivery: PostalAddress
    lines: tuple[DocumentLine, ...]
    totals: DocumentTotals
    truth: Decimal
    """What the shop charged, incl. tax."""
    difference: Decimal = Decimal(0)
    """truth - totals.incl_tax, after the difference line if there is one."""
    settlements: tuple[Settlement, ...] = ()
    shop_status: str = ""
    """Status to set in the shop once the document exists; empty: leave it."""


@record
class FoundDocument:
    """A document found in the ERP by our token."""

    token: str
    number: str
    remote_id: str
    kind: DocumentKind | None = None
    excl_tax: Decimal | None = None
    incl_tax: Decimal | None = None
    modified_at: datetime | None = None
    dated: dt.date | None = None
    """Day it carries there, where the look-up tells it."""
