"""Why was this record sent, skipped or held? (BEY-02) The planners are asked again, for that record alone.

No remote call: what was read, which filter, mapping or rule decided, what the ledger and the journal know.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message
from atoosync_lab.planning.plan import Action, PlanRow
from atoosync_lab.runs import read_records
from atoosync_lab.runs.flows import FLOWS, Flow
from atoosync_lab.runs.what_if import last_captures, replan
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.snapshots.captures import Capture

_FIRST = ("articles", "orders", "credit-notes")
"""Flows that tell what was read; the others work on the same records."""


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain."""

    kind: str
    """`read`, `filtered`, `decided`, `sent`, `ledger`, `journal`."""
    message: Message
    at: datetime | None = None
    decisive: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    flow: str = ""
    """The flow whose rules it is about; empty: all of them."""
    row: PlanRow | None = None
    """The row of the plan, for a decision."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known of one key."""

    key: str
    steps: tuple[Step, ...]
    label: str = ""
    """The name of the record."""

    @property
    def verdicts(self) -> tuple[Step, ...]:
        """The deciding steps."""
        return tuple(s for s in self.steps if s.decisive)

    @property
    def flows(self) -> tuple[str, ...]:
        """Flows that decide something about it, in their order."""
        return tuple(dict.fromkeys(s.flow for s in self.steps if s.decisive and s.flow))


def explain(workspace: Workspace, profile_id: str, key: str) -> Explanation:
    """Explain an article (by reference), an order or a slip (by shop id or reference).

    Raises:
        SettingsError: unknown profile.
    """
    profile = workspace.profiles.get(profile_id)
    steps: list[Step] = []
    label = ""
    known: dict[object, dict[str, Capture] | None] = {}
    for flow in FLOWS.values():
        scopes = (flow.erp_scopes, flow.shop_scopes)
        if scopes not in known:  # finding a capture opens files: flows of the same scopes share it
            known[scopes] = last_captures(workspace, profile.id, flow)
        found = known[scopes]
        if found is None:
            continue
        names = read_records.ids(found["shop"], flow, key)
        read = read_records.read(found, flow, names)
        if not read:
            continue
        label = label or next((record.label for record in read if record.label), "")
        if flow.name in _FIRST:
            steps += [Step("read", r.message, r.at, facts=r.facts) for r in read]
        steps += _decide(workspace, profile, flow, found, names)
    steps += _ledger(workspace, profile_id, key)
    steps += _journal(workspace, profile_id, key)
    if not steps:
        steps.append(Step("read", Message("explain.not_read", {"key": key, "profile": profile.name}), decisive=True))
    return Explanation(key, tuple(steps), label)


def _decide(
    workspace: Workspace, profile: Profile, flow: Flow, found: Mapping[str, Capture], keys: tuple[str, ...]
) -> list[Step]:
    """Ask the planner again, for this record alone."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        try:
            plan = replan(workspace, profile, flow, found, keys, Path(folder), now)
        except AtooSyncError as error:
            return [Step("decided", error.message, now, decisive=True, flow=flow.name)]
        rows = list(plan.rows())
        same = plan.unchanged()
    steps = _filters(profile, flow, rows, now)
    steps += [_decided(flow, row, now) for row in rows]
    steps += [
        Step("decided", Message("explain.unchanged", {"flow": flow.name, "reason": reason}), now, decisive=True,
             flow=flow.name, row=PlanRow(seq=0, action=Action.SKIP, entity=entity, key=key, reason=reason))
        for entity, key, reason in same
    ]  # fmt: skip
    return steps


_TESTS: Sequence[tuple[str, str]] = (
    ("expression", "product.filtered_out"),
    ("active", "product.dormant"),
    ("published", "product.not_published"),
    ("modified", "product.not_modified"),
)
"""Tests of an article in the order in which the planner makes them, and the verdict of one that it does not pass."""

_SETTINGS_OF = {"prices": "prices", "stocks": "stocks"}


def _filters(profile: Profile, flow: Flow, rows: Sequence[PlanRow], now: datetime) -> list[Step]:
    """The tests that an article passed, and the one it did not: facts (test, setting and outcome)."""
    if flow.kind != "catalogue" or not rows:
        return []
    settings = getattr(profile.articles, _SETTINGS_OF.get(flow.name, "products"))
    status = flow.name == "article-status"
    since = settings.status_since_last_transfer if status else settings.since_last_transfer
    used = {
        "expression": bool(settings.filter),
        "active": not status,
        "published": settings.published_only and not status,
        "modified": since or flow.name == "articles-new",
    }
    verdicts = {row.reason for row in rows}
    facts, failed = [], False
    for name, verdict in _TESTS:
        if not used[name]:
            continue
        outcome = "not_reached" if failed else "failed" if verdict in verdicts else "passed"
        failed = failed or outcome == "failed"
        facts.append((name, f"{outcome} {settings.filter}".strip() if name == "expression" else outcome))
    if not facts:
        return []
    code = "explain.filters.failed" if failed else "explain.filters.passed"
    return [Step("filtered", Message(code), now, facts=tuple(facts), flow=flow.name)]


def _decided(flow: Flow, row: PlanRow, now: datetime) -> Step:
    changes = tuple((name, f"{before or '—'} → {after or '—'}") for name, before, after in row.changes)
    message = Message(row.reason, {**row.params, "flow": flow.name})
    facts = (("flow", flow.name), ("action", str(row.action)), *changes)
    return Step("decided", message, now, decisive=True, facts=facts, flow=flow.name, row=row)


def _ledger(workspace: Workspace, profile: str, key: str) -> list[Step]:
    steps = []
    for flow in ("orders", "credit-notes", "customers", "settlements"):
        for row in workspace.ledger.history(profile, flow, key):
            params = {"flow": flow, "state": row.state.value, "number": row.target_number, "generation": row.generation}
            steps.append(Step("ledger", Message("explain.ledger", params), row.updated_at))
    return steps


def _journal(workspace: Workspace, profile: str, key: str) -> list[Step]:
    return [Step("journal", e.message, e.at) for e in workspace.journal.of_record(profile, key, 20)]
