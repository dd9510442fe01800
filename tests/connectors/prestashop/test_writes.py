"""What is written to a shop, seen past the connector: nothing else changes, nothing is doubled, doubt is looked at."""

from __future__ import annotations

from decimal import Decimal

import pytest

from atoosync_lab.connectors.base import (
    OrderStatusWrite,
    Outcome,
    PriceWrite,
    ProductWrite,
    StatusWrite,
    StockWrite,
)
from atoosync_lab.sandbox.prestashop.values import language_map
from tests.connectors.prestashop.helpers import PAID, PREPARED, SHIPPED, Shop, fresh, make_order, product


def creation(key: str, **values: str) -> ProductWrite:
    """A new product in both languages."""
    usual = {"reference": key, "price_excl_tax": "12.345678", "tax_id": "1", "active": "1", "weight": "0.5"}
    return ProductWrite(key=key, values={**usual, **values}, texts={"name@1": f"Tea & {key}", "name@2": f"Thé {key}"})


def key() -> str:
    """A reference that no other test uses."""
    return f"W{next(fresh)}"


def _existing(shop: Shop, number: int = 1, **more: object) -> list[str]:
    return shop.insert("products", *(product(key(), **more) for _ in range(number)))


def _prices(targets: list[str], **changed: str) -> list[PriceWrite]:
    return [
        PriceWrite(key=t, target_id=t, kind="product", price_excl_tax=Decimal(changed.get(t, "7.5"))) for t in targets
    ]


class TestCreation:
    @pytest.mark.spec("ART-01", "SHP-01")
    def test_new_product_can_be_seen_and_bought(self, shop: Shop) -> None:
        name = key()
        (result,) = shop.connect().write_products([creation(name, barcode="3760000000017")])
        assert result.outcome is Outcome.DONE
        row = shop.row("products", result.target_id)
        wanted = {"state": 1, "active": 1, "available_for_order": 1, "show_price": 1, "minimal_quantity": 1}
        assert {field: row[field] for field in wanted} == wanted
        assert (row["price"], row["weight"], row["ean13"]) == ("12.345678", "0.500000", "3760000000017")
        assert (row["visibility"], row["condition"], row["id_category_default"]) == ("both", "new", 2)
        assert shop.names(result.target_id) == {1: f"Tea & {name}", 2: f"Thé {name}"}
        if shop.version != "1.7.7":
            assert row["product_type"] == "standard"
        assert shop.rows("stock_availables", "id_product = ?", int(result.target_id))

    def test_url_is_made_of_the_name_in_every_language(self, shop: Shop) -> None:
        name = key()
        write = ProductWrite(
            key=name, values={"reference": name, "price_excl_tax": "1"},
            texts={"name@1": "Green tea, 100 g", "name@2": "Thé vert d’été, 100 g"},
        )  # fmt: skip
        (result,) = shop.connect().write_products([write])
        assert result.outcome is Outcome.DONE, result.error
        rewrites = shop.row("products", result.target_id)["link_rewrite"]
        assert "green-tea-100-g" in rewrites
        assert "the-vert-d" in rewrites

    def test_name_in_one_language_only_leaves_no_language_without_a_name(self, shop: Shop) -> None:
        name = key()
        write = ProductWrite(key=name, values={"reference": name, "price_excl_tax": "1"}, texts={"name@2": "Thé"})
        (result,) = shop.connect().write_products([write])
        assert shop.names(result.target_id) == {1: "Thé", 2: "Thé"}
        assert language_map(shop.row("products", result.target_id)["link_rewrite"]) == {1: "the", 2: "the"}

    @pytest.mark.pitfall("PB-27")
    def test_product_of_another_case_is_another_product(self, shop: Shop) -> None:
        name = f"abc{next(fresh)}"
        (other,) = shop.insert("products", product(name))
        (result,) = shop.connect().write_products([creation(name.upper())])
        assert result.outcome is Outcome.DONE
        assert result.target_id != other
        assert shop.row("products", other)["reference"] == name

    @pytest.mark.pitfall("PB-27")
    def test_product_with_a_space_after_its_reference_is_the_same(self, shop: Shop) -> None:
        name = key()
        (there,) = shop.insert("products", product(f"{name} "))
        (result,) = shop.connect().write_products([creation(name)])
        assert (result.outcome, result.target_id) == (Outcome.DONE, there)

    @pytest.mark.pitfall("PB-27")
    def test_reference_held_twice_is_refused_and_nothing_is_written(self, shop: Shop) -> None:
        name = key()
        shop.insert("products", product(name), product(f"{name} "))
        (result,) = shop.connect().write_products([creation(name)])
        assert result.outcome is Outcome.REFUSED
        assert name in result.error.text("fr")
        assert len(shop.rows("products", "reference LIKE ?", f"{name}%")) == 2

    def test_reference_of_a_variant_is_no_new_product(self, shop9: Shop) -> None:
        (result,) = shop9.connect().write_products([creation("P001-1")])
        assert result.outcome is Outcome.REFUSED
        assert shop9.rows("products", "reference = 'P001-1'") == []

    @pytest.mark.parametrize("name", ["A|B{n}", "[A]{n}"])
    def test_reference_that_cannot_be_looked_up_is_refused_not_doubled(self, shop9: Shop, name: str) -> None:
        reference = name.format(n=next(fresh))
        connector = shop9.connect()
        results = [connector.write_products([creation(reference)])[0] for _ in range(2)]
        assert {r.outcome for r in results} == {Outcome.REFUSED}
        assert shop9.rows("products", "reference = ?", reference) == []

    def test_reference_with_a_comma_is_found_again(self, shop9: Shop) -> None:
        reference = f"12,{next(fresh)}"
        connector = shop9.connect()
        first, second = (connector.write_products([creation(reference)])[0] for _ in range(2))
        assert first.outcome is second.outcome is Outcome.DONE
        assert first.target_id == second.target_id

    @pytest.mark.pitfall("PB-20")
    def test_lost_answer_of_a_creation_adopts_what_was_made(self, shop: Shop) -> None:
        name = key()
        shop.server.faults([{"kind": "timeout_after", "method": "POST", "path": "/api/products"}])
        (result,) = shop.connect().write_products([creation(name)])
        (made,) = shop.rows("products", "reference = ?", name)
        assert (result.outcome, result.target_id) == (Outcome.DONE, str(made["id"]))

    @pytest.mark.pitfall("PB-20")
    def test_error_after_the_record_was_stored_adopts_it(self, shop: Shop) -> None:
        name = key()
        shop.server.faults([{"kind": "error_after_save", "method": "POST", "path": "/api/products"}])
        (result,) = shop.connect().write_products([creation(name)])
        (made,) = shop.rows("products", "reference = ?", name)
        assert (result.outcome, result.target_id) == (Outcome.DONE, str(made["id"]))

    @pytest.mark.spec("ART-09")
    def test_brand_is_made_once_and_found_the_next_time(self, shop: Shop) -> None:
        brand = f"Maison {next(fresh)}"
        first = shop.connect().write_products([creation(key(), brand=brand), creation(key(), brand=brand)])
        again = shop.connect().write_products([creation(key(), brand=brand)])
        (made,) = shop.rows("manufacturers", "name = ?", brand)
        assert made["active"] == 1
        for result in [*first, *again]:
            assert shop.row("products", result.target_id)["id_manufacturer"] == made["id"]

    @pytest.mark.pitfall("PB-20")
    def test_lost_answer_of_a_brand_makes_no_second_one(self, shop9: Shop) -> None:
        brand = f"Maison {next(fresh)}"
        shop9.server.faults([{"kind": "timeout_after", "method": "POST", "path": "/api/manufacturers"}])
        (result,) = shop9.connect().write_products([creation(key(), brand=brand)])
        assert result.outcome is Outcome.DONE
        assert len(shop9.rows("manufacturers", "name = ?", brand)) == 1


