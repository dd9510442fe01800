"""New customers as a real Tryton keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.model.sales import Customer
from atoosync_lab.sandbox.tryton.rpc import Rpc
from atoosync_lab.sandbox.tryton.server import TrytonServer
from tests.connectors.tryton import books
from tests.connectors.tryton.connecting import read_all

FIELDS = [
    "name", "account_receivable", "sale_price_list", "addresses.street", "addresses.city", "addresses.invoice",
    "addresses.delivery", "addresses.party_name", "addresses.attn", "contact_mechanisms.type",
    "contact_mechanisms.value", "identifiers.type", "identifiers.code", "identifiers.address",
]  # fmt: skip


@pytest.fixture(scope="module")
def rpc(tryton: TrytonServer) -> Iterator[Rpc]:
    with tryton.rpc() as rpc:
        yield rpc


@pytest.mark.spec("CLI-20", "CLI-22", "CLI-23")
@pytest.mark.pitfall("PB-58")
def test_customers_are_made_whole_and_bad_ones_named(erp: TrytonConnector, rpc: Rpc) -> None:
    company = books.customer(account="4111", price_category="1")
    person = books.customer(siren="", nic="", vat_number="", natural_person=True)
    person = (replace(person[0], delivery=person[0].invoicing), person[1])
    wrong_vat = books.customer(vat_number="FR00000000000", siren="", nic="")
    no_account = books.customer(account="999")
    sent = [company, person, no_account, wrong_vat]
    erp.warnings.clear()
    report = erp.submission(erp.submit_customers(sent), [c.key for c, _ in sent])
    assert [r.key for r in report.refused] == [no_account[0].key]
    found = erp.find_customers([t for _, t in sent])
    assert found == {t.token: c.code for c, t in (company, person, wrong_vat)}

    (row,) = rpc.read("party.party", [["code", "=", company[0].code]], FIELDS)
    assert row["account_receivable"]
    assert row["sale_price_list"] == 1
    kinds = {(a["city"], bool(a["invoice"]), bool(a["delivery"])) for a in row["addresses."]}
    assert kinds == {("Lyon", True, False), ("Grenoble", False, True)}
    depot = next(a for a in row["addresses."] if a["city"] == "Grenoble")
    assert (depot["party_name"], depot["attn"], depot["street"]) == ("Dépôt", "Léa Roy", "1 rue Basse")
    assert {m["type"] for m in row["contact_mechanisms."]} == {"email", "phone", "mobile"}
    numbers = {i["type"]: "".join(i["code"].split()) for i in row["identifiers."]}
    assert numbers == {"eu_vat": "FR44732829320", "fr_siren": "732829320", "fr_siret": "73282932000074"}

    (row,) = rpc.read("party.party", [["code", "=", person[0].code]], FIELDS)
    assert [(bool(a["invoice"]), bool(a["delivery"])) for a in row["addresses."]] == [(True, True)]
    assert not row["identifiers."]

    (row,) = rpc.read("party.party", [["code", "=", wrong_vat[0].code]], FIELDS)
    assert not row["identifiers."], "a wrong number is no reason to leave the order"
    assert [w.code for w in erp.warnings] == ["tryton.customer_bare"]
    assert "FR00000000000" in str(erp.warnings[0])

    again = erp.submission(erp.submit_customers([company, person]), [company[0].key, person[0].key])
    assert not again.refused
    read = {c.remote_id: c for c in read_all(erp, Scope.CUSTOMERS, Customer, ReadRequest())}
    assert read[company[0].code].siret == "73282932000074", "found again by CLI-20"


@pytest.mark.spec("CLI-21")
def test_a_new_customer_takes_documents_at_once(erp: TrytonConnector) -> None:
    made, token = books.customer(siren="", nic="", vat_number="")
    erp.submit_customers([(made, token)])
    sent = books.with_tokens([
        books.document(erp, DocumentKind.QUOTE, [books.line()], customer=made.code, invoicing=made.invoicing,
                       delivery=made.delivery),
    ])  # fmt: skip
    erp.submit_documents(sent)
    assert erp.find_documents([sent[0][1]])
