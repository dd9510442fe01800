"""Sendings that break off at every step: what is sent again is gone on with, and nothing is there twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.connectors.base import SubmissionState, Token
from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.model.errors import OutcomeUnknownError, UnsentError
from atoosync_lab.sandbox.tryton.rpc import Rpc
from atoosync_lab.sandbox.tryton.server import TrytonServer
from tests.connectors.tryton import books
from tests.connectors.tryton.books import SERVICES, SHIPPING, line
from tests.connectors.tryton.connecting import connect

Act = Callable[..., Any]
MOST_SENDINGS = 40


@pytest.fixture(scope="module")
def rpc(tryton: TrytonServer) -> Iterator[Rpc]:
    with tryton.rpc() as rpc:
        yield rpc


class Breaking:
    """Breaks each write of a connector before it passes: its request is lost, or the answer of what was done.

    Creating breaks both ways, one after the other; of the other writes the one breaks this way and the next that way.

    Args:
        act: sends the writes.
    """

    def __init__(self, act: Act) -> None:
        self._act = act
        self._ways: dict[str, list[str]] = {}

    @property
    def broken(self) -> set[str]:
        """The writes that have broken."""
        return set(self._ways)

    def __call__(self, method: str, *params: Any, **more: Any) -> Any:
        if method.startswith("res.user.warning"):
            return self._act(method, *params, **more)
        if method not in self._ways:
            one = "answer" if len(self._ways) % 2 else "request"
            self._ways[method] = ["request", "answer"] if method.endswith(".create") else [one]
        ways = self._ways[method]
        if not ways:
            return self._act(method, *params, **more)
        if ways.pop(0) == "answer":
            self._act(method, *params, **more)
        raise OutcomeUnknownError("http.timeout", host="erp", operation=method)


def send_until_taken(erp: TrytonConnector, send: Callable[[], str], complete: Callable[[], bool]) -> set[str]:
    """Send again, each time broken once more, until it is taken; the writes that broke.

    Nothing of an earlier sending is known to a later one but what the server holds, as for another process.
    """
    act: Act = erp._client.act
    breaking = Breaking(act)
    erp._client.act = breaking  # type: ignore[method-assign]
    try:
        for _ in range(MOST_SENDINGS):
            assert not complete(), "what is unfinished is not found"
            try:
                submission = send()
            except OutcomeUnknownError:
                if complete():
                    return breaking.broken
                continue
            assert erp.submission(submission, []).state is SubmissionState.COMPLETED
            return breaking.broken
    finally:
        erp._client.act = act  # type: ignore[method-assign]
    raise AssertionError(f"never taken: {breaking.broken}")


@pytest.mark.spec("ORD-10", "ORD-33")
@pytest.mark.pitfall("PB-20")
def test_documents_broken_off_at_each_step_are_gone_on_with(erp: TrytonConnector, rpc: Rpc) -> None:
    sent = books.with_tokens([
        books.document(erp, DocumentKind.INVOICE, [line(quantity="1")]),
        books.document(erp, DocumentKind.CREDIT_NOTE, [line(quantity="2")]),
    ])  # fmt: skip
    tokens = [t for _, t in sent]
    steps = send_until_taken(
        erp, lambda: erp.submit_documents(sent), lambda: len(erp.find_documents(tokens)) == len(tokens)
    )
    assert {
        "sale.sale.create", "sale.sale.quote", "sale.sale.confirm",
        "account.invoice.write", "account.invoice.validate_invoice", "account.invoice.post",
        "stock.shipment.out.pick", "stock.shipment.out.pack", "stock.shipment.out.do",
        "stock.shipment.out.return.receive", "stock.shipment.out.return.do",
    } <= steps  # fmt: skip
    found = erp.find_documents(tokens)
    for (document, token), goods in zip(sent, ("shipments", "shipment_returns"), strict=True):
        sale = books.sale(rpc, token)
        assert len(sale["invoices"]) == len(sale[goods]) == 1
        assert found[token.token].incl_tax == document.totals.incl_tax
        origins = [f"sale.line,{number}" for number in sale["lines"]]
        moves = rpc.read("stock.move", [["origin", "in", origins]], ["quantity", "state"])
        assert [(m["quantity"], m["state"]) for m in moves] == [(float(document.lines[0].quantity), "done")]


@pytest.mark.spec("ORD-10")
def test_what_is_there_is_not_sent_again(erp: TrytonConnector, rpc: Rpc) -> None:
    sent = books.with_tokens([books.document(erp, DocumentKind.QUOTE, [line()]) for _ in range(3)])
    erp.submit_documents(sent)
    before = erp.calls
    erp.submit_documents(sent)
    assert erp.calls == before + 1, "one look-up"
    for _, token in sent:
        books.sale(rpc, token)


def test_a_cancelled_document_is_left_to_the_person_who_cancelled_it(erp: TrytonConnector, rpc: Rpc) -> None:
    sent = books.with_tokens([books.document(erp, DocumentKind.QUOTE, [line()])])
    erp.submit_documents(sent)
    sale = books.sale(rpc, sent[0][1])
    rpc.call("model.sale.sale.cancel", [sale["id"]])
    erp.submit_documents(sent)
    assert books.sale(rpc, sent[0][1])["state"] == "cancelled"
    assert len(erp.find_documents([sent[0][1]])) == 1


@pytest.mark.spec("ORD-22")
@pytest.mark.pitfall("PB-19", "PB-20")
def test_settlement_broken_off_at_each_step_is_entered_once(erp: TrytonConnector, rpc: Rpc) -> None:
    paid, token = books.settlement("15.00", "1")
    row = (paid, token, books.CUSTOMER, "", DocumentKind.ORDER)
    steps = send_until_taken(erp, lambda: erp.submit_settlements([row]), lambda: bool(erp.find_settlements([token])))
    assert {"account.statement.create", "account.statement.validate_statement", "account.statement.post"} <= steps
    fields = ["amount", "statement.state", "move.state"]
    lines = rpc.read("account.statement.line", [["number", "=", token.token]], fields)
    assert [(r["amount"], r["statement."]["state"], r["move."]["state"]) for r in lines] == [
        (Decimal("15.00"), "posted", "posted")
    ]


@pytest.mark.spec("ORD-10")
def test_lost_answer_about_a_customer_makes_no_second_one(erp: TrytonConnector, rpc: Rpc) -> None:
    made, token = books.customer(nic="")
    sent = [(made, token)]
    send_until_taken(erp, lambda: erp.submit_customers(sent), lambda: bool(erp.find_customers([token])))
    assert len(rpc.read("party.party", [["code", "=", made.code]], ["name"])) == 1


@pytest.mark.spec("ORD-10")
def test_only_a_sending_of_which_nothing_was_written_is_told_as_unsent(tryton: TrytonServer, rpc: Rpc) -> None:
    connector = connect(tryton)
    sent = books.with_tokens([books.document(connector, DocumentKind.ORDER, [line()])])
    act: Act = connector._client.act

    def unreachable(at: str) -> Act:
        def call(method: str, *params: Any, **more: Any) -> Any:
            if method == at:
                raise UnsentError("http.unreachable", host="erp")
            return act(method, *params, **more)

        return call

    connector._client.act = unreachable("sale.sale.create")  # type: ignore[method-assign]
    connector._client.create("party.category", [{"name": books.fresh("cat")}])
    with pytest.raises(UnsentError):
        connector.submit_documents(sent)
    assert not rpc.read("sale.sale", [["reference", "=", sent[0][1].reference]], ["state"])
    connector._client.act = unreachable("sale.sale.confirm")  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknownError) as caught:
        connector.submit_documents(sent)
    assert caught.value.code == "tryton.broken_off"
    assert not connector.find_documents([sent[0][1]])
    connector._client.act = act  # type: ignore[method-assign]
    connector.submit_documents(sent)
    assert connector.find_documents([sent[0][1]])
    connector.close()


def test_refused_step_leaves_the_document_to_be_gone_on_with(erp: TrytonConnector, rpc: Rpc) -> None:
    """No fiscal year: the invoice cannot be posted. A day to come: Tryton asks, and only a person may say yes."""
    good = books.document(erp, DocumentKind.INVOICE, [line(SHIPPING, quantity="1", vat=SERVICES)])
    old = replace(good, key=books.fresh(), date=dt.date(2019, 5, 4))
    late = replace(good, key=books.fresh(), date=dt.date(2027, 12, 30))
    sent = books.with_tokens([old, good, late])
    keys = [d.key for d, _ in sent]
    report = erp.submission(erp.submit_documents(sent), keys)
    assert {r.key: r.code for r in report.refused} == {old.key: "UserError", late.key: "UserWarning"}
    assert "2019" in next(r.text for r in report.refused if r.key == old.key)
    assert set(erp.find_documents([t for _, t in sent])) == {sent[1][1].token}
    sale = books.sale(rpc, sent[0][1])
    assert sale["state"] == "processing"
    again = erp.submission(erp.submit_documents(sent), keys)
    assert {r.key for r in again.refused} == {old.key, late.key}
    assert books.sale(rpc, sent[0][1])["invoices"] == sale["invoices"]


def test_report_of_another_process_is_unknown(erp: TrytonConnector) -> None:
    assert erp.submission("of-another-process", ["1"]).state is SubmissionState.UNKNOWN


def test_server_failure_of_one_record_is_told_of_that_record_alone(erp: TrytonConnector, rpc: Rpc) -> None:
    """The server's program fails in a step of a batch; the halves pass but for the one document."""
    sent = books.with_tokens([books.document(erp, DocumentKind.QUOTE, [line()]) for _ in range(4)])
    act: Act = erp._client.act
    fails = sent[2][1].reference

    def call(method: str, *params: Any, **more: Any) -> Any:
        if method == "sale.sale.quote":
            rows = rpc.read("sale.sale", [["id", "in", params[0]]], ["reference"])
            if any(row["reference"] == fails for row in rows):
                raise OutcomeUnknownError("tryton.crashed", operation=method, text="KeyError")
        return act(method, *params, **more)

    erp._client.act = call  # type: ignore[method-assign]
    try:
        report = erp.submission(erp.submit_documents(sent), [d.key for d, _ in sent])
    finally:
        erp._client.act = act  # type: ignore[method-assign]
    assert [r.key for r in report.refused] == [sent[2][0].key]
    tokens: list[Token] = [t for _, t in sent]
    assert set(erp.find_documents(tokens)) == {t.token for t in tokens if t is not tokens[2]}
