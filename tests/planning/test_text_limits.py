"""Names and references that are too long for a shop, by each shop's own rules (PB-33)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.connectors.shops.shopify import facts as shopify
from atoosync_lab.connectors.shops.woocommerce import facts as woocommerce
from atoosync_lab.planning.articles import plan_articles
from atoosync_lab.planning.context import CatalogueContext
from atoosync_lab.planning.notes import notes_of
from atoosync_lab.planning.plan import Plan, PlanMeta, PlanWriter
from tests.captures import NOW, capture, erp_item, shop_product
from tests.planning.test_catalogue import profile

RULES: Mapping[str, Mapping[str, Any]] = {
    "woocommerce": woocommerce.text_rules(woocommerce.Version.parse("9.9.5")),
    "shopify": shopify.TEXT_RULES,
}


def plan(folder: Path, rules: Mapping[str, Any], *items: Any) -> Plan:
    ctx = CatalogueContext(
        profile=profile(),
        flow="articles",
        erp=capture(folder / "captures", "erp", *items),
        shop=capture(folder / "captures", "shop", shop_product("1", "OTHER")),
        now=NOW,
        text_rules=rules,
        reference_length=int(rules["reference"]["max_length"]),
    )
    out = PlanWriter(folder / "plans", "test")
    plan_articles(ctx, out)
    return out.finish(PlanMeta(id=out.id, profile="test", flow="articles", made_at=NOW))


@pytest.mark.spec("ART-01", "ART-06")
@pytest.mark.pitfall("PB-33")
@pytest.mark.parametrize("shop", RULES)
def test_long_name_is_cut_at_a_word_and_a_long_reference_refused(tmp_path: Path, shop: str) -> None:
    rules = RULES[shop]
    most, longest = int(rules["name"]["max_length"]), int(rules["reference"]["max_length"])
    name = " ".join(["Coffret"] * 60)
    fits, long = "R" * longest, "R" * (longest + 1)
    made = {r.key: r for r in plan(tmp_path, rules, erp_item(fits, name), erp_item(long, "Court")).rows()}
    assert str(made[fits].action) == "create"
    after = {f: a for f, _, a in made[fits].changes}["name@1"]
    assert after is not None
    assert most - len("Coffret ") < len(after) <= most
    assert set(after.split(" ")) == {"Coffret"}, "cut between two words"
    assert notes_of(made[fits].params, ["name@1"]), "the row says that it was cut"
    assert (str(made[long].action), made[long].reason) == ("block", "product.reference_too_long")


@pytest.mark.spec("ART-06")
@pytest.mark.pitfall("PB-33")
def test_signs_that_a_shop_refuses_are_taken_off(tmp_path: Path) -> None:
    odd = "Câble Ø5 <10m> #2 {lot}"
    names = {}
    for shop, rules in RULES.items():
        (row,) = plan(tmp_path / shop, rules, erp_item("A", odd)).rows(actions=["create"])
        names[shop] = {f: a for f, _, a in row.changes}["name@1"]
    # WordPress takes tags off a title; Shopify keeps every sign.
    assert names == {"woocommerce": "Câble Ø5 10m #2 {lot}", "shopify": odd}
