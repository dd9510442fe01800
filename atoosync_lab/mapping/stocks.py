"""Quantity for sale from the ERP's stock (ART-40, PB-29): as a function, and as SQL over sets; tests hold them equal.

The three kinds (ebp.md 4.4, A18): real; real minus what customers ordered; projected minus what suppliers deliver.
Rows are summed over the chosen warehouses before anything is rounded. Pieces that the shop sold and that the ERP does
not know of are taken off every kind: else they would be for sale a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from atoosync_lab.model.money import ZERO
from atoosync_lab.settings.articles import StockKind, StockSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Stock of one article, summed over the chosen warehouses; None: the ERP states none."""

    real: Decimal = ZERO
    customers_ordered: Decimal | None = None
    suppliers_ordered: Decimal | None = None
    projected: Decimal | None = None
    waiting: Decimal = ZERO
    """Pieces of shop orders not yet in the ERP: sold, whatever the kind counts (PB-29, PB-59)."""


@dataclass(frozen=True, slots=True)
class StockColumns:
    """Columns of the amounts in a query, as SQL expressions."""

    real: str = "quantity"
    customers_ordered: str = "customers_ordered"
    suppliers_ordered: str = "suppliers_ordered"
    projected: str = "projected"
    tracked: str = "stock_tracked"
    waiting: str = "0"


_COLUMNS: Final = StockColumns()


def available(kind: StockKind, amounts: Amounts) -> Decimal:
    """Stock of a kind, neither rounded nor floored. A projected stock not stated is made from its parts (A18)."""
    customers = amounts.customers_ordered or ZERO
    suppliers = amounts.suppliers_ordered or ZERO
    match kind:
        case StockKind.REAL:
            return amounts.real - amounts.waiting
        case StockKind.REAL_MINUS_CUSTOMERS:
            return amounts.real - customers - amounts.waiting
        case StockKind.PROJECTED_MINUS_SUPPLIERS:
            projected = amounts.projected
            if projected is None:
                projected = amounts.real - customers + suppliers
            return projected - suppliers - amounts.waiting


def quantity(settings: StockSettings, amounts: Amounts, *, tracked: bool | None = True) -> int:
    """Whole number of pieces that the shop may sell.

    Args:
        settings: kind, default for untracked articles, negative stock allowed or not.
        amounts: the article's stock.
        tracked: False: the ERP keeps no stock of the article, the default is sent (0 when there is none).
            None: unknown, treated as tracked.
    """
    if tracked is False:
        return settings.default_quantity or 0
    pieces = int(available(settings.kind, amounts).to_integral_value(rounding=ROUND_FLOOR))
    return pieces if settings.allow_negative else max(pieces, 0)


def is_rounded(settings: StockSettings, amounts: Amounts, *, tracked: bool | None = True) -> bool:
    """The stock has a part of a piece that the shop does not get: worth a warning."""
    value = available(settings.kind, amounts)
    return tracked is not False and value != value.to_integral_value(rounding=ROUND_FLOOR)


def stock_sql(kind: StockKind, columns: StockColumns = _COLUMNS) -> str:
    """`available` as a DuckDB expression over the named columns."""
    real = f"COALESCE({columns.real}, 0)"
    customers = f"COALESCE({columns.customers_ordered}, 0)"
    suppliers = f"COALESCE({columns.suppliers_ordered}, 0)"
    match kind:
        case StockKind.REAL:
            return f"({real} - {columns.waiting})"
        case StockKind.REAL_MINUS_CUSTOMERS:
            return f"({real} - {customers} - {columns.waiting})"
        case StockKind.PROJECTED_MINUS_SUPPLIERS:
            projected = f"COALESCE({columns.projected}, {real} - {customers} + {suppliers})"
            return f"({projected} - {suppliers} - {columns.waiting})"


def quantity_sql(settings: StockSettings, columns: StockColumns = _COLUMNS) -> str:
    """`quantity` as a DuckDB expression of type BIGINT over the named columns."""
    pieces = f"CAST(floor({stock_sql(settings.kind, columns)}) AS BIGINT)"
    if not settings.allow_negative:
        pieces = f"greatest({pieces}, 0)"
    default = settings.default_quantity or 0
    return f"CASE WHEN {columns.tracked} IS FALSE THEN CAST({default:d} AS BIGINT) ELSE {pieces} END"


def rounded_sql(settings: StockSettings, columns: StockColumns = _COLUMNS) -> str:
    """`is_rounded` as a DuckDB expression over the named columns."""
    value = stock_sql(settings.kind, columns)
    return f"({columns.tracked} IS NOT FALSE AND {value} <> floor({value}))"
