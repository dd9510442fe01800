"""Home: what needs attention, what was sent and imported this month, what is left of the subscription (SVC-08, SVC-09).

Several surfaces beside each other, so that a choice in one paints that one alone. The template lays them out.
"""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets  # type: ignore[import-untyped]

from atoosync_lab.boards import home_cards as cards
from atoosync_lab.boards import home_chart
from atoosync_lab.boards import month as months
from atoosync_lab.boards.frame import Frame, asked
from atoosync_lab.boards.month import Month
from atoosync_lab.boards.reading import Journals
from atoosync_lab.kit.chart import Chart
from atoosync_lab.kit.markup import Html
from atoosync_lab.kit.view import View

BREAKDOWNS = ("day", "profile")
"""What the bars of the chart stand for."""


def open(query: Mapping[str, str] | None = None) -> ipywidgets.Box:
    """The first page. The address may choose language, profile, month, kind and breakdown."""
    return HomeBoard(asked() if query is None else query).widget


class HomeBoard:
    """The page and what is chosen in it.

    Args:
        query: what the address asks: `profile`, `month` (2026-11), `kind`, `by`, `lang`.
        journals: the exports; None: those of this process.
        frame: the frame; None: one for the query. For tests that choose the present moment.
    """

    def __init__(self, query: Mapping[str, str], journals: Journals | None = None, frame: Frame | None = None) -> None:
        frame = self.frame = frame or Frame(query, journals)
        profiles = frame.journals.profiles()
        self.profile = frame.one_of("profile", {p.id for p in profiles})
        self.kind = frame.one_of("kind", months.CHOICES) or "all"
        self.by = frame.one_of("by", BREAKDOWNS) or "day"
        self.zone = profiles[0].zone if profiles else "Europe/Paris"
        self.present = Month.of(cards.today(frame, self.zone))
        self.month = self._month(frame.query.get("month", ""))
        self.head = View(Html(""), {"profile": self._choose_profile, "month": self._turn})
        self.exports = View(Html(""), {"kind": self._choose_kind, "by": self._choose_by})
        self.chart = Chart({}, height=240, title="", description="")
        self.quota = View(Html(""))
        self.profiles = View(Html(""))
        self.running = View(Html(""))
        self.imports = View(Html(""))
        self.foot = View(Html(""))
        self._paint()
        self.widget = self._laid_out()
        frame.follow(self._paint)

    def _laid_out(self) -> ipywidgets.Box:
        # The place of each surface is said by its name alone: the order here is that of reading.
        sent = ipywidgets.VBox([self.exports, self.chart])
        self.chart.add_class("at-plot")
        places = {
            "head": self.head, "now": self.running, "quota": self.quota, "exports": sent, "imports": self.imports,
            "profiles": self.profiles, "foot": self.foot,
        }  # fmt: skip
        for name, widget in places.items():
            widget.add_class(f"in-{name}")
        box = ipywidgets.Box(list(places.values()))
        for name in ("at", "at-home"):
            box.add_class(name)
        return box

    def _month(self, text: str) -> Month:
        if not text:
            return self.present
        found = Month.read(text)
        if found is None or not self.first_month().first <= found.first <= self.present.first:
            self.frame.left_out = True
            return self.present
        return found

    def first_month(self) -> Month:
        """The first month of which anything is known."""
        first = self.frame.journals.first_day()
        return min(Month.of(first), self.present, key=lambda m: m.first) if first else self.present

    def _choose_profile(self, profile: str) -> None:
        known = {p.id for p in self.frame.journals.profiles()}
        self.profile = profile if profile in known else ""
        self._chosen()

    def _turn(self, where: str) -> None:
        moved = self.month.moved({"before": -1, "after": 1}.get(where, 0))
        if self.first_month().first <= moved.first <= self.present.first:
            self.month = moved
        self._chosen()

    def _choose_kind(self, kind: str) -> None:
        self.kind = kind if kind in months.CHOICES else "all"
        self._chosen()

    def _choose_by(self, by: str) -> None:
        self.by = by if by in BREAKDOWNS else "day"
        self._chosen()

    def _chosen(self) -> None:
        self.frame.left_out = False
        self._paint()
        self.head.show_address(
            self.frame.address(
                profile=self.profile,
                month="" if self.month == self.present else str(self.month),
                kind="" if self.kind == "all" else self.kind,
                by="" if self.by == "day" else self.by,
            )
        )

    def _paint(self) -> None:
        frame = self.frame
        profiles = [p for p in frame.journals.profiles() if self.profile in ("", p.id)]
        self.head.show(
            cards.head(frame, profiles, self.profile, self.month, first=self.first_month(), present=self.present)
        )
        sent = months.figures(frame, self.month, self.profile, "export", self.kind)
        self.exports.show(cards.exports(frame, sent, self.kind, self.by, several=len(profiles) > 1))
        home_chart.draw(self.chart, frame, sent, profiles if self.by == "profile" else [])
        self.quota.show(cards.quota(frame, profiles, self.zone))
        self.profiles.show(cards.profiles(frame, profiles))
        brought = months.figures(frame, self.month, self.profile, "import")
        self.running.show(cards.running(frame, self.profile))
        self.imports.show(cards.imports(frame, brought))
        self.foot.show(cards.foot(frame, profiles))
