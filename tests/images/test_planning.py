"""Which images a product keeps, gets and lets go of: planned over two captures, and for any mix (ART-30, PB-30)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.images import arranged
from atoosync_lab.connectors.picturing import ImageRules
from atoosync_lab.model.catalogue import ArticleImage
from atoosync_lab.planning.articles import plan_articles
from atoosync_lab.planning.context import CREATING, FAILED, CatalogueContext, ImageTerms
from atoosync_lab.planning.image_choice import Decision, Held, decide, fingerprint_of
from atoosync_lab.planning.plan import Plan, PlanMeta, PlanWriter
from atoosync_lab.planning.undo import plan_undo, read_applied
from atoosync_lab.settings import Profile
from tests.captures import NOW, capture, erp_item, shop_product

RULES = ImageRules(max_bytes=2_000_000, mime_types=frozenset({"image/jpeg", "image/png"}), max_pixels=1_000_000,
                   max_images=3)  # fmt: skip
SCOPES = [(Scope.PRODUCTS, ReadRequest()), (Scope.IMAGES, ReadRequest())]

digests = st.lists(st.sampled_from("abcdef"), max_size=5)
held_images = st.lists(st.sampled_from(["", *"abcdefgh"]), max_size=6).map(
    lambda marks: [Held(str(place), mark) for place, mark in enumerate(marks, 1)]
)


def after(held: list[Held], found: Decision) -> list[str]:
    """What a product shows once a shop has done what was decided: digests, and `?id` of what is somebody else's."""
    names = {h.image_id: h.digest or f"?{h.image_id}" for h in held}
    ours = [image or f"new-{digest}" for digest, image in found.images]
    names |= {f"new-{digest}": digest for digest, image in found.images if not image}
    known = {image for _, image in found.images}
    return [names[i] for i in arranged([h.image_id for h in held], ours, known, found.remove)]


@pytest.mark.spec("ART-30")
@pytest.mark.pitfall("PB-30")
@given(wanted=digests, held=held_images, delete_first=st.booleans())
def test_any_mix_takes_the_fewest_uploads_and_ends_in_order(
    wanted: list[str], held: list[Held], delete_first: bool
) -> None:
    found = decide(wanted, held, delete_first=delete_first)
    there = {h.digest for h in held if h.digest}
    assert list(found.added) == [d for d in dict.fromkeys(wanted) if d not in there], "each missing content once"
    shown = after(held, found)
    theirs = [f"?{h.image_id}" for h in held if not h.digest]
    if not wanted:
        assert not found.changes, "no image in the ERP deletes none in the shop"
        return
    assert [s for s in shown if not s.startswith("?")] == list(dict.fromkeys(wanted))
    assert [s for s in shown if s.startswith("?")] == ([] if delete_first else theirs)
    # Once done, nothing is left to do.
    now = [Held(f"n{place}", "" if s.startswith("?") else s) for place, s in enumerate(shown)]
    assert not decide(wanted, now, delete_first=delete_first).changes


@given(wanted=digests, held=held_images)
def test_shop_without_an_order_is_only_asked_for_its_main_image(wanted: list[str], held: list[Held]) -> None:
    found = decide(wanted, held, ordered=False)
    if found.moved:
        assert held[0].digest, "somebody else's main image is theirs"
        kept = [image for _, image in found.images if image]
        assert kept[0] != held[0].image_id


@given(wanted=digests, held=held_images)
def test_nothing_of_ours_goes_while_an_image_of_the_article_is_held(wanted: list[str], held: list[Held]) -> None:
    assert decide(wanted, held, whole=False).remove == ()


def image(article: str, digest: str, place: int = 0, **more: Any) -> ArticleImage:
    usual = {"mime_type": "image/jpeg", "byte_count": 1000, "pixels": 9216, "version": "1"}
    return ArticleImage(article_id=article, image_id=str(place), position=place, digest=digest, **{**usual, **more})


def shown(product: str, image_id: str, place: int = 0) -> ArticleImage:
    return ArticleImage(article_id=product, image_id=image_id, position=place)


def plan(
    folder: Path, erp: list[Any], shop: list[Any], *, images: dict[str, Any] | None = None, update: bool = True,
    flow: str = "articles", **terms: Any
) -> Plan:  # fmt: skip
    profile = Profile.model_validate(
        {
            "id": "test", "name": "Test",
            "articles": {
                "products": {"default_tax": "1"}, "images": {"create": True, **(images or {})},
                "update": {"images": update, "price": False, "quantity": False, "meta_and_url": False},
            },
        }
    )  # fmt: skip
    ctx = CatalogueContext(
        profile=profile,
        flow=flow,
        erp=capture(folder / "captures", "erp", *erp, scopes=SCOPES[:1]),
        shop=capture(folder / "captures", "shop", *shop, scopes=SCOPES[:1]),
        now=NOW,
        text_rules={"name": {"max_length": 128}},
        images=ImageTerms(**{"rules": RULES, **terms}),
    )
    out = PlanWriter(folder / "plans", "test")
    plan_articles(ctx, out)
    return out.finish(PlanMeta(id=out.id, profile="test", flow=flow, made_at=NOW))


def of(found: Plan) -> list[tuple[str, str, str]]:
    return [(str(r.action), r.key, r.reason) for r in found.rows(entities=["image"])]


