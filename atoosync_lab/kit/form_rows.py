"""One row of a form: label, control, help, what is wrong; bound to each other for screen readers.

The value of a secret is never written: its control is always empty in the HTML, the browser alone holds what is typed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from atoosync_lab.kit.choices import Choice
from atoosync_lab.kit.fields import Field
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import Message, translate

PART = "::"
"""Between a field's name and one of its several choices, in what the browser sends."""

_WIDTHS = {"integer": "input-n", "decimal": "input-n", "date": "input-d", "time": "input-n"}
_INPUTS = {"date": "date", "time": "time", "secret": "password"}


def row(
    field: Field,
    text: str,
    error: Message | None = None,
    *,
    note: Message | None = None,
    beside: Html | None = None,
    secret_kept: bool = False,
    turn: int = 0,
    enter: str = "",
    disabled: bool = False,
    language: str | None = None,
) -> Html:
    """A field as a row of a form.

    Args:
        field: the field.
        text: what its control holds; ignored for a secret.
        error: what is wrong with it; shown below and announced.
        note: a further sentence that is no error, such as a value that its list no longer offers.
        beside: more HTML below, such as what somebody else saved.
        secret_kept: a secret is stored already: leaving the control empty keeps it.
        turn: counts how often the form was emptied: another one empties the browser's secret controls.
        enter: action that Enter sends.
        disabled: shown but not editable.
        language: language of the reader.
    """
    base = control_id(field.name)
    said: list[str] = []
    below: list[Html] = []
    if field.help:
        said.append(f"{base}-help")
        below.append(tag("p", translate(field.help, None, language), class_="help", id=f"{base}-help"))
    if note is not None:
        said.append(f"{base}-note")
        below.append(
            tag("p", icon("triangle", "s"), tag("span", note.text(language)), class_="note", id=f"{base}-note")
        )
    if error is not None:
        said.append(f"{base}-err")
        below.append(tag("p", icon("barred", "s"), tag("span", error.text(language)), class_="err", id=f"{base}-err"))
    described = " ".join(said) or None
    control = _control(field, text, error is not None, described, secret_kept, turn, enter, disabled, language)
    label = translate(field.label, None, language)
    several = field.kind == "choices"
    head = tag("span", label, class_="lab", id=f"{base}-lab") if several else tag("label", label, for_=base)
    # A switch without a choice beside it reads better with its word first, as every other row.
    return tag(
        "div",
        head,
        tag("div", control, *below, beside, class_="ctl"),
        class_=f"field{' field-bad' if error is not None else ''}",
        data_row=field.name,
    )


def control_id(name: str) -> str:
    """Id of a field's control in the page."""
    return "f-" + re.sub(r"[^A-Za-z0-9_-]", "-", name)


def _control(
    field: Field,
    text: str,
    bad: bool,
    described: str | None,
    secret_kept: bool,
    turn: int,
    enter: str,
    disabled: bool,
    language: str | None,
) -> Html:
    base = control_id(field.name)
    look = "input bad" if bad else "input"
    if field.kind == "choices":
        return _several(field, text, described, disabled, language)
    if field.kind == "switch":
        return tag(
            "input", id=base, type="checkbox", role="switch", class_="switch", checked=text == "1", disabled=disabled,
            data_at_field=field.name, data_at_key=field.name, aria_describedby=described,
            aria_invalid="true" if bad else None,
        )  # fmt: skip
    if field.kind == "choice":
        return _select(field, text, f"{look} input-w", described, bad, disabled, language)
    unit = (
        tag("span", translate(field.unit, None, language), class_="unit t2", aria_hidden="true") if field.unit else None
    )
    placeholder = translate(field.placeholder, None, language) if field.placeholder else None
    if field.kind == "secret":
        placeholder = translate("form.secret_kept", None, language) if secret_kept else None
    if field.kind == "area":
        return tag(
            "textarea", text, id=base, class_=f"{look} area", rows=3, placeholder=placeholder, disabled=disabled,
            data_at_field=field.name, data_at_key=field.name, aria_describedby=described,
            aria_invalid="true" if bad else None, spellcheck="false",
        )  # fmt: skip
    listed = field.suggest(text) if field.suggest is not None else None
    control = tag(
        "input",
        id=base,
        list=f"{base}-list" if listed is not None else None,
        type=_INPUTS.get(field.kind, "text"),
        class_=f"{look} {_WIDTHS.get(field.kind, 'input-w')}",
        value=None if field.kind == "secret" else text,
        inputmode={"integer": "numeric", "decimal": "decimal"}.get(field.kind),
        placeholder=placeholder,
        autocomplete="new-password" if field.kind == "secret" else "off",
        spellcheck="false",
        disabled=disabled,
        data_at_field=field.name,
        data_at_key=f"{field.name}-{turn}" if field.kind == "secret" else field.name,
        data_at_enter=enter or None,
        aria_describedby=described,
        aria_invalid="true" if bad else None,
        aria_required="true" if field.is_required else None,
    )
    eye = _eye(field, disabled, language) if field.kind == "secret" else None
    if listed is not None:
        entries = [tag("option", choice.label, value=choice.value) for choice in listed]
        control = join(control, tag("datalist", *entries, id=f"{base}-list"))
    return tag("div", control, eye, unit, class_="row") if unit or eye else control


