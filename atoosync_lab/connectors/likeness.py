"""Whether two image files show the same picture: shops store what they were sent in a form of their own."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageStat

_SIDE, _BLOCK = 64, 8
"""Pixels a side at which pictures are compared, at most; each stands for a block of at least so many of a picture: what
a JPEG changes, in blocks of that size, is smoothed away."""
_MEAN, _MOST = 7.0, 40.0
"""Differences (of 255) that a shop's own JPEG may make at that size, on average and in one place. [MEASURED on noise,
drawings with texts, gradients and flat colours of 33 to 1 200 pixels at quality 70 to 95: 5.9 and 22 at most]"""
_ASPECT = 0.02
_LARGEST = 50_000_000
"""Pixels; larger pictures are not decoded, and count as different."""
_GROUNDS = ((255, 255, 255), (0, 0, 0))
"""What shines through where a picture is transparent: shops choose one of them."""


def alike(one: bytes, other: bytes) -> bool:
    """Both files show the same picture, whatever their type, quality and size; False where one cannot be opened."""
    first, second = _opened(one), _opened(other)
    if first is None or second is None:
        return False
    if abs(first.width * second.height - second.width * first.height) > _ASPECT * first.width * second.height:
        return False
    least = [min(one, other) for one, other in zip(first.size, second.size, strict=True)]
    size = (_side(least[0]), _side(least[1]))
    return any(
        _near(a, b)
        for a in (_small(first, ground, size) for ground in _grounds(first))
        for b in (_small(second, ground, size) for ground in _grounds(second))
    )


def _opened(content: bytes) -> Image.Image | None:
    try:
        picture = Image.open(io.BytesIO(content))
        if picture.width * picture.height > _LARGEST:
            return None
        picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    return picture


def _grounds(picture: Image.Image) -> tuple[tuple[int, int, int] | None, ...]:
    """Backgrounds to lay a picture on; None: it is taken as it is, without its transparency."""
    clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    return (*_GROUNDS, None) if clear else (None,)


def _side(pixels: int) -> int:
    return max(2, min(_SIDE, pixels // _BLOCK))


def _small(picture: Image.Image, ground: tuple[int, int, int] | None, size: tuple[int, int]) -> Image.Image:
    if ground is None:
        flat = picture.convert("RGB")
    else:
        flat = Image.new("RGB", picture.size, ground)
        layer = picture.convert("RGBA")
        flat.paste(layer, mask=layer.getchannel("A"))
    return flat.resize(size, Image.Resampling.BOX)


def _near(one: Image.Image, other: Image.Image) -> bool:
    found = ImageStat.Stat(ImageChops.difference(one, other))
    return max(found.mean) <= _MEAN and max(high for _, high in found.extrema) <= _MOST