@pytest.mark.spec("ART-30")
def test_what_the_shop_does_not_take_is_held_each_with_its_own_sentence(tmp_path: Path) -> None:
    found = plan(
        tmp_path,
        [
            erp_item("A"), image("A", "a"), image("A", "b", 1, byte_count=2_000_001), image("A", "c", 2, mime_type=""),
            erp_item("B"), image("B", "d", mime_type="image/webp"), image("B", "e", 1, pixels=1_000_001),
            erp_item("C"), *(image("C", f"c{n}", n) for n in range(4)),
        ],
        [],
    )  # fmt: skip
    assert [(action, key, reason) for action, key, reason in of(found) if action == "block"] == [
        ("block", "A", "image.too_large"),
        ("block", "A", "image.unreadable"),
        ("block", "B", "image.type_refused"),
        ("block", "B", "image.too_many_pixels"),
        ("block", "C", "image.too_many"),
    ]
    rows = {r.key: r for r in found.rows(entities=["image"], actions=["create"], payload=True)}
    assert {key: len(json.loads(r.payload)["images"]) for key, r in rows.items()} == {"A": 1, "C": 3}
    texts = [r.reason_text("fr") for r in found.rows(entities=["image"], actions=["block"])]
    assert "pèse 2.0 Mo ; la boutique en accepte 2.0" in texts[0]
    assert "WEBP" in texts[2]
    assert "JPEG, PNG" in texts[2]


@pytest.mark.spec("ART-30")
def test_image_of_the_sheet_has_a_switch_of_its_own(tmp_path: Path) -> None:
    erp = [erp_item("A"), image("A", "a", sheet=True), image("A", "b", 1)]
    for on, expected in ((True, ["a", "b"]), (False, ["b"])):
        found = plan(tmp_path, erp, [], images={"from_sheet": on})
        (row,) = found.rows(entities=["image"], payload=True)
        assert [i["digest"] for i in json.loads(row.payload)["images"]] == expected


@pytest.mark.spec("SHP-02", "SHP-06")
def test_update_writes_images_only_where_its_switch_is_on(tmp_path: Path) -> None:
    erp = [erp_item("A"), image("A", "new")]
    shop = [shop_product("7", "A"), shown("7", "70")]
    sent = {"7/70": "old"}
    assert of(plan(tmp_path, erp, shop, update=False, sent=sent)) == []
    assert of(plan(tmp_path, erp, shop, sent=sent, notes={"A": FAILED})) == [("update", "A", "image.differs")]
    # A creation that broke off is finished in any case, and by the flow of new articles too.
    begun = {"update": False, "notes": {"A": CREATING}}
    assert of(plan(tmp_path, erp, shop, flow="articles-new", **begun)) == [("update", "A", "image.unfinished")]


@pytest.mark.spec("ART-30")
def test_reason_tells_who_changed_the_images(tmp_path: Path) -> None:
    erp = [erp_item("A"), image("A", "a"), erp_item("V"), image("V", "v")]
    variant = shop_product("71", "V", kind="variant", parent_id="7")
    shop = [shop_product("7", "A"), shown("7", "70"), variant]
    told = fingerprint_of(Decision(images=(("a", ""),)))
    assert of(plan(tmp_path, erp, shop, notes={"A": told})) == [
        ("update", "A", "image.changed_in_shop"),
        ("skip", "V", "image.of_variant"),
    ]
    assert of(plan(tmp_path, erp, shop, notes={"A": "another"}))[0] == ("update", "A", "image.changed_in_erp")
    same = plan(tmp_path, erp[:2], shop[:2], sent={"7/70": "a"})
    assert of(same) == []
    assert ("image", "A", "plan.unchanged") in same.unchanged()


@pytest.mark.spec("SHP-08")
def test_only_an_image_that_we_sent_and_the_product_lost_is_attached_again(tmp_path: Path) -> None:
    erp = [erp_item("A"), image("A", "a"), image("A", "b", 1), image("A", "never", 2)]
    shop = [shop_product("7", "A"), shown("7", "70")]
    sent = {"7/70": "a", "7/71": "b", "8/80": "never"}
    on = {"reattach": True}
    found = plan(tmp_path, erp, shop, images=on, update=False, sent=sent, library=True)
    (row,) = found.rows(entities=["image"], payload=True)
    payload = json.loads(row.payload)
    assert row.reason == "image.reattach"
    assert [i["digest"] for i in payload["images"]] == ["a", "b"]
    assert payload["upload"] is False
    assert of(plan(tmp_path, erp, shop, images=on, update=False, sent=sent)) == [], "a shop without a library"
    shop = [shop_product("7", "A"), shown("7", "70"), shown("7", "71", 1)]
    assert of(plan(tmp_path, erp, shop, images=on, update=False, sent=sent, library=True)) == [], "nothing is lost"


@pytest.mark.spec("BEY-05")
def test_undo_leaves_images_as_they_are_and_says_so(tmp_path: Path) -> None:
    applied = plan(tmp_path, [erp_item("A"), image("A", "a")], [shop_product("7", "A")])
    assert of(applied) == [("update", "A", "image.differs")]
    nothing = pa.table({name: pa.array([], pa.string()) for name in ("key", "entity", "action")})
    sent = pa.table({name: pa.array([], pa.string()) for name in ("key", "md5", "target_id")})
    out = PlanWriter(tmp_path / "plans", "test")
    touched = read_applied(out.con, applied.path, nothing, sent)
    assert (touched.products, touched.stocks) == ((), ())
    plan_undo(out, None, hides=True)
    undone = out.finish(PlanMeta(id=out.id, profile="test", flow="articles", made_at=NOW))
    assert of(undone) == [("skip", "A", "undo.images_stay")]
