"""Closing a record in review: what hangs on it follows the decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from atoosync_lab.applying.closing import close_review, is_there
from atoosync_lab.applying.kinds import CREDIT_NOTES, CUSTOMERS, ORDER_STATUS, ORDERS, SETTLEMENTS, SettlementJob
from atoosync_lab.model.documents import DocumentKind, Settlement
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.store.engine import Store
from atoosync_lab.store.ledger import Ledger, LedgerRow, NewRow, State

SHOP = "breval"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Store.open(tmp_path / "store.sqlite") as store:
        yield Ledger(store)


def job(order: str, flow: str = ORDERS) -> str:
    settlement = Settlement(
        key="p1", amount=Decimal("12.00"), date=date(2026, 11, 2), payment_means="CB", treasury="BQ1", reference="Web"
    )
    return SettlementJob(settlement, "CLI1", DocumentKind.ORDER, order, flow).dump()


def reviewed(ledger: Ledger, flow: str, key: str) -> LedgerRow:
    rows = ledger.intend(SHOP, flow, [NewRow(key=key)])
    for state in (State.SENDING, State.UNKNOWN, State.REVIEW):
        rows = ledger.move(rows, state)
    return rows[0]


def states(ledger: Ledger, flow: str) -> dict[str, State]:
    return {key: state for key, (state, _) in ledger.states(SHOP, flow).items()}


@pytest.fixture
def order(ledger: Ledger) -> LedgerRow:
    """Order 7 in review; settlements of it, of credit note 7 and of order 8; status updates of 7 and 8."""
    owners = {"7/p1": job("7"), "slip-7/p1": job("7", CREDIT_NOTES), "8/p1": job("8")}
    ledger.intend(SHOP, SETTLEMENTS, [NewRow(key=k, payload=p) for k, p in owners.items()])
    ledger.intend(SHOP, ORDER_STATUS, [NewRow(key="7", payload="{}"), NewRow(key="8", payload="{}")])
    return reviewed(ledger, ORDERS, "7")


@pytest.mark.spec("ORD-10", "ORD-22", "ORD-24")
@pytest.mark.pitfall("PB-55")
def test_an_order_that_is_wanted_no_more_takes_its_settlement_and_status_with_it(
    ledger: Ledger, order: LedgerRow
) -> None:
    close_review(ledger, order, number="", who="anne")
    assert states(ledger, ORDERS) == {"7": State.DONE}
    assert states(ledger, SETTLEMENTS) == {"7/p1": State.DONE, "slip-7/p1": State.INTENT, "8/p1": State.INTENT}
    assert states(ledger, ORDER_STATUS) == {"7": State.DONE, "8": State.INTENT}
    assert not is_there(ledger.find(SHOP, ORDERS, ["7"])["7"])


@pytest.mark.spec("ORD-10", "ORD-22")
def test_an_order_found_in_the_erp_keeps_what_hangs_on_it(ledger: Ledger, order: LedgerRow) -> None:
    close_review(ledger, order, number="BC00012", who="anne")
    assert is_there(ledger.find(SHOP, ORDERS, ["7"])["7"])
    assert states(ledger, SETTLEMENTS)["7/p1"] is State.INTENT
    assert states(ledger, ORDER_STATUS)["7"] is State.INTENT


@pytest.mark.spec("ORD-10")
def test_a_customer_is_closed_with_its_code_alone(ledger: Ledger) -> None:
    row = reviewed(ledger, CUSTOMERS, "53")
    with pytest.raises(SettingsError, match="--number"):
        close_review(ledger, row, number="", who="anne")
    close_review(ledger, row, number="WEB0000053", who="anne")
    assert ledger.find(SHOP, CUSTOMERS, ["53"])["53"].target_number == "WEB0000053"
