"""Is the journal true? What it calls done is there, and what it calls failed is not."""

from __future__ import annotations

from collections import Counter

from atoosync_lab.applying.kinds import CREDIT_NOTES, CUSTOMERS, ORDERS, SETTLEMENTS
from atoosync_lab.runs.workspace import Workspace
from tests.faults.books import Books

_IMPORTED = {
    "apply.customer.": (CUSTOMERS, "Customer"),
    "apply.order.": (ORDERS, "SaleDocument"),
    "apply.credit_note.": (CREDIT_NOTES, "SaleDocument"),
    "apply.settlement.": (SETTLEMENTS, "SaleSettlement"),
}
"""Beginning of a message code -> flow of the ledger, and table of the folder."""
_CATALOGUE = ("apply.product.", "apply.price.", "apply.stock.", "apply.status.")


def untrue(workspace: Workspace, before: Books, now: Books, wanted: Books) -> list[str]:
    """What the last run's journal says that the sandboxes deny.

    Args:
        workspace: its journal and ledger are read.
        before: the sandboxes before the case.
        now: as they are.
        wanted: as an undisturbed run leaves them.
    """
    row = workspace.journal.list(profile="demo", limit=1)[0]
    found: list[str] = []
    for entry in workspace.journal.entries(row.id):
        code, key = entry.message.code, entry.record
        if not key:
            continue
        if entry.level == "success":
            found += _not_there(workspace, code, key, now, wanted)
        elif entry.level == "error" and str(entry.stage) == "apply":
            mine, was, due = (books.products.get(key, Counter()) for books in (now, before, wanted))
            if due and mine == due and mine != was:
                found.append(f"{key} is called failed ({code}) but is done")
    return found


def _not_there(workspace: Workspace, code: str, key: str, now: Books, wanted: Books) -> list[str]:
    if code.startswith(_CATALOGUE):
        if now.products.get(key) != wanted.products.get(key):
            return [f"{key} is called done ({code}) but is not"]
    elif code.startswith("apply.order_status."):
        if now.states.get(key) != wanted.states.get(key):
            return [f"status of {key} is called done but is {now.states.get(key)}"]
    else:
        for start, (flow, table) in _IMPORTED.items():
            if not code.startswith(start):
                continue
            held = workspace.ledger.find("demo", flow, [key]).get(key)
            if held is None or not now.tokens[table][held.token]:
                return [f"{flow} {key} is called done ({code}) but is not in the folder"]
    return []


__all__ = ["untrue"]
