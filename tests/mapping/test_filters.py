"""The filter language: what it understands, what it refuses, and what reaches SQL."""

from __future__ import annotations

import contextlib
import re
import string

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.mapping.filters import parse, to_duckdb, to_text
from atoosync_lab.model.errors import FilterError
from atoosync_lab.model.filters import Combination, Comparison, Filter, Operator
from atoosync_lab.model.i18n import LANGUAGES

NAMES = ("Id", "Caption", "FamilyId", "SalePriceVatExcluded", "xx_Web rayon", "Order", "Left")
COLUMNS = {name.lower(): name for name in NAMES}


def read(text: str) -> Filter | None:
    return parse(text, COLUMNS, "Id")


def eq(column: str, value: str) -> Comparison:
    return Comparison(column, Operator.EQ, (value,))


@pytest.mark.spec("ART-10")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ID like 'ART001'", Comparison("Id", Operator.LIKE, ("ART001",))),
        ("ID LIKE 'EM%'", Comparison("Id", Operator.LIKE, ("EM%",))),
        ("AR_REF LIKE 'EM%'", Comparison("Id", Operator.LIKE, ("EM%",))),
        ("startswith(Caption,'M')", Comparison("Caption", Operator.LIKE, ("M%",))),
        ("StartsWith( caption , '50%_')", Comparison("Caption", Operator.LIKE, (r"50\%\_%",))),
        ("ID NOT LIKE 'B%'", Comparison("Id", Operator.NOT_LIKE, ("B%",))),
        ("NOT ID LIKE 'B%'", Comparison("Id", Operator.NOT_LIKE, ("B%",))),
        ("caption = 'L''eau'", eq("Caption", "L'eau")),
        ("SalePriceVatExcluded >= 12.50", Comparison("SalePriceVatExcluded", Operator.GE, ("12.5",), "number")),
        ("SalePriceVatExcluded < -1", Comparison("SalePriceVatExcluded", Operator.LT, ("-1",), "number")),
        ("FamilyId IN ('A','B')", Comparison("FamilyId", Operator.IN, ("A", "B"))),
        ("FamilyId NOT IN ('A')", Comparison("FamilyId", Operator.NOT_IN, ("A",))),
        ("FamilyId IS NULL", Comparison("FamilyId", Operator.IS_NULL)),
        ("FamilyId IS NOT NULL", Comparison("FamilyId", Operator.IS_NOT_NULL)),
        ("ID BETWEEN 'A' AND 'B'", Comparison("Id", Operator.BETWEEN, ("A", "B"))),
        ("\"xx_web RAYON\" <> 'x'", Comparison("xx_Web rayon", Operator.NE, ("x",))),
        ("Order = 'x'", eq("Order", "x")),
        ("caption LIKE '10!%' ESCAPE '!'", Comparison("Caption", Operator.LIKE, (r"10\%",))),
        (r"caption LIKE 'a\b%'", Comparison("Caption", Operator.LIKE, (r"a\\b%",))),
    ],
)
def test_expression_is_understood(text: str, expected: Filter) -> None:
    assert read(text) == expected


@pytest.mark.spec("ART-10")
@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_empty_expression_is_no_filter(text: str) -> None:
    assert read(text) is None


@pytest.mark.spec("ART-10")
def test_and_binds_before_or_and_parentheses_before_both() -> None:
    a, b, c = eq("Id", "a"), eq("Id", "b"), eq("Id", "c")
    assert read("ID='a' OR ID='b' AND ID='c'") == Combination("or", a, Combination("and", b, c))
    assert read("(ID='a' OR ID='b') AND ID='c'") == Combination("and", Combination("or", a, b), c)


@pytest.mark.spec("ART-10")
def test_negation_is_pushed_down_to_the_comparisons() -> None:
    assert read("NOT (ID='a' AND FamilyId > 'b')") == Combination(
        "or", Comparison("Id", Operator.NE, ("a",)), Comparison("FamilyId", Operator.LE, ("b",))
    )
    assert read("ID NOT BETWEEN 'a' AND 'b'") == Combination(
        "or", Comparison("Id", Operator.LT, ("a",)), Comparison("Id", Operator.GT, ("b",))
    )


