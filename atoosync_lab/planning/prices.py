"""Flow « Mise à jour des prix »: base prices of products and variants that the shop has (ART-03, ART-50)."""

from __future__ import annotations

from atoosync_lab.mapping import prices
from atoosync_lab.planning import differences, selection
from atoosync_lab.planning.context import CatalogueContext
from atoosync_lab.planning.plan import PlanWriter

VERSION = "prices-1"


def price_sql(precision: int) -> str:
    """SQL of the price to write for an `item i` whose variant's product is `m`: a variant gets its impact."""
    price = prices.price_sql(precision, "i.price_excl_tax")
    return (
        f"CASE WHEN i.target_kind = 'variant' THEN ({price} - coalesce(m.price_excl_tax, 0))::DECIMAL(18,6)"
        f" ELSE {price} END"
    )


MASTER_JOIN = (
    " LEFT JOIN shop.product a ON a.kind = i.target_kind AND a.remote_id = i.target_id"
    " LEFT JOIN shop.product m ON i.target_kind = 'variant' AND m.kind = 'product' AND m.remote_id = i.target_parent"
)
"""Joins the shop record `a` of an item and, for a variant, its product `m`."""


def plan_prices(ctx: CatalogueContext, out: PlanWriter) -> None:
    """Fill `out` with the rows of the price flow.

    Raises:
        FilterError: a filter is not understood.
    """
    settings = ctx.profile.articles.prices
    con = out.con
    selection.attach(con, ctx)
    selection.select_items(
        con,
        ctx,
        selection.Selection(
            published_only=settings.published_only,
            filter=settings.filter,
            since=ctx.mark if settings.since_last_transfer else None,
        ),
    )
    selection.write_verdicts(con, "price", ctx.reference_length)
    con.execute(
        "CREATE TEMP TABLE price AS SELECT i.key, i.label, i.target_id, i.target_kind, i.target_parent, i.last_md5,"
        f" a.price_excl_tax AS before, {price_sql(settings.precision)} AS after"
        f" FROM item i {MASTER_JOIN} WHERE i.verdict IS NULL"
    ).fetchall()
    selection.write_skips(con, "price", "price", "product.not_in_shop", "target_id IS NULL")
    selection.write_skips(con, "price", "price", "price.missing", "target_id IS NOT NULL AND after IS NULL")
    field = differences.Field("price_excl_tax", "after::VARCHAR", "before::VARCHAR")
    fingerprint = differences.fingerprint_sql(VERSION, ["key", "after"])
    con.execute(
        f"CREATE TEMP TABLE due AS SELECT *, {fingerprint} AS fingerprint,"
        f" {differences.changes_sql([field], create=False)} AS changes"
        " FROM price WHERE target_id IS NOT NULL AND after IS NOT NULL"
    ).fetchall()
    differences.write_unchanged(con, "price", "due", "after = before")
    # Products, then variants: the shop takes them in calls of their own, and a mixed batch would need two.
    con.execute(
        "INSERT INTO row SELECT coalesce((SELECT max(seq) FROM row), 0)"
        " + row_number() OVER (ORDER BY target_kind, key), 'update',"
        f" 'price', key, '', target_id, label, changes, {differences.UPDATE_REASON}, {differences.ROW_PARAMS}, 1,"
        " fingerprint, json_object('kind', target_kind, 'parent_id', coalesce(target_parent, ''),"
        " 'price_excl_tax', after::VARCHAR)::VARCHAR"
        " FROM due WHERE after IS DISTINCT FROM before"
    ).fetchall()
