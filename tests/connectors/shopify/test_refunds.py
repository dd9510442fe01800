"""Refunds as credit slips, and what they leave of their orders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.model.sales import CreditSlip, CreditSlipLine, Order, OrderLine
from atoosync_lab.sandbox.shopify.seed import SeedLine, SeedOrder, SeedRefund
from tests.connectors.shopify.helpers import Shop, order, read

D = Decimal


def slips_of(shop: Shop, number: str) -> dict[type[Any], list[Any]]:
    """Slips of one order."""
    found = read(shop.connect(), Scope.CREDIT_SLIPS)
    slips = [s for s in found.get(CreditSlip, []) if s.order_id == number]
    ids = {s.remote_id for s in slips}
    return {CreditSlip: slips, CreditSlipLine: [li for li in found.get(CreditSlipLine, []) if li.slip_id in ids]}


def refunded(*refunds: SeedRefund, **more: Any) -> SeedOrder:
    return order(refunds=refunds, **more)


@pytest.mark.spec("ORD-33")
def test_refund_of_a_piece_and_of_shipping_is_a_slip(shop: Shop) -> None:
    (number,) = shop.orders(refunded(SeedRefund(((0, 1),), shipping="6.90")))
    found = slips_of(shop, number)
    (slip,), (line,) = found[CreditSlip], found[CreditSlipLine]
    assert (slip.products_excl_tax, slip.products_incl_tax) == (D("10.00"), D("12.00"))
    assert (slip.shipping_excl_tax, slip.shipping_incl_tax) == (D("5.75"), D("6.90"))
    assert slip.partial
    assert (line.quantity, line.amount_excl_tax, line.amount_incl_tax) == (D(1), D("10.00"), D("12.00"))


def test_order_keeps_what_was_sold_before_money_went_back(shop: Shop) -> None:
    (number,) = shop.orders(refunded(SeedRefund(((0, 1),), restock="RETURN")))
    found = read(shop.connect(), Scope.ORDERS, ReadRequest(ids=(number,)))
    (head,) = found[Order]
    assert head.total_incl_tax == D("54.90")
    assert head.status_id == "partially_refunded"
    lines = {line.remote_id: line for line in found[OrderLine]}
    assert [line.quantity for line in lines.values()] == [D(2), D(1)]
    (line,) = slips_of(shop, number)[CreditSlipLine]
    assert lines[line.order_line_id].reference == "THE"


@pytest.mark.pitfall("PB-23")
def test_edit_and_refund_are_told_apart_by_the_lines_of_the_refund(shop: Shop) -> None:
    lines = [SeedLine("Lampe", 3, "60.00", sku="L"), SeedLine("Vis", 1, "1.20", sku="V")]
    (number,) = shop.orders(refunded(SeedRefund(((0, 1),)), lines=lines, shipping=[]))
    (lamp, screw) = shop.rows("line_items", "order_id = ? ORDER BY id", int(number))
    # One lamp was paid back; the screw was taken off the order by an edit.
    assert lamp["current_quantity"] == 2
    shop.change("line_items", screw["id"], current_quantity=0)
    shop.change("orders", number, current_total="120.00")
    found = read(shop.connect(), Scope.ORDERS, ReadRequest(ids=(number,)))
    assert [(li.reference, li.quantity, li.total_incl_tax) for li in found[OrderLine]] == [("L", D(3), D("180.00"))]
    assert found[Order][0].total_incl_tax == D("180.00")


def test_refund_without_money_is_no_slip(shop: Shop) -> None:
    (number,) = shop.orders(refunded(SeedRefund(((0, 1),), amount="0")))
    assert slips_of(shop, number)[CreditSlip] == []


def test_gesture_has_a_total_and_no_lines(shop: Shop) -> None:
    (number,) = shop.orders(refunded(SeedRefund(amount="5.00")))
    found = slips_of(shop, number)
    assert found[CreditSlip][0].products_incl_tax == D("5.00")
    assert found[CreditSlipLine] == []


def test_slip_in_a_foreign_currency_has_its_orders_rate(shop: Shop) -> None:
    lines = [SeedLine("Lampe", 2, "100.00")]
    (number,) = shop.orders(refunded(SeedRefund(((0, 1),)), lines=lines, shipping=[], presentment=("USD", "1.25")))
    (slip,) = slips_of(shop, number)[CreditSlip]
    assert (slip.products_incl_tax, slip.conversion_rate) == (D("125.00"), D("1.25"))


def test_period_is_that_of_the_refund(shop: Shop) -> None:
    day = datetime(2025, 2, 3, 12, tzinfo=UTC)
    (number,) = shop.orders(refunded(SeedRefund(((0, 1),)), at=day))
    inside = ReadRequest(created_from=day, created_to=day + timedelta(hours=1))
    outside = ReadRequest(created_from=day - timedelta(hours=2), created_to=day)
    assert [s.order_id for s in read(shop.connect(), Scope.CREDIT_SLIPS, inside)[CreditSlip]] == [number]
    assert read(shop.connect(), Scope.CREDIT_SLIPS, outside).get(CreditSlip, []) == []
