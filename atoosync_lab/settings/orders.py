"""Tabs « Commandes », « Import des commandes » and « Mise à jour des commandes » of the manual."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.settings.base import ListId, Settings


class DateSource(StrEnum):
    """Date of the document (ORD-02)."""

    ORDER = "order"
    INVOICE = "invoice"
    TODAY = "today"


class Period(StrEnum):
    """Period read (ORD-01)."""

    LAST_15_DAYS = "last_15_days"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    LAST_3_MONTHS = "last_3_months"
    LAST_6_MONTHS = "last_6_months"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    ALL = "all"


class CountryRule(Settings):
    """Territoriality of sales to a country (ORD-03)."""

    with_tax: ListId = ""
    without_tax: ListId = ""


class PaymentRule(Settings):
    """What a shop payment method becomes (ORD-05)."""

    payment_terms: ListId = ""
    payment_means: ListId = ""
    treasury: Annotated[str, Field(max_length=20)] = ""
    customer: Annotated[str, Field(max_length=20)] = ""
    """ERP customer used for orders paid so (marketplaces); wins over the customer settings."""
    account: Annotated[str, Field(max_length=20)] = ""
    payer: Annotated[str, Field(max_length=20)] = ""
    create_settlement: bool = True


class StatusRule(Settings):
    """What happens to orders in a shop status (ORD-01)."""

    kind: DocumentKind = DocumentKind.ORDER
    state: str = "Accepté"
    set_status: ListId = ""
    """Shop status set afterwards; empty: « Ne pas modifier le statut »."""


class HeaderSettings(Settings):
    """Header of the documents (ORD-02)."""

    date: DateSource = DateSource.ORDER
    price_precision: Annotated[int, Field(ge=0, le=6)] = 2
    series: ListId = ""
    warehouse: ListId = ""
    reference: Annotated[str, Field(max_length=200)] = "Web %OI - %CF %CL"
    """Template: %OI order id, %OR order reference, %CF first name, %CL last name, %CC company."""


class MapSettings(Settings):
    """The five maps of the tab."""

    countries: dict[str, CountryRule] = {}
    """ISO alpha-2 -> rule."""
    default_country: CountryRule = CountryRule()
    taxes: dict[str, ListId] = {}
    """`name|rate` of a shop tax -> ERP VAT id (ORD-04); see `tax_map_key`."""
    default_tax: ListId = ""
    """ERP VAT id for taxes without a map; empty: the order is held."""
    zero_tax: ListId = ""
    """ERP VAT id of lines that carry no tax at all; empty: `taxes` is asked for the pair without name."""
    payments: dict[str, PaymentRule] = {}
    """`method|currency` -> rule; see `payment_map_key`."""
    default_payment: PaymentRule = PaymentRule(create_settlement=False)
    carriers: dict[str, ListId] = {}
    """Carrier id or name -> ERP shipping mode."""
    carriers_by: Literal["id", "name"] = "name"
    default_carrier: ListId = ""
    currencies: dict[str, ListId] = {}
    """Shop currency (ISO) -> ERP currency."""


class SpecialArticles(Settings):
    """Articles of lines that are no goods (ORD-08)."""

    misc: Annotated[str, Field(max_length=40)] = ""
    difference: Annotated[str, Field(max_length=40)] = ""
    gift_wrap: Annotated[str, Field(max_length=40)] = ""
    shipping: Annotated[str, Field(max_length=40)] = ""
    discount: Annotated[str, Field(max_length=40)] = ""
    """Default discount article; VAT codes seen later take it."""
    discounts: dict[str, str] = {}
    """ERP VAT id -> discount article."""
    difference_vat: ListId = ""
    """VAT-free ERP VAT id of the difference line; empty: the first one with rate 0."""


class OrderOptions(Settings):
    """The twelve options (ORD-10 to 21) as far as this slice serves them."""

    skip_existing: bool = True
    """ORD-10"""
    misc_for_unknown: bool = False
    """ORD-12"""
    use_shop_number: bool = False
    """ORD-13"""
    tax_inclusive: bool = False
    """ORD-16"""
    shipping_as_line: bool = False
    """ORD-17"""
    net_prices: bool = False
    """ORD-18"""
    difference_line: bool = False
    """ORD-21"""
    ceiling: Annotated[Decimal, Field(ge=0)] = Decimal("0.05")
    """Greatest unexplained difference, in the order's currency; above it the order is held."""


class SettlementTotal(StrEnum):
    """Amount of a settlement made from the total (ORD-22)."""

    ORDER = "order"
    PAID = "paid"
    DOCUMENT = "document"


class SettlementDate(StrEnum):
    """Date of a settlement (ORD-22)."""

    PAYMENT = "payment"
    ORDER = "order"
    INVOICE = "invoice"
    TODAY = "today"


class SettlementSettings(Settings):
    """Settlements (ORD-22)."""

    create: bool = False
    total: SettlementTotal = SettlementTotal.ORDER
    date: SettlementDate = SettlementDate.PAYMENT
    label: Annotated[str, Field(max_length=200)] = "%CF %CL - %OI"
    from_payments: bool = False
    """One settlement a payment instead of one for the total."""
    differences: bool = False


class ReadingSettings(Settings):
    """How orders are read in the shop (ORD-29)."""

    date_field: Literal["created", "modified"] = "created"
    """Date used to find orders."""
    guest_account: Annotated[str, Field(max_length=20)] = ""
    """ERP customer of guest orders; empty: guests are treated as customers."""
    method_source: Literal["module", "label", "payment"] = "module"
    """Which payment information names the method."""


class StatusUpdateSettings(Settings):
    """Shop status by ERP document kind (ORD-24); empty: « Ne pas modifier le statut »."""

    quote: ListId = ""
    order: ListId = ""
    delivery_note: ListId = ""
    invoice: ListId = ""


class CreditNoteSettings(Settings):
    """Credit slips become credit notes (ORD-33)."""

    enabled: bool = False
    period: Period = Period.LAST_15_DAYS


class OrderSettings(Settings):
    """The tabs as a whole."""

    header: HeaderSettings = HeaderSettings()
    maps: MapSettings = MapSettings()
    articles: SpecialArticles = SpecialArticles()
    options: OrderOptions = OrderOptions()
    settlements: SettlementSettings = SettlementSettings()
    reading: ReadingSettings = ReadingSettings()
    period: Period = Period.LAST_15_DAYS
    shops: tuple[str, ...] = ()
    """Shop ids read; empty: the one of the connection."""
    statuses: dict[str, StatusRule] = {}
    """Shop status id -> rule; statuses not named are not imported."""
    status_update: StatusUpdateSettings = StatusUpdateSettings()
    credit_notes: CreditNoteSettings = CreditNoteSettings()


def tax_map_key(name: str, rate: Decimal) -> str:
    """Key of a shop tax in the map: name and rate, because one name may carry two rates (ORD-04)."""
    text = format(rate.normalize(), "f")
    return f"{name}|{text}"


def payment_map_key(method: str, currency: str) -> str:
    """Key of a payment method in the map: one row per method and currency (ORD-05)."""
    return f"{method}|{currency}"
