"""How many rows of a plan answer a filter, counted in DuckDB: the pager tells, nothing is loaded for it."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.planning.plan import Action, Plan
from atoosync_lab.snapshots import duck


def matching(plan: Plan, actions: Sequence[str], search: str) -> int:
    """Rows that `Plan.rows` gives for the same filter."""
    where, params = ["TRUE"], list[str]()
    if actions:
        where.append(f"action IN ({', '.join('?' * len(actions))})")
        params += actions
    if search:
        where.append("(contains(lower(key), lower(?)) OR contains(lower(label), lower(?)))")
        params += [search, search]
    con = duck.connect(plan.path, read_only=True)
    try:
        return int(con.execute(f"SELECT count(*) FROM row WHERE {' AND '.join(where)}", params).fetchall()[0][0])
    finally:
        con.close()


def listed_by_action(plan: Plan) -> dict[str, int]:
    """Listed rows by action, every action named: identical records are counted apart."""
    con = duck.connect(plan.path, read_only=True)
    try:
        found = dict(con.execute("SELECT action, count(*) FROM row GROUP BY ALL").fetchall())
    finally:
        con.close()
    return {action.value: int(found.get(action.value, 0)) for action in Action}