def _eye(field: Field, disabled: bool, language: str | None) -> Html:
    """Shows what was just typed, in the browser alone."""
    return tag(
        "button", icon("eye"), type="button", class_="btn btn-q btn-eye", disabled=disabled,
        aria_label=translate("form.show_typed", {"field": translate(field.label, None, language)}, language),
        aria_pressed="false", data_at_reveal=field.name, data_at_key=f"{field.name}-eye",
    )  # fmt: skip


def _select(
    field: Field, text: str, look: str, described: str | None, bad: bool, disabled: bool, language: str | None
) -> Html:
    offered = list(field.offered())
    options: list[Html] = []
    if text not in {choice.value for choice in offered}:
        # The value stays in sight and saved, also when its list has lost it or nothing was chosen yet.
        label = text or translate("form.choose", None, language)
        options.append(tag("option", label, value=text, selected=True))
    for group, members in _groups(offered):
        inside = [
            tag(
                "option",
                f"{choice.label} ({choice.note})" if choice.note else choice.label,
                value=choice.value,
                selected=choice.value == text,
            )
            for choice in members
        ]
        options.append(tag("optgroup", *inside, label=group) if group else join(*inside))
    return tag(
        "select", *options, id=control_id(field.name), class_=look, disabled=disabled, data_at_field=field.name,
        data_at_key=field.name, aria_describedby=described, aria_invalid="true" if bad else None,
    )  # fmt: skip


def _groups(choices: Sequence[Choice]) -> list[tuple[str, list[Choice]]]:
    """Choices by group, in the order in which groups first appear."""
    groups: dict[str, list[Choice]] = {}
    for choice in choices:
        groups.setdefault(choice.group, []).append(choice)
    return list(groups.items())


def _several(field: Field, text: str, described: str | None, disabled: bool, language: str | None) -> Html:
    base = control_id(field.name)
    try:
        chosen = [str(value) for value in json.loads(text or "[]")]
    except ValueError:
        chosen = []
    offered = list(field.offered())
    known = {choice.value for choice in offered}
    boxes = [(choice.value, choice.label, choice.note) for choice in offered] + [
        (value, value, translate("form.no_longer_offered", None, language)) for value in chosen if value not in known
    ]
    if not boxes:
        return tag("p", translate("form.nothing_to_choose", None, language), class_="help")
    listed = [
        tag(
            "label",
            tag(
                "input", type="checkbox", class_="box", id=f"{base}-{number}", checked=value in chosen,
                disabled=disabled, data_at_field=f"{field.name}{PART}{value}", data_at_key=f"{field.name}{PART}{value}",
            ),
            tag("span", label),
            tag("span", note, class_="mono t3") if note else None,
            class_="opt-box",
        )
        for number, (value, label, note) in enumerate(boxes)
    ]  # fmt: skip
    return tag(
        "div", *listed, id=base, role="group", class_="boxes", aria_labelledby=f"{base}-lab",
        aria_describedby=described,
    )  # fmt: skip
