"""Complaints about products and stock, with the amounts of the reports, planned over two captures."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from atoosync_lab.model.sales import OrderPieces
from atoosync_lab.planning.plan import PlanRow
from tests.captures import erp_item, erp_stock, shop_product, shop_stock
from tests.planning.test_catalogue import make, profile

D = Decimal


def pieces(row: str, product: str, quantity: str, *, order: str = "1", key: str = "", variant: str = "") -> OrderPieces:
    """A line of an order that the ERP does not have."""
    return OrderPieces(
        remote_id=row, order_id=order, product_id=product, variant_id=variant or None, reference=key, key=key,
        quantity=D(quantity),
    )  # fmt: skip


def stocks(tmp_path: Path, erp: list[Any], shop: list[Any], **settings: Any) -> dict[str, PlanRow]:
    wanted = profile(stocks={"warehouses": ["D1"], **settings})
    return {row.key: row for row in make(tmp_path, erp, shop, wanted, "stocks").rows()}


def sent(row: PlanRow) -> str | None:
    return {name: after for name, _, after in row.changes}["quantity"]


@pytest.mark.spec("ART-40")
@pytest.mark.pitfall("PB-29")
def test_decimals_are_dropped_with_a_warning_and_orders_on_their_way_taken_off(tmp_path: Path) -> None:
    erp = [erp_item(r) for r in "ABC"] + [
        erp_stock("A", "12.75"),
        erp_stock("B", "0.40"),
        erp_stock("C", "80", customers_ordered=D(29)),
    ]
    shop = [shop_product(str(n), r) for n, r in enumerate("ABC", 1)] + [
        shop_stock(f"s{n}", str(n), "5") for n in range(1, 4)
    ]
    rows = stocks(tmp_path, erp, [*shop, pieces("9", "3", "4", key="C")], kind="real_minus_customers")
    assert {key: sent(row) for key, row in rows.items()} == {"A": "12", "B": "0", "C": "47"}
    assert [n.message.code for n in rows["A"].notes] == ["stock.rounded_down"]
    assert "12.75" in rows["A"].reason_text("fr")
    (note,) = rows["C"].notes
    assert (note.message.code, dict(note.message.params)) == (
        "stock.waiting_orders",
        {"orders": 1, "pieces": "4", "stock": "51"},
    )


@pytest.mark.spec("ART-40")
@pytest.mark.pitfall("PB-59")
@pytest.mark.parametrize("kind", ["real", "real_minus_customers"])
def test_pieces_sold_and_not_imported_are_not_offered_again(tmp_path: Path, kind: str) -> None:
    shop = [shop_product("1", "A"), shop_stock("s1", "1", "0")]
    sold = [pieces("9", "1", "50", order="7", key="A"), pieces("10", "1", "10", order="8", key="RENAMED")]
    (row,) = stocks(tmp_path, [erp_item("A"), erp_stock("A", "1000")], [*shop, *sold], kind=kind).values()
    assert sent(row) == "940"
    assert dict(row.notes[0].message.params) == {"orders": 2, "pieces": "60", "stock": "1000"}
    assert "60" in row.reason_text("fr")
    assert "1000" in row.reason_text("en")


@pytest.mark.spec("ART-40", "ART-01")
@pytest.mark.pitfall("PB-59")
def test_sheet_of_an_article_counts_the_pieces_too(tmp_path: Path) -> None:
    erp = [erp_item("A"), erp_stock("A", "10"), erp_item("NEW"), erp_stock("NEW", "3")]
    shop = [shop_product("1", "A"), shop_stock("s1", "1", "0"), pieces("9", "1", "4", key="A")]
    plan = make(tmp_path, erp, shop, profile(stocks={"warehouses": ["D1"]}))
    rows = {row.key: row for row in plan.rows()}
    assert sent(rows["A"]) == "6"
    assert [n.message.code for n in rows["A"].notes] == ["stock.waiting_orders"]
    assert sent(rows["NEW"]) == "3"
    assert rows["NEW"].notes == ()


@pytest.mark.spec("ART-40")
@pytest.mark.pitfall("PB-28")
def test_each_colour_gets_its_own_stock_and_equal_references_are_held(tmp_path: Path) -> None:
    colours = {"TS-RED": "0", "TS-BLU": "0", "TS-GRN": "3", "TS-BLK": "5"}
    erp = [erp_item(r) for r in (*colours, "TWIN")] + [erp_stock(r, q) for r, q in colours.items()]
    shop: list[Any] = [shop_product("1", "TS"), shop_product("2", "TWIN")]
    for number, reference in enumerate(colours, 11):
        shop += [shop_product(str(number), reference, kind="variant", parent_id="1")]
        shop += [shop_stock(f"s{number}", "1", "9", variant=str(number))]
    shop += [shop_product("21", "TWIN", kind="variant", parent_id="2"), shop_stock("s21", "2", "9", variant="21")]
    shop += [pieces("9", "1", "1", variant="14", key="TS-BLK")]
    rows = stocks(tmp_path, [*erp, erp_stock("TWIN", "7")], shop)
    twin = rows.pop("TWIN")
    assert (str(twin.action), twin.reason) == ("block", "product.ambiguous_in_shop")
    assert {key: (row.target_id, sent(row)) for key, row in rows.items()} == {
        "TS-RED": ("s11", "0"),
        "TS-BLU": ("s12", "0"),
        "TS-GRN": ("s13", "3"),
        "TS-BLK": ("s14", "4"),
    }


@pytest.mark.spec("SHOP-11", "ART-01")
@pytest.mark.pitfall("PB-60")
def test_products_that_the_shop_has_already_are_taken_by_reference(tmp_path: Path) -> None:
    references = [f"REF-{n:03}" for n in range(100)]
    erp = [erp_item(r) for r in references]
    shop = [shop_product(str(n), f" {r}" if n % 2 else r) for n, r in enumerate(references, 1)]
    plan = make(tmp_path, erp, shop, profile())
    assert plan.by_action()["create"] == 0
    assert sorted(key for _, key, _ in plan.unchanged()) == references


_STOCK = st.lists(
    st.tuples(st.decimals(-50, 500, places=2), st.lists(st.integers(0, 40), max_size=3)), min_size=1, max_size=12
)


@pytest.mark.spec("ART-40")
@pytest.mark.pitfall("PB-28")
@pytest.mark.pitfall("PB-59")
@pytest.mark.pitfall("PB-60")
@hypothesis_settings(max_examples=5, deadline=None)
@given(_STOCK)
def test_any_products_and_variants_keep_to_their_own_stock_less_what_is_sold(
    tmp_path_factory: pytest.TempPathFactory, cases: list[tuple[Decimal, list[int]]]
) -> None:
    """Every second article is a variant of one product; nothing is created, none gets another's quantity."""
    erp: list[Any] = []
    shop: list[Any] = [shop_product("900", "MASTER")]
    expected = {}
    for number, (stock, sold) in enumerate(cases):
        reference, variant = f"R{number}", str(number + 100) if number % 2 else ""
        product = "900" if variant else str(number + 1)
        erp += [erp_item(reference), erp_stock(reference, str(stock))]
        kind = {"kind": "variant", "parent_id": "900"} if variant else {}
        shop += [shop_product(variant or product, reference, **kind)]
        shop += [shop_stock(f"s{number}", product, "-1", variant=variant or None)]
        shop += [
            pieces(f"{number}-{n}", product, str(quantity), key=reference, variant=variant)
            for n, quantity in enumerate(sold)
        ]
        whole = (stock - sum(sold)).to_integral_value(rounding="ROUND_FLOOR")
        expected[reference] = (f"s{number}", str(max(int(whole), 0)))
    rows = stocks(tmp_path_factory.mktemp("stocks"), erp, shop)
    assert {key: (row.target_id, sent(row)) for key, row in rows.items()} == expected
    plan = make(tmp_path_factory.mktemp("sheets"), erp, shop, profile())
    assert plan.by_action()["create"] == 0
