"""Images of the demonstration's articles: small real files, drawn from the article's code, the same every time."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from PIL import Image, ImageDraw

from atoosync_lab.sandbox.data.demo.catalogue import Article

SIDE = 96
"""Pixels a side."""
SHARE = 5
"""One article in so many has an image on its sheet."""


def columns(article: Article) -> dict[str, Any]:
    """`ItemImage` and `ImageVersion` of an article; nothing for one without an image."""
    number = _number(article.code)
    if not article.published or number % SHARE:
        return {}
    return {"ItemImage": picture(article.code, "JPEG" if number % 2 else "PNG"), "ImageVersion": 1}


def picture(text: str, form: str = "PNG", side: int = SIDE) -> bytes:
    """A picture that no other text has: its code on a ground of its own colours.

    Args:
        text: what it shows.
        form: `PNG`, `JPEG` or `GIF`.
        side: pixels a side.
    """
    seed = hashlib.sha256(text.encode()).digest()
    image = Image.new("RGB", (side, side), tuple(128 + byte // 2 for byte in seed[:3]))
    draw = ImageDraw.Draw(image)
    for place in range(6):
        left, top = seed[3 + place] * side // 256, seed[9 + place] * side // 256
        colour = tuple(seed[15 + place : 18 + place])
        draw.ellipse((left - side // 6, top - side // 6, left + side // 6, top + side // 6), fill=colour)
    draw.text((4, side - 14), text[:14], fill=(0, 0, 0))
    target = io.BytesIO()
    image.save(target, form)
    return target.getvalue()


def _number(code: str) -> int:
    return int.from_bytes(hashlib.sha256(code.encode()).digest()[-4:], "big")
