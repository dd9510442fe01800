"""The kinds of complaints about money: what must hold for any amounts, not for those of one report."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from atoosync_lab.model.documents import LineRole
from atoosync_lab.orders import totals
from atoosync_lab.orders.build import build_document
from atoosync_lab.orders.credit_notes import build_credit_note
from atoosync_lab.orders.differences import rounding_bound
from atoosync_lab.orders.reasons import Built, Held
from atoosync_lab.settings.orders import SettlementSettings
from tests.orders.builders import VAT, D, built, bundle, codes, context, held, line, make, settings
from tests.orders.test_credit_notes import slip
from tests.orders.test_properties import orders

few = hypothesis_settings(max_examples=40, deadline=None)
RATE = st.sampled_from([D(20), D("5.5"), D(0)])


def cents(most: int = 20000, least: int = 0) -> st.SearchStrategy[Decimal]:
    return st.integers(least, most).map(lambda n: D(n) / 100)


TWENTY = D(20)


def taxed(amount: Decimal, rate: Decimal = TWENTY) -> Decimal:
    return totals.round_cents(amount * (1 + rate / 100))


def of_role(document: Any, role: LineRole) -> list[Any]:
    return [x for x in document.lines if x.role is role]


# --- Differences: named, split, bounded, placed -----------------------------------------------------------------------


@pytest.mark.spec("ORD-21")
@pytest.mark.pitfall("PB-01")
@pytest.mark.pitfall("PB-12")
@pytest.mark.pitfall("PB-13")
@pytest.mark.pitfall("PB-56")
@few
@given(orders(), st.booleans(), st.booleans(), st.integers(2, 6), cents(40, -40))
def test_difference_is_split_bounded_and_placed_or_the_order_is_held(
    order: Any, inclusive: bool, placed: bool, decimals: int, missing: Decimal
) -> None:
    """`missing` is what the lines read do not make of the total: the shop's rounding never explains it."""
    truth = order.order.total_incl_tax + missing
    assume(truth >= 0)
    order = bundle(
        order.lines, str(truth), total_excl=str(order.order.total_excl_tax),
        **{name: getattr(order.order, name) for name in (
            "discounts_incl_tax", "discounts_excl_tax", "shipping_incl_tax", "shipping_excl_tax", "shipping_tax_rate",
            "rounding", "rounding_mode")},
    )  # fmt: skip
    options = {"tax_inclusive": inclusive, "difference_line": placed}
    header = {"price_precision": decimals}
    free = make(order, settings({**options, "ceiling": D(10000)}, header=header))
    difference, document = free.difference, free.document
    assert difference.amount == difference.explained + difference.unexplained
    assert abs(difference.explained) <= rounding_bound(order.order, order.lines)
    if not totals.shop_replays(order.order, order.lines):
        assert difference.explained == 0
    lines = of_role(document, LineRole.DIFFERENCE)
    assert [x.unit_price for x in lines] == ([difference.amount] if placed and difference.amount else [])
    assert all(x.vat_rate == 0 and x.quantity == 1 for x in lines)
    assert document.totals.incl_tax + document.difference == truth
    assert (document.difference == 0) == (placed or not difference.amount)
    assert (difference.message() is None) == (not difference.amount)
    bounded = build_document(order, settings(options, header=header), context())
    if abs(difference.unexplained) > D("0.05"):
        (reason,) = held(bounded).reasons
        assert reason.code.startswith("orders.difference_too_great")
        assert D(reason.message.params["unexplained"]) == difference.unexplained
    else:
        assert built(bounded).document == document


