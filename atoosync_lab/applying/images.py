"""Gives products their images: what the shop holds of ours is noted with its content, so that nothing is sent twice.

A new product's images are noted as begun before its sheet is sent: a run that breaks off anywhere in between is gone on
with by the next one, whatever updates may write (ART-30, PB-30).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

from atoosync_lab.applying.context import ApplyContext
from atoosync_lab.connectors.base import Outcome, ShopConnector, WriteResult
from atoosync_lab.connectors.picturing import ImagesWrite, ImageWrite, WritesImages
from atoosync_lab.model.errors import AtooSyncError, SettingsError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.points import point
from atoosync_lab.planning.context import CREATING, FAILED, IMAGES
from atoosync_lab.planning.images import ENTITY
from atoosync_lab.planning.plan import Action, PlanRow
from atoosync_lab.store.links import Fingerprint

BATCH = 10
"""Products whose images go in one write: Stop is asked between writes, and an image takes seconds."""


def begin(ctx: ApplyContext) -> None:
    """Before the first write: images of new products are begun, those that cannot be sent as they are stay due."""
    begun = ctx.plan.rows(actions=[Action.CREATE.value], entities=[ENTITY])
    held = ctx.plan.rows(actions=[Action.BLOCK.value], entities=[ENTITY])
    notes = {row.key: (FAILED, row.target_id) for row in held}
    notes |= {row.key: (CREATING, "") for row in begun}
    # What an earlier run had begun and did not end stays so.
    kept = set(ctx.links.noted(ctx.profile.id, IMAGES, CREATING)) if notes else set()
    _note(ctx, [(key, CREATING if key in kept else mark, target) for key, (mark, target) in notes.items()])


def write(ctx: ApplyContext, shop: ShopConnector, batch: Sequence[PlanRow]) -> None:
    """Write the images of a few products and note each result.

    Raises:
        AtooSyncError: the shop cannot be written to.
    """
    if not isinstance(shop, WritesImages):
        raise SettingsError("flow.not_served", system=shop.system, needs="write_images")
    writes: dict[str, ImagesWrite] = {}
    rows: list[PlanRow] = []
    for row in batch:
        target = row.target_id or ctx.made.get(row.key, "")
        if target:
            rows.append(row)
            writes[row.key] = _write(ctx, row, target)
        else:
            ctx.left(row, Message("apply.image.no_product", {"record": row.key}))
    if not rows:
        return
    try:
        results = {r.key: r for r in shop.write_images(list(writes.values()))}
    except AtooSyncError as error:
        for row in rows:
            ctx.failed(row, error.message)
            _note(ctx, [(row.key, _still_due(ctx, row), row.target_id)])
        raise
    point("images:written")
    held = {row.key for row in ctx.plan.rows(actions=[Action.BLOCK.value], entities=[ENTITY])}
    for row in rows:
        _note_result(ctx, row, writes[row.key], results.get(row.key), whole=row.key not in held)


def _write(ctx: ApplyContext, row: PlanRow, target: str) -> ImagesWrite:
    payload = json.loads(row.payload)
    return ImagesWrite(
        key=row.key,
        target_id=target,
        images=tuple(
            ImageWrite(
                digest=image["digest"],
                image_id=image["image_id"],
                mime_type=image["mime_type"],
                name=row.label,
                content=partial(ctx.contents.read, image["digest"]),
            )
            for image in payload["images"]
        ),
        remove=tuple(payload["remove"]),
        upload=bool(payload["upload"]),
    )


def _note_result(
    ctx: ApplyContext, row: PlanRow, write: ImagesWrite, result: WriteResult | None, *, whole: bool
) -> None:
    """What the product holds of ours is noted whatever became of the rest: the next run does not send it again.

    `whole`: no image of the article is held; else it stays due, for the cure may be a setting of the shop.
    """
    if result is not None and result.images:
        pairs = {f"{write.target_id}/{image}": digest for image, digest in result.images.items()}
        ctx.links.link(ctx.profile.id, "image", pairs)
    if result is not None and result.outcome is Outcome.DONE:
        gone = {*write.remove, *json.loads(row.payload)["gone"]} - result.images.keys()
        ctx.links.unlink(ctx.profile.id, "image", [f"{write.target_id}/{image}" for image in sorted(gone)])
        _note(ctx, [(row.key, row.fingerprint if whole else FAILED, write.target_id)])
        ctx.done(row, f"apply.image.{row.action}", label=row.label, count=len(write.images))
        return
    _note(ctx, [(row.key, _still_due(ctx, row), write.target_id)])
    if result is None:
        ctx.failed(row, Message("apply.no_answer", {"record": row.key}))
    elif result.outcome is Outcome.UNKNOWN:
        ctx.in_doubt(row, "apply.outcome_unknown", error=str(result.error or ""))
    else:
        ctx.failed(row, result.error or Message("apply.refused", {"record": row.key, "code": result.remote_code}))


def _still_due(ctx: ApplyContext, row: PlanRow) -> str:
    """A creation that was begun stays so until its images are all there."""
    begun = row.action is Action.CREATE or row.reason == "image.unfinished"
    return CREATING if begun else FAILED


def _note(ctx: ApplyContext, notes: Sequence[tuple[str, str, str]]) -> None:
    moment = ctx.clock()
    ctx.links.note_sent(ctx.profile.id, IMAGES, [Fingerprint(k, md5, target, moment) for k, md5, target in notes])
