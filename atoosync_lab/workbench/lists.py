"""Reference lists of a profile as choices of a form, and the sentence for a value that a list has lost (SVC-06)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from babel.dates import format_date

from atoosync_lab.kit.choices import Choice
from atoosync_lab.model.i18n import Message, current_language, translate
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists
from atoosync_lab.runs.refreshing import GONE
from atoosync_lab.runs.session import Session

Side = Literal["shop", "erp"]


def choices(session: Session, side: Side, name: ListName, *, empty_label: str | None = None) -> tuple[Choice, ...]:
    """The entries of a list as they were last read; what the system no longer has is not offered.

    Args:
        session: the opened profile.
        side: whose list.
        name: the list.
        empty_label: words of a first choice that means none; None: no such choice.
    """
    first = () if empty_label is None else (Choice("", empty_label),)
    items = [item for item in of(session, side).get(name) if GONE not in item.extra]
    active = tuple(_choice(item) for item in items if item.active)
    group = translate("form.group.inactive")
    inactive = tuple(_choice(item, group) for item in items if not item.active)
    return (*first, *active, *inactive)


def of(session: Session, side: Side) -> ReferenceLists:
    """All lists of a side."""
    lists: ReferenceLists = getattr(session.profile, f"{side}_lists")
    return lists


def gone(session: Session, side: Side, name: ListName, value: str) -> Message | None:
    """What to say of a value that its list no longer holds; None: it does, or the list was never read."""
    lists = of(session, side)
    items = lists.get(name)
    if not value or not items:
        return None
    item = next((item for item in items if value in (item.id, item.code)), None)
    side_name = translate(f"form.side.{side}")
    if item is None:
        return Message("form.gone", {"side": side_name})
    if GONE in item.extra:
        day = format_date(date.fromisoformat(item.extra[GONE]), "short", locale=current_language())
        return Message("form.gone_since", {"side": side_name, "day": day})
    return None


def label(session: Session, side: Side, name: ListName, value: str) -> str:
    """What people call a value; the value itself where its list does not know it."""
    item = of(session, side).item(name, value)
    return item.label if item is not None else value


def _choice(item: ListItem, group: str = "") -> Choice:
    """The note is the second key, where people use one and it says more than the label."""
    note = item.code if item.code and item.code not in (item.label, item.id) else ""
    return Choice(item.id, item.label or item.id, note=note, group=group)
