"""Snapshot tables derived from the pivot: DDL, exact loading, and which rows a changed record replaces."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate, chain
from typing import Any

import duckdb
import pyarrow as pa

from atoosync_lab.model import catalogue, documents, sales
from atoosync_lab.model.records import columns, table_name
from atoosync_lab.snapshots import duck

TABLES: tuple[type[Any], ...] = (
    catalogue.Product,
    catalogue.Stock,
    catalogue.ArticleImage,
    sales.Order,
    sales.OrderLine,
    sales.OrderPieces,
    sales.OrderDiscount,
    sales.Payment,
    sales.Address,
    sales.Customer,
    sales.CreditSlip,
    sales.CreditSlipLine,
    documents.FoundDocument,
)

REPLACES: dict[str, tuple[str, ...]] = {
    "product": ("kind", "remote_id"),
    "stock": ("remote_id",),
    "article_image": ("article_id",),
    "order": ("remote_id",),
    "order_line": ("order_id",),
    "order_pieces": ("order_id",),
    "order_discount": ("order_id",),
    "payment": ("order_reference",),
    "address": ("remote_id",),
    "customer": ("remote_id",),
    "credit_slip": ("remote_id",),
    "credit_slip_line": ("slip_id",),
    "found_document": ("token",),
}
"""Columns that say which rows of the base capture a changed record replaces."""


def quote(name: str) -> str:
    """A quoted SQL identifier (`order` is a word of SQL)."""
    return '"' + name.replace('"', '""') + '"'


def shape() -> str:
    """What the columns of all tables are, as one short text: captures of another version of the pivot differ in it."""
    ddl = [(table_name(cls), *columns(cls).items()) for cls in TABLES]
    return hashlib.md5(repr(ddl).encode(), usedforsecurity=False).hexdigest()[:12]


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create the empty table of every record class."""
    bodies = {
        quote(table_name(cls)): ", ".join(f"{quote(name)} {kind}" for name, kind in columns(cls).items())
        for cls in TABLES
    }
    duck.create_tables(con, bodies)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _instant(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a snapshot takes aware instants only")
    return value.isoformat()


def _flag(value: bool | None) -> str | None:
    return None if value is None else ("true" if value else "false")


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


_ENCODERS: dict[str, Callable[[Any], str | None]] = {
    "TIMESTAMPTZ": _instant,
    "BOOLEAN": _flag,
    "DECIMAL(18,6)": _number,
    "DATE": _day,
}


def arrow_table(cls: type[Any], rows: Sequence[Any]) -> pa.Table:
    """Records as an Arrow table of texts (maps and lists as such), to be cast exactly in SQL."""
    arrays: dict[str, Any] = {}
    for name, kind in columns(cls).items():
        values = [getattr(row, name) for row in rows]
        if kind.startswith("MAP"):
            arrays[name] = _maps(values)
        elif kind.endswith("[]"):
            arrays[name] = pa.array([list(v) for v in values], type=pa.list_(pa.string()))
        else:
            encode = _ENCODERS.get(kind, _text)
            arrays[name] = pa.array([encode(v) for v in values], type=pa.string())
    return pa.table(arrays)


def _maps(values: Sequence[Mapping[str, str]]) -> pa.Array:
    """Maps from their parts laid end to end: several times faster than row by row."""
    ends = accumulate((len(v) for v in values), initial=0)
    return pa.MapArray.from_arrays(
        pa.array(list(ends), pa.int32()),
        pa.array(list(chain.from_iterable(values)), pa.string()),
        pa.array([text for v in values for text in v.values()], pa.string()),
    )


def insert(con: duckdb.DuckDBPyConnection, cls: type[Any], rows: Sequence[Any]) -> None:
    """Append records to their table, exactly: texts through Arrow, one CAST in SQL."""
    if not rows:
        return
    batch = arrow_table(cls, rows)
    con.register("incoming", batch)
    selected = ", ".join(
        quote(name) if kind.startswith("MAP") or kind.endswith("[]") else f"CAST({quote(name)} AS {kind})"
        for name, kind in columns(cls).items()
    )
    con.execute(f"INSERT INTO {quote(table_name(cls))} SELECT {selected} FROM incoming").fetchall()
    con.unregister("incoming")


PARENTS: dict[str, tuple[str, str]] = {
    "order_line": ("order", "order_id"),
    "order_discount": ("order", "order_id"),
    "credit_slip_line": ("credit_slip", "slip_id"),
}
"""Tables whose rows go with a parent's: its table, and the column that names it."""
OWNERS: dict[str, tuple[str, str]] = {"article_image": ("product", "article_id")}
"""Tables whose rows go when their owner changed or rows of their own came: the last image of an article leaves none."""


def merge_base(con: duckdb.DuckDBPyConnection, base: str) -> None:
    """Complete a `since` capture: rows of the attached `base` that no changed record replaces are copied in."""
    names = [table_name(cls) for cls in TABLES]
    # All is chosen before anything is copied: a parent that was copied in would pass for a changed one.
    for name in names:
        if name in PARENTS:
            source, column = PARENTS[name]
            same = f"new.remote_id = old.{quote(column)}"
        else:
            source = name
            same = " AND ".join(f"new.{quote(k)} IS NOT DISTINCT FROM old.{quote(k)}" for k in REPLACES[name])
        changed = f"EXISTS (SELECT 1 FROM {quote(source)} new WHERE {same})"
        if name in OWNERS:
            owner, column = OWNERS[name]
            changed += f" OR EXISTS (SELECT 1 FROM {quote(owner)} o WHERE o.remote_id = old.{quote(column)})"
        con.execute(
            f"CREATE TEMP TABLE {quote('kept_' + name)} AS SELECT old.* FROM {base}.{quote(name)} old"
            f" WHERE NOT ({changed})"
        ).fetchall()
    for name in names:
        con.execute(f"INSERT INTO {quote(name)} SELECT * FROM {quote('kept_' + name)}").fetchall()
        con.execute(f"DROP TABLE {quote('kept_' + name)}")


def counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of every table that holds any."""
    found = {}
    for cls in TABLES:
        row = con.execute(f"SELECT count(*) FROM {quote(table_name(cls))}").fetchone()
        if row and row[0]:
            found[table_name(cls)] = int(row[0])
    return found


def dumps(value: Any) -> str:
    """JSON text for a metadata column."""
    return json.dumps(value, ensure_ascii=False, default=str)
