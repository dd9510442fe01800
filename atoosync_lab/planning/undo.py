"""The reverse of an applied plan, in SQL: what was done, as the shop is now, back to what it was (BEY-05).

A record is taken back only where the shop still holds what the plan wrote. Where somebody changed it since, it is left
as it is, and named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from atoosync_lab.planning.context import UNDONE
from atoosync_lab.planning.plan import WRITES, PlanWriter
from atoosync_lab.planning.sqltext import literal
from atoosync_lab.planning.stock_sql import STOCK_PAYLOAD
from atoosync_lab.snapshots import duck

NUMBERS = ("price_excl_tax", "price_incl_tax", "quantity")
"""Fields compared as numbers; all others as texts, spaces aside."""
_CHANGES = """'[{"field": "VARCHAR", "before": "VARCHAR", "after": "VARCHAR"}]'"""


@dataclass(frozen=True, slots=True)
class Touched:
    """Which records of the shop the applied plan wrote: what has to be read before it can be taken back."""

    products: tuple[str, ...]
    """Ids of products, those of written variants included; empty: no sheet is concerned."""
    stocks: tuple[str, ...]
    """Ids of the products whose stock rows were written."""


def read_applied(
    con: duckdb.DuckDBPyConnection, applied: Path, done: pa.Table, sent: pa.Table, *, killed: bool = False
) -> Touched:
    """Make `written`: the rows of the applied plan that write, with whether they were done and which record they are.

    Args:
        con: the plan being made.
        applied: file of the applied plan.
        done: what the journal says was done: columns `key`, `entity`, `action`.
        sent: what was sent since the plan was made: columns `key`, `md5`, `target_id`.
        killed: the run never ended: what it wrote last is noted nowhere, so every row whose record is known counts as
            done, and what the shop holds decides.

    Raises:
        StorageError: the file cannot be read.
    """
    duck.attach(con, applied, "applied")
    for name, table in (("done_given", done), ("sent_given", sent)):
        con.register(name, table)
    writes = ", ".join(literal(action.value) for action in WRITES)
    # A run that was killed may have lost its last lines, not what it noted as sent.
    con.execute(
        "CREATE TEMP TABLE written AS SELECT r.*, d.key IS NOT NULL OR coalesce(s.md5 = r.fingerprint, FALSE)"
        f" OR ({str(killed).upper()} AND r.target_id <> '') AS done,"
        " CASE WHEN r.entity = 'stock' THEN 'stock' WHEN r.action = 'create' OR r.entity = 'status' THEN 'product'"
        " ELSE coalesce(json_extract_string(r.payload, '$.kind'), 'product') END AS kind,"
        " coalesce(nullif(r.target_id, ''), s.target_id, '') AS record_id,"
        " coalesce(json_extract_string(r.payload, '$.parent_id'), '') AS parent_id,"
        " coalesce(json_extract_string(r.payload, '$.unit_id'), '') AS unit_id,"
        " CASE WHEN r.entity = 'stock' THEN json_extract_string(r.payload, '$.row.product_id')"
        " ELSE json_extract_string(r.payload, '$.stock.product_id') END AS stock_product,"
        " json_extract_string(r.payload, '$.stock.remote_id') AS stock_id,"
        " coalesce(json_extract_string(r.payload, '$.was'), '') AS was"
        " FROM applied.row r"
        " LEFT JOIN (SELECT DISTINCT key, entity, action FROM done_given) d"
        " ON d.key = r.key AND d.entity = r.entity AND d.action = r.action"
        f" LEFT JOIN sent_given s ON s.key = r.key WHERE r.action IN ({writes}) AND r.entity <> 'image'"
    ).fetchall()
    # An image that was taken away is not kept anywhere to be put back: images stay as they are, and that is said.
    con.execute(
        "CREATE TEMP TABLE written_image AS SELECT key, target_id, label FROM applied.row"
        f" WHERE action IN ({writes}) AND entity = 'image'"
    ).fetchall()
    for name in ("done_given", "sent_given"):
        con.unregister(name)
    con.execute("DETACH applied")
    sheets = (
        "SELECT DISTINCT CASE WHEN kind = 'variant' THEN parent_id ELSE record_id END AS id FROM written"
        " WHERE done AND kind <> 'stock' ORDER BY id"
    )
    rows = (
        "SELECT DISTINCT stock_product AS id FROM written WHERE done AND coalesce(stock_product, '') <> '' ORDER BY id"
    )
    return Touched(*(tuple(r[0] for r in con.execute(sql).fetchall() if r[0]) for sql in (sheets, rows)))


def plan_undo(out: PlanWriter, shop: Path | None, *, hides: bool) -> None:
    """Fill `out` with the reverse rows, and with the rows that are left as they are, each with its reason.

    Args:
        out: the plan being made; `read_applied` was called on its connection.
        shop: capture of the touched records as they are now; None: nothing was done, so nothing was read.
        hides: the shop can hide a product that the plan created, which it had shown.

    Raises:
        StorageError: the capture cannot be read.
    """
    con = out.con
    _present(con, shop)
    _judge(con, hides=hides)
    _write(con)


def _present(con: duckdb.DuckDBPyConnection, shop: Path | None) -> None:
    """Make `present`, one row a field of a touched record, and `present_stock`, the stock rows as read."""
    con.execute("CREATE TEMP TABLE present (kind VARCHAR, id VARCHAR, key VARCHAR, field VARCHAR, value VARCHAR)")
    con.execute("CREATE TEMP TABLE present_stock (id VARCHAR, payload VARCHAR)")
    if shop is None:
        return
    duck.attach(con, shop, "shop")
    plain: Sequence[tuple[str, str]] = (
        ("price_excl_tax", "price_excl_tax::VARCHAR"),
        ("price_incl_tax", "price_incl_tax::VARCHAR"),
        ("tax_id", "coalesce(tax_id, '')"),
        ("barcode", "coalesce(barcode, '')"),
        ("brand", "coalesce(brand, '')"),
        ("active", "active::VARCHAR"),
    )
    for field, value in plain:
        con.execute(
            f"INSERT INTO present SELECT kind, remote_id, key, {literal(field)}, {value} FROM shop.product"
        ).fetchall()
    con.execute(
        "INSERT INTO present SELECT kind, remote_id, key, unnest(map_keys(texts)), unnest(map_values(texts))"
        " FROM shop.product"
    ).fetchall()
    con.execute(
        "INSERT INTO present SELECT 'stock', remote_id, NULL, 'quantity', quantity::BIGINT::VARCHAR FROM shop.stock"
    ).fetchall()
    con.execute(f"INSERT INTO present_stock SELECT remote_id, {STOCK_PAYLOAD}::VARCHAR FROM shop.stock k").fetchall()


def _judge(con: duckdb.DuckDBPyConnection, *, hides: bool) -> None:
    """Make `field_now`, each change beside what the shop holds, and `judged`, one verdict a row (NULL: taken back)."""
    number = f"c.field IN ({', '.join(literal(n) for n in NUMBERS)})"

    def same(one: str, other: str) -> str:
        text = "regexp_replace(trim(coalesce({}, '')), '\\s+', ' ', 'g')"
        numbers = f"TRY_CAST({one} AS DECIMAL(18, 6)) IS NOT DISTINCT FROM TRY_CAST({other} AS DECIMAL(18, 6))"
        return f"CASE WHEN {number} THEN {numbers} ELSE {text.format(one)} = {text.format(other)} END"

    con.execute(
        "CREATE TEMP TABLE field_now AS SELECT w.seq, w.key AS row_key, c.field, c.before, c.after, p.value AS now,"
        f" p.key, p.field IS NOT NULL AS there, {same('p.value', 'c.after')} AS as_written,"
        f" {same('p.value', 'c.before')} AS as_before"
        " FROM (SELECT seq, key, kind, record_id, stock_id, unnest(from_json(changes, "
        + _CHANGES
        + ")) AS c FROM written"
        " WHERE done AND action <> 'create') w"
        " LEFT JOIN present p ON p.field = c.field AND p.kind = CASE WHEN c.field = 'quantity' THEN 'stock' ELSE w.kind"
        " END AND p.id = CASE WHEN c.field = 'quantity' AND w.kind <> 'stock' THEN w.stock_id ELSE w.record_id END"
    ).fetchall()
    stays = "CASE WHEN NOT done THEN 'undo.not_applied' WHEN shown IS NULL THEN 'undo.gone'"
    con.execute(
        "CREATE TEMP TABLE judged AS WITH fields AS (SELECT seq, bool_and(there) AS there, bool_and(as_before) AS back,"
        " bool_and(as_written OR as_before) AS ours,"
        f" bool_or(before IS NULL AND field IN ({', '.join(literal(n) for n in NUMBERS)})) AS unknown,"
        " bool_and(key IS NULL OR key = row_key) AS same_key,"
        " string_agg(field || ' : ' || coalesce(now, '—'), ' ; ' ORDER BY field)"
        " FILTER (NOT as_written AND NOT as_before) AS others"
        " FROM field_now GROUP BY seq),"
        " creations AS (SELECT w.seq, p.value AS shown FROM written w LEFT JOIN present p ON p.kind = 'product'"
        " AND p.id = w.record_id AND p.key = w.key AND p.field = 'active' WHERE w.action = 'create')"
        " SELECT w.*, coalesce(f.others, '') AS others, CASE WHEN w.action = 'create' THEN"
        f" {stays} WHEN shown = 'false' OR NOT {str(hides).upper()} THEN 'undo.created_stays' END"
        " WHEN NOT w.done THEN 'undo.not_applied' WHEN NOT coalesce(f.there, FALSE) OR NOT f.same_key THEN 'undo.gone'"
        " WHEN f.back THEN 'undo.back_already' WHEN NOT f.ours THEN 'undo.changed_since'"
        " WHEN f.unknown THEN 'undo.no_before' END AS verdict"
        " FROM written w LEFT JOIN fields f ON f.seq = w.seq LEFT JOIN creations c ON c.seq = w.seq"
    ).fetchall()


_PARAMS = "json_object('reference', key, 'label', label, 'now', others)::VARCHAR"
_SEQ = "coalesce((SELECT max(seq) FROM row), 0) + row_number() OVER (ORDER BY entity, key)"


def _write(con: duckdb.DuckDBPyConnection) -> None:
    """Reverse rows first, then those that are left alone; what is back already is counted only."""
    fingerprint = f"CASE WHEN fingerprint = {literal(UNDONE)} AND was <> '' THEN was ELSE {literal(UNDONE)} END"
    con.execute(
        "CREATE TEMP TABLE reversed AS SELECT seq, field, now, before FROM field_now WHERE as_written AND NOT as_before"
    ).fetchall()
    con.execute(
        "CREATE TEMP TABLE reverse AS SELECT CASE WHEN j.action = 'create' THEN 'status' ELSE j.entity END AS entity,"
        f" j.key, j.label, j.record_id, j.others, j.action = 'create' AS made, r.changes, {fingerprint} AS md5,"
        f" CASE WHEN j.entity = 'product' AND j.action <> 'create' THEN {_sheet()}"
        " WHEN j.entity = 'stock' THEN json_object('quantity', r.quantity, 'row', (SELECT any_value(payload) FROM"
        " present_stock k WHERE k.id = j.record_id)::JSON, 'was', j.fingerprint)::VARCHAR"
        " WHEN j.entity = 'price' THEN json_object('kind', j.kind, 'parent_id', j.parent_id, 'unit_id', j.unit_id,"
        " 'price_excl_tax', r.net, 'price_incl_tax', r.gross, 'was', j.fingerprint)::VARCHAR"
        " ELSE json_object('active', coalesce(r.active, 'false') = 'true', 'was', j.fingerprint)::VARCHAR END AS body,"
        " coalesce(r.active, 'false') = 'true' AS shows"
        " FROM judged j LEFT JOIN (SELECT seq, max(before) FILTER (field = 'quantity') AS quantity,"
        " max(before) FILTER (field = 'price_excl_tax') AS net,"
        " max(before) FILTER (field = 'price_incl_tax') AS gross, max(before) FILTER (field = 'active') AS active,"
        " to_json(list({'field': field, 'before': now, 'after': before} ORDER BY field))::VARCHAR AS changes"
        " FROM reversed GROUP BY seq) r ON r.seq = j.seq WHERE j.verdict IS NULL"
    ).fetchall()
    hidden = """'[{"field":"active","before":"true","after":"false"}]'"""
    action = "CASE WHEN entity <> 'status' THEN 'update' WHEN shows THEN 'activate' ELSE 'deactivate' END"
    con.execute(
        f"INSERT INTO row SELECT {_SEQ}, {action}, entity, key, '', record_id, label, coalesce(changes, {hidden}),"
        f" CASE WHEN made THEN 'undo.created' ELSE 'undo.back' END, {_PARAMS}, 1, md5, body FROM reverse"
    ).fetchall()
    con.execute(
        "INSERT INTO unchanged SELECT entity, key, record_id, verdict FROM judged WHERE verdict = 'undo.back_already'"
    ).fetchall()
    con.execute(
        f"INSERT INTO row SELECT {_SEQ}, 'skip', entity, key, '', record_id, label, '[]', verdict, {_PARAMS}, 0, '', ''"
        " FROM judged WHERE verdict IS NOT NULL AND verdict <> 'undo.back_already'"
    ).fetchall()
    con.execute(
        "INSERT INTO row SELECT coalesce((SELECT max(seq) FROM row), 0) + row_number() OVER (ORDER BY key), 'skip',"
        " 'image', key, '', target_id, label, '[]', 'undo.images_stay',"
        " json_object('reference', key, 'label', label)::VARCHAR, 0, '', '' FROM written_image"
    ).fetchall()
    for table in ("written", "written_image", "present", "present_stock", "field_now", "judged", "reversed", "reverse"):
        con.execute(f"DROP TABLE {table}")


def _sheet() -> str:
    """SQL of a sheet's reverse payload. A text that is touched is sent in every language: shops empty the others."""
    touched = (
        "(SELECT DISTINCT split_part(field, '@', 1) AS base FROM reversed t WHERE t.seq = j.seq"
        " AND contains(field, '@'))"
    )
    texts = (
        "(SELECT list({'k': p.field, 'v': coalesce(b.before, p.value, '')} ORDER BY p.field) FROM present p"
        " LEFT JOIN reversed b ON b.seq = j.seq AND b.field = p.field WHERE p.kind = j.kind AND p.id = j.record_id"
        f" AND contains(p.field, '@') AND split_part(p.field, '@', 1) IN {touched})"
    )
    values = (
        "(SELECT list({'k': v.field, 'v': coalesce(v.before, '')} ORDER BY v.field) FROM reversed v WHERE v.seq = j.seq"
        " AND NOT contains(v.field, '@') AND v.field <> 'quantity')"
    )
    stock = "(SELECT any_value(payload) FROM present_stock k WHERE k.id = j.stock_id AND r.quantity IS NOT NULL)::JSON"
    return (
        "json_object('reference', j.key, 'kind', j.kind, 'parent_id', j.parent_id, 'unit_id', j.unit_id,"
        f" 'values', coalesce({values}, []), 'texts', coalesce({texts}, []), 'quantity', r.quantity, 'stock', {stock},"
        " 'was', j.fingerprint)::VARCHAR"
    )
