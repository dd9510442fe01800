"""Which ERP customer an order belongs to, or the new one it needs (CLI-20 to CLI-23, CLI-25, ORD-05, ORD-29)."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from atoosync_lab.mapping.customers import customer_code, cut
from atoosync_lab.model.documents import NewCustomer, TextLimits
from atoosync_lab.model.errors import InvalidRecordError
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.keys import GUEST, digits, email_key, guest_key, vat_number_key
from atoosync_lab.orders.addresses import cased, customer_name, postal
from atoosync_lab.orders.bundle import OrderBundle
from atoosync_lab.orders.context import CustomerChoice
from atoosync_lab.orders.header import territoriality
from atoosync_lab.orders.reasons import PAGE_CUSTOMERS, Findings, Held
from atoosync_lab.orders.settlements import payment_rule
from atoosync_lab.settings.customers import AccountMode, CustomerSettings
from atoosync_lab.settings.orders import OrderSettings

_SIRET_DIGITS = 14
_SIREN_DIGITS = 9


class CustomerIndex(Protocol):
    """The ERP's customers. Keys are given in the forms of `model.keys`: digits, lower-case e-mail, bare VAT number."""

    def by_siret(self, siret: str) -> str | None:
        """Code of the customer with these 14 digits."""
        ...

    def by_email(self, email: str) -> str | None:
        """Code of the customer with this e-mail."""
        ...

    def by_vat_number(self, vat_number: str) -> str | None:
        """Code of the customer with this VAT number."""
        ...

    def has_code(self, code: str) -> bool:
        """The ERP has a customer with this code."""
        ...

    def linked(self, key: str) -> str | None:
        """Code of the customer that was created for this key (`NewCustomer.key`) by an earlier run."""
        ...


class CustomerResolver:
    """Resolves the customers of a whole plan: two orders of one new buyer create one customer (PB-16).

    Args:
        settings: tab « Clients ».
        orders: tab « Commandes »: payment rules and the guest account win over the customer settings.
        index: the ERP's customers.
        limits: lengths of the ERP's columns.
    """

    def __init__(
        self,
        settings: CustomerSettings,
        orders: OrderSettings,
        index: CustomerIndex,
        limits: TextLimits = TextLimits(),  # noqa: B008
    ):
        self._settings = settings
        self._orders = orders
        self._index = index
        self._limits = limits
        self._planned: dict[tuple[str, str], CustomerChoice] = {}
        self._codes: dict[str, str] = {}

    def resolve(self, bundle: OrderBundle) -> CustomerChoice | Held:
        """The customer of an order; Held when it cannot be named."""
        choice = self._resolve(bundle)
        if isinstance(choice, CustomerChoice) and choice.new is not None:
            for key in self._keys(bundle):
                self._planned.setdefault(key, choice)
            self._codes.setdefault(choice.code, choice.new.key)
        return choice

    def _resolve(self, bundle: OrderBundle) -> CustomerChoice | Held:
        findings = Findings(bundle.order.remote_id)
        name = display_name(bundle, self._settings, self._limits.name)
        settings, orders = self._settings, self._orders
        rule, _ = payment_rule(bundle, orders)
        if rule.customer:
            return CustomerChoice(code=rule.customer, found_by="payment", name=name)
        if is_guest(bundle) and orders.reading.guest_account:
            return CustomerChoice(code=orders.reading.guest_account, found_by="guest", name=name)
        if settings.mode is AccountMode.SINGLE:
            if not settings.single_account:
                findings.hold("orders.single_account_missing", PAGE_CUSTOMERS, "single_account", "")
                return Held(findings.reasons)
            return CustomerChoice(code=settings.single_account, found_by="single", name=name)
        found = self._find(bundle, name)
        if found is not None:
            return found
        if settings.mode is AccountMode.NONE:
            findings.hold("orders.customer_not_found", PAGE_CUSTOMERS, "customer", name)
            return Held(findings.reasons)
        return self._create(bundle, name, rule.account, findings)

    def _find(self, bundle: OrderBundle, name: str) -> CustomerChoice | None:
        index = self._index
        looks = {"siret": index.by_siret, "email": index.by_email, "vat_number": index.by_vat_number}
        for kind, value in self._keys(bundle):
            planned = self._planned.get((kind, value))
            if planned is not None:
                return replace(planned, name=name, warnings=())
            code = looks[kind](value) if kind in looks else index.linked(value)
            if code:
                return CustomerChoice(code=code, found_by=kind, name=name)
        return None

    def _keys(self, bundle: OrderBundle) -> list[tuple[str, str]]:
        """What the buyer is looked up by, in the order of CLI-20; at last the customer an earlier run made for it."""
        settings, customer = self._settings, bundle.customer
        siret = digits(customer.siret) if customer else ""
        email = email_key(customer.email) if customer else ""
        vat_number = vat_number_key(_vat_number(bundle))
        keys = []
        if settings.find_by_siret and len(siret) == _SIRET_DIGITS:
            keys.append(("siret", siret))
        if settings.find_by_email and email:
            keys.append(("email", email))
        if settings.find_by_vat_number and vat_number:
            keys.append(("vat_number", vat_number))
        keys.append(("link", customer_key(bundle)))
        return keys

    def _create(self, bundle: OrderBundle, name: str, account: str, findings: Findings) -> CustomerChoice | Held:
        settings = self._settings
        key = customer_key(bundle)
        # Orders without an account take their own id: its letter keeps them apart from customer ids.
        prefix = settings.prefix if not key.startswith(GUEST) else settings.prefix + "G"
        code = self._code(prefix, settings.length, key, findings)
        taken_by = self._codes.get(code)
        if code and (self._index.has_code(code) or (taken_by is not None and taken_by != key)):
            findings.hold("orders.customer_code_taken", PAGE_CUSTOMERS, "customer_code", code, name=name)
        if not account and settings.account_mode is AccountMode.SINGLE:
            account = settings.account
        elif not account and settings.account_mode is AccountMode.PER_CUSTOMER:
            account = self._code(settings.account_prefix, settings.account_length, key, findings)
        invoicing_source = bundle.invoicing or bundle.delivery
        invoicing = postal(invoicing_source, bundle.customer, settings, findings, self._limits)
        delivery = postal(bundle.delivery or bundle.invoicing, bundle.customer, settings, findings, self._limits)
        if findings.reasons:
            return Held(findings.reasons)
        customer = bundle.customer
        siret = digits(customer.siret) if customer else ""
        company = (invoicing_source.company if invoicing_source else "") or (customer.company if customer else "")
        vat_number = vat_number_key(_vat_number(bundle))
        if len(vat_number) > self._limits.vat_number:
            findings.warn("orders.vat_number_too_long", vat_number)
            vat_number = ""
        new = NewCustomer(
            key=key,
            code=code,
            name=name,
            title=cut(customer.title, self._limits.title) if customer else "",
            natural_person=not company.strip(),
            siren=siret[:_SIREN_DIGITS] if len(siret) in (_SIREN_DIGITS, _SIRET_DIGITS) else "",
            nic=siret[_SIREN_DIGITS:] if len(siret) == _SIRET_DIGITS else "",
            vat_number=vat_number,
            family=settings.family,
            price_category=settings.group,
            sales_representative=settings.representative,
            territoriality=(territoriality(bundle, self._orders.maps) if settings.territoriality_from_document else ""),
            account=account,
            invoicing=invoicing,
            delivery=delivery,
        )
        return CustomerChoice(code=code, new=new, found_by="new", name=name, warnings=findings.warnings)

    def _code(self, prefix: str, length: int, key: str, findings: Findings) -> str:
        try:
            return customer_code(prefix, length, key.removeprefix(GUEST))
        except InvalidRecordError as error:
            findings.hold(error.code, PAGE_CUSTOMERS, "customer_code", prefix + key, **error.message.params)
            return ""


