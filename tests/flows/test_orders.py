"""Orders in: each exactly once, totals to the cent, whatever dies in between."""

from __future__ import annotations

import re
import sys
from collections import Counter
from decimal import Decimal

import pytest

from atoosync_lab.cli.demo_steps import Demo
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.store.ledger import Proof, State
from tests.flows.conftest import command

FOLDER = "184976"


def documents(demo: Demo) -> list[dict[str, object]]:
    """What the folder really holds of ours, read from its own file."""
    with FolderState.open(demo.home / "sandbox" / "ebp", FOLDER) as folder:
        return [dict(r) for r in folder.rows("SaleDocument") if r["xx_AtooKey"]]


@pytest.mark.spec("ORD-01", "ORD-10", "ORD-22", "ORD-24", "CLI-20", "CLI-21", "ORD-33")
def test_orders_become_documents_once_and_reconcile(demo: Demo) -> None:
    planned = demo.plan("orders")
    assert planned.plan is not None
    wanted = Counter((str(r.action), r.entity) for r in planned.plan.rows())
    assert wanted["create", "order"] > 20
    assert wanted["block", "order"] > 0
    applied = demo.apply(planned)
    errors = [str(e.message) for e in demo.workspace.journal.entries(applied.run.id) if e.level == "error"]
    assert applied.run.counts.failed == 0, errors[:5]
    held = documents(demo)
    assert len(held) == wanted["create", "order"]
    assert max(Counter(d["xx_AtooKey"] for d in held).values()) == 1
    found = demo.reconcile()
    assert found.orders == wanted["create", "order"]
    assert found.gaps == ()
    assert found.difference == Decimal(0)
    second = demo.run("orders")
    assert second.run.counts.ok == 0
    assert len(documents(demo)) == len(held)
    slips = demo.run("credit-notes")
    assert slips.run.counts.ok > 0
    assert demo.run("credit-notes").run.counts.ok == 0


@pytest.mark.spec("ORD-04", "ORD-07", "ORD-08", "ORD-12")
@pytest.mark.pitfall("PB-58")
def test_held_orders_name_the_cure_and_the_others_go_on(demo: Demo) -> None:
    plan = demo.plan("orders").plan
    assert plan is not None
    held = list(plan.rows(actions=["block"], entities=["order"]))
    for row in held:
        assert row.params["page"] is not None
        assert len(row.reason_text("fr")) > 30
        assert row.reason_text("fr") != row.reason
    assert {r.reason for r in held} & {"orders.tax_unmapped", "orders.currency_unmapped", "orders.item_unknown"}


KILLS = (
    "ledger:intended:2",
    "ledger:looked_up:2",
    "ledger:sending:2",
    "ledger:accepted:2",
    "ledger:done:2",
    "ledger:dependents:2",
    "ledger:sending:2",
    "ledger:accepted:2",
    "ledger:sent:2",
    "ledger:polled:2",
    "ledger:confirmed:2",
    "ledger:done:2",
    "ledger:status_sending:1",
)
"""A step of the ledger, and at which of its passes the process dies: among customers, documents or settlements."""


def settle_reviews(demo: Demo) -> int:
    """A person lets every record in review be sent again, after the fresh look each of them gets."""
    waiting = demo.workspace.ledger.open_rows("demo", states=[State.REVIEW])
    for row in waiting:
        demo.workspace.ledger.move([row], State.INTENT, proof=Proof.PERSON, who="test")
    return len(waiting)


@pytest.mark.spec("ORD-10")
@pytest.mark.pitfall("PB-20")
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_killed_between_any_two_steps_each_order_is_imported_once(demo: Demo) -> None:
    """SIGKILL at every step of the ledger; each time the next run goes on where the last one died. What could not be
    proved waits in review, and nothing is ever there twice."""
    profile = demo.workspace.profiles.get("demo")
    sizes = profile.shop.sizes.model_copy(update={"import_file": 8})
    small = profile.model_copy(update={"shop": profile.shop.model_copy(update={"sizes": sizes})})
    demo.workspace.profiles.save(small, who="test", expected_revision=demo.workspace.profiles.revision("demo"))
    expected = demo.plan("orders").plan
    assert expected is not None
    orders = {r.key for r in expected.rows(actions=["create"], entities=["order"])}
    settlements = {r.key for r in expected.rows(actions=["create"], entities=["settlement"])}
    killed = 0
    for fault in KILLS:
        settle_reviews(demo)
        result = command(demo.home, "run", "orders", env={"ATOOSYNC_FAULT": fault})
        assert result.returncode in (-9, 0, 1), result.stderr
        killed += result.returncode == -9
        once(demo)
    assert killed >= len(KILLS) - 3
    for _ in range(4):
        settle_reviews(demo)
        last = command(demo.home, "run", "orders")
        assert last.returncode in (0, 1), last.stdout + last.stderr
        once(demo)
    ledger = demo.workspace.ledger
    assert {r.key for r in ledger.open_rows("demo", ["orders"], [State.DONE])} == orders
    assert {r.key for r in ledger.open_rows("demo", ["settlements"], [State.DONE])} == settlements
    assert len(documents(demo)) == len(orders)
    assert demo.reconcile().gaps == ()


def once(demo: Demo) -> None:
    """No customer, document or settlement of ours is in the folder twice."""
    with FolderState.open(demo.home / "sandbox" / "ebp", FOLDER) as folder:
        for table in ("Customer", "SaleDocument", "SaleSettlement"):
            keys = Counter(r["xx_AtooKey"] for r in folder.rows(table) if r["xx_AtooKey"])
            assert not [k for k, n in keys.items() if n > 1], table


@pytest.mark.spec("ORD-10")
@pytest.mark.pitfall("PB-20")
def test_time_out_after_the_write_makes_no_second_document(demo: Demo) -> None:
    demo.erp.faults([{"method": "POST", "path": "createImport", "kind": "timeout_after", "value": 0.2, "times": 3}])
    first = command(demo.home, "run", "orders")
    assert first.returncode in (0, 1, 4), first.stderr
    demo.erp.faults([])
    second = command(demo.home, "run", "orders")
    assert second.returncode in (0, 1), second.stderr
    held = documents(demo)
    assert max(Counter(d["xx_AtooKey"] for d in held).values()) == 1
    assert demo.reconcile().gaps == ()


@pytest.mark.spec("SEC-01")
def test_no_secret_reaches_any_file_or_output(demo: Demo) -> None:
    from atoosync_lab.sandbox.ebp.settings import CLIENT_SECRET, SUBSCRIPTION_KEY
    from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY

    result = command(demo.home, "run", "orders", "-v")
    tokens = [t for t in demo.workspace.secrets.known_values("demo") if len(t) > 8]
    canaries = {CLIENT_SECRET, SUBSCRIPTION_KEY, DEFAULT_KEY, *tokens}
    assert len(canaries) >= 4
    outside = [p for p in demo.home.rglob("*") if p.is_file() and "sandbox" not in p.relative_to(demo.home).parts]
    for secret in canaries:
        assert secret not in result.stdout + result.stderr
        for path in outside:
            assert secret.encode() not in path.read_bytes(), path.name


@pytest.mark.spec("BEY-02")
def test_explain_tells_the_story_of_an_order(demo: Demo) -> None:
    demo.run("orders")
    done = demo.workspace.ledger.open_rows("demo", ["orders"], [State.DONE])[0]
    result = command(demo.home, "explain", done.key)
    assert result.returncode == 0, result.stderr
    assert done.target_number in re.sub(r"\s+", " ", result.stdout)