class TestUpdate:
    @pytest.mark.spec("SHP-02")
    def test_only_the_fields_given_change(self, shop: Shop) -> None:
        (target,) = _existing(shop, depth="3.5", meta_title="Titre", categories=[2])
        before = shop.row("products", target)
        write = ProductWrite(key="k", target_id=target, values={"weight": "2.5"})
        (result,) = shop.connect().write_products([write])
        assert result.outcome is Outcome.DONE, result.error
        after = shop.row("products", target)
        assert {f for f in before if before[f] != after[f]} <= {"weight", "date_upd", "indexed"}
        assert after["weight"] == "2.500000"

    def test_texts_of_a_language_change_and_other_texts_stay(self, shop: Shop) -> None:
        (target,) = _existing(shop)
        texts = {"name@1": "Kettle", "name@2": "Bouilloire ❤"}
        shop.connect().write_products([ProductWrite(key="k", target_id=target, texts=texts)])
        assert shop.names(target) == {1: "Kettle", 2: "Bouilloire ❤"}
        assert "À propos de" in shop.row("products", target)["description"]

    def test_combinations_survive_an_update_of_their_product(self, shop: Shop) -> None:
        before = shop.rows("combinations", "id_product = 1")
        shop.connect().write_products([ProductWrite(key="k", target_id="1", values={"weight": "1.25"})])
        assert shop.rows("combinations", "id_product = 1") == before
        assert shop.row("products", 1)["weight"] == "1.250000"

    def test_variant_takes_reference_and_barcode(self, shop: Shop) -> None:
        write = ProductWrite(key="k", target_id="3", kind="variant", parent_id="1", values={"barcode": "3760000000024"})
        (result,) = shop.connect().write_products([write])
        assert result.outcome is Outcome.DONE, result.error
        row = shop.row("combinations", 3)
        assert (row["ean13"], row["price"], row["minimal_quantity"]) == ("3760000000024", "-1.500000", 1)

    def test_record_that_is_gone_is_refused_by_name(self, shop: Shop) -> None:
        (there,) = _existing(shop)
        writes = [
            ProductWrite(key=k, target_id=t, values={"weight": "9"}) for k, t in (("gone", "999999"), ("k", there))
        ]
        results = shop.connect().write_products(writes)
        assert [(r.key, r.outcome) for r in results] == [("gone", Outcome.REFUSED), ("k", Outcome.DONE)]
        assert shop.row("products", there)["weight"] == "9.000000"


