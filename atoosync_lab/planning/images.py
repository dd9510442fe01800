"""Images of articles: which ones a product keeps, gets and lets go of (ART-30, SHP-02, SHP-08).

An image is its content: the digest tells two apart, not a name (PB-30). A product whose article has no image is left as
it is, because absence deletes nothing; images of others stay, unless the profile deletes all of them first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from atoosync_lab.connectors.picturing import ImageRules
from atoosync_lab.planning.context import CREATING, FAILED, UNDONE, CatalogueContext, ImageTerms
from atoosync_lab.planning.plan import Action, PlanRow, PlanWriter

VERSION = "images-1"
ENTITY = "image"
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


@dataclass(slots=True)
class _Article:
    """A taken article as its images see it."""

    key: str
    label: str
    target_id: str
    target_kind: str
    taken: bool
    """Its sheet is of this flow too; else only a creation of images that broke off is gone on with."""
    wanted: list[Wanted] = field(default_factory=list)


def plan_images(ctx: CatalogueContext, out: PlanWriter) -> None:
    """Add the rows of images behind those of the sheets; `sheet` and both captures are there."""
    terms = ctx.images
    if terms is None or not ctx.profile.articles.images.create:
        return
    articles = _articles(ctx, out)
    if not articles:
        return
    held, gone = _held(out, terms)
    seq = out.next_seq()
    for article in articles:
        for row in _rows(ctx, terms, article, held.get(article.target_id, ()), gone.get(article.target_id, {}), out):
            out.add(_numbered(row, seq))
            seq += 1


def _numbered(row: PlanRow, seq: int) -> PlanRow:
    return PlanRow(
        seq=seq, action=row.action, entity=ENTITY, key=row.key, target_id=row.target_id, label=row.label,
        changes=row.changes, reason=row.reason, params=row.params, fingerprint=row.fingerprint, payload=row.payload,
    )  # fmt: skip


def _articles(ctx: CatalogueContext, out: PlanWriter) -> list[_Article]:
    """Articles of the flow that have images, by key."""
    sheet_only = "TRUE" if ctx.profile.articles.images.from_sheet else "NOT m.sheet"
    rows = out.con.execute(
        "SELECT s.key, s.label, s.target_id, s.target_kind, s.verdict IS NULL, m.digest, m.mime_type, m.byte_count,"
        " m.pixels FROM sheet s JOIN erp.article_image m ON m.article_id = s.remote_id"
        f" WHERE (s.verdict IS NULL OR s.verdict = 'product.in_shop_already') AND {sheet_only}"
        " ORDER BY s.key, m.position, m.image_id"
    ).fetchall()
    found: dict[str, _Article] = {}
    for key, label, target, kind, taken, *image in rows:
        article = found.setdefault(key, _Article(key, label, target, kind, taken))
        article.wanted.append(Wanted(*image))
    return list(found.values())


def _held(out: PlanWriter, terms: ImageTerms) -> tuple[dict[str, list[Held]], dict[str, dict[str, str]]]:
    """Images of the shop's products in order, and of each product those we sent that it has no longer."""
    rows = out.con.execute(
        "SELECT article_id, image_id, digest FROM shop.article_image ORDER BY article_id, position, image_id"
    ).fetchall()
    held: dict[str, list[Held]] = {}
    there: set[str] = set()
    for product, image, told in rows:
        place = f"{product}/{image}"
        there.add(place)
        held.setdefault(product, []).append(Held(image, terms.sent.get(place, "") or told))
    gone: dict[str, dict[str, str]] = {}
    for place, digest in terms.sent.items():
        product, _, image = place.partition("/")
        if place not in there:
            gone.setdefault(product, {})[image] = digest
    return held, gone


