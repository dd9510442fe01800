"""Real complaints, with the exact amounts of the reports."""

from __future__ import annotations

from decimal import Decimal

import pytest

from atoosync_lab.model.documents import LineRole
from atoosync_lab.orders.build import build_document
from atoosync_lab.orders.bundle import Sibling
from atoosync_lab.settings.orders import SettlementSettings
from tests.orders.builders import D, built, bundle, codes, context, held, line, make, payment, settings

PAID = SettlementSettings(create=True)


def roles(document, role: LineRole) -> list[tuple[str, Decimal]]:
    return [(x.vat_id, x.unit_price) for x in document.lines if x.role is role]


def sums(document) -> tuple[Decimal, Decimal, Decimal]:
    return document.totals.excl_tax, document.totals.vat, document.totals.incl_tax


def vat_of(document) -> dict[Decimal, tuple[Decimal, Decimal]]:
    return {t.rate: (t.excl_tax, t.vat) for t in document.totals.by_rate}


@pytest.mark.spec("ORD-16", "ORD-21", "ORD-22", "ORD-08")
@pytest.mark.pitfall("PB-01")
@pytest.mark.parametrize("inclusive", [False, True])
def test_vat_rounded_on_one_unit_is_made_good_by_a_difference_line_in_net_documents_only(inclusive):
    order = bundle(
        [line("A", "4", "15.590000", "16.450000", "5.5", total_excl="62.36", total_incl="65.80")],
        "65.80",
        total_excl="62.36",
        rounding="item",
    )
    made = make(order, settings({"difference_line": True, "tax_inclusive": inclusive}, settlements=PAID))
    document = made.document
    assert document.totals.incl_tax == D("65.80")
    assert document.difference == 0
    assert [s.amount for s in document.settlements] == [D("65.80")]
    if inclusive:
        assert roles(document, LineRole.DIFFERENCE) == []
        assert vat_of(document) == {D("5.5"): (D("62.37"), D("3.43"))}
    else:
        assert roles(document, LineRole.DIFFERENCE) == [("V0", D("0.01"))]
        assert vat_of(document)[D("5.5")] == (D("62.36"), D("3.43"))
        assert (made.difference.explained, made.difference.unexplained) == (D("0.01"), D(0))


@pytest.mark.spec("ORD-04", "ORD-21")
@pytest.mark.pitfall("PB-02")
def test_line_taxes_that_do_not_add_up_give_no_difference_line():
    order = bundle(
        [line("A", "1", "35.730000", "42.880000")],
        "46.63",
        total_excl="38.86",
        shipping_excl_tax="3.13",
        shipping_incl_tax="3.76",
        shipping_tax_rate="20.000",
        rounding="total",
    )
    document = make(order, settings({"difference_line": True})).document
    assert sums(document) == (
        D("38.86"),
        D("7.77"),
        D("46.63"),
    )
    assert roles(document, LineRole.DIFFERENCE) == []


def two_rates(**more):
    lines = [line("A", "1", "50.000000", "60.000000"), line("B", "1", "20.000000", "21.100000", "5.5")]
    return bundle(lines, "71.10", total_excl="61.37", discounts_excl_tax="8.63", discounts_incl_tax="10.00", **more)


@pytest.mark.spec("ORD-08", "ORD-09")
@pytest.mark.pitfall("PB-03")
def test_voucher_over_two_rates_is_spread_by_net_base():
    document = make(two_rates(), settings({"difference_line": True})).document
    assert roles(document, LineRole.DISCOUNT) == [("V20", D("-6.16")), ("V55", D("-2.47"))]
    assert vat_of(document) == {D("5.5"): (D("17.53"), D("0.96")), D(20): (D("43.84"), D("8.77"))}
    assert document.totals.incl_tax == D("71.10")
    assert roles(document, LineRole.DIFFERENCE) == []


