"""Contents of images: told by their bytes, kept once beside the captures, recognised in what a shop made of them."""

from __future__ import annotations

import io
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from atoosync_lab.connectors import images
from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.likeness import alike
from atoosync_lab.model.catalogue import ImageContent
from atoosync_lab.model.errors import StorageError
from atoosync_lab.snapshots import captures
from atoosync_lab.snapshots.contents import Contents
from tests.captures import capture, erp_item
from tests.images.world import photo


def saved(picture: Image.Image, form: str, **options: int) -> bytes:
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


@pytest.mark.spec("ART-30")
@pytest.mark.pitfall("PB-30")
def test_image_is_its_content_whatever_it_is_called() -> None:
    one, stored = images.article_image("A", "1", photo("Un"), version="3")
    other, _ = images.article_image("B", "photo.gif", photo("Un"), version="9")
    assert one.digest == other.digest == stored.digest
    assert (one.mime_type, one.byte_count, one.pixels) == ("image/jpeg", len(photo("Un")), 96 * 96)
    assert images.article_image("A", "1", photo("Deux"))[0].digest != one.digest
    assert images.article_image("A", "1", b"\x89PNG\r\n\x1a\n of something")[0].mime_type == "", "a head alone is none"
    assert images.mime_type(b"<html>") == ""
    assert images.marked(f"2026/11/{images.file_name(one.digest, one.mime_type)}") == one.digest[:24]
    assert images.marked("vitrine.jpg", "") == ""


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF"])
@pytest.mark.parametrize("side", [40, 96, 640])
def test_picture_is_recognised_in_the_jpeg_that_a_shop_makes_of_it(form: str, side: int) -> None:
    sent = photo("Panier", side, form)
    with Image.open(io.BytesIO(sent)) as picture:
        stored = saved(picture.convert("RGB"), "JPEG", quality=80)
    assert alike(stored, sent)
    assert not alike(stored, photo("Panière", side, form))
    assert not alike(b"", sent)
    assert not alike(saved(Image.new("RGB", (side, side * 2)), "JPEG"), sent)


def test_transparent_picture_is_recognised_on_whatever_ground_the_shop_laid_it() -> None:
    clear = Image.new("RGBA", (80, 80), (0, 0, 0, 0))
    clear.paste((200, 30, 30, 255), (20, 20, 60, 60))
    sent = saved(clear, "PNG")
    for ground in ((255, 255, 255), (0, 0, 0)):
        flat = Image.new("RGB", clear.size, ground)
        flat.paste(clear, mask=clear.getchannel("A"))
        assert alike(saved(flat, "JPEG"), sent)
    assert not alike(saved(Image.new("RGB", (80, 80), (255, 255, 255)), "JPEG"), sent)


@pytest.mark.spec("ART-30")
def test_contents_are_kept_once_and_go_with_the_last_capture_that_names_them(tmp_path: Path) -> None:
    kept, gone = (images.article_image(name, "1", photo(name), version="1") for name in ("Garde", "Part"))
    capture(tmp_path, "erp", erp_item("Garde"), *kept, scopes=[(Scope.IMAGES, ReadRequest())])
    contents = Contents.of(tmp_path, "test")
    contents.keep([gone[1]])
    assert contents.read(kept[0].digest) == photo("Garde")
    assert captures.known_images(tmp_path, "test") == {("Garde", "1"): kept[0]}
    assert contents.drop_unused((tmp_path / "test" / "erp").glob("*.duckdb"), datetime.now(UTC)) == 0, "too fresh"
    for path in contents.folder.glob("*/*"):
        os.utime(path, (time.time() - 2 * 86_400,) * 2)
    assert contents.drop_unused((tmp_path / "test" / "erp").glob("*.duckdb"), datetime.now(UTC)) == 1
    assert contents.has(kept[0].digest)
    assert not contents.has(gone[0].digest)
    later = datetime.now(UTC) + timedelta(days=2)
    assert captures.drop_old(tmp_path, "test", keep=timedelta(days=1), now=later) == 0, "the newest capture stays"


def test_damaged_content_is_refused(tmp_path: Path) -> None:
    record, stored = images.article_image("A", "1", photo("Un"), version="1")
    contents = Contents.of(tmp_path, "test")
    contents.keep([stored])
    (path,) = contents.folder.glob("*/*")
    path.write_bytes(b"other")
    with pytest.raises(StorageError):
        contents.read(record.digest)
    with pytest.raises(ValueError, match="digest"):
        contents.keep([ImageContent("0" * 64, b"x")])


@pytest.mark.spec("ART-30")
def test_capture_completed_from_an_earlier_one_forgets_images_that_an_article_lost(tmp_path: Path) -> None:
    two, one = (images.article_image(name, "1", photo(name), version="1") for name in ("Deux", "Un"))
    first = capture(tmp_path, "erp", erp_item("Deux"), erp_item("Un"), *two, *one)
    then = capture(tmp_path, "erp", erp_item("Deux"), scopes=[(Scope.IMAGES, ReadRequest())], mode="since", base=first)
    assert then.counts["article_image"] == 1
    assert captures.known_images(tmp_path, "test") == {("Un", "1"): one[0]}
