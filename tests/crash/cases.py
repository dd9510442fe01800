"""One case: the state is put back, the command is killed at a point, and everything a person would do next is done."""

from __future__ import annotations

import itertools
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from atoosync_lab.store.quota import Counter as Units
from tests.crash import states
from tests.crash.shops import Fact
from tests.crash.truth import Verdict, journal, truth, twice
from tests.crash.world import PROFILE, World

ROUNDS = 8
"""Runs within which everything must have come to its end, the answers of a person between them."""
SIGN_IN = 3
"""Exit status of a command that a person must sign in for (docs/commands.md)."""
EFFECTS = re.compile(r"http\.left|http\.sent|store\.after|file\.begun|file\.after")
"""Points right behind something done: a request left, an answer came, a transaction committed, a file appeared."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A command under test."""

    name: str
    base: str
    """State it begins from."""
    change: Callable[[World], None]
    """Happens after the kill."""
    arguments: tuple[str, ...] = ()
    """The command, `{reviewed}` standing for an order in review; empty: `run <name>`."""
    goes_on: str = ""
    """Flow that is run afterwards; empty: the same command is repeated."""
    before: Callable[[World], None] = states.nothing
    """Happened before the command."""

    def command(self, world: World) -> tuple[str, ...]:
        """Arguments of `atoosync`."""
        return tuple(part.format_map(world.special) for part in self.arguments) or ("run", self.name)

    def begin(self, world: World) -> None:
        """Put the state back."""
        world.restore(self.base)
        self.before(world)

    def go_on(self, world: World) -> tuple[str, ...]:
        """The command that brings everything to its end; what was killed has been repeated before."""
        if not self.goes_on:
            return self.command(world)
        # Done already where it was killed after its commit: then it says so.
        world.command(*self.command(world))
        return ("run", self.goes_on)


@dataclass(frozen=True, slots=True)
class Point:
    """Where to kill: the n-th pass of any point, or of the points of one name."""

    number: int
    name: str = ""

    @property
    def fault(self) -> str:
        """Value of `ATOOSYNC_FAULT`."""
        return f"{self.name}:{self.number}" if self.name else str(self.number)


@dataclass(slots=True)
class Course:
    """A flow with what an undisturbed run of it passes and leaves behind."""

    flow: Flow
    passed: list[str]
    """Names of the points in order."""
    wanted: Counter[Fact]
    """What both sandboxes hold in the end, the change included."""
    units: tuple[int, int]
    """Units of import, used and reserved."""

    def moments(self) -> list[Point]:
        """One point for each state of the outside world: the last one before the next thing is done, and the end."""
        last = [n for n, name in enumerate(self.passed, 1) if EFFECTS.fullmatch(name)]
        return [Point(n - 1) for n in last if n > 1] + [Point(len(self.passed))]

    def writes(self) -> list[Point]:
        """Each request that left after the plan was made."""
        planned = self.passed.index("run:planned")
        return [Point(n) for n, name in enumerate(self.passed, 1) if name == "http.left" and n > planned]

    def every(self) -> list[Point]:
        """Every point."""
        return [Point(n) for n in range(1, len(self.passed) + 1)]


def chart(world: World, flow: Flow) -> Course:
    """Run a flow undisturbed, let the change happen, run it again; note what it passes and leaves."""
    flow.begin(world)
    log = world.folder / "points.txt"
    log.unlink(missing_ok=True)
    first = world.command(*flow.command(world), ATOOSYNC_POINTS=str(log))
    if first.code not in (0, 1):
        raise RuntimeError(f"{flow.name} does not run undisturbed: {first.output[-800:]}")
    flow.change(world)
    verdict = Verdict()
    # Where nothing happened meanwhile and nothing is open, another run would bring nothing.
    if flow.change is not states.nothing or flow.goes_on or _open(world):
        settle(world, flow, verdict, None)
    if not verdict.good or (verdict.in_review and flow.base != "review"):
        raise RuntimeError(f"{flow.name} does not end well undisturbed: {verdict}")
    return Course(flow, log.read_text(encoding="utf-8").split(), truth(world), _units(world))


