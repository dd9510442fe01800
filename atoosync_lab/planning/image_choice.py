"""Which images one product keeps, gets and lets go of, and which ones its shop does not take: pure values (PB-30)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from atoosync_lab.connectors.picturing import ImageRules

VERSION = "images-1"
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Held:
    """An image that a product of the shop has."""

    image_id: str
    digest: str = ""
    """Content that we sent; empty: somebody else's image."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image of an article."""

    digest: str
    mime_type: str = ""
    byte_count: int = 0
    pixels: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of the images of one product."""

    images: tuple[tuple[str, str], ...]
    """(digest, shop image id or empty) of ours, in order."""
    remove: tuple[str, ...] = ()
    """Shop image ids that the product lets go of."""
    moved: bool = False
    """Ours are there, in another order."""

    @property
    def added(self) -> tuple[str, ...]:
        """Digests that the product does not have yet."""
        return tuple(digest for digest, image in self.images if not image)

    @property
    def kept(self) -> int:
        """Images of ours that stay."""
        return len(self.images) - len(self.added)

    @property
    def changes(self) -> bool:
        """Something is to be written."""
        return bool(self.added or self.remove or self.moved)


def decide(
    wanted: Sequence[str], held: Sequence[Held], *, delete_first: bool = False, ordered: bool = True, whole: bool = True
) -> Decision:
    """The images that a product is to have.

    Args:
        wanted: digests of the article's images, in order; one that comes twice is sent once.
        held: images of the product, in order.
        delete_first: those of others go too.
        ordered: the shop lets their order be written; else only the first one can be chosen.
        whole: False: some images of the article cannot be sent, so none of ours is taken away in exchange.
    """
    place: dict[str, str] = {}
    for each in held:
        if each.digest:
            place.setdefault(each.digest, each.image_id)
    digests = list(dict.fromkeys(wanted))
    images = tuple((digest, place.get(digest, "")) for digest in digests)
    if not digests:
        # No image in the ERP is no reason to delete one in the shop.
        return Decision(images=())
    stay = {image for _, image in images if image}
    ours = [h.image_id for h in held if h.digest]
    remove = tuple(h.image_id for h in held if h.image_id not in stay and (whole if h.digest else delete_first))
    left = [image for image in ours if image in stay]
    order = [image for _, image in images if image]
    moved = left != order if ordered else bool(left) and ours[0] == held[0].image_id and left[0] != order[0]
    return Decision(images=images, remove=remove, moved=moved)


def refusal(image: Wanted, rules: ImageRules, place: int) -> tuple[str, dict[str, str]] | None:
    """Why the shop does not take an image: reason and facts of a held row; None: it does.

    Args:
        image: the image.
        rules: the shop's.
        place: its number within the article, from 1.
    """
    facts = {"place": str(place), "size": _megabytes(image.byte_count), "most": _megabytes(rules.max_bytes)}
    if not image.mime_type:
        return "image.unreadable", facts
    if image.mime_type not in rules.mime_types:
        takes = ", ".join(sorted(_kind(kind) for kind in rules.mime_types))
        return "image.type_refused", {**facts, "type": _kind(image.mime_type), "takes": takes}
    if image.byte_count > rules.max_bytes:
        return "image.too_large", facts
    if rules.max_pixels and image.pixels > rules.max_pixels:
        return "image.too_many_pixels", {
            **facts, "size": _megabytes(image.pixels), "most": _megabytes(rules.max_pixels),
        }  # fmt: skip
    if rules.max_images and place > rules.max_images:
        return "image.too_many", {**facts, "most": str(rules.max_images)}
    return None


def _megabytes(count: int) -> str:
    """A number of bytes or of pixels in millions, for a sentence; small ones never read as none."""
    return f"{max(count / MEGABYTE, 0.1 if count else 0):.1f}"


def _kind(mime: str) -> str:
    return mime.partition("/")[2].upper()


def recognised(held: Sequence[Held], wanted: Sequence[Wanted]) -> list[Held]:
    """A shop may tell only the beginning of a digest: it becomes the whole one of an image of this article."""
    known = {w.digest for w in wanted}
    found = []
    for each in held:
        whole = next((d for d in known if d.startswith(each.digest)), each.digest) if each.digest else ""
        found.append(Held(each.image_id, whole))
    return found


def fingerprint_of(decision: Decision) -> str:
    """What is noted of the images that a product was given."""
    text = chr(31).join([VERSION, *(digest for digest, _ in decision.images)])
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
