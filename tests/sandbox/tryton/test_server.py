"""The real server on the demonstration's database: what it holds, what it posts, how long a document may be."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.sandbox.data.demo.catalogue import ACTIVE, articles
from atoosync_lab.sandbox.data.demo.people import people
from atoosync_lab.sandbox.tryton import accounting
from atoosync_lab.sandbox.tryton.rpc import Rpc, TrytonRpcError
from atoosync_lab.sandbox.tryton.server import TrytonServer

DAY = dt.date(2026, 3, 2)
LONG = 700


@pytest.fixture(scope="module")
def rpc(tryton: TrytonServer) -> Iterator[Rpc]:
    with tryton.rpc() as signed_in:
        yield signed_in


@pytest.fixture(scope="module")
def sale(rpc: Rpc) -> dict[str, Any]:
    """What every sale of these tests states."""
    [buyer] = rpc.read("party.party", [("code", "=", "CLI00004")], ["addresses"])
    address = buyer["addresses"][0]
    return {
        "party": buyer["id"],
        "invoice_address": address,
        "shipment_address": address,
        "warehouse": rpc.one("stock.location", [("code", "=", "DEP1")]),
        "company": rpc.context["company"],
        "currency": rpc.one("currency.currency", [("code", "=", "EUR")]),
        "sale_date": DAY,
        "invoice_method": "order",
        "shipment_method": "order",
        "shipment_cost_method": None,
    }


@pytest.fixture(scope="module")
def line(rpc: Rpc) -> dict[str, Any]:
    """A line of one article at 20 %."""
    [product] = rpc.read("product.product", [("code", "=", "TABLIER-01")], ["default_uom", "account_category"])
    [category] = rpc.read("product.category", [("id", "=", product["account_category"])], ["customer_taxes_used"])
    return {
        "type": "line",
        "product": product["id"],
        "unit": product["default_uom"],
        "quantity": 2.0,
        "unit_price": Decimal("49.90"),
        "taxes": [("add", category["customer_taxes_used"])],
    }


def test_articles_are_those_of_the_other_erp(rpc: Rpc) -> None:
    rows = rpc.read("product.product", [("active", "in", [True, False])], ["code", "active", "list_price", "type"])
    found = {row["code"]: row for row in rows if not row["code"].startswith("TRANSP")}
    wanted = {article.key: article for article in articles()}
    assert found.keys() == wanted.keys()
    for code, article in wanted.items():
        row = found[code]
        assert row["list_price"] == article.price.quantize(Decimal("0.0001")), code
        assert row["active"] == (article.state == ACTIVE), code
        assert row["type"] == ("service" if article.service else "goods"), code


def test_stock_lies_where_the_other_erp_has_it(rpc: Rpc) -> None:
    wanted = {article.key: article for article in articles() if article.tracked and article.state == ACTIVE}
    for warehouse, name in (("DEP1", "main"), ("DEP2", "second")):
        place = rpc.one("stock.location", [("code", "=", warehouse)])
        when = {"locations": [place], "stock_date_end": dt.date(2027, 12, 31)}
        rows = rpc.read("product.product", [], ["code", "quantity", "forecast_quantity"], **when)
        found = {row["code"]: row for row in rows}
        for code, article in wanted.items():
            real = Decimal(str(found[code]["quantity"]))
            assert real == getattr(article, name), (warehouse, code)
            forecast = Decimal(str(found[code]["forecast_quantity"]))
            moving = article.incoming - article.ordered if name == "main" else 0
            assert forecast == real + moving, (warehouse, code)


def test_customers_are_those_of_the_other_erp(rpc: Rpc) -> None:
    rows = rpc.read("party.party", [("active", "in", [True, False]), ("code", "like", "CLI%")], ["code", "active"])
    known = {person.code: not person.inactive for person in people() if person.known}
    assert {row["code"]: row["active"] for row in rows} == known


def test_the_database_can_be_read_beside_the_server(tryton: TrytonServer, rpc: Rpc) -> None:
    with closing(sqlite3.connect(f"file:{tryton.sqlite_path}?mode=ro", uri=True)) as database:
        [count] = database.execute("SELECT count(*) FROM party_party").fetchone()
    assert count == len(rpc.read("party.party", [("active", "in", [True, False])], ["id"]))


def test_books_of_a_posted_sale_are_told_twice_alike(rpc: Rpc, sale: dict[str, Any], line: dict[str, Any]) -> None:
    """The ledger and the French export, which Tryton makes by different ways, say the same."""
    [number] = rpc.create("sale.sale", [{**sale, "lines": [("create", [line])]}])
    for action in ("quote", "confirm", "process"):
        rpc.call(f"model.sale.sale.{action}", [number])
    [read] = rpc.read("sale.sale", [("id", "=", number)], ["invoices", "total_amount"])
    assert read["total_amount"] == Decimal("119.76")
    rpc.write("account.invoice", read["invoices"], {"invoice_date": DAY})
    rpc.call("model.account.invoice.post", read["invoices"])
    expected = {"4111": Decimal("119.76"), "44571": Decimal("-19.96"), "7071": Decimal("-99.80")}
    assert accounting.trial_balance(rpc, "2026") == expected
    told: dict[str, Decimal] = {}
    for row in accounting.fec(rpc, "2026"):
        amount = Decimal(row["Debit"].replace(",", ".")) - Decimal(row["Credit"].replace(",", "."))
        told[row["CompteNum"]] = told.get(row["CompteNum"], Decimal(0)) + amount
    assert told == expected
    assert accounting.trial_balance(rpc, "2025") == {}
    with pytest.raises(LookupError):
        accounting.fiscal_year(rpc, "1999")


def test_a_document_of_hundreds_of_lines_passes(rpc: Rpc, sale: dict[str, Any], line: dict[str, Any]) -> None:
    lines = [{**line, "unit_price": Decimal(number) / 100} for number in range(1, LONG + 1)]
    [number] = rpc.create("sale.sale", [{**sale, "lines": [("create", lines)]}])
    rpc.call("model.sale.sale.quote", [number])
    [read] = rpc.read("sale.sale", [("id", "=", number)], ["state", "untaxed_amount", "line_lines"])
    assert read["state"] == "quotation"
    assert len(read["line_lines"]) == LONG
    assert read["untaxed_amount"] == 2 * sum(Decimal(number) for number in range(1, LONG + 1)) / 100


def test_a_refused_call_tells_the_servers_words(rpc: Rpc) -> None:
    with pytest.raises(TrytonRpcError) as caught:
        rpc.create("party.party", [{"name": "Two", "code": "CLI00004"}])
    assert caught.value.kind == "UserError"
