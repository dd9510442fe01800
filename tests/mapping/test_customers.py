"""Codes and names of ERP customers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.mapping.customers import customer_code, cut, strip_accents, upper
from atoosync_lab.model.errors import InvalidRecordError


@pytest.mark.spec("CLI-25")
@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Éloïse Çà et là", "Eloise Ca et la"),
        ("Cœur Æther", "Coeur AEther"),
        ("12 bis, rue de l’Église n° 3", "12 bis, rue de l’Eglise n° 3"),
        ("e\u0301te\u0301", "ete"),
        ("Straße Ørsted Łódź", "Strasse Orsted Lodz"),
        ("がぎ", "がぎ"),
        ("Dupont", "Dupont"),
    ],
)
def test_accents_are_stripped_from_latin_letters_only(text: str, plain: str) -> None:
    assert strip_accents(text) == plain


@pytest.mark.spec("CLI-25")
def test_upper_case_keeps_accents_on_capitals() -> None:
    assert upper("Hélène d'Œuvre-Ça") == "HÉLÈNE D'ŒUVRE-ÇA"
    assert upper(strip_accents("Hélène d'Œuvre")) == "HELENE D'OEUVRE"


@given(st.text())
def test_stripping_accents_twice_changes_nothing_more(text: str) -> None:
    once = strip_accents(text)
    assert strip_accents(once) == once


@pytest.mark.spec("CLI-21")
@pytest.mark.parametrize(
    ("prefix", "length", "shop_id", "code"),
    [("WEB", 10, "187", "WEB0000187"), ("", 4, "7", "0007"), ("C", 4, "123", "C123"), ("WEB", 0, "187", "WEB187")],
)
def test_customer_code_is_prefix_zeros_and_id(prefix: str, length: int, shop_id: str, code: str) -> None:
    assert customer_code(prefix, length, shop_id) == code


@pytest.mark.spec("CLI-21")
def test_customer_code_is_refused_rather_than_cut() -> None:
    with pytest.raises(InvalidRecordError) as caught:
        customer_code("WEB", 5, "187")
    assert caught.value.code == "mapping.customer_code_too_long"
    assert "187" in str(caught.value)
    assert "6 caractères" in str(caught.value)


@pytest.mark.spec("CLI-21")
def test_customer_code_needs_an_id() -> None:
    with pytest.raises(InvalidRecordError, match=r"identifiant"):
        customer_code("WEB", 10, " ")


@pytest.mark.spec("CLI-21")
@given(st.integers(1, 10**7 - 1), st.integers(1, 10**7 - 1))
def test_two_customers_never_share_a_code(one: int, two: int) -> None:
    assert (customer_code("WEB", 10, str(one)) == customer_code("WEB", 10, str(two))) == (one == two)


@pytest.mark.parametrize(
    ("text", "length", "result"),
    [
        ("12 rue des Lilas", 40, "12 rue des Lilas"),
        ("12 rue des Lilas", 12, "12 rue des"),
        ("12 rue des Lilas", 10, "12 rue des"),
        ("Anticonstitutionnellement", 8, "Anticons"),
        ("a Anticonstitutionnellement", 10, "a Anticons"),
        ("cafe\u0301", 4, "caf"),
        ("  x  ", 1, "x"),
        ("abc", 0, ""),
    ],
)
def test_text_is_cut_at_a_word(text: str, length: int, result: str) -> None:
    assert cut(text, length) == result


@given(st.text(), st.integers(0, 50))
def test_cut_text_fits_and_is_a_beginning(text: str, length: int) -> None:
    short = cut(text, length)
    assert len(short) <= length
    assert text.strip().startswith(short)
