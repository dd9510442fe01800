"""A plan as text, the same for the same decisions: without ids, moments or cost, so that two plans can be compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from atoosync_lab.planning.plan import ROW_COLUMNS, Plan

_ALL = 1_000_000_000


def lines(plan: Plan) -> Iterator[str]:
    """One JSON object a row, in the plan's order, then the records that are left alone."""
    for row in plan.rows(payload=True):
        values = {name: getattr(row, name) for name in ROW_COLUMNS}
        payload = json.loads(row.payload) if row.payload else None
        yield json.dumps({**values, "payload": payload}, ensure_ascii=False, sort_keys=True, default=str)
    for entity, key, reason in plan.unchanged(limit=_ALL):
        yield json.dumps({"entity": entity, "key": key, "unchanged": reason}, ensure_ascii=False, sort_keys=True)


def canonical(plan: Plan) -> bytes:
    """The plan's decisions as bytes."""
    return "".join(line + "\n" for line in lines(plan)).encode()


def digest(plan: Plan) -> str:
    """SHA-256 of the decisions: two plans that decide the same have the same."""
    return hashlib.sha256(canonical(plan)).hexdigest()
