"""The preview page: a plan is made or reopened, its cost said, its rows read, cured and then applied (BEY-01).

One surface with four faces: reading, the plan, the question before anything is written, the run that writes. Nothing is
written without that question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

import uuid_utils
from IPython.display import display

from atoosync_lab.kit import formats, links, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, Part, join, tag
from atoosync_lab.kit.view import Do, View
from atoosync_lab.model.errors import AtooSyncError, StalePlanError
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning.plan import Plan, PlanRow
from atoosync_lab.runs import queue, replanning
from atoosync_lab.runs.parameters import PreviewParameters
from atoosync_lab.runs.queue import RunSpec
from atoosync_lab.runs.session import Session
from atoosync_lab.workbench import cures, ended, launching, parameters, preview_parts, why_page
from atoosync_lab.workbench.inline_map import InlineMaps
from atoosync_lab.workbench.live import RunPanel
from atoosync_lab.workbench.opening import empty, no_profile
from atoosync_lab.workbench.plan_table import PlanTable
from atoosync_lab.workbench.running import work

_TABLE = ("action", "search", "page", "row", "explain")
_PANEL = ("stop", "stop-other", "log")


def check(namespace: Mapping[str, Any]) -> PreviewParameters:
    """The page's parameters: `given = preview.check(globals())`.

    Raises:
        SettingsError: a parameter is unknown or has the wrong type.
    """
    return parameters.given(PreviewParameters, namespace)


async def page(session: Session | None, given: PreviewParameters) -> Plan | None:
    """Show the page, and read both sides unless a saved plan was asked for.

    Args:
        session: the opened profile; None: there is none, and the page says what to do.
        given: the parameters.
    """
    if session is None:
        display(View(no_profile()))  # type: ignore[no-untyped-call]
        return None
    shown = PreviewPage(session, given)
    handle = display(shown.view, display_id=True)  # type: ignore[no-untyped-call]
    try:
        await shown.begin()
    finally:
        if handle is not None:
            handle.update(shown.view)  # an executed copy keeps the plan, not the first moment of the reading
    return shown.plan


class PreviewPage:
    """A plan on a page.

    Args:
        session: the opened profile.
        given: what the page was asked to show.
    """

    def __init__(self, session: Session, given: PreviewParameters) -> None:
        self._session, self._given, self.flow = session, given, given.flow
        self.plan: Plan | None = None
        self.table: PlanTable | None = None
        self.panel: RunPanel | None = None
        self._counts: dict[str, int] = {}
        self._told, self._cost, self._replannable = "", Html(""), False
        self._cures: dict[int, Html] = {}
        self._trouble = ""
        self._stale = False
        self._asking = False
        self._applying = False
        self._related = False
        self._reported = ""
        self._busy: asyncio.Future[Any] | None = None
        self._maps = InlineMaps(session, on_saved=self._was_related, paint=self._paint)
        actions: dict[str, Do] = {
            **{name: partial(self._to_table, name) for name in _TABLE},
            **{name: partial(self._to_panel, name) for name in _PANEL},
            "read": lambda _: self._begin(self.read()),
            "again": lambda _: self._replan(),
            "ask": lambda _: self._ask(True),
            "keep": lambda _: self._ask(False),
            "apply": lambda _: self._apply(),
            "cure": self._maps.save,
            "report": self._report,
        }
        self.view = View(Html(""), actions, self.on_field)
        self._paint()

    async def begin(self) -> None:
        """Open the saved plan that was asked for, or make one."""
        if not self._given.plan:
            await self.read()
            return
        try:
            self._show(self._session.saved_plan(self._given.plan))
        except AtooSyncError as error:
            self._trouble = str(error)
            self._paint()

    async def read(self) -> None:
        """Read both sides and plan; nothing is written."""
        self._trouble, self._asking, self._applying, self._stale = "", False, False, False
        spec = RunSpec(
            profile=self._session.profile_id, flow=self.flow, dry_run=True, filter=self._given.filter,
            run_id=str(uuid_utils.uuid7()),
        )  # fmt: skip
        self.panel = RunPanel(self._session, spec.run_id, self.flow, dry_run=True, repaint=self._paint)
        try:
            result = await self.panel.follow(partial(work, self._session, spec, ""))
            if self.panel.facts.plan is None and result is not None:
                state = words.state_word(result.state.value)
                raise StalePlanError("preview.stopped_before_plan", state=state)
        except AtooSyncError as error:
            self.panel, self._trouble = None, str(error)
            self._paint()
            return
        made, self.panel = self.panel.facts.plan, None
        if made is not None:
            self._show(made)

    async def apply(self) -> None:
        """Write what the plan says: by the worker where one lives, else in this kernel."""
        if self.plan is None:
            return
        self._asking, self._applying, self._trouble = False, True, ""
        spec = RunSpec(
            profile=self._session.profile_id, flow=self.plan.meta.flow, plan=self.plan.meta.id,
            run_id=str(uuid_utils.uuid7()),
        )  # fmt: skip
        panel = RunPanel(self._session, spec.run_id, spec.flow, dry_run=False, repaint=self._paint)
        try:
            done: Callable[[], Any] | None = partial(work, self._session, spec, "")
            if queue.worker_alive(self._session.workspace):
                queue.submit(self._session.workspace, spec)
                done = None
            self.panel = panel
            row = await panel.follow(done)
        except AtooSyncError as error:
            self._refused(error)
            return
        if row is not None and row.message is not None and row.message.code.startswith("plan."):
            self._refused(StalePlanError(row.message.code, **row.message.params))
            return
        self._paint()

    def _refused(self, error: AtooSyncError) -> None:
        """Why nothing, or not all, was written. A stale plan stays on show, to be made again."""
        self._trouble, self._applying = str(error), False
        self._stale = isinstance(error, StalePlanError)
        if self._stale or self.panel is None or self.panel.facts.run is None:
            self.panel = None
        else:
            self._trouble = ""  # its journal tells it, with the verdict
        self._paint()

    def _show(self, plan: Plan) -> None:
        self.plan, self.panel, self._related, self._applying = plan, None, False, False
        self.flow = plan.meta.flow
        self._counts = plan.by_action()
        # Asked once a plan: each opens files, and the page is painted at every press.
        self._told = preview_parts.read(self._session, plan, sum(self._counts.values()))
        self._cost = preview_parts.cost(self._session, plan, self._counts)
        self._replannable = replanning.can_replan(self._session.workspace, plan)
        self._cures = {}
        self.table = PlanTable(plan, self._paint, cure=self._cure, mend=self._maps.html, explain=self._explain)
        self._paint()

    def _cure(self, row: PlanRow) -> Html:
        if row.seq not in self._cures:
            found = cures.cure(self._session, row)
            self._cures[row.seq] = (found.link() if found else None) or Html("")
        return self._cures[row.seq]

    def _explain(self, key: str) -> Html:
        return why_page.short(self._session, key)

    def _was_related(self) -> None:
        """A value was related from a row: the plan is older than the settings."""
        self._related = True

    def on_field(self, name: str, value: str) -> None:
        """A control of the page: a cure's, or the choice of another flow, which is read at once."""
        if self._maps.field(name, value):
            return
        offered = [choice.value for choice in launching.flow_choices(self._session)]
        if name == launching.FIELD and value in offered and value != self.flow and not self._is_busy():
            self.flow = value
            self._begin(self.read())

    def _to_table(self, name: str, value: str) -> None:
        if self.table is not None:
            self.table.actions[name](value)

    def _to_panel(self, name: str, value: str) -> None:
        if self.panel is not None:
            self.panel.actions[name](value)

    def _report(self, _: str) -> None:
        if self.panel is not None and self.panel.facts.ended:
            from atoosync_lab.runs.reporting import report

            self._reported = str(report(self._session.workspace, self.panel.facts.run_id))
            self._paint()

    def _ask(self, asking: bool) -> None:
        self._asking = asking and self._may_apply()
        self._paint()

    def _may_apply(self) -> bool:
        plan = self.plan
        return (
            plan is not None and not self._stale and not self._related and preview_parts.writes(self._counts) > 0
            and preview_parts.applicable(self._session, plan)
        )  # fmt: skip

    def _apply(self) -> None:
        if self._asking and self._may_apply():  # nothing is written that was not asked by name
            self._begin(self.apply())

    def _replan(self) -> None:
        """Plan again over the same captures."""
        if self.plan is None or self._is_busy():
            return
        self._trouble, self._stale = "", False
        try:
            made = replanning.plan_again(self._session.workspace, self.plan)
        except AtooSyncError as error:
            self._trouble = str(error)
            self._paint()
            return
        chosen = self.table.chosen if self.table else ""
        self._show(made)
        if self.table is not None and chosen and made.count(actions=[chosen]):
            self.table.actions["action"](chosen)

    def _is_busy(self) -> bool:
        return self._busy is not None and not self._busy.done()

    def _begin(self, work_: Coroutine[Any, Any, None]) -> None:
        """Do something while the page stays in use; one thing at a time."""
        if self._is_busy():
            work_.close()
            return
        self._busy = asyncio.ensure_future(work_)

    def _paint(self) -> None:
        html = self.html()
        if html != self.view.html:
            self.view.show(html)

    def html(self) -> Html:
        """The page as it stands."""
        if self.panel is not None:
            return self._running(self.panel)
        if self.plan is None or self.table is None:
            return self._without_plan()
        plan, counts = self.plan, self._counts
        return tag(
            "div",
            preview_parts.head(self._session, plan, self._told, *self._buttons()),
            self._banner(),
            preview_parts.question(self._session, plan, counts) if self._asking else None,
            preview_parts.tiles(counts, self.table.same, self.table.chosen),
            self._cost,
            preview_parts.warnings(plan),
            self.table.html(),
            tag("p", translate("preview.valid_while", {"plan": plan.meta.id}), class_="cap", style="margin-top:14px"),
        )

    def _without_plan(self) -> Html:
        title = tag("h1", translate("preview.title", {"flow": words.flow_title(self.flow)}))
        left = tag("div", tag("div", self._session.profile.name, class_="crumb"), title)
        head = tag("div", left, tag("div", self._picker(), class_="actions"), class_="head")
        if not self._trouble:
            return join(head, empty("search", translate("preview.no_plan"), self._read_button("btn btn-1")))
        connect = links.notebook("connect.ipynb", translate("preview.check_connections"), class_="btn")
        buttons = tag("div", self._read_button("btn"), connect, class_="row wrap", style="margin-top:10px")
        return join(head, words.banner("block", tag("p", self._trouble), buttons))

    def _running(self, panel: RunPanel) -> Html:
        told = ended.told(self._session, panel.facts, self._reported) if panel.facts.ended and self._applying else None
        again = None
        if told is not None:
            again = tag("div", self._read_button("btn btn-1"), class_="row", style="margin-bottom:16px")
        return join(panel.head(), told, again, panel.body())

    def _picker(self) -> Html:
        return launching.flow_picker(self._session, self.flow, hint=translate("preview.flow"))

    def _read_button(self, class_: str, code: str = "preview.read_again") -> Html:
        return tag(
            "button", icon("refresh"), translate(code), type="button", class_=class_, data_at_do="read",
            data_at_key="read",
        )  # fmt: skip

    def _buttons(self) -> list[Part]:
        rows = preview_parts.writes(self._counts)
        code = {0: "preview.apply_none", 1: "preview.apply_one"}.get(rows, "preview.apply")
        word = translate(code, {"count": formats.number(rows)})
        may = self._may_apply()
        apply = tag(
            "button", word, type="button", class_="btn btn-1 btn-l", data_at_do="ask", data_at_key="ask",
            disabled=not may or self._asking, aria_describedby=None if may else "why-not",
        )  # fmt: skip
        why = None if may else tag("span", self._why_not(rows), class_="cap", id="why-not")
        return [self._picker(), self._read_button("btn"), apply, why]

    def _why_not(self, rows: int) -> str:
        if self.plan is not None and not preview_parts.applicable(self._session, self.plan):
            return translate("preview.not_applicable")
        if self._stale or self._related:
            return translate("preview.plan_is_old")
        return translate("preview.nothing_to_apply") if not rows else ""

    def _banner(self) -> Html | None:
        """Trouble, or values that were related since: each with what to do."""
        if self.plan is None or not (self._trouble or self._related):
            return None
        same = None
        if self._replannable:
            same = tag(
                "button", icon("refresh"), translate("preview.plan_again"), type="button", class_="btn btn-s",
                data_at_do="again", data_at_key="again",
            )  # fmt: skip
        buttons = tag("div", same, self._read_button("btn btn-s btn-q"), class_="row wrap", style="margin-top:8px")
        if self._trouble:
            return tag("div", words.banner("block", tag("p", self._trouble), buttons), style="margin-bottom:16px")
        count = self._maps.related
        code = "preview.related_one" if count == 1 else "preview.related"
        said = tag("p", translate(code, {"count": formats.number(count)}))
        return tag("div", words.banner("info", said, buttons), style="margin-bottom:16px")
