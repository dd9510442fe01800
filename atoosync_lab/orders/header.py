"""Header of a document (ORD-02, ORD-03, ORD-06, ORD-13): date, reference, number, territory, shipping mode."""

from __future__ import annotations

from datetime import date, datetime

from atoosync_lab.mapping.templates import render
from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.orders.bundle import OrderBundle, id_order
from atoosync_lab.orders.context import BuildContext
from atoosync_lab.orders.reasons import PAGE_CARRIERS, PAGE_COUNTRIES, Findings
from atoosync_lab.settings.orders import DateSource, MapSettings, OrderSettings

_OVERSEAS = {
    "971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT", "977": "BL", "978": "MF",
    "984": "TF", "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip
"""First digits of French postcodes that are territories of their own in ISO 3166-1."""

NORTHERN_IRELAND = "XI"
"""Territory of goods to British postcodes BT: they follow EU rules."""


def local_date(moment: datetime, context: BuildContext) -> date:
    """Day of an instant in the profile's zone."""
    return moment.astimezone(context.timezone).date()


def document_date(bundle: OrderBundle, settings: OrderSettings, context: BuildContext, findings: Findings) -> date:
    """Date of the document: order, invoice or today. Without an invoice yet, the order's date and a warning."""
    source = settings.header.date
    if source is DateSource.TODAY:
        return context.today
    if source is DateSource.INVOICE:
        if bundle.order.invoiced_at is not None:
            return local_date(bundle.order.invoiced_at, context)
        findings.warn("orders.invoice_date_missing")
    return local_date(bundle.order.created_at, context)


def merge_values(bundle: OrderBundle, day: date) -> dict[str, str]:
    """Values of the merge fields of reference and settlement label."""
    order, address, customer = bundle.order, bundle.invoicing or bundle.delivery, bundle.customer
    return {
        "OI": order.remote_id,
        "OR": order.reference,
        "CF": (address.first_name if address else "") or (customer.first_name if customer else ""),
        "CL": (address.last_name if address else "") or (customer.last_name if customer else ""),
        "CC": (address.company if address else "") or (customer.company if customer else ""),
        "IN": order.invoice_number,
        "DT": day.strftime("%d/%m/%Y"),
    }


def reference_text(settings: OrderSettings, values: dict[str, str]) -> str:
    """Reference of the document; an empty result falls back to the order id, for the ERP demands one."""
    return render(settings.header.reference, values) or values["OI"]


def document_number(
    bundle: OrderBundle, kind: DocumentKind, settings: OrderSettings, findings: Findings, length: int
) -> str:
    """The shop's number where possible (ORD-13): the invoice number for invoices, else the order reference.

    Orders that share a reference: the one of the lowest id keeps it, the others get their id as a suffix, whatever the
    order they are imported in.
    """
    if not settings.options.use_shop_number:
        return ""
    order = bundle.order
    if kind is DocumentKind.INVOICE and order.invoice_number:
        number = order.invoice_number
    else:
        number = order.reference or order.remote_id
        first = min((order.remote_id, *(s.order_id for s in bundle.siblings)), key=id_order)
        if first != order.remote_id:
            number = f"{number}-{order.remote_id}"
    if len(number) > length:
        # A number is a key: it is left to the ERP rather than cut.
        findings.warn("orders.number_too_long", number, length=length)
        return ""
    return number


def has_tax(bundle: OrderBundle) -> bool:
    """The order is sold with tax: its total says so, or, for an order of 0.00, its lines."""
    order = bundle.order
    if order.total_incl_tax != order.total_excl_tax and order.total_excl_tax:
        return True
    return any(line.total_incl_tax != line.total_excl_tax or (line.tax_rate or 0) > 0 for line in bundle.lines)


def territory(bundle: OrderBundle, findings: Findings | None = None) -> str:
    """Country of the delivery (else invoicing) address, with the territories that postcodes tell apart (PB-18)."""
    address = bundle.delivery or bundle.invoicing
    if address is None:
        return ""
    postcode = address.postcode.strip().upper()
    if address.country == "GB" and postcode.startswith("BT"):
        return NORTHERN_IRELAND
    if address.country == "FR" and postcode[:3] in _OVERSEAS and findings is not None:
        findings.warn("orders.overseas_postcode", postcode, country=_OVERSEAS[postcode[:3]])
    return address.country


def territoriality(bundle: OrderBundle, maps: MapSettings, findings: Findings | None = None) -> str:
    """Accounting setting of the sale (ORD-03): the country's row, with or without tax, else the default.

    Monaco follows France unless it has a row of its own.
    """
    country = territory(bundle, findings)
    rule = maps.countries.get(country)
    if rule is None and country == "MC":
        rule = maps.countries.get("FR")
    name = "with_tax" if has_tax(bundle) else "without_tax"
    own: str = getattr(rule, name) if rule is not None else ""
    default: str = getattr(maps.default_country, name)
    found = own or default
    if not found and findings is not None:
        code = "orders.country_unmapped" if name == "with_tax" else "orders.country_unmapped_untaxed"
        findings.hold(code, PAGE_COUNTRIES, "country", country)
    return found


def shipping_mode(
    bundle: OrderBundle, maps: MapSettings, context: BuildContext, findings: Findings | None = None
) -> str:
    """ERP shipping mode of the order's carrier, by id or by name (ORD-06), else the default.

    An order without carrier (downloads, vouchers) needs none.
    """
    carrier = bundle.order.carrier_id
    name = context.carrier_names.get(carrier, "")
    found = maps.carriers.get(name if maps.carriers_by == "name" else carrier, "") or maps.default_carrier
    if not found and carrier not in ("", "0") and findings is not None:
        findings.hold("orders.carrier_unmapped", PAGE_CARRIERS, "carrier", name or carrier)
    return found
