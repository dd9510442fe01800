"""Texts fitted to what a shop accepts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.mapping.rtf import clean_html
from atoosync_lab.mapping.texts import TextRules, check_reference, clean, slug
from atoosync_lab.model.errors import InvalidRecordError
from atoosync_lab.model.i18n import LANGUAGES

NAME = TextRules(max_length=128, forbidden="<>;=#{}")


def codes(value: str, rules: TextRules) -> list[str]:
    return [warning.code.rpartition(".")[2] for warning in clean(value, rules).warnings]


@pytest.mark.spec("ART-06")
@pytest.mark.pitfall("PB-33")
def test_forbidden_characters_are_removed_with_a_warning() -> None:
    result = clean("Câble Ø5 <10m> #2 {lot}", NAME)
    assert result.text == "Câble Ø5 10m 2 lot"
    assert [warning.params["characters"] for warning in result.warnings] == ["# < > { }"]


@pytest.mark.spec("ART-06")
@pytest.mark.pitfall("PB-33")
def test_name_too_long_is_cut_at_a_word_with_a_warning() -> None:
    name = "Perceuse visseuse sans fil " * 5 + "bleue"
    assert len(name) == 140
    result = clean(name, NAME)
    assert len(result.text) <= 128
    assert name.startswith(result.text + " ")
    assert codes(name, NAME) == ["cut"]
    assert "140" in str(result.warnings[0])
    assert "128" in str(result.warnings[0])


@pytest.mark.pitfall("PB-33")
def test_reference_too_long_is_refused_and_never_cut() -> None:
    rules = TextRules(max_length=64, forbidden="<>;={}")
    check_reference("R" * 64, rules)
    with pytest.raises(InvalidRecordError) as caught:
        check_reference("R" * 70, rules)
    assert caught.value.code == "mapping.reference.too_long"
    with pytest.raises(InvalidRecordError) as caught:
        check_reference("A=B", rules)
    assert caught.value.code == "mapping.reference.forbidden"


@pytest.mark.pitfall("PB-32")
def test_four_byte_characters_go_only_where_they_cannot_be_stored() -> None:
    assert clean("Merci ❤️🎁 !", TextRules()).text == "Merci ❤️🎁 !"
    result = clean("Merci ❤️🎁 !", TextRules(four_bytes=False))
    assert result.text == "Merci ❤️ !"
    assert [warning.code for warning in result.warnings] == ["mapping.text.four_bytes"]


@pytest.mark.pitfall("PB-32")
def test_text_garbled_in_the_past_is_reported_not_guessed() -> None:
    assert clean("CafÃ©", NAME).text == "CafÃ©"
    assert codes("CafÃ©", NAME) == ["garbled"]
    assert codes("SÃO PAULO, Ã part, café", NAME) == []


@pytest.mark.pitfall("PB-32")
def test_control_character_becomes_a_blank() -> None:
    assert clean("Ligne 1\x0bLigne 2", NAME).text == "Ligne 1 Ligne 2"
    assert clean("Ligne 1\nLigne  2", NAME).text == "Ligne 1 Ligne 2"
    assert clean("Ligne 1\nLigne  2", TextRules(single_line=False)).text == "Ligne 1\nLigne 2"


@pytest.mark.spec("ART-06")
def test_rtf_fills_a_name_as_text_and_a_description_as_html() -> None:
    source = r"{\rtf1\ansi {\b Caf\'e9}\par moulu}"
    assert clean(source, NAME).text == "Café moulu"
    assert clean(source, TextRules(html=True)).text == "<p><strong>Café</strong></p><p>moulu</p>"
    assert codes(source[:-1], NAME) == ["malformed"]


@pytest.mark.spec("ART-06")
def test_html_too_long_is_cut_at_a_word_and_stays_well_formed() -> None:
    source = "<p>Un texte <b>vraiment</b> long</p><p>et sa suite</p>"
    result = clean(source, TextRules(html=True, max_length=34))
    assert result.text == "<p>Un texte <b>vraiment</b></p>"
    assert codes(source, TextRules(html=True, max_length=34)) == ["cut"]


_pieces = st.sampled_from(
    ["<p>", "<b>", "</b>", "</p>", "mot", " ", "&", "<br>", "<ul>", "<li>", "é", "<a href='x y'>"]
)
_sources = st.one_of(st.text(), st.lists(_pieces).map("".join))


@given(_sources, st.integers(0, 60))
def test_cut_html_fits_and_is_clean(source: str, length: int) -> None:
    result = clean(source, TextRules(html=True, max_length=length)).text
    assert len(result) <= length
    assert clean_html(result) == result


@pytest.mark.pitfall("PB-32")
@pytest.mark.pitfall("PB-33")
@given(st.text(), st.integers(1, 40))
def test_cleaned_text_obeys_its_rules_and_stays_as_it_is(source: str, length: int) -> None:
    rules = TextRules(max_length=length, forbidden="<>;=#{}")
    result = clean(source, rules).text
    assert len(result) <= length
    assert not set(result) & set(rules.forbidden)
    assert result == " ".join(result.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_warning_has_a_sentence(language: str) -> None:
    sources = [
        ("{\\rtf1 x", NAME),
        ("CafÃ©", NAME),
        ("🎁", TextRules(four_bytes=False)),
        ("#", NAME),
        ("x" * 129, NAME),
    ]
    warnings = [warning for source, rules in sources for warning in clean(source, rules).warnings]
    assert len(warnings) == 5
    for warning in warnings:
        assert not re.search(r"mapping\.|\{\w+\}", warning.text(language))


@pytest.mark.spec("ART-06")
@pytest.mark.parametrize(
    ("text", "url"),
    [("Câble Ø5, 10 m", "cable-o5-10-m"), ("  L'Œuf -- dur ! ", "l-oeuf-dur"), ("日本", ""), ("", "")],
)
def test_url_has_small_letters_digits_and_hyphens(text: str, url: str) -> None:
    assert slug(text) == url


@given(st.text(), st.integers(1, 40))
def test_url_fits_and_is_its_own_url(text: str, length: int) -> None:
    url = slug(text, length)
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", url)
    assert len(url) <= length
    assert slug(url, length) == url
