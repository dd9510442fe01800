"""PDF exports of sale documents."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.sandbox.ebp.helpers import DOCUMENT_TITLES, FOLDER, Api, csv_file, document_row

pytestmark = pytest.mark.spec("BEY-10")
EXPORT = "/export/api/v1"


@pytest.fixture
def invoice(api: Api) -> str:
    """Number of a fresh invoice."""
    number = f"FA{uuid4().int % 10**8:08d}"
    titles = [*DOCUMENT_TITLES, "Document - Numéro du document"]
    row = [*document_row("EXPORT (1)", type="2", price="1234,50"), number]
    assert api.run("SaleDocument", csv_file(titles, row))["accepted"] == 1
    return number


def order(api: Api, kind: str, number: str, folder: str = FOLDER) -> str:
    body = {"kind": kind, "entityId": number, "folderId": folder}
    answer = api.http.post(f"{EXPORT}/CreateExport/Pdf", json=body)
    assert answer.status_code == 202
    found: str = answer.json()["exportId"]
    return found


def test_invoice_comes_as_a_real_pdf(api: Api, invoice: str) -> None:
    export_id = order(api, "SaleInvoice", invoice)
    assert api.http.get(f"{EXPORT}/Status", params={"exportId": export_id}).json()["status"] == "Completed"
    answer = api.http.get(f"{EXPORT}/Result", params={"exportId": export_id})
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.4")
    assert f"(Facture {invoice})".encode() in answer.content
    assert "(Total TTC : 1 481,40 EUR)".encode("cp1252") in answer.content
    assert b"EXPORT \\(1\\)" in answer.content
    start = int(re.search(rb"startxref\n(\d+)\n", answer.content)[1])  # type: ignore[index]
    assert answer.content[start : start + 4] == b"xref"
    offsets = [int(each) for each in re.findall(rb"(\d{10}) 00000 n", answer.content)]
    for number, offset in enumerate(offsets, 1):
        assert answer.content[offset:].startswith(f"{number} 0 obj".encode())


def test_export_is_not_ready_at_once(api: Api, invoice: str) -> None:
    api.settings(speed=1, calls_per_second=0)
    export_id = order(api, "SaleInvoice", invoice)
    assert api.http.get(f"{EXPORT}/Status", params={"exportId": export_id}).json()["status"] == "Waiting"
    assert api.http.get(f"{EXPORT}/Result", params={"exportId": export_id}).status_code == 404


def test_export_of_an_absent_document_fails(api: Api, invoice: str) -> None:
    for kind, number in (("SaleInvoice", "FA-ABSENT"), ("SaleOrder", invoice)):
        export_id = order(api, kind, number)
        assert api.http.get(f"{EXPORT}/Status", params={"exportId": export_id}).json()["status"] == "OperationError"
        assert api.http.get(f"{EXPORT}/Result", params={"exportId": export_id}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "Facture", "entityId": "FA1", "folderId": FOLDER}, 400),
        ({"kind": "SaleInvoice", "entityId": "", "folderId": FOLDER}, 400),
        ({"kind": "SaleInvoice", "entityId": "FA1", "folderId": "1"}, 404),
        ([], 400),
    ],
)
def test_bad_export_request_is_refused(api: Api, body: object, status: int) -> None:
    assert api.http.post(f"{EXPORT}/CreateExport/Pdf", json=body).status_code == status


def test_unknown_export_is_404(api: Api) -> None:
    assert api.http.get(f"{EXPORT}/Status", params={"exportId": "x"}).status_code == 404
