"""« Comparer l’effet »: what changes on screen would do to the articles read last, before they are saved (BEY-03)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from atoosync_lab.kit import formats, words
from atoosync_lab.kit.form import FieldError
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs.comparing import Changed, Side
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.what_if import WhatIf, what_if
from atoosync_lab.workbench import changes, drafts
from atoosync_lab.workbench.settings_form import SettingsCard

SHOWN = 8
"""Articles that are named; the count says how many there are."""


class EffectCard:
    """The comparison of a block.

    Args:
        session: the opened profile.
        flow: the flow that its settings are about.
        cards: the cards whose unsaved changes are tried together.
    """

    def __init__(self, session: Session, flow: str, cards: Callable[[], Sequence[SettingsCard]]) -> None:
        self.session, self.flow, self._cards = session, flow, cards
        self._failure: Message | None = None
        self._result: Html | None = None
        self._of: Mapping[str, str] = {}
        self.view = View(self.html(), {"compare": self._compare})

    def html(self) -> Html:
        """The card as it stands."""
        dirty = any(card.form.dirty() for card in self._cards())
        button = tag(
            "button", translate("effect.compare"), type="button", class_="btn", disabled=not dirty,
            data_at_do="compare", data_at_key="compare", aria_describedby="effect-why",
        )  # fmt: skip
        why = translate("effect.why" if dirty else "effect.nothing_changed")
        head = tag(
            "div",
            tag(
                "div",
                tag("h2", translate("effect.title")),
                tag("p", why, class_="sm t2", id="effect-why", style="margin-top:2px"),
                class_="grow",
            ),
            button,
            class_="card-h",
        )
        told = words.banner("block", tag("p", str(self._failure)), class_="form-banner") if self._failure else None
        return tag("section", head, told, tag("div", self._result, role="status", aria_live="polite"), class_="card")

    def paint(self) -> None:
        """Show the card again; a comparison of other values than those on screen goes."""
        if self._typed() != self._of:
            self._result, self._failure = None, None
        html = self.html()
        if html != self.view.html:
            self.view.show(html)

    def draft(self) -> Any:
        """The newest saved profile with every change on screen in it.

        Raises:
            FieldError, FieldErrors: a value on screen is wrong.
        """
        values: dict[str, Any] = {}
        for card in self._cards():
            values.update(card.form.changed())
        return drafts.apply(self.session.profile, values)

    def _typed(self) -> dict[str, str]:
        return {name: card.form.text(name) for card in self._cards() for name in card.form.dirty_names()}

    def _compare(self, _: str) -> None:
        self._result, self._failure, self._of = None, None, self._typed()
        try:
            found = what_if(self.session.workspace, self.draft(), self.flow)
        except (FieldError, drafts.FieldErrors):
            self._failure = Message("effect.correct_first")
        except AtooSyncError as error:
            self._failure = error.message
        else:
            try:
                self._result = compared(found, self.session.profile.timezone)
            finally:
                found.close()
        self.paint()


def compared(found: WhatIf, zone: str) -> Html:
    """Both results: counts before and after, then the first articles that are treated otherwise."""
    total = found.total_changed
    read = formats.moment(found.captures["erp"].finished_at, zone)
    facts = {"count": formats.number(total), "shown": formats.number(min(total, SHOWN)), "at": read}
    code = "effect.same" if not total else "effect.one" if total == 1 else "effect.some"
    counts = [
        tag(
            "div",
            tag("div", words.action_title(action), class_="k"),
            tag(
                "div",
                tag("s", formats.number(before)),
                icon("arrow"),
                tag("b", formats.number(after)),
                class_="ba",
            )
            if before != after
            else tag("div", formats.number(after), class_="ba"),
            class_="tile",
            data_action=action,
        )
        for action, (before, after) in found.counts().items()
    ]
    rows = [_row(change) for change in found.changed[:SHOWN]]
    heads = [tag("th", translate(f"effect.head.{name}"), scope="col") for name in ("article", "before", "after")]
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows), class_="changes-table") if rows else None
    failed = tag("p", str(found.before_error), class_="sm fg-warn") if found.before_error else None
    return join(
        tag("div", tag("p", tag("strong", translate(code, facts))), failed, class_="card-b"),
        tag("div", tag("div", *counts, class_="tiles"), class_="card-b"),
        table,
    )


def _row(change: Changed) -> Html:
    return tag(
        "tr",
        tag(
            "td",
            tag("span", change.key, class_="mono b"),
            tag("span", change.label, class_="cut t2 sm"),
            class_="wraps",
        ),
        tag("td", _side(change.before)),
        tag("td", _side(change.after)),
        data_key=change.key,
        class_="two",
    )


def _side(side: Side) -> Html:
    """What one of the plans does with the article: its action, then the first change, or the reason."""
    if not side.action:
        return tag("span", translate("effect.absent"), class_="nothing")
    said = changes.inline(side.changes) if side.changes else tag("span", side.reason_text(), class_="t3 sm")
    return join(words.action_pill(side.action), tag("div", said, class_="sm", style="margin-top:3px"))
