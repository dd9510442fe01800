"""A comparison as people read it: counts before and after, then records treated otherwise (BEY-03)."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.kit import formats, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, Part, tag
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs.comparing import Changed, Side
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.what_if import WhatIf, what_if
from atoosync_lab.settings import Profile
from atoosync_lab.workbench import changes

SHOWN = 10
"""Records that are named; the count says how many there are."""


def tried(session: Session, draft: Profile, flow: str, keys: Sequence[str] = ()) -> Html:
    """Compare a draft with what is saved; trouble is a sentence.

    Args:
        session: the opened profile.
        draft: settings that are not saved.
        flow: the flow they are about.
        keys: only these records; empty: all that was read last.
    """
    try:
        result = what_if(session.workspace, draft, flow, keys)
    except AtooSyncError as error:
        return words.banner("block", tag("p", str(error)))
    try:
        return card(result, session.profile.timezone)
    finally:
        result.close()


def card(result: WhatIf, zone: str) -> Html:
    """Both results side by side.

    Args:
        result: the comparison, still open.
        zone: time zone of the profile.
    """
    total = result.total_changed
    at = max(capture.finished_at for capture in result.captures.values())
    facts = {"count": formats.number(total), "flow": words.flow_title(result.flow), "at": formats.moment(at, zone)}
    code = "what_if.nothing" if not total else "what_if.one" if total == 1 else "what_if.some"
    head = tag(
        "div",
        tag("div", tag("h2", translate(code, facts)), tag("p", translate("what_if.over", facts), class_="sm t2")),
        class_="card-h",
    )
    trouble = None
    if result.before_error is not None:
        trouble = words.banner("warn", tag("p", translate("what_if.before"), " ", str(result.before_error)))
    counts = [_count(action, pair) for action, pair in result.counts().items()]
    listed = list(result.changed[:SHOWN])
    return tag(
        "section",
        head,
        trouble,
        tag("div", *counts, class_="compare", role="group", aria_label=translate("preview.tiles")),
        _table(listed) if listed else None,
        _more(total - len(listed)),
        class_="card",
        role="status",
    )


def _count(action: str, pair: tuple[int, int]) -> Html:
    before, after = pair
    old: Part = None
    if before != after:
        old = tag("s", formats.number(before))
    return tag(
        "div", words.action_title(action), tag("div", old, formats.number(after), class_="v"), data_action=action
    )  # fmt: skip


def _table(rows: Sequence[Changed]) -> Html:
    heads = [tag("th", translate(f"what_if.head.{name}"), scope="col") for name in ("key", "saved", "draft")]
    body = [
        tag(
            "tr",
            tag("td", tag("span", row.key, class_="mono"), tag("div", row.label, class_="xs t3")),
            tag("td", *_side(row.before), class_="wraps"),
            tag("td", *_side(row.after, row.before), class_="wraps"),
        )
        for row in rows
    ]
    return tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *body), class_="sep")


def _side(side: Side, other: Side | None = None) -> list[Part]:
    if not side.action:
        return [tag("span", translate("what_if.absent"), class_="nothing")]
    reason = translate(side.reason, side.params)
    parts: list[Part] = [words.action_pill(side.action), " ", tag("span", reason, class_="sm t2")]
    if other is not None and other.action == side.action and other.reason == side.reason and side.changes:
        # Same action, other values: the first that differs says it.
        known = set(other.changes)
        fresh = tuple(change for change in side.changes if change not in known)
        parts.append(tag("div", changes.inline(fresh), class_="sm"))
    return parts


def _more(rest: int) -> Html | None:
    if rest <= 0:
        return None
    sentence = translate("what_if.more", {"count": formats.number(rest)})
    return tag("div", tag("span", icon("more"), " ", sentence, class_="page-n"), class_="card-f")
