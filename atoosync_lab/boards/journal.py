"""The journal a client reads: what each run did, and why (RUN-03). Nothing can be started here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from atoosync_lab.boards import detail
from atoosync_lab.boards.frame import Frame, asked
from atoosync_lab.boards.reading import Journals
from atoosync_lab.boards.records import Run, Wanted
from atoosync_lab.kit import formats, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.view import View

PAGE = 12
"""Runs shown at once."""

PERIODS = {"1": 1, "7": 7, "30": 30}
"""Days that the list may look back, as the address names them."""

CHIPS = ("failed", "partial", "lost", "quota_reached", "stopped", "running", "waiting", "succeeded")
"""States that may be chosen, in the order in which they matter."""


def open(query: Mapping[str, str] | None = None) -> View:
    """The journal page. The address may choose language, profile, task, result, period and run; never the folder."""
    return JournalBoard(asked() if query is None else query).view


class JournalBoard:
    """The page and what is chosen in it.

    Args:
        query: what the address asks: `profile`, `task`, `result`, `text`, `period`, `run`, `lang`.
        journals: the exports; None: those of this process.
    """

    def __init__(self, query: Mapping[str, str], journals: Journals | None = None) -> None:
        frame = self._frame = Frame(query, journals)
        self._journals = frame.journals
        profiles = {p.id for p in self._journals.profiles()}
        self._period = frame.one_of("period", PERIODS)
        self._wanted = Wanted(
            profile=frame.one_of("profile", profiles),
            flow=frame.one_of("task", set(self._journals.flows())),
            state=frame.one_of("result", words.STATES),
            text=frame.query.get("text", ""),
        )
        self._run_id = frame.query.get("run", "")
        if self._run_id and self._journals.run(self._run_id) is None:
            frame.left_out, self._run_id = True, ""
        self._level = "all"
        self._offset = 0
        self.view = View(
            self._html(),
            {
                "profile": lambda value: self._filter(replace(self._wanted, profile=value)),
                "flow": lambda value: self._filter(replace(self._wanted, flow=value)),
                "state": lambda value: self._filter(replace(self._wanted, state=value)),
                "text": lambda value: self._filter(replace(self._wanted, text=value.strip())),
                "period": self._look_back,
                "run": self._open,
                "level": self._choose_level,
                "page": self._turn,
                "widen": lambda _: self._look_back(""),
            },
        )
        frame.follow(self._paint)

    def _filter(self, wanted: Wanted) -> None:
        self._wanted, self._offset, self._run_id = wanted, 0, ""
        self._frame.left_out = False
        self._paint()

    def _look_back(self, period: str) -> None:
        self._period = period if period in PERIODS else ""
        self._filter(self._wanted if period else Wanted())

    def _open(self, run_id: str) -> None:
        self._run_id, self._level = run_id, "all"
        self._paint()

    def _choose_level(self, level: str) -> None:
        self._level = level if level in detail.LEVELS else "all"
        self._paint()

    def _turn(self, where: str) -> None:
        self._offset = max(0, self._offset + {"next": PAGE, "previous": -PAGE}.get(where, 0))
        self._paint()

    def _paint(self) -> None:
        self.view.show(self._html())
        wanted = self._wanted
        self.view.show_address(
            self._frame.address(
                profile=wanted.profile, task=wanted.flow, result=wanted.state, text=wanted.text, period=self._period,
                run=self._run_id,
            )
        )  # fmt: skip

    def _html(self) -> Html:
        frame, journals = self._frame, self._journals
        profiles = journals.profiles()
        period = [(name, frame.t(f"board.period.{name}")) for name in PERIODS]
        head = frame.head(
            frame.t("board.journal.title"),
            f"{frame.t('board.journal.subtitle')} {frame.as_of(profiles)}".strip(),
            frame.choice("period", period, self._period, every=frame.t("board.period.all")) if profiles else None,
        )
        if not profiles:
            return tag("div", head, tag("div", frame.empty("board.journal.empty"), class_="card"), class_="page-board")
        wanted = self._wanted
        if self._period:
            wanted = replace(wanted, since=frame.now() - timedelta(days=PERIODS[self._period]))
        found = journals.count(wanted)
        self._offset = min(self._offset, max(0, (found - 1) // PAGE * PAGE))
        runs = journals.runs(wanted, offset=self._offset, limit=PAGE)
        runs = _with_progress(runs, journals.going())
        chosen = journals.run(self._run_id) if self._run_id else None
        chosen = chosen or (runs[0] if runs else None)
        several = len(profiles) > 1
        listed = tag(
            "div",
            self._chips(wanted),
            self._filters([(p.id, p.name) for p in profiles]),
            self._list(runs, chosen, several) if runs else self._none(),
            self._pager(found, len(runs)),
            class_="card",
        )
        told = self._detail(chosen) if chosen else None
        return tag("div", head, *frame.notices(), tag("div", listed, told, class_="board"), class_="page-board")

    def _chips(self, wanted: Wanted) -> Html:
        frame = self._frame
        counts = self._journals.by_state(wanted)
        present = [state for state in CHIPS if counts.get(state) or state == wanted.state]
        every = (("", None, frame.t("board.all.state"), sum(counts.values())),)
        states = [(s, words.state_icon(s), words.state_word(s, frame.language), counts.get(s, 0)) for s in present]
        buttons = [
            tag(
                "button", mark, word, " ", tag("b", frame.number(count)), type="button",
                class_="chip on" if value == wanted.state else "chip", data_at_do="state", data_at_value=value,
                aria_pressed="true" if value == wanted.state else "false", data_at_key=f"state-{value}",
            )
            for value, mark, word, count in (*every, *states)
        ]  # fmt: skip
        return tag("div", *buttons, class_="tools chips", role="group", aria_label=frame.t("board.by.state"))

    def _filters(self, profiles: list[tuple[str, str]]) -> Html:
        frame, wanted, parts = self._frame, self._wanted, []
        if len(profiles) > 1:
            parts.append(frame.choice("profile", profiles, wanted.profile, every=frame.t("board.all.profile")))
        flows = [(flow, words.flow_title(flow, frame.language)) for flow in self._journals.flows()]
        parts.append(frame.choice("flow", flows, wanted.flow, every=frame.t("board.all.flow")))
        label = frame.t("board.journal.search")
        parts.append(
            tag(
                "input", type="search", class_="input input-s search", placeholder=label, aria_label=label,
                value=wanted.text, data_at_input="text", data_at_key="text", autocomplete="off", maxlength=200,
            )
        )  # fmt: skip
        return tag("div", *parts, class_="tools")

    def _list(self, runs: list[Run], chosen: Run | None, several: bool) -> Html:
        frame = self._frame
        heads = [
            tag(
                "th", frame.t(f"board.head.{name}"), class_="num" if name == "items" else None, scope="col",
                aria_sort="descending" if name == "start" else None,
            )
            for name in ("task", "start", "items", "result")
        ]  # fmt: skip
        rows = [self._row(run, chosen is not None and run.id == chosen.id, several) for run in runs]
        return tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows), class_="runs")

    def _row(self, run: Run, is_open: bool, several: bool) -> Html:
        frame = self._frame
        opener = tag(
            "button", words.flow_title(run.flow, frame.language), type="button", class_="open b",
            aria_expanded="true" if is_open else "false", data_at_key=f"run-{run.id}",
        )  # fmt: skip
        items = frame.number(run.total)
        if run.done != run.total:
            items = f"{frame.number(run.done)} / {items}"
        at = formats.moment(run.started_at, run.profile.zone, frame.language, now=frame.now())
        length = frame.t("board.going") if run.ended_at is None else formats.duration(run.ended_at - run.started_at)
        return tag(
            "tr",
            tag("td", opener, tag("div", run.profile.name, class_="xs t3") if several else None),
            tag("td", tag("div", at, class_="nw"), tag("div", length, class_="xs t3 nw")),
            tag("td", items, class_="num"),
            tag("td", words.state_pill(run.state, frame.language)),
            class_="two sel" if is_open else "two",
            data_at_do="run",
            data_at_value=run.id,
        )

    def _none(self) -> Html:
        frame = self._frame
        widen = tag(
            "button", frame.t("board.journal.widen"), type="button", class_="btn", data_at_do="widen",
            data_at_key="widen",
        )  # fmt: skip
        return frame.empty("board.journal.none_found", widen)

    def _pager(self, found: int, shown: int) -> Html:
        frame = self._frame
        bounds = {"first": self._offset + 1 if shown else 0, "last": self._offset + shown, "total": found}
        text = frame.t("board.rows", {name: frame.number(value) for name, value in bounds.items()})
        back = tag(
            "button", icon("left"), frame.t("board.newer"), type="button", class_="btn btn-s right",
            disabled=self._offset == 0, data_at_do="page", data_at_value="previous", data_at_key="previous",
        )  # fmt: skip
        on = tag(
            "button", frame.t("board.older"), icon("right"), type="button", class_="btn btn-s",
            disabled=self._offset + shown >= found, data_at_do="page", data_at_value="next", data_at_key="next",
        )  # fmt: skip
        return tag("div", tag("span", text, class_="page-n", role="status"), back, on, class_="card-f")

    def _detail(self, run: Run) -> Html:
        frame = self._frame
        whole = frame.link("run", frame.t("board.run.whole"), run=run.id)
        return tag(
            "div",
            detail.head(frame, run),
            detail.body(frame, run, self._journals.lines(run), self._level),
            tag("div", whole, class_="card-f"),
            class_="card",
            data_run=run.id,
        )


def _with_progress(runs: list[Run], going: list[Run]) -> list[Run]:
    """The runs of a list, those that go on as their own files tell."""
    said = {run.id: run for run in going}
    return [said.get(run.id, run) for run in runs]
