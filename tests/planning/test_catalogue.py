"""The article flows over two captures: what is created, changed, left alone or held, and why."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.model.errors import FilterError, SettingsError
from atoosync_lab.planning.articles import plan_articles
from atoosync_lab.planning.context import FAILED, CatalogueContext
from atoosync_lab.planning.plan import Plan, PlanMeta, PlanWriter
from atoosync_lab.planning.prices import plan_prices
from atoosync_lab.planning.status import plan_status
from atoosync_lab.planning.stocks import plan_stocks
from atoosync_lab.settings import Profile
from tests.captures import NOW, capture, erp_item, erp_stock, shop_product, shop_stock

RULES = {
    "name": {"max_length": 128, "forbidden": "<>{}", "html": False, "single_line": True},
    "description": {"max_length": None, "forbidden": "", "html": True, "single_line": False},
    "brand": {"max_length": 64, "forbidden": "<>{}"},
    "link_rewrite": {"max_length": 128},
}
PLANNERS = {
    "articles": plan_articles,
    "articles-new": plan_articles,
    "prices": plan_prices,
    "stocks": plan_stocks,
    "article-status": plan_status,
}


def profile(**articles: Any) -> Profile:
    settings = {"products": {"taxes": {"TVA20": "1", "TVA55": "2"}}}
    for name, values in articles.items():
        settings[name] = {**settings.get(name, {}), **values}
    return Profile.model_validate({"id": "test", "name": "Test", "articles": settings})


def make(
    tmp_path: Path, erp: list[Any], shop: list[Any], settings: Profile, flow: str = "articles", **context: Any
) -> Plan:
    ctx = CatalogueContext(
        profile=settings,
        flow=flow,
        erp=capture(tmp_path / "captures", "erp", *erp),
        shop=capture(tmp_path / "captures", "shop", *shop),
        now=NOW,
        **{"text_rules": RULES, **context},
    )
    out = PlanWriter(tmp_path / "plans", "test")
    try:
        PLANNERS[flow](ctx, out)
    except BaseException:
        out.abandon()
        raise
    return out.finish(PlanMeta(id=out.id, profile="test", flow=flow, made_at=NOW))


def rows(plan: Plan) -> dict[str, tuple[str, str, dict[str, tuple[str | None, str | None]]]]:
    return {r.key: (str(r.action), r.reason, {f: (b, a) for f, b, a in r.changes}) for r in plan.rows()}


@pytest.mark.spec("ART-01", "BEY-01")
def test_new_article_is_created_and_changed_one_updated(tmp_path: Path) -> None:
    plan = make(
        tmp_path,
        [
            erp_item("NEW", "Neuf"),
            erp_item("OLD", "Ancien", price_excl_tax=Decimal("12.5")),
            erp_item("SAME", "Pareil"),
        ],
        [shop_product("7", "OLD", "Autre nom"), shop_product("8", "SAME", "Autre nom aussi")],
        profile(),
    )
    found = rows(plan)
    assert found["NEW"][:2] == ("create", "product.new")
    assert found["NEW"][2]["name@1"] == (None, "Neuf")
    assert found["OLD"] == ("update", "product.differs", {"price_excl_tax": ("10.000000", "12.500000")})
    assert "SAME" not in found
    assert plan.unchanged() == [("product", "SAME", "plan.unchanged")]
    assert plan.by_action()["skip"] == 1
    assert plan.units() == 2


@pytest.mark.spec("SHP-02")
def test_update_writes_only_what_the_switches_allow(tmp_path: Path) -> None:
    settings = profile(update={"name": True, "price": False})
    plan = make(
        tmp_path, [erp_item("A", "Nouveau", price_excl_tax=Decimal(99))], [shop_product("1", "A", "Vieux")], settings
    )
    assert rows(plan)["A"][2] == {"name@1": ("Vieux", "Nouveau")}
    payload = json.loads(next(plan.rows(payload=True)).payload)
    assert payload["texts"] == [{"k": "name@1", "v": "Nouveau"}]
    assert payload["values"] == []


@pytest.mark.spec("ART-07")
def test_touched_text_is_sent_in_every_language(tmp_path: Path) -> None:
    settings = profile(update={"name": True})
    shop = shop_product("1", "A", texts={"name@1": "Vieux", "name@2": "Old"})
    plan = make(tmp_path, [erp_item("A", "Nouveau")], [shop], settings, languages=("1", "2"))
    payload = json.loads(next(plan.rows(payload=True)).payload)
    assert {t["k"]: t["v"] for t in payload["texts"]} == {"name@1": "Nouveau", "name@2": "Old"}
    created = make(tmp_path / "b", [erp_item("B", "Seul")], [], settings, languages=("1", "2"))
    payload = json.loads(next(created.rows(payload=True)).payload)
    assert {t["k"]: t["v"] for t in payload["texts"] if t["k"].startswith("name")} == {
        "name@1": "Seul",
        "name@2": "Seul",
    }


@pytest.mark.spec("ART-10")
def test_every_article_left_out_has_its_reason(tmp_path: Path) -> None:
    erp = [
        erp_item("EM1"),
        erp_item("ZZ"),
        erp_item("EM2", active=False),
        erp_item("EM3", web_published=False),
        erp_item("EM4", modified_at=NOW - timedelta(days=9)),
        erp_item("EM5", modified_at=NOW - timedelta(days=9)),
    ]
    settings = profile(products={"filter": "ID LIKE 'EM%'", "since_last_transfer": True, "taxes": {"TVA20": "1"}})
    plan = make(tmp_path, erp, [], settings, mark=NOW - timedelta(days=1), fingerprints=[("EM5", FAILED)])
    assert {k: v[:2] for k, v in rows(plan).items()} == {
        "EM1": ("create", "product.new"),
        "ZZ": ("skip", "product.filtered_out"),
        "EM2": ("skip", "product.dormant"),
        "EM3": ("skip", "product.not_published"),
        "EM4": ("skip", "product.not_modified"),
        "EM5": ("create", "product.new"),
    }


@pytest.mark.spec("ART-10")
def test_wrong_filter_stops_the_plan_and_shows_the_right_form(tmp_path: Path) -> None:
    with pytest.raises(FilterError):
        make(tmp_path, [erp_item("A")], [], profile(products={"filter": "ID LIKE EM%"}))
    assert list((tmp_path / "plans").rglob("*.duckdb")) == []


@pytest.mark.spec("ART-05", "SHOP-11")
@pytest.mark.pitfall("PB-27")
def test_space_is_trimmed_case_is_kept_and_twins_are_held(tmp_path: Path) -> None:
    erp = [erp_item("ABC", price_excl_tax=Decimal(20)), erp_item("DEF"), erp_item("def"), erp_item("G "), erp_item("G")]
    shop = [shop_product("1", "ABC "), shop_product("2", "DEF"), shop_product("3", "DEF ")]
    found = rows(make(tmp_path, erp, shop, profile(), "prices"))
    assert found["ABC"][0] == "update"
    assert found["DEF"][:2] == ("block", "product.ambiguous_in_shop")
    assert found["def"][:2] == ("skip", "product.not_in_shop")
    assert found["G"][:2] == ("block", "product.duplicate_in_erp")


@pytest.mark.spec("ART-01")
@pytest.mark.pitfall("PB-27")
def test_reference_that_differs_by_case_alone_is_not_created_where_the_shop_ignores_case(tmp_path: Path) -> None:
    erp = [erp_item("abc", "Une"), erp_item("DEF", "Deux"), erp_item("def", "Trois"), erp_item("G", "Quatre")]
    shop = [shop_product("1", "ABC")]
    rules = {**RULES, "reference": {"ignores_case": True}}
    ignoring = make(tmp_path, erp, shop, profile(), text_rules=rules)
    found = {key: row[:2] for key, row in rows(ignoring).items()}
    assert found.pop("G") == ("create", "product.new")
    assert found == dict.fromkeys(("abc", "DEF", "def"), ("block", "product.case_twin"))
    (row,) = ignoring.rows(actions=["block"], search="abc")
    assert "ABC" in row.reason_text("fr")
    told_apart = rows(make(tmp_path / "b", erp, shop, profile()))
    assert {row[0] for row in told_apart.values()} == {"create"}


@pytest.mark.spec("ART-08")
def test_unmapped_tax_holds_the_article_and_a_default_frees_it(tmp_path: Path) -> None:
    erp = [erp_item("A", tax_id="TVA10"), erp_item("B")]
    assert rows(make(tmp_path, erp, [], profile()))["A"][:2] == ("block", "product.tax_not_mapped")
    freed = profile(products={"taxes": {"TVA20": "1"}, "default_tax": "9"})
    assert rows(make(tmp_path / "b", erp, [], freed))["A"][2]["tax_id"] == (None, "9")


@pytest.mark.spec("ART-01")
def test_switch_off_refuses_the_flow(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        make(tmp_path, [erp_item("A")], [], profile(products={"create": False}))
    assert caught.value.code == "articles.create_off"


@pytest.mark.spec("ART-02")
def test_new_articles_flow_leaves_known_ones_alone(tmp_path: Path) -> None:
    erp = [
        erp_item("A", created_at=NOW),
        erp_item("B", created_at=NOW - timedelta(days=9)),
        erp_item("C", created_at=NOW),
    ]
    plan = make(tmp_path, erp, [shop_product("1", "C")], profile(), "articles-new", mark=NOW - timedelta(days=1))
    assert {k: v[:2] for k, v in rows(plan).items()} == {
        "A": ("create", "product.new"),
        "B": ("skip", "product.not_modified"),
        "C": ("skip", "product.in_shop_already"),
    }


@pytest.mark.spec("ART-06")
def test_rtf_description_becomes_clean_html(tmp_path: Path) -> None:
    text = r"{\rtf1\ansi\ansicpg1252 Caf\'e9 \u8364? 12 {\b gras}\par ligne 2}"
    plan = make(tmp_path, [erp_item("A", fields={"DesCom": text})], [], profile())
    after = rows(plan)["A"][2]["description@1"][1]
    assert after in (
        "<p>Café € 12 <strong>gras</strong></p><p>ligne 2</p>",
        "<p>Café € 12 <b>gras</b></p><p>ligne 2</p>",
    )


@pytest.mark.spec("ART-06")
def test_one_text_of_many_articles_makes_one_row_each_in_a_shop_of_one_language(tmp_path: Path) -> None:
    text = "{\\rtf1\\ansi Fait main}"
    erp = [erp_item(f"A{n}", fields={"Caption": f"Tasse {n}", "DesCom": text}) for n in range(3)]
    plan = make(tmp_path, erp, [], profile())
    made = [(r.key, a) for r in plan.rows(actions=["create"]) for f, _, a in r.changes if f == "description@1"]
    assert sorted(made) == [(f"A{n}", "<p>Fait main</p>") for n in range(3)]


@pytest.mark.spec("ART-03", "ART-50")
def test_variant_gets_its_impact_on_the_product_price(tmp_path: Path) -> None:
    shop = [
        shop_product("1", "TS", price_excl_tax=Decimal("10")),
        shop_product("5", "TS-RED", kind="variant", parent_id="1", price_excl_tax=Decimal("0")),
    ]
    plan = make(
        tmp_path,
        [erp_item("TS-RED", price_excl_tax=Decimal("12.3456789"))],
        shop,
        profile(prices={"precision": 2}),
        "prices",
    )
    row = next(plan.rows(payload=True))
    assert row.target_id == "5"
    assert json.loads(row.payload) == {"kind": "variant", "parent_id": "1", "unit_id": "", "price_excl_tax": "2.350000"}


@pytest.mark.spec("BEY-01")
def test_changed_source_and_changed_target_are_told_apart(tmp_path: Path) -> None:
    erp, shop = [erp_item("A", price_excl_tax=Decimal(12))], [shop_product("1", "A")]
    first = make(tmp_path, erp, shop, profile(), "prices")
    sent = next(first.rows()).fingerprint
    drifted = make(tmp_path / "b", erp, shop, profile(), "prices", fingerprints=[("A", sent)])
    assert rows(drifted)["A"][1] == "product.changed_in_shop"
    moved = make(
        tmp_path / "c",
        [erp_item("A", price_excl_tax=Decimal(13))],
        shop,
        profile(),
        "prices",
        fingerprints=[("A", sent)],
    )
    assert rows(moved)["A"][1] == "product.changed_in_erp"


@pytest.mark.spec("ART-04", "ART-40")
@pytest.mark.pitfall("PB-29")
def test_stock_is_summed_floored_and_never_negative(tmp_path: Path) -> None:
    erp = [erp_item("A"), erp_item("B"), erp_item("C"), erp_item("D", stock_tracked=False), erp_item("E")]
    stock = [
        erp_stock("A", "12.75"),
        erp_stock("A", "100", "D2"),
        erp_stock("A", "999", "D3"),
        erp_stock("B", "0.40"),
        erp_stock("C", "-3"),
        erp_stock("E", "80", customers_ordered=Decimal(29)),
    ]
    shop = [shop_product(str(n), r) for n, r in enumerate("ABCDE", 1)] + [
        shop_stock(f"s{n}", str(n), "5") for n in range(1, 6)
    ]
    settings = profile(stocks={"warehouses": ["D1", "D2"], "default_quantity": 100})
    found = rows(make(tmp_path, [*erp, *stock], shop, settings, "stocks"))
    assert {k: v[2]["quantity"][1] for k, v in found.items()} == {"A": "112", "B": "0", "C": "0", "D": "100", "E": "80"}
    settings = profile(stocks={"warehouses": ["D1"], "kind": "real_minus_customers", "allow_negative": True})
    found = rows(make(tmp_path / "b", [*erp, *stock], shop, settings, "stocks"))
    assert {k: v[2]["quantity"][1] for k, v in found.items()} == {"A": "12", "B": "0", "C": "-3", "D": "0", "E": "51"}


@pytest.mark.spec("ART-40")
def test_no_warehouse_means_no_stock_update(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        make(tmp_path, [erp_item("A")], [shop_product("1", "A")], profile(), "stocks")
    assert caught.value.code == "stock.no_warehouse"


@pytest.mark.spec("ART-40")
def test_product_with_variants_keeps_its_own_stock_row(tmp_path: Path) -> None:
    shop = [
        shop_product("1", "TS"),
        shop_product("5", "TS-RED", kind="variant", parent_id="1"),
        shop_stock("s0", "1", "3"),
        shop_stock("s5", "1", "3", "5"),
    ]
    erp = [erp_item("TS"), erp_item("TS-RED"), erp_stock("TS", "9"), erp_stock("TS-RED", "4")]
    found = rows(make(tmp_path, erp, shop, profile(stocks={"warehouses": ["D1"]}), "stocks"))
    assert found["TS"][:2] == ("skip", "stock.kept_by_variants")
    assert found["TS-RED"] == ("update", "product.differs", {"quantity": ("3", "4")})


@pytest.mark.spec("ART-05", "ART-11")
@pytest.mark.parametrize(
    ("published", "active", "shown", "action"),
    [
        (True, True, False, "activate"),
        (True, False, True, "deactivate"),
        (False, True, True, "deactivate"),
        (False, False, True, "deactivate"),
    ],
)
def test_status_follows_the_truth_table(
    tmp_path: Path, published: bool, active: bool, shown: bool, action: str
) -> None:
    plan = make(
        tmp_path,
        [erp_item("A", web_published=published, active=active), erp_item("B")],
        [shop_product("1", "A", active=shown)],
        profile(),
        "article-status",
    )
    found = rows(plan)
    assert found["A"][0] == action
    assert found["B"][:2] == ("skip", "product.not_in_shop")


@pytest.mark.spec("ART-12")
def test_mark_is_inclusive_for_articles_and_exclusive_for_stocks(tmp_path: Path) -> None:
    erp = [erp_item("A", modified_at=NOW), erp_stock("A", "4", modified_at=NOW)]
    shop = [shop_product("1", "A", price_excl_tax=Decimal(1)), shop_stock("s", "1", "1")]
    settings = profile(prices={"since_last_transfer": True}, stocks={"warehouses": ["D1"], "since_last_transfer": True})
    assert rows(make(tmp_path, erp, shop, settings, "prices", mark=NOW))["A"][0] == "update"
    assert rows(make(tmp_path / "b", erp, shop, settings, "stocks", mark=NOW))["A"][:2] == (
        "skip",
        "product.not_modified",
    )


def test_plan_is_whole_or_absent(tmp_path: Path) -> None:
    plan = make(tmp_path, [erp_item("A")], [], profile())
    assert plan.path.stat().st_mode & 0o777 == 0o444
    assert Plan.open(plan.path).meta.made_at == datetime(2026, 11, 25, 10, tzinfo=UTC)
