"""Refunds as slips: by line, by amount, of everything, in versions with and without a list over all orders."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.shops.woocommerce import refunds
from atoosync_lab.model.sales import CreditSlip, CreditSlipLine
from tests.connectors.woocommerce.fakes import as_json
from tests.connectors.woocommerce.orders import line, order, read, shop_with

D = Decimal


def refund(amount: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    usual = {
        "id": 90, "date_created_gmt": "2026-04-01T08:00:00", "amount": amount, "line_items": list(lines),
        "shipping_lines": [], "fee_lines": [],
        "_links": {"up": [{"href": "https://shop.test/wp-json/wc/v3/orders/53"}]},
    }  # fmt: skip
    return {**usual, **more}


def taken_back(item: int, total: str, tax: str, quantity: int = -1) -> dict[str, Any]:
    meta = [{"key": "_refunded_item_id", "value": str(item)}]
    return {"id": 900, "quantity": quantity, "total": total, "total_tax": tax, "meta_data": meta}


def slips(*rows: dict[str, Any], orders: Any = (), version: str = "9.9.5", request: ReadRequest | None = None) -> Any:
    shop = shop_with(*orders)
    shop.answers["refunds"] = as_json(list(rows))
    shop.answers["system_status"] = as_json({"environment": {"version": version, "language": "fr_FR"}})
    for row in rows:
        old = {k: v for k, v in row.items() if k != "_links"}
        shop.answers[f"orders/{refunds.order_of(row)}/refunds"] = as_json([old])
    found = read(shop, Scope.CREDIT_SLIPS, request)
    return found.get(CreditSlip, []), found.get(CreditSlipLine, [])


@pytest.mark.spec("ORD-33")
@pytest.mark.parametrize("version", ["9.9.5", "8.0"])
def test_lines_that_come_back_name_their_order_line(version: str) -> None:
    sold = [order(line("1", "0"), total="1", refunds=[{"id": 90}])]
    (slip,), (back,) = slips(refund("12.66", taken_back(6, "-12.00", "-0.66")), orders=sold, version=version)
    assert (slip.order_id, slip.products_incl_tax, slip.shipping_incl_tax, slip.partial) == ("53", D("12.66"), 0, True)
    assert (back.order_line_id, back.quantity, back.amount_excl_tax, back.amount_incl_tax) == (
        "6", 1, D("12.00"), D("12.66"),
    )  # fmt: skip


def test_shipping_and_fees_that_come_back_are_told_apart() -> None:
    shipping = [{"id": 1, "total": "-5.00", "total_tax": "-1.00"}]
    (slip,), (fee,) = slips(refund("8.40", shipping_lines=shipping, fee_lines=[taken_back(64, "-2.00", "-0.40", 0)]))
    assert (slip.shipping_excl_tax, slip.shipping_incl_tax, slip.products_incl_tax) == (5, 6, D("2.40"))
    assert (fee.order_line_id, fee.amount_incl_tax) == ("64", D("2.40"))


def test_rounding_of_an_amount_is_no_refund_without_lines() -> None:
    """27.005 was paid back as 27.01: half a cent is not one of the lines."""
    (slip,), (back,) = slips(refund("27.01", taken_back(6, "-22.504167", "-4.500833")))
    assert (slip.products_incl_tax, back.amount_incl_tax) == (D("27.01"), D("27.005"))


def test_amount_alone_is_spread_over_the_rates_of_the_order() -> None:
    sold = order(line("50.00", "10.00"), line("20.00", "1.10", rate=3), rates=(1, 3), total="81.10", total_tax="11.10")
    (slip,), lines = slips(refund("8.11"), orders=[sold])
    assert sum(x.amount_incl_tax for x in lines) == slip.products_incl_tax == D("8.11")
    assert [(x.order_line_id, x.amount_excl_tax, x.amount_incl_tax) for x in lines] == [
        ("", D("5.00"), D("6.00")), ("", D("2.00"), D("2.11")),
    ]  # fmt: skip


def test_status_refunded_takes_back_the_whole_order() -> None:
    goods = line("51.00", "10.20", quantity=3)
    sold = order(goods, total="67.20", total_tax="11.20", shipping_total="5.00", shipping_tax="1.00")
    (slip,), (back,) = slips(refund("67.20"), orders=[sold])
    assert (back.order_line_id, back.quantity, back.amount_incl_tax) == (str(goods["id"]), 3, D("61.20"))
    assert (slip.shipping_incl_tax, slip.products_incl_tax, slip.partial) == (6, D("61.20"), False)


def test_refund_of_nothing_is_none() -> None:
    assert slips(refund("0.00")) == ([], [])


def test_refunds_before_the_period_are_left_out_of_old_versions_too() -> None:
    request = ReadRequest(created_from=datetime(2026, 5, 1, tzinfo=UTC))
    sold = [order(line("1", "0"), total="1", refunds=[{"id": 90}])]
    assert slips(refund("12.66", taken_back(6, "-12.00", "-0.66")), orders=sold, version="8.0", request=request) == (
        [],
        [],
    )
