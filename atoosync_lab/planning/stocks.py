"""Flow « Mise à jour des stocks »: quantities of products and variants that the shop has (ART-04, ART-40)."""

from __future__ import annotations

from atoosync_lab.planning import differences, selection
from atoosync_lab.planning.context import DUE, CatalogueContext
from atoosync_lab.planning.plan import PlanWriter
from atoosync_lab.planning.sqltext import literal, params
from atoosync_lab.planning.stock_sql import (
    STOCK_JOINS,
    STOCK_PAYLOAD,
    make_stock_table,
    make_waiting_table,
    notes_sql,
    quantity_sql,
)

VERSION = "stocks-1"


def plan_stocks(ctx: CatalogueContext, out: PlanWriter) -> None:
    """Fill `out` with the rows of the stock flow.

    Raises:
        SettingsError: no warehouse is chosen.
        FilterError: a filter is not understood.
    """
    settings = ctx.profile.articles.stocks
    con = out.con
    selection.attach(con, ctx)
    make_stock_table(con, settings)
    selection.select_items(
        con, ctx, selection.Selection(published_only=settings.published_only, filter=settings.filter)
    )
    selection.write_verdicts(con, "stock", ctx.reference_length)
    make_waiting_table(con)
    con.execute(
        "CREATE TEMP TABLE stock_due AS SELECT i.key, i.label, i.target_id, i.target_kind, i.last_md5, i.variants,"
        f" k.remote_id AS row_id, k.quantity::BIGINT AS before, {quantity_sql(settings)} AS after,"
        f" d.modified_at, {notes_sql(settings)} AS notes, {STOCK_PAYLOAD}::VARCHAR AS payload"
        f" FROM item i{STOCK_JOINS} WHERE i.verdict IS NULL"
    ).fetchall()
    if settings.since_last_transfer:
        selection.write_skips(
            con,
            "stock",
            "stock_due",
            "product.not_modified",
            f"NOT coalesce(modified_at > {literal(ctx.mark.isoformat())}::TIMESTAMPTZ, TRUE)"
            f" AND coalesce(last_md5, '') NOT IN {DUE}",
        )
        con.execute("DELETE FROM stock_due WHERE key IN (SELECT key FROM row WHERE reason = 'product.not_modified')")
    selection.write_skips(con, "stock", "stock_due", "product.not_in_shop", "target_id IS NULL")
    with_variants = "target_id IS NOT NULL AND target_kind = 'product' AND variants > 0"
    selection.write_skips(con, "stock", "stock_due", "stock.kept_by_variants", with_variants)
    missing = f"target_id IS NOT NULL AND row_id IS NULL AND NOT ({with_variants})"
    selection.write_skips(con, "stock", "stock_due", "stock.no_row", missing)
    field = differences.Field("quantity", "after::VARCHAR", "before::VARCHAR")
    fingerprint = differences.fingerprint_sql(VERSION, ["key", "after"])
    con.execute(
        f"CREATE TEMP TABLE due AS SELECT *, {fingerprint} AS fingerprint,"
        f" {differences.changes_sql([field], create=False)} AS changes"
        f" FROM stock_due WHERE row_id IS NOT NULL AND NOT ({with_variants})"
    ).fetchall()
    differences.write_unchanged(con, "stock", "due", "after = before")
    facts = params(reference="key", label="label", notes="notes")
    con.execute(
        "INSERT INTO row SELECT coalesce((SELECT max(seq) FROM row), 0) + row_number() OVER (ORDER BY key), 'update',"
        f" 'stock', key, '', row_id, label, changes, {differences.UPDATE_REASON}, {facts}, 1,"
        " fingerprint, json_object('quantity', after, 'row', payload::JSON)::VARCHAR"
        " FROM due WHERE after IS DISTINCT FROM before"
    ).fetchall()
