"""Which customer an order gets (CLI-20 to CLI-23, ORD-05, ORD-29)."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from atoosync_lab.model.sales import Address, Customer
from atoosync_lab.orders.addresses import wrap
from atoosync_lab.orders.context import CustomerChoice
from atoosync_lab.orders.customers import CustomerResolver, resolve_customer
from atoosync_lab.orders.reasons import Held
from atoosync_lab.settings.customers import CustomerSettings
from atoosync_lab.settings.orders import OrderSettings, PaymentRule
from tests.orders.builders import address, bundle, line, settings, with_order


@dataclass
class Index:
    """ERP customers of a test."""

    sirets: dict[str, str] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    vat_numbers: dict[str, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    links: dict[str, str] = field(default_factory=dict)

    def by_siret(self, siret: str) -> str | None:
        return self.sirets.get(siret)

    def by_email(self, email: str) -> str | None:
        return self.emails.get(email)

    def by_vat_number(self, vat_number: str) -> str | None:
        return self.vat_numbers.get(vat_number)

    def has_code(self, code: str) -> bool:
        return code in self.codes

    def linked(self, key: str) -> str | None:
        return self.links.get(key)


BUYER = Customer(
    remote_id="12", email="John@Example.org", last_name="Doë", first_name="John", siret="732 829 320 00074"
)
EVERYTHING = Index(
    sirets={"73282932000074": "BYSIRET"}, emails={"john@example.org": "BYMAIL"}, vat_numbers={"FR44732829320": "BYVAT"}
)


def order(customer: Customer = BUYER, **more):
    return bundle([line()], "12.00", customer=customer, **more)


def choose(what, index=None, orders: OrderSettings | None = None, **options) -> CustomerChoice:
    result = resolve_customer(what, CustomerSettings(**options), orders or settings(), index or Index())
    assert isinstance(result, CustomerChoice), [r.message for r in result.reasons]
    return result


@pytest.mark.spec("CLI-20")
def test_customer_is_found_by_siret_then_email_then_vat_number():
    what = order(invoicing=address(vat_number="FR 44 732829320"))
    assert choose(what, EVERYTHING).code == "BYSIRET"
    assert choose(what, EVERYTHING, find_by_siret=False).code == "BYMAIL"
    assert choose(what, EVERYTHING, find_by_siret=False, find_by_email=False).code == "BYVAT"
    off = {"find_by_siret": False, "find_by_email": False, "find_by_vat_number": False}
    assert choose(what, EVERYTHING, **off).found_by == "new"


@pytest.mark.spec("CLI-21", "CLI-22", "CLI-23")
def test_new_customer_gets_code_account_and_defaults():
    made = choose(
        order(),
        account_mode="per_customer",
        account_prefix="411W",
        account_length=10,
        family="WEB",
        representative="REP",
        group="PUBLIC",
    )
    new = made.new
    assert new is not None
    assert (made.code, new.code, new.key) == ("WEB0000012", "WEB0000012", "12")
    assert (new.account, new.family, new.sales_representative, new.price_category) == (
        "411W000012",
        "WEB",
        "REP",
        "PUBLIC",
    )
    assert (new.siren, new.nic, new.natural_person) == ("732829320", "00074", True)
    assert choose(order(), account_mode="single", account="411000").new.account == "411000"
    assert choose(order()).new.account == ""


@pytest.mark.spec("CLI-21")
def test_single_account_takes_every_order_and_must_be_chosen():
    assert choose(order(), EVERYTHING, mode="single", single_account="WEB").code == "WEB"
    result = resolve_customer(order(), CustomerSettings(mode="single"), settings(), Index())
    assert isinstance(result, Held)
    assert result.reasons[0].page == "customers"


@pytest.mark.spec("CLI-21")
def test_code_that_another_customer_has_holds_the_order():
    result = resolve_customer(order(), CustomerSettings(), settings(), Index(codes={"WEB0000012"}))
    assert isinstance(result, Held)
    assert (result.reasons[0].code, result.reasons[0].value) == ("orders.customer_code_taken", "WEB0000012")


@pytest.mark.spec("CLI-21")
def test_code_of_our_own_earlier_creation_is_used_again():
    index = Index(codes={"WEB0000012"}, links={"12": "WEB0000012"})
    made = choose(order(), index)
    assert (made.code, made.new, made.found_by) == ("WEB0000012", None, "link")


@pytest.mark.spec("CLI-21")
def test_code_that_does_not_fit_holds_the_order():
    what = with_order(order(), customer_id="123456789")
    result = resolve_customer(what, CustomerSettings(length=8), settings(), Index())
    assert isinstance(result, Held)
    assert result.reasons[0].field == "customer_code"


@pytest.mark.spec("ORD-05")
def test_customer_of_the_payment_rule_wins_over_everything():
    rule = PaymentRule(payment_terms="CPT", customer="WEBAMAZON", account="411AMZ")
    orders = settings(maps={"payments": {"ps_wirepayment|EUR": rule}})
    assert choose(order(), EVERYTHING, orders, mode="single", single_account="WEB").code == "WEBAMAZON"
    account_only = settings(maps={"payments": {"ps_wirepayment|EUR": PaymentRule(payment_terms="C", account="411AMZ")}})
    assert choose(order(), Index(), account_only, account_mode="single", account="411000").new.account == "411AMZ"


@pytest.mark.spec("ORD-29", "CLI-20")
@pytest.mark.pitfall("PB-16")
def test_guest_goes_to_the_guest_account_and_without_one_is_named_by_what_exists():
    nobody = Address(remote_id="7", city="Lyon", country="FR")
    guest = with_order(
        order(Customer(remote_id="", is_guest=True), invoicing=nobody, delivery=nobody), is_guest=True, customer_id=""
    )
    with_account = settings(reading={"guest_account": "INVITES"})
    assert (choose(guest, EVERYTHING, with_account).code, choose(guest, EVERYTHING, with_account).new) == (
        "INVITES",
        None,
    )
    made = choose(guest)
    assert made.name == "Lyon, commande XKBKNABJK"
    assert (made.code, made.new.key) == ("WEBG000187", "order-187")


@pytest.mark.spec("CLI-20")
@pytest.mark.pitfall("PB-16")
def test_two_guests_whose_emails_differ_by_case_are_one_customer():
    resolver = CustomerResolver(CustomerSettings(), settings(), Index())
    first = order(Customer(remote_id="31", email="Test@Example.org", last_name="A"))
    second = order(Customer(remote_id="32", email="test@example.org", last_name="A"))
    one = resolver.resolve(with_order(first, customer_id="31"))
    two = resolver.resolve(with_order(second, customer_id="32"))
    assert isinstance(one, CustomerChoice)
    assert isinstance(two, CustomerChoice)
    assert one.new is not None
    assert (two.code, two.new) == (one.code, one.new)


@pytest.mark.spec("CLI-25")
def test_names_and_addresses_are_cased_cut_at_a_word_and_never_lose_a_zero():
    long = address(
        company="Établissements Doë et fils",
        address1="12 bis rue du Général de Gaulle bâtiment C escalier 4",
        postcode="01000",
        city="Bourg-en-Bresse",
        phone="06.12.34.56.78",
    )
    what = order(invoicing=long)
    new = choose(what, strip_accents=True, upper_name=True, upper_addresses=True).new
    assert new is not None
    assert new.name == "ETABLISSEMENTS DOE ET FILS"
    assert (new.invoicing.address1, new.invoicing.address2) == (
        "12 BIS RUE DU GENERAL DE GAULLE BATIMENT",
        "C ESCALIER 4",
    )
    assert (new.invoicing.postcode, new.invoicing.phone) == ("01000", "06.12.34.56.78")
    assert choose(what).new.name == "Établissements Doë et fils"


@pytest.mark.spec("CLI-25")
def test_address_is_wrapped_without_losing_a_word_and_overflow_is_told():
    rows, over = wrap("un deux trois quatre cinq six", 10, 4)
    assert (" ".join(rows), over) == ("un deux trois quatre cinq six", False)
    assert max(map(len, rows)) <= 10
    assert wrap("mot " * 60, 40, 4)[1]


@pytest.mark.spec("CLI-25", "ORD-03")
def test_territoriality_of_the_document_goes_to_the_new_customer_when_wanted():
    orders = settings(maps={"countries": {"FR": {"with_tax": "FRANCE"}}})
    assert choose(order(), Index(), orders, territoriality_from_document=True).new.territoriality == "FRANCE"
    assert choose(order(), Index(), orders).new.territoriality == ""
