"""A file for support about one run: journal, settings, versions; no secret (RUN-06)."""

from __future__ import annotations

import json
import platform
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

from atoosync_lab.connectors.redaction import Redactor
from atoosync_lab.model.errors import StorageError
from atoosync_lab.model.points import into_place
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.store.journal_records import Run

PACKAGES = ("atoosync-lab", "duckdb", "sqlalchemy", "pydantic", "httpx", "anywidget", "ipykernel", "papermill", "voila")
"""Packages whose versions are named; those not installed are left out."""

_LISTS = ("shop_lists", "erp_lists")
"""Parts of the settings that were read of the systems: their sizes are enough."""


def report(workspace: Workspace, run_id: str) -> Path:
    """Write the file of a run; where it is.

    Args:
        workspace: the workbench.
        run_id: the run.

    Raises:
        SettingsError: unknown run.
        StorageError: it cannot be written.
    """
    run = workspace.journal.get(run_id)
    redact = Redactor(workspace.secrets.known_values(run.profile)).text
    path = workspace.home.runs / f"{run.id}.support.zip"
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in _parts(workspace, run).items():
                file.writestr(name, redact(content))
        into_place(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StorageError("storage.not_writable", path="runs") from error
    return path


def _parts(workspace: Workspace, run: Run) -> dict[str, str]:
    settings = workspace.profiles.get(run.profile).model_dump(mode="json")
    for name in _LISTS:
        if name in settings:
            settings[name] = {"left out": "lists read of the system"}
    lines = [
        f"{entry.at.isoformat()}\t{entry.level}\t{entry.stage}\t{entry.code}\t{entry.record}\t{entry.message}"
        for entry in workspace.journal.entries(run.id)
    ]
    return {
        "run.json": _json(_of(run)),
        "journal.csv": "\n".join(["at\tlevel\tstage\tcode\trecord\tsentence", *lines]) + "\n",
        "settings.json": _json(settings),
        "versions.json": _json(versions()),
    }


def _of(run: Run) -> dict[str, Any]:
    counts = {name: getattr(run.counts, name) for name in ("total", "ok", "failed", "ignored", "blocked")}
    return {
        "id": run.id, "profile": run.profile, "flow": run.flow, "state": run.state.value,
        "started_at": run.started_at.isoformat(), "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "counts": counts, "code": run.message.code if run.message else "", "plan": run.plan_id,
        "page": run.notebook, "stopped_by": run.stop_by,
    }  # fmt: skip


def versions() -> dict[str, str]:
    """Versions of what runs here."""
    found = {"python": platform.python_version(), "system": platform.system()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
