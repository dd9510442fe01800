"""Images of articles from an ERP to the three shops, over HTTP: each content is sent once (ART-30, PB-30)."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from atoosync_lab.connectors.shops.prestashop.client import PrestaShopClient
from atoosync_lab.connectors.shops.shopify import images as shopify_images
from atoosync_lab.connectors.shops.woocommerce.media import MediaLibrary
from atoosync_lab.model.errors import ConnectionFailedError
from atoosync_lab.planning.context import CREATING
from atoosync_lab.sandbox.woocommerce.install import MEDIA_PASSWORD, MEDIA_USER
from tests.images.world import World, photo

A, B, C, D = (photo(name) for name in ("Avant", "Arrière", "Détail", "Nouveau"))


@pytest.mark.spec("ART-30", "SHP-02", "SHP-06")
@pytest.mark.pitfall("PB-30")
def test_three_images_are_sent_once_then_none_then_the_changed_one(world: World) -> None:
    world.begin()
    world.erp.give("PB30", A, B, C)
    assert world.run().exit_status == 0
    assert (world.uploads, world.erp.contents_read) == (3, 3)
    first = world.images("PB30")
    assert len(first) == 3

    result = world.run()
    assert result.exit_status == 0
    assert (world.uploads, world.erp.contents_read) == (0, 3)
    assert world.images("PB30") == first
    assert result.plan is not None
    assert ("image", "PB30", "plan.unchanged") in result.plan.unchanged()

    world.erp.give("PB30", A, D, C)
    result = world.run()
    assert result.exit_status == 0
    assert result.plan is not None
    (row,) = result.plan.rows(entities=["image"])
    changes = {name: (before, after) for name, before, after in row.changes}
    assert changes["images"] == ("3", "3")
    assert changes["images_added"] == (None, "1")
    assert changes["images_removed"] == (first[1], None)
    assert changes["images_kept"] == (None, "2")
    assert (row.reason, row.units) == ("image.changed_in_erp", 0)
    assert (world.uploads, world.erp.contents_read) == (1, 4)
    now = world.images("PB30")
    assert len(now) == 3
    assert set(first) - set(now) == {first[1]}, "the kept ones are still the same images"


class KilledError(BaseException):
    """Stands for a process that is gone."""


def killed_after(monkeypatch: pytest.MonkeyPatch, world: World, uploads: int) -> None:
    """The process is gone once the shop has taken so many files, before anything of it is noted."""
    owner, name = {
        "prestashop": (PrestaShopClient, "upload"),
        "woocommerce": (MediaLibrary, "upload"),
        "shopify": (shopify_images.ImageWriter, "_named"),
    }[world.kind]
    send = getattr(owner, name)
    sent = count(1)

    def and_die(*given: Any, **more: Any) -> Any:
        done = send(*given, **more)
        if next(sent) == uploads:
            raise KilledError
        return done

    monkeypatch.setattr(owner, name, and_die)


@pytest.mark.spec("ART-30")
@pytest.mark.pitfall("PB-30")
def test_run_killed_between_an_upload_and_its_note_sends_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.begin(update={"images": False})
    world.erp.give("MORT", *(photo(f"Mort {n}") for n in range(3)))
    before = world.stored()
    at_once = world.kind == "shopify"
    with monkeypatch.context() as patch:
        killed_after(patch, world, 1 if at_once else 2)
        with pytest.raises(KilledError):
            world.run()
    assert world.workspace.links.by_shop_id("test", "image") == {}, "nothing was noted"
    assert world.notes() == {"MORT": CREATING}

    result = world.run()
    assert result.exit_status == 0
    assert world.uploads == (0 if at_once else 1), "what the shop had taken is found there"
    assert world.stored() - before == 3
    assert len(world.images("MORT")) == 3
    assert result.plan is not None
    (row,) = result.plan.rows(entities=["image"])
    assert row.reason == "image.unfinished", "a creation is finished whatever updates may write"
    assert len(world.workspace.links.by_shop_id("test", "image")) == 3


@pytest.mark.spec("ART-30")
@pytest.mark.pitfall("PB-30")
def test_answer_that_is_lost_after_the_shop_took_an_image_doubles_nothing(world: World) -> None:
    world.begin()
    world.erp.give("PERDU", photo("Perdu 1"), photo("Perdu 2"))
    path, body = {
        "prestashop": ("/api/images/products", None),
        "woocommerce": ("wp/v2/media", None),
        "shopify": (None, "SetImages"),
    }[world.kind]
    before = world.stored()
    world.server.faults([{"kind": "drop_after", "method": "POST", "path": path, "body": body, "times": 1}])
    assert world.run().exit_status == 0, "one look at the shop settles it"
    world.server.faults([])
    assert world.stored() - before == 2
    assert len(world.images("PERDU")) == 2


@pytest.mark.spec("ART-30", "SHP-02", "SHP-06")
def test_images_of_others_stay_unless_all_are_deleted_first(world: World) -> None:
    world.begin()
    world.erp.give("AUTRUI", photo("Autrui 1"))
    world.run()
    (ours,) = world.images("AUTRUI")
    theirs = world.put_by_hand("AUTRUI", photo("Vitrine"))

    world.erp.give("AUTRUI", photo("Autrui 2"))
    world.run()
    now = world.images("AUTRUI")
    assert len(now) == 2
    assert theirs in now
    assert ours not in now

    world.change(images={"delete_first": True})
    result = world.run()
    assert result.plan is not None
    (row,) = result.plan.rows(entities=["image"])
    assert {name: before for name, before, _ in row.changes}["images_removed"] == theirs
    assert world.uploads == 0, "what stays is not sent again"
    assert world.images("AUTRUI") == [image for image in now if image != theirs]


@pytest.mark.spec("SHP-08", "SHP-06")
@pytest.mark.parametrize("kind", ["woocommerce", "shopify"])
def test_lost_image_comes_back_from_the_library_without_an_upload(shops: Any, kind: str) -> None:
    world: World = shops(kind)
    world.begin(update={"images": False}, images={"reattach": True})
    world.erp.give("LIEN", photo("Lien 1"), photo("Lien 2"))
    world.run()
    first, second = world.images("LIEN")
    world.take_off_by_hand("LIEN", first)
    stored = world.stored()
    result = world.run()
    assert result.exit_status == 0
    assert result.plan is not None
    assert [r.reason for r in result.plan.rows(entities=["image"])] == ["image.reattach"]
    assert (world.uploads, world.stored()) == (0, stored)
    assert world.images("LIEN") == [first, second]


@pytest.mark.spec("ART-30")
def test_file_that_the_shop_refuses_is_told_and_leaves_the_others_alone(world: World) -> None:
    world.begin()
    broken = bytearray(photo("Abîmé", form="PNG"))
    broken[60:90] = bytes(30)
    if world.kind == "woocommerce":
        world.server.faults([{"kind": "status", "path": "wp/v2/media", "method": "POST", "after": 1, "value": {
            "status": 400, "body": '{"code": "rest_upload_unknown_error", "message": "Fichier refusé."}',
            "headers": {"Content-Type": "application/json"}}}])  # fmt: skip
    world.erp.give("BON", photo("Bon"))
    world.erp.give("CASSE", bytes(broken))
    result = world.run()
    world.server.faults([])
    assert result.run.counts is not None
    assert (result.run.counts.failed, result.exit_status) == (1, 1)
    assert len(world.images("BON")) == 1
    assert world.images("CASSE") == []
    assert world.notes()["CASSE"] == CREATING, "it is due again"


@pytest.mark.spec("ART-30", "SHOP-02")
def test_without_an_application_password_woocommerce_says_why_no_image_goes(shops: Any) -> None:
    world: World = shops("woocommerce")
    world.begin()
    world.media = ("", "")
    try:
        world.erp.give("SANS", photo("Sans"))
        result = world.run()
    finally:
        world.media = (MEDIA_USER, MEDIA_PASSWORD)
    assert result.exit_status == 0
    codes = {entry.code for entry in world.workspace.journal.entries(result.run.id)}
    assert "image.shop_lacks" in codes
    assert result.plan is not None
    assert [w["code"] for w in result.plan.meta.warnings] == ["image.shop_lacks"]
    assert list(result.plan.rows(entities=["image"])) == []
    assert (world.uploads, world.erp.contents_read) == (0, 0)


@pytest.mark.spec("SHOP-02")
def test_wrong_application_password_is_named(shops: Any) -> None:
    world: World = shops("woocommerce")
    world.begin()
    world.media = (MEDIA_USER, "zzzz")
    try:
        world.erp.give("FAUX", photo("Faux"))
        with pytest.raises(ConnectionFailedError) as failure:
            world.run()
    finally:
        world.media = (MEDIA_USER, MEDIA_PASSWORD)
    assert failure.value.code == "woocommerce.media_refused"
    assert world.notes()["FAUX"] == CREATING
