"""A plan made again over what its predecessor was made from: a cured setting needs no new reading (BEY-01)."""

from __future__ import annotations

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs import flows, making
from atoosync_lab.runs.workspace import Workspace, whoami
from atoosync_lab.snapshots import captures


def can_replan(workspace: Workspace, plan: Plan) -> bool:
    """The captures of a plan are still kept."""
    wanted = set(plan.meta.captures.values())
    kept = {capture.id for capture in captures.listed(workspace.home.captures, plan.meta.profile)}
    return bool(wanted) and wanted <= kept


def plan_again(workspace: Workspace, plan: Plan, *, who: str = "") -> Plan:
    """The same flow with the settings as they are now, over the same captures; a plan that can be applied.

    Raises:
        SettingsError: a capture of the plan was tidied away, or a setting is missing.
        AtooSyncError: the flow cannot be planned.
    """
    meta = plan.meta
    if not can_replan(workspace, plan):
        raise SettingsError("preview.captures_gone", plan=meta.id)
    profile, flow = workspace.profiles.get(meta.profile), flows.get(meta.flow)
    found = {side: captures.get(workspace.home.captures, profile.id, one) for side, one in meta.captures.items()}
    with workspace.shop(profile) as shop, workspace.erp(profile) as erp:
        return making.make_plan(
            workspace, profile, flow, erp=erp, shop=shop, captures=found, who=who or whoami(), extra_filter=meta.filter
        )
