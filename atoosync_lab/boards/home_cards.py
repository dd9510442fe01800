"""The cards of home, as HTML: pure functions of what the exports hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from atoosync_lab.boards import bars
from atoosync_lab.boards.frame import Frame
from atoosync_lab.boards.month import CHOICES, Figures, Month, kind_word
from atoosync_lab.boards.records import Run, Shown
from atoosync_lab.kit import formats, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag

TROUBLE = ("failed", "lost", "quota_reached", "partial")
"""States of a task's last run that need attention, the worst first."""

SIDE_RUNS = 3
"""Runs that go on and are shown at the side."""


def today(frame: Frame, zone: str) -> date:
    """The present day in a zone."""
    return frame.now().astimezone(ZoneInfo(zone)).date()


def head(frame: Frame, shown: list[Shown], chosen: str, month: Month, *, first: Month, present: Month) -> Html:
    """Title, the day, which profile and month, and what needs attention."""
    every = frame.journals.profiles()
    zone = shown[0].zone if shown else "Europe/Paris"
    told = formats.long_day(frame.now(), zone, frame.language)
    count = frame.t("board.home.profiles.one" if len(shown) == 1 else "board.home.profiles.many",
                    {"count": frame.number(len(shown))})  # fmt: skip
    options = [(p.id, p.name) for p in every]
    top = frame.head(
        frame.t("board.home.title"),
        f"{told[:1].upper()}{told[1:]}. {count if shown else ''} {frame.as_of(shown)}".strip(),
        frame.choice("profile", options, chosen, every=frame.t("board.all.profile")) if len(every) > 1 else None,
        _months(frame, month, first, present),
    )
    return tag("div", top, *frame.notices(), attention(frame, shown), class_="stack-5")


def _months(frame: Frame, month: Month, first: Month, present: Month) -> Html:
    """The month shown, with the one before and the one after."""
    name = month.name(frame.language)

    def step(where: str, mark: str, possible: bool) -> Html:
        return tag(
            "button", icon(mark), type="button", aria_label=frame.t(f"board.home.month.{where}"), data_at_do="month",
            data_at_value=where, data_at_key=f"month-{where}", disabled=not possible,
        )  # fmt: skip

    return tag(
        "div",
        step("before", "left", month.first > first.first),
        tag("span", name, class_="now", aria_live="polite"),
        step("after", "right", month.first < present.first),
        class_="seg seg-l months",
        role="group",
        aria_label=frame.t("board.by.month"),
    )


def attention(frame: Frame, shown: list[Shown]) -> Html | None:
    """The verdict: the worst of the last runs with its cause and the way to it; that all is well when none is bad."""
    if not shown:
        return tag("div", frame.empty("board.home.empty"), class_="card")
    known = {p.id for p in shown}
    bad = [run for run in frame.journals.latest() if run.profile.id in known and run.state in TROUBLE]
    to_check = sum(p.to_check for p in shown)
    checks = tag("p", frame.t("board.home.to_check", {"count": frame.number(to_check)})) if to_check else None
    if not bad:
        kind = "warn" if checks else "ok"
        return words.banner(kind, *[p for p in (checks or tag("p", frame.t("board.home.all_well")),) if p])
    worst = min(bad, key=lambda run: (TROUBLE.index(run.state), -run.started_at.timestamp()))
    cause = worst.cause or frame.t(
        "board.home.trouble.records", {"failed": frame.number(worst.failed), "blocked": frame.number(worst.blocked)}
    )
    more = frame.t("board.home.more", {"count": frame.number(len(bad) - 1)}) if len(bad) > 1 else ""
    said = tag(
        "div",
        tag("p", tag("b", _trouble(frame, worst)), " ", cause),
        tag("p", more, class_="sm t2") if more else None,
        checks,
        class_="grow",
    )
    link = frame.link("run", frame.t("board.home.see_cause"), class_="btn", run=worst.id)
    look = words.banner_of_state(worst.state)
    return words.banner(look, tag("div", said, link, class_="row wrap attention"))


def _trouble(frame: Frame, run: Run) -> str:
    code = {"lost": ".lost", "quota_reached": ".quota", "partial": ".partial"}.get(run.state, "")
    at = formats.moment(run.started_at, run.profile.zone, frame.language, now=frame.now())
    task = words.flow_title(run.flow, frame.language)
    return frame.t(f"board.home.trouble{code}", {"profile": run.profile.name, "task": task, "at": at})


