"""Credit slips become credit notes (ORD-33)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from atoosync_lab.model.documents import DocumentKind, LineRole
from atoosync_lab.model.sales import CreditSlip, CreditSlipLine, OrderDiscount
from atoosync_lab.orders.bundle import SlipBundle
from atoosync_lab.orders.credit_notes import build_credit_note
from atoosync_lab.settings.orders import SettlementSettings
from tests.orders.builders import D, built, bundle, codes, context, line, settings


def slip(order, *lines: tuple[str, str, str, str], shipping: tuple[str, str] = ("0", "0")) -> SlipBundle:
    """Slip 5 with lines (order line, quantity, excl, incl)."""
    made = tuple(
        CreditSlipLine(
            slip_id="5", order_line_id=i, quantity=D(q), amount_excl_tax=D(excl), amount_incl_tax=D(incl), position=n
        )
        for n, (i, q, excl, incl) in enumerate(lines)
    )
    return SlipBundle(
        slip=CreditSlip(
            remote_id="5",
            order_id="187",
            created_at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
            products_excl_tax=sum((x.amount_excl_tax for x in made), D(0)),
            products_incl_tax=sum((x.amount_incl_tax for x in made), D(0)),
            shipping_excl_tax=D(shipping[0]),
            shipping_incl_tax=D(shipping[1]),
        ),
        lines=made,
        order=order,
    )


def sums(document) -> tuple[Decimal, Decimal, Decimal]:
    return document.totals.excl_tax, document.totals.vat, document.totals.incl_tax


@pytest.mark.spec("ORD-33", "ORD-04")
def test_slip_becomes_a_credit_note_with_the_rates_of_its_order_and_no_settlement():
    order = bundle([line("A", "2", "10.00", "12.00"), line("B", "1", "20.00", "21.10", "5.5")], "45.10")
    profile = settings(settlements=SettlementSettings(create=True))
    made = built(
        build_credit_note(
            slip(order, ("l-B", "1", "20.00", "21.10"), ("l-A", "1", "10.00", "12.00")), profile, context()
        )
    )
    document = made.document
    assert (document.kind, document.key, document.settlements) == (DocumentKind.CREDIT_NOTE, "5", ())
    assert [(x.item, x.quantity, x.vat_id) for x in document.lines] == [("B", D(1), "V55"), ("A", D(1), "V20")]
    assert sums(document) == (D("30.00"), D("3.10"), D("33.10"))
    assert document.date.isoformat() == "2026-11-23"


@pytest.mark.spec("ORD-33", "ORD-09")
@pytest.mark.pitfall("PB-08")
@pytest.mark.parametrize("inclusive", [False, True])
def test_credit_note_takes_its_share_of_the_cart_discount_off(inclusive):
    order = bundle(
        [line("A", "1", "125.00", "150.00"), line("B", "1", "50.00", "60.00")],
        "168.00",
        discounts_excl_tax="35.00",
        discounts_incl_tax="42.00",
    )
    made = built(
        build_credit_note(
            slip(order, ("l-A", "1", "125.00", "150.00")), settings({"tax_inclusive": inclusive}), context()
        )
    )
    assert sums(made.document) == (D("100.00"), D("20.00"), D("120.00"))
    assert "orders.slip_voucher_share" in {w.code for w in made.warnings}


@pytest.mark.spec("ORD-33", "ORD-09")
@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        # 30.00 off A alone: a return of A gives back 120.00 less 30.00, a return of B its full price.
        (("l-A", "1", "100.00", "120.00"), (D("75.00"), D("15.00"), D("90.00"))),
        (("l-B", "1", "50.00", "60.00"), (D("50.00"), D("10.00"), D("60.00"))),
    ],
)
def test_voucher_of_one_product_comes_back_with_that_product_alone(returned, expected):
    voucher = OrderDiscount(
        remote_id="1", order_id="187", product_id="7", amount_excl_tax=D("25.00"), amount_incl_tax=D("30.00")
    )
    order = bundle(
        [line("A", "1", "100.00", "120.00", product_id="7"), line("B", "1", "50.00", "60.00", product_id="8")],
        "150.00",
        discounts=[voucher],
        discounts_excl_tax="25.00",
        discounts_incl_tax="30.00",
    )
    made = built(build_credit_note(slip(order, returned), settings(), context()))
    assert sums(made.document) == expected


@pytest.mark.spec("ORD-33", "ORD-04")
@pytest.mark.pitfall("PB-09")
def test_shipping_of_an_untaxed_order_is_credited_at_its_own_rate_with_a_warning():
    order = bundle(
        [line("A", "1", "250.00", "250.00", "0")],
        "350.00",
        total_excl="350.00",
        shipping_excl_tax="100.00",
        shipping_incl_tax="100.00",
        shipping_tax_rate="0",
    )
    made = built(
        build_credit_note(
            slip(order, ("l-A", "1", "250.00", "250.00"), shipping=("83.33", "120.00")), settings(), context()
        )
    )
    document = made.document
    assert (document.shipping_amount, document.shipping_vat_rate) == (D("100.00"), D(0))
    assert sums(document) == (D("350.00"), D(0), D("350.00"))
    assert [w.code for w in made.warnings] == ["orders.slip_shipping_differs"]


@pytest.mark.spec("ORD-33")
def test_slip_of_an_unknown_order_is_free_standing_and_says_so():
    made = built(build_credit_note(slip(None, ("l-A", "3", "10.00", "12.00")), settings(), context()))
    assert [w.code for w in made.warnings] == ["orders.slip_free_standing"]
    assert [(x.role, x.item, x.vat_id) for x in made.document.lines] == [(LineRole.MISC, "ZDIV", "V20")]
    assert made.document.totals.incl_tax == D("12.00")
    assert made.document.lines[0].unit_price * 3 != D(10)
    without = settings(articles={})
    assert codes(build_credit_note(slip(None, ("l-A", "1", "10.00", "12.00")), without, context())) == {
        "orders.article_missing.misc"
    }


@pytest.mark.spec("ORD-33")
def test_slip_above_what_was_charged_is_held():
    order = bundle([line("A", "1", "10.00", "12.00")], "12.00")
    result = build_credit_note(slip(order, ("l-A", "2", "20.00", "24.00")), settings(), context())
    assert codes(result) == {"orders.slip_above_order"}


@pytest.mark.spec("ORD-33")
def test_empty_slip_is_held():
    order = bundle([line("A", "1", "10.00", "12.00")], "12.00")
    assert codes(build_credit_note(slip(order), settings(), context())) == {"orders.nothing_on_slip"}


def gesture(order, incl: str) -> SlipBundle:
    """Slip 5: money paid back without goods."""
    made = slip(order)
    return replace(made, slip=replace(made.slip, products_excl_tax=D(incl), products_incl_tax=D(incl)))


@pytest.mark.spec("ORD-33")
@pytest.mark.parametrize("inclusive", [False, True])
def test_gesture_without_goods_is_spread_over_the_vat_of_what_was_sold(inclusive):
    """5.00 on 60.00 at 20 % and 21.10 at 5.5 %: 3.70 and 1.30, each with its tax."""
    order = bundle([line("A", "1", "50.00", "60.00"), line("B", "1", "20.00", "21.10", "5.5")], "81.10")
    profile = settings({"tax_inclusive": inclusive, "difference_line": True})
    made = built(build_credit_note(gesture(order, "5.00"), profile, context()))
    shares = [(x.role, x.vat_id, x.unit_price) for x in made.document.lines if x.role is not LineRole.DIFFERENCE]
    prices = ("3.70", "1.30") if inclusive else ("3.08", "1.23")
    assert shares == [(LineRole.MISC, "V20", D(prices[0])), (LineRole.MISC, "V55", D(prices[1]))]
    assert made.document.totals.incl_tax == D("5.00")
    assert made.difference.unexplained == 0


@pytest.mark.spec("ORD-33")
def test_gesture_on_an_unknown_order_waits_for_a_person():
    assert codes(build_credit_note(gesture(None, "5.00"), settings(), context())) == {"orders.nothing_on_slip"}


@pytest.mark.spec("ORD-33")
def test_gesture_above_what_was_paid_is_held():
    order = bundle([line("A", "1", "50.00", "60.00")], "60.00")
    assert codes(build_credit_note(gesture(order, "65.00"), settings(), context())) == {"orders.slip_above_order"}
