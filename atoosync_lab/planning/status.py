"""Flow « Activer ou désactiver les articles »: never creates, never deletes (ART-05, ART-11)."""

from __future__ import annotations

from atoosync_lab.mapping import activation
from atoosync_lab.planning import differences, selection
from atoosync_lab.planning.context import CatalogueContext
from atoosync_lab.planning.plan import PlanWriter

VERSION = "status-1"


def plan_status(ctx: CatalogueContext, out: PlanWriter) -> None:
    """Fill `out` with the rows of the status flow: published and not dormant = active, all else inactive.

    Raises:
        FilterError: the run's filter is not understood.
    """
    settings = ctx.profile.articles.products
    con = out.con
    selection.attach(con, ctx)
    selection.select_items(
        con,
        ctx,
        selection.Selection(
            active_only=False,
            filter=settings.filter,
            since=ctx.mark if settings.status_since_last_transfer else None,
        ),
    )
    selection.write_verdicts(con, "status", ctx.reference_length)
    con.execute(
        "CREATE TEMP TABLE status AS SELECT i.key, i.label, i.target_id, i.target_kind, i.last_md5,"
        f" a.active AS before, {activation.active_sql('i.web_published', 'i.active')} AS after"
        " FROM item i LEFT JOIN shop.product a ON a.kind = i.target_kind AND a.remote_id = i.target_id"
        " WHERE i.verdict IS NULL"
    ).fetchall()
    selection.write_skips(con, "status", "status", "product.not_in_shop", "target_id IS NULL")
    selection.write_skips(con, "status", "status", "status.variant", "target_kind = 'variant'")
    field = differences.Field("active", "after::VARCHAR", "before::VARCHAR")
    fingerprint = differences.fingerprint_sql(VERSION, ["key", "after"])
    con.execute(
        f"CREATE TEMP TABLE due AS SELECT *, {fingerprint} AS fingerprint,"
        f" {differences.changes_sql([field], create=False)} AS changes FROM status WHERE target_kind = 'product'"
    ).fetchall()
    differences.write_unchanged(con, "status", "due", "after = before")
    con.execute(
        "INSERT INTO row SELECT coalesce((SELECT max(seq) FROM row), 0) + row_number() OVER (ORDER BY key),"
        " CASE WHEN after THEN 'activate' ELSE 'deactivate' END, 'status', key, '', target_id, label, changes,"
        f" CASE WHEN after THEN 'status.published' ELSE 'status.not_published' END, {differences.ROW_PARAMS}, 1,"
        " fingerprint, json_object('active', after)::VARCHAR FROM due WHERE after IS DISTINCT FROM before"
    ).fetchall()