def exports(frame: Frame, sent: Figures, kind: str, by: str, *, several: bool) -> Html:
    """Head of the card of what was sent: which kinds, which breakdown, and the figure."""
    kinds = _segment(frame, "kind", [(each, kind_word(frame, "export", each)) for each in CHOICES], kind,
                     frame.t("board.home.exports.by"))  # fmt: skip
    ways = [(each, frame.t(f"board.home.by.{each}")) for each in ("day", "profile")]
    broken = _segment(frame, "by", ways, by, frame.t("board.home.by")) if several else None
    month = sent.month.name(frame.language)
    top = tag("div", tag("h2", frame.t("board.home.exports")), broken, kinds, class_="card-h wrap")
    if not sent.total:
        return join(top, frame.empty("board.home.none", params={"month": month}))
    figure = tag("span", frame.number(sent.total), class_="big")
    said = tag("span", frame.t("board.home.exports.said", {"month": month}), class_="t2")
    return join(top, tag("div", figure, said, class_="row headline wrap"))


def _segment(frame: Frame, name: str, options: list[tuple[str, str]], chosen: str, label: str) -> Html:
    buttons = [
        tag(
            "button", word, type="button", aria_pressed="true" if value == chosen else "false", data_at_do=name,
            data_at_value=value, data_at_key=f"{name}-{value}",
        )
        for value, word in options
    ]  # fmt: skip
    return tag("div", *buttons, class_="seg", role="group", aria_label=label)


def quota(frame: Frame, shown: list[Shown], zone: str) -> Html:
    """What is left of the subscription, both counters."""
    known = {p.id for p in shown}
    balances = [b for b in frame.journals.balances() if b.profile in known]
    sums = {name: bars.summed(balances, name) for name in ("exports", "imports")}
    counted = [(name, total) for name, total in sums.items() if total is not None]
    title = tag("div", tag("h2", frame.t("board.home.quota")), class_="card-h")
    if not counted:
        return tag("div", title, frame.empty("board.home.quota.none"), class_="card")
    total = counted[0][1]
    ends = total.resets - timedelta(days=1)
    days = {"start": total.starts, "end": ends, "reset": total.resets}
    period = frame.t("board.home.quota.period", {name: formats.day(of, frame.language) for name, of in days.items()})
    told = [bars.quota(frame, name, each, zone) for name, each in counted]
    return tag("div", title, tag("div", *told, tag("p", period, class_="cap"), class_="card-b quotas"), class_="card")


def profiles(frame: Frame, shown: list[Shown]) -> Html:
    """Each profile with its systems, its last run and the next one."""
    last: dict[str, Run] = {}
    for run in frame.journals.latest():
        last.setdefault(run.profile.id, run)
    starts: dict[str, str] = {}
    for planned in frame.journals.planned(frame.now()):
        zone = next((p.zone for p in shown if p.id == planned.profile), "Europe/Paris")
        if planned.at is not None:
            starts.setdefault(planned.profile, formats.moment(planned.at, zone, frame.language, now=frame.now()))
        elif planned.profile not in starts:
            starts[planned.profile] = frame.t("board.home.paused")
    names = ("profile", "systems", "last", "state", "next")
    heads = tag("thead", tag("tr", *[tag("th", frame.t(f"board.head.{name}"), scope="col") for name in names]))
    rows = [_profile(frame, each, last.get(each.id), starts.get(each.id)) for each in shown]
    count = tag("span", frame.t("board.home.profiles.one" if len(shown) == 1 else "board.home.profiles.many",
                                {"count": frame.number(len(shown))}).rstrip("."), class_="xs t3")  # fmt: skip
    title = tag("div", tag("h2", frame.t("board.home.profiles")), count, class_="card-h")
    zones = {each.zone for each in shown}
    clock = frame.t("board.home.zone", {"zone": _city(next(iter(zones)))}) if len(zones) == 1 else (
        frame.t("board.home.zones"))  # fmt: skip
    foot = tag("div", tag("span", clock, class_="sm t2"), class_="card-f")
    return tag("div", title, tag("table", heads, tag("tbody", *rows), class_="profiles"), foot, class_="card")


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def _profile(frame: Frame, profile: Shown, run: Run | None, start: str | None) -> Html:
    shop = " ".join((words.system_name(profile.shop), ".".join(profile.shop_version.split(".")[:2]))).strip()
    if run is None:
        last: Html = tag("td", frame.t("board.home.never"), class_="t3 c-last")
        state = tag("td", class_="c-state")
    else:
        at = formats.moment(run.started_at, profile.zone, frame.language, now=frame.now())
        title = frame.link("run", words.flow_title(run.flow, frame.language), class_="plain-link", run=run.id)
        last = tag("td", title, tag("div", at, class_="xs t3"), class_="c-last")
        state = tag("td", words.state_pill(run.state, frame.language), class_="c-state")
    return tag(
        "tr",
        tag(
            "td", tag("div", profile.name, class_="b"),
            tag("div", frame.t(f"board.profile.{profile.kind}"), class_="xs t3"), class_="c-name",
        ),
        tag("td", tag("div", shop), tag("div", words.system_name(profile.erp), class_="xs t3"), class_="c-systems"),
        last,
        state,
        tag("td", start or frame.t("board.home.on_demand"), class_="nw c-next"),
        class_="two",
        data_profile=profile.id,
    )  # fmt: skip