@pytest.mark.spec("ORD-16", "ORD-21")
@pytest.mark.pitfall("PB-01")
@pytest.mark.pitfall("PB-13")
@few
@given(st.lists(st.tuples(RATE, cents(9000, 1), st.integers(1, 60)), min_size=1, max_size=6))
def test_tax_inclusive_document_of_a_shop_that_rounds_units_needs_no_difference(parts: Any) -> None:
    names = {D(20): "20", D("5.5"): "5.5", D(0): "0"}
    lines = [
        line("ABC"[n % 3], str(q), str(totals.round_price(g / (1 + r / 100), 6)), str(g), names[r], remote_id=str(n))
        for n, (r, g, q) in enumerate(parts)
    ]
    charged = sum((g * q for _, g, q in parts), D(0))
    order = bundle(lines, str(charged), rounding="item")
    made = make(order, settings({"tax_inclusive": True, "difference_line": True}))
    assert made.difference.amount == 0
    assert made.document.totals.incl_tax == charged


@pytest.mark.spec("ORD-02", "ORD-29")
@pytest.mark.pitfall("PB-12")
@few
@given(st.integers(1, 99999), st.integers(1, 5000))
def test_enough_decimals_leave_no_unexplained_part(millionths: int, quantity: int) -> None:
    net = D(millionths) / 10000
    charged = taxed(totals.round_cents(net * quantity))
    order = bundle([line("A", str(quantity), str(net), str(net * D("1.2")))], str(charged), rounding="total")
    exact = make(order, settings({"difference_line": True}, header={"price_precision": 4}))
    assert abs(exact.difference.unexplained) <= D("0.01")
    coarse = build_document(order, settings({"difference_line": True}, header={"price_precision": 0}), context())
    gap = charged - taxed(totals.round_price(net, 0) * quantity)
    if abs(gap) > D("0.1"):
        assert codes(coarse) == {"orders.difference_too_great.precision"}


@pytest.mark.spec("ORD-04", "ORD-09")
@pytest.mark.pitfall("PB-02")
@few
@given(orders(), st.lists(cents(2, -2), min_size=8, max_size=8))
def test_taxes_stated_line_by_line_change_nothing(order: Any, errors: list[Decimal]) -> None:
    profile = settings({"difference_line": True, "ceiling": D(1000)})
    perturbed = [
        line(x.reference, str(x.quantity), str(x.unit_price_excl_tax), str(x.unit_price_incl_tax),
             str(x.tax_rate) if x.tax_rate else "0", remote_id=x.remote_id, position=x.position,
             total_incl=str(x.total_incl_tax + e))
        for x, e in zip(order.lines, errors, strict=False)
    ]  # fmt: skip
    other = type(order)(**{**{f: getattr(order, f) for f in order.__dataclass_fields__}, "lines": tuple(perturbed)})
    assert make(other, profile).document.totals == make(order, profile).document.totals


# --- Discounts, shipping, wrapping, ecotax ----------------------------------------------------------------------------


@pytest.mark.spec("ORD-09", "ORD-22")
@pytest.mark.pitfall("PB-04")
@few
@given(cents(50000, 100), st.integers(0, 100))
def test_discount_comes_before_tax(net: Decimal, percent: int) -> None:
    off = totals.round_cents(net * percent / 100)
    charged = taxed(net - off)
    order = bundle(
        [line("A", "1", str(net), str(taxed(net)))], str(charged), discounts_excl_tax=str(off),
        discounts_incl_tax=str(taxed(net) - charged),
    )  # fmt: skip
    document = make(order, settings(settlements=SettlementSettings(create=True))).document
    assert document.totals.excl_tax == net - off
    assert document.totals.incl_tax == charged
    assert [s.amount for s in document.settlements] == ([charged] if charged else [])


