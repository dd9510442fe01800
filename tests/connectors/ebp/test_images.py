"""Images of articles: versions are listed, contents read once, in whatever form EBP gives them (A13)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.erps.ebp import EbpConnector
from atoosync_lab.connectors.erps.ebp.images import ImageReader
from atoosync_lab.model.catalogue import ArticleImage, ImageContent
from atoosync_lab.sandbox.data.demo.pictures import picture
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.sandbox.servers import RunningSandbox
from tests.connectors.ebp.helpers import FOLDER

ARTICLES = tuple(f"IMG{n:02d}" for n in range(12))


@pytest.fixture
def pictured(sandbox: RunningSandbox) -> Iterator[None]:
    """Twelve articles with an image each, gone after the test."""
    with FolderState.open(sandbox.state, FOLDER) as folder:
        folder.insert_many(
            "Item",
            [
                {"Id": key, "Caption": key, "ActiveState": 0, "ItemImage": picture(key), "ImageVersion": 3}
                for key in ARTICLES
            ],
        )
    yield
    for key in ARTICLES:
        sandbox.admin("POST", "/_admin/ebp/rows", {"folder": FOLDER, "table": "Item", "key": key, "delete": True})


def read(erp: EbpConnector, request: ReadRequest) -> tuple[dict[str, ArticleImage], dict[str, bytes]]:
    records: dict[str, ArticleImage] = {}
    contents: dict[str, bytes] = {}
    for chunk in erp.read(Scope.IMAGES, request):
        records.update((r.article_id, r) for r in chunk.get(ArticleImage, ()))
        contents.update((c.digest, c.content) for c in chunk.get(ImageContent, ()))
    return records, contents


@pytest.mark.spec("ART-30", "ERP-01")
@pytest.mark.pitfall("PB-30")
def test_content_is_read_once_and_again_only_where_its_version_changed(
    erp: EbpConnector, sandbox: RunningSandbox, pictured: None
) -> None:
    records, contents = read(erp, ReadRequest())
    assert set(records) == set(ARTICLES)
    first = records["IMG00"]
    assert contents[first.digest] == picture("IMG00")
    assert (first.mime_type, first.version, first.sheet) == ("image/png", "3", True)

    known = ReadRequest(images={(r.article_id, r.image_id): r for r in records.values()})
    before = erp.calls
    again, nothing = read(erp, known)
    assert (again, nothing) == (records, {})
    listing = erp.calls - before

    with FolderState.open(sandbox.state, FOLDER) as folder:
        folder.update("Item", "IMG05", {"ItemImage": picture("Autre"), "ImageVersion": 4})
        folder.update("Item", "IMG06", {"ItemImage": None, "ImageVersion": 0})
    before = erp.calls
    changed, new = read(erp, known)
    assert list(new.values()) == [picture("Autre")]
    assert changed["IMG05"].digest != records["IMG05"].digest
    assert "IMG06" not in changed
    assert erp.calls - before == listing + 1, "one call for the one content"
    few, _ = read(erp, ReadRequest(ids=("IMG01",)))
    assert list(few) == ["IMG01"]


@pytest.mark.spec("ART-30")
def test_data_prefix_is_taken_and_what_is_no_base64_is_named() -> None:
    told: list[Any] = []
    reader = ImageReader(None, None, told.append)  # type: ignore[arg-type]
    plain = base64.b64encode(picture("X")).decode()
    assert reader._decoded("A", f"data:image/png;base64,{plain}") == reader._decoded("A", plain) == picture("X")
    assert reader._decoded("A", "") == b""
    assert told == []
    assert reader._decoded("A", "%%%") == b""
    assert [(e.code, e.facts.record) for e in told] == [("ebp.image_unreadable", "A")]
