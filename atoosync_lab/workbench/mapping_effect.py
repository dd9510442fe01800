"""« Comparer l'effet » of a changed map: the last reading planned with the settings as saved and as chosen (BEY-03)."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from atoosync_lab.kit import formats, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs.comparing import Changed, Side
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.what_if import WhatIf, what_if
from atoosync_lab.workbench import changes
from atoosync_lab.workbench.map_draft import MapDraft

SHOWN = 8
"""Records that are named; the count says how many there are."""


@dataclass(slots=True)
class Comparison:
    """Both results, or why they cannot be made."""

    shown: Html | None = None
    failure: Message | None = None

    def html(self) -> Html:
        """Counts before and after, then the records that are treated otherwise."""
        if self.failure is not None:
            return words.banner("block", tag("p", str(self.failure)), class_="form-banner")
        return self.shown or Html("")


def compare(session: Session, draft: MapDraft) -> Comparison:
    """Plan the last reading twice; nothing is read from a system, nothing is written."""
    try:
        found = what_if(session.workspace, draft.draft(), draft.spec.flow)
    except ValidationError:
        return Comparison(failure=Message("form.not_taken"))
    except AtooSyncError as error:
        return Comparison(failure=error.message)
    try:
        return Comparison(_compared(found, draft.base.timezone))
    finally:
        found.close()


def _compared(found: WhatIf, zone: str) -> Html:
    total = found.total_changed
    read = formats.moment(next(iter(found.captures.values())).finished_at, zone)
    code = "map.compared.same" if not total else "map.compared.one" if total == 1 else "map.compared.some"
    told = translate(code, {"count": formats.number(total), "at": read})
    if total > SHOWN:
        told += " " + translate("map.compared.shown", {"shown": formats.number(SHOWN)})
    tiles = [_tile(action, before, after) for action, (before, after) in found.counts().items()]
    heads = [tag("th", translate(f"map.compared.head.{name}"), scope="col") for name in ("record", "before", "after")]
    rows = [_row(change) for change in found.changed[:SHOWN]]
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows)) if rows else None
    return tag(
        "div",
        tag("div", tag("h3", translate("map.compare_title")), tag("p", told, class_="sm t2", role="status"),
            tag("div", *tiles, class_="tiles"), class_="card-b stack"),
        table,
        class_="map-compared",
    )  # fmt: skip


def _tile(action: str, before: int, after: int) -> Html:
    now = tag("b", formats.number(after))
    pair = join(tag("s", formats.number(before)), icon("arrow"), now) if before != after else now
    return tag(
        "div",
        tag("div", words.action_title(action), class_="k"),
        tag("div", pair, class_="ba"),
        class_="tile",
        data_action=action,
    )


def _row(change: Changed) -> Html:
    who = tag("td", tag("div", change.key, class_="mono b"), tag("div", change.label, class_="cut t3 xs"))
    return tag("tr", who, tag("td", _side(change.before)), tag("td", _side(change.after)), data_key=change.key)


def _side(side: Side) -> Html:
    """What one of the plans does with the record, and why, or what it writes."""
    if not side.action:
        return tag("span", translate("map.compared.absent"), class_="t3 sm")
    said = changes.inline(side.changes) if side.changes else tag("span", side.reason_text(), class_="t2")
    return join(words.action_pill(side.action), tag("div", said, class_="sm"))
