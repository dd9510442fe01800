"""Which ERP articles a flow is about, and which shop record each one is: one verdict an article, in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.planning.context import CREATING, DUE, FAILED, UNDONE, CatalogueContext
from atoosync_lab.planning.sqltext import case_of, identifier, literal, params
from atoosync_lab.snapshots import duck


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which articles a flow takes."""

    published_only: bool = False
    active_only: bool = True
    """Leave out dormant and blocked articles."""
    filter: str = ""
    since: datetime | None = None
    strictly_after: bool = False
    """Stocks compare with `>`, the other flows with `>=` (ART-10, ART-40)."""
    by_creation: bool = False
    """`since` looks at the creation date (ART-02)."""


BLOCKS = ("product.no_reference", "product.reference_too_long", "product.duplicate_in_erp", "product.ambiguous_in_shop")
"""Verdicts that hold a record; every other verdict leaves it alone."""


def attach(con: duckdb.DuckDBPyConnection, ctx: CatalogueContext) -> None:
    """Attach both captures and put the last-sent fingerprints beside them."""
    duck.attach(con, ctx.erp.path, "erp")
    duck.attach(con, ctx.shop.path, "shop")
    con.execute("CREATE TEMP TABLE last_sent (key VARCHAR, md5 VARCHAR)")
    con.execute("CREATE TEMP TABLE images_due (key VARCHAR)")
    marks = (FAILED, UNDONE, CREATING)
    due = [(key,) for key, md5 in ctx.images.notes.items() if md5 in marks] if ctx.images else []
    if due:
        con.executemany("INSERT INTO images_due VALUES (?)", due)
    given = ctx.fingerprints
    if not isinstance(given, pa.Table):
        given = pa.table({"key": [k for k, _ in given], "md5": [m for _, m in given]})
    if given.num_rows:
        con.register("incoming_sent", given)
        con.execute("INSERT INTO last_sent SELECT key, md5 FROM incoming_sent").fetchall()
        con.unregister("incoming_sent")


def item_columns(ctx: CatalogueContext) -> dict[str, str]:
    """Columns a filter may name: lower-case name -> the ERP's spelling."""
    known = {i.id.lower(): i.id for i in ctx.profile.erp_lists.get(ListName.PRODUCT_FIELDS)}
    known.setdefault(ctx.key_column.lower(), ctx.key_column)
    return known


def column_sql(ctx: CatalogueContext, alias: str = "p") -> dict[str, str]:
    """Real column name -> SQL over the captured article."""
    columns = {real: f"{alias}.fields[{literal(real)}]" for real in item_columns(ctx).values()}
    columns[ctx.key_column] = f"{alias}.reference"
    return columns


def filter_sql(ctx: CatalogueContext, *expressions: str) -> tuple[str, list[str]]:
    """All filter expressions as one SQL condition with its values.

    Raises:
        FilterError: an expression is not understood.
    """
    parts: list[str] = ["TRUE"]
    values: list[str] = []
    if not any(expression.strip() for expression in expressions):
        return parts[0], values
    # The parser of SQL takes a sixth of the start of every command: only who filters waits for it.
    from atoosync_lab.mapping import filters

    columns, spelt = item_columns(ctx), column_sql(ctx)
    for expression in expressions:
        parsed = filters.parse(expression, columns, ctx.key_column)
        if parsed is not None:
            sql, given = filters.to_duckdb(parsed, lambda name: spelt[name])
            parts.append(sql)
            values += list(given)
    return " AND ".join(parts), values


