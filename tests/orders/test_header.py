"""Header, maps, carriers, currencies, numbers, settlements (ORD-02 to ORD-07, ORD-13, ORD-22, ORD-24)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from atoosync_lab.model.documents import DocumentKind, DocumentRules
from atoosync_lab.model.sales import OrderDiscount
from atoosync_lab.orders.build import build_document
from atoosync_lab.orders.checks import check_settings
from atoosync_lab.orders.context import item_finder
from atoosync_lab.orders.reasons import Built, Held
from atoosync_lab.settings.orders import CountryRule, PaymentRule, SettlementSettings, StatusRule
from tests.orders.builders import RULE, VAT, D, address, bundle, codes, context, held, line, make, payment, settings

LATE = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


@pytest.mark.spec("ORD-02")
def test_header_has_local_date_reference_series_and_warehouse():
    order = bundle([line()], "12.00", created_at=LATE, invoiced_at=datetime(2026, 11, 24, 9, tzinfo=UTC))
    header = {"series": "W", "warehouse": "Principal"}
    document = make(order, settings(header=header)).document
    assert (document.date, document.series, document.warehouse) == (date(2026, 11, 21), "W", "Principal")
    assert document.reference == "Web 187 - John DOE"
    assert make(order, settings(header={"date": "invoice"})).document.date == date(2026, 11, 24)
    assert make(order, settings(header={"date": "today"})).document.date == date(2026, 11, 25)


@pytest.mark.spec("ORD-02")
def test_order_without_invoice_takes_its_own_date_and_warns():
    made = make(bundle([line()], "12.00"), settings(header={"date": "invoice"}))
    assert made.document.date == date(2026, 11, 20)
    assert [w.code for w in made.warnings] == ["orders.invoice_date_missing"]


COUNTRIES = {
    "countries": {
        "FR": {"with_tax": "FRANCE", "without_tax": "FRANCE"},
        "DE": {"with_tax": "FRANCE", "without_tax": "INTRA"},
        "GB": {"with_tax": "EXPORT"},
        "XI": {"with_tax": "FRANCE-XI"},
    },
    "default_country": {"with_tax": "DEFAUT", "without_tax": "EXPORT"},
}


@pytest.mark.spec("ORD-03")
@pytest.mark.pitfall("PB-17")
@pytest.mark.pitfall("PB-18")
def test_territoriality_follows_delivery_country_and_tax():
    def of(country: str, postcode: str = "10115", taxed: bool = True) -> str:
        goods = line("A") if taxed else line("A", "1", "206.00", "206.00", "0")
        order = bundle([goods], "12.00" if taxed else "206.00", delivery=address(country=country, postcode=postcode))
        return make(order, settings(maps=COUNTRIES)).document.territoriality

    assert of("DE") == "FRANCE"
    assert of("DE", taxed=False) == "INTRA"
    assert of("MC", "98000") == "FRANCE"
    assert of("GB", "SW1A 1AA") == "EXPORT"
    assert of("GB", "BT1 5GS") == "FRANCE-XI"
    assert of("US") == "DEFAUT"
    assert of("US", taxed=False) == "EXPORT"


@pytest.mark.spec("ORD-03", "ORD-04")
@pytest.mark.pitfall("PB-17")
def test_untaxed_order_stays_untaxed_whatever_the_default_tax():
    order = bundle(
        [line("A", "1", "206.00", "206.00", "0")],
        "211.00",
        shipping_excl_tax="5.00",
        shipping_incl_tax="5.00",
        shipping_tax_rate="0",
    )
    document = make(order, settings(maps={"default_tax": "V20"})).document
    assert (document.totals.incl_tax, document.totals.vat) == (D("211.00"), D(0))
    result = build_document(order, settings(maps={"zero_tax": "", "default_tax": "V20"}), context())
    assert codes(result) == {"orders.zero_tax_unmapped"}


@pytest.mark.spec("ORD-03")
@pytest.mark.pitfall("PB-18")
def test_overseas_postcode_warns_and_keeps_the_orders_rate():
    order = bundle(
        [line("A", "1", "100.00", "108.50", "8.5", tax_name="TVA 8.5%")], "108.50", delivery=address(postcode="97400")
    )
    made = make(order, settings(maps={"taxes": {"TVA 8.5%|8.5": "V85"}}), vat={**VAT, "V85": D("8.5")})
    assert made.document.totals.incl_tax == D("108.50")
    assert [w.code for w in made.warnings] == ["orders.overseas_postcode"]


@pytest.mark.spec("ORD-06")
def test_carrier_is_found_by_name_or_id_else_default():
    order = bundle([line()], "12.00", carrier_id="14")
    names = {"carrier_names": {"14": "My carrier"}}
    by_name = {"carriers": {"My carrier": "POSTE"}, "default_carrier": "AUTRE"}
    assert make(order, settings(maps=by_name), **names).document.shipping_mode == "POSTE"
    assert make(order, settings(maps={**by_name, "carriers_by": "id"}), **names).document.shipping_mode == "AUTRE"
    by_id = {"carriers": {"14": "CHRONO"}, "carriers_by": "id"}
    assert make(order, settings(maps=by_id)).document.shipping_mode == "CHRONO"


@pytest.mark.spec("ORD-07", "ORD-22")
@pytest.mark.pitfall("PB-10")
def test_mapped_foreign_order_is_converted_at_its_own_rate_with_its_payment():
    order = bundle(
        [line("A", "1", "104.166667", "125.000000")],
        "125.00",
        total_excl="104.17",
        currency="USD",
        conversion_rate=D("1.25"),
        payments=[payment("125.00", currency="USD")],
    )
    maps = {"currencies": {"USD": "Dollar"}, "payments": {"ps_wirepayment|USD": RULE}}
    document = make(
        order, settings(maps=maps, settlements=SettlementSettings(create=True, from_payments=True))
    ).document
    assert document.truth == document.totals.incl_tax == D("100.00")
    assert [s.amount for s in document.settlements] == [D("100.00")]
    assert document.currency == ""


@pytest.mark.spec("ORD-05")
def test_payment_rule_of_method_and_currency_else_default_else_held():
    order = bundle([line()], "12.00", payment_module="stripe_official")
    maps = {"default_payment": PaymentRule(payment_terms="30J", payment_means="VIR")}
    document = make(order, settings(maps=maps)).document
    assert (document.payment_terms, document.payment_means) == ("30J", "VIR")
    reason = held(build_document(order, settings(), context(payment_methods={"stripe_official": "Carte"}))).reasons[0]
    assert (reason.page, reason.value) == ("orders.maps.payments", "stripe_official|EUR")
    assert "Carte" in reason.message.text("fr")


@pytest.mark.spec("ORD-13")
def test_shop_number_is_the_invoices_for_invoices_and_left_out_when_too_long():
    order = bundle([line()], "12.00", invoice_number="FA000187")
    numbered = {"use_shop_number": True}
    assert make(order, settings(numbered)).document.number == "XKBKNABJK"
    invoice = settings(numbered, statuses={"2": StatusRule(kind=DocumentKind.INVOICE)})
    assert make(order, invoice).document.number == "FA000187"
    assert make(order, settings()).document.number == ""
    long = make(bundle([line()], "12.00", reference="R" * 31), settings(numbered))
    assert (long.document.number, [w.code for w in long.warnings]) == ("", ["orders.number_too_long"])


@pytest.mark.spec("ORD-24", "ORD-01")
def test_status_rule_decides_kind_state_and_status_set_afterwards():
    rule = StatusRule(kind=DocumentKind.INVOICE, state="Accepté", set_status="3")
    document = make(bundle([line()], "12.00"), settings(statuses={"2": rule})).document
    assert (document.kind, document.state, document.shop_status) == (DocumentKind.INVOICE, "Accepté", "3")
    assert codes(build_document(bundle([line()], "12.00", status_id="6"), settings(), context())) == {
        "orders.status_not_selected"
    }


@pytest.mark.spec("ORD-22")
@pytest.mark.parametrize(
    ("total", "paid", "amount"),
    [
        # What the shop has not received is never settled as the order's total (PB-25).
        ("order", "7.00", "7.00"),
        ("order", "15.00", "12.00"),
        ("paid", "7.00", "7.00"),
        ("paid", "15.00", "15.00"),
        ("document", "7.00", "12.00"),
    ],
)
def test_settlement_uses_the_chosen_total_label_date_and_means(total, paid, amount):
    order = bundle([line()], "12.00", total_paid_real=paid, payments=[payment(paid, paid_at=LATE)])
    made = make(order, settings(settlements=SettlementSettings(create=True, total=total))).document.settlements
    assert [(s.key, s.amount, s.date, s.payment_means, s.treasury, s.reference) for s in made] == [
        ("total", D(amount), date(2026, 11, 21), "CB", "BNP", "John DOE - 187")
    ]


@pytest.mark.spec("ORD-22")
def test_order_without_any_payment_is_settled_by_its_total():
    order = bundle([line()], "12.00", payments=[], total_paid_real="0.00")
    made = make(order, settings(settlements=SettlementSettings(create=True))).document.settlements
    assert [s.amount for s in made] == [D("12.00")]


@pytest.mark.spec("ORD-22", "ORD-05")
def test_settlement_needs_both_switches():
    order = bundle([line()], "12.00")
    off = {"payments": {"ps_wirepayment|EUR": RULE.model_copy(update={"create_settlement": False})}}
    assert make(order, settings(maps=off, settlements=SettlementSettings(create=True))).document.settlements == ()
    assert make(order, settings(settlements=SettlementSettings(create=False))).document.settlements == ()


@pytest.mark.spec("ORD-22")
def test_each_payment_becomes_a_settlement_and_the_difference_another():
    order = bundle(
        [line("A", "4", "15.59", "16.45", "5.5", total_excl="62.36", total_incl="65.80")],
        "65.80",
        rounding="item",
        payments=[payment("60.00", "31"), payment("5.80", "32")],
    )
    wanted = SettlementSettings(create=True, from_payments=True, differences=True)
    made = make(order, settings(settlements=wanted))
    assert made.document.difference == D("0.01")
    assert [(s.key, s.amount) for s in made.document.settlements] == [
        ("31", D("60.00")),
        ("32", D("5.80")),
        ("difference", D("-0.01")),
    ]


@pytest.mark.spec("ORD-08")
def test_missing_special_article_holds_only_orders_that_need_it_and_is_listed_beforehand():
    bare = settings(articles={})
    make(bundle([line()], "12.00"), bare)
    wrapped = bundle([line()], "14.40", wrapping_excl_tax="2.00", wrapping_incl_tax="2.40")
    reason = held(build_document(wrapped, bare, context())).reasons[0]
    assert (reason.code, reason.page) == ("orders.article_missing.gift_wrap", "orders.articles")
    listed = {r.field for r in check_settings(bare, item_finder(()), VAT)}
    assert listed == {"article_misc", "article_gift_wrap", "article_shipping", "article_discount"}
    gone = check_settings(settings({"difference_line": True}), item_finder(("ZDIV", "ZEMBAL", "ZPORT", "ZREM")), VAT)
    assert [(r.code, r.value) for r in gone] == [("orders.article_unknown", "ZECART")]


@pytest.mark.spec("ORD-08", "ORD-09")
def test_free_shipping_is_taken_on_the_shipping_and_the_rest_on_the_goods():
    voucher = OrderDiscount(
        remote_id="1", order_id="187", amount_excl_tax=D("5.00"), amount_incl_tax=D("6.00"), free_shipping=True
    )
    rest = OrderDiscount(remote_id="2", order_id="187", amount_excl_tax=D("2.00"), amount_incl_tax=D("2.40"))
    order = bundle(
        [line("A", "1", "20.00", "24.00")],
        "21.60",
        discounts=[voucher, rest],
        discounts_excl_tax="7.00",
        discounts_incl_tax="8.40",
        shipping_excl_tax="5.00",
        shipping_incl_tax="6.00",
        shipping_tax_rate="20",
    )
    document = make(order).document
    assert document.shipping_amount == 0
    assert [x.unit_price for x in document.lines] == [D("20.00"), D("-2.00")]
    assert document.totals.incl_tax == D("21.60")


@pytest.mark.spec("ORD-08")
def test_discount_article_of_a_vat_wins_over_the_default():
    articles = {"discount": "ZREM", "discounts": {"V55": "ZREM55"}}
    lines = [line("A", "1", "50.00", "60.00"), line("B", "1", "20.00", "21.10", "5.5")]
    order = bundle(lines, "71.10", discounts_excl_tax="8.63", discounts_incl_tax="10.00")
    document = make(order, settings(articles=articles)).document
    assert [x.item for x in document.lines] == ["A", "B", "ZREM", "ZREM55"]


@pytest.mark.spec("ORD-18")
def test_line_discount_is_a_percentage_where_it_gives_the_charged_price_else_an_amount():
    exact = line("A", "1", "9.00", "10.80", list_price_excl_tax=D("10.00"), discount_percent=D(10))
    document = make(bundle([exact], "10.80")).document
    assert (document.lines[0].unit_price, document.lines[0].discount_percent) == (D("10.00"), D(10))
    cut = line("A", "50", "1.61", "1.932", list_price_excl_tax=D("1.79"), discount_percent=D(10))
    document = make(bundle([cut], "96.60")).document
    shown = document.lines[0]
    assert (shown.unit_price, shown.discount_percent, shown.discount_amount) == (D("1.79"), D(0), D("0.18"))
    assert document.totals.incl_tax == D("96.60")
    assert make(bundle([exact], "10.80"), settings({"net_prices": True})).document.lines[0].unit_price == D("9.00")


@pytest.mark.spec("ORD-04")
def test_line_without_a_stated_rate_takes_the_rate_its_prices_show_but_not_with_ecotax():
    order = bundle([line("A", rate=None), line("B")], "24.00")
    assert [x.vat_id for x in make(order).document.lines] == ["V20", "V20"]
    taxed = bundle([line("A", rate=None, ecotax=D("1.00")), line("B")], "24.00")
    assert codes(build_document(taxed, settings(), context())) == {"orders.tax_rate_unknown"}


@pytest.mark.spec("ORD-04", "ORD-17")
def test_shipping_of_average_vat_is_split_by_the_goods():
    lines = [line("A", "1", "50.00", "60.00"), line("B", "1", "50.00", "52.75", "5.5")]
    order = bundle(lines, "124.03", total_excl="110.00", shipping_excl_tax="10.00", shipping_incl_tax="11.28")
    document = make(order).document
    assert [(x.item, x.vat_id, x.unit_price) for x in document.lines[2:]] == [
        ("ZPORT", "V20", D("5.00")),
        ("ZPORT", "V55", D("5.00")),
    ]
    assert document.totals.incl_tax == D("124.03")


@pytest.mark.spec("ORD-07", "ORD-08")
def test_every_reason_of_an_order_is_told_once():
    lines = [line("A", tax_name="X"), line("B", tax_name="X"), line("NEW")]
    order = bundle(
        lines, "40.00", currency="USD", payment_module="x", wrapping_excl_tax="1.00", wrapping_incl_tax="1.20"
    )
    result = held(build_document(order, settings(articles={}), context()))
    assert sorted(r.code for r in result.reasons) == [
        "orders.article_missing.gift_wrap",
        "orders.currency_unmapped",
        "orders.item_unknown",
        "orders.payment_unmapped",
        "orders.tax_unmapped",
    ]
    for reason in result.reasons:
        for language in ("fr", "en"):
            text = reason.message.text(language)
            assert text != reason.code
            assert "{" not in text


@pytest.mark.spec("ORD-04", "ORD-21")
def test_more_vat_rates_than_the_erp_holds_are_held():
    lines = [line("A"), line("B", "1", "20.00", "21.10", "5.5")]
    assert codes(build_document(bundle(lines, "33.10"), settings(), context(rules=DocumentRules(max_vat_rates=1)))) == {
        "orders.too_many_vat_rates"
    }


@pytest.mark.spec("ORD-04", "ORD-21")
def test_tax_related_to_another_rate_holds_the_order_and_names_the_page():
    order = bundle([line("A", "1", "100.00", "121.00", "21", tax_name="TVA BE 21%")], "121.00")
    reason = held(build_document(order, settings(maps={"taxes": {"TVA BE 21%|21": "V20"}}), context())).reasons[0]
    assert (reason.code, reason.page) == ("orders.difference_too_great.vat_rate", "orders.maps.taxes")


@pytest.mark.spec("ORD-12")
def test_folder_without_case_finds_the_article_unless_two_differ_by_case():
    find = item_finder(("ABC", "abd", "ABD"), case_insensitive=True)
    assert (find(("abc ",)), find(("abd",)), find(("Abd",)), find(("",))) == ("ABC", "abd", None, None)
    assert item_finder(("ABC",))(("abc",)) is None
    assert item_finder(("ABC",))((" ABC ",)) == "ABC"


@pytest.mark.spec("ORD-02", "ORD-04")
@pytest.mark.pitfall("PB-11")
def test_ecotax_inside_the_price_is_not_added_again():
    goods = line("A", "3", "51.000000", "61.200000", ecotax=D("1.00"))
    document = make(bundle([goods], "183.600000")).document
    totals = document.totals
    assert (totals.excl_tax, totals.vat, totals.incl_tax) == (D("153.00"), D("30.60"), D("183.60"))


@pytest.mark.spec("ORD-07", "ORD-21")
def test_foreign_order_of_a_shop_that_rounds_units_keeps_the_rounded_unit():
    goods = line("A", "100", "1.611000", "1.933200", total_excl="161.00", total_incl="193.00")
    order = bundle([goods], "193.00", total_excl="161.00", currency="USD", conversion_rate=D("2"), rounding="item")
    maps = {"currencies": {"USD": "Dollar"}, "payments": {"ps_wirepayment|USD": RULE}}
    made = make(order, settings({"difference_line": True}, maps=maps, header={"price_precision": 4}))
    assert made.document.lines[0].unit_price == D("0.8050")
    assert made.document.truth == made.document.totals.incl_tax == D("96.50")
    assert (made.difference.explained, made.difference.unexplained) == (D("-0.10"), D(0))


@pytest.mark.spec("ORD-04")
def test_line_of_several_taxes_needs_a_row_for_the_pair_as_the_shop_names_it():
    goods = line("A", "1", "10.00", "12.55", "25.5", tax_name="TVA + Eco", tax_ids=("1", "2"))
    order = bundle([goods], "12.55")
    assert codes(build_document(order, settings(), context())) == {"orders.tax_unmapped"}
    maps = {"taxes": {"TVA + Eco|25.5": "V255"}}
    assert make(order, settings(maps=maps), vat={**VAT, "V255": D("25.5")}).document.totals.incl_tax == D("12.55")


@pytest.mark.spec("ORD-03", "ORD-06")
def test_order_is_held_when_country_or_carrier_is_not_mapped_and_has_no_default() -> None:
    bare = settings(maps={"default_country": CountryRule(), "default_carrier": ""})
    result = build_document(bundle([line()], "12.00"), bare, context())
    assert isinstance(result, Held)
    assert {(r.code, r.page) for r in result.reasons} >= {("orders.country_unmapped", "orders.maps.countries")}
    with_carrier = build_document(bundle([line()], "12.00", carrier_id="7"), bare, context())
    assert isinstance(with_carrier, Held)
    assert "orders.carrier_unmapped" in {r.code for r in with_carrier.reasons}


@pytest.mark.spec("ORD-03")
def test_erp_without_territories_asks_for_none() -> None:
    bare = settings(maps={"countries": {}, "default_country": CountryRule()})
    made = build_document(bundle([line()], "12.00"), bare, context(territories=False))
    assert isinstance(made, Built)
    assert made.document.territoriality == ""
