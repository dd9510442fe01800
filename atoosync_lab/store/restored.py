"""What a restored home remembers of its restoring: the lost stretch, in which others may have imported (SEC-05).

Between the backup and the restoring, the workbench went on elsewhere. What it imported then is at the ERP, and this
home does not know it. So each record is looked up there under its later tokens too, and nothing is sent before
the ERP has had time to show what was on its way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from atoosync_lab.model.errors import StorageError

FILE = "restored.json"
LATER = 3
"""Further generations of a record that are looked up: someone may have reset it in the lost stretch (ORD-31)."""
LASTS = timedelta(days=90)
"""An order of the lost stretch is older than any period of import by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """When a home was restored, and from which moment."""

    at: datetime
    made_at: datetime
    """Moment of the backup."""

    def later_generations(self, now: datetime) -> int:
        """How many further generations of a record have to be looked up before it is sent."""
        return LATER if now - self.at < LASTS else 0

    def sends_from(self, settle_seconds: float) -> datetime:
        """Moment from which something may be sent to the ERP.

        Args:
            settle_seconds: time the ERP takes to show what it accepted.
        """
        bounded = min(max(settle_seconds, 0.0), LASTS.total_seconds())
        return self.at + timedelta(seconds=bounded)


def write(root: Path, restored: Restored) -> None:
    """Note it in a home that is being restored."""
    text = json.dumps({"at": restored.at.isoformat(), "made_at": restored.made_at.isoformat()})
    (root / FILE).write_text(text + "\n", encoding="utf-8")


def read(root: Path) -> Restored | None:
    """What a home remembers; None: it never was restored.

    Raises:
        StorageError: the note cannot be read; without it, nobody could say what must be looked up.
    """
    try:
        given = json.loads((root / FILE).read_text(encoding="utf-8"))
        moments = {name: datetime.fromisoformat(given[name]).astimezone(UTC) for name in ("at", "made_at")}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError("restore.note_unreadable", path=FILE) from error
    return Restored(**moments)
