"""Typed values become a profile: set by dotted path, then judged by the settings model, its words in ours."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ValidationError

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import Message
from atoosync_lab.settings import Profile


class FieldErrors(SettingsError):  # noqa: N818 - it holds several
    """Values that the settings model does not take; `by_path` holds a sentence for each."""

    def __init__(self, by_path: Mapping[str, Message]) -> None:
        super().__init__("form.fields_refused", count=len(by_path))
        self.by_path = dict(by_path)


def value_at(profile: Profile, path: str) -> Any:
    """The value of a setting; None where a map has no such entry.

    Args:
        profile: the profile.
        path: dotted path, through models and maps.

    Raises:
        AttributeError: no such setting.
    """
    found: Any = profile
    for part in path.split("."):
        if isinstance(found, BaseModel):
            found = getattr(found, part)
        elif isinstance(found, Mapping):
            found = found.get(part)
        else:
            return None
    return found


def apply(profile: Profile, values: Mapping[str, Any]) -> Profile:
    """The profile with these settings changed.

    Args:
        profile: the profile as it is.
        values: new values by dotted path.

    Raises:
        FieldErrors: the model refuses a value; by path.
        SettingsError: the model refuses the profile for another reason.
    """
    document = profile.model_dump()
    for path, value in values.items():
        *parents, last = path.split(".")
        target = document
        for part in parents:
            target = target.setdefault(part, {})
        target[last] = value
    try:
        return Profile.model_validate(document)
    except ValidationError as error:
        raise _refusal(error, values, profile) from None


def _refusal(error: ValidationError, values: Mapping[str, Any], profile: Profile) -> SettingsError:
    by_path: dict[str, Message] = {}
    for found in error.errors(include_url=False, include_input=False):
        loc = ".".join(str(part) for part in found["loc"])
        path = next(
            (p for p in values if loc == p or loc.startswith(f"{p}.") or p.startswith(f"{loc}.")),
            None,
        )
        if path is not None:
            by_path.setdefault(path, _sentence(found["type"], found.get("ctx", {})))
    if by_path:
        return FieldErrors(by_path)
    return SettingsError("form.profile_refused", profile=profile.name)


def _sentence(kind: str, facts: Mapping[str, Any]) -> Message:
    """The model's objection in words a person understands."""
    if kind == "string_too_long":
        return Message("form.longer_than", {"most": facts.get("max_length")})
    if kind == "string_too_short":
        return Message("form.required")
    if kind in ("greater_than_equal", "greater_than"):
        return Message("form.too_small", {"least": _number(facts.get("ge", facts.get("gt")))})
    if kind in ("less_than_equal", "less_than"):
        return Message("form.too_large", {"most": _number(facts.get("le", facts.get("lt")))})
    return Message("form.not_taken")


def _number(limit: Any) -> str:
    return format(limit, "f") if isinstance(limit, Decimal) else str(limit)
