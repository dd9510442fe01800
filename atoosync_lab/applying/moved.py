"""What is no longer as a plan saw it, and how a sentence names it in either language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHOWN = 5
"""Records named in a refusal."""
LONGEST = 40
"""Characters shown of a value."""
GONE = "gone"
"""Field of a record that is not there any more."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One difference between the plan and now."""

    key: str
    """Key people know."""
    field: str
    """Field of a plan, as in `PlanRow.changes`; or `gone`."""
    before: str = ""
    now: str = ""


def described(moved: Sequence[Moved]) -> str:
    """The first records with what changed in each; fields are named by message id (`model.i18n.WORDED`)."""
    by_key: dict[str, list[Moved]] = {}
    for one in moved:
        by_key.setdefault(one.key, []).append(one)
    shown = [f"{key} ({', '.join(_difference(m) for m in many)})" for key, many in list(by_key.items())[:SHOWN]]
    if len(by_key) > SHOWN:
        shown.append(f"+{len(by_key) - SHOWN}")
    return "; ".join(shown)


def _difference(one: Moved) -> str:
    name, _, language = one.field.partition("@")
    word = f"‹field.{name}@{language}›" if language else f"‹field.{name}›"
    if one.field == GONE:
        return word
    return f"{word} {_cut(one.before)} → {_cut(one.now)}"


def _cut(text: str) -> str:
    if not text:
        return "‹field.empty›"
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else flat[: LONGEST - 1] + "…"
