"""The calculator gives the totals that real shops gave (restated), and keeps its promises for any basket."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.sandbox.prestashop.amounts import ITEM, LINE, TOTAL, Basket, Line, Pair, Voucher, amounts, rounded

pytestmark = pytest.mark.spec("BEY-10")

D = Decimal

HONEY, TEA, BOWL, JAM = (
    Line(D("12.345678"), D("5.5"), 2),
    Line(D("8.90"), D(10), 3),
    Line(D("17.991"), D(20), 1),
    Line(D("14.5"), D("5.5"), 2),
)
ROUNDING = [Line(D("12.345678"), D("5.5"), 3), TEA, Line(D("1.114567"), D("5.5"), 7)]


def _pair(excl: str, incl: str) -> Pair:
    return Pair(D(excl), D(incl))


def test_three_rates_by_line_may_miss_the_total_by_a_cent() -> None:
    found = amounts(Basket([HONEY, TEA, BOWL, JAM], shipping=D(5), shipping_rate=D(20)))
    assert found.products == _pair("98.38", "107.61")
    assert found.shipping == _pair("5.00", "6.00")
    assert found.paid == _pair("103.38", "113.60")
    assert [line.total for line in found.lines] == [
        _pair("24.69", "26.05"),
        _pair("26.70", "29.37"),
        _pair("17.99", "21.59"),
        _pair("29.00", "30.60"),
    ]
    assert found.lines[0].unit == _pair("12.345678", "13.024690")


def test_percentage_voucher_keeps_its_decimals() -> None:
    found = amounts(Basket([HONEY, TEA, BOWL, JAM], [Voucher(percent=D(10))], D(5), D(20)))
    assert found.voucher_values[0].incl == D("10.761")
    assert found.discounts == _pair("9.84", "10.76")
    assert found.paid == _pair("93.54", "102.84")


def test_free_shipping_is_a_discount_and_shipping_stays_gross() -> None:
    found = amounts(Basket([HONEY, TEA], [Voucher(free_shipping=True)], D(5), D(20)))
    assert found.discounts == found.shipping == _pair("5.00", "6.00")
    assert found.paid == _pair("51.39", "55.42")


def test_wrapping_has_its_own_tax() -> None:
    found = amounts(Basket([HONEY], shipping=D(5), shipping_rate=D(20), wrapping=D(2), wrapping_rate=D(20)))
    assert found.wrapping == _pair("2.00", "2.40")
    assert found.paid == _pair("31.69", "34.45")


def test_foreign_currency_multiplies_the_prices() -> None:
    rate = D("1.1")
    lines = [Line(line.net * rate, line.rate, line.quantity) for line in (HONEY, TEA)]
    found = amounts(Basket(lines, shipping=D(5) * rate, shipping_rate=D(20)))
    assert found.lines[0].unit == _pair("13.580246", "14.327159")
    assert found.paid.incl == D("67.56")


@pytest.mark.parametrize(
    ("kind", "products", "paid", "first"),
    [
        (ITEM, ("71.52", "76.69"), ("76.52", "82.69"), ("37.05", "39.06")),
        (LINE, ("71.54", "76.67"), ("76.54", "82.68"), ("37.04", "39.07")),
        (TOTAL, ("71.54", "76.68"), ("76.54", "82.68"), ("37.037034", "39.074071")),
    ],
)
def test_rounding_type_decides_lines_and_totals(
    kind: int, products: tuple[str, str], paid: tuple[str, str], first: tuple[str, str]
) -> None:
    found = amounts(Basket(ROUNDING, shipping=D(5), shipping_rate=D(20), round_type=kind))
    assert found.products == _pair(*products)
    assert found.paid == _pair(*paid)
    assert found.lines[0].total == _pair(*first)


def test_ecotax_is_inside_the_unit_price_at_its_own_rate() -> None:
    found = amounts(Basket([Line(D(10), D(20), 1, ecotax=D(1), ecotax_rate=D("5.5"))]))
    assert found.lines[0].unit == _pair("11.000000", "13.055000")


def test_fixed_voucher_carries_the_average_tax_and_never_exceeds_the_products() -> None:
    basket = Basket([Line(D(10), D(20), 1), Line(D(10), D(0), 1)], [Voucher(amount=D(11))])
    assert amounts(basket).discounts == _pair("10.00", "11.00")
    assert amounts(Basket(basket.lines, [Voucher(amount=D(99))])).paid == _pair("0.00", "0.00")


@pytest.mark.parametrize(
    ("mode", "expected"), [(0, "2.35"), (1, "2.34"), (2, "2.35"), (3, "2.34"), (4, "2.34"), (5, "2.35")]
)
def test_rounding_modes_differ_on_the_half(mode: int, expected: str) -> None:
    assert rounded(D("2.345"), mode) == D(expected)


LINES = st.lists(
    st.builds(Line, st.decimals(0, 500, places=6), st.sampled_from([D(0), D("5.5"), D(10), D(20)]), st.integers(1, 50)),
    min_size=1,
    max_size=12,
)


@given(lines=LINES, kind=st.sampled_from([ITEM, LINE, TOTAL]), percent=st.integers(0, 100))
def test_total_stays_near_its_terms_and_is_never_negative(lines: list[Line], kind: int, percent: int) -> None:
    vouchers = [Voucher(percent=D(percent))] if percent else []
    found = amounts(Basket(lines, vouchers, D(5), D(20), round_type=kind))
    terms = found.products.incl + found.shipping.incl - found.discounts.incl
    assert found.paid.incl >= 0
    assert abs(found.paid.incl - terms) <= D("0.01") * (len(lines) + 2)
    if kind != TOTAL:
        assert found.products.incl == sum(line.total.incl for line in found.lines)