def crash(world: World, course: Course, points: Sequence[Point]) -> Verdict:
    """Kill, go on, and judge.

    Args:
        world: the sandboxes.
        course: the flow.
        points: where the first run dies, where the run after it dies too, and so on.
    """
    flow, verdict = course.flow, Verdict()
    flow.begin(world)
    for number, fault in enumerate(points):
        ended = world.command(*flow.command(world), ATOOSYNC_FAULT=fault.fault)
        if not ended.killed and ended.code not in (0, 1):
            verdict.untrue.append(f"ended with {ended.code} instead of being killed: {ended.output[-300:]}")
        verdict.doubled += [f"after kill {number}: {fact}" for fact in twice(truth(world), course.wanted)]
    flow.change(world)
    settle(world, flow, verdict, course)
    verdict.compare(truth(world), course.wanted, "in the end")
    if (units := _units(world)) != course.units:
        verdict.untrue.append(f"units used and reserved: {units}, undisturbed {course.units}")
    again(world, flow, verdict)
    journal(world, verdict)
    return verdict


def settle(world: World, flow: Flow, verdict: Verdict, course: Course | None) -> None:
    """The same command, until nothing is open; what stands in review is looked up in the ERP and answered."""
    command = flow.go_on(world)
    for turn in itertools.count():
        ended = world.command(*command)
        if ended.code == SIGN_IN and flow.name == "sign-in" and not verdict.signed_in:
            # The refresh token works once: killed in the middle of its use, nobody can tell, and a person must come.
            states.sign_in_again(world)
            verdict.signed_in += 1
            continue
        if ended.code not in (0, 1):
            verdict.untrue.append(f"run {turn} ended with {ended.code}: {ended.output[-300:]}")
            return
        found = truth(world)
        if course is not None:
            verdict.doubled += [f"after run {turn}: {fact}" for fact in twice(found, course.wanted)]
        waiting = _open(world)
        if not waiting:
            return
        if turn >= ROUNDS:
            verdict.untrue.append(f"still open after {turn} runs: {dict(waiting)}")
            return
        if waiting["SENT"] or waiting["UNKNOWN"] or waiting["SENDING"]:
            time.sleep(world.erp.settles)
        verdict.in_review += answer(world, verdict)


def _open(world: World) -> Counter[str]:
    with world.workspace() as space:
        return Counter(row.state.value for row in space.ledger.open_rows(PROFILE))


def _units(world: World) -> tuple[int, int]:
    with world.workspace() as space:
        state = space.quota.state(PROFILE, Units.IMPORTS)
    return state.used, state.reserved


def answer(world: World, verdict: Verdict) -> int:
    """Do what a person does: read the list, look in the ERP, close what is there, let the rest be sent again."""
    waiting = world.json("review", "list")
    with world.workspace() as space:
        tokens = {(r.flow, r.key): r.token for r in space.ledger.open_rows(PROFILE)}
    for row in waiting:
        if not row["reference"] and row["flow"] != "customers":
            verdict.untrue.append(f"review of {row['key']} names no reference to look for")
        number = world.erp.number_of(world.erp_state, tokens[row["flow"], row["key"]])
        decision = ("close", "--number", number) if number else ("send", "--yes")
        done = world.command("review", decision[0], row["key"], "--flow", row["flow"], *decision[1:])
        if done.code:
            verdict.untrue.append(f"review {decision[0]} {row['key']} ended with {done.code}: {done.output[-200:]}")
    return len(waiting)


def again(world: World, flow: Flow, verdict: Verdict) -> None:
    """A further run finds nothing to do, and says so."""
    found = world.json(*(("run", flow.goes_on) if flow.goes_on else flow.command(world)), "--dry-run")
    if found["ok"] or found["failed"] or found["total"] != found["ignored"]:
        verdict.untrue.append(f"a further run plans {found}")


def flows() -> tuple[Flow, ...]:
    """The commands whose points are enumerated."""
    return (
        Flow("articles", "fresh", states.article_changes),
        Flow("stocks", "fresh", states.article_changes),
        Flow("prices", "fresh", states.article_changes),
        Flow("article-status", "fresh", states.article_is_closed, before=states.articles_are_closed),
        Flow("sign-in", "fresh", states.article_changes, ("run", "prices"), before=states.session_ends),
        Flow("orders", "fresh", states.order_is_paid),
        Flow("credit-notes", "imported", states.slip_is_given),
        Flow("order-status", "imported", states.invoice_is_made),
        Flow("review-send", "review", states.nothing, ("review", "send", "{reviewed}", "--yes"), "orders"),
        Flow(
            "review-close",
            "review",
            states.nothing,
            ("review", "close", "{reviewed}", "--number", states.BY_HAND),
            "orders",
            states.typed_by_hand,
        ),
        Flow("review-drop", "review", states.nothing, ("review", "close", "{reviewed}"), "orders"),
    )
