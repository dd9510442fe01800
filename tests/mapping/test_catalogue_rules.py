"""References, taxes, prices, activation: small rules, each as a function and, where sets need it, as SQL."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.mapping.activation import active_sql, exported_sql, is_active, is_exported
from atoosync_lab.mapping.prices import price, price_sql
from atoosync_lab.mapping.references import ambiguous, by_key, match
from atoosync_lab.mapping.taxes import stale_keys, stale_values, tax_rule_for, unmapped
from atoosync_lab.settings.articles import ProductSettings

STATES = (True, False, None)


@pytest.mark.spec("ART-05")
@pytest.mark.pitfall("PB-27")
def test_space_is_ignored_and_case_is_not() -> None:
    found = match(["ABC", "DEF"], [("1", "ABC "), ("2", "abc")])
    assert found.found == {"ABC": "1"}
    assert found.absent == ("DEF",)
    assert found.ambiguous == {}


@pytest.mark.spec("ART-05")
@pytest.mark.pitfall("PB-27")
def test_two_products_of_one_key_are_ambiguous_and_neither_is_found() -> None:
    others = [("1", "ABC"), ("2", "ABC "), ("3", ""), ("4", " ")]
    found = match(["ABC", " ABC", ""], others)
    assert found.found == {}
    assert found.absent == ()
    assert found.ambiguous == {"ABC": ("1", "2")}
    assert ambiguous(by_key(others)) == {"ABC": ("1", "2")}


@pytest.mark.spec("ART-08")
def test_vat_code_takes_its_map_else_the_default_else_none() -> None:
    settings = ProductSettings(default_tax="9", taxes={"v20": "1", "v10": ""})
    assert tax_rule_for("v20", settings) == "1"
    assert tax_rule_for("v10", settings) == "9"
    assert tax_rule_for("new", settings) == "9"
    assert tax_rule_for(None, settings) == "9"
    assert tax_rule_for("new", ProductSettings()) is None


@pytest.mark.spec("SVC-06")
def test_refresh_keeps_and_marks_what_has_gone_and_lists_what_is_new() -> None:
    mapped = {"v20": "1", "v10": "2", "old": "1", "v5": ""}
    assert stale_keys(["v20", "v10", "v5", "new"], mapped) == ("old",)
    assert stale_values(["1", "3"], mapped) == {"v10": "2"}
    assert unmapped(["v20", "v10", "v5", "new"], mapped) == ("v5", "new")
    assert mapped == {"v20": "1", "v10": "2", "old": "1", "v5": ""}


@pytest.mark.spec("ART-50")
@pytest.mark.parametrize(
    ("value", "precision", "sent"),
    [
        ("12.345", 2, "12.35"),
        ("12.344999", 2, "12.34"),
        ("2.5", 0, "3"),
        ("-1.005", 2, "-1.01"),
        ("8.3333335", 6, "8.333334"),
        ("0", 2, "0"),
    ],
)
def test_price_is_rounded_half_up_to_the_precision(value: str, precision: int, sent: str) -> None:
    assert price(Decimal(value), precision) == Decimal(sent)


def test_absent_price_stays_absent() -> None:
    assert price(None, 2) is None


@pytest.mark.parametrize("precision", [-1, 7])
def test_price_sql_refuses_a_precision_out_of_range(precision: int) -> None:
    with pytest.raises(ValueError, match="precision"):
        price_sql(precision)


@pytest.mark.spec("ART-50")
@given(st.lists(st.decimals(-10_000_000, 10_000_000, places=6), min_size=1, max_size=50), st.integers(0, 6))
def test_price_function_and_sql_agree(values: list[Decimal], precision: int) -> None:
    with duckdb.connect() as base:
        base.execute("CREATE TABLE t (n INTEGER, price_excl_tax DECIMAL(18,6))")
        base.executemany("INSERT INTO t VALUES (?, ?)", [(n, value) for n, value in enumerate(values)])
        rows = base.execute(f"SELECT {price_sql(precision)} FROM t ORDER BY n").fetchall()
    assert [row[0] for row in rows] == [price(value, precision) for value in values]


@pytest.mark.spec("ART-05")
def test_only_published_and_active_is_shown() -> None:
    shown = {(published, active) for published, active in product(STATES, STATES) if is_active(published, active)}
    assert shown == {(True, True)}


@pytest.mark.spec("ART-10")
def test_dormant_articles_are_never_exported_and_unpublished_ones_only_on_wish() -> None:
    pairs = list(product(STATES, STATES))
    assert {p for p in pairs if is_exported(*p, published_only=True)} == {(True, True)}
    assert {p for p in pairs if is_exported(*p, published_only=False)} == {(True, True), (False, True), (None, True)}


@pytest.mark.spec("ART-05", "ART-10")
def test_activation_function_and_sql_agree() -> None:
    with duckdb.connect() as base:
        base.execute("CREATE TABLE t (web_published BOOLEAN, active BOOLEAN)")
        base.executemany("INSERT INTO t VALUES (?, ?)", list(product(STATES, STATES)))
        rows = base.execute(
            f"SELECT web_published, active, {active_sql()}, {exported_sql(published_only=True)}, "
            f"{exported_sql(published_only=False)} FROM t"
        ).fetchall()
    assert len(rows) == 9
    for published, active, shown, strict, wide in rows:
        assert shown is is_active(published, active)
        assert strict is is_exported(published, active, published_only=True)
        assert wide is is_exported(published, active, published_only=False)
