"""The run page: one execution of one flow, followed while it runs, told when it has ended (RUN-01, RUN-03).

A run that a person starts goes to the worker where one lives, and in this kernel otherwise; a dry run is always this
kernel's. A run of the same task that is going already is followed, not refused: so the page finds its run again after
it was loaded anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import uuid_utils
from IPython.display import display

from atoosync_lab.kit import words
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.kit.view import Do, View
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs import flows, queue
from atoosync_lab.runs.notebooks import RESULT_TYPE
from atoosync_lab.runs.parameters import RunParameters
from atoosync_lab.runs.queue import RunSpec
from atoosync_lab.runs.reporting import report
from atoosync_lab.runs.run import RunRequest, RunResult, apply_saved
from atoosync_lab.runs.run import run as run_flow
from atoosync_lab.runs.session import Session
from atoosync_lab.store.journal_records import GOING, Run
from atoosync_lab.workbench import ended, launching, parameters
from atoosync_lab.workbench.live import RunPanel
from atoosync_lab.workbench.opening import no_profile
from atoosync_lab.workbench.undo_card import UndoCard


def check(namespace: Mapping[str, Any]) -> RunParameters:
    """The page's parameters: `given = running.check(globals())`.

    Raises:
        SettingsError: a parameter is unknown or has the wrong type.
    """
    return parameters.given(RunParameters, namespace)


async def page(session: Session | None, given: RunParameters) -> RunResult | None:
    """Show the page, and do or follow the run that the parameters ask for.

    Args:
        session: the opened profile; None: there is none, and the page says what to do.
        given: the parameters. With a run id they come from a program, which is told how it ended.

    Raises:
        AtooSyncError: what ended the run, to a program; a person reads it on the page.
    """
    if session is None:
        display(View(no_profile()))  # type: ignore[no-untyped-call]
        return None
    shown = RunPage(session, given)
    handle = display(shown.view, display_id=True)  # type: ignore[no-untyped-call]
    try:
        result = await shown.begin()
    except AtooSyncError as error:
        if not given.run_id:
            return None
        _tell(given.run_id, error)
        raise
    finally:
        if handle is not None:
            # An executed copy keeps what was shown last, not the first moment of the run.
            handle.update(shown.view)
    if given.run_id:
        _tell(given.run_id, None)
    return result


class RunPage:
    """One run on a page; when it has ended, the next one can be started from there.

    Args:
        session: the opened profile.
        given: what the page was asked to do.
    """

    def __init__(self, session: Session, given: RunParameters) -> None:
        self._session, self._given = session, given
        self._launch = launching.Launch(session, given.flow, self._start, self._paint)
        self.undo = UndoCard(session, self._paint)
        self.panel: RunPanel | None = None
        """The run on show."""
        self._trouble = ""
        self._reported = ""
        self._busy: asyncio.Future[Any] | None = None
        self.result: RunResult | None = None
        routed = {name: partial(self._to_panel, name) for name in ("stop", "stop-other", "log")}
        actions: dict[str, Do] = {**self._launch.actions, **routed, "report": self._report, "undo": self.undo.prepare}
        self.view = View(Html(""), actions, self._launch.on_field)
        self._paint()

    async def begin(self) -> RunResult | None:
        """Do what the page was asked to do.

        A run that is not this kernel's is followed while the cell ends: a kernel that waits for it could not be asked
        again after the page was loaded anew.

        Raises:
            AtooSyncError: what ended the run; the page says it too.
        """
        given = self._given
        going = None if given.run_id else going_run(self._session, given.flow)
        if going is not None:
            self._watch(going.id, given.flow)
            return None
        return await self.run(given.flow, dry_run=given.dry_run, plan=given.plan)

    def _watch(self, run_id: str, flow: str) -> None:
        """Follow a run that is not this kernel's, beside whatever the kernel does."""
        self._busy = asyncio.ensure_future(self._follow(run_id, flow, dry_run=False))

    async def run(self, flow: str, *, dry_run: bool, plan: str = "") -> RunResult | None:
        """Do one run and show it until it has ended.

        Raises:
            AtooSyncError: what ended it.
        """
        given = self._given
        run_id = given.run_id or str(uuid_utils.uuid7())
        spec = RunSpec(
            profile=self._session.profile_id, flow=flow, dry_run=dry_run, filter=given.filter, keys=tuple(given.keys),
            full=given.full, plan=plan, run_id=run_id,
        )  # fmt: skip
        if not dry_run and not given.run_id and queue.worker_alive(self._session.workspace):
            try:
                queue.submit(self._session.workspace, spec)
            except AtooSyncError as error:
                self._say(error)
                raise
            self._watch(run_id, flow)
            return None
        notebook = f"runs/{run_id}.ipynb" if given.run_id else ""
        return await self._follow(run_id, flow, dry_run=dry_run, work=partial(work, self._session, spec, notebook))

    async def _follow(
        self, run_id: str, flow: str, *, dry_run: bool, work: Callable[[], RunResult] | None = None
    ) -> RunResult | None:
        self._trouble, self._reported, self.result = "", "", None
        self.panel = RunPanel(self._session, run_id, flow, dry_run=dry_run, repaint=self._paint)
        self._launch.close(flow)
        try:
            row = await self.panel.follow(work)
        except AtooSyncError as error:
            self._say(error)
            raise
        self._paint()
        if row is None:
            return None
        self.result = RunResult(row, self.panel.facts.plan or _plan_of(self._session, row))
        return self.result

    def _say(self, error: AtooSyncError) -> None:
        """What ended a run before its journal row could tell."""
        if self.panel is None or self.panel.facts.run is None:
            self._trouble = str(error)
        self._paint()

    def _start(self, flow: str, dry_run: bool) -> None:
        """A person starts another run from the page."""
        if self._busy is not None and not self._busy.done():
            return
        going = going_run(self._session, flow)
        if going is not None:
            self._watch(going.id, flow)
            return

        async def go() -> None:
            try:
                await self.run(flow, dry_run=dry_run)
            except AtooSyncError:
                return  # the page says it

        self._busy = asyncio.ensure_future(go())

    def _paint(self) -> None:
        html = self.html()
        if html != self.view.html:
            self.view.show(html)

    def html(self) -> Html:
        """The page."""
        panel = self.panel
        over = panel is None or panel.facts.ended or bool(self._trouble)
        launch = self._launch.html() if over and not self._given.run_id else None
        if panel is None or (self._trouble and panel.facts.run is None):
            said = words.banner("block", tag("p", self._trouble)) if self._trouble else Html("")
            return join(self._launch.head(), said, launch)
        told = ended.told(self._session, panel.facts, self._reported) if panel.facts.ended else None
        return join(
            panel.head(),
            told,
            launch,
            panel.body(),
            self._undo_card() if over else None,
            tag("p", translate("live.journal_keeps"), class_="cap", style="margin-top:14px"),
        )

    def _undo_card(self) -> Html | None:
        """What the run wrote can be taken back, by a person at the page; an executed copy offers nothing."""
        if self.panel is None or self.panel.facts.run is None or self._given.run_id:
            return None
        run = self.panel.facts.run
        return self.undo.html(run, self.panel.facts.plan or _plan_of(self._session, run))

    def _to_panel(self, name: str, value: str) -> None:
        """An action of the panel, whichever is on show."""
        if self.panel is not None:
            self.panel.actions[name](value)

    def _report(self, _: str) -> None:
        if self.panel is not None and self.panel.facts.ended:
            self._reported = str(report(self._session.workspace, self.panel.facts.run_id))
            self._paint()