@pytest.mark.spec("ORD-09", "ORD-16")
@pytest.mark.pitfall("PB-03")
def test_voucher_over_two_rates_in_a_tax_inclusive_document_gives_the_shops_net_discount():
    document = make(two_rates(), settings({"tax_inclusive": True})).document
    assert sum(p for _, p in roles(document, LineRole.DISCOUNT)) == D("-10.00")
    assert (document.totals.incl_tax, document.totals.excl_tax) == (D("71.10"), D("61.37"))


@pytest.mark.spec("ORD-09", "ORD-22")
@pytest.mark.pitfall("PB-04")
def test_discount_is_taken_before_tax_and_the_payment_is_what_was_captured():
    order = bundle(
        [line("A", "1", "100.00", "120.00")], "96.00", discounts_excl_tax="20.00", discounts_incl_tax="24.00"
    )
    document = make(order, settings(settlements=PAID)).document
    assert sums(document) == (D(80), D(16), D(96))
    assert [s.amount for s in document.settlements] == [D(96)]


@pytest.mark.spec("ORD-17", "ORD-16", "ORD-08")
@pytest.mark.pitfall("PB-05")
@pytest.mark.parametrize("inclusive", [False, True])
@pytest.mark.parametrize("as_line", [False, True])
def test_shipping_is_net_in_footer_and_line_whatever_the_basis(inclusive, as_line):
    order = bundle(
        [line("A", "1", "20.000000", "24.000000")],
        "30.90",
        total_excl="25.75",
        shipping_excl_tax="5.750000",
        shipping_incl_tax="6.900000",
        shipping_tax_rate="20.000",
    )
    document = make(order, settings({"tax_inclusive": inclusive, "shipping_as_line": as_line})).document
    assert sums(document) == (
        D("25.75"),
        D("5.15"),
        D("30.90"),
    )
    amount = D("6.90") if inclusive else D("5.75")
    if as_line:
        assert document.shipping_amount == 0
        assert roles(document, LineRole.SHIPPING) == [("V20", amount)]
    else:
        assert (document.shipping_amount, document.shipping_vat_id, document.shipping_vat_rate) == (
            amount,
            "V20",
            D(20),
        )
        assert roles(document, LineRole.SHIPPING) == []


@pytest.mark.spec("ORD-08", "ORD-04")
@pytest.mark.pitfall("PB-06")
def test_gift_wrap_is_a_line_when_charged_and_absent_when_not():
    goods = [line("A", "1", "41.670000", "50.000000")]
    wrapped = bundle(goods, "52.40", total_excl="43.67", wrapping_excl_tax="2.000000", wrapping_incl_tax="2.400000")
    document = make(wrapped).document
    assert roles(document, LineRole.GIFT_WRAP) == [("V20", D("2.00"))]
    assert sums(document) == (
        D("43.67"),
        D("8.73"),
        D("52.40"),
    )
    plain = make(bundle(goods, "50.00", total_excl="41.67")).document
    assert roles(plain, LineRole.GIFT_WRAP) == []
    assert sums(plain) == (D("41.67"), D("8.33"), D("50.00"))


@pytest.mark.spec("ORD-18")
@pytest.mark.pitfall("PB-07")
@pytest.mark.parametrize("net_prices", [False, True])
def test_fully_discounted_line_stays_with_its_quantity_at_zero(net_prices):
    free = line("B", "1", "0.000000", "0.000000", list_price_excl_tax=D("10.00"), discount_percent=D(100))
    document = make(
        bundle([line("A", "1", "25.00", "30.00"), free], "30.00"), settings({"net_prices": net_prices})
    ).document
    kept = document.lines[1]
    assert (kept.item, kept.quantity) == ("B", D(1))
    assert (kept.unit_price, kept.discount_percent) == ((D("0.00"), D(0)) if net_prices else (D("10.00"), D(100)))
    assert sums(document) == (D(25), D(5), D(30))


