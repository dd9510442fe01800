"""Invoices whose own day has passed in the sequence that numbers them, on a real Tryton."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.sandbox.tryton.rpc import Rpc
from atoosync_lab.sandbox.tryton.server import TrytonServer
from tests.connectors.tryton import books
from tests.connectors.tryton.books import SERVICES, SHIPPING, line

EARLY, LATE = dt.date(2025, 11, 5), dt.date(2025, 11, 20)
"""Days of a fiscal year in which nobody else here invoices."""
INVOICE, CREDIT_NOTE = DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE


@pytest.fixture(scope="module")
def rpc(tryton: TrytonServer) -> Iterator[Rpc]:
    with tryton.rpc() as rpc:
        yield rpc


@pytest.mark.spec("ORD-02", "ORD-10", "ORD-33")
def test_invoice_older_than_the_newest_of_its_sequence_takes_the_day_of_that_one(
    erp: TrytonConnector, rpc: Rpc
) -> None:
    given = {
        "of the next year": (INVOICE, books.DAY),
        "late": (INVOICE, LATE),
        "early": (INVOICE, EARLY),
        "later": (INVOICE, LATE + dt.timedelta(days=1)),
        "credit note": (CREDIT_NOTE, EARLY),
    }
    lines = [line(SHIPPING, quantity="1", vat=SERVICES)]
    made = {name: books.document(erp, kind, lines, date=day) for name, (kind, day) in given.items()}
    sent = dict(zip(made, books.with_tokens(list(made.values())), strict=True))
    for together in (("of the next year", "late"), ("early", "later", "credit note")):
        submission = erp.submit_documents([sent[name] for name in together])
        assert erp.submission(submission, [made[name].key for name in together]).refused == ()
    found = erp.find_documents([token for _, token in sent.values()])
    dated = {name: found[token.token].dated for name, (_, token) in sent.items()}
    # The year after has invoices of later days, and credit notes are numbered apart: neither is in the way.
    assert dated == {name: LATE if name == "early" else day for name, (_, day) in given.items()}
    assert books.sale(rpc, sent["early"][1])["sale_date"] == EARLY
    numbers = [found[sent[name][1].token].number for name in ("late", "early", "later")]
    assert numbers == sorted(numbers)


@pytest.mark.spec("ORD-10")
def test_quote_and_order_have_no_day_of_an_invoice(erp: TrytonConnector) -> None:
    sent = books.with_tokens([books.document(erp, DocumentKind.QUOTE, [line()], date=EARLY)])
    erp.submit_documents(sent)
    (found,) = erp.find_documents([token for _, token in sent]).values()
    assert found.dated is None
