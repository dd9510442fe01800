"""Shop against ERP, to the cent: what was charged, what the documents say, and which orders explain each difference."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.model.errors import StorageError
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.snapshots import captures, duck
from atoosync_lab.store.ledger import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One order whose document does not say what the shop charged."""

    key: str
    number: str
    shop_incl_tax: Decimal
    erp_incl_tax: Decimal | None
    """None: the document is not in the ERP any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Totals of both sides over the imported orders of the last capture."""

    orders: int
    shop_excl_tax: Decimal
    shop_incl_tax: Decimal
    erp_excl_tax: Decimal
    erp_incl_tax: Decimal
    gaps: tuple[Gap, ...]
    calls: int
    """Calls the ERP took to be read."""

    @property
    def difference(self) -> Decimal:
        """ERP less shop, incl. tax."""
        return self.erp_incl_tax - self.shop_incl_tax


def reconcile(workspace: Workspace, profile_id: str) -> Reconciliation:
    """Compare the orders of the last capture that were imported with their documents, read afresh.

    Raises:
        StorageError: no orders were captured yet.
    """
    profile = workspace.profiles.get(profile_id)
    folder = workspace.home.captures
    shop = captures.latest(folder, profile_id, "shop", (Scope.ORDERS,), complete=False)
    for capture in captures.listed(folder, profile_id, "shop"):
        if Scope.ORDERS.value in capture.scopes and Scope.CREDIT_SLIPS.value not in capture.scopes:
            shop = capture
            break
    if shop is None:
        raise StorageError("reconcile.no_orders", profile=profile.name)
    with workspace.erp(profile) as erp:
        documents = captures.take(
            erp,
            folder,
            profile=profile_id,
            side="erp",
            scopes=[(Scope.DOCUMENTS, ReadRequest())],
        )
    # In their current generation: the documents of an order that was reset were given up.
    imported = [key for key, (state, _) in workspace.ledger.states(profile_id, "orders").items() if state is State.DONE]
    done = list(workspace.ledger.find(profile_id, "orders", imported).values())
    rows = pa.table(
        {
            "key": pa.array([r.key for r in done], pa.string()),
            "token": pa.array([r.token for r in done], pa.string()),
            "number": pa.array([r.target_number for r in done], pa.string()),
        }
    )
    con = duck.connect()
    try:
        duck.attach(con, shop.path, "shop")
        duck.attach(con, documents.path, "erp")
        con.register("done", rows)
        con.execute(
            "CREATE TEMP TABLE pair AS SELECT o.remote_id, l.number,"
            # Documents are in the shop's currency: a foreign order's total is taken back at its own rate.
            " round(o.total_excl_tax / o.conversion_rate, 2)::DECIMAL(18,6) AS total_excl_tax,"
            " round(o.total_incl_tax / o.conversion_rate, 2)::DECIMAL(18,6) AS total_incl_tax,"
            ' d.excl_tax, d.incl_tax FROM shop."order" o JOIN done l ON l.key = o.remote_id'
            " LEFT JOIN (SELECT DISTINCT ON (token) * FROM erp.found_document) d ON d.token = l.token"
        ).fetchall()
        totals = con.execute(
            "SELECT count(*), coalesce(sum(total_excl_tax), 0), coalesce(sum(total_incl_tax), 0),"
            " coalesce(sum(excl_tax), 0), coalesce(sum(incl_tax), 0) FROM pair"
        ).fetchall()[0]
        gaps = con.execute(
            "SELECT remote_id, number, total_incl_tax, incl_tax FROM pair"
            " WHERE incl_tax IS DISTINCT FROM total_incl_tax ORDER BY TRY_CAST(remote_id AS HUGEINT)"
        ).fetchall()
    finally:
        con.close()
    return Reconciliation(
        orders=totals[0],
        shop_excl_tax=totals[1],
        shop_incl_tax=totals[2],
        erp_excl_tax=totals[3],
        erp_incl_tax=totals[4],
        gaps=tuple(Gap(key=k, number=n, shop_incl_tax=s, erp_incl_tax=e) for k, n, s, e in gaps),
        calls=documents.calls,
    )
