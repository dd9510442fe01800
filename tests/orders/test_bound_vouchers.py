"""A voucher bound to one product falls on that product's VAT alone."""

from __future__ import annotations

import pytest

from atoosync_lab.model.sales import OrderDiscount, OrderLine
from atoosync_lab.orders.bundle import OrderBundle
from tests.orders.builders import D, bundle, line, make, settings

pytestmark = pytest.mark.spec("ORD-09")


def _voucher(product: str = "9", excl: str = "10.00", incl: str = "10.55", **more: object) -> OrderDiscount:
    fields = {"remote_id": "1", "order_id": "187", "product_id": product, **more}
    return OrderDiscount(amount_excl_tax=D(excl), amount_incl_tax=D(incl), **fields)  # type: ignore[arg-type]


def _lines() -> list[OrderLine]:
    return [
        line("A", "1", "50.00", "60.00"),
        line("B", "1", "20.00", "21.10", "5.5", product_id="9"),
    ]


def _order(*vouchers: OrderDiscount, total: str, excl: str, incl: str) -> OrderBundle:
    return bundle(_lines(), total, discounts=vouchers, discounts_excl_tax=excl, discounts_incl_tax=incl)


def _discounts(order: OrderBundle, **options: object) -> dict[str, str]:
    document = make(order, settings(options or None)).document
    return {x.vat_id: str(x.unit_price) for x in document.lines if x.item == "ZREM"}


def test_bound_voucher_falls_on_the_vat_of_its_product():
    order = _order(_voucher(), total="70.55", excl="10.00", incl="10.55")
    assert _discounts(order) == {"V55": "-10.00"}
    assert make(order).document.totals.incl_tax == D("70.55")


def test_bound_voucher_keeps_its_amount_in_a_document_incl_tax():
    order = _order(_voucher(), total="70.55", excl="10.00", incl="10.55")
    assert _discounts(order, tax_inclusive=True) == {"V55": "-10.55"}


def test_rest_of_the_vouchers_is_spread_over_all_goods():
    # 7.00 without tax on the whole basket: 5.00 on 20 %, 2.00 on 5.5 %, as 50 is to 20.
    free = _voucher("", "7.00", "8.11", remote_id="2")
    order = _order(_voucher(), free, total="62.44", excl="17.00", incl="18.66")
    assert _discounts(order) == {"V20": "-5.00", "V55": "-12.00"}


def test_voucher_of_a_product_that_is_not_on_the_order_is_spread():
    order = _order(_voucher("77", "7.00", "8.11"), total="72.99", excl="7.00", incl="8.11")
    assert _discounts(order) == {"V20": "-5.00", "V55": "-2.00"}
