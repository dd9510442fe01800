"""One run: resolve what is open, capture, plan, apply, confirm, finish; with progress, Stop, a journal (RUN-01, 03).

A dry run is the same code, stopped before apply. Every end (success, stop, quota, error, crash) takes the same path:
what was done is journaled, what was not is planned next time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from atoosync_lab.applying.apply import apply_plan
from atoosync_lab.applying.context import ApplyContext, Tally
from atoosync_lab.applying.resolve import resolve
from atoosync_lab.applying.stale import Freshness, check_fresh
from atoosync_lab.connectors.base import ErpConnector, Scope, ShopConnector
from atoosync_lab.model.errors import (
    AtooSyncError,
    QuotaReachedError,
    RetryError,
    SettingsError,
    StoppedError,
    StorageError,
)
from atoosync_lab.model.events import Level, OnEvent, Stage, ignore
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.points import point
from atoosync_lab.planning import plan as plans
from atoosync_lab.planning.plan import Action, Plan
from atoosync_lab.runs import flows
from atoosync_lab.runs.capturing import capture_erp, capture_shop, image_warnings, sends_images
from atoosync_lab.runs.exporting import export_journal, live_export
from atoosync_lab.runs.flows import Flow
from atoosync_lab.runs.making import imported_orders, make_plan
from atoosync_lab.runs.recorder import Recorder, counts_of
from atoosync_lab.runs.replanning import captures_of
from atoosync_lab.runs.retention import tidy
from atoosync_lab.runs.tracing import traces_of
from atoosync_lab.runs.workspace import Workspace, whoami
from atoosync_lab.settings import Profile, functions
from atoosync_lab.snapshots.captures import Capture
from atoosync_lab.snapshots.contents import Contents
from atoosync_lab.store import restored
from atoosync_lab.store.journal import StopFlag
from atoosync_lab.store.journal_records import Run, RunState
from atoosync_lab.store.leases import Lease, acquire


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a person or a schedule asks for."""

    profile: str
    flow: str
    dry_run: bool = False
    keys: tuple[str, ...] = ()
    """Only these records."""
    filter: str = ""
    """A further filter, for this run alone."""
    full: bool = False
    """Read the ERP in full, whatever was captured before."""
    who: str = field(default_factory=whoami)
    run_id: str | None = None
    notebook: str = ""


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended."""

    run: Run
    plan: Plan | None

    @property
    def exit_status(self) -> int:
        """Exit status of the command line (docs/commands.md)."""
        state = self.run.state
        if state is RunState.SUCCEEDED:
            return 0
        return {RunState.PARTIAL: 1, RunState.STOPPED: 130, RunState.QUOTA_REACHED: 7}.get(state, 1)


def run(workspace: Workspace, request: RunRequest, on_event: OnEvent = ignore) -> RunResult:
    """Run a flow for a profile.

    Raises:
        BusyError: another run of the same task is going.
        AtooSyncError: what ended the run; it stands in the journal too.
    """
    profile = functions.effective(workspace.profiles.get(request.profile))
    flow = flows.get(request.flow)

    def body(work: _Work) -> None:
        if not request.dry_run:
            work.wait_after_restore(flow)
        captures = work.capture(flow, request)
        work.plan = work.make(flow, captures, request)
        if request.dry_run:
            work.count_plan()
            work.record(Stage.PLAN, "run.dry_run", {"plan": work.plan.meta.id})
            return
        workspace.plans.apply(work.plan.meta.id, who=request.who)
        work.apply(flow)

    return _in_journal(workspace, profile, flow, request, on_event, body)


def apply_saved(
    workspace: Workspace,
    profile_id: str,
    plan_id: str,
    who: str,
    on_event: OnEvent = ignore,
    *,
    run_id: str | None = None,
    notebook: str = "",
) -> RunResult:
    """Apply a plan that was saved, and perhaps approved, earlier.

    Args:
        workspace: the workbench.
        profile_id: whose plan.
        plan_id: the plan, or the beginning of its id.
        who: person or schedule.
        on_event: whom to tell what happens.
        run_id: id under which it stands in the journal; None: a new one.
        notebook: path of the executed page.

    Raises:
        StalePlanError: settings, target or another applied plan have moved on; the message says what changed.
    """
    profile = functions.effective(workspace.profiles.get(profile_id))
    plan = plans.find(workspace.home.plans, profile.id, plan_id)
    flow = flows.get(plan.meta.flow)

    def body(work: _Work) -> None:
        work.plan = plan
        work.wait_after_restore(flow)
        work.check_fresh(flow)
        workspace.plans.apply(plan.meta.id, who=who)
        work.apply(flow)

    request = RunRequest(profile=profile.id, flow=flow.name, who=who, run_id=run_id, notebook=notebook)
    return _in_journal(workspace, profile, flow, request, on_event, body)


@dataclass(slots=True)
class _Work:
    """The parts of one run, with what they share."""

    workspace: Workspace
    profile: Profile
    shop: ShopConnector
    erp: ErpConnector
    recorder: Recorder
    stop: StopFlag
    lease: Lease
    tally: Tally
    run_id: str
    plan: Plan | None = None
    stage: Stage = Stage.RESOLVE

    def record(self, stage: Stage, code: str, params: dict[str, object] | None = None) -> None:
        self.recorder(stage, code, params)

    def check(self) -> None:
        """Asked between records: Stop pressed? lease lost?"""
        if self.stop.requested():
            raise StoppedError("run.stopped")
        self.lease.check()

    def wait_after_restore(self, flow: Flow) -> None:
        """In a home just restored, what its former place sent last may still be on its way into the ERP.

        Raises:
            RetryError: the ERP has not had the time to show it.
        """
        note = restored.read(self.workspace.home.root)
        if flow.kind != "orders" or note is None:
            return
        ready = note.sends_from(self.erp.settle_seconds)
        if datetime.now(UTC) < ready:
            until = f"{ready.astimezone(ZoneInfo(self.profile.timezone)):%H:%M}"
            raise RetryError("restore.settling", until=until)

    def capture(self, flow: Flow, request: RunRequest) -> dict[str, Capture]:
        """Both sides, as the flow needs them; what earlier runs left open is resolved first."""
        if flow.kind != "catalogue":
            resolve(self.workspace.ledger, self.erp, self.profile.id, self.recorder)
            point("run:resolved")
        if flow.kind == "order-status":
            return {}
        self.stage = Stage.CAPTURE
        read: dict[tuple[str, Scope], int] = {}

        def on_rows(side: str, scope: Scope, rows: int) -> None:
            read[side, scope] = read.get((side, scope), 0) + rows
            self.recorder.progress(Stage.CAPTURE, self.tally)

        home = self.workspace.home
        images = sends_images(self.profile, flow, self.erp, self.shop)
        for warning in image_warnings(self.profile, flow, self.erp, self.shop):
            self.recorder(Stage.CAPTURE, warning["code"], warning["params"], level=Level.WARNING)
        # Before the ERP is read: what was imported by then, its stock counts already.
        imported = imported_orders(self.workspace, self.profile) if flow.counts_orders else frozenset()
        erp = capture_erp(
            home, self.profile, flow, self.erp, full=request.full, images=images, on_rows=on_rows, check=self.check
        )
        self._captured(erp)
        keys = request.keys if flow.kind == "orders" else ()
        shop = capture_shop(
            home, self.profile, flow, self.shop, on_rows=on_rows, check=self.check, keys=keys, imported=imported,
            images=images,
        )  # fmt: skip
        self._captured(shop)
        return {"erp": erp, "shop": shop}

    def _captured(self, capture: Capture) -> None:
        point(f"run:captured:{capture.side}")
        self.record(
            Stage.CAPTURE,
            f"run.captured.{capture.side}",
            {"rows": sum(capture.read.values()), "calls": capture.calls, "mode": capture.mode, "capture": capture.id},
        )
        for warning in capture.warnings:
            if warning["record"]:
                continue  # a held row of the plan, and as such in the journal
            self.recorder(
                Stage.CAPTURE, warning["code"], warning["params"], level=Level.WARNING, record=warning["record"]
            )

    def make(self, flow: Flow, captures: dict[str, Capture], request: RunRequest) -> Plan:
        """The plan of this run."""
        self.stage = Stage.PLAN

        def decided(done: int, total: int) -> None:
            if done % 200 == 0 and self.stop.requested():
                raise StoppedError("run.stopped")

        plan = make_plan(
            self.workspace,
            self.profile,
            flow,
            erp=self.erp,
            shop=self.shop,
            captures=captures,
            who=request.who,
            keys=request.keys,
            extra_filter=request.filter,
            check=decided,
        )
        point("run:planned")
        by_action = plan.by_action()
        self.record(Stage.PLAN, "run.planned", {**by_action, "plan": plan.meta.id})
        self._explain_rest(plan, asked=bool(request.keys))
        return plan

    def _explain_rest(self, plan: Plan, *, asked: bool) -> None:
        """Held records stand in the journal with their reason and cure; so do those asked for and left alone."""
        for row in plan.rows(actions=["block", *(["skip"] if asked else [])]):
            level = Level.WARNING if row.action is Action.BLOCK else Level.INFO
            self.recorder(Stage.PLAN, row.reason, row.params, level=level, record=row.key, action=str(row.action))

    def check_fresh(self, flow: Flow) -> None:
        """Refuse the plan if it no longer fits; note what was read again to know it.

        Raises:
            StalePlanError: with what changed.
        """
        if self.plan is None:
            return
        workspace = self.workspace
        workspace.plans.usable(self.plan.meta.id)
        now = Freshness(
            profile=self.profile,
            shop=self.shop,
            erp=self.erp,
            captures=captures_of(workspace, self.plan),
            history=workspace.profiles.history(self.profile.id),
        )
        read = check_fresh(self.plan, flow.kind, now)
        told: dict[str, object] = {"minutes": read.minutes, "records": read.records, "calls": read.calls}
        self.record(Stage.PLAN, "plan.reread", told)

    def count_plan(self) -> None:
        """Counts of the plan: skips and blocks are ignored, blocks also counted apart."""
        if self.plan is None:
            return
        by_action = self.plan.by_action()
        self.tally.total = sum(by_action.values())
        self.tally.ignored = by_action["skip"] + by_action["block"]
        self.tally.blocked = by_action["block"]

    def apply(self, flow: Flow) -> None:
        """Write what the plan says, then move the marks."""
        if self.plan is None:
            return
        self.stage = Stage.APPLY
        self.count_plan()
        workspace = self.workspace
        # Known before the first write: a run that is killed still says which plan it was writing.
        workspace.journal.update(self.run_id, plan_id=self.plan.meta.id)
        note = restored.read(workspace.home.root)
        ctx = ApplyContext(
            profile=self.profile,
            plan=self.plan,
            shop=self.shop,
            erp=self.erp,
            ledger=workspace.ledger,
            links=workspace.links,
            quota=workspace.quota,
            record=self.recorder,
            check=self.check,
            progress=lambda tally: self.recorder.progress(Stage.APPLY, tally),
            tally=self.tally,
            contents=Contents.of(workspace.home.captures, self.profile.id),
            later_generations=note.later_generations(datetime.now(UTC)) if note else 0,
        )
        apply_plan(ctx, flow.kind)
        self.stage = Stage.FINISH
        held = {mark.flow: mark for mark in workspace.marks.list(self.profile.id)}
        for name, instant in self.plan.meta.marks.items():
            # A mark that somebody moved since the plan was made asks for more, or less: it stays.
            if name in held and held[name].set_at > self.plan.meta.made_at:
                continue
            workspace.marks.set(self.profile.id, name, datetime.fromisoformat(instant), who=f"plan {self.plan.meta.id}")


def _in_journal(
    workspace: Workspace,
    profile: Profile,
    flow: Flow,
    request: RunRequest,
    on_event: OnEvent,
    body: Callable[[_Work], None],
) -> RunResult:
    """Everything round a run: lease, journal row, and its end whatever happens."""
    lease = acquire(workspace.store, profile.id, flow.task, who=request.who)
    with lease, lease.kept():
        workspace.journal.mark_lost()
        row = workspace.journal.start(
            profile.id, flow.name, who=request.who, notebook=request.notebook, run_id=request.run_id
        )
        recorder = Recorder(workspace.journal, row.id, on_event, live_export(workspace, row))
        work: _Work | None = None
        tally = Tally()
        recorder(Stage.RESOLVE, "run.started", {"flow": flow.name, "zone": profile.timezone, "who": request.who})
        try:
            functions.require(profile, flow.name)
            traces = traces_of(workspace, profile, row.id)
            with workspace.shop(profile, traces) as shop, workspace.erp(profile, traces) as erp:
                stop = StopFlag(workspace.journal, row.id)
                work = _Work(workspace, profile, shop, erp, recorder, stop, lease, tally, row.id)
                body(work)
            state = counts_of(tally).outcome()
            message = Message("run.dry_run", {"plan": work.plan.meta.id}) if request.dry_run and work.plan else None
        except StoppedError as error:
            state, message = RunState.STOPPED, error.message
        except QuotaReachedError as error:
            state, message = RunState.QUOTA_REACHED, error.message
        except AtooSyncError as error:
            _end(workspace, row.id, recorder, work, RunState.FAILED, error.message)
            raise
        except BaseException as error:
            _end(
                workspace,
                row.id,
                recorder,
                work,
                RunState.FAILED,
                Message("run.unexpected", {"kind": type(error).__name__}),
            )
            raise
        return _end(workspace, row.id, recorder, work, state, message)


def _end(
    workspace: Workspace, run_id: str, recorder: Recorder, work: _Work | None, state: RunState, message: Message | None
) -> RunResult:
    tally = work.tally if work else Tally()
    if message is not None and state in (RunState.FAILED, RunState.STOPPED, RunState.QUOTA_REACHED):
        level = Level.ERROR if state is RunState.FAILED else Level.WARNING
        recorder(work.stage if work else Stage.RESOLVE, message.code, message.params, level=level)
    counts = counts_of(tally)
    recorder(
        Stage.FINISH,
        f"run.ended.{state.value}",
        {"ok": counts.ok, "failed": counts.failed, "ignored": counts.ignored, "blocked": counts.blocked,
         "total": counts.total},
        level=Level.SUCCESS if state is RunState.SUCCEEDED else Level.WARNING,
    )  # fmt: skip
    recorder.flush()
    plan = work.plan if work else None
    workspace.journal.update(run_id, plan_id=plan.meta.id if plan else None)
    ended = workspace.journal.finish(run_id, state, counts=counts, message=message)
    try:
        export_journal(workspace, ended.profile)
        recorder.close()
        tidy(workspace, ended.profile)
    except StorageError as error:
        # The next run does it; the journal itself is safe.
        recorder(Stage.FINISH, error.code, error.message.params, level=Level.WARNING)
        recorder.flush()
    return RunResult(ended, plan)


def capture_now(workspace: Workspace, profile_id: str, flow_name: str, *, full: bool = False) -> dict[str, Capture]:
    """Capture both sides for a flow, without planning.

    Raises:
        SettingsError: the flow reads nothing by itself.
    """
    profile = workspace.profiles.get(profile_id)
    flow = flows.get(flow_name)
    if not flow.erp_scopes:
        raise SettingsError("flow.no_capture", flow=flow.name)
    imported = imported_orders(workspace, profile)
    with workspace.shop(profile) as shop, workspace.erp(profile) as erp:
        images = sends_images(profile, flow, erp, shop)
        return {
            "erp": capture_erp(workspace.home, profile, flow, erp, full=full, images=images),
            "shop": capture_shop(workspace.home, profile, flow, shop, imported=imported, images=images),
        }


def executed_path(workspace: Workspace, run_id: str, *, failed: bool = False) -> Path:
    """Where the executed copy of a run's notebook is kept."""
    return workspace.home.runs / f"{run_id}{'.failed' if failed else ''}.ipynb"
