"""Stock to send for each article, summed over the chosen warehouses, in SQL (ART-40)."""

from __future__ import annotations

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


_SUMMED = stocks.StockColumns(
    real="d.quantity",
    customers_ordered="d.customers_ordered",
    suppliers_ordered="d.suppliers_ordered",
    projected="d.projected",
    tracked="i.stock_tracked",
)


def quantity_sql(settings: StockSettings) -> str:
    """SQL of the whole quantity sent for an `item i` joined to `desired_stock d`."""
    return stocks.quantity_sql(settings, _SUMMED)


def rounded_sql(settings: StockSettings) -> str:
    """SQL: the stock had decimals, which the shop cannot hold."""
    return stocks.rounded_sql(settings, _SUMMED)


STOCK_PAYLOAD = (
    "json_object('remote_id', k.remote_id, 'product_id', k.product_id, 'variant_id', coalesce(k.variant_id, ''),"
    " 'warehouse_id', k.warehouse_id, 'warehouse_group', k.warehouse_group, 'depends', k.depends,"
    " 'out_of_stock', k.out_of_stock)"
)
"""The shop's stock row as read, sent back whole where a shop's write replaces the row."""
