"""Orders with exact amounts: rates from the order's own tax lines, coupons in the lines, fees, guests, currencies."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.model.sales import Address, Customer, Order, OrderDiscount, OrderLine, OrderPieces, Payment
from tests.connectors.woocommerce.fakes import as_json, failure
from tests.connectors.woocommerce.orders import BILLING, line, order, read, shop_with

D = Decimal


def one(*lines: Any, rates: Any = (1,), **more: Any) -> tuple[Order, list[OrderLine], dict[type[Any], list[Any]]]:
    found = read(shop_with(order(*lines, rates=rates, **more)))
    (header,) = found[Order]
    return header, found[OrderLine], found


@pytest.mark.spec("ORD-04")
@pytest.mark.pitfall("PB-02")
def test_tax_rounded_once_for_the_basket_leaves_net_lines_exact() -> None:
    goods = line("35.730000", "7.146000", exact="7.146")
    shipping = {"id": 9, "method_id": "flat_rate", "instance_id": "3", "total": "3.13", "total_tax": "0.63",
                "taxes": [{"id": 1, "total": "0.626"}]}  # fmt: skip
    header, (bowl,), _ = one(goods, shipping_lines=[shipping], shipping_total="3.130000", shipping_tax="0.630000",
                             total="46.630000", total_tax="7.770000")  # fmt: skip
    assert (bowl.total_excl_tax, bowl.tax_name, bowl.tax_rate) == (D("35.73"), "TVA 20", D(20))
    assert (header.shipping_excl_tax, header.shipping_tax_name, header.shipping_tax_rate) == (D("3.13"), "TVA 20", 20)
    assert header.total_incl_tax == D("46.63")
    assert header.total_excl_tax == D("38.86")
    assert header.carrier_id == "flat_rate:3"


@pytest.mark.pitfall("PB-05")
def test_shop_with_gross_prices_gives_the_gross_unit_price_again() -> None:
    # 7 x 2.35 with tax; the line's own tax is rounded to cents, that of its rate is not.
    goods = line("15.592417", "0.860000", exact="0.857583", rate=3, quantity=7)
    shipping = {
        "id": 9,
        "method_id": "flat_rate",
        "total": "5.75",
        "total_tax": "1.15",
        "taxes": [{"id": 1, "total": "1.15"}],
    }
    header, (jam,), _ = one(goods, rates=(1, 3), prices_include_tax=True, shipping_lines=[shipping],
                            shipping_total="5.75", shipping_tax="1.15", total="23.35", total_tax="2.01")  # fmt: skip
    assert jam.unit_price_incl_tax == D("2.35")
    assert jam.total_incl_tax == D("16.45")
    assert (header.shipping_excl_tax, header.shipping_incl_tax) == (D("5.75"), D("6.90"))


@pytest.mark.pitfall("PB-07")
def test_line_that_a_coupon_pays_whole_stays_with_its_rate() -> None:
    free = line("0.00", "0.00", subtotal="10.00", subtotal_tax="2.00")
    header, lines, _ = one(line("25.00", "5.00"), free, total="30.00", total_tax="5.00")
    assert [x.quantity for x in lines] == [1, 1]
    assert (lines[1].total_incl_tax, lines[1].tax_rate, lines[1].list_price_excl_tax) == (0, 20, 10)
    assert header.discounts_incl_tax == 0


@pytest.mark.pitfall("PB-07")
def test_order_of_nothing_has_no_payment() -> None:
    _, _, found = one(line("0.00", "0.00", subtotal="42.00"), total="0.00")
    assert found[Payment] == []


@pytest.mark.spec("ORD-09")
def test_coupon_stands_in_the_lines_and_not_in_the_header() -> None:
    goods = line("14.400000", "0.790000", exact="0.792", rate=3, quantity=2, subtotal="16.00", subtotal_tax="0.88")
    header, (jam,), found = one(goods, rates=(3,), discount_total="1.60", total="15.19", total_tax="0.79")
    assert (jam.unit_price_excl_tax, jam.list_price_excl_tax) == (D("7.20"), D("8.00"))
    assert jam.discount_percent == D(10)
    assert jam.discount_amount_excl_tax == D("0.80")
    assert header.discounts_excl_tax == 0
    assert found[OrderDiscount] == []


@pytest.mark.spec("ORD-08")
@pytest.mark.pitfall("PB-56")
def test_fees_are_lines_and_negative_ones_discounts() -> None:
    wrap, gift = [{"id": 1, "total": "0.4"}], [{"id": 1, "total": "-0.6"}]
    fees = [
        {"id": 64, "name": "Emballage &amp; ruban", "total": "2.00", "total_tax": "0.40", "taxes": wrap},
        {"id": 65, "name": "Geste", "total": "-3.00", "total_tax": "-0.60", "taxes": gift},
    ]
    header, lines, found = one(line("50.00", "10.00"), fee_lines=fees, total="58.80", total_tax="9.80")
    assert [(x.kind, x.label, x.total_incl_tax) for x in lines] == [
        ("product", "Bol", D("60.00")), ("fee", "Emballage & ruban", D("2.40")),
    ]  # fmt: skip
    (discount,) = found[OrderDiscount]
    assert (discount.amount_excl_tax, discount.amount_incl_tax) == (D("3.00"), D("3.60"))
    charged = header.total_products_incl_tax - header.discounts_incl_tax + header.shipping_incl_tax
    assert charged == header.total_incl_tax == D("58.80")


def test_several_rates_on_a_line_are_one_pair() -> None:
    taxes = [{"id": 1, "total": "20.00"}, {"id": 2, "total": "10.00"}, {"id": 3, "total": ""}]
    _, (bowl,), _ = one(line("100.00", "30.00", taxes=taxes), rates=(1, 2, 3), total="130.00", total_tax="30.00")
    assert (bowl.tax_name, bowl.tax_rate, bowl.tax_ids) == ("TVA 20 + TVA 10", D(30), ("1", "2"))


def test_compound_rate_is_charged_on_top_of_the_others() -> None:
    taxes = [{"id": 1, "total": "20.00"}, {"id": 2, "total": "12.00"}]
    tax_lines = [
        {"rate_id": 1, "label": "A", "compound": False, "rate_percent": 20},
        {"rate_id": 2, "label": "B", "compound": True, "rate_percent": 10},
    ]
    _, (bowl,), _ = one(line("100.00", "32.00", taxes=taxes), tax_lines=tax_lines, total="132.00", total_tax="32.00")
    assert bowl.tax_rate == D(32)


def test_order_without_tax_has_rate_zero_and_no_name() -> None:
    _, (bowl,), _ = one(line("17.99", "0.00", taxes=[]), rates=(), total="17.99")
    assert (bowl.tax_name, bowl.tax_rate) == ("", D(0))


def test_tax_that_no_rate_explains_is_not_called_exempt() -> None:
    _, (bowl,), _ = one(line("10.00", "2.00", taxes=[]), rates=(), total="12.00", total_tax="2.00")
    assert bowl.tax_rate is None
    assert bowl.total_incl_tax == D("12.00")


@pytest.mark.pitfall("PB-25")
def test_authorised_order_has_no_payment() -> None:
    header, _, found = one(
        line("79.17", "15.83"), total="95.00", total_tax="15.83", date_paid_gmt=None, status="on-hold"
    )
    assert found[Payment] == []
    assert header.total_paid_real == 0


@pytest.mark.spec("ORD-22")
def test_paid_order_has_one_payment_of_its_total() -> None:
    _, _, found = one(line("79.17", "15.83"), total="95.00", total_tax="15.83")
    (payment,) = found[Payment]
    assert (payment.amount, payment.method, payment.transaction_id) == (D("95.00"), "stripe", "t-1")
    assert payment.paid_at is not None
    assert payment.paid_at.isoformat() == "2026-03-29T01:05:30+00:00"


@pytest.mark.pitfall("PB-10")
@pytest.mark.parametrize(
    ("meta", "rate"),
    [
        ([], "0"),
        ([{"key": "_wcpay_multi_currency_order_exchange_rate", "value": "1.25"}], "1.25"),
        ([{"key": "_woocs_order_rate", "value": 1.25}], "1.25"),
        ([{"key": "_base_currency_exchange_rate", "value": "0.8"}], "1.25"),
        ([{"key": "taux", "value": "1.3"}], "1.3"),
    ],
)
def test_foreign_order_takes_its_own_rate_or_none(meta: list[dict[str, Any]], rate: str) -> None:
    dollars = order(line("104.17", "20.83"), total="125.00", total_tax="20.83", currency="USD", meta_data=meta)
    found = read(shop_with(dollars), options={"rate_meta": "taux"})
    assert found[Order][0].conversion_rate == D(rate)
    assert found[Payment][0].currency == "USD"


@pytest.mark.spec("ORD-29")
@pytest.mark.pitfall("PB-16")
def test_guest_keeps_the_e_mail_under_the_key_of_the_order() -> None:
    header, _, found = one(line("10.00", "2.00"), total="12.00", total_tax="2.00", customer_id=0)
    assert header.is_guest
    assert header.customer_id == "order-53"
    (buyer,) = found[Customer]
    assert (buyer.remote_id, buyer.email, buyer.is_guest) == ("order-53", "camille@example.test", True)


@pytest.mark.pitfall("PB-16")
def test_guest_without_any_name_does_not_stop_the_read() -> None:
    empty = dict.fromkeys(BILLING, "") | {"city": "Lyon"}
    header, _, found = one(
        line("10.00", "2.00"), total="12.00", total_tax="2.00", customer_id=0, billing=empty, shipping=[]
    )
    assert found[Customer][0].email == ""
    assert found[Address][0].city == "Lyon"
    assert header.delivery_address_id == header.invoicing_address_id == "53-billing"


def test_account_holder_has_the_e_mail_of_the_account() -> None:
    _, _, found = one(line("10.00", "2.00"), total="12.00", total_tax="2.00")
    assert [(c.remote_id, c.email, c.is_guest) for c in found[Customer]] == [("7", "compte@example.test", False)]


def test_key_that_may_not_see_accounts_still_brings_the_buyer() -> None:
    shop = shop_with(order(line("10.00", "2.00"), total="12.00", total_tax="2.00"))
    shop.answers["customers"] = failure(403, "woocommerce_rest_cannot_view")
    assert [(c.remote_id, c.email) for c in read(shop)[Customer]] == [("7", "camille@example.test")]


def test_equal_addresses_are_one_and_others_two() -> None:
    _, _, same = one(line("10.00", "2.00"), total="12.00", total_tax="2.00")
    assert [a.remote_id for a in same[Address]] == ["53-billing"]
    other = {**{k: v for k, v in BILLING.items() if k != "email"}, "city": "Dole"}
    vat = [{"key": "_billing_vat_number", "value": "DE999999999"}]
    header, _, found = one(line("10.00", "0.00", taxes=[]), rates=(), total="10.00", shipping=other, meta_data=vat)
    assert [(a.remote_id, a.city, a.vat_number) for a in found[Address]] == [
        ("53-billing", "Lons", "DE999999999"), ("53-shipping", "Dole", ""),
    ]  # fmt: skip
    assert header.delivery_address_id == "53-shipping"


@pytest.mark.pitfall("PB-26")
def test_line_of_a_deleted_product_keeps_label_price_and_tax() -> None:
    gone = line("10.00", "2.00", product_id=0, sku=None, name="Ancien modèle")
    _, (old,), _ = one(gone, total="12.00", total_tax="2.00")
    assert (old.product_id, old.reference, old.label, old.tax_rate) == (None, "", "Ancien modèle", 20)


def test_order_that_lacks_an_amount_waits_and_its_neighbour_comes() -> None:
    broken = order(line("", "2.00"), id=54, number="54", total="12.00", total_tax="2.00")
    good = order(line("10.00", "2.00"), total="12.00", total_tax="2.00")
    connector = shop_with(broken, good).connect()
    chunks = list(connector.read(Scope.ORDERS, ReadRequest()))
    assert [o.remote_id for c in chunks for o in c[Order]] == ["53"]
    assert [w.code for w in connector.warnings] == ["woocommerce.unreadable_record"]


def test_pieces_leave_out_known_orders() -> None:
    orders = [order(line("1", "0", quantity=2), id=i, number=str(i), total="1") for i in (53, 54)]
    found = read(shop_with(*orders), Scope.ORDER_PIECES, ReadRequest(known=frozenset({"53"})))
    assert [(p.order_id, p.key, p.quantity) for p in found[OrderPieces]] == [("54", "BOL", 2)]


@pytest.mark.pitfall("PB-35")
@pytest.mark.parametrize("version", ["9.9.5", "5.7.0"])
def test_orders_of_the_hour_that_comes_twice_are_both_read_once(version: str) -> None:

    twice = [
        order(line("1", "0"), id=i, number=str(i), total="1", date_created_gmt=at)
        for i, at in ((1, "2026-10-25T00:30:00"), (2, "2026-10-25T01:30:00"))
    ]
    shop = shop_with(*twice)
    shop.answers["system_status"] = as_json({"environment": {"version": version, "language": "fr_FR"}})
    request = ReadRequest(
        created_from=datetime(2026, 10, 25, 1, tzinfo=UTC), created_to=datetime(2026, 10, 25, 2, tzinfo=UTC)
    )
    assert [o.remote_id for o in read(shop, request=request)[Order]] == ["2"]
    asked = next(r for r in shop.seen if r.url.path.endswith("/orders")).url.params
    if version == "5.7.0":
        # Site time: 02:00 comes twice; an hour more is asked for and sorted out here.
        assert asked["after"] <= "2026-10-25T01:59:59"
        assert "dates_are_gmt" not in asked
    else:
        assert (asked["after"], asked["dates_are_gmt"]) == ("2026-10-25T00:59:59", "true")
