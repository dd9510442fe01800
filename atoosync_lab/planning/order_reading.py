"""Orders and slips of a capture as bundles, a few hundred at a time, each table read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from atoosync_lab.model.records import columns, table_name
from atoosync_lab.model.sales import (
    Address,
    CreditSlip,
    CreditSlipLine,
    Customer,
    Order,
    OrderDiscount,
    OrderLine,
    Payment,
)
from atoosync_lab.orders.bundle import OrderBundle, Sibling, SlipBundle
from atoosync_lab.snapshots import duck
from atoosync_lab.snapshots.tables import quote

R = TypeVar("R")
CHUNK = 500
_NUMERIC = "TRY_CAST({0} AS HUGEINT) NULLS LAST, {0}"


class OrderReader:
    """Reads the orders of one capture as bundles, in the order of their ids."""

    def __init__(self, capture: Path) -> None:
        self._con = duck.connect()
        duck.attach(self._con, capture, "shop")
        self._con.execute(
            "CREATE TEMP TABLE numbered AS SELECT *, row_number() OVER (ORDER BY"
            f' {_NUMERIC.format("remote_id")}) AS n FROM shop."order"'
        ).fetchall()

    def close(self) -> None:
        """Let go of the capture."""
        self._con.close()

    def count(self) -> int:
        """Orders in the capture."""
        row = self._con.execute("SELECT count(*) FROM numbered").fetchone()
        return int(row[0]) if row else 0

    def bundles(self) -> Iterator[OrderBundle]:
        """All orders with everything that belongs to them."""
        for start in range(1, self.count() + 1, CHUNK):
            yield from self._between(start, start + CHUNK - 1)

    def by_id(self) -> dict[str, OrderBundle]:
        """All orders by id (used for the few that credit slips name)."""
        return {b.order.remote_id: b for b in self.bundles()}

    def _between(self, first: int, last: int) -> Iterator[OrderBundle]:
        within = f"n BETWEEN {first} AND {last}"
        own = ", ".join(quote(c) for c in columns(Order))
        orders = _records(self._con, Order, f"SELECT {own} FROM numbered WHERE {within} ORDER BY n")
        ids = f"SELECT remote_id FROM numbered WHERE {within}"
        references = f"SELECT reference FROM numbered WHERE {within}"
        lines = self._grouped(OrderLine, f"order_id IN ({ids})", "order_id", "position")
        discounts = self._grouped(OrderDiscount, f"order_id IN ({ids})", "order_id", "remote_id")
        payments = self._grouped(Payment, f"order_reference IN ({references})", "order_reference", "remote_id")
        wanted = f"SELECT unnest([invoicing_address_id, delivery_address_id]) FROM numbered WHERE {within}"
        addresses = {a.remote_id: a for a in self._all(Address, f"remote_id IN ({wanted})", "remote_id")}
        buyers = f"SELECT customer_id FROM numbered WHERE {within}"
        customers = {c.remote_id: c for c in self._all(Customer, f"remote_id IN ({buyers})", "remote_id")}
        siblings: dict[str, list[tuple[str, Any]]] = defaultdict(list)
        for reference, order_id, total in self._con.execute(
            f"SELECT reference, remote_id, total_incl_tax FROM numbered WHERE reference IN ({references})"
            " QUALIFY count(*) OVER (PARTITION BY reference) > 1 ORDER BY n"
        ).fetchall():
            siblings[reference].append((order_id, total))
        for order in orders:
            yield OrderBundle(
                order=order,
                lines=tuple(lines.get(order.remote_id, ())),
                discounts=tuple(discounts.get(order.remote_id, ())),
                payments=tuple(payments.get(order.reference, ())),
                invoicing=addresses.get(order.invoicing_address_id),
                delivery=addresses.get(order.delivery_address_id),
                customer=customers.get(order.customer_id),
                siblings=tuple(
                    Sibling(order_id=i, total_incl_tax=t)
                    for i, t in siblings.get(order.reference, ())
                    if i != order.remote_id
                ),
            )

    def slips(self) -> Iterator[SlipBundle]:
        """All credit slips with their lines and, where captured, their order."""
        orders = self.by_id()
        lines = self._grouped(CreditSlipLine, "TRUE", "slip_id", "position")
        for slip in self._all(CreditSlip, "TRUE", _NUMERIC.format("remote_id")):
            yield SlipBundle(slip=slip, lines=tuple(lines.get(slip.remote_id, ())), order=orders.get(slip.order_id))

    def _all(self, cls: type[R], where: str, order: str) -> list[R]:
        own = ", ".join(quote(c) for c in columns(cls))
        table = quote(table_name(cls))
        return _records(self._con, cls, f"SELECT {own} FROM shop.{table} WHERE {where} ORDER BY {order}")

    def _grouped(self, cls: type[R], where: str, by: str, order: str) -> dict[str, list[R]]:
        found: dict[str, list[R]] = defaultdict(list)
        for record in self._all(cls, where, f"{quote(by)}, {quote(order)}"):
            found[getattr(record, by)].append(record)
        return found


def _records(con: duckdb.DuckDBPyConnection, cls: type[R], sql: str) -> list[R]:
    names = list(columns(cls))
    lists = {i for i, kind in enumerate(columns(cls).values()) if kind.endswith("[]")}
    made = []
    for row in con.execute(sql).fetchall():
        values = [tuple(v or ()) if i in lists else v for i, v in enumerate(row)] if lists else row
        made.append(cls(**dict(zip(names, values, strict=True))))
    return made
