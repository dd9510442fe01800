"""What a person may choose among: the one shape of lists, pickers and form fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atoosync_lab.kit.markup import Html, join, tag


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list.

    Args:
        value: what is stored.
        label: what people read.
        note: technical name, shown small beside the label.
        group: title under which it stands; entries of a group follow one another.
        sample: what a field holds on a real record; shown below the label.
    """

    value: str
    label: str
    note: str = ""
    group: str = ""
    sample: str = ""


def label_of(choices: Sequence[Choice], value: str) -> str:
    """What people read for a value; the value itself where the list does not know it."""
    return next((choice.label for choice in choices if choice.value == value), value)


def options(choices: Sequence[Choice], value: str) -> Html:
    """`<option>`s of a `<select>`, in their groups, with `value` chosen.

    A value that the list does not know stays choosable, under itself: a form never changes what it only shows.
    """
    parts: list[Html] = []
    if value and all(choice.value != value for choice in choices):
        parts.append(tag("option", value, value=value, selected=True))
    group = ""
    inside: list[Html] = []
    for choice in (*choices, None):
        if inside and (choice is None or choice.group != group):
            parts.append(tag("optgroup", *inside, label=group) if group else join(*inside))
            inside = []
        if choice is not None:
            group = choice.group
            label = f"{choice.label} ({choice.note})" if choice.note and choice.note != choice.label else choice.label
            inside.append(tag("option", label, value=choice.value, selected=choice.value == value))
    return join(*parts)
