"""Images of articles: one a sheet (`ItemImage`); its bytes are read only where `ImageVersion` is new (A13)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from atoosync_lab.connectors.base import Chunk, ReadRequest
from atoosync_lab.connectors.erps.ebp import facts, filters
from atoosync_lab.connectors.erps.ebp.client import EbpClient
from atoosync_lab.connectors.erps.ebp.paging import Query
from atoosync_lab.connectors.erps.ebp.values import Row, moment, text
from atoosync_lab.connectors.images import article_image
from atoosync_lab.model.catalogue import ArticleImage, ImageContent
from atoosync_lab.model.errors import Facts, InvalidRecordError

_DATA_PREFIX = re.compile(r"^data:[^,]*,", re.IGNORECASE)
_WITHOUT = ("", "0")
"""Versions of an article that has no image. (A13)"""


class ImageReader:
    """Reads the images of a folder's articles.

    Args:
        client: the API.
        pages: pages of a query, of some articles only where ids are named.
        warn: takes images that cannot be read.
    """

    def __init__(
        self,
        client: EbpClient,
        pages: Callable[[Query, tuple[str, ...], str], Iterator[list[Row]]],
        warn: Callable[[InvalidRecordError], None],
    ) -> None:
        self._client, self._pages, self._warn = client, pages, warn

    def read(self, request: ReadRequest) -> Iterator[Chunk]:
        """Versions page by page, then the bytes of those that are new, a few articles a call.

        Raises:
            As `EbpReader.read`.
        """
        columns = ("Id", facts.IMAGE_VERSION, facts.MODIFIED)
        query = Query(table=facts.ITEM, columns=columns, since=request.since)
        new: dict[str, str] = {}
        for rows in self._pages(query, request.ids, "Id"):
            known: list[ArticleImage] = []
            for row in rows:
                article, version = text(row, "Id"), text(row, facts.IMAGE_VERSION)
                modified = moment(row, facts.MODIFIED, self._client.zone)
                if version in _WITHOUT or (request.since and modified and modified < request.since):
                    continue
                last = request.images.get((article, facts.SHEET_IMAGE))
                if last is not None and last.version == version:
                    known.append(last)
                else:
                    new[article] = version
            yield {ArticleImage: known}
        articles = list(new)
        for start in range(0, len(articles), facts.IMAGES_A_CALL):
            part = tuple(articles[start : start + facts.IMAGES_A_CALL])
            yield from self._contents(part, new)

    def _contents(self, articles: tuple[str, ...], versions: dict[str, str]) -> Iterator[Chunk]:
        query = Query(
            table=facts.ITEM,
            columns=("Id", facts.IMAGE),
            where=filters.any_of("Id", articles),
        )
        for rows in self._client.rows(query):
            records: list[ArticleImage] = []
            contents: list[ImageContent] = []
            for row in rows:
                article = text(row, "Id")
                content = self._decoded(article, text(row, facts.IMAGE))
                if content:
                    record, stored = article_image(
                        article, facts.SHEET_IMAGE, content, version=versions.get(article, ""), sheet=True
                    )
                    records.append(record)
                    contents.append(stored)
            yield {ImageContent: contents, ArticleImage: records}

    def _decoded(self, article: str, given: str) -> bytes:
        """The bytes of a binary column; none for an empty one, or for one that is no base64, which is told."""
        try:
            return base64.b64decode(_DATA_PREFIX.sub("", given.strip()), validate=True)
        except (binascii.Error, ValueError):
            noted = Facts(system=facts.SYSTEM, operation="Item", record=article)
            self._warn(InvalidRecordError("ebp.image_unreadable", resource="products", id=article, facts=noted))
            return b""
