"""One order, article or customer planned again from its kept capture, with the rules as they are now (BEY-09).

No system is asked for anything: the plan is saved like any other, to be read and then applied. An order imported before
is not planned a second time; what would differ today is told instead.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

from atoosync_lab.connectors.base import ErpConnector, ShopConnector
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning import plan as plans
from atoosync_lab.planning.orders import plan_credit_notes, plan_orders
from atoosync_lab.planning.plan import Action, Plan, PlanMeta, PlanWriter
from atoosync_lab.runs import flows, making, read_records
from atoosync_lab.runs.flows import Flow
from atoosync_lab.runs.replanning import captures_of
from atoosync_lab.runs.what_if import last_captures
from atoosync_lab.runs.workspace import Workspace, whoami
from atoosync_lab.settings import Profile, functions
from atoosync_lab.snapshots import captures, duck
from atoosync_lab.snapshots.captures import Capture
from atoosync_lab.store.ledger import State
from atoosync_lab.store.profiles import settings_fingerprint

Kind = Literal["order", "credit-note", "article", "customer"]
_FLOWS: Mapping[str, str] = {
    "order": "orders",
    "credit-note": "credit-notes",
    "customer": "orders",
    "article": "articles",
}
_ENTITIES: Mapping[str, str] = {"orders": "order", "credit-notes": "credit_note"}
MOST = 40
"""Differences told of one document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A record planned again."""

    plan: Plan
    captures: Mapping[str, Capture]
    keys: tuple[str, ...]
    imported: Mapping[str, str]
    """Key -> number of the document that is there already."""
    differences: Mapping[str, Sequence[tuple[str, str, str]]]
    """Key of an imported order -> (field, as sent, as it would be sent now); a key whose plan is gone is absent."""


def replay(
    workspace: Workspace,
    profile_id: str,
    kind: Kind,
    key: str,
    *,
    run: str = "",
    capture: str = "",
    flow: str = "",
    who: str = "",
) -> Replay:
    """Plan one record again from what was read of it.

    Args:
        workspace: the workbench.
        profile_id: whose record.
        kind: what it is.
        key: shop id or reference of an order, id of a slip or customer, reference of an article.
        run: take the captures of this run (id, or its beginning).
        capture: take this capture of the shop: id, its beginning, or its file.
        flow: for an article: `prices`, `stocks`, `article-status`; empty: its whole sheet.
        who: person who asks.

    Raises:
        SettingsError: no such run or capture, the record is in none that is kept, or a setting is missing.
        AtooSyncError: the flow cannot be planned.
    """
    chosen = flows.get(flow if flow and kind == "article" else _FLOWS[kind])
    found, keys = _captures(workspace, profile_id, kind, chosen, key, run=run, capture=capture)
    profile = functions.effective(workspace.profiles.get(profile_id))
    out = PlanWriter(workspace.home.plans, profile.id)
    try:
        with workspace.shop(profile) as shop, workspace.erp(profile) as erp:
            making.require(chosen, erp, shop)
            if kind == "customer":
                _plan_customer(workspace, profile, chosen, shop, erp, found, keys, key, out)
            else:
                _plan(workspace, profile, chosen, shop, erp, found, keys, out)
            asked_nothing = (cast(ErpConnector, _Uncounted()), cast(ShopConnector, _Uncounted()))
            calls, minutes = making.cost(profile, out.tallied(), *asked_nothing)
        plan = out.finish(
            PlanMeta(
                id=out.id,
                profile=profile.id,
                flow=chosen.name,
                made_at=datetime.now(UTC),
                who=who or whoami(),
                captures={side: each.id for side, each in found.items()},
                settings=settings_fingerprint(profile),
                calls=calls,
                minutes=minutes,
                replays=key,
            )
        )
    except BaseException:
        out.abandon()
        raise
    workspace.plans.register(plan.meta.id, profile.id, chosen.name, plan.path.name, who=plan.meta.who)
    imported = _imported(workspace, profile.id, chosen, keys) if kind in ("order", "credit-note") else {}
    differences = dict(_differences(workspace, profile, chosen, found, imported))
    return Replay(plan=plan, captures=found, keys=keys, imported=imported, differences=differences)


class _Uncounted:
    """Estimates the calls of one record without asking a system what it can do, as its connector would."""

    def calls_for(self, kind: str, rows: int) -> int:
        """Looks before and after, and the writes."""
        return 2 + rows


# --- Which captures -------------------------------------------------------------------------------------------------


def _captures(
    workspace: Workspace, profile: str, kind: Kind, flow: Flow, key: str, *, run: str, capture: str
) -> tuple[dict[str, Capture], tuple[str, ...]]:
    """Both sides, and the keys by which the planner knows the record."""
    for found in _candidates(workspace, profile, flow, run=run, capture=capture):
        if keys := _keys(found, kind, flow, key):
            return found, keys
    raise SettingsError("replay.not_captured", key=key)


def _candidates(
    workspace: Workspace, profile: str, flow: Flow, *, run: str, capture: str
) -> Iterator[dict[str, Capture]]:
    folder = workspace.home.captures
    if run:
        yield _of_run(workspace, profile, run)
        return
    if capture:
        path = Path(capture)
        shop = captures.read_meta(path) if path.is_file() else captures.get(folder, profile, capture)
        if shop.profile != profile or shop.side != "shop":
            raise SettingsError("replay.other_side", capture=shop.id)
        yield {"shop": shop, "erp": _erp_beside(folder, profile, flow, shop)}
        return
    if flow.kind == "catalogue":
        latest = last_captures(workspace, profile, flow)
        if latest:
            yield latest
        return
    scopes = {scope.value for scope in flow.shop_scopes}
    for shop in captures.each(folder, profile, "shop"):
        if scopes <= set(shop.scopes):
            yield {"shop": shop, "erp": _erp_beside(folder, profile, flow, shop)}


def _of_run(workspace: Workspace, profile: str, run: str) -> dict[str, Capture]:
    """The captures of a run, by its id, its beginning, or that of its plan."""
    known = [r for r in workspace.journal.list(profile=profile, limit=500) if r.id.startswith(run) and r.plan_id]
    if len(known) > 1:
        raise SettingsError("replay.run_unknown", run=run, count=len(known))
    plan = plans.find(workspace.home.plans, profile, known[0].plan_id if known else run)
    found = captures_of(workspace, plan)
    if found.keys() != {"erp", "shop"}:
        raise SettingsError("replay.captures_gone", run=run)
    return found


def _erp_beside(folder: Path, profile: str, flow: Flow, shop: Capture) -> Capture:
    """The ERP as it was read with this capture of the shop: the last one before its end, else the newest."""
    scopes = {scope.value for scope in flow.erp_scopes}
    newest: Capture | None = None
    for erp in captures.each(folder, profile, "erp"):
        if scopes <= set(erp.scopes) and erp.mode != "window":
            newest = newest or erp
            if erp.finished_at <= shop.finished_at:
                return erp
    if newest is None:
        raise SettingsError("what_if.no_capture", flow=translate(flow.title))
    return newest


def _keys(found: Mapping[str, Capture], kind: Kind, flow: Flow, key: str) -> tuple[str, ...]:
    """Keys of the record in these captures; none: it is not in them."""
    if kind == "customer":
        return read_records.orders_of_customer(found["shop"], key)[:1]
    keys = read_records.ids(found["shop"], flow, key)
    return keys if read_records.read(found, flow, keys) else ()


# --- The plan -------------------------------------------------------------------------------------------------------


def _plan(
    workspace: Workspace,
    profile: Profile,
    flow: Flow,
    shop: ShopConnector,
    erp: ErpConnector,
    found: Mapping[str, Capture],
    keys: tuple[str, ...],
    out: PlanWriter,
    *,
    anew: bool = False,
) -> None:
    """Fill `out` as the flow does; `anew`: as if nothing had been imported yet."""
    now = datetime.now(UTC)
    if flow.plan is not None:
        with duck.writing("plans"):
            flow.plan(making.catalogue_context(workspace, profile, flow, shop, found, keys, "", now), out)
    else:
        context = making.orders_context(workspace, profile, flow, erp, found, keys, now)
        if anew:
            context = replace(context, ledger={}, imported={}, contents={})
        (plan_credit_notes if flow.name == "credit-notes" else plan_orders)(context, out)
    making.hold_unreadable(out, found, keys)


def _plan_customer(
    workspace: Workspace,
    profile: Profile,
    flow: Flow,
    shop: ShopConnector,
    erp: ErpConnector,
    found: Mapping[str, Capture],
    keys: tuple[str, ...],
    key: str,
    out: PlanWriter,
) -> None:
    """The customer that the last order of this buyer would create; nothing where the ERP has one."""
    with tempfile.TemporaryDirectory() as folder:
        trial = PlanWriter(Path(folder), profile.id)
        _plan(workspace, profile, flow, shop, erp, found, keys, trial, anew=True)
        plan = trial.finish(PlanMeta(id=trial.id, profile=profile.id, flow=flow.name, made_at=datetime.now(UTC)))
        rows = list(plan.rows(payload=True))
    created = [row for row in rows if row.entity == "customer"]
    held = [row for row in rows if row.action is Action.BLOCK]
    for seq, row in enumerate((*created, *held), 1):
        out.add(replace(row, seq=seq, parent=""))
    if not created and not held:
        document: dict[str, Any] = next((json.loads(row.payload) for row in rows if row.entity == "order"), {})
        out.add_unchanged("customer", key, str(document.get("customer", "")), "replay.customer_known")


# --- What was imported before ---------------------------------------------------------------------------------------


def _imported(workspace: Workspace, profile: str, flow: Flow, keys: Sequence[str]) -> dict[str, str]:
    rows = workspace.ledger.find(profile, flow.name, keys)
    return {key: row.target_number or row.target_id for key, row in rows.items() if row.state is State.DONE}


def _differences(
    workspace: Workspace, profile: Profile, flow: Flow, found: Mapping[str, Capture], imported: Mapping[str, str]
) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """What was sent of imported orders, beside what would be sent now."""
    if not imported:
        return
    entity = _ENTITIES[flow.name]
    with tempfile.TemporaryDirectory() as folder:
        trial = PlanWriter(Path(folder), profile.id)
        with workspace.shop(profile) as shop, workspace.erp(profile) as erp:
            _plan(workspace, profile, flow, shop, erp, found, tuple(imported), trial, anew=True)
        plan = trial.finish(PlanMeta(id=trial.id, profile=profile.id, flow=flow.name, made_at=datetime.now(UTC)))
        now = {row.key: row for row in plan.rows(entities=[entity], payload=True)}
    for key in imported:
        sent = _sent(workspace, profile.id, entity, key)
        row = now.get(key)
        if sent is None or row is None:
            continue
        if row.action is not Action.CREATE:
            yield key, [("reason", "", row.reason_text())]
            continue
        yield key, changed(sent, json.loads(row.payload))[:MOST]


def _sent(workspace: Workspace, profile: str, entity: str, key: str) -> dict[str, Any] | None:
    """The document as the plan that created it had it; None: that plan is not kept any more."""
    for line in workspace.journal.of_record(profile, key):
        run = workspace.journal.find(line.run)
        if run is None or not run.plan_id or not line.code.startswith(f"apply.{entity}."):
            continue
        path = workspace.home.plans / profile / f"{run.plan_id}.duckdb"
        if path.is_file():
            rows = Plan.open(path).rows(actions=[Action.CREATE.value], entities=[entity], search=key, payload=True)
            payload = next((row.payload for row in rows if row.key == key), "")
            if payload:
                found: dict[str, Any] = json.loads(payload)
                return found
    return None


def changed(before: Any, after: Any) -> list[tuple[str, str, str]]:
    """(field, before, after) of every leaf that differs between two documents."""
    one, other = dict(_leaves(before)), dict(_leaves(after))
    return [
        (name, one.get(name, ""), other.get(name, ""))
        for name in dict.fromkeys((*one, *other))
        if one.get(name, "") != other.get(name, "")
    ]


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _leaves(inner, f"{name}[{number}]")
    else:
        yield name, "" if value is None else str(value)
