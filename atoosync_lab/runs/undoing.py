"""Take back what an applied plan did: the reverse plan, saved like any other, to be read and then applied (BEY-05).

Only records that were really written are taken back, and only where the shop still holds what was written. Articles,
prices, stocks and activation can be taken back; documents in an ERP cannot.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from atoosync_lab.connectors.base import Capability, ReadRequest, Scope, ShopConnector
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning import plan as plans
from atoosync_lab.planning.plan import Plan, PlanMeta, PlanWriter
from atoosync_lab.planning.undo import Touched, plan_undo, read_applied
from atoosync_lab.runs import flows
from atoosync_lab.runs.making import cost
from atoosync_lab.runs.workspace import Workspace, whoami
from atoosync_lab.settings import Profile, functions
from atoosync_lab.snapshots import captures, duck
from atoosync_lab.snapshots.captures import Capture
from atoosync_lab.store import done
from atoosync_lab.store.plans import PlanState
from atoosync_lab.store.profiles import settings_fingerprint


def find_applied(workspace: Workspace, profile_id: str, name: str) -> Plan:
    """The applied plan that a person names by its id, by that of its run, or by the beginning of either.

    Raises:
        SettingsError: there is none, several, or it was not applied.
        StorageError: its file is gone.
    """
    known = [e for e in workspace.plans.list(profile_id) if name and e.id.startswith(name)]
    if not known:
        runs = [r for r in workspace.journal.list(profile=profile_id, limit=500) if name and r.id.startswith(name)]
        named = {r.plan_id for r in runs if r.plan_id}
        known = [e for e in workspace.plans.list(profile_id) if e.id in named]
    if len(known) != 1:
        raise SettingsError("undo.unknown", name=name, count=len(known))
    if known[0].state is not PlanState.APPLIED:
        raise SettingsError("undo.never_applied", plan=known[0].id)
    return plans.find(workspace.home.plans, profile_id, known[0].id)


def can_undo(plan: Plan) -> bool:
    """The target of this plan allows to take it back."""
    return plan.meta.flow in flows.FLOWS and flows.get(plan.meta.flow).kind == "catalogue"


def make_undo(workspace: Workspace, profile_id: str, name: str, *, who: str = "") -> Plan:
    """Make the reverse of an applied plan. Nothing is written to the shop: only the touched records are read.

    Args:
        workspace: the workbench.
        profile_id: whose plan.
        name: the plan or its run, by id or its beginning.
        who: person who asks.

    Returns:
        A plan to be read and applied like any other; what cannot be taken back is in it as `skip`, with its reason.

    Raises:
        SettingsError: no such plan, it was not applied, or its flow cannot be taken back.
        AtooSyncError: the shop cannot be read, or the plan cannot be written.
    """
    applied = find_applied(workspace, profile_id, name)
    flow = flows.get(applied.meta.flow)
    if not can_undo(applied):
        raise SettingsError("undo.not_reversible", flow=translate(flow.title))
    profile = functions.effective(workspace.profiles.get(profile_id))
    out = PlanWriter(workspace.home.plans, profile.id)
    try:
        with duck.writing("plans"):
            noted, sent = _done(workspace, applied), _sent(workspace, applied)
            killed = done.was_killed(workspace.store, profile.id, applied.meta.id)
            touched = read_applied(out.con, applied.path, noted, sent, killed=killed)
        with workspace.shop(profile) as shop, workspace.erp(profile) as erp:
            now = _capture(workspace, profile, shop, touched)
            hides = profile.articles.creation.active and Capability.WRITE_STATUS in shop.capabilities
            with duck.writing("plans"):
                plan_undo(out, now.path if now else None, hides=hides)
            calls, minutes = cost(profile, out.tallied(), erp, shop)
        plan = out.finish(
            PlanMeta(
                id=out.id,
                profile=profile.id,
                flow=flow.name,
                made_at=datetime.now(UTC),
                who=who or whoami(),
                captures={"shop": now.id} if now else {},
                settings=settings_fingerprint(profile),
                calls=calls,
                minutes=minutes,
                reverses=applied.meta.id,
            )
        )
    except BaseException:
        out.abandon()
        raise
    workspace.plans.register(plan.meta.id, profile.id, flow.name, plan.path.name, who=plan.meta.who)
    return plan


def _done(workspace: Workspace, applied: Plan) -> pa.Table:
    """What the journal says was written by this plan."""
    rows = done.written_by(workspace.store, applied.meta.profile, applied.meta.id)
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    texts = [pa.array(values, pa.string()) for values in columns]
    return pa.table(dict(zip(("key", "entity", "action"), texts, strict=True)))


def _sent(workspace: Workspace, applied: Plan) -> pa.Table:
    """Fingerprints noted since the plan was made: they tell which record a new article became."""
    # Registers a few hundred functions when it is loaded, which no other command waits for.
    import pyarrow.compute as pc

    flow = "articles" if applied.meta.flow == "articles-new" else applied.meta.flow
    sent = workspace.links.fingerprints(applied.meta.profile, flow)
    since = pa.scalar(applied.meta.made_at.astimezone(UTC), pa.timestamp("us", tz="UTC"))
    return sent.filter(pc.greater_equal(sent["sent_at"], since)).select(["key", "md5", "target_id"])


def _capture(workspace: Workspace, profile: Profile, shop: ShopConnector, touched: Touched) -> Capture | None:
    """The touched records as they are now, and only them."""
    wanted = ((Scope.PRODUCTS, touched.products), (Scope.STOCKS, touched.stocks))
    scopes = [(scope, ReadRequest(ids=ids)) for scope, ids in wanted if ids]
    if not scopes:
        return None
    return captures.take(shop, workspace.home.captures, profile=profile.id, side="shop", scopes=scopes, mode="window")
