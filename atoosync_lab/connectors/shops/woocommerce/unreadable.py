"""Records that cannot be read: noted, left out, and never in the way of their neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.errors import Facts, InvalidRecordError

T = TypeVar("T")
Warn = Callable[[InvalidRecordError], None]
UNREADABLE = (KeyError, ValueError, ArithmeticError, TypeError)
"""What making a pivot record of broken data raises."""


class Maker:
    """Makes pivot records of rows.

    Args:
        warn: told of each row that cannot be read.
    """

    def __init__(self, warn: Warn) -> None:
        self._warn = warn

    def made(self, rows: Iterable[Json], resource: str, make: Callable[[Json], T]) -> list[T]:
        """Pivot records of rows; without a resource an unreadable row is left out in silence (told elsewhere)."""
        found: list[T] = []
        for row in rows:
            try:
                if not wire.identifier(row):
                    raise ValueError("no id")
                found.append(make(row))
            except UNREADABLE as error:
                if resource:
                    self.note(resource, row, error)
        return found

    def note(self, resource: str, row: Json, cause: Exception) -> None:
        """Tell of a row that cannot be read."""
        number = wire.identifier(row)
        noted = Facts(system=facts.SYSTEM, operation=f"GET {resource}", record=number, detail=str(cause)[:200])
        self._warn(InvalidRecordError("woocommerce.unreadable_record", resource=resource, id=number, facts=noted))
