"""Images of articles: which ones a product keeps, gets and lets go of (ART-30, SHP-02, SHP-08).

An image is its content: the digest tells two apart, not a name (PB-30). A product whose article has no image is left as
it is, because absence deletes nothing; images of others stay, unless the profile deletes all of them first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from atoosync_lab.planning.context import CREATING, FAILED, UNDONE, CatalogueContext, ImageTerms
from atoosync_lab.planning.image_choice import (
    Decision,
    Held,
    Wanted,
    decide,
    fingerprint_of,
    recognised,
    refusal,
)
from atoosync_lab.planning.plan import Action, PlanRow, PlanWriter

ENTITY = "image"


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
