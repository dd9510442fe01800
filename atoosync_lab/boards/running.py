"""What goes on now: each run with its share done, its last news, when it may end; it refreshes by itself (RUN-02)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from atoosync_lab.boards import bars
from atoosync_lab.boards.frame import Frame, asked
from atoosync_lab.boards.reading import Journals
from atoosync_lab.boards.records import Planned, Run, Shown
from atoosync_lab.kit import formats, words
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.view import View

SILENT = timedelta(minutes=2)
"""A run that has said nothing for so long is told to be silent."""

NEXT = 6
"""Starts to come that are shown."""


def open(query: Mapping[str, str] | None = None) -> View:
    """The page of runs that go on. The address may choose language and profile."""
    return RunningBoard(asked() if query is None else query).view


class RunningBoard:
    """The page and what is chosen in it.

    Args:
        query: what the address asks: `profile`, `lang`.
        journals: the exports; None: those of this process.
    """

    def __init__(self, query: Mapping[str, str], journals: Journals | None = None) -> None:
        frame = self._frame = Frame(query, journals)
        self._profile = frame.one_of("profile", {p.id for p in frame.journals.profiles()})
        self.view = View(self._html(), {"profile": self._choose})
        frame.follow(self._paint)

    def _choose(self, profile: str) -> None:
        self._profile, self._frame.left_out = profile, False
        self._paint()
        self.view.show_address(self._frame.address(profile=profile))

    def _paint(self) -> None:
        self.view.show(self._html())

    def _html(self) -> Html:
        frame = self._frame
        profiles = frame.journals.profiles()
        runs = [run for run in frame.journals.going() if self._profile in ("", run.profile.id)]
        count = frame.t("board.running.count", {"count": frame.number(len(runs))}) if runs else ""
        options = [(p.id, p.name) for p in profiles]
        head = frame.head(
            frame.t("board.running.title"),
            f"{count or frame.t('board.running.subtitle')} {frame.t('board.running.by_itself')}",
            frame.choice("profile", options, self._profile, every=frame.t("board.all.profile"))
            if len(profiles) > 1
            else None,
        )
        listed = (
            tag("table", self._heads(), tag("tbody", *[self._row(run) for run in runs]), class_="going")
            if runs
            else frame.empty("board.running.none", self._last(profiles))
        )
        card = tag("div", listed, class_="card", aria_live="polite")
        return tag(
            "div", head, *frame.notices(), card, self._planned(profiles), class_="page-board stack-5",
            data_at_running=str(len(frame.journals.going())),
        )  # fmt: skip

    def _heads(self) -> Html:
        names = ("task", "start", "progress", "updated", "result")
        return tag("thead", tag("tr", *[tag("th", self._frame.t(f"board.head.{name}"), scope="col") for name in names]))

    def _row(self, run: Run) -> Html:
        frame = self._frame
        return tag(
            "tr",
            tag(
                "td",
                frame.link("run", words.flow_title(run.flow, frame.language), class_="b", run=run.id),
                tag("div", run.profile.name, class_="xs t3"),
            ),
            tag(
                "td",
                tag("div", formats.moment(run.started_at, run.profile.zone, frame.language, now=frame.now())),
                tag("div", formats.duration(frame.now() - run.started_at), class_="xs t3"),
                class_="nw",
            ),
            tag("td", bars.progress(frame, run), class_="wide"),
            tag("td", self._news(run), class_="nw"),
            tag("td", words.state_pill(run.state, frame.language)),
            class_="two",
            data_run=run.id,
        )

    def _news(self, run: Run) -> Html | None:
        """When it last said something; nothing yet is an empty cell."""
        frame = self._frame
        if run.updated_at is None:
            return None
        at = formats.clock(run.updated_at, run.profile.zone)
        if frame.now() - run.updated_at > SILENT:
            return tag("span", frame.t("board.silent", {"at": at}), class_="fg-warn b")
        return tag("span", at, class_="mono")

    def _last(self, profiles: list[Shown]) -> Html | None:
        if not profiles:
            return None
        return self._frame.link("journal", self._frame.t("board.open_journal"), class_="btn")

    def _planned(self, profiles: list[Shown]) -> Html | None:
        """The next starts, so that an empty page says when something will happen."""
        frame = self._frame
        by_id = {p.id: p for p in profiles}
        due = [p for p in frame.journals.planned(frame.now()) if p.at and self._profile in ("", p.profile)]
        if not due:
            return None
        rows = [self._start(planned, by_id[planned.profile], planned.at) for planned in due[:NEXT] if planned.at]
        title = tag("div", tag("h2", frame.t("board.next")), class_="card-h")
        return tag("div", title, tag("ul", *rows, class_="starts"), class_="card")

    def _start(self, planned: Planned, profile: Shown, at: datetime) -> Html:
        frame = self._frame
        return tag(
            "li",
            tag("span", formats.moment(at, profile.zone, frame.language, now=frame.now()), class_="nw b"),
            tag("span", words.flow_title(planned.flow, frame.language), class_="grow"),
            tag("span", profile.name, class_="t3"),
        )