@pytest.mark.spec("ORD-06", "ORD-17", "ORD-16")
@pytest.mark.pitfall("PB-05")
@few
@given(cents(5000, 1), cents(3000, 1), st.booleans(), st.booleans())
def test_shipping_costs_the_same_wherever_it_stands(
    goods: Decimal, net: Decimal, inclusive: bool, as_line: bool
) -> None:
    gross = taxed(net)
    charged = taxed(goods) + gross
    order = bundle(
        [line("A", "1", str(goods), str(taxed(goods)))], str(charged), shipping_excl_tax=str(net),
        shipping_incl_tax=str(gross), shipping_tax_rate="20",
    )  # fmt: skip
    options = {"tax_inclusive": inclusive, "shipping_as_line": as_line, "difference_line": True}
    document = make(order, settings(options)).document
    stands = sum((x.unit_price for x in of_role(document, LineRole.SHIPPING)), D(0)) + document.shipping_amount
    assert stands == (gross if inclusive else net)
    assert bool(of_role(document, LineRole.SHIPPING)) == as_line
    assert document.totals.incl_tax == charged


@pytest.mark.spec("ORD-08")
@pytest.mark.pitfall("PB-06")
@few
@given(cents(5000, 1), cents(500))
def test_wrap_is_a_line_only_for_what_is_charged(goods: Decimal, wrap: Decimal) -> None:
    charged = taxed(goods) + taxed(wrap)
    order = bundle(
        [line("A", "1", str(goods), str(taxed(goods)))], str(charged), wrapping_excl_tax=str(wrap),
        wrapping_incl_tax=str(taxed(wrap)),
    )  # fmt: skip
    document = make(order, settings({"difference_line": True})).document
    assert [x.unit_price for x in of_role(document, LineRole.GIFT_WRAP)] == ([wrap] if wrap else [])
    assert document.totals.incl_tax == charged


@pytest.mark.spec("ORD-02", "ORD-04")
@pytest.mark.pitfall("PB-11")
@few
@given(cents(9000, 200), cents(199), st.integers(1, 20))
def test_ecotax_is_part_of_the_price_and_never_added(price: Decimal, ecotax: Decimal, quantity: int) -> None:
    charged = taxed(price * quantity)
    order = bundle(
        [line("A", str(quantity), str(price), str(price * D("1.2")), ecotax=ecotax)], str(charged), rounding="total"
    )
    document = make(order).document
    assert (document.totals.excl_tax, document.totals.incl_tax) == (price * quantity, charged)


# --- Credit notes -----------------------------------------------------------------------------------------------------


@pytest.mark.spec("ORD-33", "ORD-09")
@pytest.mark.pitfall("PB-08")
@few
@given(cents(20000, 100), cents(20000, 100), st.integers(0, 90), st.booleans())
def test_credit_note_never_gives_back_more_than_was_paid_for_the_line(
    first: Decimal, second: Decimal, percent: int, inclusive: bool
) -> None:
    off = totals.round_cents((first + second) * percent / 100)
    gross_off = taxed(first) + taxed(second) - taxed(first + second - off)
    order = bundle(
        [line("A", "1", str(first), str(taxed(first))), line("B", "1", str(second), str(taxed(second)))],
        str(taxed(first + second - off)), discounts_excl_tax=str(off), discounts_incl_tax=str(gross_off),
    )  # fmt: skip
    returned = slip(order, ("l-A", "1", str(first), str(taxed(first))))
    document = built(build_credit_note(returned, settings({"tax_inclusive": inclusive}), context())).document
    share = taxed(first) * (1 - D(percent) / 100)
    assert abs(document.totals.incl_tax - share) <= D("0.03")
    assert document.totals.incl_tax <= order.order.total_incl_tax


@pytest.mark.spec("ORD-33", "ORD-04")
@pytest.mark.pitfall("PB-09")
@few
@given(cents(9000, 1), cents(3000, 100))
def test_credit_of_an_untaxed_order_never_gets_tax(goods: Decimal, shipping: Decimal) -> None:
    order = bundle(
        [line("A", "1", str(goods), str(goods), "0")], str(goods + shipping), shipping_excl_tax=str(shipping),
        shipping_incl_tax=str(shipping), shipping_tax_rate="0",
    )  # fmt: skip
    wrong = (str(totals.round_cents(shipping / D("1.2"))), str(taxed(shipping)))
    returned = slip(order, ("l-A", "1", str(goods), str(goods)), shipping=wrong)
    made = built(build_credit_note(returned, settings(), context()))
    assert (made.document.totals.vat, made.document.totals.incl_tax) == (D(0), goods + shipping)
    assert "orders.slip_shipping_differs" in {w.code for w in made.warnings}


