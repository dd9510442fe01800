"""Settlements as a real Tryton keeps them: entered, reconciled, invoices paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from atoosync_lab.connectors.base import Token
from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.model.documents import DocumentKind, Settlement
from atoosync_lab.sandbox.tryton.rpc import Rpc
from atoosync_lab.sandbox.tryton.server import TrytonServer
from tests.connectors.tryton import books
from tests.connectors.tryton.books import SERVICES, SHIPPING, line

Row = tuple[Settlement, Token, str, str, DocumentKind]
INVOICE, CREDIT_NOTE, ORDER = DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.ORDER


@pytest.fixture(scope="module")
def rpc(tryton: TrytonServer) -> Iterator[Rpc]:
    with tryton.rpc() as rpc:
        yield rpc


@pytest.fixture(scope="module")
def journals(rpc: Rpc) -> dict[str, str]:
    """Statement journals by how they are checked."""
    (row,) = rpc.read("account.statement.journal", [["id", "=", 1]], ["journal", "currency", "account", "company"])
    given = {name: row[name] for name in ("journal", "currency", "account", "company")}
    kinds = ("balance", "amount", "number_of_lines")
    rows = [{"name": f"Test {kind}", "validation": kind, **given} for kind in kinds]
    made = rpc.create("account.statement.journal", rows)
    return dict(zip(kinds, map(str, made), strict=True))


def row(amount: str, means: str, number: str, kind: DocumentKind, **more: Any) -> Row:
    paid, token = books.settlement(amount, means, **more)
    return paid, token, books.CUSTOMER, number, kind


@pytest.mark.spec("ORD-22")
@pytest.mark.pitfall("PB-58")
def test_invoices_are_paid_in_whole_in_part_and_back(erp: TrytonConnector, rpc: Rpc, journals: dict[str, str]) -> None:
    goods = [line(SHIPPING, quantity="1", price="100", vat=SERVICES)]
    kinds = (INVOICE, INVOICE, INVOICE, CREDIT_NOTE, ORDER)
    # Invoices are numbered in the order of their dates, and other tests have made some of today.
    today = dt.datetime.now(ZoneInfo("Europe/Paris")).date()
    sent = books.with_tokens([books.document(erp, kind, goods, date=today) for kind in kinds])
    assert erp.submission(erp.submit_documents(sent), [t.key for _, t in sent]).refused == ()
    found = erp.find_documents([t for _, t in sent])
    parts, above, open_, credit, order = (found[t.token].number for _, t in sent)
    count, amount, balance = journals["number_of_lines"], journals["amount"], journals["balance"]
    rows = [
        row("50", count, parts, INVOICE),
        row("70", balance, parts, INVOICE),
        row("130", amount, above, INVOICE, currency="EUR"),
        row("20", balance, open_, INVOICE),
        row("120", amount, credit, CREDIT_NOTE),
        row("30", count, order, ORDER),
        row("1", count, "no such number", INVOICE),
        row("1", "99999", parts, INVOICE),
        row("1", count, order, ORDER, currency="USD"),
    ]
    before = erp.calls
    report = erp.submission(erp.submit_settlements(rows), [r[0].key for r in rows])
    assert erp.calls - before <= 16, "a few calls for all"
    codes = {r.key: r.code for r in report.refused}
    assert codes == {
        rows[6][0].key: "tryton.no_invoice", rows[7][0].key: "tryton.no_journal",
        rows[8][0].key: "tryton.journal_currency",
    }  # fmt: skip
    settled = erp.find_settlements([r[1] for r in rows])
    assert set(settled) == {r[1].token for r in rows[:6]}

    states = {
        r["number"]: (r["state"], r["amount_to_pay"])
        for r in rpc.read("account.invoice", [["party.code", "=", books.CUSTOMER], ["number", "!=", None]],
                          ["number", "state", "amount_to_pay"])
    }  # fmt: skip
    assert states[parts] == states[above] == states[credit] == ("paid", 0)
    assert states[open_] == ("posted", Decimal(100))
    open_credits = [["reconciliation", "=", None], ["party.code", "=", books.CUSTOMER], ["credit", ">", 0]]
    on_account = rpc.read("account.move.line", [["account.code", "=", "4111"], *open_credits], ["credit"])
    assert {Decimal(10), Decimal(20), Decimal(30)} <= {r["credit"] for r in on_account}, "beyond, part, deposit"

    before = erp.calls
    erp.submit_settlements(rows[:6])
    assert erp.calls == before + 1, "one look-up"
    second = [row("5", balance, order, ORDER)]
    assert not erp.submission(erp.submit_settlements(second), [second[0][0].key]).refused, "the balance goes on"


def test_statement_that_a_person_has_written_into_is_left(
    erp: TrytonConnector, rpc: Rpc, journals: dict[str, str]
) -> None:
    mine = row("8", journals["number_of_lines"], "", ORDER)
    account = rpc.one("account.account", [["code", "=", "4111"]])
    party = rpc.one("party.party", [["code", "=", books.CUSTOMER]])
    line_ = {"date": books.DAY, "amount": Decimal(8), "party": party, "account": account}
    statement = {
        "name": "Atoo-Sync essai", "journal": int(journals["number_of_lines"]), "date": books.DAY, "number_of_lines": 2,
        "lines": [["create", [{**line_, "number": mine[1].token}, {**line_, "number": "saisie"}]]],
    }  # fmt: skip
    (made,) = rpc.create("account.statement", [statement])
    report = erp.submission(erp.submit_settlements([mine]), [mine[0].key])
    assert [r.code for r in report.refused] == ["tryton.statement_changed"]
    assert not erp.find_settlements([mine[1]])
    assert rpc.read("account.statement", [["id", "=", made]], ["state"])[0]["state"] == "draft"


def test_refused_settlement_stops_no_other(erp: TrytonConnector, journals: dict[str, str], rpc: Rpc) -> None:
    rows = [row("3", journals["balance"], "", ORDER) for _ in range(3)]
    old = replace(rows[1][0], date=dt.date(2019, 1, 2))
    rows[1] = (old, *rows[1][1:])
    report = erp.submission(erp.submit_settlements(rows), [r[0].key for r in rows])
    assert [r.key for r in report.refused] == [old.key]
    assert "2019" in report.refused[0].text
    assert set(erp.find_settlements([r[1] for r in rows])) == {rows[0][1].token, rows[2][1].token}
    assert not rpc.read("account.statement.line", [["number", "=", rows[1][1].token]], ["amount"]), "no draft is left"
