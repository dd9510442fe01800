"""Complaints about orders that need no server: edits, part payments, bundles, chosen statuses, entries in balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from atoosync_lab.model.documents import LineRole
from atoosync_lab.model.sales import Address, Customer, Order, OrderLine
from atoosync_lab.orders import totals
from atoosync_lab.orders.build import build_document
from atoosync_lab.orders.edits import OrderContent, content_of, edit
from atoosync_lab.planning.orders import OrdersContext, plan_orders
from atoosync_lab.planning.plan import Plan, PlanMeta, PlanWriter
from atoosync_lab.settings import Profile
from atoosync_lab.settings.orders import SettlementSettings
from tests.captures import NOW, capture, erp_item
from tests.orders.builders import D, bundle, codes, context, held, line, make, payment, settings, with_order


def sums(document: Any) -> tuple[Decimal, Decimal, Decimal]:
    return document.totals.excl_tax, document.totals.vat, document.totals.incl_tax


# --- PB-15: what is written balances, not what is exact ---------------------------------------------------------------


@pytest.mark.spec("ORD-16")
@pytest.mark.pitfall("PB-15")
def test_tax_and_base_of_a_document_are_rounded_so_that_they_add_up() -> None:
    order = bundle([line("A", "1", "8.325000", "9.990000")], "9.99", total_excl="8.33")
    document = make(order, settings({"tax_inclusive": True})).document
    assert sums(document) == (D("8.33"), D("1.66"), D("9.99"))
    net = make(order, settings({"difference_line": True})).document
    assert (net.totals.incl_tax, net.difference) == (D("9.99"), 0)


@pytest.mark.spec("ORD-16")
@pytest.mark.pitfall("PB-15")
@hypothesis_settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([D(20), D("5.5"), D(0)]), st.integers(0, 100000)), max_size=8))
def test_entry_of_any_document_balances_on_its_rounded_amounts(parts: list[tuple[Decimal, int]]) -> None:
    amounts = [totals.Amount(rate, D(cents) / 100) for rate, cents in parts]
    result = totals.erp_tax_inclusive(amounts)
    assert result.incl_tax == sum((part.excl_tax + part.vat for part in result.by_rate), D(0))
    assert result.incl_tax == sum((amount.rounded for amount in amounts), D(0))
    for part in result.by_rate:
        assert (part.excl_tax, part.vat) == (round(part.excl_tax, 2), round(part.vat, 2))


# --- PB-23: edited before or after the import -------------------------------------------------------------------------


def two_pieces() -> Any:
    return bundle([line("A", "2", "50.00", "60.00")], "120.00", total_excl="100.00")


@pytest.mark.spec("ORD-01")
@pytest.mark.pitfall("PB-23")
def test_order_edited_before_its_import_is_imported_as_it_is_now() -> None:
    document = make(bundle([line("A", "1", "50.00", "60.00")], "60.00", total_excl="50.00")).document
    assert sums(document) == (D("50.00"), D("10.00"), D("60.00"))


@pytest.mark.spec("ORD-10")
@pytest.mark.pitfall("PB-23")
def test_edit_after_the_import_is_said_with_both_amounts_and_quantities() -> None:
    now = bundle([line("A", "1", "50.00", "60.00")], "60.00", total_excl="50.00")
    told = edit(content_of(two_pieces()), content_of(now), order="187", number="CC000012")
    assert told is not None
    assert "modifiée dans la boutique depuis l’import\xa0: 120,00 → 60,00, A : 2 → 1." in told.text("fr")
    assert "120.00 → 60.00, A : 2 → 1" in told.text("en")
    moved = with_order(two_pieces(), status_id="4")
    assert edit(content_of(two_pieces()), content_of(moved), order="187", number="") is None


_LINES = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 9), st.integers(0, 5000)), max_size=4)


def _content(lines: list[tuple[str, int, int]]) -> OrderContent:
    made = [line(r, str(q), str(D(c) / 100), str(D(c) / 100), "0") for r, q, c in lines]
    return content_of(bundle(made, str(sum((x.total_incl_tax for x in made), D(0)))))


@pytest.mark.spec("ORD-10")
@pytest.mark.pitfall("PB-23")
@hypothesis_settings(max_examples=200, deadline=None)
@given(_LINES, _LINES)
def test_any_edit_is_seen_and_what_is_equal_is_none(before: Any, after: Any) -> None:
    one, two = _content(before), _content(after)
    assert OrderContent.load(one.dump()) == one
    told = edit(one, two, order="187", number="1")
    assert (told is None) == (one.total == two.total and one.pieces == two.pieces)
    assert edit(one, OrderContent.load(one.dump()), order="187", number="1") is None


# --- PB-25: authorised is not captured --------------------------------------------------------------------------------


def part_paid(*captured: str) -> Any:
    goods = [line("A", "1", "79.166667", "95.000000")]
    paid = [payment(amount, str(n)) for n, amount in enumerate(captured)]
    total = sum((p.amount for p in paid), D(0))
    return bundle(goods, "95.00", total_excl="79.17", payments=paid, total_paid_real=str(total))


@pytest.mark.spec("ORD-22", "ORD-05")
@pytest.mark.pitfall("PB-25")
@pytest.mark.parametrize("total", ["order", "paid"])
@pytest.mark.parametrize("each", [False, True])
def test_only_what_was_captured_is_settled(total: str, each: bool) -> None:
    wanted = SettlementSettings(create=True, total=total, from_payments=each)
    made = make(part_paid("60.00"), settings(settlements=wanted))
    assert [s.amount for s in made.document.settlements] == [D("60.00")]
    (warning,) = [w for w in made.warnings if w.code == "orders.partly_paid"]
    assert "60,00" in warning.text("fr")
    assert "35,00" in warning.text("fr")
    assert made.document.totals.incl_tax == D("95.00")


@pytest.mark.spec("ORD-22")
@pytest.mark.pitfall("PB-25")
@hypothesis_settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 4000), min_size=1, max_size=4), st.sampled_from(["order", "paid"]), st.booleans())
def test_settlements_never_exceed_what_was_captured(paid: list[int], total: str, each: bool) -> None:
    captured = D(sum(paid)) / 100
    wanted = SettlementSettings(create=True, total=total, from_payments=each)
    document = make(part_paid(*(str(D(p) / 100) for p in paid)), settings(settlements=wanted)).document
    settled = sum((s.amount for s in document.settlements), D(0))
    assert settled <= captured
    if each or total == "paid" or captured < D(95):
        assert settled == captured


# --- PB-53: a bundle's price counts once ------------------------------------------------------------------------------


@pytest.mark.spec("ORD-18")
@pytest.mark.pitfall("PB-53")
def test_bundle_is_charged_once_and_its_children_stay_at_nothing() -> None:
    lines = [
        line("A", "1", "25.000000", "30.000000", remote_id="kit"),
        line("B", "2", "0.000000", "0.000000", remote_id="one"),
        line("C", "1", "0.000000", "0.000000", remote_id="two"),
    ]
    document = make(bundle(lines, "30.00", total_excl="25.00"), settings({"difference_line": True})).document
    assert sums(document) == (D("25.00"), D("5.00"), D("30.00"))
    assert [(x.item, x.quantity, x.unit_price) for x in document.lines] == [
        ("A", D(1), D("25.00")), ("B", D(2), D("0.00")), ("C", D(1), D("0.00")),
    ]  # fmt: skip


@pytest.mark.spec("ORD-18")
@pytest.mark.pitfall("PB-53")
@pytest.mark.pitfall("PB-07")
@hypothesis_settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 9)), min_size=1, max_size=6), st.booleans())
def test_lines_at_nothing_stay_with_their_quantity_and_add_nothing(parts: list[tuple[int, int]], net: bool) -> None:
    lines = [
        line("ABC"[n % 3], str(q), str(D(c) / 100), str(D(c) * 12 / 1000), remote_id=str(n), position=n,
             list_price_excl_tax=D(c) / 100 + 1)
        for n, (c, q) in enumerate(parts)
    ]  # fmt: skip
    charged = totals.round_cents(sum((x.unit_price_incl_tax * x.quantity for x in lines), D(0)))
    profile = settings({"difference_line": True, "ceiling": D(9), "net_prices": net})
    document = make(bundle(lines, str(charged), rounding="total"), profile).document
    kept = [(x.quantity, totals.line_amount(x)) for x in document.lines if x.role is LineRole.PRODUCT]
    assert kept == [(D(q), totals.round_cents(D(c) * q / 100)) for c, q in parts]
    assert document.totals.incl_tax == charged


# --- PB-58: one bad order among others, PB-62: the chosen statuses ----------------------------------------------------


@pytest.mark.spec("ORD-07", "ORD-01")
@pytest.mark.pitfall("PB-58")
@hypothesis_settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["EUR", "USD", "CHF"]), min_size=1, max_size=8))
def test_each_order_is_judged_alone(currencies: list[str]) -> None:
    results = [build_document(bundle([line()], "12.00", currency=c), settings(), context()) for c in currencies]
    alone = {c: build_document(bundle([line()], "12.00", currency=c), settings(), context()) for c in set(currencies)}
    for currency, result in zip(currencies, results, strict=True):
        assert result == alone[currency]
        if currency != "EUR":
            assert "orders.currency_unmapped" in codes(result)
            assert currency in {reason.value for reason in held(result).reasons}


def planned(tmp_path: Path, statuses: Sequence[str], orders: Sequence[tuple[str, str]], **ctx: Any) -> Plan:
    """The plan of orders (id, status) of 12.00, for a profile that imports some statuses."""
    wanted = settings(statuses={s: {} for s in statuses}, period="all")
    profile = Profile.model_validate({"id": "test", "name": "Test", "orders": wanted.model_dump(mode="json")})
    records: list[Any] = []
    for order_id, status in orders:
        made = bundle([line()], "12.00", status_id=status, created_at=datetime(2026, 11, 20, tzinfo=UTC))
        records += [replace(made.order, remote_id=order_id, reference=f"R{order_id}")]
        records += [replace(x, remote_id=f"{order_id}-1", order_id=order_id) for x in made.lines]
    assert {type(r) for r in records} <= {Order, OrderLine}
    records += [Address(remote_id="7", last_name="DOE", country="FR"), Customer(remote_id="12", email="a@example.org")]
    shop = capture(tmp_path / "captures", "shop", *records)
    erp = capture(tmp_path / "captures", "erp", erp_item("A"))
    out = PlanWriter(tmp_path / "plans", "test")
    vat = {"V20": D(20), "V0": D(0)}
    plan_orders(OrdersContext(profile=profile, flow="orders", shop=shop, erp=erp, now=NOW, vat=vat, **ctx), out)
    return out.finish(PlanMeta(id=out.id, profile="test", flow="orders", made_at=NOW))


@pytest.mark.spec("ORD-01")
@pytest.mark.pitfall("PB-62")
@pytest.mark.pitfall("PB-24")
@hypothesis_settings(max_examples=4, deadline=None)
@given(st.sets(st.sampled_from("2345"), min_size=1), st.lists(st.sampled_from("12345"), min_size=1, max_size=8))
def test_orders_of_the_chosen_statuses_are_planned_and_no_others(
    tmp_path_factory: pytest.TempPathFactory, chosen: set[str], statuses: list[str]
) -> None:
    orders = [(str(n), status) for n, status in enumerate(statuses, 1)]
    plan = planned(tmp_path_factory.mktemp("statuses"), sorted(chosen), orders)
    rows = {r.key: r for r in plan.rows(entities=["order"])}
    assert {k for k, r in rows.items() if str(r.action) == "create"} == {k for k, s in orders if s in chosen}
    assert {r.reason for k, r in rows.items() if str(r.action) == "skip"} <= {"order.status_not_selected"}
    assert len(rows) == len(orders)


@pytest.mark.spec("ORD-10")
@pytest.mark.pitfall("PB-23")
def test_edited_order_waits_in_the_plan_and_the_others_are_known(tmp_path: Path) -> None:
    before = OrderContent(D("24.00"), {"A": D(2)}).dump()
    same = OrderContent(D("12.00"), {"A": D(1)}).dump()
    plan = planned(
        tmp_path, ["2"], [("1", "2"), ("2", "2"), ("3", "2")], ledger={"1": "DONE", "2": "DONE", "3": "DONE"},
        imported={"1": "CC1", "2": "CC2", "3": "CC3"}, contents={"1": before, "2": same},
    )  # fmt: skip
    (row,) = plan.rows()
    assert (str(row.action), row.key, row.reason, row.target_id) == ("block", "1", "orders.edited_since_import", "CC1")
    assert "24,00 → 12,00, A : 2 → 1" in row.reason_text("fr")
    assert {key for _, key, _ in plan.unchanged()} == {"2", "3"}
