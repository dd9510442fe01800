"""Progress events: one protocol, several thin faces (terminal, notebook, JSON)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """Level of a log line."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


class Stage(StrEnum):
    """Stages of a run."""

    RESOLVE = "resolve"
    CAPTURE = "capture"
    PLAN = "plan"
    APPLY = "apply"
    CONFIRM = "confirm"
    FINISH = "finish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a run, at one moment."""

    at: datetime
    stage: Stage
    code: str
    """Message id of the log line."""
    params: Mapping[str, Any] = field(default_factory=dict)
    level: Level = Level.INFO
    record: str = ""
    """Key of the record concerned."""
    done: int | None = None
    total: int | None = None


OnEvent = Callable[[Event], None]


def ignore(event: Event) -> None:
    """An observer that does nothing."""
