"""A run while it runs: four stages, share and count, its end, the log, Stop and what it would do (RUN-01).

The panel reads the journal and nothing else. So it follows a run of the worker, of another page or of this kernel
alike, and finds it again after the page was loaded anew; Stop travels the same way. A run of this kernel works in a
thread while the cell waits: a kernel hands widget messages to a cell that waits, never to one that is busy.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from atoosync_lab.kit import formats, run_card, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs import queue
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import whoami
from atoosync_lab.store.journal_records import GOING, Run, RunState
from atoosync_lab.workbench import run_aside
from atoosync_lab.workbench.launching import direction
from atoosync_lab.workbench.run_facts import STAGES, RunFacts

EVERY = 0.4
"""Seconds between two looks at the journal."""

LOST_EVERY = 5.0
"""Seconds between two looks whether the process of the run is still there."""

_FILTERS = {"": ("info", "success", "warning", "error"), "warning": ("warning",), "error": ("error",)}


class RunPanel:
    """Follows one run; a part of a page, which paints it.

    Args:
        session: the opened profile.
        run_id: the run, which may not have begun.
        flow: its flow.
        dry_run: it ends with its plan.
        repaint: shows the page anew.
    """

    def __init__(self, session: Session, run_id: str, flow: str, *, dry_run: bool, repaint: Callable[[], None]) -> None:
        self._session, self._flow, self._dry_run, self._repaint = session, flow, dry_run, repaint
        self.facts = RunFacts(session, run_id)
        self._level = ""
        self._stopping = False
        self._others: list[Run] = []
        self.actions: dict[str, Callable[[str], None]] = {
            "stop": self._stop,
            "stop-other": self._stop_other,
            "log": self._filter,
        }

    async def follow(self, work: Callable[[], Any] | None = None) -> Run | None:
        """Show the run until it has ended.

        Args:
            work: the run itself, when it is this kernel's; done in a thread.

        Returns:
            The run; None: it ended before it had a journal row.

        Raises:
            AtooSyncError: what the work raises.
        """
        task = asyncio.ensure_future(asyncio.to_thread(work)) if work else None
        looked = 0.0
        try:
            while not (task.done() if task else self.facts.ended):
                await (asyncio.wait({task}, timeout=EVERY) if task else asyncio.sleep(EVERY))
                looked += EVERY
                if looked >= LOST_EVERY:
                    looked = 0.0
                    self._session.workspace.journal.mark_lost()
                self._look()
            if task:
                task.result()
        except asyncio.CancelledError:
            # The kernel was interrupted, which a thread cannot be: its run is asked to stop. One of the worker goes on.
            if task:
                self._session.workspace.journal.request_stop(self.facts.run_id, who=whoami())
            raise
        finally:
            self._look()
        return self.facts.run

    def look(self) -> None:
        """Read what is new in the journal, without painting."""
        self.facts.update()
        going = self._session.workspace.journal.list(states=GOING, limit=20)
        self._others = [run for run in going if run.id != self.facts.run_id]

    def _look(self) -> None:
        self.look()
        self._repaint()

    def _stop(self, _: str) -> None:
        if not self._stopping and not self.facts.ended:
            self._session.workspace.journal.request_stop(self.facts.run_id, who=whoami())
            self._stopping = True
            self._repaint()

    def _stop_other(self, run_id: str) -> None:
        if any(run.id == run_id for run in self._others):
            self._session.workspace.journal.request_stop(run_id, who=whoami())
            self._look()

    def _filter(self, level: str) -> None:
        if level in _FILTERS:
            self._level = level
            self._repaint()

    def head(self, language: str | None = None) -> Html:
        """Title, state, when it began, and Stop."""
        run = self.facts.run
        state = run.state.value if run else RunState.WAITING.value
        zone = self._session.profile.timezone
        told = [translate("live.starting")]
        if run:
            told = [translate("live.started", {"at": formats.moment(run.started_at, zone), "who": run.who})]
            if run.updated_at and not self.facts.ended:
                ago = formats.duration(datetime.now(UTC) - run.updated_at)
                told.append(translate("live.last_news", {"ago": ago}))
        title = tag("h1", words.flow_title(self._flow), " ", words.state_pill(state))
        if self._dry_run:
            told.append(translate("live.dry_run"))
        crumb = tag("div", self._session.profile.name, class_="crumb")
        left = tag("div", crumb, title, tag("p", " ".join(told), class_="sub"))
        return tag("div", left, tag("div", self._stop_button(), class_="actions"), class_="head")

    def _stop_button(self) -> Html | None:
        if self.facts.ended:
            return None
        asked = self._stopping or bool(self.facts.run and self.facts.run.stop_by)
        word = translate("live.stopping") if asked else translate(f"live.stop.{direction(self._flow)}")
        return tag(
            "button", icon("square"), word, class_="btn btn-d", data_at_do="stop", type="button", disabled=asked,
            data_at_key="stop",
        )  # fmt: skip

    def body(self) -> Html:
        """Stages, progress and log on the left; Stop, use and other runs on the right."""
        main = tag("section", self._stages(), self._share(), self._log(), class_="card")
        aside = tag("div", *run_aside.cards(self._session, self.facts, self._others), class_="side-cards")
        return tag("div", tag("div", main, class_="c8"), tag("div", aside, class_="c4"), class_="grid")

    def html(self) -> Html:
        """Head and body."""
        return join(self.head(), self.body())

    def _stages(self) -> Html:
        at = STAGES.index(self.facts.stage)
        return tag("ol", *[self._stage(i, name, at) for i, name in enumerate(STAGES)], class_="stages")

    def _stage(self, number: int, name: str, at: int) -> Html:
        facts = self.facts
        left_out = self._dry_run and name in ("send", "confirm")
        ended_well = facts.ended and facts.run is not None and facts.run.state in (RunState.SUCCEEDED, RunState.PARTIAL)
        if left_out:
            look, shape = "wait", "dash"
        elif number < at or ended_well:
            look, shape = "done", "tick"
        elif number == at and facts.ended:
            failed = facts.run is not None and facts.run.state is RunState.FAILED
            look, shape = ("bad", "cross") if failed else ("bad", "square")
        elif number == at and not facts.waiting:
            look, shape = "now", "play"
        else:
            look, shape = "wait", "clock"
        head = tag("div", icon(shape), translate(f"live.stage.{name}"), class_="k")
        note = translate("live.stage.left_out") if left_out else self._stage_note(name)
        current = {"aria_current": "step"} if look == "now" else {}
        return tag("li", head, tag("div", note, class_="n"), class_=look, **current)

    def _stage_note(self, name: str) -> str:
        facts, zone = self.facts, self._session.profile.timezone
        if name == "read" and facts.read_at:
            at = formats.moment(facts.read_at, zone)
            return translate("live.note.read", {"rows": formats.number(facts.rows_read), "at": at})
        if name == "plan" and (facts.planned is not None or facts.plan):
            return translate("live.note.plan", {"rows": formats.number(facts.to_send)})
        if name == "send" and facts.sent:
            params = {"done": formats.number(facts.sent), "total": formats.number(facts.to_send)}
            return translate("live.note.send", params)
        return translate(f"live.note.{name}_wait")

    def _share(self) -> Html:
        facts = self.facts
        if facts.waiting:
            served = queue.worker_alive(self._session.workspace)
            word = translate("live.queued" if served else "live.queued_no_worker")
            return tag("div", tag("p", icon("clock"), " ", word), class_="share", role="status")
        if facts.stage in ("read", "plan") or not facts.to_send:
            code = "live.nothing_to_send" if facts.ended else f"live.doing.{facts.stage}"
            if facts.ended and self._dry_run:
                code = "live.dry_run_ended"
            return tag("div", tag("p", translate(code), class_="t2"), class_="share", role="status")
        now = datetime.now(UTC)
        share = min(100, 100 * facts.sent // facts.to_send)
        wrong = min(share, -(-100 * facts.counts.failed // facts.to_send))
        ends, pace = facts.ends_at(now), facts.pace(now)
        params = {"done": formats.number(facts.sent), "total": formats.number(facts.to_send)}
        told = translate("live.handled", params)
        end = None
        if ends:
            at = formats.moment(ends, self._session.profile.timezone)
            end = tag("span", translate("live.ends_at", {"at": at}), class_="b right")
        percent = tag("span", translate("live.share", {"share": share}), class_="big")
        line = tag("div", percent, tag("span", told, class_="t2"), end, class_="line")
        bar = tag(
            "div", tag("i", style=f"width:{share}%"),
            tag("i", class_="bad", style=f"left:{share - wrong}%;right:auto;width:{wrong}%") if wrong else None,
            class_="bar bar-l", role="progressbar", aria_valuenow=share, aria_valuemin=0, aria_valuemax=100,
            aria_label=words.flow_title(self._flow), aria_valuetext=told,
        )  # fmt: skip
        return tag("div", line, bar, self._marks(pace), class_="share")

    def _marks(self, pace: float | None) -> Html:
        counts, facts = self.facts.counts, self.facts
        left = max(facts.to_send - facts.sent, 0)
        told = [
            tag("span", icon("tick"), translate("live.ok", {"count": formats.number(counts.ok)}), class_="fg-create"),
            tag("span", icon("cross"), translate("live.failed", {"count": formats.number(counts.failed)}),
                class_="fg-block" if counts.failed else None),
            tag("span", icon("clock"), translate("live.left", {"count": formats.number(left)})),
        ]  # fmt: skip
        if pace and not facts.ended:
            speed = translate("live.pace", {"count": formats.number(round(pace))})
            told.append(tag("span", speed, class_="right"))
        return tag("div", *told, class_="marks")

    def _log(self) -> Html:
        levels = _FILTERS[self._level]
        lines = [line for line in self.facts.lines if line.level in levels]
        total = sum(count for level, count in self.facts.levels.items() if level in levels)
        buttons = [
            tag(
                "button", translate(f"live.log.{name or 'all'}"),
                tag("b", " ", formats.number(self.facts.levels.get(name, 0))) if name else None, type="button",
                aria_pressed="true" if name == self._level else "false", data_at_do="log", data_at_value=name,
                data_at_key=f"log-{name}",
            )
            for name in _FILTERS
        ]  # fmt: skip
        seg = tag("div", *buttons, class_="seg", role="group", aria_label=translate("live.log.filter"))
        return run_card.log(lines, self._session.profile.timezone, total=total, tools=seg)
