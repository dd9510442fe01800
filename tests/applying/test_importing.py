"""The ledger's states against a folder that loses, delays and refuses files: at most one document, none forgotten."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.model.errors import RetryError
from atoosync_lab.runs.run import RunRequest, RunResult, run
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.store.ledger import Proof, State

FOLDER = "184976"
SETTLED = 1.0
"""Seconds after which a live folder's quarter of an hour is over at the sandbox's speed."""


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with started(tmp_path / "home", speed=2000.0) as under_way:
        yield under_way


def orders(demo: Demo) -> tuple[str, ...]:
    """Two orders that need no new customer and have a settlement."""
    plan = demo.plan("orders").plan
    assert plan is not None
    rows = list(plan.rows(actions=["create"]))
    buyers = {r.parent for r in rows if r.entity == "customer"}
    paid = {r.parent for r in rows if r.entity == "settlement"}
    return tuple(r.key for r in rows if r.entity == "order" and r.key not in buyers and r.key in paid)[:2]


def go(demo: Demo, keys: tuple[str, ...]) -> RunResult:
    return run(demo.workspace, RunRequest(profile="demo", flow="orders", keys=keys))


def states(demo: Demo, keys: tuple[str, ...]) -> set[State]:
    rows = demo.workspace.ledger.find("demo", "orders", keys)
    assert set(rows) == set(keys)
    return {r.state for r in rows.values()}


def held(demo: Demo, table: str = "SaleDocument") -> int:
    """Records of ours in the folder, none of them twice."""
    with FolderState.open(demo.home / "sandbox" / "ebp", FOLDER) as folder:
        keys = Counter(r["xx_AtooKey"] for r in folder.rows(table) if r["xx_AtooKey"])
    assert not [k for k, n in keys.items() if n > 1]
    return len(keys)


def switch(demo: Demo, **values: object) -> None:
    demo.erp.admin("POST", "/_admin/ebp/settings", values)


@pytest.mark.spec("ORD-10", "ORD-22")
def test_file_that_is_lost_waits_for_a_person_and_is_never_sent_again(demo: Demo) -> None:
    keys = orders(demo)
    switch(demo, lose_imports=1, import_status=False)
    first = go(demo, keys)
    assert first.exit_status == 1
    assert states(demo, keys) == {State.SENT}
    time.sleep(SETTLED)
    for _ in range(2):
        go(demo, keys)
        assert states(demo, keys) == {State.REVIEW}
    assert held(demo) == 0
    rows = demo.workspace.ledger.open_rows("demo", ["orders"], [State.REVIEW])
    demo.workspace.ledger.move(rows, State.INTENT, proof=Proof.PERSON, who="test")
    go(demo, keys)
    assert states(demo, keys) == {State.DONE}
    assert held(demo) == len(keys)
    assert held(demo, "SaleSettlement") == len(keys)


@pytest.mark.spec("ORD-10")
@pytest.mark.pitfall("PB-20")
def test_file_that_comes_late_is_found_not_sent_again(demo: Demo) -> None:
    """It is processed only after the run, and even after the settling time, has ended."""
    keys = orders(demo)
    switch(demo, late_imports=1, late_delay=6_000.0, import_status=False)
    go(demo, keys)
    assert states(demo, keys) == {State.SENT}
    time.sleep(SETTLED)
    go(demo, keys)
    assert states(demo, keys) <= {State.REVIEW, State.DONE}
    end = time.monotonic() + 10
    while held(demo) < len(keys) and time.monotonic() < end:
        time.sleep(0.2)
    go(demo, keys)
    assert states(demo, keys) == {State.DONE}
    assert held(demo) == len(keys)
    assert held(demo, "SaleSettlement") == len(keys)


@pytest.mark.spec("ORD-10", "RUN-03")
@pytest.mark.pitfall("PB-20")
@pytest.mark.parametrize("kind", ["status", "cut", "timeout_after", "drop_before"])
def test_answer_that_proves_nothing_is_looked_up_before_anything_is_sent(demo: Demo, kind: str) -> None:
    keys = orders(demo)
    value = {"status": 503, "timeout_after": 0.1}.get(kind)
    rule = {"method": "POST", "path": "createImport", "kind": kind, "times": 1}
    demo.erp.faults([{**rule, "value": value} if value is not None else rule])
    go(demo, keys)
    demo.erp.faults([])
    assert states(demo, keys) <= {State.UNKNOWN, State.DONE}
    time.sleep(SETTLED)
    go(demo, keys)
    reached = kind in ("cut", "timeout_after")
    assert states(demo, keys) == ({State.DONE} if reached else {State.REVIEW})
    rows = demo.workspace.ledger.open_rows("demo", ["orders"], [State.REVIEW])
    demo.workspace.ledger.move(rows, State.INTENT, proof=Proof.PERSON, who="test")
    go(demo, keys)
    assert states(demo, keys) == {State.DONE}
    assert held(demo) == len(keys)
    assert held(demo, "SaleSettlement") == len(keys)


@pytest.mark.spec("ORD-10", "RUN-03", "SVC-08")
def test_refused_file_is_sent_again_by_the_next_run(demo: Demo) -> None:
    keys = orders(demo)
    body = '{"code": "ERR_FORMAT", "message": "Format d\'import inconnu"}'
    value = {"status": 400, "body": body, "headers": {"Content-Type": "application/json"}}
    demo.erp.faults([{"method": "POST", "path": "createImport", "kind": "status", "value": value, "times": 1}])
    first = go(demo, keys)
    assert first.exit_status == 1
    assert states(demo, keys) == {State.REFUSED}
    assert first.run.counts.failed == len(keys)
    second = go(demo, keys)
    assert second.run.counts.failed == 0
    assert states(demo, keys) == {State.DONE}
    assert held(demo) == len(keys)


@pytest.mark.spec("ORD-10", "RUN-03")
def test_folder_that_is_down_when_orders_are_looked_up_leaves_them_due(demo: Demo) -> None:
    keys = orders(demo)
    planned = demo.plan("orders")
    assert planned.plan is not None
    demo.erp.kill()
    with pytest.raises(RetryError):
        demo.apply(planned)
    rows = demo.workspace.ledger.find("demo", "orders", keys)
    assert {r.state for r in rows.values()} <= {State.INTENT}
