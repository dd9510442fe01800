"""Run one case: disturb a run, judge what it says and what it did, clear the fault, go on with the same command.

The verdict is `right`, `resumable`, or what was wrong. Truth is what the sandboxes hold, compared with an undisturbed
run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atoosync_lab.cli.demo_steps import WHO, sign_in
from atoosync_lab.model.errors import AskError, AtooSyncError
from atoosync_lab.model.i18n import Message
from atoosync_lab.runs.run import RunRequest, run
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.store.journal_records import RunState
from atoosync_lab.store.ledger import Proof, State
from tests.faults.books import Books, read_books
from tests.faults.cases import AIMS, FLOWS, KINDS, Aim, Case, Flow, Side, probes, rules
from tests.faults.truth import untrue
from tests.faults.world import World, hasty

RIGHT, RESUMABLE = "right", "resumable"
SHORT = 1.0
"""Seconds of patience in cases about silence."""
STATUSES = frozenset({1, 3, 4, 7})
"""What a run that meets a sick server may end with (docs/commands.md)."""
_GOING_ON = 5
_FRENCH = re.compile(r"[a-zà-ÿ]{3,} ")


@dataclass(frozen=True)
class Attempt:
    """One run of the command, and what it left."""

    status: int
    """Exit status."""
    error: AtooSyncError | None
    books: Books
    plan: tuple[tuple[str, ...], ...]
    """Rows of the plan of a dry run."""
    failed: int = 0
    """Records that the run calls failed."""
    ok: int = 0
    """Records that the run calls done."""
    wrong: tuple[str, ...] = ()
    """What it said or did that must never be."""


@dataclass
class Undisturbed:
    """What a flow does when nothing is wrong."""

    before: Books
    after: Books
    status: int
    plan: tuple[tuple[str, ...], ...]
    ok: int = 0
    """Records done."""
    counts: dict[tuple[Side, Aim], int] = field(default_factory=dict)
    """Calls of each sort."""


def undisturbed(world: World, flow: Flow) -> Undisturbed:
    """Run a flow as it should be, and count its calls."""
    with world.at(flow.scene) as home, hasty(), Workspace.open(home) as workspace:
        before = read_books(world)
        for side in ("shop", "erp"):
            world.side(side).faults(probes(side))
        done = attempt(world, workspace, flow, before, None)
        counts: dict[tuple[Side, Aim], int] = {}
        for side, aim in AIMS:
            seen = world.side(side).admin("GET", "/_admin/faults")
            names = [a for s, a in AIMS if s == side]
            counts[side, aim] = seen[names.index(aim)]["seen"]
    if done.error is not None or done.wrong:
        raise AssertionError(f"{flow.name} fails undisturbed: {done.error} {done.wrong}")
    return Undisturbed(before, done.books, done.status, done.plan, done.ok, counts)


def attempt(world: World, workspace: Workspace, flow: Flow, before: Books, clean: Undisturbed | None) -> Attempt:
    """Run the command once and check what holds whatever happens."""
    error: AtooSyncError | None = None
    wrong: list[str] = []
    plan: tuple[tuple[str, ...], ...] = ()
    request = RunRequest(profile="demo", flow=flow.command, dry_run=flow.dry_run, who=WHO)
    try:
        result = run(workspace, request)
        status = result.exit_status
        if flow.dry_run and result.plan is not None:
            plan = tuple((str(r.action), r.entity, r.key, r.reason, str(r.changes)) for r in result.plan.rows())
    except AtooSyncError as failure:
        error, status = failure, failure.exit_status
        wrong += _sentence(failure.message)
    except Exception as failure:  # noqa: BLE001 - a case must name it, not end the table
        wrong.append(f"untyped {type(failure).__name__}: {failure}")
        status = 1
    books = read_books(world)
    wrong += [f"doubled: {each}" for each in books.doubled()]
    wrong += _journal(workspace, error, dry_run=flow.dry_run)
    if clean is not None:
        wrong += untrue(workspace, before, books, clean.after)
    counts = workspace.journal.list(profile="demo", limit=1)[0].counts
    return Attempt(status, error, books, plan, counts.failed, counts.ok, tuple(wrong))


def _sentence(message: Message) -> list[str]:
    """A person can read it: a French sentence without holes."""
    text = message.text("fr")
    if text == message.code or not _FRENCH.search(text) or re.search(r"\{\w*\}", text):
        return [f"no French sentence: {message.code}: {text}"]
    return []


def _journal(workspace: Workspace, error: AtooSyncError | None, *, dry_run: bool) -> list[str]:
    """The last run has an end that fits, counts that add up, and sentences that can be read."""
    row = workspace.journal.list(profile="demo", limit=1)[0]
    wrong = []
    if row.ended_at is None:
        wrong.append(f"the journal leaves the run {row.state}")
    if error is not None and (
        row.state is not RunState.FAILED or row.message is None or row.message.code != error.code
    ):
        wrong.append(f"the journal says {row.state} {row.message}, the run ended with {error.code}")
    counts = row.counts
    if (
        error is None
        and row.state is not RunState.STOPPED
        and not dry_run
        and counts.total != counts.ok + counts.failed + counts.ignored
    ):
        wrong.append(f"counts do not add up: {counts}")
    for entry in workspace.journal.entries(row.id):
        if entry.level in ("error", "warning"):
            wrong += _sentence(entry.message)
    return wrong


def run_case(world: World, case: Case, clean: Undisturbed) -> str:
    """Play a case; its verdict."""
    flow, kind = FLOWS[case.flow], KINDS[case.kind]
    timeout = SHORT if kind.silent else 30.0
    with world.at(flow.scene) as home:
        with hasty(timeout=timeout), Workspace.open(home) as workspace:
            world.side(case.side).faults(rules(case, clean.counts[case.side, case.aim]))
            first = attempt(world, workspace, flow, clean.before, clean)
            struck = sum(r["hits"] for r in world.side(case.side).admin("GET", "/_admin/faults"))
            world.calm()
        return _judge(world, home, case, clean, first, struck)


def _same(attempted: Attempt, clean: Undisturbed) -> bool:
    return attempted.plan == clean.plan and not attempted.books.differences(clean.after)


def _judge(world: World, home: Path, case: Case, clean: Undisturbed, first: Attempt, struck: int) -> str:
    if first.wrong:
        return f"wrong: {'; '.join(first.wrong[:3])}"
    if not struck:
        return "wrong: the fault never struck"
    if _same(first, clean):
        if first.status == clean.status and not first.failed:
            return RIGHT
        if not case.lasting and not case.may_wait:
            return f"wrong: all is done, but the run ends with {first.status}: {first.error}"
    elif first.error is None and not first.failed:
        return f"wrong: a silent loss: {first.books.differences(clean.after)[:3]}"
    if first.status not in STATUSES:
        return f"wrong: exit status {first.status}: {first.error}"
    if not case.lasting and not case.may_wait:
        return f"wrong: one fault is not survived: status {first.status}, {_cause(first)}"
    return _go_on(world, home, case, clean)


def _cause(attempted: Attempt) -> str:
    if attempted.error is not None:
        return f"{type(attempted.error).__name__} {attempted.error.code}"
    return "records failed"


def _go_on(world: World, home: Path, case: Case, clean: Undisturbed) -> str:
    """The same command until all is done; in between a person answers what only a person can."""
    flow = FLOWS[case.flow]
    last: Attempt | None = None
    for turn in range(_GOING_ON):
        with hasty(settle=0.0 if turn == 0 else 30.0), Workspace.open(home) as workspace:
            last = attempt(world, workspace, flow, clean.before, clean)
            if last.wrong:
                return f"wrong: going on: {'; '.join(last.wrong[:3])}"
            if isinstance(last.error, AskError):
                sign_in(workspace, workspace.profiles.get("demo"))
            elif last.error is not None:
                return f"wrong: going on without a fault ends with {last.error.code}: {last.error}"
            answered = _answer_reviews(workspace)
        if _same(last, clean) and not answered and last.error is None:
            if last.failed:
                return "wrong: all is done, and the run still calls records failed"
            return RESUMABLE
    found = last.books.differences(clean.after) if last else []
    return f"wrong: never done: {found[:3]}"


def _answer_reviews(workspace: Workspace) -> int:
    """A person has looked and lets every record in review be sent; how many there were."""
    waiting = workspace.ledger.open_rows("demo", states=[State.REVIEW])
    for row in waiting:
        workspace.ledger.move([row], State.INTENT, proof=Proof.PERSON, who="test")
    return len(waiting)


def run_storm(world: World, flow: Flow, clean: Undisturbed, storms: Mapping[Side, Sequence[Mapping[str, Any]]]) -> str:
    """Many single faults in one run, each on a call of its own; the run must still be right."""
    with world.at(flow.scene) as home, hasty(timeout=2 * SHORT), Workspace.open(home) as workspace:
        for side, faults in storms.items():
            world.side(side).faults(faults)
        first = attempt(world, workspace, flow, clean.before, clean)
    if first.wrong:
        return f"wrong: {'; '.join(first.wrong[:3])}"
    if not _same(first, clean) or first.status != clean.status or first.failed:
        return f"wrong: status {first.status}, {_cause(first)}: {first.books.differences(clean.after)[:3]}"
    return RIGHT


__all__ = ["RESUMABLE", "RIGHT", "Undisturbed", "run_case", "run_storm", "undisturbed"]
