"""Flows « Export des articles » and « Export des nouveaux articles »: sheet, price and quantity (ART-01, ART-02).

A creation writes everything; an update writes what the 19 switches of the shop side allow (SHP-02).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.planning import differences, selection
from atoosync_lab.planning.context import CREATING, CatalogueContext
from atoosync_lab.planning.differences import Field
from atoosync_lab.planning.images import plan_images
from atoosync_lab.planning.plan import PlanWriter
from atoosync_lab.planning.prices import (
    PRICE_JOINS,
    keeps_none_sql,
    make_rate_table,
    price_sql,
    rate_unknown_sql,
)
from atoosync_lab.planning.sqltext import case_of, identifier, literal
from atoosync_lab.planning.stock_sql import (
    STOCK_JOINS,
    STOCK_PAYLOAD,
    make_stock_table,
    make_waiting_table,
    notes_sql,
    quantity_sql,
)
from atoosync_lab.planning.text_table import TextColumn, converter, make_text_table
from atoosync_lab.settings.articles import ShopUpdate

VERSION = "articles-1"
UNFINISHED = f"last_md5 = {literal(CREATING)}"
"""SQL: a run broke off while it created the article."""
SWITCHES = {
    "name": "name",
    "description": "description",
    "description_short": "description_short",
    "meta_title": "meta_and_url",
    "meta_description": "meta_and_url",
    "meta_keywords": "meta_and_url",
    "link_rewrite": "meta_and_url",
}
"""Shop text -> the switch that allows an update to rewrite it."""


def plan_articles(ctx: CatalogueContext, out: PlanWriter) -> None:
    """Fill `out` with the rows of the article flow, or of its « new only » form.

    Raises:
        SettingsError: creating articles is switched off for this profile.
        FilterError: a filter is not understood.
    """
    products = ctx.profile.articles.products
    if not products.create:
        raise SettingsError("articles.create_off", page="articles.products")
    new_only = ctx.flow == "articles-new"
    con = out.con
    selection.attach(con, ctx)
    selection.select_items(
        con,
        ctx,
        selection.Selection(
            published_only=products.published_only,
            filter=products.filter,
            since=ctx.mark if new_only or products.since_last_transfer else None,
            by_creation=new_only,
        ),
    )
    texts = make_text_table(con, ctx)
    _make_tax_table(con, ctx)
    make_rate_table(con, ctx.price_terms)
    with_stock = bool(ctx.profile.articles.stocks.warehouses)
    if with_stock:
        make_stock_table(con, ctx.profile.articles.stocks)
        make_waiting_table(con)
    _make_sheet(con, ctx, texts, with_stock=with_stock)
    _make_case_twins(con, ctx)
    _hold(con)
    selection.write_verdicts(con, "product", ctx.reference_length)
    if new_only:
        there = f"verdict IS NULL AND target_id <> '' AND NOT coalesce({UNFINISHED}, FALSE)"
        selection.write_skips(con, "product", "sheet", "product.in_shop_already", there)
        con.execute(f"UPDATE sheet SET verdict = 'product.in_shop_already' WHERE {there}")
    _write_rows(con, ctx, texts)
    plan_images(ctx, out)


def _make_tax_table(con: duckdb.DuckDBPyConnection, ctx: CatalogueContext) -> None:
    products = ctx.profile.articles.products
    con.execute("CREATE TEMP TABLE tax_map (vat VARCHAR, tax_group VARCHAR)")
    rows = [(vat, group) for vat, group in products.taxes.items() if group]
    if rows:
        con.executemany("INSERT INTO tax_map VALUES (?, ?)", rows)


def _brand_table(con: duckdb.DuckDBPyConnection, ctx: CatalogueContext, source: str) -> None:
    """Each distinct brand, cleaned once."""
    clean = converter(ctx, "brand")
    names = [
        r[0]
        for r in con.execute(
            f"SELECT DISTINCT trim(coalesce(fields[{literal(source)}], '')) FROM item WHERE verdict IS NULL"
        ).fetchall()
    ]
    con.execute("CREATE TEMP TABLE brand (raw VARCHAR, name VARCHAR)")
    if names:
        con.executemany("INSERT INTO brand VALUES (?, ?)", [(n, clean(n).text) for n in names])


def _make_sheet(
    con: duckdb.DuckDBPyConnection, ctx: CatalogueContext, texts: Sequence[TextColumn], *, with_stock: bool
) -> None:
    """Desired and actual of every taken article in one row, texts apart: `sheet`."""
    products = ctx.profile.articles.products
    brand = "NULL::VARCHAR"
    brand_join = ""
    if products.brand_field:
        _brand_table(con, ctx, products.brand_field)
        brand = "b.name"
        source = f"trim(coalesce(i.fields[{literal(products.brand_field)}], ''))"
        brand_join = f" LEFT JOIN brand b ON b.raw = {source}"
    main_name = next((c.name for c in texts if c.field == "name" and c.language == ctx.languages[0]), None)
    name = f"coalesce(x.{identifier(main_name)}, '')" if main_name else "''"
    stock_join = ""
    stock = ", NULL::BIGINT AS quantity, NULL::BIGINT AS shop_quantity, '' AS row_id, '' AS stock_row, NULL AS notes"
    if with_stock:
        shop_has = "NOT (i.target_kind = 'product' AND i.variants > 0)"
        stock = (
            f", {quantity_sql(ctx.profile.articles.stocks)} AS quantity,"
            f" CASE WHEN {shop_has} THEN k.quantity::BIGINT END AS shop_quantity,"
            f" CASE WHEN {shop_has} THEN coalesce(k.remote_id, '') ELSE '' END AS row_id,"
            f" coalesce({STOCK_PAYLOAD}::VARCHAR, '') AS stock_row, {notes_sql(ctx.profile.articles.stocks)} AS notes"
        )
        stock_join = STOCK_JOINS
    con.execute(
        "CREATE TEMP TABLE sheet AS SELECT i.remote_id, i.key, i.reference, i.label, i.verdict, i.last_md5, i.variants,"
        " coalesce(i.target_id, '') AS target_id, coalesce(i.target_kind, 'product') AS target_kind,"
        " coalesce(i.target_parent, '') AS target_parent, coalesce(a.unit_id, '') AS unit_id,"
        " a.active AS shown,"
        f" {price_sql(ctx.price_terms, ctx.profile.articles.prices.precision)} AS price,"
        f" {rate_unknown_sql(ctx.price_terms)} AS no_rate, a.{ctx.price_terms.column} AS shop_price,"
        f" coalesce(tm.tax_group, {literal(products.default_tax)}) AS tax, i.tax_id AS vat,"
        " coalesce(a.tax_id, '') AS shop_tax, trim(i.barcode) AS barcode, coalesce(a.barcode, '') AS shop_barcode,"
        f" {brand} AS brand, coalesce(a.brand, '') AS shop_brand, {name} AS main_name{stock}"
        f" FROM item i LEFT JOIN item_text x ON x.key = i.key {PRICE_JOINS}"
        f" LEFT JOIN tax_map tm ON tm.vat = i.tax_id{brand_join}{stock_join} WHERE i.verdict IS NULL"
    ).fetchall()


def _make_case_twins(con: duckdb.DuckDBPyConnection, ctx: CatalogueContext) -> None:
    """Make `case_twin(key, other)`: articles that cannot be created, because the shop takes their reference for another
    one that differs by case alone (PB-27). Empty for shops that tell the two apart.
    """
    con.execute("CREATE TEMP TABLE case_twin (key VARCHAR, other VARCHAR)").fetchall()
    if not ctx.text_rules.get("reference", {}).get("ignores_case"):
        return
    fresh = "SELECT key FROM sheet WHERE target_id = ''"
    con.execute(
        "INSERT INTO case_twin SELECT n.key, min(t.key)"
        f" FROM ({fresh}) n JOIN (SELECT key FROM shop.product WHERE key <> '' UNION {fresh}) t"
        " ON lower(t.key) = lower(n.key) AND t.key <> n.key GROUP BY n.key"
    ).fetchall()


def _hold(con: duckdb.DuckDBPyConnection) -> None:
    """Records that cannot be written as they are become block rows that name the cure."""
    reasons = [
        ("key IN (SELECT key FROM case_twin)", literal("product.case_twin")),
        ("target_id = '' AND main_name = ''", literal("product.no_name")),
        ("coalesce(tax, '') = '' AND target_kind = 'product'", literal("product.tax_not_mapped")),
        ("no_rate", literal("price.no_rate")),
        ("target_id = '' AND price IS NULL", literal("price.missing")),
        ("price < 0 AND target_kind = 'product'", literal("price.negative")),
    ]
    con.execute(f"UPDATE sheet SET verdict = {case_of(reasons)}").fetchall()
    con.execute(
        "INSERT INTO row SELECT coalesce((SELECT max(seq) FROM row), 0) + row_number() OVER (ORDER BY key), 'block',"
        " 'product', key, '', target_id, label, '[]', verdict, json_object('reference', key, 'label', label, 'vat',"
        " coalesce(vat, ''), 'price', coalesce(price::VARCHAR, ''), 'other', coalesce(other, ''))::VARCHAR, 0, '', ''"
        " FROM sheet LEFT JOIN case_twin USING (key) WHERE verdict IS NOT NULL"
    ).fetchall()


def _fields(ctx: CatalogueContext, texts: Sequence[TextColumn]) -> list[Field]:
    """Every compared field with the switch that lets an update write it."""
    update: ShopUpdate = ctx.profile.articles.update
    sheet = "target_kind = 'product'"
    terms = ctx.price_terms

    def on(switch: bool, extra: str = "TRUE") -> str:
        return extra if switch else "FALSE"

    found = []
    for column in texts:
        allowed = getattr(update, SWITCHES[column.field])
        if column.language != ctx.languages[0] and not update.all_languages:
            allowed = False
        before = f"coalesce(shop_texts[{literal(column.name)}], '')"
        normal = "regexp_replace(trim({}), '\\s+', ' ', 'g')"
        found.append(Field(column.name, identifier(column.name), before, on(allowed, sheet), normal))
    # The quantity of a new article goes after its sheet: one that was not counted yet is, whatever updates may write.
    quantity = "row_id <> ''" if update.quantity else f"{UNFINISHED} AND row_id <> ''"
    found += [
        Field(terms.column, "price::VARCHAR", "shop_price::VARCHAR", on(update.price, f"NOT {keeps_none_sql(terms)}")),
        Field("tax_id", "nullif(tax, '')", "shop_tax", on(update.price, sheet)),
        Field("barcode", "nullif(barcode, '')", "shop_barcode", on(update.barcode)),
        Field("brand", "nullif(brand, '')", "shop_brand", on(update.brand, sheet)),
        Field("quantity", "quantity::VARCHAR", "shop_quantity::VARCHAR", quantity),
    ]
    return found


def _unfinished(ctx: CatalogueContext) -> list[Field]:
    """What only a creation writes, where it broke off before that."""
    if not ctx.profile.articles.creation.active:
        return []
    return [Field("active", "'true'", "shown::VARCHAR", f"{UNFINISHED} AND target_kind = 'product'")]


def _payload(ctx: CatalogueContext, fields: Sequence[Field], texts: Sequence[TextColumn], *, create: bool) -> str:
    """SQL of all that the write needs, as JSON text.

    A text that is touched is sent in every language, because shops empty the languages that are not listed: those
    without a desired text keep the shop's, or take the main language's on creation.
    """
    by_field: dict[str, dict[str, Field]] = {}
    columns = {c.name: c for c in texts}
    values = []
    for field in fields:
        column = columns.get(field.name)
        if column:
            by_field.setdefault(column.field, {})[column.language] = field
        elif field.name != "quantity":
            given = f"coalesce({field.after}, '') <> ''" if create else field.differs
            values.append(f"CASE WHEN {given} THEN {{'k': {literal(field.name)}, 'v': {field.after}}} END")
    main = ctx.languages[0]
    languages = []
    for name, mapped in by_field.items():
        touched = "TRUE" if create else "(" + " OR ".join(f.differs for f in mapped.values()) + ")"
        for language in ctx.languages:
            kept = f"coalesce(shop_texts[{literal(f'{name}@{language}')}], '')"
            fallback = mapped[main].after if main in mapped else "''"
            own = mapped.get(language)
            after = f"coalesce(nullif({own.after}, ''), {fallback}, '')" if own else fallback
            if not create:
                after = f"coalesce({own.after}, {kept})" if own and own.update != "FALSE" else kept
            entry = f"{{'k': {literal(f'{name}@{language}')}, 'v': coalesce({after}, '')}}"
            languages.append(f"CASE WHEN {touched} THEN {entry} END")
    stock = "nullif(stock_row, '')::JSON"
    if not create:
        quantity = next(f for f in fields if f.name == "quantity")
        stock = f"CASE WHEN {quantity.differs} THEN {stock} END"
    return (
        "json_object('reference', reference, 'kind', target_kind, 'parent_id', target_parent, 'unit_id', unit_id,"
        f" 'values', {_listed(values)}, 'texts', {_listed(languages)}, 'quantity', quantity, 'stock', {stock})::VARCHAR"
    )


def _listed(entries: Sequence[str]) -> str:
    return f"list_filter([{', '.join(entries)}], lambda x: x IS NOT NULL)" if entries else "[]"


def _write_rows(con: duckdb.DuckDBPyConnection, ctx: CatalogueContext, texts: Sequence[TextColumn]) -> None:
    fields = _fields(ctx, texts)
    fingerprint = differences.fingerprint_sql(VERSION, ["key", *(f.after for f in fields)])
    updated = [*fields, *_unfinished(ctx)]
    # Most articles are equal on both sides: only the others are copied with their texts and get their fingerprint.
    con.execute(
        "CREATE TEMP TABLE due AS SELECT * FROM"
        " (SELECT s.*, x.* EXCLUDE (key), a.texts AS shop_texts FROM sheet s LEFT JOIN item_text x ON x.key = s.key"
        " LEFT JOIN shop.product a ON a.kind = s.target_kind AND a.remote_id = s.target_id WHERE s.verdict IS NULL)"
        f" WHERE target_id = '' OR {differences.any_change(updated)}"
    ).fetchall()
    differences.write_unchanged(con, "product", "sheet ANTI JOIN due USING (key)", "verdict IS NULL")
    for create, written in ((True, fields), (False, updated)):
        where = "target_id = ''" if create else "target_id <> ''"
        reason = "'product.new'" if create else differences.UPDATE_REASON
        con.execute(
            "INSERT INTO row SELECT coalesce((SELECT max(seq) FROM row), 0) + row_number() OVER (ORDER BY key),"
            f" {literal('create' if create else 'update')}, 'product', key, '', target_id, label,"
            f" {differences.changes_sql(written, create=create)}, {reason},"
            " json_object('reference', key, 'label', label, 'warnings', coalesce(text_warnings, ''), 'notes', notes)"
            "::VARCHAR, 1,"
            f" fingerprint, {_payload(ctx, written, texts, create=create)}"
            f" FROM (SELECT *, {fingerprint} AS fingerprint FROM due WHERE {where})"
        ).fetchall()
