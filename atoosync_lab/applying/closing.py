"""What a person's closing of a record in review means for what hangs on it."""

from __future__ import annotations

from atoosync_lab.applying.kinds import CUSTOMERS, ORDER_STATUS, ORDERS, SETTLEMENTS, SettlementJob
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.store.ledger import Ledger, LedgerRow, Proof, State

_NOT_SENT = (State.INTENT, State.REFUSED)


def close_review(ledger: Ledger, row: LedgerRow, *, number: str, who: str) -> None:
    """Close a record in review, in one transaction with what hangs on it.

    With a number the record is in the ERP: its settlements and its shop status follow at the next run. Without one it
    is wanted no more: they are closed too, for a settlement without its document would stand in the books alone.

    Args:
        ledger: the ledger.
        row: the record, in review.
        number: number of the document, or code of the customer, in the ERP; empty: wanted no more.
        who: person who decided.

    Raises:
        SettingsError: a customer without its code; orders that name it could not be imported.
        LostRaceError: somebody else moved one of the rows; nothing was closed.
    """
    if row.flow == CUSTOMERS and not number:
        raise SettingsError("review.customer_code", key=row.key)
    rows = [row] if number else [row, *_dependents(ledger, row)]
    ledger.move(rows, State.DONE, proof=Proof.PERSON, who=who, target_number=number)


def is_there(document: LedgerRow | None) -> bool:
    """The document is in the ERP: found, or closed by a person with its number."""
    return document is not None and document.state is State.DONE and bool(document.target_number or document.target_id)


def _dependents(ledger: Ledger, row: LedgerRow) -> list[LedgerRow]:
    """Settlements and status update of a document that were written down before it was sent."""
    found = []
    for each in ledger.open_rows(row.profile, [SETTLEMENTS], _NOT_SENT):
        job = SettlementJob.load(each.payload or "{}")
        if (job.order_flow, job.order) == (row.flow, row.key):
            found.append(each)
    if row.flow == ORDERS:
        waiting = ledger.open_rows(row.profile, [ORDER_STATUS], _NOT_SENT)
        found += [each for each in waiting if each.key == row.key]
    return found
