"""The rule builder as HTML: the form of mock-up 07, and the quick entry that fills it (RUN-11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from atoosync_lab.kit import formats, pieces, schedule
from atoosync_lab.kit.choices import Choice, options
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs import rule_words
from atoosync_lab.runs.schedule_effects import Effects
from atoosync_lab.settings.schedule import LAST, Trigger
from atoosync_lab.workbench import schedule_fields as fields
from atoosync_lab.workbench.schedule_fields import Draft

Errors = Mapping[str, Message]


def form(
    draft: Draft,
    errors: Errors,
    profiles: Sequence[Choice],
    tasks: Sequence[Choice],
    effects: Effects | None,
    *,
    pressed: bool,
) -> Html:
    """The form with its buttons.

    Args:
        draft: what is typed.
        errors: what is wrong, by field.
        profiles: profiles to choose from.
        tasks: tasks to choose from.
        effects: what the rule will do; None: it is no rule yet.
        pressed: the person asked to keep it: what is missing is said too, not only what is wrong.
    """
    shown = errors if pressed else {name: error for name, error in errors.items() if not _is_missing(error)}
    editing = draft.editing is not None
    save = translate("schedule.save" if editing else "schedule.plan")
    body = join(
        _select(draft, "profile", translate("schedule.field.profile"), profiles, shown),
        _select(draft, "flow", translate("schedule.field.flow"), tasks, shown, _last(effects)),
        _start(draft, shown),
        tag("div", class_="sep"),
        schedule.line(
            translate("schedule.field.trigger"),
            pieces.segments(
                [(each.value, translate(f"schedule.trigger.{each.value}")) for each in Trigger],
                draft.trigger.value,
                do="turn",
                label=translate("schedule.field.trigger"),
            ),
        ),
        _days(draft, shown),
        tag("div", class_="sep"),
        _repeats(draft, shown),
    )
    foot = tag(
        "div",
        pieces.button("cancel", translate("schedule.cancel"), look="q") if editing else None,
        pieces.button("save", save, look="1", shape="clock"),
        class_="card-f",
        style="justify-content:flex-end",
    )
    return tag("div", tag("div", body, class_="card-b", style="padding-top:12px"), foot, class_="card")


def quick(choice: Mapping[str, str], tasks: Sequence[Choice], errors: Errors) -> Html:
    """The short form, which fills the other one (RUN-11)."""
    parts = [
        _labelled("quick_flow", tasks, choice, errors),
        tag(
            "div",
            tag("label", translate("schedule.quick_time"), for_="s-quick_time"),
            tag(
                "input", id="s-quick_time", type="time", class_="input input-n", value=choice.get("quick_time", ""),
                data_at_field="quick_time", data_at_key="quick_time",
                aria_describedby="s-quick-err" if errors else None,
            ),
        ),
        _labelled("quick_every", fields.quick_choices(), choice, errors),
        pieces.button("quick", translate("schedule.quick_fill"), shape="arrow"),
    ]  # fmt: skip
    wrong = [tag("span", error.text()) for error in errors.values()]
    said = tag("p", icon("barred", "s"), *wrong, class_="err", id="s-quick-err", role="alert") if wrong else None
    head = tag("h2", translate("schedule.quick_title"))
    return tag(
        "div",
        tag("div", head, class_="card-h"),
        tag("div", tag("div", *parts, class_="quick"), said, class_="card-b"),
        class_="card",
    )


def _labelled(name: str, choices: Sequence[Choice], chosen: Mapping[str, str], errors: Errors) -> Html:
    return tag(
        "div",
        tag("label", translate(f"schedule.{name}"), for_=f"s-{name}"),
        tag(
            "select", options(choices, chosen.get(name, "")), id=f"s-{name}", class_="input", data_at_field=name,
            data_at_key=name, aria_describedby="s-quick-err" if errors else None,
        ),
    )  # fmt: skip


def _is_missing(error: Message) -> bool:
    return error.code.endswith("_missing")


def _described(name: str, errors: Errors, *, help_too: bool = False) -> str | None:
    ids = ([f"s-{name}-help"] if help_too else []) + ([f"s-{name}-err"] if name in errors else [])
    return " ".join(ids) or None


def _select(
    draft: Draft, name: str, title: str, choices: Sequence[Choice], errors: Errors, help_text: str = ""
) -> Html:
    control = tag(
        "select", options(choices, draft.texts[name]), id=f"s-{name}", class_="input input-w", data_at_field=name,
        data_at_key=name, aria_describedby=_described(name, errors, help_too=bool(help_text)),
        aria_invalid="true" if name in errors else None,
    )  # fmt: skip
    return schedule.line(
        title, control, for_=f"s-{name}", help_text=help_text, error=errors.get(name), base=f"s-{name}"
    )


def _last(effects: Effects | None) -> str:
    if effects is None or effects.usual is None:
        return translate("schedule.never_ran")
    lasted = formats.duration(effects.usual)
    return translate("schedule.usual", {"duration": lasted, "count": formats.number(effects.usual_total)})


def _input(draft: Draft, name: str, kind: str, label: str, errors: Errors, look: str) -> Html:
    return tag(
        "input", id=f"s-{name}", type=kind, class_=f"input {look}{' bad' if name in errors else ''}",
        value=draft.texts[name], aria_label=label, data_at_field=name, data_at_key=name, autocomplete="off",
        inputmode="numeric" if kind == "text" else None, aria_describedby=_described(name, errors),
        aria_invalid="true" if name in errors else None,
    )  # fmt: skip


def _start(draft: Draft, errors: Errors) -> Html:
    wrong = next((name for name in ("start_date", "start_time") if name in errors), "start_date")
    return schedule.line(
        translate("schedule.field.start"),
        _input(draft, "start_date", "date", translate("schedule.start_date"), errors, "input-d"),
        _input(draft, "start_time", "time", translate("schedule.start_time"), errors, "input-n"),
        tag("span", _zone(draft.zone), class_="sm t2"),
        error=errors.get(wrong),
        base=f"s-{wrong}",
    )


def _zone(zone: str) -> str:
    city = zone.rpartition("/")[2].replace("_", " ")
    return translate("schedule.zone", {"city": city})


def _days(draft: Draft, errors: Errors) -> Html:
    if draft.trigger is Trigger.MONTH:
        return join(_months(draft, errors), _in_month(draft, errors))
    unit = translate(f"schedule.unit.{draft.trigger.value}")
    every = schedule.line(
        translate("schedule.field.interval"),
        _input(draft, "interval", "text", translate("schedule.field.interval"), errors, "input-n"),
        tag("span", unit, class_="t2"),
        for_="s-interval",
        error=errors.get("interval"),
        base="s-interval",
    )
    return every if draft.trigger is Trigger.DAY else join(every, _weekdays(draft, errors))


def _weekdays(draft: Draft, errors: Errors) -> Html:
    entries = [
        (day, rule_words.weekday_name(day, width="abbreviated"), rule_words.weekday_name(day)) for day in range(7)
    ]
    title = translate("schedule.field.weekdays")
    described = _described("weekdays", errors) or ""
    pressed = schedule.toggles("weekdays", entries, draft.several["weekdays"], label=title, described=described)
    return schedule.line(title, pressed, error=errors.get("weekdays"), base="s-weekdays")


def _months(draft: Draft, errors: Errors) -> Html:
    entries = [
        (month, rule_words.month_name(month, width="abbreviated"), rule_words.month_name(month))
        for month in range(1, 13)
    ]
    title = translate("schedule.field.months")
    pressed = schedule.toggles(
        "months", entries, draft.several["months"], label=title,
        described=_described("months", errors, help_too=True) or "",
    )  # fmt: skip
    help_text = translate("schedule.months_help")
    return schedule.line(title, pressed, help_text=help_text, error=errors.get("months"), base="s-months")


def _in_month(draft: Draft, errors: Errors) -> Html:
    title = translate("schedule.field.by")
    kinds = [("days", translate("schedule.by.days")), ("weeks", translate("schedule.by.weeks"))]
    chosen = "weeks" if draft.by_week else "days"
    by = schedule.line(title, pieces.segments(kinds, chosen, do="by", label=title))
    if not draft.by_week:
        title = translate("schedule.field.days")
        entries = [
            (day, translate("schedule.last_short") if day == LAST else str(day), rule_words.day_text(day))
            for day in fields.days_of_month()
        ]
        pressed = schedule.toggles(
            "days", entries, draft.several["days"], label=title, many=True, described=_described("days", errors) or ""
        )
        return join(by, schedule.line(title, pressed, error=errors.get("days"), base="s-days"))
    title = translate("schedule.field.weeks")
    entries = [(week, rule_words.week_text(week), rule_words.week_text(week)) for week in (1, 2, 3, 4, LAST)]
    weeks = schedule.toggles(
        "weeks", entries, draft.several["weeks"], label=title, described=_described("weeks", errors) or ""
    )
    return join(by, schedule.line(title, weeks, error=errors.get("weeks"), base="s-weeks"), _weekdays(draft, errors))


def _repeats(draft: Draft, errors: Errors) -> Html:
    wrong = next((name for name in ("repeat_every", "repeat_for") if name in errors), "repeat_for")
    box = tag(
        "label",
        tag(
            "input", type="checkbox", class_="box", checked=draft.repeats, data_at_field="repeats",
            data_at_key="repeats", aria_describedby=f"s-{wrong}-help",
        ),
        tag("span", translate("schedule.repeat")),
        class_="opt-box",
    )  # fmt: skip

    def length(name: str, choices: Sequence[Choice]) -> Html:
        return tag(
            "select", options(choices, draft.texts[name]), class_=f"input{' bad' if name in errors else ''}",
            aria_label=translate(f"schedule.{name}"), data_at_field=name, data_at_key=name,
            disabled=not draft.repeats, aria_describedby=_described(name, errors),
            aria_invalid="true" if name in errors else None,
        )  # fmt: skip

    return schedule.line(
        translate("schedule.field.repeat"),
        box,
        length("repeat_every", fields.every_choices()),
        tag("span", translate("schedule.during")),
        length("repeat_for", fields.for_choices()),
        help_text=_repeat_help(draft),
        error=errors.get(wrong),
        base=f"s-{wrong}",
    )


def _repeat_help(draft: Draft) -> str:
    rule, _ = draft.rule()
    waits = translate("schedule.waits")
    if rule is None or rule.repeat_every is None:
        return f"{translate('schedule.once')} {waits}"
    return f"{translate('schedule.last_start', {'at': rule_words.last_start(rule)})} {waits}"
