"""ERP texts become clean HTML."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atoosync_lab.mapping.rtf import clean_html, convert, to_html, to_text

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset0 Arial;}{\f1\fnil\fcharset204 Arial;}}"
    r"{\colortbl;\red0\green0\blue0;}"
)


@pytest.mark.spec("ART-06")
@pytest.mark.pitfall("PB-32")
def test_rtf_of_the_complaint_becomes_the_right_html() -> None:
    source = r"{\rtf1\ansi\ansicpg1252 Caf\'e9 \u8364? 12 {\b gras}\par ligne 2}"
    assert to_html(source) == "<p>Café € 12 <strong>gras</strong></p><p>ligne 2</p>"
    assert to_text(source) == "Café € 12 gras\nligne 2"
    assert not convert(source).malformed


@pytest.mark.spec("ART-06")
@pytest.mark.parametrize(
    ("body", "html"),
    [
        (r"\pard\f0\fs20 Un\b deux\b0  trois\par", "<p>Un<strong>deux</strong> trois</p>"),
        (r"\i it\i0\ul sous\ulnone fin", "<p><em>it</em><u>sous</u>fin</p>"),
        (r"{\b\i les deux}", "<p><strong><em>les deux</em></strong></p>"),
        (r"\b gras \plain maigre", "<p><strong>gras </strong>maigre</p>"),
        (r"12 m\super 2\nosupersub  H{\sub 2}O", "<p>12 m<sup>2</sup> H<sub>2</sub>O</p>"),
        (r"a\line b\tab c", "<p>a<br>b c</p>"),
        (r"1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
        (r"\lquote x\rquote  \endash \emdash \bullet", "<p>‘x’ –—•</p>"),
        (r"a\~b\_c\-d \\ \{ \}", "<p>a&nbsp;b\u2011cd \\ { }</p>"),
        (r"\uc0\u8364 x\uc2\u233 abc", "<p>€xéc</p>"),
        (r"\u8364\'80 x", "<p>€ x</p>"),
        (r"\u-10179?\u-8703?", "<p>\U0001f601</p>"),
        (r"\f1\'cf\'f0\'e8", "<p>При</p>"),
        (r"{\*\generator Riched20;}x{\info{\author moi}}{\pict\wmetafile8 0100}y{\*\x z}", "<p>xy</p>"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt lien}}", "<p>lien</p>"),
        (r"vu{\v masque}\v0 !", "<p>vu!</p>"),
        (r"\trowd a\cell b\cell\row\trowd c\cell d\cell\row", "<p>a | b</p><p>c | d</p>"),
        (r"a\par\par\pard  \par b", "<p>a</p><p>b</p>"),
        ("{\\pict\\bin4 }{}x}y", "<p>y</p>"),
        (
            r"\pard{\pntext\f1\'B7\tab}{\*\pn\pnlvlblt{\pntxtb\'B7}}un\par{\pntext\f1\'B7\tab}deux\par\pard fin",
            "<ul><li>un</li><li>deux</li></ul><p>fin</p>",
        ),
        (r"{\listtext 1.\tab}un\par{\listtext 2.\tab}deux\par", "<ol><li>un</li><li>deux</li></ol>"),
    ],
)
def test_rtf_becomes_layout_only(body: str, html: str) -> None:
    result = convert(HEAD + body + "}\r\n\x00")
    assert result.html == html
    assert not result.malformed


@pytest.mark.spec("ART-06")
def test_bytes_follow_the_code_page_of_the_document() -> None:
    assert to_html(r"{\rtf1\ansi\ansicpg1250 \'b9\'9c}") == "<p>ąś</p>"
    assert to_html(r"{\rtf1\mac \'8e}") == "<p>é</p>"
    assert to_html(r"{\rtf1\ansi\ansicpg932 \'82\'a0}") == "<p>あ</p>"


@pytest.mark.spec("ART-06")
@pytest.mark.parametrize(
    ("source", "html"),
    [
        (r"{\rtf1 texte {\b gras", "<p>texte <strong>gras</strong></p>"),
        (r"{\rtf1 un}} deux}", "<p>un deux</p>"),
        ("{\\rtf1 fin\\", "<p>fin</p>"),
        (r"{\rtf1 a\'zz b}", "<p>azz b</p>"),
        (r"{\rtf1 a\u-9000?b}", "<p>ab</p>"),
    ],
)
def test_malformed_rtf_gives_its_text_and_says_so(source: str, html: str) -> None:
    result = convert(source)
    assert result.html == html
    assert result.malformed


@pytest.mark.spec("ART-06")
@pytest.mark.parametrize(
    ("source", "html", "text"),
    [
        ("", "", ""),
        ("  \n ", "", ""),
        ("Une ligne", "<p>Une ligne</p>", "Une ligne"),
        ("Un\r\nDeux\r\n\r\nTrois", "<p>Un<br>Deux</p><p>Trois</p>", "Un\nDeux\n\nTrois"),
        ("a < b & c > d", "<p>a &lt; b &amp; c &gt; d</p>", "a < b & c > d"),
        ("<p>Déjà <b>HTML</b></p>", "<p>Déjà <b>HTML</b></p>", "Déjà HTML"),
        ("<p onclick='x()'>a</p><script>alert(1)</script>", "<p>a</p>", "a"),
        ("un<br/>deux &amp; trois", "un<br>deux &amp; trois", "un\ndeux & trois"),
        ("<a href='javascript:x()'>l</a>", "<a>l</a>", "l"),
        ("<ul><li>a</li><li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>", "a\nb"),
    ],
)
def test_other_texts_are_kept_and_cleaned(source: str, html: str, text: str) -> None:
    assert to_html(source) == html
    assert to_text(source) == text


@pytest.mark.spec("ART-06")
@pytest.mark.pitfall("PB-32")
@pytest.mark.parametrize(
    "source",
    ["Ligne 1\x0bLigne 2", r"{\rtf1 Ligne 1\'0bLigne 2}", "<b></b>Ligne 1&#11;Ligne 2", r"{\rtf1 Ligne 1\u11?Ligne 2}"],
)
def test_control_character_becomes_a_blank(source: str) -> None:
    assert to_text(source) == "Ligne 1 Ligne 2"
    assert "Ligne 1 Ligne 2" in to_html(source)


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text)


_pieces = st.sampled_from(
    ["{", "}", "\\", "\\b ", "\\par ", "\\'e9", "\\'0b", "\\u8364?", "\\u-10179?", "\\*\\x", "\\bin3 ", "{\\pntext 1.}",
     "\\cell", "\\row", "<p>", "</p>", "<script>", "<b", ">", "&#11;", "&lt;", "\x0b", "é", " ", "\n", "\\uc99999",
     "<svg>", "<table>", "<td>", "<a href='x'>", "<!--", "\\v ", "\\f1 ", "\\f99999 ", "\\ansicpg65001 ",
     "\\ansicpg932 "]
)  # fmt: skip
_sources = st.one_of(
    st.text(),
    st.lists(st.one_of(_pieces, st.text(max_size=5)), max_size=30).map("".join),
    st.lists(st.one_of(_pieces, st.text(max_size=5)), max_size=30).map(lambda parts: "{\\rtf1 " + "".join(parts)),
)


@pytest.mark.pitfall("PB-32")
@pytest.mark.spec("ART-06")
@given(_sources)
@example("{\\rtf1 " + "{" * 5000 + "x")
@example("<table><b><p>")
def test_any_text_gives_clean_html_without_control_characters(source: str) -> None:
    result = convert(source)
    assert clean_html(result.html) == result.html
    assert not _has_controls(result.html)
    assert not _has_controls(result.text)
    assert "<script" not in result.html


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff|"), min_size=1
    )
)
def test_text_written_as_rtf_is_read_back(text: str) -> None:
    units = [
        int.from_bytes(text.encode("utf-16-le")[i : i + 2], "little")
        for i in range(0, len(text.encode("utf-16-le")), 2)
    ]
    source = "{\\rtf1\\ansi " + "".join(f"\\u{unit if unit < 32768 else unit - 65536}?" for unit in units) + "}"
    assert to_text(source) == text.strip(" \n\t")
