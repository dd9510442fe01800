"""A run that died before it could write its last lines: the ledger gives them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from atoosync_lab.model.events import Level, Stage
from atoosync_lab.store.engine import Store
from atoosync_lab.store.home import Home
from atoosync_lab.store.journal import Journal
from atoosync_lab.store.journal_records import Entry, RunState
from atoosync_lab.store.ledger import Ledger, NewRow, Proof, State
from tests.store.conftest import Spawn

SHOP = "velo"
START = (
    "import os, sys; from atoosync_lab.store.engine import Store; from atoosync_lab.store.journal import Journal\n"
    "print(Journal(Store.open(sys.argv[1])).start('velo', sys.argv[2], who='Ana').id, flush=True)\n"
    "sys.stdin.read(); os.kill(os.getpid(), 9)"
)


def line(code: str, record: str) -> Entry:
    return Entry(at=datetime.now(UTC), stage=Stage.APPLY, code=code, level=Level.SUCCESS, record=record)


def done(ledger: Ledger, flow: str, key: str, *, who: str = "") -> None:
    rows = ledger.intend(SHOP, flow, [NewRow(key=key)])
    proof = Proof.PERSON if who else None
    for state in (State.SENDING, State.UNKNOWN, State.REVIEW) if who else (State.SENDING, State.SENT):
        rows = ledger.move(rows, state)
    ledger.move(rows, State.DONE, proof=proof, who=who, target_number=f"N-{key}")


@pytest.mark.spec("RUN-03", "ORD-10")
def test_what_a_lost_run_had_done_is_added_to_its_lines_once(home: Home, store: Store, spawn: Spawn) -> None:
    journal, ledger = Journal(store), Ledger(store)
    done(ledger, "orders", "before")
    dying = spawn(START, home.store, "orders")
    assert dying.stdout is not None
    run = dying.stdout.readline().strip()
    for flow, key in (("orders", "1"), ("orders", "2"), ("settlements", "1/p"), ("customers", "1")):
        done(ledger, flow, key)
    done(ledger, "orders", "closed", who="anne")
    ledger.intend(SHOP, "orders", [NewRow(key="waiting")])
    journal.append(run, [line("apply.order.create", "1")])
    dying.communicate(timeout=30)
    (lost,) = journal.mark_lost()
    assert (lost.state, lost.counts.ok) == (RunState.LOST, 4)
    added = [(e.record, e.params["number"]) for e in journal.entries(run) if e.code == "run.lost.done"]
    # Customer 1 has no line although order 1 has one: keys are told apart by what they are keys of.
    assert sorted(added) == [("1", "N-1"), ("1/p", "N-1/p"), ("2", "N-2")]
    assert journal.mark_lost() == []
    assert "N-2" in str(next(e for e in journal.entries(run) if e.record == "2").message)


@pytest.mark.spec("RUN-03")
def test_a_lost_export_claims_nothing_of_an_import_that_goes_on(home: Home, store: Store, spawn: Spawn) -> None:
    journal, ledger = Journal(store), Ledger(store)
    dying = spawn(START, home.store, "articles")
    assert dying.stdout is not None
    dying.stdout.readline()
    journal.start(SHOP, "orders", who="Ana")
    done(ledger, "orders", "1")
    dying.communicate(timeout=30)
    (lost,) = journal.mark_lost()
    assert lost.counts.ok == 0
    assert list(journal.entries(lost.id)) == []
