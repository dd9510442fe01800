"""What a judge asks a company's books for: Tryton's own general ledger and its own French export, over JSON-RPC."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from atoosync_lab.sandbox.tryton.rpc import Rpc

FEC_COLUMNS = 18
"""Columns of the file that article A47 A-1 of the Livre des procédures fiscales asks for."""


def fiscal_year(rpc: Rpc, name: str) -> int:
    """The id of a fiscal year by its name, such as `2026`.

    Raises:
        LookupError: when there is none.
    """
    return rpc.one("account.fiscalyear", [("name", "=", name)])


def trial_balance(rpc: Rpc, year: str, *, posted: bool = True) -> dict[str, Decimal]:
    """Debit less credit at the end of a fiscal year, by code of the account; accounts at zero are left out.

    Args:
        rpc: Signed-in administrator.
        year: Name of the fiscal year.
        posted: Posted moves alone; drafts too where False.

    Raises:
        LookupError: when there is no such year.
    """
    rows = rpc.read(
        "account.general_ledger.account",
        [],
        ["account.code", "end_balance"],
        fiscalyear=fiscal_year(rpc, year),
        posted=posted,
    )
    return {row["account."]["code"]: row["end_balance"] for row in rows if row["end_balance"]}


def fec(rpc: Rpc, year: str) -> list[dict[str, str]]:
    """The rows of Tryton's own FEC (fichier des écritures comptables) of a fiscal year, by column.

    Args:
        rpc: Signed-in administrator.
        year: Name of the fiscal year.

    Raises:
        LookupError: when there is no such year.
        ValueError: when the file does not hold the columns of the law.
    """
    number = fiscal_year(rpc, year)
    closing = rpc.one("account.period", [("fiscalyear", "=", number), ("type", "=", "adjustment")])
    with rpc.start_wizard("account.fr.fec") as wizard:
        wizard.press("start")
        shown = wizard.press("generate", {"fiscalyear": number, "type": "is-bic", "deferral_period": closing})
    content: bytes = shown["file"]
    rows = list(csv.reader(io.StringIO(content.decode()), delimiter="\t", quoting=csv.QUOTE_NONE, escapechar="\\"))
    head, *lines = rows
    if len(head) != FEC_COLUMNS:
        raise ValueError(f"a FEC of {len(head)} columns: {head}")
    return [dict(zip(head, line, strict=True)) for line in lines]
