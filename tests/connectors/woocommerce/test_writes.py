"""Writes to a running shop: variations by product, the trash, case, brands, statuses, in few calls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.connectors.base import (
    OrderStatusWrite,
    Outcome,
    PriceWrite,
    ProductWrite,
    ReadRequest,
    Scope,
    StatusWrite,
    StockWrite,
    WriteResult,
)
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.reference_lists import ListName
from tests.connectors.woocommerce.helpers import Shop, fresh, product, read


def code(result: WriteResult) -> str:
    assert result.outcome is not Outcome.DONE
    assert result.error is not None
    assert result.error.text("fr") != result.error.code
    return result.error.code


def key() -> str:
    return f"W{next(fresh)}"


def create(shop: Shop, name: str, **values: str) -> WriteResult:
    write = ProductWrite(key=name, values={"reference": name, **values}, texts={"name@fr": name})
    (result,) = shop.connect().write_products([write])
    return result


@pytest.mark.spec("ART-01")
class TestCreation:
    def test_new_product_has_every_value_and_is_counted_from_nothing(self, shop: Shop) -> None:
        name = key()
        lists = shop.connect().reference_lists()
        category = lists.get(ListName.FAMILIES)[-1].id
        values = {"price_excl_tax": "12.345678", "tax_id": "reduced-rate", "active": "0", "barcode": "3760000000123",
                  "category_id": category, "weight": "0.75", "brand": "Maison & Fils"}  # fmt: skip
        texts = {"name@fr": "Thé & miel", "description@fr": "<p>Bon</p>", "link_rewrite@fr": f"the-{name.lower()}"}
        connector = shop.connect()
        write = ProductWrite(key=name, values={"reference": name, **values}, texts=texts)
        (result,) = connector.write_products([write])
        assert result.outcome is Outcome.DONE
        found = read(shop.connect(), Scope.PRODUCTS, ReadRequest(ids=(result.target_id,)))[Product][0]
        assert (found.reference, found.price_excl_tax, found.tax_id) == (name, Decimal("12.345678"), "reduced-rate")
        assert (found.active, found.barcode, found.weight) == (False, "3760000000123", Decimal("0.75"))
        assert (found.brand, found.category_id) == ("Maison & Fils", category)
        assert found.texts["name@fr"] == "Thé & miel"
        assert found.texts["link_rewrite@fr"] == f"the-{name.lower()}"
        (stock,) = read(shop.connect(), Scope.STOCKS, ReadRequest(ids=(result.target_id,)))[Stock]
        assert (stock.quantity, stock.remote_id) == (0, result.target_id)

    @pytest.mark.pitfall("PB-27")
    def test_reference_that_differs_by_case_alone_is_told(self, shop: Shop) -> None:
        name = key()
        shop.products(product(name.lower()))
        assert code(create(shop, name)) == "woocommerce.reference_case"

    @pytest.mark.pitfall("PB-27")
    def test_reference_with_spaces_around_is_the_same_one(self, shop: Shop) -> None:
        name = key()
        (there,) = shop.products(product(name))
        assert create(shop, name, price_excl_tax="1").target_id == there

    @pytest.mark.pitfall("PB-28")
    def test_reference_of_a_variation_is_not_taken_for_a_product(self, shop: Shop) -> None:
        name = key()
        shop.variable(name, 2)
        assert code(create(shop, f"{name}-1")) == "woocommerce.reference_of_variation"

    def test_reference_in_the_trash_is_told_before_anything_is_sent(self, shop: Shop) -> None:
        name = key()
        shop.products(product(name, status="trash"))
        assert code(create(shop, name)) == "woocommerce.reference_in_trash"
        assert not any(path.startswith("POST") for path in shop.calls())

    @pytest.mark.parametrize(
        ("name", "values", "cause"),
        [
            ("W,1", {}, "reference_characters"),
            ("W" * 101, {}, "reference_length"),
            ("WB", {"price_excl_tax": "5,50"}, "value_refused"),
            ("WC", {"weight": "1e3"}, "value_refused"),
            ("WD", {"barcode": "ABC-12"}, "value_refused"),
            ("WE", {"category_id": "99999"}, "category_gone"),
            ("WF", {"tax_id": "inconnue"}, "tax_class_gone"),
        ],
    )
    def test_value_that_a_batch_would_take_for_another_is_not_sent(
        self, shop: Shop, name: str, values: dict[str, str], cause: str
    ) -> None:
        assert code(create(shop, name, **values)) == f"woocommerce.{cause}"
        assert not shop.rows("products", "sku = ?", (name,))

    def test_barcode_of_another_product_is_told(self, shop: Shop) -> None:
        shop.products(product(key(), gtin="3760000000888"))
        assert code(create(shop, key(), barcode="3760000000888")) == "woocommerce.barcode_taken"

    def test_brand_is_made_once_for_all(self, shop: Shop) -> None:
        brand, names = f"Marque {key()}", [key() for _ in range(3)]
        writes = [ProductWrite(key=n, values={"reference": n, "brand": brand}, texts={"name@fr": n}) for n in names]
        assert {r.outcome for r in shop.connect().write_products(writes)} == {Outcome.DONE}
        assert {r.outcome for r in shop.connect().write_products(writes)} == {Outcome.DONE}
        assert len(shop.rows("terms", "name = ?", (brand,))) == 1

    @pytest.mark.pitfall("PB-20")
    def test_lost_answer_of_a_creation_is_looked_up_and_doubles_nothing(self, shop: Shop) -> None:
        names = [key() for _ in range(3)]
        shop.server.faults([{"kind": "drop_after", "path": "/products/batch"}])
        writes = [ProductWrite(key=n, values={"reference": n}, texts={"name@fr": n}) for n in names]
        results = shop.connect().write_products(writes)
        assert {r.outcome for r in results} == {Outcome.DONE}
        assert [len(shop.rows("products", "sku = ?", (n,))) for n in names] == [1, 1, 1]
        assert shop.calls()["POST /wp-json/wc/v3/products/batch"] == 1

    def test_hundred_creations_take_few_calls(self, shop: Shop) -> None:
        names = [key() for _ in range(100)]
        connector = shop.connect()
        connector.reference_lists()
        before = connector.calls
        writes = [ProductWrite(key=n, values={"reference": n}, texts={"name@fr": n}) for n in names]
        results = connector.write_products(writes)
        assert [(r.key, r.outcome) for r in results] == [(n, Outcome.DONE) for n in names]
        assert connector.calls - before <= 6


@pytest.mark.pitfall("PB-28")
class TestVariations:
    def test_each_variation_has_its_own_stock_in_one_call_a_product(self, shop: Shop) -> None:
        parents = [shop.variable(key(), 4) for _ in range(3)]
        rows = [
            StockWrite(key=v, target_id=v, quantity=int(v) % 7, row={"product_id": parent, "variant_id": v})
            for parent, own in parents for v in own
        ]  # fmt: skip
        connector = shop.connect()
        assert [(r.key, r.outcome) for r in connector.write_stocks(rows)] == [(w.key, Outcome.DONE) for w in rows]
        held = {str(r["id"]): r["stock_quantity"] for r in shop.rows("products", "type = 'variation'")}
        assert all(held[w.target_id] == w.quantity for w in rows)
        assert sum(n for path, n in shop.calls().items() if "variations/batch" in path) == 3

    def test_price_of_a_variation_is_its_own(self, shop: Shop) -> None:
        parent, (first, second) = shop.variable(key(), 2)
        write = PriceWrite(key="a", target_id=first, kind="variant", parent_id=parent, price_excl_tax=Decimal("7.125"))
        (result,) = shop.connect().write_prices([write])
        assert result.outcome is Outcome.DONE
        found = read(shop.connect(), Scope.PRODUCTS, ReadRequest(ids=(parent,)))[Product]
        assert {p.remote_id: p.price_excl_tax for p in found} == {
            parent: None,
            first: Decimal("7.125"),
            second: Decimal(9),
        }

    def test_price_of_a_variable_product_is_refused_with_its_reason(self, shop: Shop) -> None:
        parent, _ = shop.variable(key(), 1)
        write = PriceWrite(key="a", target_id=parent, kind="product", price_excl_tax=Decimal(5))
        (result,) = shop.connect().write_prices([write])
        assert code(result) == "woocommerce.price_of_variable"

    def test_variation_under_another_product_is_gone(self, shop: Shop) -> None:
        parent, _ = shop.variable(key(), 1)
        row = {"product_id": parent, "variant_id": "999999"}
        (result,) = shop.connect().write_stocks([StockWrite(key="a", target_id="999999", quantity=1, row=row)])
        assert code(result) == "woocommerce.gone"

    def test_variation_without_a_sku_has_not_its_parents(self, shop: Shop) -> None:
        name = key()
        parent, (own,) = shop.variable(name, 1)
        change = {"table": "products", "id": int(own), "change": {"sku": ""}}
        shop.server.admin("POST", "/_admin/rows", change)
        found = read(shop.connect(), Scope.PRODUCTS, ReadRequest(ids=(parent,)))[Product]
        assert [(p.kind, p.reference) for p in found] == [("product", name), ("variant", "")]


class TestStocks:
    @pytest.mark.spec("ART-40")
    def test_product_that_was_not_counted_is_counted_from_the_first_quantity(self, shop: Shop) -> None:
        name = key()
        (own,) = shop.products(product(name, stock_quantity=None))
        (before,) = read(shop.connect(), Scope.STOCKS, ReadRequest(ids=(own,)))[Stock]
        assert before.quantity == -1
        (result,) = shop.connect().write_stocks([StockWrite(key=name, target_id=own, quantity=0, row={})])
        assert result.outcome is Outcome.DONE
        (after,) = read(shop.connect(), Scope.STOCKS, ReadRequest(ids=(own,)))[Stock]
        assert (after.quantity, after.depends) == (0, "true")

    def test_quantities_that_came_with_products_are_not_read_twice(self, shop: Shop) -> None:
        connector = shop.connect()
        products = read(connector, Scope.PRODUCTS)[Product]
        shop.server.reset_calls()
        stocks = read(connector, Scope.STOCKS)[Stock]
        assert shop.calls() == {}
        variable = {p.parent_id for p in products if p.kind == "variant"}
        sold = {p.remote_id for p in products if p.remote_id not in variable}
        assert {s.remote_id for s in stocks} == sold
        read(connector, Scope.STOCKS)
        assert shop.calls(), "the second time they are read anew"

    def test_quantity_written_in_between_is_read_anew(self, shop: Shop) -> None:
        connector = shop.connect()
        stocks = read(connector, Scope.PRODUCTS)
        assert stocks
        (own,) = shop.products(product(key()))
        connector.write_stocks([StockWrite(key="a", target_id=own, quantity=41, row={})])
        assert {s.remote_id: s.quantity for s in read(connector, Scope.STOCKS)[Stock]}[own] == 41


@pytest.mark.spec("ART-05")
def test_publish_and_draft(shop: Shop) -> None:
    own = shop.products(product(key()), product(key(), status="draft"))
    writes = [StatusWrite(key=i, target_id=i, active=a) for i, a in zip(own, (False, True), strict=True)]
    assert {r.outcome for r in shop.connect().write_status(writes)} == {Outcome.DONE}
    assert [shop.rows("products", "id = ?", (i,))[0]["status"] for i in own] == ["draft", "publish"]


@pytest.mark.spec("ART-06")
def test_texts_of_an_update_touch_nothing_else(shop: Shop) -> None:
    name = key()
    (own,) = shop.products(product(name))
    write = ProductWrite(key=name, target_id=own, texts={"description_short@fr": "<em>Neuf</em>"})
    (result,) = shop.connect().write_products([write])
    assert result.outcome is Outcome.DONE
    (row,) = shop.rows("products", "id = ?", (own,))
    assert (row["short_description"], row["name"], row["regular_price"]) == (
        "<em>Neuf</em>", f"Article {name}", "12.345678",
    )  # fmt: skip


@pytest.mark.spec("ORD-24")
class TestOrderStatus:
    def move(self, shop: Shop, order: str, status: str, **more: Any) -> WriteResult:
        write = OrderStatusWrite(key=order, order_id=order, status_id=status, **more)
        (result,) = shop.connect().write_order_status([write])
        return result

    def test_batch_of_orders_takes_three_calls(self, shop: Shop) -> None:
        orders = shop.orders(20)
        connector = shop.connect()
        writes = [OrderStatusWrite(key=o, order_id=o, status_id="completed") for o in orders]
        assert {r.outcome for r in connector.write_order_status(writes)} == {Outcome.DONE}
        assert connector.calls == 3

    def test_status_that_stands_already_sends_nothing(self, shop: Shop) -> None:
        (order,) = shop.orders(1)
        assert self.move(shop, order, "processing").outcome is Outcome.DONE
        assert not any(path.startswith("POST") for path in shop.calls())

    @pytest.mark.pitfall("PB-24")
    def test_completed_order_is_not_set_back(self, shop: Shop) -> None:
        (order,) = shop.orders(1, status="completed")
        result = self.move(shop, order, "processing")
        assert result.outcome is Outcome.LEFT
        assert code(result) == "woocommerce.status_goes_back"

    def test_order_that_moved_on_meanwhile_is_left(self, shop: Shop) -> None:
        (order,) = shop.orders(1, status="cancelled")
        assert code(self.move(shop, order, "completed", only_from=("processing",))) == "woocommerce.status_moved_on"

    def test_unknown_status_is_never_sent(self, shop: Shop) -> None:
        (order,) = shop.orders(1)
        assert code(self.move(shop, order, "expediee")) == "woocommerce.status_unknown"
        assert shop.rows("orders", "id = ?", (order,))[0]["status"] == "processing"

    def test_deleted_order_is_told(self, shop: Shop) -> None:
        assert code(self.move(shop, "999999", "completed")) == "woocommerce.gone"
