"""Merge fields of document references and settlement labels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.mapping.templates import fields, preview, render
from atoosync_lab.model.i18n import LANGUAGES, translate

VALUES = {"OI": "187", "OR": "XKBKNABJK", "CF": "John", "CL": "DOE", "CC": "", "IN": "FA12", "DT": "25/11/2026"}


@pytest.mark.spec("ORD-02")
def test_reference_template_of_the_manual_gives_its_example() -> None:
    assert render("Web %OI - %CF %CL", VALUES) == "Web 187 - John DOE"


@pytest.mark.spec("ORD-02")
def test_every_field_is_filled_in() -> None:
    assert render("%OI|%OR|%CF|%CL|%CC|%IN|%DT", VALUES) == "187|XKBKNABJK|John|DOE||FA12|25/11/2026"


@pytest.mark.spec("ORD-02")
@pytest.mark.parametrize("text", ["%ZZ", "remise 5 %", "%", "%%", "%o", "%oi"])
def test_what_is_no_field_is_left_as_it_is(text: str) -> None:
    assert render(text, VALUES) == text


@pytest.mark.spec("ORD-02")
def test_empty_values_leave_no_doubled_blanks() -> None:
    assert render(" Web %OI  %CC %CL ", VALUES) == "Web 187 DOE"
    assert render("a%CFb", {}) == "ab"


@pytest.mark.spec("ORD-02")
def test_a_customer_called_like_a_field_is_not_filled_in_again() -> None:
    assert render("%CF %CL", {"CF": "%OI", "CL": "%%CF", "OI": "187"}) == "%OI %%CF"


@pytest.mark.spec("ORD-02")
def test_preview_shows_the_examples_of_the_insert_list() -> None:
    assert preview("Web %OI - %CF %CL") == "Web 187 - John DOE"
    for field in fields():
        assert preview(field.token) == field.example


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_a_name(language: str) -> None:
    assert all(translate(field.label, language=language) != field.label for field in fields())


@given(st.text(), st.dictionaries(st.sampled_from(sorted(VALUES)), st.text()))
def test_rendering_is_one_line_without_doubled_blanks(template: str, values: dict[str, str]) -> None:
    text = render(template, values)
    assert text == " ".join(text.split())