class TestPricesAndStocks:
    @pytest.mark.spec("ART-03", "ART-50")
    def test_prices_of_products_and_variants_change_and_nothing_else(self, shop: Shop) -> None:
        targets = _existing(shop, 3)
        before = [shop.row("products", t) for t in targets]
        writes = _prices(targets)
        writes.append(PriceWrite(key="v", target_id="2", kind="variant", price_excl_tax=Decimal("-2.123456")))
        results = shop.connect().write_prices(writes)
        assert {r.outcome for r in results} == {Outcome.DONE}
        for old, target in zip(before, targets, strict=True):
            new = shop.row("products", target)
            assert new["price"] == "7.500000"
            assert {f for f in old if old[f] != new[f]} <= {"price", "date_upd", "indexed"}
        assert shop.row("combinations", 2)["price"] == "-2.123456"
        shop.connect().write_prices(
            [PriceWrite(key="v", target_id="2", kind="variant", price_excl_tax=Decimal("-1.5"))]
        )

    @pytest.mark.spec("SVC-04")
    def test_batch_of_prices_is_one_call(self, shop: Shop) -> None:
        targets = _existing(shop, 50)
        connector = shop.connect()
        connector.server_time()
        shop.server.reset_calls()
        connector.write_prices(_prices(targets))
        expected = {"GET products": 1, "PUT products": 1} if shop.version == "1.7.7" else {"PATCH products": 1}
        assert shop.calls() == expected

    def test_bad_record_among_many_is_found_by_halving(self, shop: Shop) -> None:
        targets = _existing(shop, 40)
        bad = targets[17]
        connector = shop.connect()
        results = connector.write_prices(_prices(targets, **{bad: "-1"}))
        assert [r.key for r in results] == targets
        assert [r.key for r in results if r.outcome is not Outcome.DONE] == [bad]
        refusal = next(r for r in results if r.key == bad)
        assert refusal.remote_code == "85"
        assert "price is not valid" in refusal.error.text("fr")
        assert {shop.row("products", t)["price"] for t in targets if t != bad} == {"7.500000"}
        # Six halvings of two batches each; before 8 a batch is read before it is sent.
        assert connector.calls <= (1 + 2 * 6) * 2 + 1

    @pytest.mark.spec("ART-05")
    def test_status_switches_without_touching_the_sheet(self, shop: Shop) -> None:
        (target,) = _existing(shop)
        before = shop.row("products", target)
        shop.connect().write_status([StatusWrite(key="k", target_id=target, active=False)])
        after = shop.row("products", target)
        assert after["active"] == 0
        assert {f for f in before if before[f] != after[f]} <= {"active", "date_upd", "indexed"}

    @pytest.mark.spec("ART-04", "ART-40")
    def test_stock_row_keeps_its_shop_and_location(self, shop: Shop) -> None:
        (target,) = _existing(shop)
        (row,) = shop.rows("stock_availables", "id_product = ?", int(target))
        with shop.state() as state:
            state.update("stock_availables", row["id"], {"location": "A-12", "out_of_stock": 1})
        write = StockWrite(key="k", target_id=str(row["id"]), quantity=-3, row={})
        (result,) = shop.connect().write_stocks([write])
        assert result.outcome is Outcome.DONE, result.error
        after = shop.row("stock_availables", row["id"])
        assert (after["quantity"], after["location"], after["out_of_stock"]) == (-3, "A-12", 1)
        assert (after["id_shop"], after["id_shop_group"]) == (1, 0)

    def test_stock_of_a_variant_moves_the_total_of_its_product(self, shop: Shop) -> None:
        rows = {r["id_product_attribute"]: r for r in shop.rows("stock_availables", "id_product = 1")}
        writes = [StockWrite(key=str(n), target_id=str(rows[n]["id"]), quantity=10 * n, row={}) for n in (1, 2, 3)]
        shop.connect().write_stocks(writes)
        assert shop.row("stock_availables", rows[0]["id"])["quantity"] == 60

    @pytest.mark.pitfall("PB-20")
    @pytest.mark.parametrize("kind", ["timeout_after", "error_after_save"])
    def test_lost_answer_of_prices_is_settled_by_one_look(self, shop: Shop, kind: str) -> None:
        targets = _existing(shop, 3)
        shop.server.faults([{"kind": kind, "path": r"/api/products$"}])
        results = shop.connect().write_prices(_prices(targets))
        assert {r.outcome for r in results} == {Outcome.DONE}
        assert {shop.row("products", t)["price"] for t in targets} == {"7.500000"}


