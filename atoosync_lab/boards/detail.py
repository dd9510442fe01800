"""One run, told: verdict, cause and cure, counts, what went wrong, log, facts for support (RUN-03, RUN-05, RUN-06)."""

from __future__ import annotations

from atoosync_lab.boards.frame import Frame
from atoosync_lab.boards.records import Line, Run
from atoosync_lab.kit import formats, run_card, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag

LEVELS = {"all": (), "attention": ("warning", "error"), "failed": ("error",)}
"""What each choice above the log shows; all: every level."""

_CURES = {
    "auth": ("sign_in", "again"),
    "connection": ("reach", "again"),
    "http": ("reach", "again"),
    "quota": ("units", "goes_on"),
    "settings": ("setting", "again"),
    "lease": ("wait",),
    "storage": ("disk", "again"),
    "plan": ("new_plan",),
}
"""Steps that repair, by the first word of the code that ended a run."""
_CURE_OF_STATE = {"lost": ("again",), "stopped": ("goes_on",), "quota_reached": ("units", "goes_on")}


def going(run: Run) -> bool:
    """The run has not ended."""
    return run.ended_at is None


def when(frame: Frame, run: Run) -> str:
    """From when to when, in words."""
    start = formats.long_moment(run.started_at, run.profile.zone, frame.language)
    if run.ended_at is None:
        return frame.t("board.since", {"start": start})
    return frame.t("board.from_to", {"start": start, "end": formats.clock(run.ended_at, run.profile.zone)})


def head(frame: Frame, run: Run) -> Html:
    """Name of the task, profile and times, state."""
    times = when(frame, run)
    said = tag(
        "div",
        tag("h2", words.flow_title(run.flow, frame.language)),
        tag("p", f"{systems(run)}. {times[:1].upper()}{times[1:]}", class_="sm t2"),
        class_="grow",
    )
    return tag("div", said, words.state_pill(run.state, frame.language), class_="card-h row-t")


def systems(run: Run) -> str:
    """Profile, shop and ERP of a run, for people."""
    profile = run.profile
    return f"{profile.name}, {shop_name(run)} × {words.system_name(profile.erp)}"


def shop_name(run: Run) -> str:
    """The shop's system and the first two numbers of its version."""
    version = ".".join(run.profile.shop_version.split(".")[:2])
    return f"{words.system_name(run.profile.shop)} {version}".strip()


def body(frame: Frame, run: Run, lines: list[Line], level: str = "all") -> Html:
    """Everything below the head, the answer before the data.

    Args:
        frame: the page it stands in.
        run: the run.
        lines: its log, in order.
        level: which lines are shown: one of `LEVELS`.
    """
    counts = {name: getattr(run, name) for name in run_card.COUNTS}
    told = [run_card.Line(at=line.at, level=line.level, text=line.text, record=line.record) for line in lines]
    wanted = LEVELS[level]
    shown = [line for line in told if not wanted or line.level in wanted]
    length = (run.ended_at or frame.now()) - run.started_at
    return join(
        run_card.verdict(run.state, counts, "" if _cured(run) else run.cause, frame.language),
        _cause_and_cure(frame, run),
        run_card.figures(counts, length, frame.language),
        run_card.problems(told, frame.language),
        run_card.log(
            shown,
            run.profile.zone,
            frame.language,
            total=run.lines if level == "all" else None,
            tools=_log_choice(frame, told, level),
        ),
        run_card.support(_facts(frame, run), frame.language),
    )


def _cured(run: Run) -> bool:
    return bool(run.cause) and run.state in ("failed", "lost", "quota_reached", "stopped")


def _cause_and_cure(frame: Frame, run: Run) -> Html | None:
    """Why it ended before its end, and what to do now, beside each other."""
    if not _cured(run):
        return None
    steps = _CURE_OF_STATE.get(run.state) or _CURES.get(run.message.partition(".")[0], ("read_log", "again"))
    cause = tag(
        "div",
        tag("h3", icon("question"), frame.t("board.cause"), class_="row fg-block"),
        tag("p", run.cause),
        class_="stack",
    )
    cure = tag(
        "div",
        tag("h3", icon("tick"), frame.t("board.cure"), class_="row fg-create"),
        tag("ol", *[tag("li", frame.t(f"board.cure.{step}")) for step in steps], class_="b-cures"),
        class_="stack",
    )
    return tag("div", cause, cure, class_="two-sides")


def _log_choice(frame: Frame, lines: list[run_card.Line], level: str) -> Html | None:
    """All lines, those to look at, or failures alone, with their numbers."""
    numbers = {name: sum(1 for each in lines if each.level in levels) for name, levels in LEVELS.items() if levels}
    if not any(numbers.values()):
        return None
    buttons = [
        tag(
            "button",
            frame.t(f"board.log.{name}"),
            " ",
            tag("b", frame.number(numbers[name])) if name in numbers else None,
            type="button",
            aria_pressed="true" if name == level else "false",
            data_at_do="level",
            data_at_value=name,
            data_at_key=f"level-{name}",
        )
        for name in LEVELS
    ]
    return tag("div", *buttons, class_="seg", role="group", aria_label=frame.t("board.log.by"))


def _facts(frame: Frame, run: Run) -> list[tuple[str, str]]:
    return [
        (frame.t("kit.fact.run"), run.id),
        (frame.t("kit.fact.plan"), run.plan_id),
        (frame.t("kit.fact.code"), run.message),
        (frame.t("kit.fact.who"), run.who),
        (frame.t("kit.fact.page"), run.notebook.rpartition("/")[2]),
    ]
