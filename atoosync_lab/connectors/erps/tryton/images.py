"""Images of articles (module `product_image`): those of a variant, then those of its template; bytes are read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from atoosync_lab.connectors.base import Chunk, ReadRequest
from atoosync_lab.connectors.erps.tryton import facts, values
from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.connectors.erps.tryton.values import Row
from atoosync_lab.connectors.images import article_image
from atoosync_lab.model.catalogue import ArticleImage, ImageContent
from atoosync_lab.model.errors import Facts, InvalidRecordError

Place = tuple[str, int]
"""Id of an article, and the place of an image in it."""


class TrytonImages:
    """Reads the images of a database's articles.

    Args:
        client: the API.
        pages: pages of the articles that a request asks for, with the fields given.
    """

    def __init__(
        self, client: TrytonClient, pages: Callable[[ReadRequest, Sequence[str]], Iterator[list[Row]]]
    ) -> None:
        self._client, self._pages = client, pages

    def read(self, request: ReadRequest) -> Iterator[Chunk]:
        """Dates page by page, then the bytes of images that are new, a few a call; one of several variants once.

        Raises:
            As `TrytonReader.read`.
        """
        if not self._client.has_module(facts.IMAGE_MODULE):
            return
        for rows in self._pages(request, ("template",)):
            known: list[ArticleImage] = []
            new: dict[int, list[Place]] = defaultdict(list)
            versions: dict[int, str] = {}
            for article, images in self._listed(rows):
                for position, row in enumerate(images):
                    key, version = int(row["id"]), _version(row)
                    last = request.images.get((article, str(key)))
                    if last is not None and last.version == version and last.position == position:
                        known.append(last)
                    else:
                        new[key].append((article, position))
                        versions[key] = version
            yield {ArticleImage: known}
            yield from self._contents(new, versions)

    def _listed(self, rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
        """The images of each article of a page, in the order in which they are shown."""
        templates = sorted({row["template"] for row in rows if isinstance(row.get("template"), int)})
        found = self._client.find(facts.IMAGE, [["template", "in", templates]], facts.IMAGE_FIELDS)
        by_owner: dict[tuple[object, object], list[Row]] = defaultdict(list)
        for image in sorted(found, key=lambda row: (values.number(row, "sequence") or 0, int(row["id"]))):
            by_owner[image.get("template"), image.get("product")].append(image)
        for row in rows:
            template = row.get("template")
            images = [*by_owner.get((template, row["id"]), ()), *by_owner.get((template, None), ())]
            if images:
                yield str(row["id"]), images

    def _contents(self, new: Mapping[int, Sequence[Place]], versions: Mapping[int, str]) -> Iterator[Chunk]:
        keys = sorted(new)
        for start in range(0, len(keys), facts.IMAGES_A_CALL):
            part = keys[start : start + facts.IMAGES_A_CALL]
            records: list[ArticleImage] = []
            contents: list[ImageContent] = []
            for row in self._client.find(facts.IMAGE, [["id", "in", part]], ["image"]):
                key, content = int(row["id"]), row.get("image")
                if not isinstance(content, bytes) or not content:
                    noted = Facts(system=facts.SYSTEM, operation=facts.IMAGE, record=str(key))
                    self._client.warn(InvalidRecordError("tryton.image_unreadable", facts=noted, id=str(key)))
                    continue
                for article, position in new[key]:
                    record, stored = article_image(article, str(key), content, position=position, version=versions[key])
                    records.append(record)
                contents.append(stored)
            yield {ImageContent: contents, ArticleImage: records}


def _version(row: Row) -> str:
    """The moment of its last change, which every new content moves on."""
    moment = values.moment(row, "write_date") or values.moment(row, "create_date")
    return moment.isoformat() if moment is not None else ""
