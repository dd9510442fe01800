"""Stock to send for each article, summed over the chosen warehouses, in SQL (ART-40)."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from atoosync_lab.mapping import stocks
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.planning.sqltext import literal
from atoosync_lab.settings.articles import StockSettings


def make_stock_table(con: duckdb.DuckDBPyConnection, settings: StockSettings) -> None:
    """Make `desired_stock`, summed an article, and `shop_stock`, one row a shop record.

    Raises:
        SettingsError: no warehouse is chosen, so no stock may be sent.
    """
    if not settings.warehouses:
        raise SettingsError("stock.no_warehouse", page="articles.stocks")
    chosen = ", ".join(literal(w) for w in settings.warehouses)
    con.execute(
        "CREATE TEMP TABLE desired_stock AS SELECT product_id AS item, sum(quantity) AS quantity,"
        " sum(customers_ordered) AS customers_ordered, sum(suppliers_ordered) AS suppliers_ordered,"
        " sum(projected) AS projected, max(modified_at) AS modified_at"
        f" FROM erp.stock WHERE warehouse_id IN ({chosen}) GROUP BY product_id"
    ).fetchall()
    con.execute(
        "CREATE TEMP TABLE shop_stock AS SELECT *, coalesce(variant_id, product_id) AS record_id,"
        " CASE WHEN variant_id IS NULL THEN 'product' ELSE 'variant' END AS record_kind FROM shop.stock"
    ).fetchall()


def make_waiting_table(con: duckdb.DuckDBPyConnection) -> None:
    """Make `waiting(key, pieces, orders)`: what orders that the ERP does not have yet take of each `item` (PB-59).

    A line counts for the article of its reference, as its import will find it, and for the one whose shop record it
    sold; once where both are the same.
    """
    con.execute("CREATE TEMP TABLE waiting (key VARCHAR, pieces DECIMAL(38,6), orders BIGINT)").fetchall()
    there = "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'shop' AND table_name = 'order_pieces'"
    if not con.execute(there).fetchall()[0][0]:
        return  # a capture made before pieces were read
    found = "SELECT i.key, p.remote_id, p.order_id, p.quantity FROM item i JOIN shop.order_pieces p ON "
    con.execute(
        "INSERT INTO waiting SELECT key, sum(quantity), count(DISTINCT order_id) FROM ("
        f"{found} p.key = i.key UNION {found} i.target_id = coalesce(p.variant_id, p.product_id)"
        " AND i.target_kind = CASE WHEN p.variant_id IS NULL THEN 'product' ELSE 'variant' END) GROUP BY key"
    ).fetchall()


STOCK_JOINS = (
    " LEFT JOIN desired_stock d ON d.item = i.remote_id LEFT JOIN waiting w ON w.key = i.key"
    " LEFT JOIN shop_stock k ON k.record_kind = i.target_kind AND k.record_id = i.target_id"
)
"""What the expressions of this module need beside an `item i`."""

_SUMMED = stocks.StockColumns(
    real="d.quantity",
    customers_ordered="d.customers_ordered",
    suppliers_ordered="d.suppliers_ordered",
    projected="d.projected",
    tracked="i.stock_tracked",
    waiting="coalesce(w.pieces, 0)",
)


def quantity_sql(settings: StockSettings) -> str:
    """SQL of the whole quantity sent for an `item i` joined to `desired_stock d`."""
    return stocks.quantity_sql(settings, _SUMMED)


def rounded_sql(settings: StockSettings) -> str:
    """SQL: the stock had decimals, which the shop cannot hold."""
    return stocks.rounded_sql(settings, _SUMMED)


def notes_sql(settings: StockSettings) -> str:
    """SQL: JSON list of the notes of a quantity, as `planning.notes` reads them: pieces on order, decimals dropped."""
    exact = stocks.stock_sql(settings.kind, replace(_SUMMED, waiting="0"))
    waiting = _note("stock.waiting_orders", "info", orders="w.orders", pieces=_number("w.pieces"), stock=_number(exact))
    rounded = _note("stock.rounded_down", "warning", stock=_number(stocks.stock_sql(settings.kind, _SUMMED)))
    told = [
        f"CASE WHEN w.pieces <> 0 AND i.stock_tracked IS NOT FALSE THEN {waiting} END",
        f"CASE WHEN {rounded_sql(settings)} THEN {rounded} END",
    ]
    return f"to_json(list_filter([{', '.join(told)}], lambda x: x IS NOT NULL))"


def _note(code: str, level: str, **facts: str) -> str:
    body = ", ".join(f"{literal(name)}, {value}" for name, value in facts.items())
    about = f"'field', 'quantity', 'code', {literal(code)}, 'level', {literal(level)}"
    return f"json_object({about}, 'params', json_object({body}))"


def _number(value: str) -> str:
    """SQL: a decimal as text without trailing zeros."""
    return f"regexp_replace(CAST(CAST({value} AS DECIMAL(38,6)) AS VARCHAR), '\\.?0+$', '')"


STOCK_PAYLOAD = (
    "json_object('remote_id', k.remote_id, 'product_id', k.product_id, 'variant_id', coalesce(k.variant_id, ''),"
    " 'warehouse_id', k.warehouse_id, 'warehouse_group', k.warehouse_group, 'depends', k.depends,"
    " 'out_of_stock', k.out_of_stock, 'quantity', k.quantity::BIGINT::VARCHAR)"
)
"""The shop's stock row as read, sent back whole where a shop's write replaces the row."""
