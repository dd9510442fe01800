"""Pieces of the rule builder: days to press, a row with several controls, the facts of a budget."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, Part, join, tag
from atoosync_lab.model.i18n import Message


def toggles(
    name: str,
    entries: Sequence[tuple[int, str, str]],
    chosen: Collection[int],
    *,
    label: str,
    described: str = "",
    many: bool = False,
) -> Html:
    """Numbers to press, each on or off: days, months, weeks.

    Args:
        name: field they belong to; a press calls `press` with `name:number`.
        entries: number, what the button shows, its name for screen readers where that says more.
        chosen: numbers that are on.
        label: name of the group.
        described: ids of what is said about the group.
        many: a calendar of numbers, in columns.
    """
    made = [
        tag(
            "button",
            shown,
            type="button",
            class_="toggle",
            aria_pressed="true" if number in chosen else "false",
            aria_label=said if said != shown else None,
            data_at_do="press",
            data_at_value=f"{name}:{number}",
            data_at_key=f"{name}-{number}",
        )
        for number, shown, said in entries
    ]
    return tag(
        "div", *made, class_=f"toggles{' many' if many else ''}", role="group", aria_label=label,
        aria_describedby=described or None,
    )  # fmt: skip


def line(
    title: str,
    *controls: Part,
    for_: str = "",
    help_text: str = "",
    error: Message | None = None,
    base: str = "",
) -> Html:
    """A row of the form with whatever controls it needs.

    Args:
        title: what it is about.
        *controls: the controls.
        for_: id of the control that the title names; empty: the controls have names of their own.
        help_text: a sentence below.
        error: what is wrong; announced.
        base: beginning of the ids of help and error, which the controls name as their description.
    """
    head = tag("label", title, for_=for_) if for_ else tag("span", title, class_="lab")
    below = join(
        tag("p", help_text, class_="help", id=f"{base}-help") if help_text else None,
        tag("p", icon("barred", "s"), tag("span", error.text()), class_="err", id=f"{base}-err", role="alert")
        if error is not None
        else None,
    )
    return tag(
        "div",
        head,
        tag("div", tag("div", *controls, class_="row wrap"), below, class_="ctl"),
        class_=f"field{' field-bad' if error is not None else ''}",
        data_row=base,
    )


def facts(entries: Sequence[tuple[str, str, bool]]) -> Html:
    """Name and figure, line by line; the last value tells that something is wrong with it."""
    lines = [
        tag("div", tag("dt", name), tag("dd", icon("triangle", "s") if wrong else None, value,
                                        class_="fg-warn b" if wrong else None))
        for name, value, wrong in entries
    ]  # fmt: skip
    return tag("dl", *lines, class_="budget")
