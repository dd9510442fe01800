"""The whole product: the image of an EBP sheet arrives in the shop, and the next day nothing of it is read or sent."""

from __future__ import annotations

import pytest

from atoosync_lab.cli.demo_steps import Demo
from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.model.catalogue import ArticleImage, Product
from atoosync_lab.runs.run import RunRequest, RunResult, run
from atoosync_lab.sandbox.data.demo.facts import FOLDER
from atoosync_lab.sandbox.data.demo.pictures import picture
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.settings import Profile


def export(demo: Demo, *keys: str) -> RunResult:
    demo.shop.reset_calls()
    return run(demo.workspace, RunRequest(profile="demo", flow="articles", keys=keys))


def uploads(demo: Demo) -> int:
    calls = demo.shop.calls().items()
    return sum(n for name, n in calls if name.startswith("POST") and "/api/images/products" in name)


@pytest.mark.spec("ART-30", "SHP-02", "SVC-02")
def test_image_of_a_sheet_goes_to_the_shop_once(demo: Demo) -> None:
    profiles = demo.workspace.profiles
    document = profiles.get("demo").model_dump(mode="json")
    document["functions"]["products"]["images"] = True
    document["articles"]["images"]["create"] = True
    document["articles"]["update"]["images"] = True
    profiles.save(Profile.model_validate(document), who="test", expected_revision=profiles.revision("demo"))
    with FolderState.open(demo.home / "sandbox" / "ebp", FOLDER) as folder:
        rows = folder.rows("Item")
        held = {r["Id"].strip() for r in rows if r["ImageVersion"]}
        listed = {r["Id"] for r in rows if r["AllowPublishOnWeb"] and not r["ActiveState"]}
    assert len(held) > 20, "the demonstration has images"
    planned = demo.plan("articles")
    assert planned.plan is not None
    due = {r.key: r for r in planned.plan.rows(entities=["image"], actions=["create", "update"])}
    assert set(due) <= held
    key = next(k for k, row in due.items() if row.action == "update" and k in listed)

    assert export(demo, key).exit_status == 0
    assert uploads(demo) == 1
    again = export(demo, key)
    assert uploads(demo) == 0
    assert again.plan is not None
    assert ("image", key, "plan.unchanged") in again.plan.unchanged(search=key)

    with FolderState.open(demo.home / "sandbox" / "ebp", FOLDER) as folder:
        folder.update("Item", key, {"ItemImage": picture("Nouvelle"), "ImageVersion": 2})
    assert export(demo, key).exit_status == 0
    assert uploads(demo) == 1
    profile = profiles.get("demo")
    with demo.workspace.shop(profile) as shop:
        (product,) = {p.remote_id for c in shop.read(Scope.PRODUCTS, ReadRequest()) for p in c.get(Product, ())
                      if p.key == key and p.kind == "product"}  # fmt: skip
        images = [
            image
            for chunk in shop.read(Scope.IMAGES, ReadRequest(ids=(product,)))
            for image in chunk.get(ArticleImage, ())
        ]
    assert len(demo.workspace.links.by_shop_id("demo", "image")) == 1
    assert f"{product}/{images[-1].image_id}" in demo.workspace.links.by_shop_id("demo", "image")
