"""The part of the contract that is about images: a shop has it or leaves it (`Capability.WRITE_IMAGES`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from atoosync_lab.connectors.base import WriteResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageWrite:
    """One image that a product is to have."""

    digest: str
    """SHA-256 of the content, hexadecimal: what an image is told apart by (PB-30)."""
    image_id: str = ""
    """Shop image id of one that was sent before; empty: new, or to be looked up."""
    mime_type: str = ""
    name: str = ""
    """A few words for people, e.g. the article's name."""
    content: Callable[[], bytes] = bytes
    """Gives the bytes; called only where they are sent or compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesWrite:
    """The images of one product. What is there and neither named nor in `remove` is somebody else's and stays."""

    key: str
    target_id: str
    """Shop product id."""
    images: tuple[ImageWrite, ...] = ()
    """Ours, in order; the first one is the main image."""
    remove: tuple[str, ...] = ()
    """Shop image ids that the product is to let go of."""
    upload: bool = True
    """False: images are attached again from the shop's library; none is sent (SHP-08)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRules:
    """Which images a shop takes."""

    max_bytes: int
    mime_types: frozenset[str]
    max_pixels: int = 0
    """Width times height; 0: no limit."""
    max_images: int = 0
    """Of one product; 0: no limit."""
    ordered: bool = True
    """The order of a product's images can be written; else only its main image is chosen."""


@runtime_checkable
class WritesImages(Protocol):
    """A shop that takes images as bytes (`Capability.WRITE_IMAGES`)."""

    @property
    def image_rules(self) -> ImageRules:
        """Which images the shop takes."""
        ...

    def write_images(self, batch: Sequence[ImagesWrite]) -> list[WriteResult]:
        """Give products their images; results in the order asked.

        An image whose content the product, or the shop's library, holds already is not sent again, also when nobody
        remembers that it was sent: a run may have been killed between the upload and its note.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        ...
