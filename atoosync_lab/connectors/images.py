"""What connectors share about images: told by their content, never by their name; and where they stand in a product."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Collection, Sequence

from PIL import Image

from atoosync_lab.model.catalogue import ArticleImage, ImageContent

JPEG, PNG, GIF, WEBP, BMP, TIFF = "image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff"
_SIGNATURES = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"BM", BMP),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)
ENDINGS = {JPEG: "jpg", PNG: "png", GIF: "gif", WEBP: "webp", BMP: "bmp", TIFF: "tif"}
"""Ending of a file's name, by type."""
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")

MARK_LENGTH = 24
"""Hexadecimal digits of a digest that go into a name: two images of one shop never share 96 bits by chance."""
_MARK = re.compile(rf"atoo-([0-9a-f]{{{MARK_LENGTH}}})(?![0-9a-f])")


def digest_of(content: bytes) -> str:
    """SHA-256 of an image, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def mime_type(content: bytes) -> str:
    """The type that the first bytes tell; empty: none of those known here."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    return next((kind for start, kind in _SIGNATURES if content.startswith(start)), "")


def pixels(content: bytes) -> int:
    """Width times height by the image's head, nothing is decoded; 0: it cannot be told."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            return picture.width * picture.height
    except Image.DecompressionBombError:
        # More than twice what the library takes for an image at all; more than any shop takes.
        return 4 * (Image.MAX_IMAGE_PIXELS or 0)
    except (OSError, SyntaxError, ValueError):
        return 0


def article_image(
    article_id: str, image_id: str, content: bytes, *, position: int = 0, version: str = "", sheet: bool = False
) -> tuple[ArticleImage, ImageContent]:
    """An image of an ERP as it is captured: the record, and its bytes beside it.

    Args:
        article_id: article of the ERP.
        image_id: unique within the article.
        content: the bytes.
        position: order within the article.
        version: what the ERP changes with the content; empty: nothing.
        sheet: it is the image of the article's sheet, not one of a gallery.
    """
    digest, kind = digest_of(content), mime_type(content)
    size = pixels(content)
    record = ArticleImage(
        article_id=article_id,
        image_id=image_id,
        position=position,
        version=version,
        sheet=sheet,
        digest=digest,
        # Only the head of a file that nothing can open is no image.
        mime_type=kind if size else "",
        byte_count=len(content),
        pixels=size,
    )
    return record, ImageContent(digest, content)


def mark(digest: str) -> str:
    """What a shop's library keeps of a digest, in a name: `atoo-` and its beginning."""
    return f"atoo-{digest[:MARK_LENGTH]}"


def marked(*names: str) -> str:
    """The beginning of the digest in the first of these names that carries one; empty: none does."""
    for name in names:
        if found := _MARK.search(name.lower()):
            return found[1]
    return ""


def file_name(digest: str, kind: str) -> str:
    """Name of a file that carries the mark of its content."""
    return f"{mark(digest)}.{ENDINGS.get(kind, 'bin')}"


def arranged(present: Sequence[str], ours: Sequence[str], known: Collection[str], remove: Collection[str]) -> list[str]:
    """The images of a product, in order: ours where ours were, those of others where they stand.

    Args:
        present: image ids that the product has now.
        ours: image ids that it is to have of us, in order.
        known: those of `present` that are ours already, wanted or not.
        remove: ids that are to go.
    """
    left = list(dict.fromkeys(ours))
    wanted, found = set(left), list[str]()
    for image in present:
        if image in wanted or image in known:
            if left:
                found.append(left.pop(0))
        elif image not in remove:
            found.append(image)
    return found + left
