"""The scheduled tasks as a list: filters, last and next start, what is going, and what is done with them (RUN-10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from atoosync_lab.kit import formats, pieces, words
from atoosync_lab.kit.choices import Choice, options
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs import rule_words
from atoosync_lab.runs.scheduling import Overview
from atoosync_lab.settings.schedule import Trigger

KINDS = ("all", "running", "paused")
EVERY = "all"


@dataclass(slots=True)
class Filters:
    """What of the list is shown.

    Args:
        kind: all, running or paused.
        text: found in the task or the profile's name.
        trigger: day, week, month or all.
        checked: ids of the checked tasks.
        asking: the question whether to delete them is open.
    """

    kind: str = "all"
    text: str = ""
    trigger: str = EVERY
    checked: frozenset[str] = field(default_factory=frozenset)
    asking: bool = False

    def shown(self, found: Sequence[Overview], names: Mapping[str, str]) -> list[Overview]:
        """The tasks that pass."""
        return [each for each in found if self._passes(each, names)]

    def _passes(self, each: Overview, names: Mapping[str, str]) -> bool:
        if self.kind == "running" and not each.running:
            return False
        if self.kind == "paused" and not each.schedule.paused:
            return False
        if self.trigger != EVERY and each.rule.trigger != self.trigger:
            return False
        said = f"{words.flow_title(each.schedule.flow)} {names.get(each.schedule.profile, each.schedule.profile)}"
        return self.text.casefold() in said.casefold()


def listing(found: Sequence[Overview], filters: Filters, names: Mapping[str, str], *, worker: bool) -> Html:
    """The card with all tasks.

    Args:
        found: every task.
        filters: what of them is shown.
        names: names of the profiles, by id.
        worker: a worker lives that will start them.
    """
    title = tag("h2", translate("schedule.tasks"))
    if not found:
        nothing = pieces.empty(translate("schedule.none"), translate("schedule.none_why"), shape="clock")
        return tag("div", tag("div", title, class_="card-h"), nothing, class_="card")
    shown = filters.shown(found, names)
    counts = {
        "all": len(found),
        "running": sum(each.running for each in found),
        "paused": sum(each.schedule.paused for each in found),
    }
    shapes = {"all": "", "running": "play", "paused": ""}
    chips = [(kind, translate(f"schedule.kind.{kind}"), counts[kind], shapes[kind]) for kind in KINDS]
    head = tag(
        "div", title, pieces.chips(chips, filters.kind, do="kind", label=translate("schedule.kinds")), class_="card-h"
    )  # fmt: skip
    return tag(
        "div",
        head,
        _tools(filters, len(shown), len(found)),
        None if worker else _no_worker(),
        _question(found, filters, names) if filters.asking else None,
        tag("div", _table(shown, filters, names), class_="table-box"),
        class_="card",
    )


def _tools(filters: Filters, shown: int, total: int) -> Html:
    triggers = [Choice(EVERY, translate("schedule.every_trigger"))]
    triggers += [Choice(each.value, translate(f"schedule.trigger_in_list.{each.value}")) for each in Trigger]
    count = translate("schedule.count", {"shown": formats.number(shown), "total": formats.number(total)})
    remove = None
    if filters.checked:
        number = len(filters.checked)
        word = translate("schedule.remove_one" if number == 1 else "schedule.remove_some", {"count": number})
        remove = pieces.button("ask", word, look="d", small=True)
    return tag(
        "div",
        tag(
            "input", type="search", class_="input input-s", value=filters.text, data_at_input="search",
            data_at_key="schedule-search", placeholder=translate("schedule.search"),
            aria_label=translate("schedule.search"), autocomplete="off",
        ),
        tag(
            "select", options(triggers, filters.trigger), class_="input input-s", data_at_field="of_trigger",
            data_at_key="of_trigger", aria_label=translate("schedule.head.when"),
        ),
        tag("span", count, class_="sm t2", aria_live="polite"),
        tag("span", remove, pieces.button("refresh", translate("schedule.refresh"), shape="refresh", look="q",
                                          small=True), class_="row right"),
        class_="tools-row",
    )  # fmt: skip


def _no_worker() -> Html:
    command = tag("code", "atoosync worker", class_="mono")
    inside = words.banner("warn", tag("p", translate("schedule.no_worker"), " ", command))
    return tag("div", inside, style="padding:0 20px 12px")


def _question(found: Sequence[Overview], filters: Filters, names: Mapping[str, str]) -> Html:
    """A final act is asked by name."""
    chosen = [each for each in found if each.schedule.id in filters.checked]
    named = [
        translate(
            "schedule.named",
            {
                "flow": words.flow_title(each.schedule.flow),
                "profile": names.get(each.schedule.profile, each.schedule.profile),
            },
        )
        for each in chosen
    ]
    asked = translate("schedule.ask_remove", {"tasks": rule_words.listed(named)})
    word = translate("schedule.do_remove_one" if len(chosen) == 1 else "schedule.do_remove")
    return tag(
        "div",
        tag("p", tag("b", asked), " ", translate("schedule.ask_remove_why")),
        tag(
            "div",
            pieces.button("keep", translate("schedule.keep")),
            pieces.button("remove", word, look="d"),
            class_="row",
        ),
        class_="asked",
        role="alertdialog",
        aria_label=asked,
    )


def _table(shown: Sequence[Overview], filters: Filters, names: Mapping[str, str]) -> Html:
    heads = ("", "task", "when", "last", "next", "")
    head = tag(
        "tr",
        *[
            tag("th", translate(f"schedule.head.{name}") if name else tag("span", translate(f"schedule.head.{hidden}"),
                                                                         class_="at-hidden"), scope="col")
            for name, hidden in zip(heads, ("select", "", "", "", "", "actions"), strict=True)
        ],
    )  # fmt: skip
    rows = [_row(each, filters, names) for each in shown]
    if not rows:
        rows = [tag("tr", tag("td", translate("schedule.none_shown"), colspan="6", class_="t2"))]
    return tag("table", tag("thead", head), tag("tbody", *rows), class_="tasks")


def _row(each: Overview, filters: Filters, names: Mapping[str, str]) -> Html:
    schedule = each.schedule
    flow, profile = words.flow_title(schedule.flow), names.get(schedule.profile, schedule.profile)
    named = translate("schedule.named", {"flow": flow, "profile": profile})
    box = tag(
        "input", type="checkbox", class_="box", checked=schedule.id in filters.checked,
        data_at_field=f"check-{schedule.id}", data_at_key=f"check-{schedule.id}",
        aria_label=translate("schedule.check", {"task": named}),
    )  # fmt: skip
    toggle = ("resume", "play") if schedule.paused else ("pause", "square")
    actions = join(
        _act("edit", schedule.id, "pencil", named),
        _act(toggle[0], schedule.id, toggle[1], named),
    )
    return tag(
        "tr",
        tag("td", box),
        tag("td", tag("div", flow, class_="b"), tag("div", profile, class_="cap"), class_="wide"),
        tag("td", rule_words.short(each.rule), _slow(each), class_="wide"),
        tag("td", *_last(each)),
        tag("td", _next(each), class_="nw"),
        tag("td", actions, class_="act"),
        class_="sel" if schedule.id in filters.checked else None,
        data_schedule=schedule.id,
    )


def _act(do: str, schedule_id: str, shape: str, named: str) -> Html:
    word = translate(f"schedule.do.{do}")
    return tag(
        "button", icon(shape), word, type="button", class_="btn btn-q btn-s", data_at_do=do,
        data_at_value=schedule_id, data_at_key=f"{do}-{schedule_id}", aria_label=f"{word}, {named}",
    )  # fmt: skip


def _slow(each: Overview) -> Html | None:
    if each.too_slow and each.usual is not None and each.gap is not None:
        params = {"usual": formats.duration(each.usual), "gap": rule_words.length(round(each.gap.total_seconds() / 60))}
        return tag("div", icon("triangle", "s"), " ", translate("schedule.slow", params), class_="cap fg-warn")
    if each.schedule.skipped:
        said = translate("schedule.skipped_some", {"count": each.schedule.skipped})
        return tag("div", icon("triangle", "s"), " ", said, class_="cap fg-warn")
    return None


def _last(each: Overview) -> tuple[Html, ...]:
    if each.last is None:
        return (tag("span", translate("schedule.not_yet"), class_="t2"),)
    at = formats.moment(each.last.ended_at or each.last.started_at, each.schedule.zone)
    return (words.state_pill(each.last.state.value), tag("span", f" {at}", class_="nw"))


def _next(each: Overview) -> Html:
    if each.schedule.paused:
        return tag("span", icon("square"), translate("schedule.paused"), class_="pill skip")
    if each.schedule.next_at is None:
        return tag("span", translate("schedule.ended"), class_="t2")
    return tag("span", formats.moment(each.schedule.next_at, each.schedule.zone))