# --- Taxes, unknown articles ------------------------------------------------------------------------------------------


@pytest.mark.spec("ORD-04")
@pytest.mark.pitfall("PB-14")
@few
@given(st.sets(st.tuples(st.sampled_from(["TVA", "TVA FR", "TVA DE"]), RATE.filter(bool)), min_size=1), st.data())
def test_each_pair_of_name_and_rate_has_its_own_row(pairs: set[tuple[str, Decimal]], data: st.DataObject) -> None:
    ordered = sorted(pairs)
    mapped = {pair: f"V{n}" for n, pair in enumerate(ordered)}
    gone = data.draw(st.sampled_from(ordered))
    vat = {**VAT, **{code: rate for (_, rate), code in mapped.items()}}
    rows = {f"{name}|{rate.normalize():f}": code for (name, rate), code in mapped.items()}
    lines = [
        line("A", "1", "10.00", str(taxed(D(10), rate)), str(rate), tax_name=name, remote_id=str(n), position=n)
        for n, (name, rate) in enumerate(ordered)
    ]
    order = bundle(lines, str(sum((x.unit_price_incl_tax for x in lines), D(0))))
    document = make(order, settings(maps={"taxes": rows}), vat=vat).document
    assert [x.vat_id for x in document.lines] == [mapped[pair] for pair in ordered]
    less = {key: code for key, code in rows.items() if code != mapped[gone]}
    result = build_document(order, settings(maps={"taxes": less}), context(vat=vat))
    assert codes(result) == {"orders.tax_unmapped"}


@pytest.mark.spec("ORD-03", "ORD-04")
@pytest.mark.pitfall("PB-17")
@few
@given(cents(90000, 1), cents(5000), st.sampled_from(["V20", "V55", ""]))
def test_order_sold_without_tax_stays_without(goods: Decimal, shipping: Decimal, default: str) -> None:
    order = bundle(
        [line("A", "1", str(goods), str(goods), "0")], str(goods + shipping), shipping_excl_tax=str(shipping),
        shipping_incl_tax=str(shipping), shipping_tax_rate="0",
    )  # fmt: skip
    document = make(order, settings(maps={"default_tax": default})).document
    assert (document.totals.vat, document.totals.incl_tax) == (D(0), goods + shipping)
    assert {x.vat_id for x in document.lines} == {"V0"}


@pytest.mark.spec("ORD-12", "ORD-08")
@pytest.mark.pitfall("PB-26")
@pytest.mark.pitfall("PB-57")
@few
@given(st.lists(st.tuples(st.sampled_from(["A", "B", "OLD-1", "NEW-9", ""]), cents(9000, 1)), min_size=1, max_size=6))
def test_unknown_articles_keep_label_price_and_tax_or_hold_the_whole_order(parts: list[tuple[str, Decimal]]) -> None:
    lines = [
        line(r, "1", str(c), str(c * D("1.2")), remote_id=str(n), position=n, label=f"Article {n}")
        for n, (r, c) in enumerate(parts)
    ]
    charged = taxed(sum((c for _, c in parts), D(0)))
    order = bundle(lines, str(charged), rounding="total")
    document = make(order, settings({"misc_for_unknown": True, "difference_line": True})).document
    assert [(x.label, x.unit_price, x.vat_id) for x in document.lines] == [
        (f"Article {n}", c, "V20") for n, (_, c) in enumerate(parts)
    ]
    assert document.totals.incl_tax == charged
    result: Built | Held = build_document(order, settings(), context())
    if all(r in ("A", "B") for r, _ in parts):
        assert isinstance(result, Built)
    else:
        assert codes(result) == {"orders.item_unknown"}