def going_run(session: Session, flow: str) -> Run | None:
    """The run of this task that is going or queued; None: there is none."""
    session.workspace.journal.mark_lost()
    task = flows.get(flow).task
    for run in session.workspace.journal.list(profile=session.profile_id, states=GOING):
        if run.flow in flows.FLOWS and flows.get(run.flow).task == task:
            return run
    return None


def work(session: Session, spec: RunSpec, notebook: str) -> RunResult:
    """The run itself, in this process.

    Raises:
        BusyError: another run of the same task is going.
        AtooSyncError: what ended the run.
    """
    if spec.plan:
        return apply_saved(session.workspace, spec.profile, spec.plan, spec.who, run_id=spec.run_id, notebook=notebook)
    request = RunRequest(
        profile=spec.profile, flow=spec.flow, dry_run=spec.dry_run, filter=spec.filter, keys=spec.keys, full=spec.full,
        who=spec.who, run_id=spec.run_id, notebook=notebook,
    )  # fmt: skip
    return run_flow(session.workspace, request)


def _plan_of(session: Session, run: Run) -> Plan | None:
    try:
        return session.saved_plan(run.plan_id) if run.plan_id else None
    except AtooSyncError:
        return None  # its file was tidied away


def _tell(run_id: str, error: AtooSyncError | None) -> None:
    """Note how it ended, for the program that executes this page."""
    told: dict[str, Any] = {"run": run_id}
    if error is not None:
        params = {
            name: value if isinstance(value, int | float) else str(value)
            for name, value in error.message.params.items()
        }
        told["error"] = {"type": type(error).__name__, "code": error.code, "params": params}
    display({RESULT_TYPE: told, "text/plain": str(error or "")}, raw=True)  # type: ignore[no-untyped-call]