@pytest.mark.spec("ART-10")
@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("ID like EM%", "quotes_missing", "ID LIKE 'EM%'"),
        ("ID = ART 001 AND Caption = 'x'", "quotes_missing", "ID = 'ART 001'"),
        ("ID like 10", "quotes_missing", "ID LIKE '10'"),
        ('ID = "ART001"', "quotes_missing", "ID = 'ART001'"),
        ("startswith(Caption, M)", "quotes_missing", "startswith(Caption,'M')"),
        ("startswith( Customer 'M')", "comma_missing", "startswith(Customer,'M')"),
        ("ID like ‘EM%’", "curly_quotes", "ID like 'EM%'"),
        ("ID = 'a' AND Caption = 'L'eau'", "quote_open", "'L''eau'"),
        ("ID LIKE 'EM%", "quote_open", "'EM%'"),
        ("ID = x'", "quote_open", ""),
        ("ID = NULL", "null_compared", "ID IS NULL"),
        ("ID <> NULL", "null_compared", "ID IS NOT NULL"),
        ("Captoin = 'x'", "column_unknown", "Caption"),
        ("Zzz = 'x'", "column_unknown_no_near", "Zzz"),
        ("ID IN ('a', 1)", "mixed_values", ""),
        ("ID = 1e30", "quotes_missing", "ID = '1e30'"),
        ("ID = 1" + "0" * 18, "number_too_large", "10000"),
        ("ID = lower(Caption)", "not_allowed", "LOWER"),
        ("Caption LIKE 'a!' ESCAPE '!'", "escape_wrong", "a!"),
        ("ID ILIKE 'x'", "not_allowed", "ILIKE"),
        ("ID IN (SELECT 1)", "not_allowed", "SELECT"),
        ("lower(ID) = 'x'", "not_allowed", "LOWER"),
        ("Caption || ID = 'x'", "not_allowed", ""),
        ("t.Id = 'x'", "not_allowed", "t.Id"),
        ("ID = 'x'; DROP TABLE product", "not_allowed", ";"),
        ("ID = 'x' -- rest", "not_allowed", "--"),
        ("ID = /* x */ 'x'", "not_allowed", "/*"),
        ("ID", "not_allowed", "ID"),
        ("1 = 1", "not_allowed", "1"),
        ("'a' = ID", "not_allowed", "a"),
        ("ID = 'x' OR TRUE", "not_allowed", "TRUE"),
        ("ID = $1", "quotes_missing", ""),
        ("ID = 'x'::VARCHAR", "not_allowed", ""),
        ("ID = E'x'", "not_allowed", ""),
        ("CASE WHEN ID = 'x' THEN 1 END", "not_allowed", ""),
        ("(ID = 'x'", "not_understood", ""),
        ("ID = ", "not_understood", "ID LIKE 'EM%'"),
        ("SELECT * FROM product", "not_allowed", "SELECT"),
        ("(" * 900 + "ID='x'" + ")" * 90, "too_deep", "20"),
        ("NOT " * 240 + "ID='x' ?", "not_understood", ""),
        ("ID = '" + "x" * 1000 + "'", "too_long", "1000"),
        ("ID = 'a\x00b'", "not_understood", ""),
    ],
)
def test_expression_is_refused_with_what_is_wrong_and_the_right_form(text: str, code: str, words: str) -> None:
    with pytest.raises(FilterError) as caught:
        read(text)
    assert caught.value.code == "mapping.filter." + code
    for language in LANGUAGES:
        sentence = caught.value.message.text(language)
        assert words in sentence
        assert "mapping." not in sentence


@pytest.mark.spec("ART-10")
def test_the_sentence_for_missing_apostrophes_is_the_designed_one() -> None:
    with pytest.raises(FilterError) as caught:
        read("ID LIKE EM%")
    assert caught.value.message.text("fr") == (
        "Filtre non compris à partir de «\u00a0EM%\u00a0»\u00a0: il manque les apostrophes. Écrivez ID LIKE 'EM%'"
    )


_texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
_numbers = st.decimals(-999, 999, places=3).map(lambda d: format(d.normalize() + 0, "f"))
_pieces = st.one_of(st.sampled_from(["%", "_", r"\%", r"\_", "\\\\"]), _texts.map(lambda t: re.sub(r"[\\%_]", "", t)))
_columns = st.sampled_from(NAMES)


def _comparisons() -> st.SearchStrategy[Filter]:
    simple = st.sampled_from([Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE])
    return st.one_of(
        st.builds(lambda c, o, v: Comparison(c, o, (v,)), _columns, simple, _texts),
        st.builds(lambda c, o, v: Comparison(c, o, (v,), "number"), _columns, simple, _numbers),
        st.builds(
            lambda c, o, v: Comparison(c, o, ("".join(v),)),
            _columns,
            st.sampled_from([Operator.LIKE, Operator.NOT_LIKE]),
            st.lists(_pieces, max_size=4),
        ),
        st.builds(
            lambda c, o, v: Comparison(c, o, tuple(v)),
            _columns,
            st.sampled_from([Operator.IN, Operator.NOT_IN]),
            st.lists(_texts, min_size=1, max_size=3),
        ),
        st.builds(lambda c, a, b: Comparison(c, Operator.BETWEEN, (a, b), "number"), _columns, _numbers, _numbers),
        st.builds(Comparison, _columns, st.sampled_from([Operator.IS_NULL, Operator.IS_NOT_NULL])),
    )