def select_items(con: duckdb.DuckDBPyConnection, ctx: CatalogueContext, selection: Selection) -> None:
    """Make the view `item`: every ERP article with its verdict (NULL = taken) and, for taken ones, its shop record.

    Raises:
        FilterError: the profile's or the run's filter is not understood.
    """
    condition, values = filter_sql(ctx, selection.filter, ctx.filter)
    date = "p.created_at" if selection.by_creation else "p.modified_at"
    mark = "?" if selection.since else "NULL"
    beyond = ">" if selection.strictly_after else ">="
    skipped = [("p.key = ''", literal("product.no_reference"))]
    if ctx.keys:
        wanted = ", ".join(literal(k) for k in ctx.keys)
        skipped.append((f"p.key NOT IN ({wanted})", literal("product.not_asked")))
    skipped.append((f"NOT coalesce(({condition}), FALSE)", literal("product.filtered_out")))
    if selection.active_only:
        skipped.append(("NOT coalesce(p.active, FALSE)", literal("product.dormant")))
    if selection.published_only:
        skipped.append(("NOT coalesce(p.web_published, FALSE)", literal("product.not_published")))
    if selection.since:
        skipped.append(
            (
                f"NOT coalesce({date} {beyond} {mark}::TIMESTAMPTZ, TRUE) AND p.key NOT IN"
                f" (SELECT key FROM last_sent WHERE md5 IN {DUE} UNION ALL SELECT key FROM images_due)",
                literal("product.not_modified"),
            )
        )
    given = [*values, *([selection.since.isoformat()] if selection.since else [])]
    # Verdicts are found on narrow rows, and `item` is a view: the articles with all their fields are never copied.
    con.execute(
        f"CREATE TEMP TABLE chosen AS SELECT p.rowid AS place, p.key, {case_of(skipped)} AS verdict FROM erp.product p",
        given,
    ).fetchall()
    con.execute(
        "CREATE TEMP TABLE target AS SELECT remote_id, kind, parent_id, key, count(*) OVER (PARTITION BY key) AS twins,"
        " count(*) FILTER (kind = 'variant') OVER (PARTITION BY coalesce(parent_id, remote_id)) AS variants"
        " FROM shop.product WHERE key <> ''"
    ).fetchall()
    held = case_of(
        [
            ("c.verdict IS NOT NULL", "c.verdict"),
            (f"length(c.key) > {int(ctx.reference_length)}", literal("product.reference_too_long")),
            (
                "count(*) FILTER (c.verdict IS NULL) OVER (PARTITION BY c.key) > 1",
                literal("product.duplicate_in_erp"),
            ),
            ("t.twins > 1", literal("product.ambiguous_in_shop")),
        ]
    )
    con.execute(
        f"CREATE TEMP TABLE found AS SELECT c.place, {held} AS verdict, t.remote_id AS target_id,"
        " t.kind AS target_kind, t.parent_id AS target_parent, coalesce(t.variants, 0) AS variants, s.md5 AS last_md5"
        " FROM chosen c LEFT JOIN (SELECT DISTINCT ON (key) * FROM target) t ON t.key = c.key"
        " LEFT JOIN last_sent s ON s.key = c.key"
    ).fetchall()
    con.execute("DROP TABLE chosen").fetchall()
    con.execute(
        "CREATE TEMP VIEW item AS SELECT p.* REPLACE (coalesce(nullif(p.label, ''), p.reference) AS label),"
        " f.* EXCLUDE (place) FROM erp.product p JOIN found f ON f.place = p.rowid"
    ).fetchall()


def write_verdicts(con: duckdb.DuckDBPyConnection, entity: str, reference_length: int) -> None:
    """Every article with a verdict becomes a plan row: nothing is silently left out."""
    blocks = ", ".join(literal(b) for b in BLOCKS)
    facts = params(reference="key", label="label", limit=str(int(reference_length)))
    con.execute(
        "INSERT INTO row SELECT coalesce((SELECT max(seq) FROM row), 0) + row_number() OVER (ORDER BY key, remote_id),"
        f" CASE WHEN verdict IN ({blocks}) THEN 'block' ELSE 'skip' END, {literal(entity)},"
        " CASE WHEN key = '' THEN remote_id ELSE key END, '', coalesce(target_id, ''), label, '[]', verdict,"
        f" {facts}, 0, '', '' FROM item WHERE verdict IS NOT NULL AND verdict <> 'product.not_asked'"
    ).fetchall()


def write_skips(con: duckdb.DuckDBPyConnection, entity: str, source: str, reason: str, where: str) -> None:
    """Rows of `source` that are left alone for one reason."""
    facts = params(reference="key", label="label")
    con.execute(
        "INSERT INTO row SELECT coalesce((SELECT max(seq) FROM row), 0) + row_number() OVER (ORDER BY key), 'skip',"
        f" {literal(entity)}, key, '', coalesce(target_id, ''), label, '[]', {literal(reason)}, {facts}, 0, '', ''"
        f" FROM {source} WHERE {where}"
    ).fetchall()


__all__ = [
    "BLOCKS",
    "Selection",
    "attach",
    "column_sql",
    "filter_sql",
    "identifier",
    "item_columns",
    "select_items",
    "write_skips",
    "write_verdicts",
]
