"""A plan made again over what its predecessor was made from: a cured setting needs no new reading (BEY-01)."""

from __future__ import annotations

from contextlib import suppress

from atoosync_lab.model.errors import SettingsError, StorageError
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs import flows, making
from atoosync_lab.runs.workspace import Workspace, whoami
from atoosync_lab.snapshots import captures
from atoosync_lab.snapshots.captures import Capture


def captures_of(workspace: Workspace, plan: Plan) -> dict[str, Capture]:
    """Side -> capture that a plan was made from; those that were tidied away, or cannot be read, are left out."""
    found = {}
    for side, wanted in plan.meta.captures.items():
        folder = workspace.home.captures / plan.meta.profile / side
        # The id stands in the file's name: only this file is opened.
        for path in folder.glob("*.duckdb"):
            if path.stem.partition("-")[2] == wanted:
                with suppress(StorageError):
                    found[side] = captures.read_meta(path)
    return found


def can_replan(workspace: Workspace, plan: Plan) -> bool:
    """The captures of a plan are still kept, and its rows came from the flow's own rules."""
    meta = plan.meta
    if meta.reverses or meta.replays:
        return False
    return bool(meta.captures) and captures_of(workspace, plan).keys() == meta.captures.keys()


def plan_again(workspace: Workspace, plan: Plan, *, who: str = "") -> Plan:
    """The same flow with the settings as they are now, over the same captures; a plan that can be applied.

    Raises:
        SettingsError: a capture of the plan was tidied away, it is an undo or a replay, or a setting is missing.
        AtooSyncError: the flow cannot be planned.
    """
    meta = plan.meta
    found = captures_of(workspace, plan)
    if not meta.captures or found.keys() != meta.captures.keys() or meta.reverses or meta.replays:
        raise SettingsError("preview.captures_gone", plan=meta.id)
    profile, flow = workspace.profiles.get(meta.profile), flows.get(meta.flow)
    with workspace.shop(profile) as shop, workspace.erp(profile) as erp:
        return making.make_plan(
            workspace, profile, flow, erp=erp, shop=shop, captures=found, who=who or whoami(), extra_filter=meta.filter
        )
