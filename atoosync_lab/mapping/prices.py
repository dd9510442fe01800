"""Prices sent to the shop (ART-50)."""

from __future__ import annotations

from decimal import Decimal

from atoosync_lab.model.money import quantize


def price(value: Decimal | None, precision: int) -> Decimal | None:
    """A price rounded half up, away from zero at the middle; None stays None (the ERP states no price).

    Args:
        value: price in the ERP, excl. tax.
        precision: decimals sent, 0 to 6.
    """
    return None if value is None else quantize(value, precision)


def price_sql(precision: int, column: str = "price_excl_tax") -> str:
    """The same rule as a DuckDB expression over a DECIMAL column; DuckDB rounds decimals half away from zero.

    Raises:
        ValueError: the precision is not between 0 and 6.
    """
    if not 0 <= precision <= 6:
        raise ValueError(f"precision {precision} is not between 0 and 6")
    return f"CAST(round({column}, {precision:d}) AS DECIMAL(18,6))"
