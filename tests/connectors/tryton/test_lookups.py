"""What is found again, and how far documents have come (ORD-24)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.connectors.erps.tryton import lookups
from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.connectors.erps.tryton.lookups import kind_text, sale_of
from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.model.i18n import Message
from atoosync_lab.sandbox.tryton.rpc import Rpc
from atoosync_lab.sandbox.tryton.server import TrytonServer
from tests.connectors.tryton import books
from tests.connectors.tryton.books import SERVICES, SHIPPING, line
from tests.connectors.tryton.connecting import started

TOKEN = "0123456789ABCD"


def row(kind: DocumentKind | None, state: str, **parts: Any) -> dict[str, Any]:
    """A sale as `search_read` gives it."""
    related = {f"{name}.": [{"id": 1, "state": s} for s in states] for name, states in parts.items()}
    description = kind_text(kind) if kind else "Ma commande"
    named = {"number": "S1", "reference": f"WEB 7 [{TOKEN}]", "description": description}
    return {"id": 7, "state": state, **named, **related}


INVOICE, NOTE, QUOTE, ORDER = (
    DocumentKind.INVOICE, DocumentKind.DELIVERY_NOTE, DocumentKind.QUOTE, DocumentKind.ORDER,
)  # fmt: skip


@pytest.fixture(scope="module")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonServer]:
    """A server of its own: an invoice that is posted today bars those that other tests date earlier."""
    with started(tmp_path_factory.mktemp("tryton")) as server:
        yield server


@pytest.mark.parametrize(
    ("kind", "state", "parts", "complete"),
    [
        (QUOTE, "draft", {}, False),
        (QUOTE, "quotation", {}, True),
        (ORDER, "quotation", {}, False),
        (ORDER, "confirmed", {}, False),
        (ORDER, "processing", {"shipments": ["waiting"], "invoices": ["draft"]}, True),
        (NOTE, "processing", {"shipments": ["waiting"]}, False),
        (NOTE, "processing", {"shipments": ["done", "packed"]}, False),
        (NOTE, "processing", {"shipments": ["done"]}, True),
        (NOTE, "processing", {}, True),
        (INVOICE, "processing", {"shipments": ["done"]}, False),
        (INVOICE, "processing", {"shipments": ["done"], "invoices": ["draft"]}, False),
        (INVOICE, "processing", {"shipments": ["picked"], "invoices": ["posted"]}, False),
        (INVOICE, "done", {"shipments": ["done"], "invoices": ["paid"]}, True),
        (DocumentKind.CREDIT_NOTE, "processing", {"shipment_returns": ["received"], "invoices": ["posted"]}, False),
        (DocumentKind.CREDIT_NOTE, "processing", {"shipment_returns": ["done"], "invoices": ["posted"]}, True),
        (INVOICE, "cancelled", {}, True),
        (None, "quotation", {}, True),
        (None, "draft", {}, False),
    ],
)
@pytest.mark.spec("ORD-10")
def test_a_document_is_complete_in_the_state_of_its_kind(
    kind: DocumentKind | None, state: str, parts: dict[str, list[str]], complete: bool
) -> None:
    sale = sale_of(row(kind, state, **parts))
    assert sale.token == TOKEN
    assert sale.kind is kind
    assert sale.complete() is complete


@pytest.fixture(scope="module")
def rpc(tryton: TrytonServer) -> Iterator[Rpc]:
    with tryton.rpc() as rpc:
        yield rpc


@pytest.mark.spec("ORD-24")
def test_how_far_a_person_has_brought_documents(erp: TrytonConnector, rpc: Rpc) -> None:
    service = [line(SHIPPING, quantity="1", vat=SERVICES)]
    sent = books.with_tokens([
        books.document(erp, QUOTE, service),
        books.document(erp, QUOTE, service),
        books.document(erp, ORDER, service),
        books.document(erp, ORDER, [line(quantity="1")]),
        books.document(erp, ORDER, service),
    ])  # fmt: skip
    erp.submit_documents(sent)
    found = erp.find_documents([t for _, t in sent])
    numbers = [found[t.token].number for _, t in sent]
    assert erp.documents_after(numbers) == {}
    sales = [books.sale(rpc, t) for _, t in sent]
    rpc.call("model.sale.sale.confirm", [sales[1]["id"]])
    invoices = sales[2]["invoices"]
    rpc.call("model.account.invoice.post", invoices)
    shipments = sales[3]["shipments"]
    state = rpc.read("stock.shipment.out", [["id", "in", shipments]], ["state"])[0]["state"]
    for action in (*(["wait"] if state == "draft" else []), "assign_force", "pick", "pack", "do"):
        rpc.call(f"model.stock.shipment.out.{action}", shipments)
    assert erp.documents_after([*numbers, "no such number"]) == {
        numbers[1]: ORDER, numbers[2]: INVOICE, numbers[3]: NOTE,
    }  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_reason_of_a_refusal_has_a_sentence(language: str) -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(lookups.__file__).parent.glob("*.py")]
    codes = {code for source in sources for code in re.findall(r'(?:say|Error)\(\s*[^()]*?"(tryton\.[a-z_]+)"', source)}
    assert {"tryton.no_product", "tryton.no_invoice", "tryton.broken_off", "tryton.no_country"} <= codes
    for code in codes:
        assert Message(code).text(language) != code, code


@pytest.mark.spec("ORD-10")
def test_look_ups_take_a_hundred_tokens_a_call(erp: TrytonConnector) -> None:
    tokens = [books.token(books.fresh()) for _ in range(150)]
    before = erp.calls
    assert erp.find_documents(tokens) == {}
    assert erp.calls == before + 2
    assert erp.calls_for("document", 0) == 0
    assert erp.calls_for("document", 100) > erp.calls_for("customer", 100)
