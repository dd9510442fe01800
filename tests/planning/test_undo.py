"""The reverse plan in SQL, over captures made by hand: applied in memory, it gives the shop of before (BEY-05)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.planning.context import UNDONE
from atoosync_lab.planning.plan import Plan, PlanMeta, PlanRow, PlanWriter
from atoosync_lab.planning.undo import plan_undo, read_applied
from tests.captures import NOW, capture, erp_item, erp_stock, shop_product, shop_stock
from tests.planning.test_catalogue import make, profile

Record = Product | Stock
WRITES = ("create", "update", "activate", "deactivate")


def undo(
    folder: Path, applied: Plan, shop: Sequence[Record], *, done: Sequence[PlanRow] | None = None, hides: bool = True
) -> Plan:
    """The reverse plan, with the shop as it is now. `done`: the rows the journal tells of; None: all that write."""
    rows = list(applied.rows(actions=WRITES)) if done is None else list(done)
    columns = {
        "key": [r.key for r in rows],
        "entity": [r.entity for r in rows],
        "action": [str(r.action) for r in rows],
    }
    made = [r for r in rows if r.action.value == "create"]
    ids = {p.key: p.remote_id for p in shop if isinstance(p, Product)}
    sent = {"key": [r.key for r in made], "md5": [r.fingerprint for r in made], "target_id": [ids[r.key] for r in made]}
    text = pa.string()
    out = PlanWriter(folder / "undo", "test")
    tables = [pa.table({k: pa.array(v, text) for k, v in given.items()}) for given in (columns, sent)]
    touched = read_applied(out.con, applied.path, *tables)
    kept = [p for p in shop if isinstance(p, Product) and (p.parent_id or p.remote_id) in touched.products]
    stocks = [s for s in shop if isinstance(s, Stock) and s.product_id in touched.stocks]
    now = capture(folder / "now", "shop", *kept, *stocks) if kept or stocks else None
    plan_undo(out, now.path if now else None, hides=hides)
    return out.finish(PlanMeta(id=out.id, profile="test", flow=applied.meta.flow, made_at=NOW))


def written(shop: Sequence[Record], plan: Plan) -> list[Record]:
    """The shop after a plan, by the payloads alone, as a connector would write them."""
    held = list(shop)
    for row in plan.rows(actions=WRITES, payload=True):
        payload = json.loads(row.payload)
        held = [_after(record, row, payload) for record in held]
    return held


def _after(record: Record, row: PlanRow, payload: dict[str, Any]) -> Record:
    if isinstance(record, Stock):
        mine = payload.get("row") or payload.get("stock")
        if mine and mine["remote_id"] == record.remote_id:
            return replace(record, quantity=Decimal(payload["quantity"]))
        return record
    if record.remote_id != row.target_id or record.kind != payload.get("kind", "product") or row.entity == "stock":
        return record
    if row.entity == "price":
        return replace(record, price_excl_tax=Decimal(payload["price_excl_tax"]))
    if row.entity == "status":
        return replace(record, active=payload["active"])
    values: dict[str, Any] = {v["k"]: v["v"] for v in payload["values"]}
    if "price_excl_tax" in values:
        values["price_excl_tax"] = Decimal(values["price_excl_tax"])
    texts = {t["k"]: t["v"] for t in payload["texts"]}
    # A shop empties the languages of a text that are not listed.
    touched = {name.partition("@")[0] for name in texts}
    kept = {k: ("" if k.partition("@")[0] in touched else v) for k, v in record.texts.items()}
    return replace(record, **values, texts={**kept, **texts})


def _random_sides(random: Random) -> tuple[list[Record], list[Record]]:
    """Forty articles on both sides, some alike, some not; the last ten are variants."""
    names, shop, erp = ["Vis", "Écrou", "Clé", "  Vis  "], list[Record](), list[Record]()
    for number in range(1, 41):
        key, price = f"R{number:02}", Decimal(random.randrange(300)).scaleb(-1)
        if number <= 30:
            texts = {"name@1": random.choice(names), "name@2": random.choice(names), "description@1": "", "meta@2": "x"}
            active = random.random() < 0.5
            shop.append(shop_product(str(number), key, texts=texts, price_excl_tax=price, active=active))
            shop.append(shop_stock(f"9{number}", str(number), str(random.randrange(6))))
        else:
            # A variant may have the id of a product: only its kind tells them apart.
            variant = shop_product(str(number - 30), key, texts={}, price_excl_tax=price, active=None)
            shop.append(replace(variant, kind="variant", parent_id="1", tax_id=None))
            shop.append(shop_stock(f"9{number}", "1", str(random.randrange(6)), variant=str(number - 30)))
        values = {"price_excl_tax": Decimal(random.randrange(300)).scaleb(-1), "web_published": random.random() < 0.5}
        erp.append(erp_item(key, random.choice(names), **values))
        erp.append(erp_stock(key, str(random.randrange(6))))
    return shop, erp


@pytest.mark.spec("BEY-05")
@pytest.mark.parametrize("flow", ["articles", "prices", "stocks", "article-status"])
def test_undo_gives_the_shop_of_before_and_keeps_what_others_changed(flow: str, tmp_path: Path) -> None:
    random = Random(flow)
    shop, erp = _random_sides(random)
    update = {"name": True, "price": True, "quantity": True, "all_languages": False}
    own = profile(update=update, stocks={"warehouses": ["D1"]}, products={"published_only": False})
    applied = make(tmp_path, erp, shop, own, flow, languages=("1", "2"))
    after = written(shop, applied)
    changing = {r.key for r in applied.rows(actions=["update", "activate", "deactivate"])}
    assert len(changing) > 10
    reverse = undo(tmp_path, applied, after)
    assert {r.key for r in reverse.rows(actions=["update", "activate", "deactivate"])} == changing
    assert written(after, reverse) == shop
    assert {r.fingerprint for r in reverse.rows(actions=WRITES)} == {UNDONE}
    # Undone twice, the shop is as the plan had left it, and so is the mark of what was sent.
    again = undo(tmp_path, reverse, shop)
    assert written(shop, again) == after
    marks = {r.key: r.fingerprint for r in applied.rows(actions=["update", "activate", "deactivate"])}
    assert {r.key: r.fingerprint for r in again.rows(actions=WRITES)} == marks
    # Somebody changes some records meanwhile: they stay, the others go back.
    victims = set(random.sample(sorted(changing), 5))
    touched = list(after)
    for row in applied.rows(actions=WRITES, payload=True):
        if row.key in victims:
            touched = [_by_hand(record, row) for record in touched]
    kept = undo(tmp_path, applied, touched)
    back = changing - victims if flow != "article-status" else changing
    assert {r.key for r in kept.rows(actions=WRITES)} == back
    assert {r.key for r in kept.rows(actions=["skip"]) if r.reason == "undo.changed_since"} == changing - back


def _by_hand(record: Record, row: PlanRow) -> Record:
    """Somebody sets each field that the row wrote to something else."""
    payload = json.loads(row.payload)
    stock = payload.get("row") or payload.get("stock")
    if isinstance(record, Stock):
        wrote = any(field == "quantity" for field, _, _ in row.changes)
        return replace(record, quantity=Decimal(777)) if wrote and stock["remote_id"] == record.remote_id else record
    if record.remote_id != row.target_id or record.kind != payload.get("kind", "product") or row.entity == "stock":
        return record
    for field, _, _ in row.changes:
        if field == "price_excl_tax":
            record = replace(record, price_excl_tax=Decimal("777"))
        elif "@" in field:
            record = replace(record, texts={**record.texts, field: "À la main"})
        elif field == "tax_id":
            record = replace(record, tax_id="777")
    return record


@pytest.mark.spec("BEY-05")
def test_only_what_was_done_is_taken_back_and_creations_are_hidden_where_the_shop_can(tmp_path: Path) -> None:
    erp = [
        erp_item("NEW", "Neuf"),
        erp_item("OLD", price_excl_tax=Decimal(12)),
        erp_item("LEFT", price_excl_tax=Decimal(12)),
    ]
    shop = [shop_product("1", "OLD"), shop_product("2", "LEFT")]
    applied = make(tmp_path, erp, shop, profile())
    rows = {r.key: r for r in applied.rows(actions=WRITES)}
    after = [*written(shop, applied), shop_product("3", "NEW", "Neuf")]
    reverse = undo(tmp_path, applied, after, done=[rows["NEW"], rows["OLD"]])
    found = {r.key: (str(r.action), r.reason) for r in reverse.rows()}
    assert found == {
        "NEW": ("deactivate", "undo.created"),
        "OLD": ("update", "undo.back"),
        "LEFT": ("skip", "undo.not_applied"),
    }
    assert written(after, reverse)[-1] == replace(after[-1], active=False)
    gone = undo(tmp_path / "b", applied, after[1:], hides=False)
    found = {r.key: (str(r.action), r.reason) for r in gone.rows()}
    assert found["NEW"] == ("skip", "undo.created_stays")
    assert found["OLD"] == ("skip", "undo.gone")
    back = undo(tmp_path / "c", applied, [*shop, after[-1]])
    assert {(key, reason) for _, key, reason in back.unchanged()} == {
        ("OLD", "undo.back_already"),
        ("LEFT", "undo.back_already"),
    }
