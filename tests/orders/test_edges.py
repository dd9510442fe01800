"""Rare orders: each is built exactly, or held with the one reason that cures it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from atoosync_lab.model.i18n import Message
from atoosync_lab.model.sales import Address, Customer
from atoosync_lab.orders.addresses import postal
from atoosync_lab.orders.build import build_document
from atoosync_lab.orders.bundle import Sibling
from atoosync_lab.orders.checks import check_settings
from atoosync_lab.orders.context import CustomerChoice, item_finder
from atoosync_lab.orders.credit_notes import build_credit_note
from atoosync_lab.orders.customers import resolve_customer
from atoosync_lab.orders.differences import Difference
from atoosync_lab.orders.reasons import Findings, Held
from atoosync_lab.settings.customers import CustomerSettings
from atoosync_lab.settings.orders import SettlementSettings
from tests.orders.builders import (
    ARTICLES,
    ITEMS,
    RULE,
    VAT,
    D,
    address,
    built,
    bundle,
    codes,
    context,
    held,
    line,
    make,
    payment,
    settings,
    with_order,
)
from tests.orders.test_credit_notes import slip
from tests.orders.test_customers import Index


def why(order, profile=None, **more) -> set[str]:
    return codes(build_document(order, profile or settings(), context(**more)))


@pytest.mark.spec("ORD-08")
def test_order_without_anything_and_discount_without_goods_are_held():
    assert why(bundle([], "0.00")) == {"orders.nothing_on_order"}
    voucher = bundle(
        [],
        "0.00",
        discounts_excl_tax="5.00",
        discounts_incl_tax="6.00",
        shipping_excl_tax="5.00",
        shipping_incl_tax="6.00",
        shipping_tax_rate="20",
        total_excl="0",
    )
    assert why(voucher) == {"orders.discount_without_goods"}


@pytest.mark.spec("ORD-09", "ORD-22")
@pytest.mark.parametrize("inclusive", [False, True])
def test_voucher_beyond_the_basket_is_used_up_to_the_basket(inclusive):
    order = bundle(
        [line("A", "1", "35.00", "42.00")],
        "0.00",
        total_excl="0.00",
        discounts_excl_tax="50.00",
        discounts_incl_tax="60.00",
        shipping_excl_tax="5.00",
        shipping_incl_tax="6.00",
        shipping_tax_rate="20",
    )
    document = make(order, settings({"tax_inclusive": inclusive})).document
    assert document.totals.incl_tax == document.truth == 0
    assert document.lines[-1].unit_price == (D("-48.00") if inclusive else D("-40.00"))


@pytest.mark.spec("ORD-04")
def test_mapped_vat_that_the_folder_lost_holds_the_order():
    order = bundle([line()], "12.00")
    reason = held(build_document(order, settings(), context(vat={"V0": D(0)}))).reasons[0]
    assert (reason.code, reason.page, reason.value) == ("orders.vat_gone", "orders.maps.taxes", "V20")


@pytest.mark.spec("ORD-04")
def test_line_without_tax_and_free_line_without_a_stated_one():
    untaxed = line("A", "1", "10.00", "10.00", None, tax_name="")
    assert make(bundle([untaxed], "10.00")).document.lines[0].vat_id == "V0"
    free = line("B", "1", "0", "0", None, tax_name="")
    document = make(bundle([line("A"), free], "12.00"), settings(maps={"zero_tax": ""})).document
    assert [x.vat_id for x in document.lines] == ["V20", "V20"]


@pytest.mark.spec("ORD-04", "ORD-17")
def test_shipping_rate_that_the_amounts_contradict_is_read_from_the_amounts():
    order = bundle([line()], "18.00", shipping_excl_tax="5.00", shipping_incl_tax="6.00", shipping_tax_rate="0")
    assert make(order).document.shipping_vat_id == "V20"
    free_tax = bundle([line()], "17.00", shipping_excl_tax="5.00", shipping_incl_tax="5.00", shipping_tax_rate="20")
    assert make(free_tax).document.shipping_vat_id == "V0"


@pytest.mark.spec("ORD-04", "ORD-08")
def test_charge_whose_rate_nobody_knows_is_held():
    order = bundle([], "13.70", wrapping_excl_tax="10.00", wrapping_incl_tax="13.70")
    assert why(order) == {"orders.charge_rate_unknown"}


@pytest.mark.spec("ORD-02")
def test_quantity_that_no_document_can_hold_holds_the_order_and_an_emptied_line_is_left_out():
    assert why(bundle([line("A"), line("B", "-1")], "0.00")) == {"orders.quantity_not_positive"}
    emptied = line("B", "0", total_excl="0", total_incl="0")
    assert [x.item for x in make(bundle([line("A"), emptied], "12.00")).document.lines] == ["A"]


@pytest.mark.spec("ORD-07")
def test_folder_in_another_currency_than_the_shop_needs_a_map():
    order = bundle([line()], "12.00")
    result = held(build_document(order, settings(), context(erp_currency="GBP")))
    assert (result.reasons[0].code, result.reasons[0].value) == ("orders.shop_currency_differs", "EUR")
    mapped = settings(maps={"currencies": {"EUR": "EUR"}})
    assert make(order, mapped, erp_currency="GBP").document.currency == "EUR"


@pytest.mark.spec("ORD-07")
def test_conversion_rate_of_zero_holds_the_order():
    maps = {"currencies": {"USD": "Dollar"}, "payments": {"ps_wirepayment|USD": RULE}}
    order = bundle([line()], "12.00", currency="USD", conversion_rate=D(0))
    assert why(order, settings(maps=maps)) == {"orders.conversion_rate_unknown"}
    order = bundle([line()], "12.00", currency="USD", conversion_rate=D("-1.1"))
    assert why(order, settings(maps=maps)) == {"orders.conversion_rate_wrong"}


@pytest.mark.spec("ORD-07", "ORD-33")
def test_slip_of_a_foreign_order_is_converted_at_the_orders_rate():
    maps = {"currencies": {"USD": "Dollar"}, "payments": {"ps_wirepayment|USD": RULE}}
    goods = line("A", "1", "20.00", "24.00", list_price_excl_tax=D("25.00"))
    order = bundle([goods], "24.00", currency="USD", conversion_rate=D(2))
    document = built(
        build_credit_note(slip(order, ("l-A", "1", "20.00", "24.00")), settings(maps=maps), context())
    ).document
    assert (document.totals.excl_tax, document.totals.incl_tax) == (D("10.00"), D("12.00"))
    invoice = make(order, settings(maps=maps)).document
    assert (invoice.lines[0].unit_price, invoice.lines[0].discount_amount) == (D("12.50"), D("2.50"))


@pytest.mark.spec("ORD-18", "ORD-16")
def test_line_discount_in_a_tax_inclusive_document_and_a_surcharge():
    cheaper = line("A", "2", "9.00", "10.80", list_price_excl_tax=D("10.00"), discount_amount_excl_tax=D("1.00"))
    dearer = line("B", "1", "11.00", "13.20", list_price_excl_tax=D("10.00"))
    document = make(bundle([cheaper, dearer], "34.80"), settings({"tax_inclusive": True})).document
    shown = [(x.unit_price, x.discount_amount) for x in document.lines]
    assert shown == [(D("12.00"), D("1.20")), (D("13.20"), D(0))]
    assert document.totals.incl_tax == D("34.80")


@pytest.mark.spec("ORD-08", "ORD-21")
def test_difference_line_needs_its_article_and_a_vat_of_zero():
    order = bundle([line("A", "1", "10.00", "12.00")], "12.01")
    on = {"difference_line": True}
    assert why(order, settings(on), vat={"V20": D(20)}) == {"orders.difference_vat_missing"}
    articles = ARTICLES.model_copy(update={"difference": ""})
    assert why(order, settings(on, articles=articles)) == {"orders.article_missing.difference"}
    assert why(order, settings(on), find_item=item_finder(("A",))) == {"orders.article_unknown"}
    chosen = ARTICLES.model_copy(update={"difference_vat": "V20"})
    assert why(order, settings(on, articles=chosen)) == {"orders.difference_vat_missing"}


@pytest.mark.spec("ORD-08")
def test_settings_are_checked_for_lost_discount_articles_and_the_vat_of_the_difference():
    articles = ARTICLES.model_copy(update={"discounts": {"V55": "LOST"}})
    profile = settings({"difference_line": True}, articles=articles)
    found = check_settings(profile, item_finder(ITEMS), {"V20": D(20)})
    assert {(r.code, r.value) for r in found} == {
        ("orders.difference_vat_missing", ""),
        ("orders.article_unknown", "LOST"),
    }
    assert check_settings(settings(), item_finder(ITEMS), VAT) == ()


@pytest.mark.spec("ORD-21")
@pytest.mark.parametrize("placed", [False, True])
@pytest.mark.parametrize(("explained", "unexplained"), [("0.02", "0"), ("0", "0.02"), ("0.01", "0.01")])
def test_difference_is_told_in_one_sentence_with_its_parts(explained, unexplained, placed):
    found = Difference(amount=D("0.02"), explained=D(explained), unexplained=D(unexplained), placed=placed)
    message = found.message()
    assert message is not None
    french = message.text("fr")
    assert "+0,02" in french
    assert "+0.02" in message.text("en")
    assert ("ligne d’écart" in french) is placed
    assert ("arrondis" in french) is bool(D(explained))
    assert ("non expliqué" in french) is bool(D(unexplained))
    assert Difference().message() is None


@pytest.mark.spec("ORD-21")
def test_unexplained_difference_up_to_the_ceiling_is_placed_and_above_it_held():
    profile = settings({"difference_line": True})
    made = make(bundle([line()], "12.05"), profile)
    assert (made.document.difference, made.difference.unexplained) == (0, D("0.05"))
    assert why(bundle([line()], "12.06"), profile) == {"orders.difference_too_great.unknown"}
    off = make(bundle([line()], "12.05"))
    assert (off.document.difference, off.difference.placed, len(off.document.lines)) == (D("0.05"), False, 1)


@pytest.mark.spec("ORD-33", "ORD-21")
def test_slip_difference_is_bounded_by_its_lines_and_the_rest_held():
    order = bundle([line("A", "1", "8.33", "9.99")], "9.99")
    profile = settings({"difference_line": True})
    made = built(build_credit_note(slip(order, ("l-A", "1", "8.33", "9.99")), profile, context()))
    assert made.document.totals.incl_tax == D("9.99")
    assert (made.difference.amount, made.difference.explained) == (D("-0.01"), D("-0.01"))
    wrong = slip(order, ("l-A", "1", "8.33", "9.99"))
    wrong = replace(wrong, slip=replace(wrong.slip, products_incl_tax=D("9.00")))
    assert codes(build_credit_note(wrong, profile, context())) == {"orders.difference_too_great.unknown"}


@pytest.mark.spec("ORD-33", "ORD-04")
def test_slip_amounts_of_no_known_rate_are_held_and_empty_lines_left_out():
    assert codes(build_credit_note(slip(None, ("x", "1", "10.00", "13.70")), settings(), context())) == {
        "orders.tax_rate_unknown"
    }
    order = bundle([line("A"), line("B")], "30.00", shipping_excl_tax="5.00", shipping_incl_tax="6.00")
    note = slip(order, ("l-A", "1", "10.00", "12.00"), ("l-B", "0", "0", "0"), shipping=("5.00", "6.00"))
    document = built(build_credit_note(note, settings(), context())).document
    assert ([x.item for x in document.lines], document.totals.incl_tax) == (["A"], D("18.00"))


@pytest.mark.spec("ORD-05", "ORD-29")
@pytest.mark.parametrize(
    ("source", "method"), [("module", "ps_wirepayment"), ("label", "Carte bleue"), ("payment", "Virement")]
)
def test_payment_information_that_names_the_method_is_chosen(source, method):
    order = bundle([line()], "12.00", payment_label="Carte bleue")
    maps = {"payments": {f"{method}|EUR": RULE}}
    assert make(order, settings(maps=maps, reading={"method_source": source})).document.payment_means == "CB"
    other = settings(maps={"payments": {"autre|EUR": RULE}}, reading={"method_source": source})
    assert held(build_document(order, other, context())).reasons[0].value == f"{method}|EUR"


@pytest.mark.spec("ORD-22")
def test_settlement_date_is_today_or_the_invoices():
    order = bundle([line()], "12.00", invoiced_at=datetime(2026, 11, 23, 9, tzinfo=UTC))
    dates = []
    for source in ("today", "invoice", "order"):
        wanted = SettlementSettings(create=True, date=source)
        dates.append(make(order, settings(settlements=wanted)).document.settlements[0].date)
    assert dates == [date(2026, 11, 25), date(2026, 11, 23), date(2026, 11, 20)]


@pytest.mark.spec("ORD-22")
@pytest.mark.pitfall("PB-22")
def test_payment_beyond_all_orders_of_a_reference_goes_to_the_last_one():
    siblings = [Sibling(order_id="775", total_incl_tax=D("30.00"))]
    order = bundle(
        [line("A", "1", "16.67", "20.00")], "20.00", remote_id="776", payments=[payment("55.00")], siblings=siblings
    )
    assert order.siblings_total == D("30.00")
    profile = settings(settlements=SettlementSettings(create=True, from_payments=True))
    assert [s.amount for s in make(order, profile).document.settlements] == [D("25.00")]


@pytest.mark.spec("CLI-25")
def test_what_is_too_long_is_cut_with_a_warning_and_an_email_is_left_out():
    findings = Findings("187")
    source = address(city="Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson", address1="mot " * 60)
    made = postal(source, Customer(remote_id="1", email="x" * 95 + "@example.org"), CustomerSettings(), findings)
    assert len(made.city) <= 35
    assert made.email == ""
    assert sorted(w.code for w in findings.warnings) == [
        "orders.address_cut",
        "orders.address_cut",
        "orders.email_too_long",
    ]


@pytest.mark.spec("CLI-20", "CLI-21")
def test_customer_that_is_neither_found_nor_to_be_created_holds_the_order_and_a_long_vat_number_is_told():
    order = bundle([line()], "12.00", invoicing=Address(remote_id="7", last_name="X", vat_number="FR" + "1" * 20))
    result = resolve_customer(order, CustomerSettings(mode="none"), settings(), Index())
    assert isinstance(result, Held)
    assert result.reasons[0].code == "orders.customer_not_found"
    made = resolve_customer(order, CustomerSettings(), settings(), Index())
    assert isinstance(made, CustomerChoice)
    assert made.new is not None
    assert (made.new.vat_number, [w.code for w in made.warnings]) == ("", ["orders.vat_number_too_long"])


def test_warnings_of_the_customer_are_told_with_the_document():
    choice = CustomerChoice(code="C", warnings=(Message("orders.email_too_long", {"order": "187", "value": "x"}),))
    made = make(with_order(bundle([line()], "12.00"), note=""), customer=choice)
    assert [(w.code, w.params["value"]) for w in made.warnings] == [("orders.email_too_long", "x")]