@pytest.mark.spec("ORD-05", "ORD-22", "ORD-09")
@pytest.mark.pitfall("PB-07")
def test_order_of_zero_has_no_settlement_no_payment_question_and_no_difference_line():
    order = bundle(
        [line("A", "1", "35.000000", "42.000000")],
        "0.00",
        total_excl="0.00",
        payment_module="free_order",
        discounts_excl_tax="35.00",
        discounts_incl_tax="42.00",
    )
    document = make(order, settings({"difference_line": True}, settlements=PAID)).document
    assert document.totals.incl_tax == 0
    assert document.settlements == ()
    assert roles(document, LineRole.DIFFERENCE) == []
    assert document.lines[0].quantity == 1


@pytest.mark.spec("ORD-04")
@pytest.mark.pitfall("PB-14")
def test_tax_is_found_by_name_and_rate_and_an_unmapped_pair_takes_the_default_or_holds_the_order():
    maps = {"taxes": {"TVA|20": "V20", "TVA|5.5": "V55", "TVA FR|20": "V20B"}}
    vat = {"V20": D(20), "V20B": D(20), "V55": D("5.5"), "V0": D(0)}
    lines = [
        line("A", tax_name="TVA"),
        line("B", "1", "10.00", "10.55", "5.5", tax_name="TVA"),
        line("C", tax_name="TVA FR"),
    ]
    document = make(bundle(lines, "34.55"), settings(maps=maps), vat=vat).document
    assert [x.vat_id for x in document.lines] == ["V20", "V55", "V20B"]
    other = bundle([line("A", tax_name="TVA DE")], "12.00")
    reason = held(build_document(other, settings(maps=maps), context(vat=vat))).reasons[0]
    assert (reason.code, reason.page, reason.value) == ("orders.tax_unmapped", "orders.maps.taxes", "TVA DE|20")
    with_default = settings(maps={**maps, "default_tax": "V20B"})
    assert make(other, with_default, vat=vat).document.lines[0].vat_id == "V20B"


@pytest.mark.spec("ORD-13", "ORD-22")
@pytest.mark.pitfall("PB-22")
@pytest.mark.parametrize("from_payments", [False, True])
def test_orders_that_share_reference_and_payment_settle_their_own_part(from_payments):
    profile = settings(
        {"use_shop_number": True},
        settlements=SettlementSettings(create=True, total="paid", from_payments=from_payments),
    )
    paid = [payment("50.00")]
    first = bundle(
        [line("A", "1", "25.00", "30.00")],
        "30.00",
        remote_id="775",
        payments=paid,
        siblings=[Sibling(order_id="776", total_incl_tax=D("20.00"))],
    )
    second = bundle(
        [line("A", "1", "16.67", "20.00")],
        "20.00",
        remote_id="776",
        payments=paid,
        siblings=[Sibling(order_id="775", total_incl_tax=D("30.00"))],
    )
    one, two = make(first, profile).document, make(second, profile).document
    assert [s.amount for s in one.settlements] == [D("30.00")]
    assert [s.amount for s in two.settlements] == [D("20.00")]
    assert (one.number, two.number) == ("XKBKNABJK", "XKBKNABJK-776")


@pytest.mark.spec("ORD-12", "ORD-08")
@pytest.mark.pitfall("PB-26")
def test_line_of_a_deleted_product_becomes_a_misc_line_or_holds_the_whole_order():
    order = bundle([line("A"), line("OLD-1", product_id=None, label="Ancien modèle")], "24.00")
    document = make(order, settings({"misc_for_unknown": True})).document
    assert [(x.role, x.item, x.label) for x in document.lines] == [
        (LineRole.PRODUCT, "A", "Article A"),
        (LineRole.MISC, "ZDIV", "Ancien modèle"),
    ]
    reason = held(build_document(order, settings(), context())).reasons[0]
    assert (reason.code, reason.value) == ("orders.item_unknown", "OLD-1")
    assert "187" in reason.message.text()
    assert "OLD-1" in reason.message.text()


