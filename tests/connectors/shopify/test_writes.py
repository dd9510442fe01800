"""Writes: what is created, adopted, refused, compared, published."""

from __future__ import annotations

import time
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
from atoosync_lab.connectors.shops.shopify import facts
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.sales import Order
from atoosync_lab.sandbox.shopify.seed import SeedPayment
from tests.connectors.shopify.helpers import Shop, fresh, item, order, read, shirt, simple

D = Decimal


def codes(results: list[WriteResult]) -> list[tuple[Outcome, str]]:
    """Outcome and message id of each result; each message has a sentence."""
    assert all(r.error is None or r.error.text("fr") != r.error.code for r in results)
    return [(r.outcome, r.error.code if r.error else "") for r in results]


def new(key: str, **values: str) -> ProductWrite:
    usual = {"reference": key, "price_incl_tax": "9.99", "tax_id": "taxable", "active": "1"}
    return ProductWrite(key=key, values={**usual, **values}, texts={"name@fr": f"Article {key}"})


def product_of(shop: Shop, number: str) -> Product:
    (record,) = read(shop.connect(), Scope.PRODUCTS, ReadRequest(ids=(number,)))[Product]
    assert isinstance(record, Product)
    return record


# --- Creation ---------------------------------------------------------------------------------------------------------


@pytest.mark.spec("ART-01")
def test_new_article_is_whole_and_shown(shop: Shop) -> None:
    key = f"WHOLE-{next(fresh)}"
    write = ProductWrite(
        key=key,
        values={
            "reference": key, "price_incl_tax": "12.50", "tax_id": "exempt", "active": "1", "barcode": "3760000000024",
            "weight": "0.3", "brand": "Marque", "category_id": "",
        },
        texts={
            "name@fr": "Thé vert", "description@fr": "<p>Bon</p>", "meta_title@fr": "Thé",
            "meta_description@fr": "À boire", "link_rewrite@fr": f"the-vert-{key.lower()}",
        },
    )  # fmt: skip
    (result,) = shop.connect().write_products([write])
    assert result.outcome is Outcome.DONE
    record = product_of(shop, result.target_id)
    assert (record.reference, record.price_incl_tax, record.tax_id) == (key, D("12.50"), "exempt")
    assert (record.barcode, record.weight, record.brand, record.active) == ("3760000000024", D("0.3"), "Marque", True)
    assert record.texts == dict(write.texts)
    assert record.unit_id
    assert record.stock_tracked


def test_inactive_article_is_a_draft(shop: Shop) -> None:
    (result,) = shop.connect().write_products([new(f"DRAFT-{next(fresh)}", active="0")])
    row = shop.rows("products", "id = ?", int(result.target_id))[0]
    assert row["status"] == "DRAFT"
    assert product_of(shop, result.target_id).active is False


