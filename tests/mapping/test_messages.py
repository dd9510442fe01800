"""Every message of the room has its sentence, with the same fields, in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from atoosync_lab.model.i18n import LANGUAGES, LOCALE_DIR

CODE = re.compile(r'"(mapping\.[a-z_.]+)"')


def sentences(language: str) -> dict[str, str]:
    with (LOCALE_DIR / language / "mapping.po").open("rb") as source:
        return {str(message.id): str(message.string) for message in read_po(source) if message.id}


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_codes_in_use_and_sentences_are_the_same_set(language: str, root: Path) -> None:
    sources = (root / "atoosync_lab" / "mapping").glob("*.py")
    used = {code for source in sources for code in CODE.findall(source.read_text(encoding="utf-8"))}
    assert used == set(sentences(language))


def test_both_languages_name_the_same_fields() -> None:
    french, english = sentences("fr"), sentences("en")
    assert {code: fields(text) for code, text in french.items()} == {
        code: fields(text) for code, text in english.items()
    }


def test_french_typography_has_no_breaking_space_before_a_colon_or_inside_quotes() -> None:
    for text in sentences("fr").values():
        assert not re.search(r" [:;!?»]|« |'(?!\w+'|,|\))", text.replace("('A','B')", "")), text