@pytest.mark.spec("ORD-12")
@pytest.mark.pitfall("PB-57")
def test_unknown_sku_keeps_its_vat():
    order = bundle(
        [line("A", "1", "67.230000", "80.680000"), line("NEW-9", "1", "20.000000", "24.000000")],
        "104.68",
        total_excl="87.23",
    )
    document = make(order, settings({"misc_for_unknown": True})).document
    assert document.totals.incl_tax == D("104.68")
    assert (document.lines[1].vat_id, document.lines[1].unit_price) == ("V20", D("20.00"))


@pytest.mark.spec("ORD-08", "ORD-09", "ORD-21")
@pytest.mark.pitfall("PB-56")
def test_cart_rule_is_on_the_document():
    order = bundle(
        [line("A", "1", "173.041667", "207.650000")],
        "202.65",
        total_excl="168.87",
        discounts_excl_tax="4.17",
        discounts_incl_tax="5.00",
    )
    made = make(order, settings({"difference_line": True}))
    assert made.document.totals.incl_tax == D("202.65")
    assert roles(made.document, LineRole.DISCOUNT) == [("V20", D("-4.17"))]
    assert abs(made.difference.amount) <= D("0.01")


@pytest.mark.spec("ORD-17", "ORD-21")
@pytest.mark.pitfall("PB-56")
def test_shipping_is_on_the_document_and_what_is_missing_holds_the_order():
    goods = [line("A", "1", "20.000000", "24.000000")]
    order = bundle(
        goods, "32.40", total_excl="27.00", shipping_excl_tax="7.00", shipping_incl_tax="8.40", shipping_tax_rate="20"
    )
    assert make(order).document.totals.incl_tax == D("32.40")
    unexplained = bundle(goods, "27.60", total_excl="23.00")
    result = build_document(unexplained, settings({"difference_line": True}), context())
    assert codes(result) == {"orders.difference_too_great.unknown"}
    assert "+3,60" in held(result).reasons[0].message.text()


@pytest.mark.spec("ORD-07")
@pytest.mark.pitfall("PB-58")
def test_one_order_in_an_unmapped_currency_is_held_and_the_others_are_built():
    good = bundle([line()], "12.00")
    bad = bundle([line()], "12.00", currency="USD", payment_module="ps_wirepayment")
    results = [build_document(order, settings(), context()) for order in (good, bad, good)]
    built(results[0])
    built(results[2])
    reason = held(results[1]).reasons[0]
    assert (reason.code, reason.page, reason.value) == ("orders.currency_unmapped", "orders.maps.currencies", "USD")


@pytest.mark.spec("ORD-02", "ORD-21")
@pytest.mark.pitfall("PB-12")
def test_price_precision_of_two_decimals_holds_a_large_quantity_and_says_so():
    order = bundle(
        [line("A", "2334", "0.120000", "0.144000", total_excl="280.08", total_incl="336.10")],
        "336.10",
        total_excl="280.08",
    )
    options = {"tax_inclusive": True, "difference_line": True}
    result = build_document(order, settings(options), context())
    reason = held(result).reasons[0]
    assert (reason.code, reason.page) == ("orders.difference_too_great.precision", "orders.header")
    assert reason.message.params["unexplained"] == "+9.34"
    fine = make(order, settings(options, header={"price_precision": 3})).document
    assert sums(fine) == (D("280.08"), D("56.02"), D("336.10"))


@pytest.mark.spec("ORD-21", "ORD-16")
@pytest.mark.pitfall("PB-13")
def test_shop_that_rounds_units_is_explained_up_to_half_a_cent_a_unit():
    order = bundle(
        [line("A", "50", "1.611000", "1.930000", total_excl="80.50", total_incl="96.50")],
        "96.50",
        total_excl="80.50",
        rounding="item",
    )
    made = make(order, settings({"difference_line": True}, header={"price_precision": 3}))
    assert made.difference.amount == made.difference.explained == D("-0.10")
    assert made.document.totals.incl_tax == D("96.50")
    assert make(order, settings({"tax_inclusive": True})).document.totals.vat == D("16.08")
