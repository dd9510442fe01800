"""The plan of 100 000 articles in three languages, 1 % of them changed, against pandas over the same two captures."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from atoosync_lab.connectors.base import Chunk, ReadRequest, Scope
from atoosync_lab.connectors.shops.prestashop import facts
from atoosync_lab.model.catalogue import Product
from atoosync_lab.planning.articles import plan_articles
from atoosync_lab.planning.context import CatalogueContext
from atoosync_lab.planning.plan import PlanMeta, PlanWriter
from atoosync_lab.planning.text_table import converter
from atoosync_lab.settings import Profile
from atoosync_lab.snapshots import captures
from benchmarks.children import child, measured

ARTICLES = 100_000
CHANGED_EVERY = 100
"""One article in so many differs."""
REPEATS = 3
"""Runs of each, in turn; medians count."""
LANGUAGES = ("1", "2", "3")
NAMES = {"1": "Caption", "2": "xx_Name_EN", "3": "xx_Name_DE"}
DESCRIPTIONS = {"1": "DesComClear", "2": "xx_Description_EN", "3": "xx_Description_DE"}
COMPARED = (
    *(f"name@{language}" for language in LANGUAGES), *(f"description@{language}" for language in LANGUAGES),
    "price_excl_tax", "tax_id", "barcode",
)  # fmt: skip
TAXES = {"FR-20": "1", "FR-5.5": "2"}
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
WORDS = {
    "1": ("Câble", "gainé", "étanche", "pour", "l’extérieur", "noir", "mètre", "livré", "avec", "son", "embout"),
    "2": ("Cable", "sheathed", "watertight", "for", "outdoor", "black", "metre", "sold", "with", "its", "ferrule"),
    "3": ("Kabel", "ummantelt", "wasserdicht", "für", "außen", "schwarz", "Meter", "geliefert", "mit", "der", "Hülse"),
}


def run(folder: Path, *, articles: int = ARTICLES, repeats: int = REPEATS) -> Mapping[str, object]:
    """Make both captures once, then plan and compare in turn, each in a process of its own.

    Raises:
        RuntimeError: the planner, or pandas, did not find exactly the articles and columns that were changed.
    """
    prepare(folder, articles)
    sides: dict[str, list[dict[str, Any]]] = {"ours": [], "pandas": [], "pandas_columns": []}
    for number in range(repeats):
        for side, found in sides.items():
            found.append(child("plan_articles", side, str(folder), str(number)))
    truth = dict(changes(articles))
    for side, runs in sides.items():
        for told in runs:
            if told["changed"] != truth:
                raise RuntimeError(f"{side} finds {len(told['changed'])} changed articles, {len(truth)} were changed")
    seconds, pandas, columns = (statistics.median(r["seconds"] for r in runs) for runs in sides.values())
    return {
        "articles": articles,
        "languages": len(LANGUAGES),
        "changed": len(truth),
        "seconds": round(seconds, 2),
        "peak_mib": round(max(r["peak_mib"] for r in sides["ours"])),
        "pandas_seconds": round(pandas, 2),
        "pandas_peak_mib": round(max(r["peak_mib"] for r in sides["pandas"])),
        "ratio": round(seconds / pandas, 3),
        "pandas_columns_seconds": round(columns, 2),
        "ratio_columns": round(seconds / columns, 3),
        "repeats": repeats,
    }


def changes(articles: int) -> Iterator[tuple[str, list[str]]]:
    """Keys of the changed articles, each with the fields that differ, as the data is made."""
    for number in range(0, articles, CHANGED_EVERY):
        yield _reference(number), ["price_excl_tax"] if number // CHANGED_EVERY % 2 else ["description@2"]


def _reference(number: int) -> str:
    return f"ART-{number:06d}"


def _text(language: str, number: int, length: int) -> str:
    words = WORDS[language]
    return " ".join(words[(number * 7 + place * (1 + number % 5)) % len(words)] for place in range(length))


# --- The data ------------------------------------------------------------------------------------------------------


def profile() -> Profile:
    """Names and descriptions in three languages, prices and barcodes; every switch of an update that they need."""
    languages = {i: {"name": NAMES[i], "description": DESCRIPTIONS[i]} for i in LANGUAGES[1:]}
    return Profile.model_validate(
        {
            "id": "bench",
            "name": "Bench",
            "articles": {
                "products": {
                    "texts": {"name": NAMES["1"], "description": DESCRIPTIONS["1"]},
                    "texts_by_language": languages,
                    "taxes": TAXES,
                },
                "update": {"name": True, "description": True, "price": True, "barcode": True},
            },
        }
    )


def _context(erp: captures.Capture, shop: captures.Capture) -> CatalogueContext:
    return CatalogueContext(
        profile=profile(), flow="articles", erp=erp, shop=shop, now=NOW, languages=LANGUAGES,
        text_rules=facts.text_rules(facts.Version.parse("9.1.4")),
    )  # fmt: skip


class _Made:
    """A connector that gives made records."""

    capabilities: frozenset[Any] = frozenset()
    calls = 0

    def __init__(self, system: str, records: Iterator[Product]) -> None:
        self.system, self._records = system, records
        self.warnings: list[Any] = []

    def server_time(self) -> datetime:
        return NOW

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Chunk]:
        yield from ({Product: [record]} for record in self._records)


def prepare(folder: Path, articles: int) -> None:
    """Write both captures: the shop holds what was sent before, the ERP has changed one in a hundred since."""
    _take(folder, "erp", map(_item, range(articles)))
    clean = {field: converter(_context_for_texts(), field) for field in ("name", "description")}
    _take(folder, "shop", (_product(number, clean) for number in range(articles)))


def _context_for_texts() -> CatalogueContext:
    """Text rules need no captures."""
    nothing: Any = None
    return _context(nothing, nothing)


def _take(folder: Path, side: str, records: Iterator[Product]) -> None:
    connector: Any = _Made(side, records)
    scopes = [(Scope.PRODUCTS, ReadRequest())]
    captures.take(connector, folder / "captures", profile="bench", side=side, scopes=scopes)


def _facts(number: int) -> dict[str, Any]:
    return {
        "reference": _reference(number),
        "key": _reference(number),
        "price_excl_tax": Decimal(100 + number * 37 % 90_000) / 100,
        "active": True,
        "barcode": f"{3_700_000_000_000 + number}",
        "weight": Decimal(number % 5_000) / 1000,
        "created_at": NOW,
        "modified_at": NOW,
    }


def _texts(number: int) -> dict[str, str]:
    names = {NAMES[i]: f"{_text(i, number, 4)} {number}" for i in LANGUAGES}
    texts = {DESCRIPTIONS[i]: f"<p>{_text(i, number, 12)}</p><p>N° {number}</p>" for i in LANGUAGES}
    return {**names, **texts}


def _item(number: int) -> Product:
    """An article as the ERP holds it now."""
    values = _facts(number)
    texts = _texts(number)
    for field in dict(changes(number + 1)).get(values["key"], []) if number % CHANGED_EVERY == 0 else []:
        if field == "price_excl_tax":
            values[field] += Decimal("0.5")
        else:
            texts[DESCRIPTIONS["2"]] += "<p>New in this season.</p>"
    other = {"FamilyId": f"FAM{number % 40}", "SupplierId": f"FO{number % 90}", "Unit": "U", "Weight": "1.5"}
    return Product(
        remote_id=values["reference"], tax_id=("FR-20", "FR-5.5")[number % 2], web_published=True, stock_tracked=True,
        texts={}, fields={"Id": values["reference"], **texts, **other}, **values,
    )  # fmt: skip


def _product(number: int, clean: Mapping[str, Any]) -> Product:
    """The same article as the shop holds it: what the ERP held when it was sent."""
    raw = _texts(number)
    texts = {f"name@{i}": clean["name"](raw[NAMES[i]]).text for i in LANGUAGES}
    texts |= {f"description@{i}": clean["description"](raw[DESCRIPTIONS[i]]).text for i in LANGUAGES}
    return Product(
        remote_id=str(number + 1), tax_id=("1", "2")[number % 2], category_id="2", texts=texts, fields={},
        **_facts(number),
    )  # fmt: skip


# --- The two that are compared -------------------------------------------------------------------------------------


def ours(folder: Path, number: str) -> dict[str, Any]:
    """The product's article planner, to the frozen plan."""
    erp, shop = (captures.latest(folder / "captures", "bench", side, [Scope.PRODUCTS]) for side in captures.SIDES)
    if erp is None or shop is None:
        raise RuntimeError("no captures")

    def work() -> Mapping[str, Any]:
        out = PlanWriter(folder / f"plans-{number}", "bench")
        plan_articles(_context(erp, shop), out)
        plan = out.finish(PlanMeta(id=out.id, profile="bench", flow="articles", made_at=NOW))
        return {"plan": plan}

    told = measured(work)
    plan = told.pop("plan")
    changed = {row.key: sorted(field for field, _, _ in row.changes) for row in plan.rows(actions=["update"])}
    others = plan.by_action()
    if sum(others.values()) != len(changed) + others["skip"]:
        raise RuntimeError(f"the plan does more than update: {others}")
    return {**told, "changed": changed}


