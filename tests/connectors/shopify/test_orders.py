"""Orders of the shop as records, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.shops.shopify import facts
from atoosync_lab.model.errors import ConnectionFailedError
from atoosync_lab.model.sales import Address, Customer, Order, OrderLine, OrderPieces, Payment
from atoosync_lab.sandbox.shopify.amounts import Discount
from atoosync_lab.sandbox.shopify.seed import SeedCustomer, SeedLine, SeedPayment, SeedShipping, insert_customers
from tests.connectors.shopify.helpers import ADDRESS, Shop, order, read, shirt, simple

D = Decimal


def one(shop: Shop, **more: Any) -> dict[type[Any], list[Any]]:
    """The records of one new order."""
    (number,) = shop.orders(order(**more))
    return again(shop, number)


def again(shop: Shop, number: str) -> dict[type[Any], list[Any]]:
    """The records of one order."""
    return read(shop.connect(), Scope.ORDERS, ReadRequest(ids=(number,)))


def amounts(lines: Sequence[OrderLine]) -> list[tuple[Decimal, Decimal, Decimal]]:
    """Quantity and both totals of each line."""
    return [(line.quantity, line.total_excl_tax, line.total_incl_tax) for line in lines]


@pytest.mark.pitfall("PB-05")
def test_prices_with_tax_are_taken_apart_by_the_orders_own_tax_lines(shop: Shop) -> None:
    found = one(shop, lines=[SeedLine("Thé", 2, "12.00", sku="THE")])
    (head,) = found[Order]
    assert (head.total_products_excl_tax, head.total_products_incl_tax) == (D("20.00"), D("24.00"))
    assert (head.shipping_excl_tax, head.shipping_incl_tax) == (D("5.75"), D("6.90"))
    assert (head.shipping_tax_name, head.shipping_tax_rate) == ("TVA", D(20))
    assert (head.total_excl_tax, head.total_incl_tax) == (D("25.75"), D("30.90"))
    (line,) = found[OrderLine]
    assert (line.unit_price_excl_tax, line.unit_price_incl_tax) == (D(10), D(12))
    assert (line.tax_name, line.tax_rate, line.list_price_excl_tax) == ("TVA", D(20), None)
    assert (line.reference, line.label, line.kind) == ("THE", "Thé", "product")
    assert head.reference.startswith("#")
    assert head.currency == "EUR"
    assert head.conversion_rate == 1


def test_prices_without_tax_get_the_tax_that_the_order_states(shop: Shop) -> None:
    found = one(shop, taxes_included=False, lines=[SeedLine("Vis", 3, "3.33", rates=(("TVA", "0.055"),))])
    assert amounts(found[OrderLine]) == [(D(3), D("9.99"), D("10.54"))]
    (line,) = found[OrderLine]
    assert line.tax_rate == D("5.5")
    assert line.unit_price_incl_tax == D("3.513333")
    assert found[Order][0].total_incl_tax == D("10.54") + D("8.28")
    assert isinstance(line.tax_rate, Decimal)


def test_coupons_lower_the_charged_price_and_leave_the_list_price_beside_it(shop: Shop) -> None:
    found = one(
        shop,
        lines=[SeedLine("Thé", 2, "12.00"), SeedLine("Tasse", 1, "24.00")],
        discounts=[Discount("code", "DIX", D(10))],
    )
    assert amounts(found[OrderLine]) == [(D(2), D("18.00"), D("21.60")), (D(1), D("18.00"), D("21.60"))]
    first = found[OrderLine][0]
    assert (first.unit_price_excl_tax, first.list_price_excl_tax) == (D("9.00"), D("10.000000"))
    head = found[Order][0]
    assert head.discounts_incl_tax == 0, "told in the lines, not again"
    assert head.total_incl_tax == D("43.20") + D("6.90")


@pytest.mark.pitfall("PB-07")
def test_free_line_stays_and_an_order_of_nothing_has_no_payment(shop: Shop) -> None:
    free = Discount("manual", "Offert", D("24.00"), "fixed_amount", "line", (1,))
    found = one(shop, discounts=[free], shipping=[])
    assert amounts(found[OrderLine]) == [(D(2), D("20.00"), D("24.00")), (D(1), D("0.00"), D("0.00"))]
    found = one(shop, discounts=[Discount("code", "TOUT", D(100))], shipping=[], payments=[])
    assert found[Order][0].total_incl_tax == 0
    assert len(found[OrderLine]) == 2
    assert found[Payment] == []


@pytest.mark.pitfall("PB-10")
def test_foreign_currency_has_the_rate_of_its_own_totals(shop: Shop) -> None:
    found = one(shop, lines=[SeedLine("Lampe", 1, "100.00")], shipping=[], presentment=("USD", "1.25"))
    (head,) = found[Order]
    assert (head.currency, head.conversion_rate, head.total_incl_tax) == ("USD", D("1.25"), D("125.00"))
    assert (head.total_excl_tax, amounts(found[OrderLine])[0][1]) == (D("104.16"), D("104.16"))
    (payment,) = found[Payment]
    assert (payment.amount, payment.currency, payment.conversion_rate) == (D("125.00"), "USD", D("1.25"))


@pytest.mark.pitfall("PB-25")
def test_only_captured_money_is_a_payment(shop: Shop) -> None:
    found = one(
        shop,
        lines=[SeedLine("Lampe", 1, "95.00")],
        shipping=[],
        payments=[
            SeedPayment("shopify_payments", "95.00", "AUTHORIZATION"),
            SeedPayment("shopify_payments", "60.00", "CAPTURE"),
            SeedPayment("paypal", "35.00", "SALE", "FAILURE"),
            SeedPayment("paypal", "35.00", "SALE", "PENDING"),
        ],
    )
    assert [p.amount for p in found[Payment]] == [D("60.00")]
    (head,) = found[Order]
    assert (head.total_paid_real, head.status_id) == (D("60.00"), "partially_paid")
    assert (head.payment_module, head.payment_label) == ("shopify_payments", "Shopify Payments")
    assert found[Payment][0].order_reference == head.reference


@pytest.mark.pitfall("PB-16")
def test_guest_keeps_the_e_mail_and_an_unknown_buyer_does_no_harm(shop: Shop) -> None:
    found = one(shop, email="Invite@Example.test")
    (head,), (buyer,) = found[Order], found[Customer]
    assert head.is_guest
    assert buyer.is_guest
    assert head.customer_id == buyer.remote_id == f"order-{head.remote_id}"
    assert (buyer.email, buyer.last_name) == ("Invite@Example.test", "Essai")
    found = one(shop, email=None, billing=None, delivery=None)
    assert found[Order][0].is_guest
    assert found[Order][0].customer_id == ""
    assert found[Customer] == []
    assert found[Address] == []


def test_account_is_a_customer_once_however_many_orders(shop: Shop) -> None:
    with shop.state() as state:
        (buyer,) = insert_customers(state, [SeedCustomer("b@example.test", "Bo", "Bon", locale="fr")])
    numbers = shop.orders(order(customer=buyer), order(customer=buyer))
    found = read(shop.connect(), Scope.ORDERS, ReadRequest(ids=tuple(numbers)))
    (customer,) = found[Customer]
    assert {o.customer_id for o in found[Order]} == {customer.remote_id} == {str(buyer)}
    assert (customer.email, customer.first_name, customer.language) == ("b@example.test", "Bo", "fr")
    assert not any(o.is_guest for o in found[Order])


def test_equal_addresses_are_one_and_different_ones_two(shop: Shop) -> None:
    found = one(shop)
    (address,) = found[Address]
    (head,) = found[Order]
    assert head.invoicing_address_id == head.delivery_address_id == address.remote_id
    assert (address.country, address.postcode, address.company) == ("FR", "29200", "Essais SARL")
    found = one(shop, delivery={**ADDRESS, "city": "Lyon"})
    assert {a.remote_id.rpartition("-")[2]: a.city for a in found[Address]} == {"billing": "Brest", "shipping": "Lyon"}


@pytest.mark.pitfall("PB-23")
def test_order_edited_before_its_import_is_what_is_left_of_it(shop: Shop) -> None:
    (number,) = shop.orders(order(lines=[SeedLine("Lampe", 2, "60.00")], shipping=[], payments=[]))
    (line,) = shop.rows("line_items", "order_id = ?", int(number))
    shop.change("line_items", line["id"], current_quantity=1)
    shop.change("orders", number, current_total="60.00", current_tax="10.00", current_subtotal="60.00")
    found = again(shop, number)
    assert amounts(found[OrderLine]) == [(D(1), D("50.00"), D("60.00"))]
    assert (found[Order][0].total_excl_tax, found[Order][0].total_incl_tax) == (D("50.00"), D("60.00"))
    shop.change("line_items", line["id"], current_quantity=0)
    shop.change("orders", number, current_total="0.00")
    assert again(shop, number)[OrderLine] == []


def test_several_taxes_of_a_line_are_one_joint_rate(shop: Shop) -> None:
    rates = (("GST", "0.05"), ("QST", "0.09975"))
    found = one(shop, lines=[SeedLine("Livre", 1, "100.00", rates=rates)], taxes_included=False, shipping=[])
    (line,) = found[OrderLine]
    assert (line.tax_name, line.tax_rate) == ("GST + QST", D("14.975"))
    assert line.total_incl_tax == D("114.98")


def test_fees_notes_and_shipping_method_are_told(shop: Shop) -> None:
    found = one(
        shop, fees=(("Consigne", "2.00"),), note="Sonner deux fois", attributes=(("Emballage", "kraft"),),
        po_number="BC-7", shipping=[SeedShipping("Colissimo", "6.90")],
    )  # fmt: skip
    fee = found[OrderLine][-1]
    assert (fee.kind, fee.label, fee.total_incl_tax) == ("fee", "Consigne", D("2.00"))
    (head,) = found[Order]
    assert head.note == "Sonner deux fois\nEmballage: kraft\nBC-7"
    assert head.carrier_id == "Colissimo"
    goods = sum(line.total_incl_tax for line in found[OrderLine])
    assert goods + head.shipping_incl_tax == head.total_incl_tax


def test_untaxed_buyer_has_a_rate_of_zero(shop: Shop) -> None:
    found = one(shop, tax_exempt=True)
    assert {line.tax_rate for line in found[OrderLine]} == {D(0)}
    assert found[Order][0].total_excl_tax == found[Order][0].total_incl_tax


def test_lines_name_products_as_the_catalogue_does(shop: Shop) -> None:
    (product, variant), (parent, size) = shop.products(simple("LN-1"), shirt("LN"))
    lines = [
        SeedLine("Simple", 1, "5.00", variant=int(variant)),
        SeedLine("Chemise", 1, "5.00", variant=int(size), variant_title="S"),
        SeedLine("Disparu", 1, "5.00"),
    ]
    (number,) = shop.orders(order(lines=lines))
    found = again(shop, number)
    named = [(line.product_id, line.variant_id, line.reference) for line in found[OrderLine]]
    assert named == [(product, None, "LN-1"), (parent, size, "LN-S"), (None, None, "")]
    assert found[OrderLine][1].label == "Chemise - S"
    pieces = read(shop.connect(), Scope.ORDER_PIECES, ReadRequest(ids=(number,)))[OrderPieces]
    assert [(p.product_id, p.variant_id, p.key, p.quantity) for p in pieces] == [
        (product, None, "LN-1", D(1)), (parent, size, "LN-S", D(1)), ("", None, "", D(1)),
    ]  # fmt: skip


def test_long_order_is_read_to_its_last_line(shop: Shop) -> None:
    lines = [SeedLine(f"Vis {n}", 1, "1.20", sku=f"V{n}") for n in range(facts.LINES_INLINE + 5)]
    (number,) = shop.orders(order(lines=lines))
    assert [line.reference for line in again(shop, number)[OrderLine]] == [f"V{n}" for n in range(len(lines))]
    pieces = read(shop.connect(), Scope.ORDER_PIECES, ReadRequest(ids=(number,)))[OrderPieces]
    assert len(pieces) == len(lines)


# --- Which orders, and how they are read -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def march(running_shop: Shop) -> tuple[list[str], datetime]:
    """Thirty orders of one far away day, every third one sent, and the day."""
    day = datetime(2025, 3, 10, 12, tzinfo=UTC)
    made = [
        order(at=day + timedelta(minutes=n), sent=n % 3 == 0, email=f"m{n}@example.test", lines=[
            SeedLine("Thé", n + 1, "12.00", sku="THE"), SeedLine("Tasse", 2, "9.99", sku="TASSE")])
        for n in range(30)
    ]  # fmt: skip
    numbers = running_shop.orders(*made)
    with running_shop.state() as state, state.writing():
        state.db.execute("UPDATE orders SET updated_at = created_at WHERE created_at < '2025-04-01'")
    return numbers, day


def window(day: datetime, **more: Any) -> ReadRequest:
    return ReadRequest(created_from=day - timedelta(hours=1), created_to=day + timedelta(hours=5), **more)


@pytest.mark.spec("ORD-01")
def test_period_and_statuses_choose_orders(shop: Shop, march: tuple[list[str], datetime]) -> None:
    numbers, day = march
    connector = shop.connect()
    assert [o.remote_id for o in read(connector, Scope.ORDERS, window(day))[Order]] == numbers
    sent = read(connector, Scope.ORDERS, window(day, statuses=("fulfilled",)))
    assert [o.remote_id for o in sent[Order]] == numbers[::3]
    assert {o.status_id for o in sent[Order]} == {"fulfilled"}
    few = read(connector, Scope.ORDERS, ReadRequest(created_from=day, created_to=day + timedelta(minutes=2)))
    assert [o.remote_id for o in few[Order]] == numbers[:2]
    assert read(connector, Scope.ORDERS, window(day, statuses=("refunded",))) == {}
    assert connector.warnings == []


def test_one_file_gives_the_same_records_as_pages(
    shop: Shop, march: tuple[list[str], datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, day = march
    paged = read(shop.connect(), Scope.ORDERS, window(day))
    pieces = read(shop.connect(), Scope.ORDER_PIECES, window(day))
    monkeypatch.setattr(facts, "BULK_ORDERS_FROM", 1)
    monkeypatch.setattr(facts, "BULK_PIECES_FROM", 1)
    before = len(shop.rows("bulk_operations"))
    assert read(shop.connect(), Scope.ORDERS, window(day)) == paged
    assert read(shop.connect(), Scope.ORDER_PIECES, window(day)) == pieces
    assert len(shop.rows("bulk_operations")) == before + 2
    assert sum(len(paged[kind]) for kind in paged) > 30 * 5


def test_known_orders_bring_no_pieces(shop: Shop, march: tuple[list[str], datetime]) -> None:
    numbers, day = march
    found = read(shop.connect(), Scope.ORDER_PIECES, window(day, known=frozenset(numbers[2:])))
    assert [(p.order_id, p.quantity) for p in found[OrderPieces]] == [
        (numbers[0], D(1)), (numbers[0], D(2)), (numbers[1], D(2)), (numbers[1], D(2)),
    ]  # fmt: skip
    unsent = read(shop.connect(), Scope.ORDER_PIECES, window(day, statuses=("paid",)))
    assert {p.order_id for p in unsent[OrderPieces]} == set(numbers) - set(numbers[::3])


def test_since_brings_orders_that_were_modified(shop: Shop, march: tuple[list[str], datetime]) -> None:
    numbers, day = march
    late = day + timedelta(days=3)
    shop.change("orders", numbers[4], updated_at=late.strftime("%Y-%m-%dT%H:%M:%SZ"))
    found = read(shop.connect(), Scope.ORDERS, ReadRequest(since=late, statuses=("paid", "fulfilled")))
    ids = [o.remote_id for o in found[Order]]
    assert numbers[4] in ids
    assert not set(ids) & (set(numbers) - {numbers[4]})


def test_old_orders_that_are_left_out_are_said_aloud(switched: Shop, march: tuple[list[str], datetime]) -> None:
    _, day = march
    switched.scopes("read_orders", "read_customers", "read_products")
    connector = switched.connect()
    assert read(connector, Scope.ORDERS, window(day)) == {}
    (told,) = connector.warnings
    assert told.code == "shopify.sixty_days"
    assert "60" in told.message.text("fr")
    connector.warnings.clear()
    read(connector, Scope.ORDERS, ReadRequest(created_from=datetime.now(UTC) - timedelta(days=15)))
    assert connector.warnings == []


def test_app_without_access_to_buyers_reads_pieces_but_no_orders(switched: Shop) -> None:
    (number,) = switched.orders(order())
    switched.settings(protected_customer_data=False)
    with pytest.raises(ConnectionFailedError) as raised:
        read(switched.connect(), Scope.ORDERS, ReadRequest(ids=(number,)))
    assert raised.value.code == "shopify.protected_data"
    assert len(read(switched.connect(), Scope.ORDER_PIECES, ReadRequest(ids=(number,)))[OrderPieces]) == 2
