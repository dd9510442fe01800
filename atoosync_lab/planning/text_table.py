"""Texts of the articles for each shop language: every distinct ERP text is converted once, then joined (ART-06, 07)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from atoosync_lab.mapping import rtf, texts
from atoosync_lab.planning.context import CatalogueContext
from atoosync_lab.planning.sqltext import identifier, literal
from atoosync_lab.settings.articles import TEXT_FIELDS, TextMap

Convert = Callable[[str], texts.Cleaned]


@dataclass(frozen=True, slots=True)
class TextColumn:
    """One shop text: its field, language, and the ERP field that fills it."""

    field: str
    language: str
    source: str

    @property
    def name(self) -> str:
        """`name@1`."""
        return f"{self.field}@{self.language}"


def text_columns(ctx: CatalogueContext) -> list[TextColumn]:
    """Every mapped text, main language first. A name or URL without a map of its own is made from the main one."""
    products = ctx.profile.articles.products
    found: list[TextColumn] = []
    for language in ctx.languages:
        own = products.texts if language == ctx.languages[0] else products.texts_by_language.get(language)
        chosen: TextMap = own or TextMap(name="", description="")
        for field in TEXT_FIELDS:
            if field not in ctx.text_rules:
                continue
            if source := getattr(chosen, field):
                found.append(TextColumn(field, language, source))
    return found


def rules_of(ctx: CatalogueContext, field: str) -> texts.TextRules:
    """The shop's rules for a text field."""
    given = dict(ctx.text_rules.get(field, {}))
    return texts.TextRules(
        max_length=given.get("max_length"),
        forbidden=given.get("forbidden", ""),
        html=given.get("html", False),
        single_line=given.get("single_line", True),
    )


def converter(ctx: CatalogueContext, field: str) -> Convert:
    """The one mapping function of a text field: RTF or plain text in, what the shop accepts out."""
    rules = rules_of(ctx, field)
    if field == "link_rewrite":
        return lambda raw: texts.Cleaned(texts.slug(rtf.to_text(raw), rules.max_length or 128))
    if rules.html:
        return lambda raw: texts.clean(rtf.to_html(raw), rules)
    return lambda raw: texts.clean(rtf.to_text(raw), rules)


def make_text_table(con: duckdb.DuckDBPyConnection, ctx: CatalogueContext) -> list[TextColumn]:
    """Make `item_text(key, <field@language>...)`, one row an article that is taken, and `text_warning(key, ...)`."""
    columns = text_columns(ctx)
    con.execute("CREATE TEMP TABLE converted (field VARCHAR, raw VARCHAR, text VARCHAR, warnings VARCHAR)")
    sources: dict[str, set[str]] = {}
    for column in columns:
        sources.setdefault(column.field, set()).add(column.source)
    for field, names in sources.items():
        distinct = " UNION ".join(
            f"SELECT DISTINCT coalesce(fields[{literal(n)}], '') AS raw FROM item WHERE verdict IS NULL" for n in names
        )
        raws = [r[0] for r in con.execute(distinct).fetchall()]
        _store(con, field, raws, converter(ctx, field))
    joins, selected = [], ["i.key"]
    for number, column in enumerate(columns):
        alias = f"c{number}"
        joins.append(
            f" LEFT JOIN converted {alias} ON {alias}.field = {literal(column.field)}"
            f" AND {alias}.raw = coalesce(i.fields[{literal(column.source)}], '')"
        )
        selected.append(f"{alias}.text AS {identifier(column.name)}")
    warned = " || ".join(f"coalesce(c{n}.warnings, '')" for n in range(len(columns))) or "''"
    con.execute(
        f"CREATE TEMP TABLE item_text AS SELECT {', '.join(selected)}, {warned} AS text_warnings"
        f" FROM item i{''.join(joins)} WHERE i.verdict IS NULL"
    ).fetchall()
    return columns


def _store(con: duckdb.DuckDBPyConnection, field: str, raws: list[str], convert: Convert) -> None:
    cleaned = [convert(raw) for raw in raws]
    table = pa.table(
        {
            "field": pa.array([field] * len(raws), pa.string()),
            "raw": pa.array(raws, pa.string()),
            "text": pa.array([c.text for c in cleaned], pa.string()),
            "warnings": pa.array([_warnings(field, c) for c in cleaned], pa.string()),
        }
    )
    con.register("incoming_texts", table)
    con.execute("INSERT INTO converted SELECT * FROM incoming_texts").fetchall()
    con.unregister("incoming_texts")


def _warnings(field: str, cleaned: texts.Cleaned) -> str:
    """Warnings as JSON lines; most texts have none."""
    return "".join(
        json.dumps({"field": field, "code": w.code, "params": dict(w.params)}, ensure_ascii=False, default=str) + "\n"
        for w in cleaned.warnings
    )


def parse_warnings(text: str) -> list[Mapping[str, Any]]:
    """The warnings of one article, from the `text_warnings` column."""
    return [json.loads(line) for line in text.splitlines() if line]
