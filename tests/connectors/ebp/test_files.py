"""Import files: headings, numbers, dates, quotes."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.connectors.erps.ebp import csv_file, facts
from atoosync_lab.connectors.erps.ebp.customers import customer_file
from atoosync_lab.connectors.erps.ebp.documents import document_file
from atoosync_lab.connectors.erps.ebp.settlements import settlement_file
from atoosync_lab.model.documents import DocumentKind, DocumentLine, LineRole, Settlement
from tests.connectors.ebp.helpers import customer, document, token

pytestmark = pytest.mark.spec("ERP-01")


def _rows(content: bytes) -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";", strict=True))


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20), min_size=2, max_size=4))
def test_any_text_comes_back_from_the_file(texts: list[str]) -> None:
    content = csv_file.file_bytes(["a"] * len(texts), [csv_file.row(csv_file.cell(t) for t in texts)])
    assert next(csv.reader(io.StringIO(content.decode("utf-8-sig").split("\r\n", 1)[1]), delimiter=";")) == texts


def test_file_starts_with_a_byte_order_mark_and_ends_lines_with_crlf() -> None:
    content = document_file([(document(1), token(1))], with_key=True)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == 3
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_numbers_have_a_decimal_comma_and_six_decimals_at_most() -> None:
    numbers = ["1234567.5", "-0.50", "0", "1E+3", "0.1234567"]
    assert [csv_file.number(Decimal(n)) for n in numbers] == ["1234567,5", "-0,5", "0", "1000", "0,123457"]
    assert csv_file.day(date(2026, 1, 5)) == "05/01/2026"


def test_document_repeats_its_header_on_each_line() -> None:
    line = DocumentLine(
        role=LineRole.PRODUCT,
        item="A;1",
        label='Tasse "bleue"',
        quantity=Decimal("2"),
        unit_price=Decimal("-12.345678"),
        discount_percent=Decimal("5.5"),
        vat_id="v",
        vat_rate=Decimal(20),
    )
    shipping: dict[str, Any] = {"shipping_amount": Decimal("5.9"), "shipping_vat_id": "v"}
    order = replace(document(7, state="Accepté", **shipping), lines=(line, line))
    rows = _rows(document_file([(order, token(7))], with_key=True))
    assert len(rows) == 2
    first = rows[0]
    assert first["Document - Type"] == "4"
    assert first["Document - Date"] == "25/11/2026"
    assert first["Document - Clé Atoo"] == "00000000000007"
    assert first["Document - Frais de port HT"] == "5,9"
    assert first["Document - Frais de port TTC"] == ""
    assert first["Document - Nom (adresse) (livraison)"] == "Doe; John"
    assert first["Ligne - Code article"] == "A;1"
    assert first["Ligne - Description"] == 'Tasse "bleue"'
    assert first["Ligne - PV HT"] == "-12,345678"
    assert first["Ligne - PV TTC"] == ""
    assert first["Ligne - % remise"] == "5,5"
    assert {k: v for k, v in rows[1].items() if k.startswith("Document")} == {
        k: v for k, v in first.items() if k.startswith("Document")
    }


def test_tax_inclusive_document_carries_inclusive_prices() -> None:
    order = document(1, tax_inclusive=True, shipping_amount=Decimal(6), shipping_vat_id="v")
    row = _rows(document_file([(order, token(1))], with_key=True))[0]
    assert (row["Document - Facturation TTC"], row["Document - Frais de port TTC"]) == ("1", "6")
    assert (row["Ligne - PV HT"], row["Ligne - PV TTC"]) == ("", "10")


@pytest.mark.parametrize(("kind", "number"), [(k, str(n)) for k, n in facts.DOCUMENT_TYPES.items()])
def test_every_kind_has_its_number(kind: DocumentKind, number: str) -> None:
    assert _rows(document_file([(document(1, kind=kind), token(1))], with_key=False))[0]["Document - Type"] == number


@pytest.mark.spec("ORD-10")
def test_documents_that_the_erp_could_not_tell_apart_are_refused() -> None:
    twins = [(document(n), token(n, "Web")) for n in (1, 2)]
    with pytest.raises(ValueError, match="same reference"):
        document_file(twins, with_key=False)
    assert len(_rows(document_file(twins, with_key=True))) == 4


def test_more_records_than_a_file_takes_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 200"):
        document_file([(document(n), token(n)) for n in range(201)], with_key=True)


def test_key_heading_is_left_out_where_the_folder_lacks_the_field() -> None:
    assert "Client - Clé Atoo" not in _rows(customer_file([(customer("W1"), token(1))], with_key=False))[0]
    assert _rows(customer_file([(customer("W1"), token(1))], with_key=True))[0]["Client - NIC"] == "00074"


@pytest.mark.parametrize(
    ("kind", "as_deposit", "flag"),
    [(DocumentKind.ORDER, True, "1"), (DocumentKind.INVOICE, True, "0"), (DocumentKind.ORDER, False, "0")],
)
def test_settlement_before_the_invoice_is_a_deposit_when_so_set(
    kind: DocumentKind, as_deposit: bool, flag: str
) -> None:
    paid = Settlement(key="9", amount=Decimal("24.90"), date=date(2026, 11, 2), payment_means="CB", treasury="BNP")
    content = settlement_file([(paid, token(9), "CLI1", "CM1", kind)], with_key=True, as_deposit=as_deposit)
    row = _rows(content)[0]
    assert row["Règlement - Acompte"] == flag
    assert (row["Règlement - Montant"], row["Règlement - Date"]) == ("24,9", "02/11/2026")


def test_reference_with_token_fits_the_column_and_is_read_back() -> None:
    reference = facts.reference_with_token("x" * 100, "0123456789ABCD")
    assert len(reference) == facts.REFERENCE_LENGTH
    found = facts.TOKEN_IN_REFERENCE.search(reference)
    assert found is not None
    assert found[1] == "0123456789ABCD"
