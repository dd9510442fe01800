"""The difference of desired and actual, field by field, as SQL: one place for the plan's JSON and its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from atoosync_lab.planning.context import CREATING, FAILED, UNDONE
from atoosync_lab.planning.sqltext import literal, params


@dataclass(frozen=True, slots=True)
class Field:
    """One compared field."""

    name: str
    """Name in the plan, e.g. `price_excl_tax`, `name@1`."""
    after: str
    """SQL of the desired value as text (NULL = nothing to send)."""
    before: str
    """SQL of the actual value as text."""
    update: str = "TRUE"
    """SQL condition under which an update writes it."""
    normal: str = "{}"
    """How both sides are normalised before they are compared: SQL with one `{}`."""

    @property
    def differs(self) -> str:
        """SQL: an update would write this field."""
        if self.update == "FALSE":
            return "FALSE"
        differs = f"{self.after} IS DISTINCT FROM {self.before}"
        if self.normal != "{}":
            # Equal texts, which most are, need no normal form; CASE computes it for the others alone.
            left, right = self.normal.format(self.after), self.normal.format(self.before)
            differs = f"CASE WHEN {differs} THEN {left} IS DISTINCT FROM {right} ELSE FALSE END"
        return f"(({self.update}) AND {self.after} IS NOT NULL AND {differs})"


def changes_sql(fields: Sequence[Field], *, create: bool) -> str:
    """JSON list of {field, before, after}: what an update changes, or all that a creation writes."""
    parts = []
    for field in fields:
        before = "NULL" if create else field.before
        entry = f"{{'field': {literal(field.name)}, 'before': {before}, 'after': {field.after}}}"
        wanted = f"coalesce({field.after}, '') <> ''" if create else field.differs
        parts.append(f"CASE WHEN {wanted} THEN {entry} END")
    listed = ", ".join(parts)
    return f"to_json(list_filter([{listed}], lambda x: x IS NOT NULL))::VARCHAR"


def any_change(fields: Sequence[Field]) -> str:
    """SQL: at least one field differs."""
    return "(" + (" OR ".join(f.differs for f in fields) or "FALSE") + ")"


def fingerprint_sql(version: str, values: Sequence[str]) -> str:
    """md5 of the mapped row: mapping version, then values as text in order, NULL marked (reference/engine.md §4)."""
    parts = ", chr(31), ".join([literal(version), *(f"coalesce(({v})::VARCHAR, chr(0))" for v in values)])
    return f"md5(concat({parts}))"


def write_unchanged(con: duckdb.DuckDBPyConnection, entity: str, source: str, where: str) -> None:
    """Equal records: counted, kept by key, not listed."""
    con.execute(
        f"INSERT INTO unchanged SELECT {literal(entity)}, key, coalesce(target_id, ''), 'plan.unchanged'"
        f" FROM {source} WHERE {where}"
    ).fetchall()


UPDATE_REASON = (
    f"CASE WHEN last_md5 IS NULL OR last_md5 = {literal(FAILED)} THEN 'product.differs'"
    f" WHEN last_md5 = {literal(UNDONE)} THEN 'product.undone'"
    f" WHEN last_md5 = {literal(CREATING)} THEN 'product.unfinished'"
    " WHEN last_md5 = fingerprint THEN 'product.changed_in_shop' ELSE 'product.changed_in_erp' END"
)
"""Why an update is due: never sent, taken back or not finished by us, someone changed the shop, or the ERP changed."""

ROW_PARAMS = params(reference="key", label="label")