@pytest.mark.pitfall("PB-20")
def test_article_made_by_a_lost_call_is_found_without_the_search(shop: Shop) -> None:
    key = f"LOST-{next(fresh)}"
    (made,) = shop.connect().write_products([new(key)])
    # The search index has not caught up: it answers as if there were none.
    empty = {"data": {"productVariants": {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": []}}}
    shop.server.faults([{"kind": "status", "body": "query Skus", "value": {"status": 200, "body": empty}}])
    (again,) = shop.connect().write_products([new(key)])
    assert again.outcome is Outcome.DONE
    assert again.target_id == made.target_id
    assert len(shop.rows("variants", "sku = ?", key)) == 1


@pytest.mark.pitfall("PB-27")
@pytest.mark.pitfall("PB-28")
def test_references_that_are_taken_are_told(shop: Shop) -> None:
    n = next(fresh)
    (_, _), (twin, _), _, (parent, _), (other, _) = shop.products(
        simple(f"DUP{n}"), simple(f"ONE{n} "), simple(f"DUP{n}"), shirt(f"VAR{n}"), simple(f"case{n}")
    )
    results = shop.connect().write_products([new(f"DUP{n}"), new(f"ONE{n}"), new(f"VAR{n}-S"), new(f"CASE{n}")])
    assert codes(results) == [
        (Outcome.REFUSED, "shopify.reference_twice"),
        (Outcome.DONE, ""),
        (Outcome.REFUSED, "shopify.reference_of_variant"),
        (Outcome.DONE, ""),
    ]
    assert results[1].target_id == twin
    assert results[3].target_id not in (other, parent), "another case is another article"


def test_article_whose_sku_was_changed_in_the_shop_is_not_made_again(shop: Shop) -> None:
    key = f"MOVED-{next(fresh)}"
    (made,) = shop.connect().write_products([new(key)])
    unit = product_of(shop, made.target_id).unit_id
    shop.change("variants", unit, sku="OTHER")
    (again,) = shop.connect().write_products([new(key)])
    assert codes([again]) == [(Outcome.REFUSED, "shopify.reference_changed")]


def test_variants_are_not_created(shop: Shop) -> None:
    (result,) = shop.connect().write_products([ProductWrite(key="V", kind="variant", parent_id="1")])
    assert codes([result]) == [(Outcome.REFUSED, "shopify.variant_not_created")]


def test_new_article_gets_its_first_quantity(shop: Shop) -> None:
    connector = shop.connect()
    (made,) = connector.write_products([new(f"STOCK-{next(fresh)}")])
    (row,) = read(connector, Scope.STOCKS, ReadRequest(ids=(made.target_id,)))[Stock]
    write = StockWrite(key="S", target_id=row.remote_id, quantity=12, row=row_of(row))
    assert codes(connector.write_stocks([write])) == [(Outcome.DONE, "")]
    (row,) = read(connector, Scope.STOCKS, ReadRequest(ids=(made.target_id,)))[Stock]
    assert (row.quantity, row.depends) == (D(12), "stocked")


@pytest.mark.spec("ART-01")
@pytest.mark.pitfall("PB-20")
def test_article_that_is_made_and_not_shown_is_told_as_unfinished_and_an_update_shows_it(shop: Shop) -> None:
    key = f"HIDDEN-{next(fresh)}"
    broken = {"kind": "status", "body": "mutation Publish", "value": 403, "times": None}
    shop.server.faults([broken])
    (made,) = shop.connect().write_products([new(key)])
    assert made.outcome is not Outcome.DONE
    assert (made.error.code if made.error else "") == "shopify.not_published"
    assert product_of(shop, made.target_id).active is False
    finish = ProductWrite(key=key, target_id=made.target_id, values={"active": "1"})
    (again,) = shop.connect().write_products([finish])
    assert again.outcome is not Outcome.DONE, "nothing says done that is not shown"
    shop.server.faults([])
    assert codes(shop.connect().write_products([finish])) == [(Outcome.DONE, "")]
    assert product_of(shop, made.target_id).active is True


# --- Updates ----------------------------------------------------------------------------------------------------------


def test_update_touches_only_what_it_names(shop: Shop) -> None:
    ((product, unit),) = shop.products(simple(f"U-{next(fresh)}"))
    before = product_of(shop, product)
    write = ProductWrite(
        key="U", target_id=product, unit_id=unit, values={"barcode": "3760000000031"}, texts={"name@fr": "Autre nom"}
    )
    assert codes(shop.connect().write_products([write])) == [(Outcome.DONE, "")]
    after = product_of(shop, product)
    assert (after.barcode, after.texts["name@fr"]) == ("3760000000031", "Autre nom")
    assert (after.price_incl_tax, after.weight, after.brand) == (before.price_incl_tax, before.weight, before.brand)
    assert after.texts["description@fr"] == before.texts["description@fr"]
    assert (after.reference, after.active) == (before.reference, before.active)


def test_variants_have_prices_of_their_own_in_one_mutation_a_product(shop: Shop) -> None:
    ((parent, _),) = shop.products(shirt(f"PV{next(fresh)}"))
    variants = [p for p in read(shop.connect(), Scope.PRODUCTS, ReadRequest(ids=(parent,)))[Product] if p.parent_id]
    writes = [
        PriceWrite(
            key=v.key, target_id=v.remote_id, kind="variant", parent_id=parent, unit_id=v.unit_id,
            price_incl_tax=D("-1") if n == 1 else D(f"{20 + n}.00"),
        )
        for n, v in enumerate(variants)
    ]  # fmt: skip
    shop.server.admin("DELETE", "/_admin/points")
    results = shop.connect().write_prices(writes)
    assert [r.outcome for r in results] == [Outcome.DONE, Outcome.REFUSED, Outcome.DONE]
    prices = {str(r["id"]): r["price"] for r in shop.rows("variants", "product_id = ?", int(parent))}
    assert list(prices.values()) == ["20.00", "19.90", "22.00"]
    assert shop.points()["spent"] == facts.MUTATION_COST


def test_price_of_a_record_without_its_unit_finds_it(shop: Shop) -> None:
    (product, _), (parent, _) = shop.products(simple(f"NU-{next(fresh)}"), shirt(f"NU{next(fresh)}"))
    writes = [
        PriceWrite(key=k, target_id=t, kind="product", price_incl_tax=D("4.20"))
        for k, t in (("a", product), ("b", parent), ("c", "999999"))
    ]
    assert codes(shop.connect().write_prices(writes)) == [
        (Outcome.DONE, ""), (Outcome.REFUSED, "shopify.several_variants"), (Outcome.REFUSED, "shopify.gone"),
    ]  # fmt: skip
    assert product_of(shop, product).price_incl_tax == D("4.20")


def price_writes(made: list[tuple[str, str]], price: str, bad: int | None = None) -> list[PriceWrite]:
    return [
        PriceWrite(
            key=p, target_id=p, unit_id=v, kind="product", price_incl_tax=D("-1") if n == bad else D(price)
        )
        for n, (p, v) in enumerate(made)
    ]  # fmt: skip


@pytest.mark.spec("ART-03")
def test_many_prices_go_as_one_file_and_cost_next_to_nothing(shop: Shop) -> None:
    made = shop.products(*(simple(f"B-{next(fresh)}") for _ in range(facts.BULK_PRICES_FROM)))
    # A twentieth of the waits: without any, the file would be asked for as fast as calls can go.
    connector = shop.connect(sleep=lambda seconds: time.sleep(seconds / 20))
    shop.server.admin("DELETE", "/_admin/points")
    results = connector.write_prices(price_writes(made, "3.21", bad=7))
    assert connector.calls <= connector.calls_for("price", len(made))
    assert shop.points()["spent"] < 2 * facts.MUTATION_COST + 20
    assert [r.key for r in results] == [p for p, _ in made]
    assert [n for n, r in enumerate(results) if r.outcome is not Outcome.DONE] == [7]
    assert codes(results)[7] == (Outcome.REFUSED, "shopify.record_refused")
    found = shop.rows("variants", f"id BETWEEN {made[0][1]} AND {made[-1][1]}")
    assert [n for n, r in enumerate(found) if r["price"] != "3.21"] == [7]


@pytest.mark.parametrize("kind", ["busy", "lost"])
def test_prices_whose_file_cannot_be_used_are_written_or_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(facts, "BULK_PRICES_FROM", 3)
    made = shop.products(*(simple(f"F-{next(fresh)}") for _ in range(3)))
    if kind == "busy":
        errors = [{"field": None, "message": "in progress", "code": "OPERATION_IN_PROGRESS"}]
        body = {"data": {"bulkOperationRunMutation": {"bulkOperation": None, "userErrors": errors}}}
        shop.server.faults([{"kind": "status", "body": "RunMutation", "value": {"status": 200, "body": body}}])
    else:
        shop.server.faults([{"kind": "status", "body": "BulkState", "value": 500, "times": None}])
    results = shop.connect().write_prices(price_writes(made, "6.54"))
    wanted = (Outcome.DONE, "") if kind == "busy" else (Outcome.UNKNOWN, "shopify.not_confirmed")
    assert codes(results) == [wanted] * 3
    if kind == "busy":
        assert {product_of(shop, p).price_incl_tax for p, _ in made} == {D("6.54")}


@pytest.mark.spec("ART-05")
def test_activation_shows_and_deactivation_hides(shop: Shop) -> None:
    ((product, _),) = shop.products(simple(f"A-{next(fresh)}"))
    connector = shop.connect()
    connector.write_status([StatusWrite(key="A", target_id=product, active=False)])
    assert product_of(shop, product).active is False
    with shop.state() as state, state.writing():
        state.db.execute("DELETE FROM publication_entries WHERE resource_id = ?", (int(product),))
        state.update("products", int(product), {"published_at": None})
    connector.write_status([StatusWrite(key="A", target_id=product, active=True)])
    assert product_of(shop, product).active is True


def test_internal_error_in_a_write_ends_well(shop: Shop) -> None:
    ((product, unit),) = shop.products(simple(f"I-{next(fresh)}"))
    write = PriceWrite(key="I", target_id=product, unit_id=unit, kind="product", price_incl_tax=D("7.77"))
    shop.server.faults([{"kind": "internal_error_after", "body": "mutation Prices", "times": 2}])
    assert codes(shop.connect().write_prices([write])) == [(Outcome.DONE, "")]
    shop.server.faults([{"kind": "internal_error_after", "body": "mutation Prices", "times": None}])
    assert codes(shop.connect().write_prices([write])) == [(Outcome.UNKNOWN, "shopify.not_confirmed")]


# --- Stocks -----------------------------------------------------------------------------------------------------------


def row_of(stock: Stock) -> dict[str, str]:
    """The row as flows send it back."""
    return {
        "product_id": stock.product_id, "warehouse_id": stock.warehouse_id, "depends": stock.depends,
        "quantity": str(int(stock.quantity)),
    }  # fmt: skip


def stock_writes(shop: Shop, *numbers: str, quantity: int = 40) -> list[StockWrite]:
    rows = read(shop.connect(), Scope.STOCKS, ReadRequest(ids=numbers))[Stock]
    return [StockWrite(key=r.product_id, target_id=r.remote_id, quantity=quantity, row=row_of(r)) for r in rows]


def held(shop: Shop, variant: str) -> list[int]:
    """Quantities of a variant, by location."""
    rows = shop.rows("inventory_levels", "item_id = ? ORDER BY location_id", int(item(variant)))
    return [r["available"] for r in rows]


@pytest.mark.spec("ART-04")
def test_quantity_that_moved_since_it_was_read_is_compared_told_and_written(shop: Shop) -> None:
    (one, unit), (two, other) = shop.products(simple(f"Q-{next(fresh)}"), simple(f"Q-{next(fresh)}"))
    writes = stock_writes(shop, one, two)
    with shop.state() as state, state.writing():
        state.db.execute("UPDATE inventory_levels SET available = 4 WHERE item_id = ?", (int(item(unit)),))
    connector = shop.connect()
    assert codes(connector.write_stocks(writes)) == [(Outcome.DONE, ""), (Outcome.DONE, "")]
    assert (held(shop, unit), held(shop, other)) == ([40], [40])
    (told,) = connector.warnings
    assert told.code == "shopify.stock_moved"
    assert told.message.params == {"record": one, "was": 5, "now": 4}
    # Sent again after a lost answer: what is wanted is there, nothing is told.
    connector = shop.connect()
    assert codes(connector.write_stocks(writes)) == [(Outcome.DONE, ""), (Outcome.DONE, "")]
    assert connector.warnings == []


def test_article_that_the_location_does_not_stock_is_stocked_there(shop: Shop) -> None:
    (one, unit), (two, other) = shop.products(
        simple(f"N-{next(fresh)}", stock=()), simple(f"N-{next(fresh)}", stock=())
    )
    writes = stock_writes(shop, one, two)
    assert [w.row["depends"] for w in writes] == ["unstocked", "unstocked"]
    # A record read before the last of these came to be: the call itself tells that it is not stocked.
    writes[1] = StockWrite(key=two, target_id=item(other), quantity=40, row={**writes[1].row, "depends": "stocked"})
    assert codes(shop.connect().write_stocks(writes)) == [(Outcome.DONE, ""), (Outcome.DONE, "")]
    assert (held(shop, unit), held(shop, other)) == ([40], [40])
    # Once more, with rows of before: it is stocked by now.
    assert codes(shop.connect().write_stocks(writes)) == [(Outcome.DONE, ""), (Outcome.DONE, "")]


def test_article_that_is_not_tracked_is_told(shop: Shop) -> None:
    ((number, unit),) = shop.products(simple(f"NT-{next(fresh)}", tracked=False))
    assert codes(shop.connect().write_stocks(stock_writes(shop, number))) == [(Outcome.REFUSED, "shopify.not_tracked")]
    bare = StockWrite(key="x", target_id=item(unit), quantity=3, row={})
    assert codes(shop.connect().write_stocks([bare])) == [(Outcome.REFUSED, "shopify.not_tracked")]


@pytest.mark.parametrize("version", ["2025-10", "2026-01", "2026-04"])
def test_quantities_are_compared_as_each_version_wants_it(shop: Shop, version: str) -> None:
    ((number, unit),) = shop.products(simple(f"V-{next(fresh)}"))
    connector = shop.connect(options={"api_version": version})
    assert codes(connector.write_stocks(stock_writes(shop, number, quantity=9))) == [(Outcome.DONE, "")]
    assert held(shop, unit) == [9]
    stale = [StockWrite(key=w.key, target_id=w.target_id, quantity=11, row={**w.row, "quantity": "5"})
             for w in stock_writes(shop, number)]  # fmt: skip
    assert codes(connector.write_stocks(stale)) == [(Outcome.DONE, "")]
    assert held(shop, unit) == [11]
    assert [w.code for w in connector.warnings] == ["shopify.stock_moved"]


def test_quantity_goes_to_the_chosen_location(shop: Shop) -> None:
    ((number, unit),) = shop.products(simple(f"L-{next(fresh)}", stock=(5, 6)))
    second = str(shop.rows("locations", "1 ORDER BY id")[1]["id"])
    connector = shop.connect(options={"location": second})
    (row,) = read(connector, Scope.STOCKS, ReadRequest(ids=(number,)))[Stock]
    assert row.quantity == 6
    write = StockWrite(key="L", target_id=row.remote_id, quantity=60, row=row_of(row))
    assert codes(connector.write_stocks([write])) == [(Outcome.DONE, "")]
    assert held(shop, unit) == [5, 60]


def test_three_hundred_quantities_take_two_calls_and_twenty_points(shop: Shop) -> None:
    made = shop.products(*(simple(f"M-{next(fresh)}") for _ in range(300)))
    location = str(shop.rows("locations", "1 ORDER BY id")[0]["id"])
    row = {"warehouse_id": location, "quantity": "5", "depends": "stocked"}
    writes = [StockWrite(key=p, target_id=item(v), quantity=8, row=row) for p, v in made]
    connector = shop.connect()
    shop.server.admin("DELETE", "/_admin/points")
    assert {r.outcome for r in connector.write_stocks(writes)} == {Outcome.DONE}
    assert connector.calls == 2
    assert shop.points()["spent"] == 2 * facts.MUTATION_COST


# --- Orders -----------------------------------------------------------------------------------------------------------


def move(shop: Shop, number: str, status: str, **more: Any) -> tuple[Outcome, str]:
    (result,) = shop.connect().write_order_status(
        [OrderStatusWrite(key=number, order_id=number, status_id=status, **more)]
    )
    return codes([result])[0]


def state_of(shop: Shop, number: str) -> str:
    (head,) = read(shop.connect(), Scope.ORDERS, ReadRequest(ids=(number,)))[Order]
    return str(head.status_id)


@pytest.mark.spec("ORD-24")
def test_order_is_paid_shipped_and_archived(shop: Shop) -> None:
    (number,) = shop.orders(order(payments=[]))
    assert state_of(shop, number) == "unpaid"
    for status in ("paid", "fulfilled", "closed"):
        assert move(shop, number, status) == (Outcome.DONE, "")
        assert state_of(shop, number) == status
    assert move(shop, number, "fulfilled") == (Outcome.DONE, ""), "it is, archived or not"
    assert len(shop.rows("fulfillments", "order_id = ?", int(number))) == 1


@pytest.mark.spec("ORD-24")
def test_order_is_cancelled_without_paying_back(shop: Shop) -> None:
    (number,) = shop.orders(order())
    assert move(shop, number, "cancelled") == (Outcome.DONE, "")
    assert state_of(shop, number) == "cancelled"
    assert shop.rows("transactions", "order_id = ? AND kind = 'REFUND'", int(number)) == []
    assert move(shop, number, "paid")[0] in (Outcome.DONE, Outcome.REFUSED)
    assert move(shop, number, "fulfilled") == (Outcome.REFUSED, "shopify.status_cancelled")


@pytest.mark.spec("ORD-24")
def test_what_shopify_does_not_allow_is_refused_with_its_sentence(shop: Shop) -> None:
    held = SeedPayment("shopify_payments", None, "AUTHORIZATION")
    authorised, sent, paid = shop.orders(order(payments=[held]), order(sent=True), order())
    assert move(shop, paid, "refunded") == (Outcome.REFUSED, "shopify.status_derived")
    assert move(shop, paid, "shipped?") == (Outcome.REFUSED, "shopify.status_unknown")
    assert move(shop, sent, "cancelled") == (Outcome.LEFT, "shopify.status_goes_back")
    assert move(shop, "1", "paid") == (Outcome.REFUSED, "shopify.gone")
    assert move(shop, paid, "closed", only_from=("unpaid",)) == (Outcome.REFUSED, "shopify.status_moved_on")
    assert move(shop, paid, "paid") == (Outcome.DONE, "")
    outcome, code = move(shop, authorised, "paid")
    assert (outcome, code) in {(Outcome.REFUSED, "shopify.capture_first"), (Outcome.DONE, "")}
    shop.change("fulfillment_orders", shop.rows("fulfillment_orders", "order_id = ?", int(paid))[0]["id"],
                status="ON_HOLD")  # fmt: skip
    assert move(shop, paid, "fulfilled") == (Outcome.REFUSED, "shopify.nothing_to_ship")
