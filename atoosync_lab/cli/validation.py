"""A profile from a document, with every wrong field named in the user's language."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import translate
from atoosync_lab.settings import Profile

SENTENCES: Mapping[str, str] = {
    "extra_forbidden": "settings.field.unknown",
    "missing": "settings.field.missing",
    "greater_than": "settings.field.too_small",
    "greater_than_equal": "settings.field.too_small",
    "less_than": "settings.field.too_large",
    "less_than_equal": "settings.field.too_large",
    "string_too_long": "settings.field.too_long",
    "string_pattern_mismatch": "settings.field.pattern",
    "literal_error": "settings.field.choice",
    "enum": "settings.field.choice",
    "string_type": "settings.field.text",
    "bool_type": "settings.field.yes_no",
    "bool_parsing": "settings.field.yes_no",
    "int_type": "settings.field.number",
    "int_parsing": "settings.field.number",
    "int_from_float": "settings.field.number",
    "float_type": "settings.field.number",
    "float_parsing": "settings.field.number",
    "decimal_type": "settings.field.number",
    "decimal_parsing": "settings.field.number",
    "dict_type": "settings.field.object",
    "model_type": "settings.field.object",
    "tuple_type": "settings.field.list",
    "list_type": "settings.field.list",
}
"""Kind of error of pydantic -> our sentence; the limits it names are its fields."""

SHOWN = 60
"""Characters shown of a refused value."""

_DEEPEST = 40
"""Brackets within brackets in a file of settings."""


def validated(document: Mapping[str, Any]) -> Profile:
    """A profile from a document.

    Raises:
        SettingsError: fields are wrong; the message names each with its value and its cause.
    """
    try:
        return Profile.model_validate(document)
    except ValidationError as error:
        wrong = "; ".join(_sentence(dict(e)) for e in error.errors())
        raise SettingsError("settings.invalid", errors=wrong) from error


def from_file(file: Path) -> Profile:
    """A profile from a YAML file.

    Raises:
        SettingsError: it cannot be read, is no YAML of plain values, or its fields are wrong.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SettingsError("settings.unreadable_file", file=file.name) from error
    return from_text(text, file.name)


def from_text(text: str, name: str) -> Profile:
    """A profile from the YAML text of a file of this name.

    Raises:
        SettingsError: as `from_file`.
    """
    try:
        # Dates and numbers that do not exist are errors of value; depth without end is one of recursion.
        document = yaml.load(text, Loader=_Plain)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise SettingsError("settings.unreadable_file", file=name) from error
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        raise SettingsError("settings.unreadable_file", file=name)
    return validated(document)


class _Plain(yaml.SafeLoader):
    """Values as they are written.

    No aliases: a few lines of them stand for more values than any memory holds, or for themselves. No types named by
    tags, no depth that no profile has: the parser takes either badly.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """The next node, or a refusal."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            raise yaml.composer.ComposerError("an alias or a tag")
        return super().compose_node(parent, index)

    def fetch_flow_collection_start(self, token: Any) -> None:
        """Begin a list or map between brackets."""
        if self.flow_level > _DEEPEST:
            raise yaml.scanner.ScannerError("too deep")
        super().fetch_flow_collection_start(token)


def _sentence(error: Mapping[str, Any]) -> str:
    place: Sequence[str | int] = error["loc"]
    facts = error.get("ctx", {})
    value = _written(error.get("input"))
    code = SENTENCES.get(error["type"], "settings.field.other")
    limit = next((facts[k] for k in ("ge", "gt", "le", "lt", "max_length", "pattern", "expected") if k in facts), "")
    return translate(
        code,
        {
            "field": ".".join(map(str, place)) or "?",
            "value": value if len(value) <= SHOWN else value[:SHOWN] + "…",
            "limit": str(limit),
            "text": error["msg"],
        },
    )


def _written(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError):  # YAML knows names that are no texts
        return str(value)


def changed(document: dict[str, Any], path: str, text: str) -> Profile:
    """The profile with one setting changed.

    Args:
        document: the profile as plain data; it is changed.
        path: names of the setting, with points between.
        text: JSON, or plain text. A figure stays text where the field wants text: folder `184976`, account `411`.

    Raises:
        SettingsError: no such setting, or its value is refused.
    """
    *parents, last = path.split(".")
    place: Any = document
    for name in parents:
        if not isinstance(place, dict) or name not in place:
            raise SettingsError("settings.unknown_path", path=path, known=", ".join(place) if place else "")
        place = place[name]
    if not isinstance(place, dict):
        raise SettingsError("settings.unknown_path", path=path, known="")
    known = ", ".join(place)
    place[last] = _value(text)
    try:
        Profile.model_validate(document)
    except ValidationError as error:
        kinds = {e["type"] for e in error.errors() if ".".join(map(str, e["loc"])) == path}
        if "extra_forbidden" in kinds:
            raise SettingsError("settings.unknown_path", path=path, known=known) from error
        if "string_type" in kinds:
            place[last] = text
    return validated(document)


def _value(text: str) -> Any:
    try:
        # A figure stays text until its field says what it is: no float ever.
        return json.loads(text, parse_float=str)
    except (ValueError, RecursionError):
        return text