def running(frame: Frame, profile: str) -> Html:
    """What goes on now, the newest first."""
    every = frame.journals.going()
    runs = [run for run in every if profile in ("", run.profile.id)]
    told = [
        tag(
            "li",
            tag(
                "div", frame.link("run", words.flow_title(run.flow, frame.language), class_="b plain-link", run=run.id),
                words.state_pill(run.state, frame.language), class_="row between",
            ),
            tag(
                "p",
                frame.t("board.home.since", {
                    "profile": run.profile.name,
                    "at": formats.moment(run.started_at, run.profile.zone, frame.language, now=frame.now()),
                }),
                class_="sm t2",
            ),
            bars.progress(frame, run),
        )
        for run in runs[:SIDE_RUNS]
    ]  # fmt: skip
    body = tag("ul", *told, class_="going-on") if told else tag(
        "p", frame.t("board.home.running.none"), class_="card-b sm t2")  # fmt: skip
    link = frame.link("running", frame.t("board.home.running.all"), class_="sm")
    title = tag("div", tag("h2", frame.t("board.home.running")), link, class_="card-h")
    return tag("div", title, body, class_="card now-card", data_at_running=str(len(every)), aria_live="polite")


def imports(frame: Frame, brought: Figures) -> Html:
    """What was imported this month, by day and by kind."""
    title = tag("div", tag("h2", frame.t("board.home.imports")), tag("b", frame.number(brought.total), class_="total"),
                class_="card-h")  # fmt: skip
    if not brought.total:
        none = frame.t("board.home.none_imported", {"month": brought.month.name(frame.language)})
        return tag("div", title, tag("p", none, class_="card-b sm t2"), class_="card")
    days = [sum(each) for each in zip(*(brought.by_day(kind) for kind in brought.kinds), strict=True)]
    caption = frame.t("board.home.imports.caption")
    rows = [
        tag("div", tag("dt", kind_word(frame, "import", kind)), tag("dd", frame.number(count), class_="num"))
        for kind, count in brought.by_kind().items()
    ]
    body = tag("div", columns(days, caption), tag("p", caption, class_="cap"), tag("dl", *rows, class_="sums"),
               class_="card-b")  # fmt: skip
    return tag("div", title, body, class_="card")


def columns(values: Sequence[int], label: str) -> Html:
    """A small chart of bars, one a day; the numbers behind it stand beside it."""
    most = max([*values, 1])
    width, height = 300, 72
    step = width / len(values)
    shapes = [
        tag(
            "rect", x=f"{at * step + step * 0.18:.1f}", y=f"{height - max(1.0, value / most * (height - 4)):.1f}",
            width=f"{step * 0.64:.1f}", height=f"{max(1.0, value / most * (height - 4)):.1f}", rx="1", class_="column",
        )
        for at, value in enumerate(values)
        if value
    ]  # fmt: skip
    base = tag("line", x1="0", x2=str(width), y1=str(height), y2=str(height), class_="base")
    days = [1, 10, 20, len(values)]
    marks = [
        tag("text", str(day), x=f"{(day - 0.5) * step:.1f}", y=str(height + 16), text_anchor="middle") for day in days
    ]
    return tag(
        "svg", *shapes, base, *marks, class_="chart", viewBox=f"0 0 {width} {height + 20}", role="img", aria_label=label
    )


def foot(frame: Frame, shown: list[Shown]) -> Html:
    """Where the figures come from."""
    return tag("p", frame.t("board.home.foot"), class_="xs t3") if shown else Html("")
