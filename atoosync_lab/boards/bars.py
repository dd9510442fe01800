"""Bars: how far a run is, and what is left of a subscription's units (SVC-08)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from atoosync_lab.boards.frame import Frame
from atoosync_lab.boards.records import Balance, Run
from atoosync_lab.kit import formats, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag

TIGHT = 0.95
"""Share of the units bought from which a forecast is tight."""


def progress(frame: Frame, run: Run) -> Html:
    """The share done, the numbers, and when it may end; before anything is counted, the stage it is in."""
    if not run.total:
        stage = frame.t(f"board.stage.{run.stage or 'waiting'}")
        return tag("div", stage, class_="sm t2")
    share = min(100, 100 * run.done // run.total)
    done = frame.t("board.done_of", {"done": frame.number(run.done), "total": frame.number(run.total)})
    bar = tag(
        "div",
        tag("i", style=f"width:{share}%"),
        class_="bar",
        role="progressbar",
        aria_valuenow=str(share),
        aria_valuemin="0",
        aria_valuemax="100",
        aria_valuetext=done,
        aria_label=words.flow_title(run.flow, frame.language),
    )
    said = tag("div", tag("span", done), tag("span", _end(frame, run), class_="right"), class_="row xs t2 under")
    return join(bar, said)


def _end(frame: Frame, run: Run) -> str:
    """When it may end, at the pace so far; empty while there is none."""
    passed = frame.now() - run.started_at
    if not 0 < run.done < run.total:
        return ""
    at = frame.now() + passed / run.done * (run.total - run.done)
    moment = formats.moment(at, run.profile.zone, frame.language, now=frame.now())
    return frame.t("board.ends_about", {"at": moment})


@dataclass(frozen=True, slots=True)
class Sum:
    """One counter over several profiles with the same period."""

    starts: date
    resets: date
    bought: int
    used: int

    @property
    def available(self) -> int:
        """Units left."""
        return max(0, self.bought - self.used)

    def forecast(self, now: datetime, zone: str) -> int:
        """Units used when the counters are reset, at the pace of the period so far."""
        today = now.astimezone(ZoneInfo(zone))
        begun = datetime(self.starts.year, self.starts.month, self.starts.day, tzinfo=today.tzinfo)
        ends = datetime(self.resets.year, self.resets.month, self.resets.day, tzinfo=today.tzinfo)
        # The first day says too little of the others: it counts as a whole day.
        passed = max((today - begun).total_seconds(), 86_400.0)
        return max(self.used, round(self.used * (ends - begun).total_seconds() / passed))


def summed(balances: list[Balance], counter: str) -> Sum | None:
    """One counter of all profiles that count; None: none does."""
    found = [b for b in balances if b.counter == counter and b.bought is not None]
    if not found:
        return None
    newest = max(found, key=lambda b: b.starts)
    same = [b for b in found if b.starts == newest.starts]
    return Sum(newest.starts, newest.resets, sum(b.bought or 0 for b in same), sum(b.used for b in same))


def quota(frame: Frame, counter: str, total: Sum, zone: str) -> Html:
    """A counter: available as the largest figure, used with the forecast's tick, and whether it is enough."""
    forecast = total.forecast(frame.now(), zone)
    share = min(100, round(100 * total.used / total.bought)) if total.bought else 100
    tick = min(100, round(100 * forecast / total.bought)) if total.bought else 100
    title = frame.t(f"board.counter.{counter}")
    used = frame.t("board.used_of", {"used": frame.number(total.used), "bought": frame.number(total.bought)})
    percent = f"{frame.number(share)}\u00a0%" if frame.language == "fr" else f"{share}%"
    available = tag("b", frame.number(total.available))
    head = tag(
        "div", tag("h3", title), tag("span", available, " ", frame.t("board.available"), class_="right sm t2"),
        class_="row",
    )  # fmt: skip
    bar = tag(
        "div",
        tag(
            "div", tag("i", style=f"width:{share}%", class_="w" if total.available == 0 else None),
            class_="bar bar-l", role="progressbar", aria_valuenow=str(share), aria_valuemin="0", aria_valuemax="100",
            aria_label=title, aria_valuetext=used,
        ),
        tag("span", class_="tick", style=f"left:{tick}%"),
        class_="bar-wrap",
    )  # fmt: skip
    under = tag("div", tag("span", used), tag("span", percent, class_="right"), class_="row sm t2")
    return tag("div", head, bar, under, _enough(frame, total, forecast), class_="stack quota")


def _enough(frame: Frame, total: Sum, forecast: int) -> Html:
    if total.available == 0:
        look, mark, code = "warn", "triangle", "board.units.none"
    elif forecast > total.bought * TIGHT:
        look, mark, code = "warn", "triangle", "board.units.tight"
    else:
        look, mark, code = "create", "tick", "board.units.enough"
    said = frame.t("board.forecast", {"units": frame.number(forecast)})
    return tag(
        "div", tag("span", icon(mark), frame.t(code), class_=f"pill {look}"), tag("span", said), class_="row sm t2"
    )
