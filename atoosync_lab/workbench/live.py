"""A run while it runs: stage, n / total, the last lines of its log, and Stop.

The flow works in a thread while the cell waits for it: the kernel hands widget messages to a cell that waits, never to
one that is busy (a click on Stop would otherwise be heard when there is nothing left to stop). The journal carries the
wish to the flow, as it does from any other process.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from IPython.display import display

from atoosync_lab.kit import formats, run_card, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.run_card import Line
from atoosync_lab.kit.view import View
from atoosync_lab.model.events import Event, OnEvent, Stage
from atoosync_lab.model.i18n import translate

EVERY = 0.2
"""Seconds between two paints: five a second is as fast as one can read."""

Result = TypeVar("Result")

_STEPS = (Stage.CAPTURE, Stage.PLAN, Stage.APPLY)


class LivePanel:
    """Follows one run.

    Args:
        flow: the flow.
        zone: time zone of the profile.
        stop: asks the run to stop.
        dry_run: the run ends with its plan.
        language: language of the reader.
    """

    def __init__(
        self, flow: str, zone: str, stop: Callable[[], None], *, dry_run: bool, language: str | None = None
    ) -> None:
        self._flow, self._zone, self._language, self._dry_run = flow, zone, language, dry_run
        self._request_stop = stop
        self._stopping = False
        self._ended = False
        self._lines: deque[Line] = deque(maxlen=run_card.LOG_LINES)
        self._stage: Stage = Stage.RESOLVE
        self._done: int | None = None
        self._total: int | None = None
        self.view = View(self._html(), {"stop": self._stop})

    async def follow(self, work: Callable[[OnEvent], Result]) -> Result:
        """Do the work in a thread and show it under the cell until it has ended.

        Args:
            work: the run; given whom to tell what happens.

        Raises:
            Exception: whatever the work raises.
        """
        display(self.view)  # type: ignore[no-untyped-call]
        task = asyncio.ensure_future(asyncio.to_thread(work, self.note))
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=EVERY)
                self._paint()
            return task.result()
        except asyncio.CancelledError:
            # The kernel was interrupted: the thread cannot be, so the flow is asked to stop after its batch.
            self._request_stop()
            raise
        finally:
            self._ended = True
            self._paint()

    def note(self, event: Event) -> None:
        """An event of the run (`model.events.OnEvent`); may come from another thread, shown at the next paint."""
        self._stage = event.stage
        if event.done is not None:
            self._done, self._total = event.done, event.total
        if event.code != "run.progress":
            text = translate(event.code, event.params, self._language)
            self._lines.append(Line(at=event.at, level=str(event.level), text=text, record=event.record))

    def _paint(self) -> None:
        html = self._html()
        if html != self.view.html:
            self.view.show(html)

    def _stop(self, _: str) -> None:
        if not self._stopping and not self._ended:
            self._stopping = True
            self._request_stop()
            self._paint()

    def _html(self) -> Html:
        head = tag(
            "div",
            tag("h2", words.flow_title(self._flow, self._language)),
            None if self._ended else self._stop_button(),
            class_="card-h",
        )
        log = run_card.log(tuple(self._lines.copy()), self._zone, self._language)
        return tag("div", head, self._progress(), log, class_="card")

    def _stop_button(self) -> Html:
        code = "live.stopping" if self._stopping else "live.stop"
        word = translate(code, None, self._language)
        return tag(
            "button", icon("square"), word, class_="btn btn-d btn-s", data_at_do="stop", type="button",
            disabled=self._stopping,
        )  # fmt: skip

    def _progress(self) -> Html:
        steps = _STEPS[:2] if self._dry_run else _STEPS
        at = next((i for i, s in enumerate(steps) if s is self._stage), len(steps) if self._past() else -1)
        shown: list[Html] = []
        for number, step in enumerate(steps):
            look = "done" if self._ended or number < at else "now" if number == at else ""
            if number:
                shown.append(tag("span", class_="step-line"))
            word = translate(f"live.stage.{step.value}", None, self._language)
            shown.append(tag("span", tag("span", str(number + 1), class_="dot"), word, class_=f"step {look}".strip()))
        return tag("div", tag("div", *shown, class_="steps"), self._bar(), class_="card-b stack-4")

    def _past(self) -> bool:
        return self._stage in (Stage.CONFIRM, Stage.FINISH)

    def _bar(self) -> Html | None:
        if not self._total:
            return None
        done = self._done or 0
        share = min(100, 100 * done // self._total)
        count = f"{formats.number(done, self._language)} / {formats.number(self._total, self._language)}"
        bar = tag(
            "div", tag("i", style=f"width:{share}%"), class_="bar grow", role="progressbar", aria_valuenow=share,
            aria_valuemin=0, aria_valuemax=100, aria_label=words.flow_title(self._flow, self._language),
        )  # fmt: skip
        return tag("div", bar, tag("span", count, class_="num b sm"), class_="row")
