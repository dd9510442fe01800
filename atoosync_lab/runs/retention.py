"""Old captures and plans go, and the personal data in them; the journal and the ledger stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from atoosync_lab.model.errors import StorageError
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.snapshots import captures


def tidy(workspace: Workspace, profile_id: str, *, now: datetime | None = None) -> int:
    """Remove what is older than the profile keeps; how many files went.

    Args:
        workspace: the workbench.
        profile_id: whose files.
        now: the moment; for tests.

    Raises:
        SettingsError: unknown profile.
        StorageError: a folder cannot be written.
    """
    moment = now or datetime.now(UTC)
    keep = timedelta(days=workspace.profiles.get(profile_id).keep_days)
    try:
        removed = captures.drop_old(workspace.home.captures, profile_id, keep=keep, now=moment)
        for path in (workspace.home.plans / profile_id).glob("*.duckdb"):
            if path.stat().st_mtime < (moment - keep).timestamp():
                path.unlink(missing_ok=True)
                removed += 1
    except OSError as error:
        raise StorageError("storage.not_writable", path="captures") from error
    return removed
