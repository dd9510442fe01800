"""« Préparer l’annulation »: the reverse plan of a run that has ended, made on its page, read before it is applied."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from atoosync_lab.kit import formats, links, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning.plan import Action, Plan
from atoosync_lab.runs import undoing
from atoosync_lab.runs.session import Session
from atoosync_lab.store.journal_records import Run

NAMED = 5
"""Records left as they are that are named; the plan has them all."""
_BACK = (Action.UPDATE.value, Action.ACTIVATE.value, Action.DEACTIVATE.value)


class UndoCard:
    """Part of a run's page.

    Args:
        session: the opened profile.
        repaint: shows the page anew.
    """

    def __init__(self, session: Session, repaint: Callable[[], None]) -> None:
        self._session, self._repaint = session, repaint
        self._run = ""
        self.made: Plan | None = None
        self._trouble = ""
        self.busy: asyncio.Future[Any] | None = None

    def html(self, run: Run | None, applied: Plan | None) -> Html | None:
        """The card; None where there is nothing to take back, or it cannot be."""
        if run is None or applied is None or not run.counts.ok or not undoing.can_undo(applied):
            return None
        if run.id != self._run:
            self._run, self.made, self._trouble = run.id, None, ""
        body = self._told(self.made) if self.made else self._offer()
        trouble = words.banner("block", tag("p", self._trouble)) if self._trouble else None
        head = tag("div", tag("h2", translate("undo_card.title")), class_="card-h sep")
        return tag("section", head, trouble, tag("div", body, class_="card-b"), class_="card", data_at_key="undo-card")

    def prepare(self, _: str) -> None:
        """Make the reverse plan; the shop is read, nothing is written."""
        if self.made is not None or not self._run or (self.busy is not None and not self.busy.done()):
            return

        async def go() -> None:
            try:
                self._trouble = ""
                session = self._session
                self.made = await asyncio.to_thread(undoing.make_undo, session.workspace, session.profile_id, self._run)
            except AtooSyncError as error:
                self._trouble = str(error)
            self._repaint()

        self.busy = asyncio.ensure_future(go())
        self._repaint()

    def _offer(self) -> Html:
        working = self.busy is not None and not self.busy.done()
        button = tag(
            "button", icon("left"), translate("undo_card.working" if working else "undo_card.prepare"), type="button",
            class_="btn btn-s", data_at_do="undo", data_at_key="undo", disabled=working,
        )  # fmt: skip
        return tag("div", tag("p", translate("undo_card.note"), class_="t2"), button)

    def _told(self, plan: Plan) -> Html:
        counts = plan.listed_by_action()
        back, left = sum(counts[action] for action in _BACK), counts[Action.SKIP.value]
        params = {"back": formats.number(back), "left": formats.number(left)}
        rows = plan.rows(actions=[Action.SKIP.value], limit=NAMED) if left else ()
        return tag(
            "div",
            tag("p", translate("undo_card.made", params), class_="b", role="status"),
            tag("ul", *[tag("li", row.reason_text()) for row in rows]) if left else None,
            tag("p", translate("undo_card.read", {"plan": plan.meta.id}), class_="t2"),
            links.notebook("preview.ipynb", translate("undo_card.open"), icon("right"), class_="btn btn-s"),
        )
