"""What a person should know of a row that is written all the same: a difference, a text cut short, pieces on order."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atoosync_lab.model.events import Level
from atoosync_lab.model.i18n import Message


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence beside the reason of a row, and how loudly the journal says it."""

    message: Message
    level: Level = Level.WARNING


def dumped(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """Notes as plain data, for the `notes` of a row's params."""
    return [{"code": n.message.code, "params": dict(n.message.params), "level": n.level.value} for n in notes]


def notes_of(params: Mapping[str, Any], fields: Collection[str]) -> tuple[Note, ...]:
    """The notes that a row's params hold: `notes` as `dumped` wrote them, `warnings` as lines of JSON (texts).

    Args:
        params: facts of the row.
        fields: fields that the row writes: a warning about a text that is not written says nothing.
    """
    return tuple(_parsed(params, {name.partition("@")[0] for name in fields}))


def _parsed(params: Mapping[str, Any], fields: Collection[str]) -> Iterator[Note]:
    lines = str(params.get("warnings") or "").splitlines()
    for found in (*(params.get("notes") or ()), *(json.loads(line) for line in lines if line)):
        if found and found.get("field", "") in ("", *fields):
            yield Note(
                Message(found["code"], found.get("params") or {}), Level(found.get("level", Level.WARNING.value))
            )
