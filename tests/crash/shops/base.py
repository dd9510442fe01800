"""What a case asks of a shop."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

Fact = tuple[Any, ...]
"""A record that a system holds: its kind, its name, and the values that count."""


class Shop(Protocol):
    """One shop's sandbox, read and changed in its own state folder, never through the product.

    Orders are told by what is special about them (`sandbox.data.shop_data.Filled.special_orders`).
    """

    system: str
    version: str | None
    """Version of the shop; None takes its usual one."""
    arguments: tuple[str, ...]
    """Further arguments of its server."""
    sizes: Mapping[str, int]
    """Sizes of calls, so small that a run of few records makes many."""
    orders: tuple[str, ...]
    """Orders that are kept, one a kind: ten that can be imported, and one or two that nobody can import."""
    later: str
    """Kept too; its buyer pays after the process was killed: it must come with the next run."""
    invoiced: tuple[str, ...]
    """Orders whose documents have become invoices after the first import."""
    delivered: tuple[str, ...]
    """Orders whose documents have become delivery notes, where the shop has a status for that."""
    creation: int
    """Place of the request that makes the new articles among those that leave after the plan of `articles` is made."""
    invoiced_later: str
    """The one that becomes an invoice after the process was killed."""

    def trim(self, state: Path, orders: Collection[str]) -> set[str]:
        """Leave these orders (ids), and the goods they name; the references of those goods, without outer spaces."""
        ...

    def order_is_paid(self, state: Path, order: str) -> None:
        """The money of the order (its id) that waited for it has come in."""
        ...

    def has_payment(self, state: Path, order: str) -> bool:
        """Whether the shop notes a payment of the order."""
        ...

    def hide_slip(self, state: Path) -> None:
        """The newest credit slip is not there yet."""
        ...

    def slip_is_given(self, state: Path) -> None:
        """The merchant gives back what `hide_slip` hid."""
        ...

    def holds(self, state: Path) -> Iterable[Fact]:
        """Everything that a run may write, once the shop has come to the end of its own work."""
        ...


def rows_of(connection: sqlite3.Connection, sql: str, *values: object) -> list[Mapping[str, Any]]:
    """Rows as mappings."""
    cursor = connection.execute(sql, values)
    names = [item[0] for item in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