_TAX_MAP = pd.Series(TAXES)


def _wanted(erp: pd.DataFrame) -> pd.DataFrame:
    """The mapping in its simplest form: texts as they are, taxes by their map."""
    erp["tax_id"] = erp["tax_id"].map(_TAX_MAP)
    return erp


def with_pandas(folder: Path, *, columns_only: bool) -> dict[str, Any]:
    """Both captures by `.df()`, an outer merge by key, the changed columns named.

    Args:
        folder: where the captures are.
        columns_only: DuckDB takes the texts out of their maps before pandas sees them.
    """
    paths = {side: next((folder / "captures" / "bench" / side).glob("*.duckdb")) for side in captures.SIDES}
    texts = {f"name@{i}": NAMES[i] for i in LANGUAGES} | {f"description@{i}": DESCRIPTIONS[i] for i in LANGUAGES}

    def frame(side: str) -> pd.DataFrame:
        with duckdb.connect(str(paths[side]), read_only=True, config={"threads": "2"}) as con:
            if columns_only:
                source = "fields" if side == "erp" else "texts"
                picked = ", ".join(
                    f"""{source}['{raw if side == "erp" else name}'] AS "{name}\"""" for name, raw in texts.items()
                )
                return con.execute(f"SELECT key, price_excl_tax, tax_id, barcode, {picked} FROM product").df()
            whole = con.execute("SELECT * FROM product").df()
        maps = pd.DataFrame(whole.pop("fields" if side == "erp" else "texts").tolist(), index=whole.index)
        if side == "erp":
            maps = maps.rename(columns={raw: name for name, raw in texts.items()})
        return whole[["key", "price_excl_tax", "tax_id", "barcode"]].join(maps[list(texts)])

    def work() -> Mapping[str, Any]:
        both = _wanted(frame("erp")).merge(
            frame("shop"), on="key", how="outer", suffixes=("|erp", "|shop"), indicator=True
        )
        differs = pd.DataFrame({c: both[f"{c}|erp"].fillna("") != both[f"{c}|shop"].fillna("") for c in COMPARED})
        rows = differs[differs.any(axis=1)]
        named = [sorted(rows.columns[flags]) for flags in rows.to_numpy()]
        return {"changed": dict(zip(both.loc[rows.index, "key"], named, strict=True))}

    return measured(work)


def main(side: str, folder: str, number: str) -> None:
    """One of the two, in this process."""
    sides = {
        "ours": partial(ours, number=number),
        "pandas": partial(with_pandas, columns_only=False),
        "pandas_columns": partial(with_pandas, columns_only=True),
    }
    print(json.dumps(sides[side](Path(folder))))


if __name__ == "__main__":
    main(*sys.argv[1:])
