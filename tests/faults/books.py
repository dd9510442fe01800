"""What both sandboxes hold, in a form that two runs can be compared by: read from their own files, not by the product.

Identifiers that differ from run to run are replaced by what they stand for (a product's reference, the token of a
document), moments of writing are left out, and rows are compared as a set that counts.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.faults.world import World

Rows = Counter[str]
_MOMENTS = frozenset(
    {
        "date_add",
        "date_upd",
        "sysCreatedDate",
        "sysModifiedDate",
        "date",
        "delivery_date",
        "delivery_number",
        "UniqueId",
    }
)
"""Columns that tell when, or after how many others, something was done."""
_OURS = ("Customer", "SaleDocument", "SaleSettlement")
_NAMELESS = frozenset({"SaleDocumentLine", "SaleSettlementCommitmentAssociation"})
"""Tables whose rows are told apart by what they hold: their own id means nothing to anyone."""
_NOT_BOOKS = frozenset({"_keys", "_meta", "_import", "sqlite_sequence", "sqlite_stat1"})


@dataclass(frozen=True)
class Books:
    """Rows by table, of the shop and of the ERP's folder."""

    shop: Mapping[str, Rows]
    erp: Mapping[str, Rows]
    products: Mapping[str, Rows]
    """Everything about a product of the shop, by reference."""
    tokens: Mapping[str, Rows]
    """Tokens in the folder by table, counted."""
    states: Mapping[str, str]
    """Status of each order of the shop."""

    def doubled(self) -> list[str]:
        """Records of ours that are in the folder more than once."""
        return [f"{table} {token} x{n}" for table, rows in self.tokens.items() for token, n in rows.items() if n > 1]

    def differences(self, other: Books, limit: int = 4) -> list[str]:
        """What this one holds beyond the other (+) and lacks (-), at most `limit` rows a table."""
        found = []
        for mine, theirs in ((self.shop, other.shop), (self.erp, other.erp)):
            for table in sorted({*mine, *theirs}):
                more = mine.get(table, Counter()) - theirs.get(table, Counter())
                less = theirs.get(table, Counter()) - mine.get(table, Counter())
                found += [f"+ {table}: {row[:300]}" for row in list(more.elements())[:limit]]
                found += [f"- {table}: {row[:300]}" for row in list(less.elements())[:limit]]
        return found


def read_books(world: World) -> Books:
    """Both sandboxes as they are now."""
    shop, products, states = _shop(world.shop_file)
    erp, tokens = _erp(world.folder_file)
    return Books(shop, erp, products, tokens, states)


def _tables(db: sqlite3.Connection) -> Iterator[tuple[str, list[dict[str, object]]]]:
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
        if name in _NOT_BOOKS:
            continue
        cursor = db.execute(f'SELECT * FROM "{name}"')
        columns = [each[0] for each in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor]
        if rows:
            yield name, rows


def _line(row: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in row.items() if value not in (None, "", 0, "0.000000"))


def _shop(path: Path) -> tuple[dict[str, Rows], dict[str, Rows], dict[str, str]]:
    db = sqlite3.connect(path)
    tables = dict(_tables(db))
    db.close()
    references = {row["id"]: f"<{row['reference']}>" for row in tables.get("products", [])}
    brands = {row["id"]: f"<{row['name']}>" for row in tables.get("manufacturers", [])}
    found: dict[str, Rows] = {}
    products: dict[str, Rows] = {}
    for name, rows in tables.items():
        about = found.setdefault(name, Counter())
        for row in rows:
            product = row.get("id") if name == "products" else row.get("id_product")
            row = {column: value for column, value in row.items() if column not in _MOMENTS and column != "id"}
            row.pop("position", None)
            if "id_product" in row:
                row["id_product"] = references.get(row["id_product"], row["id_product"])
            if "id_manufacturer" in row:
                row["id_manufacturer"] = brands.get(row["id_manufacturer"], row["id_manufacturer"])
            line = _line(row)
            about[line] += 1
            if product in references:
                products.setdefault(references[product].strip("<> "), Counter())[f"{name}: {line}"] += 1
    states = {str(row["id"]): str(row["current_state"]) for row in tables.get("orders", [])}
    return found, products, states


def _erp(path: Path) -> tuple[dict[str, Rows], dict[str, Rows]]:
    db = sqlite3.connect(path)
    tables = dict(_tables(db))
    db.close()
    names: dict[object, str] = {}
    for row in tables.get("SaleDocument", []):
        if row["xx_AtooKey"]:
            names[row["Id"]] = f"<id of {row['xx_AtooKey']}>"
            names[row["DocumentNumber"]] = f"<number of {row['xx_AtooKey']}>"
    names.update((row["Id"], f"<id of {row['xx_AtooKey']}>") for row in tables.get("SaleSettlement", []))
    found: dict[str, Rows] = {}
    for name, rows in tables.items():
        about = found.setdefault(name, Counter())
        for row in rows:
            if name in _NAMELESS:
                row.pop("Id", None)
            line = _line({c: names.get(v, v) for c, v in row.items() if c not in _MOMENTS})
            about[line] += 1
    tokens = {
        table: Counter(str(row["xx_AtooKey"]) for row in tables.get(table, []) if row["xx_AtooKey"]) for table in _OURS
    }
    return found, tokens


__all__ = ["Books", "Rows", "read_books"]