_filters = st.recursive(
    _comparisons(),
    lambda inner: st.builds(Combination, st.sampled_from(["and", "or"]), inner, inner),
    max_leaves=5,
)


@pytest.mark.spec("ART-10")
@given(_filters)
def test_printed_filter_is_read_back_as_the_same(node: Filter) -> None:
    text = to_text(node)
    assert parse(text, COLUMNS, "Id") == node


def sql_column(name: str) -> str:
    return f"c{NAMES.index(name)}"


_SKELETON = re.compile(
    r"(?:\s|[()?,=<>]|'\\'|c\d|TRY_CAST|CAST|AS|VARCHAR|DECIMAL\(38,9\)|AND|OR|NOT|IN|ILIKE|ESCAPE|IS|NULL|BETWEEN)*"
)


@pytest.mark.spec("ART-10")
@given(_filters)
def test_values_reach_sql_as_parameters_only(node: Filter) -> None:
    sql, values = to_duckdb(node, sql_column)
    assert _SKELETON.fullmatch(sql)
    assert sql.count("?") == len(values)


_words = [
    "ID",
    "Caption",
    "=",
    "LIKE",
    "'a'",
    "'",
    "(",
    ")",
    "AND",
    "OR",
    "NOT",
    ";",
    "--",
    "DROP TABLE x",
    "SELECT",
    "1",
]


@pytest.mark.spec("ART-10")
@given(st.one_of(st.text(), st.lists(st.sampled_from([*_words, "IN", ",", "%", "\\", "?", "$$"])).map(" ".join)))
def test_hostile_text_is_refused_or_becomes_parameters(text: str) -> None:
    node: Filter | None = None
    with contextlib.suppress(FilterError):
        node = read(text)
    if node is not None:
        assert _SKELETON.fullmatch(to_duckdb(node, sql_column)[0])


@given(_filters)
def test_duckdb_accepts_every_filter(node: Filter) -> None:
    sql, values = to_duckdb(node, lambda name: "NULL::VARCHAR")
    with duckdb.connect() as base:
        base.execute(f"SELECT 1 WHERE {sql}", list(values)).fetchall()


@pytest.mark.spec("ART-10")
@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("ID LIKE 'em%'", ["EM1", "EM2"]),
        ("ID = 'em1'", []),
        ("ID = 'EM1'", ["EM1"]),
        ("ID NOT LIKE 'EM%'", ["50%", "500"]),
        ("startswith(ID,'50%')", ["50%"]),
        ("startswith(ID,'50')", ["50%", "500"]),
        ("SalePriceVatExcluded > 9", ["EM1", "500"]),
        ("SalePriceVatExcluded BETWEEN 9.5 AND 10", ["EM1"]),
        ("SalePriceVatExcluded IS NULL", ["50%"]),
        ("SalePriceVatExcluded = 10", ["EM1"]),
        ("ID IN ('EM2','500') OR ID = 'EM1'", ["EM1", "EM2", "500"]),
        ("NOT (ID IN ('EM2','500') OR ID = 'EM1')", ["50%"]),
    ],
)
def test_duckdb_gives_the_rows_that_the_expression_means(text: str, ids: list[str]) -> None:
    node = read(text)
    assert node is not None
    sql, values = to_duckdb(node, lambda name: {"Id": "id", "SalePriceVatExcluded": "price"}[name])
    with duckdb.connect() as base:
        rows = base.execute(
            "SELECT id FROM (VALUES (1,'EM1','10.0000'), (2,'EM2','texte'), (3,'50%',NULL), (4,'500','100')) "
            "t(n,id,price) "
            f"WHERE {sql} ORDER BY n",
            list(values),
        ).fetchall()
    assert [row[0] for row in rows] == ids


def test_printable_names_need_no_quotes() -> None:
    assert to_text(eq("Caption", "x")) == "Caption = 'x'"
    assert to_text(eq("a b", "x")) == "\"a b\" = 'x'"
    assert all(c in string.printable for c in to_text(Comparison("Left", Operator.LIKE, (r"5\%",))))
