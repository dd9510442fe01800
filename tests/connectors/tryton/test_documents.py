"""Documents of every kind as a real Tryton keeps them: states, totals, entries, goods, addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from atoosync_lab.connectors.base import SubmissionReport, SubmissionState, Token
from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.model.documents import DocumentKind, FoundDocument, PostalAddress, SalesDocument
from atoosync_lab.sandbox.tryton.rpc import Rpc
from atoosync_lab.sandbox.tryton.server import TrytonServer
from tests.connectors.tryton import books
from tests.connectors.tryton.books import GOODS, HOME, MORE_GOODS, SERVICES, SHIPPING, line

OTHER_HOME = replace(HOME, address1="3 place Bellecour", address2="", contact_name="", contact_first_name="")


@dataclass(frozen=True)
class Sent:
    """A submission of one document of each kind and of bad ones among them."""

    documents: dict[str, tuple[SalesDocument, Token]]
    report: SubmissionReport
    found: dict[str, FoundDocument]
    rpc: Rpc

    def sale(self, name: str) -> dict[str, object]:
        return books.sale(self.rpc, self.documents[name][1])

    def document(self, name: str) -> FoundDocument:
        return self.found[self.documents[name][1].token]


@pytest.fixture(scope="module")
def rpc(tryton: TrytonServer) -> Iterator[Rpc]:
    with tryton.rpc() as rpc:
        yield rpc


@pytest.fixture(scope="module")
def sent(erp: TrytonConnector, rpc: Rpc) -> Sent:
    goods = [
        line(quantity="2", price="10.005", label="Libellé de la boutique"),
        line(MORE_GOODS, quantity="3", price="12.3456", discount_percent=Decimal(10)),
        line(SHIPPING, quantity="1", price="5", vat=SERVICES),
    ]
    made = {
        kind.value: books.document(erp, kind, goods, notes="Sonner deux fois\nMerci", payment_terms="11")
        for kind in DocumentKind
    }
    made["gesture"] = books.document(
        erp, DocumentKind.CREDIT_NOTE, [line(SHIPPING, quantity="1", price="7.50", vat=SERVICES)]
    )
    made["carried"] = books.document(
        erp, DocumentKind.ORDER, goods, number="WEB-2026-1", shipping_mode="1", warehouse="12", delivery=OTHER_HOME,
        customer=books.OTHER_CUSTOMER, currency="EUR",
    )  # fmt: skip
    made["customer out of use"] = books.document(erp, DocumentKind.QUOTE, goods, customer="CLI00007")
    made["unknown article"] = books.document(erp, DocumentKind.INVOICE, [line("999999")])
    made["unknown customer"] = books.document(erp, DocumentKind.INVOICE, goods, customer="PERSONNE")
    made["half a piece"] = books.document(erp, DocumentKind.QUOTE, [line(quantity="0.5")])
    made["five decimals"] = books.document(erp, DocumentKind.QUOTE, [line(quantity="1", price="1.23456")])
    documents = dict(zip(made, books.with_tokens(list(made.values())), strict=True))
    submission = erp.submit_documents(list(documents.values()))
    report = erp.submission(submission, [d.key for d, _ in documents.values()])
    return Sent(documents, report, erp.find_documents([t for _, t in documents.values()]), rpc)


@pytest.mark.spec("ORD-10")
@pytest.mark.pitfall("PB-58")
def test_bad_documents_are_named_and_stop_no_other(sent: Sent) -> None:
    assert sent.report.state is SubmissionState.COMPLETED
    names = {d.key: name for name, (d, _) in sent.documents.items()}
    said = {names[r.key]: (r.code, r.text) for r in sent.report.refused}
    assert set(said) == {"unknown article", "unknown customer", "half a piece"}
    assert said["unknown article"][0] == "tryton.no_product"
    assert "999999" in said["unknown article"][1]
    assert "PERSONNE" in said["unknown customer"][1]
    assert "0.5" in said["half a piece"][1]
    wanted = {t.token for name, (_, t) in sent.documents.items() if name not in said}
    assert set(sent.found) == wanted


@pytest.mark.spec("ORD-02")
def test_totals_are_those_the_planner_foresaw(sent: Sent) -> None:
    for document, token in sent.documents.values():
        found = sent.found.get(token.token)
        if found is not None:
            assert (found.excl_tax, found.incl_tax) == (document.totals.excl_tax, document.totals.incl_tax), document
            assert found.kind is document.kind


def test_each_kind_is_in_its_state(sent: Sent) -> None:
    states = {name: sent.sale(name)["state"] for name in ("quote", "order", "delivery_note", "invoice", "credit_note")}
    assert states == {
        "quote": "quotation", "order": "processing", "delivery_note": "processing", "invoice": "processing",
        "credit_note": "processing",
    }  # fmt: skip
    assert not sent.sale("quote")["shipments"]
    shipments = {
        name: [
            row["state"]
            for row in sent.rpc.read("stock.shipment.out", [["id", "in", sent.sale(name)["shipments"]]], ["state"])
        ]
        for name in ("order", "delivery_note", "invoice")
    }
    assert shipments["delivery_note"] == shipments["invoice"] == ["done"]
    assert shipments["order"][0] in ("draft", "waiting"), "goods of an order wait for a person"


def test_goods_leave_and_come_back_on_the_day_of_the_document(sent: Sent) -> None:
    for name, sign in (("delivery_note", -1), ("invoice", -1), ("credit_note", 1)):
        lines = [f"sale.line,{number}" for number in sent.sale(name)["lines"]]
        rows = sent.rpc.read(
            "stock.move", [["origin", "in", lines]],
            ["product", "quantity", "state", "effective_date", "from_location.type", "to_location.type"],
        )  # fmt: skip
        moved = {
            row["product"]: row["quantity"] * (-1 if row["to_location."]["type"] == "customer" else 1) for row in rows
        }
        assert moved == {int(GOODS): 2 * sign, int(MORE_GOODS): 3 * sign}, "shipping is no piece of stock"
        assert {(row["state"], row["effective_date"]) for row in rows} == {("done", books.DAY)}


@pytest.mark.spec("ORD-33")
def test_gesture_without_goods_has_no_return(sent: Sent) -> None:
    sale = sent.sale("gesture")
    assert not sale["shipment_returns"]
    assert not sale["shipments"]
    assert sent.document("gesture").incl_tax == Decimal("9.00")


@pytest.mark.spec("ORD-33")
def test_invoice_and_credit_note_are_posted_and_balance_each_other(sent: Sent) -> None:
    entries = {}
    for name in ("invoice", "credit_note"):
        (invoice,) = sent.rpc.read(
            "account.invoice", [["id", "in", sent.sale(name)["invoices"]]],
            ["state", "number", "invoice_date", "move", "move.date", "move.state", "reference", "comment"],
        )  # fmt: skip
        assert invoice["state"] == "posted"
        assert invoice["number"] == sent.document(name).number
        assert invoice["invoice_date"] == invoice["move."]["date"] == books.DAY
        assert invoice["move."]["state"] == "posted"
        assert invoice["reference"] == sent.documents[name][1].reference
        assert invoice["comment"] == "Sonner deux fois\nMerci"
        entries[name] = books.balances(sent.rpc, invoice["move"])
    total = sent.documents["invoice"][0].totals
    assert entries["invoice"]["4111"] == total.incl_tax
    assert sum(entries["invoice"].values()) == 0
    assert -sum(v for code, v in entries["invoice"].items() if code.startswith("7")) == total.excl_tax
    assert {code: -amount for code, amount in entries["invoice"].items()} == entries["credit_note"]


@pytest.mark.spec("ORD-13", "ORD-02")
def test_header_is_kept(sent: Sent) -> None:
    sale = sent.sale("carried")
    assert str(sale["description"]).endswith(" WEB-2026-1"), "the server lets nobody else give numbers"
    assert sale["number"] == sent.document("carried").number
    assert (sale["carrier"], sale["warehouse"], sale["sale_date"]) == (1, 12, books.DAY)
    assert len(sale["lines"]) == 3, "the carrier's cost is no line of Tryton's own"
    assert sent.sale("order")["payment_term"] == 11
    assert sent.sale("order")["comment"] == "Sonner deux fois\nMerci"


@pytest.mark.spec("ORD-18")
def test_lines_keep_label_price_and_discount(sent: Sent) -> None:
    rows = sent.rpc.read(
        "sale.line", [["id", "in", sent.sale("invoice")["lines"]]],
        ["description", "unit_price", "base_price", "quantity", "taxes", "product", "sequence"],
        order=(("sequence", "ASC"),),
    )  # fmt: skip
    assert [row["product"] for row in rows] == [int(GOODS), int(MORE_GOODS), int(SHIPPING)]
    assert rows[0]["description"] == "Libellé de la boutique"
    assert [row["unit_price"] for row in rows] == [Decimal("10.005"), Decimal("11.1110"), Decimal(5)]
    assert rows[1]["base_price"] == Decimal("12.3456")
    assert [row["taxes"] for row in rows] == [[1], [1], [2]]


@pytest.mark.spec("ORD-23")
def test_equal_addresses_are_used_again(sent: Sent, erp: TrytonConnector) -> None:
    first, second = sent.sale("order"), sent.sale("invoice")
    assert first["invoice_address"] == first["shipment_address"] == second["invoice_address"]
    (row,) = sent.rpc.read(
        "party.address", [["id", "=", first["invoice_address"]]],
        ["street", "postal_code", "city", "country.code", "attn", "party_name"],
    )  # fmt: skip
    assert (row["street"], row["postal_code"], row["city"]) == ("12 rue des Lilas\nbâtiment C", "69003", "Lyon")
    assert row["country."]["code"] == "FR"
    assert row["attn"] == "Inès Fléchard"
    before = len(sent.rpc.read("party.address", [], ["city"]))
    spaced = replace(HOME, address1=" 12  rue des LILAS", city="LYON")
    asked = books.with_tokens([
        books.document(erp, DocumentKind.QUOTE, [line()], invoicing=spaced, delivery=PostalAddress()),
        books.document(erp, DocumentKind.QUOTE, [line()], invoicing=HOME, delivery=OTHER_HOME),
        books.document(erp, DocumentKind.QUOTE, [line()], invoicing=PostalAddress(), delivery=PostalAddress()),
    ])  # fmt: skip
    erp.submit_documents(asked)
    assert len(erp.find_documents([t for _, t in asked])) == 3
    assert len(sent.rpc.read("party.address", [], ["city"])) == before + 1
    sales = [books.sale(sent.rpc, t) for _, t in asked]
    assert sales[0]["invoice_address"] == sales[0]["shipment_address"] == first["invoice_address"]
    assert sales[1]["shipment_address"] not in (None, first["invoice_address"])
    assert sales[2]["invoice_address"], "the customer's own"


def test_reference_holds_the_token_and_fits(erp: TrytonConnector) -> None:
    token = "0123456789ABCD"
    assert erp.reference_for("WEB 12", token) == f"WEB 12 [{token}]"
    assert erp.reference_for("", token) == f"[{token}]"
    long = erp.reference_for("  a\n b " * 60, token)
    assert len(long) <= 100
    assert long.startswith("a b a b")
    assert long.endswith(f" [{token}]")
