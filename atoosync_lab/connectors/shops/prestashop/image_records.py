"""Which images a product has, as the shop lists them."""

from __future__ import annotations

from collections.abc import Iterator

from atoosync_lab.connectors.shops.prestashop import wire
from atoosync_lab.model.catalogue import ArticleImage


def records(record: wire.Record) -> Iterator[ArticleImage]:
    """The images of a product as read, the main one first."""
    listed = listed_images(record)
    main = record.get("id_default_image")
    for place, image in enumerate(sorted(listed, key=lambda i: i != main)):
        yield ArticleImage(article_id=record["id"], image_id=image, position=place)


def listed_images(record: wire.Record) -> list[str]:
    """Image ids of a product in the shop's order."""
    return [row["id"] for row in record.links.get("images", []) if row.get("id")]
