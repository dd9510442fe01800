"""Images of articles from an ERP to the three shops, over HTTP: each content is sent once (ART-30, PB-30)."""

from __future__ import annotations

import pytest

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
    plan = world.plan()
    (row,) = plan.rows(entities=["image"])
    changes = {name: (before, after) for name, before, after in row.changes}
    assert changes["images"] == ("3", "3")
    assert changes["images_added"] == (None, "1")
    assert changes["images_kept"] == (None, "2")
    assert row.reason == "image.changed_in_erp"
    assert row.units == 0
    assert world.run().exit_status == 0
    assert (world.uploads, world.erp.contents_read) == (1, 4)
    now = world.images("PB30")
    assert len(now) == 3
    assert set(first) - set(now) == {first[1]}, "the kept ones are still the same images"
    assert world.run().exit_status == 0
    assert world.uploads == 0