def resolve_customer(
    bundle: OrderBundle, settings: CustomerSettings, orders: OrderSettings, index: CustomerIndex
) -> CustomerChoice | Held:
    """The customer of one order alone; a plan of many orders uses one `CustomerResolver`.

    Order of decision: the payment rule's customer; the guest account; the single account for all; an existing customer
    by SIRET, e-mail, VAT number; the one created earlier for the same buyer; a new one, whose code follows from the
    shop's customer id alone.
    """
    return CustomerResolver(settings, orders, index).resolve(bundle)


def is_guest(bundle: OrderBundle) -> bool:
    """The buyer has no account of the shop."""
    customer = bundle.customer
    return bundle.order.is_guest or customer is None or customer.is_guest


def customer_key(bundle: OrderBundle) -> str:
    """Key of the buyer: the shop's customer id, else one made of the order's."""
    shop_id = bundle.order.customer_id.strip() or (bundle.customer.remote_id.strip() if bundle.customer else "")
    return shop_id if shop_id not in ("", "0") else guest_key(bundle.order.remote_id)


def display_name(bundle: OrderBundle, settings: CustomerSettings, length: int) -> str:
    """Name of the buyer; a guest without any is named by city and order number (PB-16)."""
    address = bundle.invoicing or bundle.delivery
    name = customer_name(address, bundle.customer)
    if not name:
        city = address.city.strip() if address else ""
        number = bundle.order.reference or bundle.order.remote_id
        code = "orders.unnamed_buyer_city" if city else "orders.unnamed_buyer"
        name = translate(code, {"city": city, "order": number})
    return cut(cased(name, settings, uppercase=settings.upper_name), length)


def _vat_number(bundle: OrderBundle) -> str:
    for address in (bundle.invoicing, bundle.delivery):
        if address is not None and address.vat_number.strip():
            return address.vat_number
    return bundle.customer.vat_number if bundle.customer else ""
