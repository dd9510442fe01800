"""The page of one run: what it does or did, why it ended, what to do now, its log (RUN-03, RUN-05, RUN-06)."""

from __future__ import annotations

from collections.abc import Mapping

from atoosync_lab.boards import bars, detail
from atoosync_lab.boards.frame import Frame, asked
from atoosync_lab.boards.reading import Journals
from atoosync_lab.boards.records import Run, Wanted
from atoosync_lab.kit import words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.view import View


def open(query: Mapping[str, str] | None = None) -> View:
    """The page of a run. The address names it with `run`; without it, the newest is shown."""
    return RunBoard(asked() if query is None else query).view


class RunBoard:
    """The page and what is chosen in it.

    Args:
        query: what the address asks: `run`, `level`, `lang`.
        journals: the exports; None: those of this process.
    """

    def __init__(self, query: Mapping[str, str], journals: Journals | None = None) -> None:
        frame = self._frame = Frame(query, journals)
        self._asked = frame.query.get("run", "")
        self._level = frame.one_of("level", detail.LEVELS) or "all"
        self.view = View(self._html(), {"level": self._choose_level})
        frame.follow(self._paint)

    def _choose_level(self, level: str) -> None:
        self._level = level if level in detail.LEVELS else "all"
        self._paint()
        self.view.show_address(self._frame.address(run=self._asked, level="" if self._level == "all" else self._level))

    def _paint(self) -> None:
        self.view.show(self._html())

    def _run(self) -> Run | None:
        journals = self._frame.journals
        if self._asked:
            return journals.run(self._asked)
        newest = journals.going() or journals.runs(Wanted(), limit=1)
        return newest[0] if newest else None

    def _html(self) -> Html:
        frame = self._frame
        run = self._run()
        crumb = tag(
            "nav", frame.link("journal", frame.t("board.journal.title")), icon("right", "s"),
            tag("span", run.profile.name if run else frame.t("board.run.title")), class_="crumb",
            aria_label=frame.t("board.crumb"),
        )  # fmt: skip
        if run is None:
            code = "board.run.unknown" if self._asked else "board.journal.empty"
            back = frame.link("journal", frame.t("board.open_journal"), class_="btn")
            title = tag("h1", frame.t("board.run.title"))
            return tag("div", crumb, title, tag("div", frame.empty(code, back), class_="card"), class_="page-board")
        times = detail.when(frame, run)
        head = tag(
            "div",
            tag(
                "div",
                crumb,
                tag(
                    "div",
                    tag("h1", words.flow_title(run.flow, frame.language)),
                    words.state_pill(run.state, frame.language),
                    class_="row wrap",
                ),
                tag("p", f"{detail.systems(run)}. {times[:1].upper()}{times[1:]}", class_="sub"),
            ),
            class_="head",
        )
        told = detail.body(frame, run, frame.journals.lines(run), self._level)
        moving = tag("div", bars.progress(frame, run), class_="card-b moving") if detail.going(run) else None
        card = tag("div", moving, told, class_="card", data_run=run.id)
        return tag("div", head, *frame.notices(), card, class_="page-board narrow")
