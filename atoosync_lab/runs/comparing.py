"""Two plans over the same captures, row against row, compared in DuckDB: only what differs is brought to Python."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb

from atoosync_lab.model.i18n import translate
from atoosync_lab.planning.plan import Plan
from atoosync_lab.snapshots import duck

MOST = 1_000
"""Rows that are told one by one."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the plans does with a record; an empty action: it is not in it."""

    action: str = ""
    reason: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[tuple[str, str | None, str | None], ...] = ()

    def reason_text(self, language: str | None = None) -> str:
        """The reason as a sentence; empty where the record is not in the plan."""
        return translate(self.reason, self.params, language) if self.reason else ""


@dataclass(frozen=True, slots=True)
class Changed:
    """One record that both plans treat otherwise."""

    entity: str
    key: str
    label: str
    before: Side
    after: Side


_EMPTY = (
    "SELECT '' AS entity, '' AS key, '' AS label, '' AS action, '' AS reason, '' AS params, [''] AS changes WHERE FALSE"
)


def _rows(alias: str) -> str:
    """Rows of a plan, records that are equal on both sides among them; one a record."""
    return (
        f"SELECT entity, key, any_value(label) AS label, min(action) AS action, min(reason) AS reason,"
        f" any_value(params) AS params, list(changes ORDER BY seq) AS changes FROM {alias}.row GROUP BY ALL"
        f" UNION ALL SELECT entity, key, '', 'skip', min(reason), '{{}}', ['[]'] FROM {alias}.unchanged GROUP BY ALL"
    )


def _differing(before: Plan | None) -> str:
    return (
        f"WITH b AS ({_rows('before') if before else _EMPTY}), a AS ({_rows('after')})"
        " SELECT coalesce(a.entity, b.entity), coalesce(a.key, b.key), coalesce(nullif(a.label, ''), b.label, ''),"
        " b.action, b.reason, b.params, b.changes, a.action, a.reason, a.params, a.changes"
        " FROM b FULL JOIN a ON a.entity = b.entity AND a.key = b.key"
        " WHERE a.action IS DISTINCT FROM b.action OR a.reason IS DISTINCT FROM b.reason"
        " OR a.changes IS DISTINCT FROM b.changes OR a.params IS DISTINCT FROM b.params"
    )


@contextmanager
def _both(before: Plan | None, after: Plan) -> Iterator[duckdb.DuckDBPyConnection]:
    con = duck.connect()
    try:
        if before is not None:
            duck.attach(con, before.path, "before")
        duck.attach(con, after.path, "after")
        yield con
    finally:
        con.close()


def count_changed(before: Plan | None, after: Plan) -> int:
    """How many records the plans treat otherwise."""
    with _both(before, after) as con:
        return int(con.execute(f"SELECT count(*) FROM ({_differing(before)})").fetchall()[0][0])


def changed_rows(before: Plan | None, after: Plan, limit: int = MOST) -> Sequence[Changed]:
    """Records that the plans treat otherwise: held before or after first, then other actions, then other values.

    Args:
        before: a plan; None: nothing could be planned.
        after: the plan it is compared with.
        limit: how many at most.

    Raises:
        StorageError: a file cannot be read.
    """
    order = (
        " ORDER BY coalesce(b.action = 'block' OR a.action = 'block', FALSE)"
        " AND a.action IS DISTINCT FROM b.action DESC, a.action IS DISTINCT FROM b.action DESC, 1, 2"
    )
    with _both(before, after) as con:
        rows = con.execute(f"{_differing(before)}{order} LIMIT {int(limit)}").fetchall()
    return tuple(Changed(row[0], row[1], row[2], _side(row[3:7]), _side(row[7:11])) for row in rows)


def _side(values: Sequence[Any]) -> Side:
    action, reason, params, changes = values
    if action is None:
        return Side()
    told = tuple((c["field"], c["before"], c["after"]) for text in changes for c in json.loads(text or "[]"))
    return Side(action, reason or "", json.loads(params or "{}"), told)
