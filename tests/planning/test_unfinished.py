"""An article whose creation broke off: the next plan adds what the shop lacks of it, and nothing that is a person's."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from atoosync_lab.planning.context import CREATING
from tests.captures import erp_item, erp_stock, shop_product, shop_stock
from tests.planning.test_catalogue import make, profile, rows

ALL_OFF = {"name": False, "price": False, "quantity": False}


@pytest.mark.spec("ART-01", "SHP-02")
@pytest.mark.parametrize("flow", ["articles", "articles-new"])
def test_what_only_a_creation_writes_is_added_whatever_updates_may_write(tmp_path: Path, flow: str) -> None:
    settings = profile(update=ALL_OFF, creation={"active": True}, stocks={"warehouses": ["D1"]})
    erp = [erp_item("A"), erp_item("B"), erp_stock("A", "4"), erp_stock("B", "4")]
    shop = [
        shop_product("1", "A", active=False), shop_stock("9", "1", "0"),
        shop_product("2", "B", active=False), shop_stock("10", "2", "0"),
    ]  # fmt: skip
    plan = make(tmp_path, erp, shop, settings, flow, fingerprints=[("A", CREATING), ("B", "0" * 32)])
    found = rows(plan)
    assert found["A"] == ("update", "product.unfinished", {"active": ("false", "true"), "quantity": ("0", "4")})
    # What was finished once belongs to the shop: a person may have hidden it.
    assert found.get("B", ("skip",))[0] == "skip"
    (row,) = plan.rows(actions=["update"], payload=True)
    payload = json.loads(row.payload)
    assert (payload["values"], payload["quantity"]) == ([{"k": "active", "v": "true"}], 4)
    assert row.reason_text("fr") != row.reason


@pytest.mark.spec("ART-01")
def test_whole_article_is_left_alone_and_hidden_ones_stay_hidden_where_new_articles_are(tmp_path: Path) -> None:
    settings = profile(update={"name": True}, creation={"active": False})
    erp = [erp_item("A"), erp_item("B", "Nouveau", price_excl_tax=Decimal(10))]
    shop = [shop_product("1", "A", active=False), shop_product("2", "B", "Vieux", active=False)]
    plan = make(tmp_path, erp, shop, settings, fingerprints=[("A", CREATING), ("B", CREATING)])
    assert plan.unchanged() == [("product", "A", "plan.unchanged")]
    assert plan.unchanged_among(["A", "B", "C"]) == ["A"]
    assert plan.unchanged_among([]) == []
    assert rows(plan)["B"] == ("update", "product.unfinished", {"name@1": ("Vieux", "Nouveau")})
