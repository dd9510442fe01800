"""What SQL takes for untouched is what the reader of texts leaves as it is."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from atoosync_lab.connectors.shops.prestashop import facts
from atoosync_lab.mapping.texts import Cleaned, TextRules, clean
from atoosync_lab.mapping.untouched import as_is_sql, untouched_sql

NAME = TextRules(max_length=40, forbidden="<>;=#{}")
HTML = TextRules(html=True, single_line=False)
SHORT_HTML = TextRules(html=True, single_line=False, max_length=30)


def all_by_sql(texts: list[str], rules: TextRules) -> list[str | None]:
    """The texts for the shop; None: SQL leaves it to the reader."""
    given = "SELECT unnest(?::VARCHAR[]) AS raw"
    with duckdb.connect() as con:
        sql = f"SELECT CASE WHEN {untouched_sql(rules, 'raw')} THEN {as_is_sql(rules, 'raw')} END FROM ({given})"
        return [row[0] for row in con.execute(sql, [texts]).fetchall()]


def by_sql(text: str, rules: TextRules) -> str | None:
    return all_by_sql([text], rules)[0]


pieces = st.sampled_from(
    ["Câble", "gainé", " ", "  ", "\n", "\u00a0", "l’eau", "N° 5", "12,50 €", "&", "<", ">", "<p>", "</p>", "<br>",
     "<strong>", "</strong>", "<ul>", "</ul>", "<li>", "</li>", "<b>gras</b>", "<p>un</p>", "<ul><li>a</li></ul>",
     "Ã©", "â€™", "{\\rtf1 x}", "&lt;", ";", "\t", "\x0b", "日本", "\U0001f600", "e\u0301", "\u200b", "-", "'", '"',
     "\\", "]", "^"]
)  # fmt: skip
some_texts = st.one_of(
    st.lists(pieces, max_size=8).map("".join),
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.lists(pieces, max_size=5).map(lambda parts: "<p>" + "".join(parts) + "</p>"),
)


@pytest.mark.spec("ART-06")
@pytest.mark.parametrize("rules", [NAME, HTML, SHORT_HTML], ids=["name", "html", "short html"])
@settings(deadline=None, max_examples=30)
@given(given_texts=st.lists(some_texts, min_size=1, max_size=40))
@example(given_texts=["", "<p>un</p>\n<p>deux<br>trois <em>quatre</em></p>", "é" * 41])
def test_sql_agrees_with_the_reader(rules: TextRules, given_texts: list[str]) -> None:
    for text, found in zip(given_texts, all_by_sql(given_texts, rules), strict=True):
        if found is not None:
            assert Cleaned(found) == clean(text, rules)


@pytest.mark.spec("ART-06")
@pytest.mark.parametrize(
    ("text", "rules", "found"),
    [
        ("Câble gainé, l’eau 12,50 € (noir) N° 5", NAME, True),
        ("Câble & gaine", NAME, False),
        ("Câble\u00a0: noir", NAME, False),
        ("CafÃ©", NAME, False),
        ("é" * 40, NAME, True),
        ("é" * 41, NAME, False),
        ("Une ligne", HTML, True),
        ("<p>Une <strong>ligne</strong></p><ul><li>a</li><li>b</li></ul>", HTML, True),
        ("<p>un</p>\n<p>deux</p>", HTML, True),
        ("<p>un", HTML, False),
        ("<p>a<p>b</p></p>", HTML, False),
        ("é" * 23, SHORT_HTML, True),
        ("é" * 24, SHORT_HTML, False),
    ],
)
def test_usual_texts_are_recognised(text: str, rules: TextRules, found: bool) -> None:
    assert (by_sql(text, rules) is not None) is found


def test_a_field_that_forbids_letters_or_blanks_is_never_taken_as_it_is() -> None:
    assert by_sql("abc", TextRules(forbidden="a")) is None
    assert by_sql("a b", TextRules(forbidden=" ")) is None


@pytest.mark.parametrize("version", ["1.7.7.2", "9.1.4"])
def test_no_rule_of_a_shop_shuts_this_way_out(version: str) -> None:
    rules: dict[str, dict[str, Any]] = facts.text_rules(facts.Version.parse(version))
    for field in ("name", "description"):
        given = rules[field]
        assert by_sql("Câble 5 m", TextRules(forbidden=given["forbidden"], html=given["html"])) is not None
