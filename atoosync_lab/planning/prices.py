"""Flow « Mise à jour des prix »: base prices of products and variants that the shop has (ART-03, ART-50)."""

from __future__ import annotations

import duckdb

from atoosync_lab.mapping import prices
from atoosync_lab.planning import differences, selection
from atoosync_lab.planning.context import CatalogueContext, PriceTerms
from atoosync_lab.planning.plan import PlanWriter
from atoosync_lab.planning.sqltext import literal

VERSION = "prices-1"


def make_rate_table(con: duckdb.DuckDBPyConnection, terms: PriceTerms) -> None:
    """Make `vat_rate(vat, percent)`: the ERP's rates, for shops that keep prices with tax."""
    con.execute("CREATE TEMP TABLE vat_rate (vat VARCHAR, percent DECIMAL(9,6))")
    if terms.incl_tax and terms.vat:
        con.executemany("INSERT INTO vat_rate VALUES (?, ?)", [(vat, rate) for vat, rate in terms.vat.items()])


def price_sql(terms: PriceTerms, precision: int) -> str:
    """SQL of the price to write for an `item i` beside `PRICE_JOINS`, in the shop's terms; NULL: none can be made."""
    # A division would be made in binary floats, and the product of two narrow decimals overflows.
    with_tax = "(i.price_excl_tax::DECIMAL(20,6) * (100 + vr.percent)::DECIMAL(10,6) * 0.01::DECIMAL(3,2))"
    source = with_tax if terms.incl_tax else "i.price_excl_tax"
    price = prices.price_sql(min(precision, terms.decimals), source)
    if not terms.impact:
        return price
    return (
        f"CASE WHEN i.target_kind = 'variant' THEN ({price} - coalesce(m.{terms.column}, 0))::DECIMAL(18,6)"
        f" ELSE {price} END"
    )


def rate_unknown_sql(terms: PriceTerms) -> str:
    """SQL: the ERP states a price, but the rate of its VAT is not known."""
    return "(i.price_excl_tax IS NOT NULL AND vr.percent IS NULL)" if terms.incl_tax else "FALSE"


def keeps_none_sql(terms: PriceTerms) -> str:
    """SQL: the shop keeps no price of this record, only those of its variants."""
    return "FALSE" if terms.impact else "(target_kind = 'product' AND variants > 0)"


PRICE_JOINS = (
    " LEFT JOIN shop.product a ON a.kind = i.target_kind AND a.remote_id = i.target_id"
    " LEFT JOIN shop.product m ON i.target_kind = 'variant' AND m.kind = 'product' AND m.remote_id = i.target_parent"
    " LEFT JOIN vat_rate vr ON vr.vat = i.tax_id"
)
"""Joins the shop record `a` of an item, for a variant its product `m`, and the rate `vr` of its VAT."""


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
    terms = ctx.price_terms
    make_rate_table(con, terms)
    con.execute(
        "CREATE TEMP TABLE price AS SELECT i.key, i.label, i.target_id, i.target_kind, i.target_parent, i.last_md5,"
        f" i.variants, coalesce(a.unit_id, '') AS unit_id, a.{terms.column} AS before,"
        f" {price_sql(terms, settings.precision)} AS after, {rate_unknown_sql(terms)} AS no_rate"
        f" FROM item i {PRICE_JOINS} WHERE i.verdict IS NULL"
    ).fetchall()
    there = f"target_id IS NOT NULL AND NOT {keeps_none_sql(terms)}"
    selection.write_skips(con, "price", "price", "product.not_in_shop", "target_id IS NULL")
    selection.write_skips(
        con, "price", "price", "price.kept_by_variants", f"target_id IS NOT NULL AND {keeps_none_sql(terms)}"
    )
    selection.write_skips(con, "price", "price", "price.no_rate", f"{there} AND no_rate")
    selection.write_skips(con, "price", "price", "price.missing", f"{there} AND after IS NULL AND NOT no_rate")
    field = differences.Field(terms.column, "after::VARCHAR", "before::VARCHAR")
    fingerprint = differences.fingerprint_sql(VERSION, ["key", "after"])
    con.execute(
        f"CREATE TEMP TABLE due AS SELECT *, {fingerprint} AS fingerprint,"
        f" {differences.changes_sql([field], create=False)} AS changes"
        f" FROM price WHERE {there} AND after IS NOT NULL"
    ).fetchall()
    differences.write_unchanged(con, "price", "due", "after = before")
    # Products, then variants: the shop takes them in calls of their own, and a mixed batch would need two.
    con.execute(
        "INSERT INTO row SELECT coalesce((SELECT max(seq) FROM row), 0)"
        " + row_number() OVER (ORDER BY target_kind, key), 'update',"
        f" 'price', key, '', target_id, label, changes, {differences.UPDATE_REASON}, {differences.ROW_PARAMS}, 1,"
        " fingerprint, json_object('kind', target_kind, 'parent_id', coalesce(target_parent, ''),"
        f" 'unit_id', unit_id, {literal(terms.column)}, after::VARCHAR)::VARCHAR"
        " FROM due WHERE after IS DISTINCT FROM before"
    ).fetchall()
