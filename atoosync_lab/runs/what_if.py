"""What would other settings do? The planners run twice over the last captures, and both results are compared (BEY-03).

Nothing is read from a system, nothing is registered as a plan that could be applied: both plan files lie in a temporary
folder that goes with the comparison. Before is planned anew with the saved settings, over the same captures: a plan
made earlier would differ for reasons that have nothing to do with the draft.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from atoosync_lab.model.errors import AtooSyncError, SettingsError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.planning.orders import plan_credit_notes, plan_orders
from atoosync_lab.planning.plan import Plan, PlanMeta, PlanWriter
from atoosync_lab.runs import flows, making
from atoosync_lab.runs.comparing import Changed, changed_rows, count_changed
from atoosync_lab.runs.flows import Flow
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile, functions
from atoosync_lab.snapshots import captures, duck
from atoosync_lab.snapshots.captures import Capture

__all__ = ["Changed", "WhatIf", "last_captures", "replan", "what_if"]


@dataclass(frozen=True)
class WhatIf:
    """Both results, as long as this object lives."""

    flow: str
    before: Plan | None
    """With the settings as saved; None: they cannot be planned, `before_error` says why."""
    after: Plan
    """With the draft."""
    captures: Mapping[str, Capture]
    before_error: Message | None = None
    _folder: Any = field(default=None, repr=False)

    @cached_property
    def total_changed(self) -> int:
        """Records that the draft treats otherwise."""
        return count_changed(self.before, self.after)

    @cached_property
    def changed(self) -> Sequence[Changed]:
        """Records that the draft treats otherwise, those that leave or enter `block` first; a thousand at most."""
        return changed_rows(self.before, self.after)

    def counts(self) -> dict[str, tuple[int, int]]:
        """Action -> (rows before, rows after), every action named."""
        after = self.after.by_action()
        before = self.before.by_action() if self.before else dict.fromkeys(after, 0)
        return {action: (before[action], rows) for action, rows in after.items()}

    @property
    def freed(self) -> int:
        """Records that were held and no longer are."""
        return sum(1 for row in self.changed if row.before.action == "block" and row.after.action != "block")

    @property
    def newly_held(self) -> int:
        """Records that the draft would hold."""
        return sum(1 for row in self.changed if row.after.action == "block" and row.before.action != "block")

    def close(self) -> None:
        """Remove both files."""
        if self._folder is not None:
            self._folder.cleanup()


def what_if(
    workspace: Workspace, draft: Profile, flow: str, keys: Sequence[str] = (), *, imported: bool = False
) -> WhatIf:
    """Plan a flow with settings that are not saved, and with those that are.

    Args:
        workspace: the workbench.
        draft: the changed settings; its id names the saved profile.
        flow: the flow.
        keys: only these records; empty: all of the captures.
        imported: take orders imported before for new ones, so that a rule can be tried on past orders.

    Raises:
        SettingsError: nothing was captured for this flow yet, or it cannot be planned without a remote call.
        AtooSyncError: the draft cannot be planned; the message says why.
    """
    known = flows.get(flow)
    if not known.erp_scopes:
        raise SettingsError("what_if.needs_reading", flow=translate(known.title))
    found = last_captures(workspace, draft.id, known)
    if found is None:
        raise SettingsError("what_if.no_capture", flow=translate(known.title))
    folder = tempfile.TemporaryDirectory(prefix="atoosync-what-if-")
    place, now, wanted = Path(folder.name), datetime.now(UTC), tuple(keys)
    before: Plan | None = None
    before_error: Message | None = None
    try:
        after = replan(workspace, draft, known, found, wanted, place, now, imported=imported)
        try:
            saved = workspace.profiles.get(draft.id)
            before = replan(workspace, saved, known, found, wanted, place, now, imported=imported)
        except AtooSyncError as error:
            before_error = error.message
    except BaseException:
        folder.cleanup()
        raise
    return WhatIf(flow, before, after, found, before_error, folder)


def last_captures(workspace: Workspace, profile: str, flow: Flow) -> dict[str, Capture] | None:
    """The newest captures of both sides that hold what the flow needs; None: there are none.

    Reading a few orders by their number, or the orders of some slips, is no answer to « the last orders »: a capture of
    a whole period comes first.
    """
    if not flow.erp_scopes:
        return None
    folder = workspace.home.captures
    erp = captures.latest(folder, profile, "erp", flow.erp_scopes)
    if flow.kind == "catalogue":
        shop = captures.latest(folder, profile, "shop", flow.shop_scopes)
    else:
        scopes = {scope.value for scope in flow.shop_scopes}
        main = flow.shop_scopes[0].value
        shop = None
        # One by one, newest first: each is a file to be opened, and the newest one mostly serves.
        for one in captures.each(folder, profile, "shop"):
            if scopes == set(one.scopes) and one.current:
                shop = shop or one
                if not one.request.get(main, {}).get("ids"):
                    shop = one
                    break
        shop = shop or captures.latest(folder, profile, "shop", flow.shop_scopes, complete=False)
    return {"erp": erp, "shop": shop} if erp and shop else None


def replan(
    workspace: Workspace,
    profile: Profile,
    flow: Flow,
    found: Mapping[str, Capture],
    keys: tuple[str, ...],
    folder: Path,
    now: datetime,
    *,
    imported: bool = False,
) -> Plan:
    """Plan a flow over captures that are there, into a folder of the caller; nothing is registered.

    Args:
        workspace: the workbench.
        profile: the settings, saved or not.
        flow: the flow; one that reads something.
        found: captures of both sides.
        keys: only these records; empty: all.
        folder: where the plan file goes.
        now: the present moment.
        imported: take orders imported before for new ones.

    Raises:
        AtooSyncError: the settings cannot be planned.
    """
    profile = functions.effective(profile)
    out = PlanWriter(folder, profile.id)
    try:
        with workspace.shop(profile) as shop, workspace.erp(profile) as erp:
            making.require(flow, erp, shop)
            if flow.plan is not None:
                with duck.writing("plans"):
                    flow.plan(making.catalogue_context(workspace, profile, flow, shop, found, keys, "", now), out)
            else:
                context = making.orders_context(workspace, profile, flow, erp, found, keys, now)
                if imported:
                    context = replace(context, ledger={}, imported={})
                (plan_credit_notes if flow.name == "credit-notes" else plan_orders)(context, out)
            making.hold_unreadable(out, found, keys)
        # What applying would cost is left out: a connector may have to ask its system for it.
        read = {side: capture.id for side, capture in found.items()}
        return out.finish(PlanMeta(id=out.id, profile=profile.id, flow=flow.name, made_at=now, captures=read))
    except BaseException:
        out.abandon()
        raise
