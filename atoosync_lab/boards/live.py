"""Runs that go on, read from the small files their processes leave beside the exports (`live/<run>.json`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from atoosync_lab.boards.records import Line, Run, Shown


def paths(folders: Sequence[Path]) -> list[Path]:
    """Live files in the folders of profiles."""
    return [path for folder in folders for path in sorted((folder / "live").glob("*.json"))]


def stamp(folders: Sequence[Path]) -> tuple[tuple[str, int], ...]:
    """Changes when one of them is renewed, begins or ends."""
    found = []
    for path in paths(folders):
        try:
            found.append((str(path), path.stat().st_mtime_ns))
        except FileNotFoundError:
            continue
    return tuple(found)


def run(path: Path, profile: Shown) -> Run | None:
    """The run a live file tells of; None: it has just ended, or the file is not ours."""
    said = _read(path)
    try:
        return Run(
            profile=profile, id=said["id"], flow=said["flow"], state=said["state"], who=said["who"],
            started_at=datetime.fromisoformat(said["started_at"]), ended_at=None,
            updated_at=_moment(said["updated_at"]),
            total=said["total"], ok=said["ok"], failed=said["failed"], ignored=said["ignored"],
            blocked=said["blocked"], stage=said["stage"], plan_id="", notebook="", message="", cause="",
            lines=len(said["lines"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None


def lines(path: Path, language: str) -> list[Line]:
    """Its last lines, in order."""
    try:
        return [
            Line(
                at=datetime.fromisoformat(line["at"]), level=line["level"], record=line["record"],
                text=line[f"text_{language}"],
            )
            for line in _read(path)["lines"]
        ]  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return []


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
