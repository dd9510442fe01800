"""What is read of a shop: amounts, taxes, texts and instants as they are, each record once, in few calls."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import ceil

import httpx
import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.shops.prestashop.facts import FILTER_BYTES
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.sales import (
    Address,
    CreditSlip,
    CreditSlipLine,
    Customer,
    Order,
    OrderDiscount,
    OrderLine,
    Payment,
)
from atoosync_lab.sandbox.prestashop.seed import SeedLine, SeedVoucher, insert_many
from tests.connectors.prestashop.helpers import PREPARED, Shop, fresh, make_buyer, make_order, product, read


def _order(shop: Shop, order: int) -> dict[type, list]:
    return read(shop.connect(), Scope.ORDERS, ReadRequest(ids=(str(order),)))


class TestCatalogue:
    @pytest.mark.spec("ART-01", "ART-07")
    def test_product_comes_with_its_texts_in_every_language(self, shop: Shop) -> None:
        found = read(shop.connect(), Scope.PRODUCTS)[Product]
        first = next(p for p in found if p.kind == "product" and p.reference == "P120")
        assert first.texts["name@1"] == "Item P120"
        assert first.texts["name@2"] == "Article P120"
        assert first.texts["description@2"] == "<p>À propos de P120</p>"
        assert first.texts["link_rewrite@1"] == "l-p120"
        assert ("meta_keywords@1" in first.texts) == (shop.version != "9")
        assert first.price_excl_tax == Decimal("12.345678")
        assert (first.active, first.tax_id, first.category_id) == (True, "1", "2")
        assert first.weight == Decimal("0.250")
        # The shop writes Paris wall time: one hour more than UTC in January.
        assert first.created_at == datetime(2026, 1, 1, 9, 0, tzinfo=UTC)

    def test_variant_names_its_product_and_its_impact(self, shop: Shop) -> None:
        found = read(shop.connect(), Scope.PRODUCTS)[Product]
        variants = [p for p in found if p.kind == "variant" and p.reference.startswith("P001-")]
        assert [v.price_excl_tax for v in variants] == [Decimal("-1.5")] * 3
        assert {v.parent_id for v in variants} == {"1"}

    @pytest.mark.pitfall("PB-27")
    def test_key_of_a_product_is_its_reference_without_spaces_round_it(self, shop9: Shop) -> None:
        number = next(fresh)
        shop9.insert("products", product(f"Sp{number} "))
        found = [p for p in read(shop9.connect(), Scope.PRODUCTS)[Product] if p.key == f"Sp{number}"]
        assert [p.reference for p in found] == [f"Sp{number} "]

    @pytest.mark.spec("ART-04", "ART-40")
    def test_stock_rows_keep_shop_and_behaviour_for_the_way_back(self, shop: Shop) -> None:
        rows = read(shop.connect(), Scope.STOCKS, ReadRequest(ids=("1",)))[Stock]
        assert {r.variant_id for r in rows} == {None, "1", "2", "3"}
        assert sum(r.quantity for r in rows if r.variant_id) == Decimal(1 + 2 + 3)
        assert {(r.warehouse_id, r.warehouse_group) for r in rows} == {("1", "0")}

    def test_stock_of_a_catalogue_takes_few_calls(self, shop9: Shop) -> None:
        connector = shop9.connect()
        read(connector, Scope.STOCKS)
        rows = len(shop9.rows("stock_availables"))
        assert shop9.calls("stock_availables") == {"GET stock_availables": ceil(rows / 1000)}


class TestOrders:
    @pytest.mark.spec("ORD-01")
    @pytest.mark.pitfall("PB-54")
    def test_orders_beyond_the_first_page_come_with_all_that_belongs_to_them(self, shop: Shop) -> None:
        found = read(shop.connect(), Scope.ORDERS)
        orders = {o.remote_id for o in found[Order]}
        assert orders == {str(r["id"]) for r in shop.rows("orders")}
        assert len(orders) >= 142
        assert Counter(line.order_id for line in found[OrderLine]).keys() == orders
        assert {o.customer_id for o in found[Order]} == {c.remote_id for c in found[Customer]}
        assert {o.invoicing_address_id for o in found[Order]} <= {a.remote_id for a in found[Address]}
        assert {p.order_reference for p in found[Payment]} == {o.reference for o in found[Order]}
        for records in found.values():
            ids = [r.remote_id for r in records if hasattr(r, "remote_id")]
            assert len(ids) == len(set(ids))

    @pytest.mark.spec("ORD-01")
    def test_each_resource_is_called_once_a_hundred_orders(self, shop: Shop) -> None:
        connector = shop.connect()
        orders = len(read(connector, Scope.ORDERS)[Order])
        calls = shop.calls()
        for resource in ("orders", "order_details", "addresses", "customers", "order_payments", "order_cart_rules"):
            assert calls.pop(f"GET {resource}", 0) <= ceil(orders / 100), resource
        # What is left are lists, each read once.
        assert sum(calls.values()) <= 12
        assert set(calls.values()) == {1}

    @pytest.mark.spec("ORD-01")
    def test_statuses_are_filtered_by_the_shop(self, shop: Shop) -> None:
        found = read(shop.connect(), Scope.ORDERS, ReadRequest(statuses=(PREPARED,)))[Order]
        assert {o.status_id for o in found} == {PREPARED}
        assert len(found) == len(shop.rows("orders", "current_state = ?", int(PREPARED)))

    @pytest.mark.spec("ORD-01")
    def test_period_is_read_with_both_ends(self, shop: Shop) -> None:
        with shop.state() as state:
            made = [make_order(state, date=f"2025-07-01 12:00:0{n}") for n in range(4)]
        start = datetime(2025, 7, 1, 10, 0, 1, tzinfo=UTC)
        request = ReadRequest(created_from=start, created_to=start + timedelta(seconds=1))
        found = read(shop.connect(), Scope.ORDERS, request)[Order]
        assert [o.remote_id for o in found] == [str(i) for i in made[1:3]]
        assert found[0].created_at == start
        newer = read(shop.connect(), Scope.ORDERS, ReadRequest(created_from=start + timedelta(seconds=1)))[Order]
        assert {str(made[2]), str(made[3])} <= {o.remote_id for o in newer}
        assert str(made[1]) not in {o.remote_id for o in newer}

    @pytest.mark.spec("ORD-01")
    def test_order_of_the_hour_that_comes_twice_is_not_missed(self, shop9: Shop) -> None:
        # 26 October 2025, Paris: 02:00 to 03:00 comes twice. The second 02:15 is 01:15 UTC, after the mark.
        with shop9.state() as state:
            order = make_order(state, date="2025-10-26 02:15:00")
        mark = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
        request = ReadRequest(created_from=mark, created_to=mark + timedelta(hours=1))
        assert str(order) in {o.remote_id for o in read(shop9.connect(), Scope.ORDERS, request)[Order]}

    def test_since_brings_orders_modified_at_the_mark(self, shop: Shop) -> None:
        with shop.state() as state:
            order = make_order(state)
            with state.writing():
                state.update("orders", order, {"date_upd": "2031-01-01 12:00:00"})
        mark = datetime(2031, 1, 1, 11, 0, tzinfo=UTC)
        assert [o.remote_id for o in read(shop.connect(), Scope.ORDERS, ReadRequest(since=mark))[Order]] == [str(order)]
        later = ReadRequest(since=mark + timedelta(seconds=1))
        assert read(shop.connect(), Scope.ORDERS, later).get(Order, []) == []
        with shop.state() as state, state.writing():
            state.update("orders", order, {"date_upd": "2026-01-01 12:00:00"})

    def test_amounts_are_those_of_the_shop(self, shop: Shop) -> None:
        with shop.state() as state:
            order = make_order(state, lines=[SeedLine(1, 3, price=Decimal("9.123456"), original=Decimal("10.5"))])
        found = _order(shop, order)
        (header,), (line,) = found[Order], found[OrderLine]
        row = shop.row("orders", order)
        assert header.total_incl_tax == Decimal(row["total_paid_tax_incl"])
        assert header.total_products_incl_tax == Decimal(row["total_products_wt"])
        assert (header.shipping_excl_tax, header.shipping_incl_tax) == (Decimal(5), Decimal(6))
        assert header.shipping_tax_rate == Decimal(20)
        assert (header.rounding, header.rounding_mode, header.currency) == ("line", "half_up", "EUR")
        assert header.created_at == datetime(2026, 2, 3, 3, 5, 6, tzinfo=UTC)
        assert line.unit_price_excl_tax == Decimal("9.123456")
        assert line.list_price_excl_tax == Decimal("10.5")
        assert line.quantity == 3
        assert (line.tax_name, line.tax_rate) == ("TVA FR 20%", Decimal(20))
        assert all(isinstance(v, Decimal) for v in (line.total_excl_tax, header.total_incl_tax))

    def test_tax_that_was_replaced_keeps_its_historic_rate_on_old_lines(self, shop: Shop) -> None:
        number = next(fresh)
        (tax,) = shop.insert("taxes", {"rate": "19.600", "active": 1, "deleted": 1, "name": f"TVA 19,6 {number}"})
        with shop.state() as state:
            order = make_order(state, lines=[SeedLine(1, 1, price=Decimal(10), taxes=[int(tax)])])
        (line,) = _order(shop, order)[OrderLine]
        assert (line.tax_name, line.tax_rate) == (f"TVA 19,6 {number}", Decimal("19.6"))

    def test_line_without_tax_is_exempt(self, shop: Shop) -> None:
        with shop.state() as state:
            order = make_order(state, lines=[SeedLine(1, 1, price=Decimal(10), taxes=[])])
        (line,) = _order(shop, order)[OrderLine]
        assert (line.tax_name, line.tax_rate, line.tax_ids) == ("", Decimal(0), ())

    def test_several_taxes_of_a_line_are_added(self, shop: Shop) -> None:
        with shop.state() as state:
            order = make_order(state, lines=[SeedLine(1, 1, price=Decimal(10), taxes=[1, 3])])
        (line,) = _order(shop, order)[OrderLine]
        assert (line.tax_rate, line.tax_ids) == (Decimal("25.5"), ("1", "3"))

    def test_line_of_a_product_that_is_gone_keeps_label_and_price(self, shop: Shop) -> None:
        with shop.state() as state:
            order = make_order(state, lines=[SeedLine(0, 2, price=Decimal(4), name="Disparu", taxes=[1])])
        (line,) = _order(shop, order)[OrderLine]
        assert (line.product_id, line.label, line.unit_price_excl_tax) == (None, "Disparu", Decimal(4))

    def test_vouchers_are_told_where_the_version_shows_them(self, shop: Shop) -> None:
        voucher = SeedVoucher("Bienvenue", percent=Decimal(10))
        with shop.state() as state:
            order = make_order(state, vouchers=[voucher, SeedVoucher("Port offert", free_shipping=True)])
        found = _order(shop, order)
        (header,) = found[Order]
        assert header.discounts_incl_tax > 0
        names = {d.name: d.free_shipping for d in found.get(OrderDiscount, [])}
        # Before 1.7.8 the shop has no resource for them.
        assert names == ({} if shop.version == "1.7.7" else {"Bienvenue": False, "Port offert": True})

    @pytest.mark.spec("ORD-29")
    def test_payments_of_a_reference_shared_by_two_orders_come_once(self, shop: Shop) -> None:
        reference = f"SHARE{next(fresh):04d}"
        with shop.state() as state:
            orders = [make_order(state, reference=reference, payments=[("PayPal", None)]) for _ in range(2)]
        found = read(shop.connect(), Scope.ORDERS, ReadRequest(ids=tuple(str(o) for o in orders)))
        assert [p.order_reference for p in found[Payment]] == [reference, reference]
        assert len({p.remote_id for p in found[Payment]}) == 2
        assert found[Payment][0].method == "PayPal"
        assert found[Order][0].payment_module == "ps_wirepayment"
        assert found[Order][0].payment_label == "Virement bancaire"

    def test_guest_is_told_from_a_customer(self, shop: Shop) -> None:
        with shop.state() as state, state.writing():
            buyer, address = make_buyer(state, 1000 + next(fresh), is_guest=1)
        with shop.state() as state:
            order = make_order(state, buyer=1)
            with state.writing():
                state.update("orders", order, {"id_customer": buyer, "id_address_invoice": address})
        (customer,) = _order(shop, order)[Customer]
        assert (customer.remote_id, customer.is_guest) == (str(buyer), True)

    def test_address_tells_its_country_as_iso_code(self, shop: Shop) -> None:
        found = read(shop.connect(), Scope.ORDERS, ReadRequest(ids=("1",)))[Address]
        assert {a.country for a in found} == {"FR"}

    def test_unpaid_order_without_payments_is_read(self, shop: Shop) -> None:
        with shop.state() as state:
            order = make_order(state, payments=[], status="1")
        found = _order(shop, order)
        assert found[Order][0].total_paid_real == 0
        assert found.get(Payment, []) == []

    @pytest.mark.spec("ORD-33")
    def test_slips_come_with_their_lines(self, shop: Shop) -> None:
        with shop.state() as state:
            order = make_order(state)
            (detail, *_) = state.rows("order_details", "id_order = ? ORDER BY id", order)
            with state.writing():
                (slip,) = insert_many(
                    state,
                    "order_slip",
                    [
                        {
                            "id_customer": 1, "id_order": order, "conversion_rate": "1",
                            "total_products_tax_excl": "10", "total_products_tax_incl": "12", "partial": 1,
                            "date_add": "2026-03-01 10:00:00", "date_upd": "2026-03-01 10:00:00",
                            "order_slip_details": [[1, detail["id"], 1, "10.000000", "12.000000"]],
                        }
                    ],
                )  # fmt: skip
        found = read(shop.connect(), Scope.CREDIT_SLIPS, ReadRequest(ids=(str(slip),)))
        (header,), (line,) = found[CreditSlip], found[CreditSlipLine]
        assert (header.order_id, header.products_incl_tax, header.partial) == (str(order), Decimal(12), True)
        assert (line.slip_id, line.order_line_id, line.amount_incl_tax) == (str(slip), str(detail["id"]), Decimal(12))

    def test_filters_stay_below_the_length_that_hosts_accept(self, shop9: Shop) -> None:
        with shop9.state() as state:
            for _ in range(90):
                # Twenty characters are taken from 9 on.
                make_order(state, reference=f"LONGREFERENCE{next(fresh):07d}", status=PREPARED)
        longest = 0

        class Watch(httpx.HTTPTransport):
            def handle_request(self, request: httpx.Request) -> httpx.Response:
                nonlocal longest
                values = [v for k, v in request.url.params.multi_items() if k.startswith("filter")]
                longest = max([longest, *(len(v.encode()) for v in values)])
                return super().handle_request(request)

        read(shop9.connect(transport=Watch()), Scope.ORDERS)
        assert 1000 < longest <= FILTER_BYTES + 2

    @pytest.mark.spec("SVC-04")
    def test_page_sizes_of_the_settings_are_used(self, shop9: Shop) -> None:
        read(shop9.connect(sizes={"page_size": 20, "detail_page": 20}), Scope.ORDERS)
        orders = len(shop9.rows("orders"))
        assert shop9.calls("orders")["GET orders"] == ceil(orders / 20)
        assert shop9.calls("order_details")["GET order_details"] == ceil(orders / 20)
