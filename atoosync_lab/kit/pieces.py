"""Pieces that several pages show alike: pure functions from facts to HTML. Every control gets its own `data-at-key`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atoosync_lab.kit import formats
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, Part, join, tag


def button(
    do: str,
    *text: Part,
    value: str = "",
    look: str = "",
    key: str = "",
    shape: str = "",
    why_not: str = "",
    small: bool = False,
) -> Html:
    """A button.

    Args:
        do: action it calls.
        *text: infinitive and object.
        value: what the action is given.
        look: `1` the one primary button, `q` quiet, `d` stops or deletes; empty: plain.
        key: `data-at-key`; made of `do` and `value` when left out.
        shape: icon before the words.
        why_not: why it cannot be pressed now; stands beside it.
        small: the lower one, for rows and tools.
    """
    made = key or f"{do}-{value}"
    pressed = tag(
        "button",
        icon(shape) if shape else None,
        *text,
        type="button",
        class_=f"btn{f' btn-{look}' if look else ''}{' btn-s' if small else ''}",
        data_at_do=do,
        data_at_value=value or None,
        data_at_key=made,
        disabled=bool(why_not),
        aria_describedby=f"why-{made}" if why_not else None,
    )
    return join(pressed, tag("span", why_not, id=f"why-{made}", class_="sm t2")) if why_not else pressed


def chips(entries: Sequence[tuple[str, str, int | None, str]], chosen: str, *, do: str, label: str) -> Html:
    """Filters with their counts: value, title, count, icon."""
    made = [
        tag(
            "button",
            icon(shape) if shape else None,
            title,
            tag("b", formats.number(count)) if count is not None else None,
            type="button",
            class_=f"chip{' on' if value == chosen else ''}",
            aria_pressed="true" if value == chosen else "false",
            data_at_do=do,
            data_at_value=value,
            data_at_key=f"{do}-{value}",
        )
        for value, title, count, shape in entries
    ]
    return tag("div", *made, class_="row wrap", role="group", aria_label=label)


def segments(entries: Sequence[tuple[str, str]], chosen: str, *, do: str, label: str) -> Html:
    """A few exclusive choices in one frame: value and title."""
    made = [
        tag(
            "button",
            title,
            type="button",
            aria_pressed="true" if value == chosen else "false",
            data_at_do=do,
            data_at_value=value,
            data_at_key=f"{do}-{value}",
        )
        for value, title in entries
    ]
    return tag("div", *made, class_="seg", role="group", aria_label=label)


def empty(title: str, why: str, *cure: Part, shape: str = "box") -> Html:
    """What will stand here, why nothing does, and one button or link that changes that."""
    return tag(
        "div",
        icon(shape, "l"),
        tag("p", title, class_="b", style="color:var(--at-text)"),
        tag("p", why),
        tag("div", *cure) if cure else None,
        class_="empty",
        role="status",
    )


@dataclass(frozen=True, slots=True)
class Start:
    """A start of a task: its time, whether it is the next one, and what it clashes with."""

    time: str
    next: bool = False
    clash: str = ""


def starts(days: Sequence[tuple[str, Sequence[Start]]]) -> Html:
    """The next starts of a schedule, a line a day."""
    lines = []
    for day, times in days:
        shown = [
            tag(
                "span",
                icon("triangle", "s") if start.clash else None,
                start.time,
                tag("span", f", {start.clash}", class_="at-hidden") if start.clash else None,
                class_="at-start" + (" next" if start.next else "") + (" warn" if start.clash else ""),
                title=start.clash or None,
            )
            for start in times
        ]
        lines.append(tag("li", tag("span", day, class_="at-day"), tag("span", *shown, class_="at-times")))
    return tag("ul", *lines, class_="at-starts")