class TestOrderStatus:
    @pytest.mark.spec("ORD-24")
    def test_order_gets_one_row_and_is_never_put(self, shop: Shop) -> None:
        with shop.state() as state:
            order = str(make_order(state, status=PAID))
        before = shop.row("orders", order)
        connector = shop.connect()
        write = OrderStatusWrite(key="k", order_id=order, status_id=SHIPPED)
        for _ in range(2):
            (result,) = connector.write_order_status([write])
            assert (result.outcome, result.target_id) == (Outcome.DONE, order)
        after = shop.row("orders", order)
        assert after["current_state"] == int(SHIPPED)
        assert {f for f in before if before[f] != after[f]} <= {
            "current_state", "date_upd", "delivery_number", "delivery_date", "valid",
        }  # fmt: skip
        assert len(shop.rows("order_histories", "id_order = ? AND id_order_state = ?", order, SHIPPED)) == 1
        assert not [c for c in shop.calls() if c.startswith(("PUT", "PATCH"))]
        assert shop.calls("order_histories") == {"POST order_histories": 1}

    @pytest.mark.spec("ORD-24")
    def test_order_that_was_moved_on_meanwhile_is_left_alone(self, shop: Shop) -> None:
        with shop.state() as state:
            order = str(make_order(state, status=SHIPPED))
        write = OrderStatusWrite(key="k", order_id=order, status_id=PREPARED, only_from=(PAID,))
        (result,) = shop.connect().write_order_status([write])
        assert result.outcome is Outcome.REFUSED
        assert shop.row("orders", order)["current_state"] == int(SHIPPED)

    @pytest.mark.spec("ORD-24")
    @pytest.mark.pitfall("PB-24")
    def test_order_whose_goods_have_left_is_never_taken_back(self, shop: Shop) -> None:
        with shop.state() as state:
            gone, paid = (str(make_order(state, status=status)) for status in (SHIPPED, PAID))
        writes = [OrderStatusWrite(key=order, order_id=order, status_id=PREPARED) for order in (gone, paid)]
        left, moved = shop.connect().write_order_status(writes)
        assert (left.outcome, moved.outcome) == (Outcome.LEFT, Outcome.DONE)
        assert left.error is not None
        assert left.error.code == "prestashop.status_goes_back"
        assert shop.row("orders", gone)["current_state"] == int(SHIPPED)
        assert shop.row("orders", paid)["current_state"] == int(PREPARED)

    def test_unknown_order_and_unknown_status_are_refused_by_name(self, shop: Shop) -> None:
        with shop.state() as state:
            order = str(make_order(state))
        writes = [
            OrderStatusWrite(key="a", order_id="999999", status_id=SHIPPED),
            OrderStatusWrite(key="b", order_id=order, status_id="998"),
            OrderStatusWrite(key="c", order_id=order, status_id=SHIPPED),
        ]
        results = shop.connect().write_order_status(writes)
        assert [r.outcome for r in results] == [Outcome.REFUSED, Outcome.REFUSED, Outcome.DONE]
        assert "998" in results[1].error.text("fr")

    def test_many_orders_are_looked_at_in_one_call(self, shop9: Shop) -> None:
        with shop9.state() as state:
            orders = [str(make_order(state, status=SHIPPED)) for _ in range(50)]
        writes = [OrderStatusWrite(key=o, order_id=o, status_id=SHIPPED) for o in orders]
        connector = shop9.connect()
        assert {r.outcome for r in connector.write_order_status(writes)} == {Outcome.DONE}
        assert shop9.calls() == {"GET orders": 1}


def test_key_refused_in_the_middle_leaves_the_rest_unsent(shop9: Shop) -> None:
    names = [key() for _ in range(3)]
    shop9.server.faults([{"kind": "status", "value": 401, "method": "POST", "path": "/api/products", "after": 1}])
    results = shop9.connect().write_products([creation(n) for n in names])
    assert [r.outcome for r in results] == [Outcome.DONE, Outcome.UNSENT, Outcome.UNSENT]
    assert [len(shop9.rows("products", "reference = ?", n)) for n in names] == [1, 0, 0]
