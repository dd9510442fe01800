"""Two processes at the same instant on one profile: one works, the other says who was faster, nothing is doubled.

A try gives the list of what was wrong, judged by what the sandboxes themselves hold. Each takes records of its own, so
that tries need no fresh world.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import environ
from typing import Any

from atoosync_lab.cli.demo_steps import Demo
from atoosync_lab.runs.queue import RunSpec, worker_alive
from atoosync_lab.runs.run import RunRequest, run
from atoosync_lab.sandbox.data.demo.facts import STATES
from atoosync_lab.store.journal_records import GOING
from atoosync_lab.store.ledger import NewRow, Proof, State, make_token
from atoosync_lab.store.workers import Workers
from tests.races.world import FOLDER, change_settings, erp_rows, history_rows, shop_rows, twice
from tests.races.zygote import Ended, Zygote

DONE = (0, 1)
BUSY = {6: ("déjà en cours", "vient d’être traitée", "a été repris"), 5: ("déjà été appliqué", "a été remplacé")}
"""Exit statuses of one who came second, and what its sentence says."""
DELAYS = (0.0, 0.0, 0.05, 0.15, 0.3, 0.6)
"""Seconds by which the second one is late, one after the other."""
WITHIN = 180.0

Try = Callable[["Racing", int], list[str]]


@dataclass
class Racing:
    """A demonstration under way, with records that no try has used yet."""

    demo: Demo
    zygote: Zygote
    orders: list[str] = field(default_factory=list)
    articles: list[str] = field(default_factory=list)

    @classmethod
    def prepared(cls, demo: Demo, zygote: Zygote) -> Racing:
        """Plan once, to know which orders there are to import."""
        return cls(demo, zygote, _creations(demo, "orders", "order"))

    def keys(self, count: int) -> list[str]:
        """Orders that nothing was done with yet."""
        return [self.orders.pop() for _ in range(count)]

    def race(self, number: int, *commands: Sequence[str]) -> list[Ended]:
        """Two commands, the second a little late."""
        return self.zygote.race(*commands, delays=(0.0, DELAYS[number % len(DELAYS)]))

    def once(self, keys: Sequence[str]) -> list[str]:
        """What is not exactly once in the ERP, after one more run for those who came too late."""
        if any(count == 0 for count in self.held(keys).values()):
            self.zygote.race(orders_of(keys))
        wrong = [f"order {key}: {count} documents" for key, count in self.held(keys).items() if count != 1]
        return wrong + twice(self.demo)

    def held(self, keys: Sequence[str]) -> dict[str, int]:
        """Order -> its documents in the ERP."""
        found = [row["xx_AtooKey"] for row in erp_rows(self.demo, "SaleDocument")]
        return {key: found.count(make_token("demo", "orders", key, 1)) for key in keys}


def _creations(demo: Demo, flow: str, entity: str) -> list[str]:
    plan = demo.plan(flow).plan
    assert plan is not None
    return [row.key for row in plan.rows(actions=["create"], entities=[entity])]


def ended_well(ended: Sequence[Ended], *, also: tuple[int, ...] = ()) -> list[str]:
    """One at least worked; whoever did not says why in a sentence."""
    wrong = []
    if not any(e.status in DONE for e in ended):
        wrong.append(f"nobody worked: {[(e.status, e.output[-300:]) for e in ended]}")
    for one in ended:
        said = BUSY.get(one.status, ())
        if one.status in DONE or one.status in also:
            continue
        if not any(text in one.output for text in said):
            wrong.append(f"{' '.join(one.arguments)}: {one.status} {one.output[-400:]}")
    return wrong


def orders_of(keys: Sequence[str]) -> list[str]:
    """The command that imports these orders."""
    return ["run", "orders", *(part for key in keys for part in ("--key", key))]


def same_run(racing: Racing, number: int) -> list[str]:
    """The same import of orders twice."""
    keys = racing.keys(2)
    return ended_well(racing.race(number, orders_of(keys), orders_of(keys))) + racing.once(keys)


def overlapping(racing: Racing, number: int) -> list[str]:
    """Two imports that share an order."""
    keys = racing.keys(3)
    return ended_well(racing.race(number, orders_of(keys[:2]), orders_of(keys[1:]))) + racing.once(keys)


def same_plan(racing: Racing, number: int) -> list[str]:
    """One saved plan applied twice."""
    keys = racing.keys(2)
    request = RunRequest(profile="demo", flow="orders", dry_run=True, keys=tuple(keys))
    plan = run(racing.demo.workspace, request).plan
    assert plan is not None
    ended = racing.race(number, ["apply", plan.meta.id], ["apply", plan.meta.id])
    wrong = ended_well(ended)
    if sum(e.status in DONE for e in ended) != 1:
        wrong.append(f"applied {[e.status for e in ended]}")
    return wrong + racing.once(keys)


def same_review(racing: Racing, number: int) -> list[str]:
    """Two people let the same record be sent again, while a run begins on every other try."""
    (key,) = racing.keys(1)
    ledger = racing.demo.workspace.ledger
    rows = ledger.intend("demo", "orders", [NewRow(key=key)])
    for state in (State.SENDING, State.UNKNOWN, State.REVIEW):
        rows = ledger.move(rows, state)
    other = orders_of([key]) if number % 2 else ["review", "send", key, "--yes"]
    ended = racing.race(number, ["review", "send", key, "--yes"], other)
    # 3: there is nothing to decide any more.
    wrong = ended_well(ended, also=(3,))
    found = ledger.find("demo", "orders", [key])[key]
    if found.state is State.REVIEW:
        ledger.move([found], State.INTENT, proof=Proof.PERSON, who="test")
    return wrong + racing.once([key])


def new_article(racing: Racing, number: int) -> list[str]:
    """The same article created twice."""
    racing.articles = racing.articles or _creations(racing.demo, "articles-new", "product")
    key = racing.articles.pop()
    command = ["run", "articles-new" if number % 2 else "articles", "--key", key]
    wrong = ended_well(racing.race(number, command, ["run", "articles", "--key", key]))
    found = len(shop_rows(racing.demo, "products", "reference = ?", key))
    return wrong + ([f"article {key}: {found} products"] if found != 1 else [])


def statuses(racing: Racing, number: int) -> list[str]:
    """An import beside the update of order statuses."""
    demo, keys = racing.demo, racing.keys(2)
    while has_left(demo, keys[0]):
        keys[:1] = racing.keys(1)
    change_settings(demo, orders__status_update__delivery_note="4")
    before = racing.once(keys[:1])
    token = make_token("demo", "orders", keys[0], 1)
    (document,) = (r for r in erp_rows(demo, "SaleDocument") if r["xx_AtooKey"] == token)
    later(demo, document, 6, f"BL9{number:03}")
    held = history_rows(demo)
    ended = racing.race(number, ["run", "order-status"], ["run", "order-status"] if number % 2 else orders_of(keys[1:]))
    wrong = before + ended_well(ended)
    if not any(e.status in DONE and "order-status" in e.arguments for e in ended):
        wrong += [f"{e.arguments}: {e.output}" for e in racing.zygote.race(["run", "order-status"]) if e.status != 0]
    gained = history_rows(demo)[int(keys[0]), 4] - held[int(keys[0]), 4]
    return wrong + ([f"order {keys[0]}: {gained} rows of status 4"] if gained != 1 else []) + racing.once(keys)


def has_left(demo: Demo, key: str) -> bool:
    """The goods of an order have left already: no status is set back to « shipped »."""
    (order,) = shop_rows(demo, "orders", "id = ?", key)
    return order["current_state"] in (STATES["shipped"], STATES["delivered"])


def later(demo: Demo, source: dict[str, Any], kind: int, number: str) -> None:
    """A person turns a document into a later one."""
    row = {**source, "Id": f"later-{number}", "DocumentType": kind, "DocumentNumber": number, "xx_AtooKey": "",
           "Reference": "", "OriginDocumentNumber": source["DocumentNumber"]}  # fmt: skip
    demo.erp.admin("POST", "/_admin/ebp/rows", {"folder": FOLDER, "table": "SaleDocument", "insert": [row]})


def beside_a_worker(racing: Racing, number: int) -> list[str]:
    """A run that a worker takes beside one of the command line. A worker must live (`working`)."""
    keys = racing.keys(2)
    workspace = racing.demo.workspace
    spec = RunSpec(profile="demo", flow="orders", keys=tuple(keys), who="worker")
    workspace.journal.wait(spec.run_id, "demo", "orders", who="worker")
    Workers(workspace.store).ask(spec.run_id, spec.document())
    # The worker looks twice a second, and its page takes a moment to begin.
    ended = racing.zygote.race(orders_of(keys), delays=(0.4 + DELAYS[number % len(DELAYS)],))
    deadline = time.monotonic() + WITHIN
    while workspace.journal.get(spec.run_id).state in GOING:
        if time.monotonic() > deadline:
            return [f"the worker's run {spec.run_id} does not end"]
        time.sleep(0.1)
    asked = workspace.journal.get(spec.run_id)
    wrong = [] if ended[0].status in DONE else ended_well([ended[0], Ended((), 0, "")])
    if ended[0].status not in DONE and asked.state.value not in ("succeeded", "partial"):
        wrong.append(f"nobody worked: {asked.state} {asked.message} {ended[0].output[-300:]}")
    return wrong + racing.once(keys)


@contextmanager
def working(demo: Demo) -> Iterator[None]:
    """A worker that lives while the block runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "atoosync_lab.cli.main", "worker", "--id", "w1", "--concurrency", "1"],
        env={**environ, "ATOOSYNC_HOME": str(demo.home)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + WITHIN
        while not worker_alive(demo.workspace):
            assert time.monotonic() < deadline, "the worker never lives"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


RACES: dict[str, Try] = {
    "same run": same_run,
    "overlapping orders": overlapping,
    "same plan": same_plan,
    "same review": same_review,
    "same new article": new_article,
    "import beside statuses": statuses,
}
"""Races of the command line with itself."""
