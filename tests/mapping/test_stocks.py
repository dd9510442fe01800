"""Quantity for sale: three kinds, whole pieces, negative or floored; function and SQL agree."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from atoosync_lab.mapping.stocks import (
    Amounts,
    StockColumns,
    available,
    is_rounded,
    quantity,
    quantity_sql,
    rounded_sql,
    stock_sql,
)
from atoosync_lab.settings.articles import StockKind, StockSettings

REAL = StockSettings()
MINUS_CUSTOMERS = StockSettings(kind=StockKind.REAL_MINUS_CUSTOMERS)
PROJECTED = StockSettings(kind=StockKind.PROJECTED_MINUS_SUPPLIERS)
NEGATIVE = StockSettings(allow_negative=True)


def real(value: str) -> Amounts:
    return Amounts(real=Decimal(value))


@pytest.mark.spec("ART-40")
@pytest.mark.pitfall("PB-29")
@pytest.mark.parametrize(
    ("stock", "floored", "negative"),
    [("12.75", 12, 12), ("0.40", 0, 0), ("-3", 0, -3), ("-0.5", 0, -1), ("7", 7, 7)],
)
def test_stock_is_rounded_down_and_floored_unless_negative_is_allowed(stock: str, floored: int, negative: int) -> None:
    assert quantity(REAL, real(stock)) == floored
    assert quantity(NEGATIVE, real(stock)) == negative


@pytest.mark.spec("ART-40")
@pytest.mark.pitfall("PB-29")
def test_part_of_a_piece_is_worth_a_warning() -> None:
    assert is_rounded(REAL, real("12.75"))
    assert not is_rounded(REAL, real("12.000000"))
    assert not is_rounded(REAL, real("12.75"), tracked=False)


@pytest.mark.spec("ART-40")
@pytest.mark.pitfall("PB-29")
def test_customer_orders_are_taken_off_waiting_ones_too() -> None:
    amounts = Amounts(real=Decimal(80), customers_ordered=Decimal(29))
    assert quantity(MINUS_CUSTOMERS, amounts) == 51
    assert quantity(REAL, amounts) == 80
    waiting = Amounts(real=Decimal(80), customers_ordered=Decimal(29), waiting=Decimal(4))
    assert quantity(MINUS_CUSTOMERS, waiting) == 47
    assert quantity(REAL, waiting) == 76


@pytest.mark.spec("ART-40")
def test_projected_stock_without_deliveries_to_come() -> None:
    stated = Amounts(
        real=Decimal(80), customers_ordered=Decimal(29), suppliers_ordered=Decimal(10), projected=Decimal(60)
    )
    assert quantity(PROJECTED, stated) == 50
    made = Amounts(real=Decimal(80), customers_ordered=Decimal(29), suppliers_ordered=Decimal(10))
    assert quantity(PROJECTED, made) == 51


@pytest.mark.spec("ART-40")
def test_article_without_stock_tracking_gets_the_default_else_zero() -> None:
    assert quantity(REAL, real("5"), tracked=False) == 0
    assert quantity(StockSettings(default_quantity=999), real("5"), tracked=False) == 999
    assert quantity(StockSettings(default_quantity=999), real("5"), tracked=None) == 5


_amount = st.decimals(-10_000, 10_000, places=6)
_amounts = st.builds(
    Amounts,
    real=_amount,
    customers_ordered=st.none() | _amount,
    suppliers_ordered=st.none() | _amount,
    projected=st.none() | _amount,
    waiting=_amount,
)
_settings = st.builds(
    StockSettings,
    kind=st.sampled_from(StockKind),
    allow_negative=st.booleans(),
    default_quantity=st.none() | st.integers(0, 1000),
)


@pytest.mark.spec("ART-40")
@pytest.mark.pitfall("PB-29")
@hypothesis_settings(deadline=None)
@given(_settings, st.lists(st.tuples(_amounts, st.sampled_from([True, False, None])), min_size=1, max_size=20))
def test_function_and_sql_agree(settings: StockSettings, cases: list[tuple[Amounts, bool | None]]) -> None:
    columns = StockColumns(
        real="r", customers_ordered="c", suppliers_ordered="s", projected="p", tracked="t", waiting="w"
    )
    with duckdb.connect() as base:
        base.execute(
            "CREATE TABLE stock (n INTEGER, t BOOLEAN, r DECIMAL(18,6), c DECIMAL(18,6), s DECIMAL(18,6), "
            "p DECIMAL(18,6), w DECIMAL(18,6))"
        )
        base.executemany(
            "INSERT INTO stock VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (n, tracked, a.real, a.customers_ordered, a.suppliers_ordered, a.projected, a.waiting)
                for n, (a, tracked) in enumerate(cases)
            ],
        )
        rows = base.execute(
            f"SELECT {stock_sql(settings.kind, columns)}, {quantity_sql(settings, columns)}, "
            f"{rounded_sql(settings, columns)} FROM stock ORDER BY n"
        ).fetchall()
    for (amounts, tracked), (exact, pieces, rounded) in zip(cases, rows, strict=True):
        assert exact == available(settings.kind, amounts)
        assert pieces == quantity(settings, amounts, tracked=tracked)
        assert rounded is is_rounded(settings, amounts, tracked=tracked)


@pytest.mark.spec("ART-40")
@pytest.mark.pitfall("PB-29")
@pytest.mark.pitfall("PB-59")
@given(_settings, _amounts)
def test_shop_never_gets_more_than_there_is(settings: StockSettings, amounts: Amounts) -> None:
    assert quantity(settings, amounts) <= max(available(settings.kind, amounts), 0)
