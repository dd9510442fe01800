"""The figures of one month, as home shows them: by day, by kind, by profile (SVC-09)."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from atoosync_lab.boards.frame import Frame
from atoosync_lab.boards.records import Daily
from atoosync_lab.kit import formats

EXPORTS = ("stocks", "prices", "articles", "order_updates", "customers")
"""Kinds of what is sent to shops, in the order of legend and bars."""

IMPORTS = ("orders", "payments", "customers")
"""Kinds of what is brought into the ERP."""

COLOURS = {
    "stocks": "data-1",
    "articles": "data-2",
    "prices": "data-3",
    "order_updates": "data-4",
    "customers": "data-5",
}
"""Name of each kind's colour: it is the same wherever the kind is shown."""

CHOICES = ("all", "articles", "stocks", "prices", "customers")
"""Kinds one may look at alone; all of them first."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar."""

    first: date

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day."""
        return cls(day.replace(day=1))

    @classmethod
    def read(cls, text: str) -> Month | None:
        """A month as the address names it (`2026-11`); None: it is none."""
        try:
            return cls(date.fromisoformat(f"{text}-01"))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def days(self) -> int:
        """Days it has."""
        return calendar.monthrange(self.first.year, self.first.month)[1]

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first.replace(day=self.days)

    def moved(self, months: int) -> Month:
        """The month so many later; earlier when negative."""
        number = self.first.year * 12 + self.first.month - 1 + months
        return Month(date(number // 12, number % 12 + 1, 1))

    def name(self, language: str) -> str:
        """`novembre 2026`."""
        return formats.month(self.first, language)


@dataclass(frozen=True, slots=True)
class Figures:
    """Records of one side in a month."""

    month: Month
    rows: Sequence[Daily]
    kinds: Sequence[str]

    @property
    def total(self) -> int:
        """All records."""
        return sum(row.records for row in self.rows)

    def by_kind(self) -> dict[str, int]:
        """Records a kind, in the order of the kinds, those without any left out."""
        counted: Counter[str] = Counter()
        for row in self.rows:
            counted[row.kind] += row.records
        return {kind: counted[kind] for kind in self.kinds if counted[kind]}

    def by_day(self, kind: str) -> list[int]:
        """Records of a kind on each day of the month."""
        found = [0] * self.month.days
        for row in self.rows:
            if row.kind == kind:
                found[row.day.day - 1] += row.records
        return found

    def by_profile(self, kind: str, profiles: Sequence[str]) -> list[int]:
        """Records of a kind of each profile."""
        counted: Counter[str] = Counter()
        for row in self.rows:
            if row.kind == kind:
                counted[row.profile] += row.records
        return [counted[profile] for profile in profiles]


def figures(frame: Frame, month: Month, profile: str, side: str, kind: str = "all") -> Figures:
    """Records of a side in a month, of one kind or all."""
    kinds = EXPORTS if side == "export" else IMPORTS
    wanted = kinds if kind == "all" else (kind,)
    rows = frame.journals.daily(month.first, month.last, profile)
    return Figures(month, [row for row in rows if row.side == side and row.kind in wanted], wanted)


def kind_word(frame: Frame, side: str, kind: str) -> str:
    """What people call a kind; a customer that is imported is a new one."""
    return frame.t("board.kind.new_customers" if (side, kind) == ("import", "customers") else f"board.kind.{kind}")
