"""The day an invoice can carry: Tryton numbers the invoices of a sequence in the order of their days.

An order that waited for somebody, or whose sending broke off, comes when invoices of later days have their numbers. The
server would refuse its own day for ever; the day of the newest invoice of the sequence is the earliest it still takes.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from atoosync_lab.connectors.erps.tryton import writes_facts as facts
from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.model.documents import DocumentKind

Wanted = tuple[DocumentKind, date]


class Numbering:
    """Asks which invoices are numbered already.

    Args:
        client: the API.
    """

    def __init__(self, client: TrytonClient) -> None:
        self._client = client

    def days(self, wanted: Collection[Wanted]) -> dict[Wanted, date]:
        """The earliest day that each of some invoices can carry, by its kind and the day it should have.

        One call a kind where all can have their day; one more for each other day and kind.
        """
        found: dict[Wanted, date] = {}
        for kind in dict.fromkeys(kind for kind, _ in wanted):
            days = sorted({day for other, day in wanted if other is kind})
            later = self._newest(kind, days[0], ()) is not None
            for day in days:
                # Years have sequences of their own: what is numbered in another one is in nobody's way.
                within = (("<=", "start_date"), (">=", "end_date"))
                year = [[f"move.period.fiscalyear.{name}", sign, day] for sign, name in within]
                found[kind, day] = (self._newest(kind, day, year) if later else None) or day
        return found

    def _newest(self, kind: DocumentKind, day: date, year: Collection[list[object]]) -> date | None:
        """Day of the newest numbered invoice of a kind, if it is after a day."""
        domain = [
            ["type", "=", "out"], ["company", "=", self._client.company], ["sequence", "!=", None],
            ["sequence_type_cache", "=", facts.SEQUENCE_TYPES[kind]], ["invoice_date", ">", day], *year,
        ]  # fmt: skip
        row = self._client.first(facts.INVOICE, domain, ("invoice_date",), order=[("invoice_date", "DESC")])
        newest = row["invoice_date"] if row else None
        return newest if isinstance(newest, date) else None
