"""What changed on one side between two captures (the rows of one table, by key)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atoosync_lab.model.records import columns, table_name
from atoosync_lab.snapshots import duck
from atoosync_lab.snapshots.tables import REPLACES, TABLES, quote

KEYS: dict[str, tuple[str, ...]] = {
    **REPLACES,
    "article_image": ("article_id", "image_id"),
    "order_line": ("remote_id",),
    "order_discount": ("remote_id",),
    "payment": ("remote_id",),
    "credit_slip_line": ("slip_id", "order_line_id"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One record that differs."""

    table: str
    key: str
    change: str
    """`added`, `removed` or `changed`."""
    fields: tuple[tuple[str, str | None, str | None], ...]
    """(field, before, after) of a changed record."""


def compare(before: Path, after: Path, *, limit: int = 1000) -> list[Difference]:
    """Differences between two captures, table by table, at most `limit` a table."""
    con = duck.connect()
    found: list[Difference] = []
    try:
        duck.attach(con, before, "a")
        duck.attach(con, after, "b")
        for cls in TABLES:
            found.extend(_table(con, cls, limit))
    finally:
        con.close()
    return found


def _table(con: Any, cls: type[Any], limit: int) -> list[Difference]:
    name = table_name(cls)
    keys = KEYS[name]
    others = [c for c in columns(cls) if c not in keys]
    key_text = " || '/' || ".join(f"coalesce({{s}}.{quote(k)}, '')" for k in keys)
    on = " AND ".join(f"x.{quote(k)} IS NOT DISTINCT FROM y.{quote(k)}" for k in keys)
    pairs = ", ".join(f"x.{quote(c)}::VARCHAR, y.{quote(c)}::VARCHAR" for c in others)
    differs = " OR ".join(f"x.{quote(c)}::VARCHAR IS DISTINCT FROM y.{quote(c)}::VARCHAR" for c in others)
    first = quote(keys[0])
    rows = con.execute(
        f"SELECT CASE WHEN y.{first} IS NULL THEN {key_text.format(s='x')} ELSE {key_text.format(s='y')} END,"
        f" x.{first} IS NULL, y.{first} IS NULL, {pairs}"
        f" FROM a.{quote(name)} x FULL JOIN b.{quote(name)} y ON {on}"
        f" WHERE x.{first} IS NULL OR y.{first} IS NULL OR {differs} ORDER BY 1 LIMIT {int(limit)}"
    ).fetchall()
    result = []
    for row in rows:
        key, no_before, no_after, *values = row
        change = "added" if no_before else "removed" if no_after else "changed"
        fields = (
            tuple(
                (c, values[2 * i], values[2 * i + 1])
                for i, c in enumerate(others)
                if values[2 * i] != values[2 * i + 1]
            )
            if change == "changed"
            else ()
        )
        result.append(Difference(name, key, change, fields))
    return result
