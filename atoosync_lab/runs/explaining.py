"""Why was this record sent, skipped or held? (BEY-02) The planners are asked again, for that record alone.

No remote call: what was read, which rule decided, what the ledger and the journal know.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message
from atoosync_lab.planning.orders import plan_credit_notes, plan_orders
from atoosync_lab.planning.plan import PlanMeta, PlanRow, PlanWriter
from atoosync_lab.runs import making
from atoosync_lab.runs.flows import FLOWS, Flow
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.snapshots import captures, duck
from atoosync_lab.snapshots.captures import Capture
from atoosync_lab.snapshots.tables import quote


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain."""

    kind: str
    """`read`, `decided`, `sent`, `ledger`, `journal`."""
    message: Message
    at: datetime | None = None
    decisive: bool = False
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known of one key."""

    key: str
    steps: tuple[Step, ...]

    @property
    def verdicts(self) -> tuple[Step, ...]:
        """The deciding steps."""
        return tuple(s for s in self.steps if s.decisive)


def explain(workspace: Workspace, profile_id: str, key: str) -> Explanation:
    """Explain an article (by reference), an order or a slip (by shop id or reference).

    Raises:
        SettingsError: unknown profile.
    """
    profile = workspace.profiles.get(profile_id)
    steps: list[Step] = []
    for flow in FLOWS.values():
        if flow.kind == "order-status":
            continue
        found = _captures(workspace, profile_id, flow)
        if found is None:
            continue
        names = _ids(found["shop"], flow, key)
        read = list(_read(found, flow, names))
        if not read:
            continue
        if flow.name in ("articles", "orders", "credit-notes"):
            steps += read
        steps += _decide(workspace, profile_id, flow, found, names)
    steps += _ledger(workspace, profile_id, key)
    steps += _journal(workspace, profile_id, key)
    if not steps:
        steps.append(Step("read", Message("explain.not_read", {"key": key, "profile": profile.name}), decisive=True))
    return Explanation(key, tuple(steps))


def _captures(workspace: Workspace, profile: str, flow: Flow) -> dict[str, Capture] | None:
    folder = workspace.home.captures
    erp = captures.latest(folder, profile, "erp", flow.erp_scopes)
    shop = captures.latest(folder, profile, "shop", flow.shop_scopes, complete=flow.kind == "catalogue")
    return {"erp": erp, "shop": shop} if erp and shop else None


def _ids(shop: Capture, flow: Flow, key: str) -> tuple[str, ...]:
    """An order may be asked for by its reference too."""
    if flow.kind == "catalogue":
        return (key,)
    if flow.name == "credit-notes":
        return (key,)
    rows = _query(shop, 'SELECT remote_id FROM shop."order" WHERE remote_id = ? OR reference = ?', [key, key])
    return tuple(r[0] for r in rows) or (key,)


def _query(capture: Capture, sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    con = duck.connect()
    try:
        duck.attach(con, capture.path, capture.side)
        return con.execute(sql, params).fetchall()
    finally:
        con.close()


def _read(found: dict[str, Capture], flow: Flow, keys: tuple[str, ...]) -> Iterator[Step]:
    """What was read of the record on both sides."""
    if flow.kind == "catalogue":
        for side in ("erp", "shop"):
            capture = found[side]
            rows = _query(
                capture,
                "SELECT remote_id, kind, price_excl_tax::VARCHAR, active, modified_at"
                f" FROM {side}.product WHERE key = ?",
                [keys[0]],
            )
            for remote_id, kind, price, active, modified in rows:
                facts = (("id", remote_id), ("kind", kind), ("price_excl_tax", price or ""), ("active", str(active)),
                         ("modified_at", str(modified or "")))  # fmt: skip
                yield Step("read", Message(f"explain.read.{side}", {"key": keys[0], "id": remote_id}),
                           capture.finished_at, facts=facts)  # fmt: skip
        return
    table = "credit_slip" if flow.name == "credit-notes" else "order"
    for key in keys:
        for (remote_id,) in _query(
            found["shop"], f"SELECT remote_id FROM shop.{quote(table)} WHERE remote_id = ?", [key]
        ):
            yield Step("read", Message("explain.read.order", {"key": remote_id}), found["shop"].finished_at)


def _decide(
    workspace: Workspace, profile_id: str, flow: Flow, found: dict[str, Capture], keys: tuple[str, ...]
) -> list[Step]:
    """Ask the planner again, for this record alone."""
    profile = workspace.profiles.get(profile_id)
    now = datetime.now(UTC)
    with (
        tempfile.TemporaryDirectory() as folder,
        workspace.shop(profile) as shop,
        workspace.erp(profile) as erp,
    ):
        out = PlanWriter(Path(folder), profile_id)
        try:
            if flow.plan is not None:
                flow.plan(making.catalogue_context(workspace, profile, flow, shop, found, keys, "", now), out)
            else:
                context = making.orders_context(workspace, profile, flow, erp, found, keys, now)
                (plan_credit_notes if flow.name == "credit-notes" else plan_orders)(context, out)
            plan = out.finish(PlanMeta(id=out.id, profile=profile_id, flow=flow.name, made_at=now))
        except AtooSyncError as error:
            out.abandon()
            return [Step("decided", error.message, now, decisive=True)]
        rows = list(plan.rows())
        same = plan.unchanged()
    steps = [_decided(flow, row, now) for row in rows]
    steps += [
        Step("decided", Message("explain.unchanged", {"flow": flow.name, "reason": reason}), now, decisive=True)
        for _, _, reason in same
    ]
    return steps


def _decided(flow: Flow, row: PlanRow, now: datetime) -> Step:
    changes = tuple((name, f"{before or '—'} → {after or '—'}") for name, before, after in row.changes)
    message = Message(row.reason, {**row.params, "flow": flow.name})
    return Step(
        "decided", message, now, decisive=True, facts=(("flow", flow.name), ("action", str(row.action)), *changes)
    )


def _ledger(workspace: Workspace, profile: str, key: str) -> list[Step]:
    steps = []
    for flow in ("orders", "credit-notes", "customers", "settlements"):
        for row in workspace.ledger.history(profile, flow, key):
            params = {"flow": flow, "state": row.state.value, "number": row.target_number, "generation": row.generation}
            steps.append(Step("ledger", Message("explain.ledger", params), row.updated_at))
    return steps


def _journal(workspace: Workspace, profile: str, key: str) -> list[Step]:
    return [Step("journal", e.message, e.at) for e in workspace.journal.of_record(profile, key, 20)]
