"""The journal a client reads: what each run did, and why (RUN-03). Nothing can be started here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

from atoosync_lab.boards.reading import Journals, Run, Wanted, folder
from atoosync_lab.kit import formats, run_card, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.kit.view import View
from atoosync_lab.model.i18n import LANGUAGES, translate

PAGE = 12
"""Runs shown at once."""

EVERY = 10.0
"""Seconds between two looks at the exports while the page refreshes itself."""


def open(env: Mapping[str, str] = os.environ) -> View:
    """The journal page. The address may choose language, profile, task, result and run; never the folder."""
    asked = {name: values[-1] for name, values in parse_qs(env.get("QUERY_STRING", "")).items()}
    language = asked["lang"] if asked.get("lang") in LANGUAGES else None
    wanted = Wanted(
        profile=asked.get("profile", ""),
        flow=asked.get("task", ""),
        state=asked.get("result", ""),
        text=asked.get("text", ""),
    )
    return JournalBoard(folder(env), language, wanted, asked.get("run", "")).view


class JournalBoard:
    """The page and what is chosen in it.

    Args:
        root: folder of the exports.
        language: language of the reader; None: that of the process.
        wanted: first filter.
        run_id: run opened first; empty: the newest.
    """

    def __init__(self, root: Path, language: str | None = None, wanted: Wanted | None = None, run_id: str = "") -> None:
        self._journals = Journals(root, language)
        self._language = language
        self._wanted = wanted or Wanted()
        self._run_id = run_id
        self._offset = 0
        self._watch: asyncio.Task[None] | None = None
        self.view = View(
            self._html(),
            {
                "profile": lambda value: self._filter(replace(self._wanted, profile=value)),
                "flow": lambda value: self._filter(replace(self._wanted, flow=value)),
                "state": lambda value: self._filter(replace(self._wanted, state=value)),
                "text": lambda value: self._filter(replace(self._wanted, text=value.strip())),
                "run": self._open,
                "page": self._turn,
                "refresh": lambda _: self._paint(),
                "follow": lambda _: self._follow(),
            },
        )

    def _t(self, code: str, params: Mapping[str, object] | None = None) -> str:
        return translate(code, params, self._language)

    def _filter(self, wanted: Wanted) -> None:
        self._wanted, self._offset, self._run_id = wanted, 0, ""
        self._paint()

    def _open(self, run_id: str) -> None:
        self._run_id = run_id
        self._paint()

    def _turn(self, where: str) -> None:
        self._offset = max(0, self._offset + {"next": PAGE, "previous": -PAGE}.get(where, 0))
        self._paint()

    def _follow(self) -> None:
        """Start or stop looking at the exports every few seconds."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        else:
            self._watch = asyncio.get_running_loop().create_task(self._look())
        self._paint()

    async def _look(self) -> None:
        seen = self._journals.stamp()
        while True:
            await asyncio.sleep(EVERY)
            now = self._journals.stamp()
            if now != seen:
                seen = now
                self._paint()

    def _paint(self) -> None:
        self.view.show(self._html())

    def _html(self) -> Html:
        profiles = self._journals.profiles()
        head = tag(
            "div",
            tag(
                "div",
                tag("h1", self._t("board.journal.title")),
                tag(
                    "p",
                    self._state_of_data([p.exported_at for p in profiles], [p.zone for p in profiles]),
                    class_="sub",
                ),
            ),
            tag("div", *self._refreshing(), class_="actions"),
            class_="head",
        )
        if not profiles:
            body = tag("div", tag("p", self._t("board.journal.empty")), class_="card empty", role="status")
            return tag("div", head, body, class_="page-board")
        found = self._journals.count(self._wanted)
        self._offset = min(self._offset, max(0, (found - 1) // PAGE * PAGE))
        runs = self._journals.runs(self._wanted, offset=self._offset, limit=PAGE)
        chosen = self._journals.run(self._run_id) if self._run_id else None
        chosen = chosen or (runs[0] if runs else None)
        several = len(profiles) > 1
        listed = tag(
            "div",
            self._filters([(p.id, p.name) for p in profiles]),
            self._list(runs, chosen, several) if runs else self._none(),
            self._pager(found, len(runs)),
            class_="card",
        )
        detail = self._detail(chosen) if chosen else Html("")
        return tag("div", head, tag("div", listed, detail, class_="board"), class_="page-board")

    def _state_of_data(self, exported: list[datetime], zones: list[str]) -> str:
        if not exported:
            return self._t("board.journal.subtitle")
        newest = max(zip(exported, zones, strict=True))
        at = formats.moment(newest[0], newest[1], self._language)
        return f"{self._t('board.journal.subtitle')} {self._t('board.as_of', {'at': at})}"

    def _refreshing(self) -> list[Html]:
        on = self._watch is not None
        return [
            tag(
                "button", self._t("board.follow"), type="button", class_="chip on" if on else "chip",
                aria_pressed="true" if on else "false", data_at_do="follow", data_at_key="follow",
            ),
            tag(
                "button", icon("refresh"), self._t("board.refresh"), type="button", class_="btn",
                data_at_do="refresh", data_at_key="refresh",
            ),
        ]  # fmt: skip

    def _filters(self, profiles: list[tuple[str, str]]) -> Html:
        wanted = self._wanted
        parts = []
        if len(profiles) > 1:
            parts.append(self._select("profile", profiles, wanted.profile))
        flows = [(flow, words.flow_title(flow, self._language)) for flow in self._journals.flows()]
        parts.append(self._select("flow", flows, wanted.flow))
        counts = self._journals.by_state(wanted)
        states = [
            (s, f"{words.state_word(s, self._language)} ({formats.number(counts[s], self._language)})")
            for s in words.STATES
            if counts.get(s)
        ]
        if wanted.state and not counts.get(wanted.state) and wanted.state in words.STATES:
            states.append((wanted.state, words.state_word(wanted.state, self._language)))
        parts.append(self._select("state", states, wanted.state))
        label = self._t("board.journal.search")
        parts.append(
            tag(
                "input", type="search", class_="input input-s search", placeholder=label, aria_label=label,
                value=wanted.text, data_at_input="text", data_at_key="text", autocomplete="off",
            )
        )  # fmt: skip
        return tag("div", *parts, class_="tools")

    def _select(self, name: str, options: list[tuple[str, str]], chosen: str) -> Html:
        every = tag("option", self._t(f"board.all.{name}"), value="")
        others = [tag("option", text, value=value, selected=value == chosen) for value, text in options]
        return tag(
            "select", every, *others, class_="input input-s", aria_label=self._t(f"board.by.{name}"),
            data_at_input=name, data_at_key=name,
        )  # fmt: skip

    def _list(self, runs: list[Run], chosen: Run | None, several: bool) -> Html:
        heads = [
            tag("th", self._t(f"board.head.{name}"), class_="num" if name == "items" else None, scope="col")
            for name in ("task", "start", "items", "result")
        ]
        rows = [self._row(run, chosen is not None and run.id == chosen.id, several) for run in runs]
        return tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows))

    def _row(self, run: Run, is_open: bool, several: bool) -> Html:
        opener = tag(
            "button", words.flow_title(run.flow, self._language), type="button", class_="open b",
            aria_expanded="true" if is_open else "false", data_at_key=f"run-{run.id}",
        )  # fmt: skip
        items = formats.number(run.total, self._language)
        if run.done != run.total:
            items = f"{formats.number(run.done, self._language)} / {items}"
        return tag(
            "tr",
            tag("td", opener, tag("div", run.profile.name, class_="xs t3") if several else None),
            tag(
                "td",
                tag("div", formats.moment(run.started_at, run.profile.zone, self._language), class_="nw"),
                tag("div", self._length(run), class_="xs t3 nw"),
            ),
            tag("td", items, class_="num"),
            tag("td", words.state_pill(run.state, self._language)),
            class_="two sel" if is_open else "two",
            data_at_do="run",
            data_at_value=run.id,
        )

    def _length(self, run: Run) -> str:
        if run.ended_at is None:
            return self._t("board.going")
        return formats.duration(run.ended_at - run.started_at)

    def _none(self) -> Html:
        return tag("div", tag("p", self._t("board.journal.none_found")), class_="empty", role="status")

    def _pager(self, found: int, shown: int) -> Html:
        first = self._offset + 1 if shown else 0
        text = self._t(
            "board.rows",
            {"first": formats.number(first, self._language),
             "last": formats.number(self._offset + shown, self._language),
             "total": formats.number(found, self._language)},
        )  # fmt: skip
        back = tag(
            "button", icon("left"), self._t("board.newer"), type="button", class_="btn btn-s right",
            disabled=self._offset == 0, data_at_do="page", data_at_value="previous", data_at_key="previous",
        )  # fmt: skip
        on = tag(
            "button", self._t("board.older"), icon("right"), type="button", class_="btn btn-s",
            disabled=self._offset + shown >= found, data_at_do="page", data_at_value="next", data_at_key="next",
        )  # fmt: skip
        return tag("div", tag("span", text, class_="page-n", role="status"), back, on, class_="card-f")

    def _detail(self, run: Run) -> Html:
        zone = run.profile.zone
        counts = {name: getattr(run, name) for name in run_card.COUNTS}
        lines = [
            run_card.Line(at=line.at, level=line.level, text=line.text, record=line.record)
            for line in self._journals.lines(run)
        ]
        times = formats.long_moment(run.started_at, zone, self._language)
        if run.ended_at is not None:
            times = self._t("board.from_to", {"start": times, "end": formats.clock(run.ended_at, zone)})
        head = tag(
            "div",
            tag(
                "div",
                tag("h2", words.flow_title(run.flow, self._language)),
                tag("p", f"{run.profile.name}. {times[:1].upper()}{times[1:]}", class_="sm t2"),
                class_="grow",
            ),
            words.state_pill(run.state, self._language),
            class_="card-h",
        )
        facts = [
            (self._t("kit.fact.run"), run.id),
            (self._t("kit.fact.plan"), run.plan_id),
            (self._t("kit.fact.code"), run.message),
            (self._t("kit.fact.who"), run.who),
        ]
        body = join(
            head,
            run_card.verdict(run.state, counts, run.cause, self._language),
            run_card.figures(counts, (run.ended_at or datetime.now(UTC)) - run.started_at, self._language),
            run_card.problems(lines, self._language),
            run_card.log(lines, zone, self._language, total=run.lines),
            run_card.support(facts, self._language),
        )
        return tag("div", body, class_="card", data_run=run.id)
