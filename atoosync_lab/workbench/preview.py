"""The preview page: a plan is made or reopened, its cost said, its rows read, before anything is written (BEY-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import uuid_utils

from atoosync_lab.kit import formats, words
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import StalePlanError
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs.parameters import PreviewParameters
from atoosync_lab.runs.run import RunRequest, run
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import whoami
from atoosync_lab.store.plans import PlanEntry, PlanState
from atoosync_lab.workbench import parameters
from atoosync_lab.workbench.live import LivePanel
from atoosync_lab.workbench.plan_table import PlanTable


def check(namespace: Mapping[str, Any]) -> PreviewParameters:
    """The page's parameters: `given = preview.check(globals())`.

    Raises:
        SettingsError: a parameter is unknown or has the wrong type.
    """
    return parameters.given(PreviewParameters, namespace)


async def plan(session: Session, given: PreviewParameters) -> Plan:
    """The saved plan that was asked for, or a new one: both sides are read, nothing is written.

    Raises:
        StorageError: no such plan.
        AtooSyncError: what ended the reading or the planning.
    """
    if given.plan:
        return session.saved_plan(given.plan)
    run_id = str(uuid_utils.uuid7())
    journal = session.workspace.journal
    panel = LivePanel(
        given.flow,
        session.profile.timezone,
        lambda: journal.request_stop(run_id, who=whoami()),
        dry_run=True,
    )
    request = RunRequest(profile=session.profile_id, flow=given.flow, filter=given.filter, dry_run=True, run_id=run_id)
    result = await panel.follow(lambda tell: run(session.workspace, request, tell))
    if result.plan is None:
        raise StalePlanError("preview.stopped_before_plan", state=words.state_word(result.run.state.value))
    return result.plan


def summary(session: Session, plan: Plan) -> View:
    """What the plan would do and what it would cost: seven counts, captures with their time, units, calls, minutes."""
    counts = plan.by_action()
    tiles = [
        tag(
            "div",
            tag("div", words.action_title(action), class_="k"),
            tag("div", formats.number(counts[action]), class_="v"),
            tag("div", translate(f"preview.tile.{action}"), class_="n"),
            class_="tile",
            data_action=action,
        )
        for action in words.ACTIONS
    ]
    title = translate("preview.title", {"flow": words.flow_title(plan.meta.flow)})
    page = tag(
        "div",
        tag("div", session.profile.name, class_="crumb"),
        tag("h1", title),
        tag("p", tag("strong", _standing(session, plan)), " ", _read(session, plan), class_="sub"),
        tag("div", *tiles, class_="tiles", style="margin-top:16px"),
        tag("div", _cost(plan), class_="card", style="margin-top:14px"),
        tag("p", translate("preview.valid_while", {"plan": plan.meta.id}), class_="cap", style="margin-top:12px"),
    )
    return View(page)


def table(session: Session, plan: Plan) -> View:
    """The rows of the plan: filtered by action and text, read page by page; each opens to its fields and reason."""
    return PlanTable(plan, session.profile.timezone).view


def _standing(session: Session, plan: Plan) -> str:
    """« Rien n'est encore écrit », as long as it is true."""
    entry = _entry(session, plan)
    if entry is None or entry.state in (PlanState.MADE, PlanState.APPROVED):
        return translate("preview.nothing_written")
    if entry.state is PlanState.SUPERSEDED:
        return translate("preview.superseded")
    at = formats.moment(entry.applied_at or entry.made_at, session.profile.timezone)
    return translate("preview.applied", {"at": at, "who": entry.applied_by})


def _entry(session: Session, plan: Plan) -> PlanEntry | None:
    try:
        return session.workspace.plans.get(plan.meta.id)
    except StalePlanError:
        return None  # a plan file from elsewhere: this workbench never applied it


def _read(session: Session, plan: Plan) -> str:
    """When each side was read; the plan is as old as these."""
    zone = session.profile.timezone
    found = {c.id: c for c in session.captures() if c.id in plan.meta.captures.values()} if plan.meta.captures else {}
    parts = []
    for side, capture_id in plan.meta.captures.items():
        capture = found.get(capture_id)
        if capture is not None:
            at = formats.moment(capture.finished_at, zone)
            parts.append(translate(f"preview.read.{side}", {"system": words.system_name(capture.system), "at": at}))
    return " ".join([*parts, translate("preview.made", {"at": formats.moment(plan.meta.made_at, zone)})])


def _cost(plan: Plan) -> Html:
    meta = plan.meta
    facts = [
        ("minutes", formats.about_minutes(meta.minutes), "preview.cost.minutes_note", {}),
        ("units", formats.number(plan.units()), "preview.cost.units_note", {}),
        ("calls", formats.number(meta.calls), "preview.cost.calls_note", {}),
        (
            "warnings",
            formats.number(len(meta.warnings)),
            "preview.cost.filter_note" if meta.filter else "preview.cost.no_filter",
            {"filter": meta.filter},
        ),
    ]
    cells = [
        tag(
            "div",
            tag("div", translate(f"preview.cost.{name}"), class_="sm t2"),
            tag("div", value, class_="v"),
            tag("div", translate(note, params), class_="cap"),
            data_cost=name,
        )
        for name, value, note, params in facts
    ]
    return join(tag("div", *cells, class_="facts4"))
