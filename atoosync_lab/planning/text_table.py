"""Texts of the articles for each shop language: each distinct ERP text is read once at most (ART-06, 07)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from atoosync_lab.mapping import rtf, texts, untouched
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
    # `clean` reads RTF and HTML itself: read twice, a written-out `&lt;` would become a tag and be taken off.
    return lambda raw: texts.clean(raw, rules)


def make_text_table(con: duckdb.DuckDBPyConnection, ctx: CatalogueContext) -> list[TextColumn]:
    """Make `item_text(key, <field@language>..., text_warnings)`, one row an article that is taken.

    Texts that need no reading stay in SQL; of the others each distinct one is converted once.
    """
    columns = text_columns(ctx)
    con.execute("CREATE TEMP TABLE converted (field VARCHAR, raw VARCHAR, text VARCHAR, warnings VARCHAR)")
    # One ERP field may fill a text of several languages: it is looked at once.
    sources = list(dict.fromkeys((c.field, c.source) for c in columns))
    raws = [f", coalesce(fields[{literal(source)}], '') AS r{n}" for n, (_, source) in enumerate(sources)]
    seen = [f", {_untouched(ctx, field, f'r{n}')} AS u{n}" for n, (field, _) in enumerate(sources)]
    con.execute(
        f"CREATE TEMP TABLE item_raw AS SELECT *{''.join(seen)} FROM"
        f" (SELECT key{''.join(raws)} FROM item WHERE verdict IS NULL)"
    ).fetchall()
    for field in dict.fromkeys(field for field, _ in sources):
        distinct = " UNION ".join(
            f"SELECT DISTINCT r{n} FROM item_raw WHERE NOT u{n}" for n, (own, _) in enumerate(sources) if own == field
        )
        _store(con, field, [r[0] for r in con.execute(distinct).fetchall()], converter(ctx, field))
    joins = [
        f" LEFT JOIN converted c{n} ON NOT i.u{n} AND c{n}.field = {literal(field)} AND c{n}.raw = i.r{n}"
        for n, (field, _) in enumerate(sources)
    ]
    selected = ["i.key"]
    for column in columns:
        n = sources.index((column.field, column.source))
        as_is = untouched.as_is_sql(rules_of(ctx, column.field), f"i.r{n}")
        selected.append(f"CASE WHEN i.u{n} THEN {as_is} ELSE c{n}.text END AS {identifier(column.name)}")
    warned = " || ".join(f"coalesce(c{sources.index((c.field, c.source))}.warnings, '')" for c in columns) or "''"
    con.execute(
        f"CREATE TEMP TABLE item_text AS SELECT {', '.join(selected)}, {warned} AS text_warnings"
        f" FROM item_raw i{''.join(joins)}"
    ).fetchall()
    con.execute("DROP TABLE item_raw").fetchall()
    return columns


def _untouched(ctx: CatalogueContext, field: str, raw: str) -> str:
    # A URL is made of the text, never the text itself.
    return "FALSE" if field == "link_rewrite" else untouched.untouched_sql(rules_of(ctx, field), raw)


def _store(con: duckdb.DuckDBPyConnection, field: str, raws: list[str], convert: Convert) -> None:
    if not raws:
        return
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
