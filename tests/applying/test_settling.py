"""What no look-up finds is sent again where the ERP promises to have written it by then; else a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.applying.kinds import ORDERS
from atoosync_lab.applying.resolve import resolve
from atoosync_lab.connectors.base import Capability, SubmissionReport, SubmissionState
from atoosync_lab.store.engine import Store
from atoosync_lab.store.ledger import Ledger, NewRow, State


class _Erp:
    """Finds nothing, and knows nothing of what it was sent."""

    settle_seconds = 60.0

    def __init__(self, *promised: Capability) -> None:
        self.capabilities = frozenset(promised)

    def find_customers(self, tokens: Any) -> dict[str, Any]:
        return {}

    find_documents = find_settlements = find_customers

    def submission(self, submission_id: str, keys: Any) -> SubmissionReport:
        return SubmissionReport(state=SubmissionState.UNKNOWN)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Store.open(tmp_path / "store.db") as store:
        yield Ledger(store)


@pytest.mark.spec("ORD-10")
@pytest.mark.parametrize("state", [State.UNKNOWN, State.SENT])
@pytest.mark.parametrize(
    ("promised", "after", "ends"),
    [
        ((Capability.CREATE_SETTLES_WITHIN,), 61, State.INTENT),
        ((Capability.CREATE_SETTLES_WITHIN,), 59, None),
        ((), 61, State.REVIEW),
        ((), 59, None),
    ],
)
def test_what_was_not_found_is_judged_by_what_the_erp_promises(
    ledger: Ledger, state: State, promised: tuple[Capability, ...], after: int, ends: State | None
) -> None:
    rows = ledger.move(ledger.intend("p", ORDERS, [NewRow(key="1")]), State.SENDING)
    (row,) = ledger.move(rows, state, **({"submission_id": "s"} if state is State.SENT else {}))
    told: list[str] = []
    resolve(
        ledger, _Erp(*promised), "p", lambda stage, code, *a, **k: told.append(code),  # type: ignore[arg-type]
        now=lambda: row.updated_at + timedelta(seconds=after),
    )  # fmt: skip
    (found,) = ledger.find("p", ORDERS, ["1"]).values()
    assert found.state is (ends or state)
    assert told == {State.INTENT: ["resolve.sent_again"], State.REVIEW: ["resolve.review"], None: []}[ends]