def _rows(
    ctx: CatalogueContext,
    terms: ImageTerms,
    article: _Article,
    held: Sequence[Held],
    gone: Mapping[str, str],
    out: PlanWriter,
) -> Iterator[PlanRow]:
    settings, note = ctx.profile.articles.images, terms.notes.get(article.key)
    facts = {"reference": article.key, "label": article.label}
    if article.target_kind != "product":
        if article.taken:
            yield _left(Action.SKIP, article, "image.of_variant", facts)
        return
    create = not article.target_id
    unfinished = note == CREATING and not create
    if not (create or unfinished):
        if not article.taken:
            return
        if not ctx.profile.articles.update.images:
            if settings.reattach and terms.library:
                yield from _reattached(terms, article, held, gone, facts)
            return
    good: list[Wanted] = []
    for place, image in enumerate(article.wanted, 1):
        refused = refusal(image, terms.rules, place)
        if refused is None:
            good.append(image)
        else:
            yield _left(Action.BLOCK, article, refused[0], {**facts, **refused[1]})
    whole = len(good) == len(article.wanted)
    held = recognised(held, article.wanted)
    found = decide([w.digest for w in good], held, delete_first=settings.delete_first,
                   ordered=terms.rules.ordered, whole=whole)  # fmt: skip
    if not found.changes and not unfinished:
        if whole:
            out.add_unchanged(ENTITY, article.key, article.target_id, "plan.unchanged")
        return
    fingerprint = fingerprint_of(found)
    kinds = {w.digest: w.mime_type for w in good}
    yield PlanRow(
        seq=0,
        action=Action.CREATE if create else Action.UPDATE,
        entity=ENTITY,
        key=article.key,
        target_id=article.target_id,
        label=article.label,
        changes=_changes(found, held, create=create),
        reason="image.new" if create else _reason(note, fingerprint),
        params=facts,
        fingerprint=fingerprint,
        payload=_payload(found, kinds, gone),
    )


def _reattached(
    terms: ImageTerms, article: _Article, held: Sequence[Held], gone: Mapping[str, str], facts: Mapping[str, str]
) -> Iterator[PlanRow]:
    """An image that we sent, that the article still has and the product lost, is attached again (SHP-08)."""
    held = recognised(held, article.wanted)
    there = {h.digest: h.image_id for h in held if h.digest}
    lost = {digest: image for image, digest in gone.items() if digest not in there}
    images = [w.digest for w in article.wanted if w.digest in there or w.digest in lost]
    if not lost.keys() & set(images):
        return
    found = Decision(images=tuple((d, there.get(d, "")) for d in dict.fromkeys(images)))
    kinds = {w.digest: w.mime_type for w in article.wanted}
    yield PlanRow(
        seq=0,
        action=Action.UPDATE,
        entity=ENTITY,
        key=article.key,
        target_id=article.target_id,
        label=article.label,
        changes=_changes(found, held, create=False),
        reason="image.reattach",
        params=facts,
        fingerprint=fingerprint_of(found),
        payload=_payload(found, kinds, gone, upload=False),
    )


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


def _left(action: Action, article: _Article, reason: str, params: Mapping[str, str]) -> PlanRow:
    return PlanRow(
        seq=0, action=action, entity=ENTITY, key=article.key, target_id=article.target_id, label=article.label,
        reason=reason, params=params,
    )  # fmt: skip


def _reason(note: str | None, fingerprint: str) -> str:
    if note == CREATING:
        return "image.unfinished"
    if note in (None, FAILED, UNDONE):
        return "image.differs"
    return "image.changed_in_shop" if note == fingerprint else "image.changed_in_erp"


def _changes(found: Decision, held: Sequence[Held], *, create: bool) -> tuple[tuple[str, str | None, str | None], ...]:
    """How many images there are before and after; how many come, and which ones go, by their ids in the shop."""
    after = len(held) + len(found.added) - len(found.remove)
    changes: list[tuple[str, str | None, str | None]] = [
        ("images", None if create else str(len(held)), str(after)),
    ]
    if found.added and not create:
        changes.append(("images_added", None, str(len(found.added))))
    if found.remove:
        changes.append(("images_removed", ", ".join(found.remove), None))
    if not create:
        changes.append(("images_kept", None, str(found.kept)))
    if found.moved:
        changes.append(("images_order", None, ", ".join(image for _, image in found.images if image)))
    return tuple(changes)


def _payload(found: Decision, kinds: Mapping[str, str], gone: Mapping[str, str], *, upload: bool = True) -> str:
    return json.dumps(
        {
            "images": [{"digest": d, "image_id": i, "mime_type": kinds.get(d, "")} for d, i in found.images],
            "remove": list(found.remove),
            "gone": sorted(gone),
            "upload": upload,
        }
    )
