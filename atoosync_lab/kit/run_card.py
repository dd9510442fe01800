"""How one run is told, in notebooks and dashboards alike: verdict, counts, what went wrong with its cure, log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from atoosync_lab.kit import formats, words
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import translate

LOG_LINES = 500
"""Lines of log that a page shows at most."""

COUNTS = ("total", "ok", "failed", "ignored", "blocked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a run's log, already a sentence."""

    at: datetime
    level: str
    text: str
    record: str = ""


def verdict(state: str, counts: Mapping[str, int], cause: str, language: str | None = None) -> Html:
    """The answer before the data: how it ended, in a sentence, and why when it did not come to its end.

    Args:
        state: state of the run.
        counts: total, ok, failed, ignored, blocked.
        cause: sentence that ended the run; empty: it came to its end.
        language: language of the reader.
    """
    shown = {name: formats.number(counts.get(name, 0), language) for name in COUNTS}
    code = f"kit.verdict.{state}"
    if state == "succeeded" and not counts.get("ok"):
        code = "kit.verdict.nothing_to_do"
    sentence = translate(code, shown, language)
    return words.banner(
        words.banner_of_state(state),
        tag("p", sentence, class_="b"),
        tag("p", cause) if cause else Html(""),
        class_="verdict",
    )


def figures(counts: Mapping[str, int], length: timedelta, language: str | None = None) -> Html:
    """Counts total, ok, failed, ignored, blocked, and the duration."""
    cells = [(name, formats.number(counts.get(name, 0), language)) for name in COUNTS]
    cells.append(("duration", formats.duration(length)))
    return tag(
        "div",
        *[
            tag(
                "div",
                tag("div", translate(f"kit.count.{name}", None, language), class_="sm t2"),
                tag("div", value, class_="v"),
                data_count=name,
            )
            for name, value in cells
        ],
        class_="figures",
    )


def problems(lines: Sequence[Line], language: str | None = None) -> Html:
    """Records that failed, are held, or need a look: each with its sentence, which names the cure."""
    wrong = [line for line in lines if line.level in ("warning", "error") and line.record]
    if not wrong:
        return Html("")
    listed = [
        tag(
            "li",
            tag("span", words.level_mark(line.level, language), " ", tag("span", line.record, class_="mono b")),
            tag("span", line.text),
        )
        for line in wrong[:LOG_LINES]
    ]
    head = tag("h2", translate("kit.problems", {"count": formats.number(len(wrong), language)}, language))
    return join(tag("div", head, class_="card-h sep"), tag("ul", *listed, class_="errors"))


def log(
    lines: Sequence[Line],
    zone: str,
    language: str | None = None,
    *,
    total: int | None = None,
    tools: Html | None = None,
) -> Html:
    """The log, newest first; when some of `total` lines are left out, it says so. `tools`: beside its title."""
    shown = list(lines)[-LOG_LINES:]
    rows = [
        tag(
            "div",
            tag("time", formats.clock(line.at, zone)),
            words.level_mark(line.level, language),
            tag("span", line.record, class_="rec") if line.record else None,
            tag("span", line.text, class_="tx"),
        )
        for line in reversed(shown)
    ]
    left_out = (total or len(lines)) - len(shown)
    if left_out > 0:
        note = translate("kit.log.left_out", {"count": formats.number(left_out, language)}, language)
        rows.append(tag("div", tag("span", note, class_="tx t3")))
    title = tag("h2", translate("kit.log", None, language))
    head = tag("div", title, tools, class_="card-h sep")
    name = translate("kit.log", None, language)
    # Not announced line by line: what matters (totals, failures) is said where it stands.
    body = tag("div", *rows, class_="log", role="log", aria_live="off", aria_label=name, tabindex="0")
    return join(head, body)


def support(facts: Sequence[tuple[str, str]], language: str | None = None) -> Html:
    """Facts for whoever helps: ids and codes, which no user's sentence shows."""
    listed = [part for name, value in facts if value for part in (tag("dt", name), tag("dd", value, class_="mono"))]
    return tag(
        "div",
        tag("h3", translate("kit.support", None, language)),
        tag("dl", *listed, class_="facts"),
        class_="card-b sep stack",
        style="padding-top:14px",
    )
