"""Reads of a running shop: values, periods, statuses, slips, calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.model.catalogue import Product
from atoosync_lab.model.sales import CreditSlip, CreditSlipLine, Customer, Order, OrderLine, OrderPieces, Payment
from tests.connectors.woocommerce.helpers import Shop, fresh, product, read


def test_product_has_every_value(shop: Shop) -> None:
    name = f" R{next(fresh)} "
    (own,) = shop.products(product(name, name="Thé &amp; miel", gtin="376", tax_class="reduced-rate", status="private"))
    (found,) = read(shop.connect(), Scope.PRODUCTS, ReadRequest(ids=(own,)))[Product]
    assert (found.key, found.price_excl_tax, found.price_incl_tax) == (name.strip(), Decimal("12.345678"), None)
    assert (found.tax_id, found.active, found.barcode, found.weight) == ("reduced-rate", False, "376", Decimal("0.25"))
    assert (
        found.texts["name@en"] == "Thé & miel" if "name@en" in found.texts else found.texts["name@fr"] == "Thé & miel"
    )
    assert found.created_at == datetime(2026, 1, 1, 9, tzinfo=UTC)


def test_shop_with_gross_prices_gives_them_as_such(shop: Shop) -> None:
    connector = shop.connect(settings={"prices_incl_tax": True})
    products = read(connector, Scope.PRODUCTS)[Product]
    assert all(p.price_excl_tax is None for p in products)
    assert any(p.price_incl_tax == Decimal("12.345678") for p in products)


def test_catalogue_is_read_in_few_calls(shop: Shop) -> None:
    read(shop.connect(sizes={"page_size": 100}), Scope.PRODUCTS)
    pages = sum(n for path, n in shop.calls().items() if path.endswith("/products"))
    rows = len(shop.rows("products", "parent_id = 0"))
    assert pages <= rows // 99 + 1


@pytest.mark.spec("ORD-01")
def test_orders_of_the_statuses_chosen_with_all_that_belongs_to_them(shop: Shop) -> None:
    done = shop.orders(2, status="completed")
    request = ReadRequest(statuses=("completed", "statut-disparu"))
    found = read(shop.connect(), Scope.ORDERS, request)
    assert {o.remote_id for o in found[Order]} >= set(done)
    assert {o.status_id for o in found[Order]} == {"completed"}
    assert {line.order_id for line in found[OrderLine]} == {o.remote_id for o in found[Order]}
    for order in found[Order]:
        lines = [x for x in found[OrderLine] if x.order_id == order.remote_id]
        charged = sum(x.total_incl_tax for x in lines) + order.shipping_incl_tax - order.discounts_incl_tax
        assert round(charged, 2) == order.total_incl_tax
    assert read(shop.connect(), Scope.ORDERS, ReadRequest(statuses=("statut-disparu",))) == {}


@pytest.mark.spec("ORD-01")
@pytest.mark.pitfall("PB-54")
def test_more_than_one_page_of_orders_comes_whole_with_each_buyer_once(shop: Shop) -> None:
    made = shop.orders(30, created="2026-05-05T05:05:05")
    start = datetime(2026, 5, 5, 5, 5, 5, tzinfo=UTC)
    request = ReadRequest(created_from=start, created_to=start)
    connector = shop.connect(sizes={"page_size": 10})
    found = read(connector, Scope.ORDERS, request)
    assert [o.remote_id for o in found[Order]] == made
    assert len(found[Payment]) == 30
    assert len(found[Customer]) == 30, "guests are each their own buyer"
    pieces = read(shop.connect(), Scope.ORDER_PIECES, ReadRequest(created_from=start, created_to=start))[OrderPieces]
    assert {p.order_id for p in pieces} == set(made)


def test_orders_asked_by_number_leave_out_what_is_gone(shop: Shop) -> None:
    (order,) = shop.orders(1)
    found = read(shop.connect(), Scope.ORDERS, ReadRequest(ids=(order, "999999", "x", "0")))
    assert [o.remote_id for o in found[Order]] == [order]


@pytest.mark.pitfall("PB-35")
def test_orders_changed_since_are_found_with_an_overlap(shop: Shop) -> None:
    at = datetime(2027, 3, 28, 1, 5, tzinfo=UTC)
    (order,) = shop.orders(1, modified=at.strftime("%Y-%m-%dT%H:%M:%S"))
    for since in (at, at + timedelta(minutes=4)):
        found = read(shop.connect(), Scope.ORDERS, ReadRequest(since=since))
        assert [o.remote_id for o in found[Order]] == [order]
    assert read(shop.connect(), Scope.ORDERS, ReadRequest(since=at + timedelta(minutes=6))) == {}


@pytest.mark.spec("ORD-33")
def test_refunds_of_a_period_over_all_orders(shop: Shop) -> None:
    (order,) = shop.orders(1)
    line = shop.rows("orders", "id = ?", (order,))[0]["line_items"][0]
    client = shop.connect()._client
    body = {"api_refund": False, "line_items": [{"id": line["id"], "quantity": 1, "refund_total": 12.35}]}
    client.create(f"orders/{order}/refunds", body)
    client.create(f"orders/{order}/refunds", {"api_refund": False, "amount": "1.00"})
    now = datetime.now(UTC)
    period = ReadRequest(created_from=now - timedelta(hours=1), created_to=now + timedelta(hours=1))
    found = read(shop.connect(), Scope.CREDIT_SLIPS, period)
    mine = [s for s in found[CreditSlip] if s.order_id == order]
    assert [s.products_incl_tax for s in mine] == [Decimal("12.35"), Decimal(1)]
    lines = [x for x in found[CreditSlipLine] if x.slip_id == mine[0].remote_id]
    assert [(x.order_line_id, x.quantity, x.amount_excl_tax) for x in lines] == [(str(line["id"]), 1, Decimal("12.35"))]
    later = ReadRequest(created_from=now + timedelta(hours=2))
    assert read(shop.connect(), Scope.CREDIT_SLIPS, later) == {}
