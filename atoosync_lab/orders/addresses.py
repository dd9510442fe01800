"""Shop addresses as the ERP prints them: wrapped and cut at a word, cased as the profile wants (CLI-25)."""

from __future__ import annotations

from atoosync_lab.mapping.customers import cut, strip_accents, upper
from atoosync_lab.model.documents import PostalAddress, TextLimits
from atoosync_lab.model.sales import Address, Customer
from atoosync_lab.orders.reasons import Findings
from atoosync_lab.settings.customers import CustomerSettings


def cased(text: str, settings: CustomerSettings, *, uppercase: bool) -> str:
    """Text without accents and in capitals where the profile wants it."""
    if settings.strip_accents:
        text = strip_accents(text)
    return upper(text) if uppercase else text


def person(last_name: str, first_name: str) -> str:
    """Name of a person, family name first, as the ERP lists its customers."""
    return " ".join(part for part in (last_name.strip(), first_name.strip()) if part)


def customer_name(address: Address | None, customer: Customer | None) -> str:
    """Company first (ORD-29), else the person, from the address, else from the account; empty when nothing is known."""
    if address is not None:
        found = address.company.strip() or person(address.last_name, address.first_name)
        if found:
            return found
    if customer is not None:
        return customer.company.strip() or person(customer.last_name, customer.first_name) or customer.name.strip()
    return ""


def wrap(text: str, width: int, lines: int) -> tuple[list[str], bool]:
    """Text over at most `lines` lines of `width` characters, broken at words; True: something did not fit."""
    made: list[str] = []
    rest = " ".join(text.split())
    while rest and len(made) < lines:
        part = cut(rest, width)
        made.append(part)
        rest = rest[len(part) :].strip()
    return made, bool(rest)


def postal(
    address: Address | None,
    customer: Customer | None,
    settings: CustomerSettings,
    findings: Findings,
    limits: TextLimits = TextLimits(),  # noqa: B008
) -> PostalAddress:
    """The address as it is written: everything is cut at a word with a warning; phones and postcodes stay texts."""

    def fit(text: str, length: int) -> str:
        kept = cut(text, length)
        if kept != text.strip():
            findings.warn("orders.address_cut", text.strip(), kept=kept)
        return kept

    email = customer.email.strip() if customer is not None else ""
    if len(email) > limits.email:
        # Half an e-mail address is another one.
        findings.warn("orders.email_too_long", email)
        email = ""
    source = address if address is not None else Address(remote_id="")
    casing = settings.upper_addresses
    width = limits.address
    first, over_first = wrap(cased(source.address1, settings, uppercase=casing), width, 4)
    second, over_second = wrap(cased(source.address2, settings, uppercase=casing), width, 4 - len(first))
    if over_first or over_second:
        findings.warn("orders.address_cut", f"{source.address1} {source.address2}", kept=" ".join(first + second))
    rows = (first + second + ["", "", "", ""])[:4]
    last_name, first_name = source.last_name, source.first_name
    if customer is not None and not person(last_name, first_name):
        last_name, first_name = customer.last_name, customer.first_name
    return PostalAddress(
        name=fit(cased(customer_name(address, customer), settings, uppercase=settings.upper_name), limits.name),
        address1=rows[0],
        address2=rows[1],
        address3=rows[2],
        address4=rows[3],
        postcode=fit(source.postcode, limits.postcode),
        city=fit(cased(source.city, settings, uppercase=casing), limits.city),
        state=fit(cased(source.state, settings, uppercase=casing), limits.state),
        country=source.country,
        contact_name=fit(cased(last_name, settings, uppercase=settings.upper_name), limits.contact),
        contact_first_name=fit(cased(first_name, settings, uppercase=False), limits.contact),
        phone=fit(source.phone, limits.phone),
        mobile=fit(source.mobile, limits.phone),
        email=email,
    )
