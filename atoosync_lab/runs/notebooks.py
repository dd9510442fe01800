"""A run as an executed page: papermill as a library, the executed copy kept beside the journal.

The output notebook never decides how a run ended (after a time-out or an interrupt it shows every cell completed): the
journal does. Nothing that the page printed reaches the disk before every known secret in it is masked.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uuid_utils

import atoosync_lab
from atoosync_lab.connectors.redaction import Redactor
from atoosync_lab.model import errors
from atoosync_lab.model.errors import AtooSyncError, SettingsError, StopError
from atoosync_lab.model.i18n import current_language
from atoosync_lab.model.points import into_place
from atoosync_lab.planning import plan as plans
from atoosync_lab.runs.parameters import RunParameters, checked
from atoosync_lab.runs.run import RunRequest, RunResult, executed_path
from atoosync_lab.runs.workspace import Workspace

if TYPE_CHECKING:
    from atoosync_lab.runs.engine import Kernels

RESULT_TYPE = "application/vnd.atoosync.result+json"
"""Output by which a page tells the caller how its run ended."""

_ENGINE = "atoosync"
WARM_ENGINE = "atoo-warm"
"""papermill's name for the engine with kernels started beforehand."""
_STARTED_WITHIN = 120
"""Seconds a kernel may take to start, on a machine that is busy with other runs."""


def pages_folder() -> Path:
    """The folder of the pages: `ATOOSYNC_NOTEBOOKS`, else `notebooks` beside the package."""
    given = os.environ.get("ATOOSYNC_NOTEBOOKS")
    return Path(given) if given else Path(atoosync_lab.__file__).resolve().parent.parent / "notebooks"


def run_notebook(
    workspace: Workspace, request: RunRequest, *, page: str = "run", plan: str = "", kernels: Kernels | None = None
) -> RunResult:
    """Run a flow by executing its page; the copy is kept as `runs/<run id>.ipynb`, a failed one as `.failed.ipynb`.

    Args:
        workspace: the workbench; the page opens the same one in its own process.
        request: what to run.
        page: name of the page in the folder of pages.
        plan: id of a saved plan to apply; empty: capture and plan anew.
        kernels: ready kernels (engine `atoo-warm`); None: the page starts one.

    Raises:
        SettingsError: a parameter is wrong, or the page does not exist.
        AtooSyncError: what ended the run, as `run()` would have raised it.
    """
    run_id = request.run_id or str(uuid_utils.uuid7())
    source = pages_folder() / f"{page}.ipynb"
    if not source.is_file():
        raise SettingsError("page.missing", page=page, folder=str(pages_folder()))
    given = checked(
        RunParameters,
        {
            "profile": workspace.profiles.get(request.profile).id,
            "flow": request.flow,
            "dry_run": request.dry_run,
            "filter": request.filter,
            "keys": list(request.keys),
            "full": request.full,
            "run_id": run_id,
            "plan": plan,
            "language": current_language(),
        },
    )
    execution = _Execution(workspace, replace(request, run_id=run_id, profile=given.profile), kernels)
    # Older copies of the page know no plan: it is named only where there is one.
    return execution.run(source, {k: v for k, v in given.model_dump().items() if k != "plan" or v})


class _Execution:
    """One page, executed for one run."""

    def __init__(self, workspace: Workspace, request: RunRequest, kernels: Kernels | None) -> None:
        self._workspace, self._request, self._kernels = workspace, request, kernels
        self._run_id = request.run_id or ""
        self._temporary = workspace.home.runs / f"{self._run_id}.tmp.ipynb"

    def run(self, source: Path, parameters: dict[str, Any]) -> RunResult:
        try:
            self._execute(source, parameters)
        except BaseException as error:
            self._keep(failed=True)
            # A kernel that died leaves its run open: it is closed now, not when the next one starts.
            self._workspace.journal.mark_lost()
            ended_by = self._ended_by()
            if ended_by is not None:
                raise ended_by from None
            if isinstance(error, Exception):
                raise StopError("page.failed", run=self._run_id, kind=type(error).__name__) from error
            raise
        self._keep(failed=False)
        row = self._workspace.journal.get(self._run_id)
        plan = plans.find(self._workspace.home.plans, row.profile, row.plan_id) if row.plan_id else None
        return RunResult(row, plan)

    def _execute(self, source: Path, parameters: dict[str, Any]) -> None:
        # papermill takes more than a second to import: only executed runs pay for it.
        import papermill
        from papermill.engines import papermill_engines

        from atoosync_lab.runs.engine import PageEngine

        engine = _ENGINE if self._kernels is None else WARM_ENGINE
        papermill_engines.register(engine, PageEngine)
        own = {"ATOOSYNC_HOME": str(self._workspace.home.root), "ATOOSYNC_WHO": self._request.who}
        papermill.execute_notebook(
            str(source),
            str(self._temporary),
            parameters=parameters,
            engine_name=engine,
            progress_bar=False,
            start_timeout=_STARTED_WITHIN,
            clean=self._cleaner(),
            env={**os.environ, **own},
            kernels=self._kernels,
            own_env=own,
        )

    def _cleaner(self) -> Callable[[Any], None]:
        """Masks secrets in a notebook; asked anew each time, since tokens are renewed during a run."""

        def clean(notebook: Any) -> None:
            redactor = Redactor(self._workspace.secrets.known_values(self._request.profile))
            for part in ("cells", "metadata"):
                scrub(notebook[part], redactor.text)

        return clean

    def _keep(self, *, failed: bool) -> None:
        """Give the executed copy its name, and note it in the journal when the run got as far as that."""
        if not self._temporary.exists():
            return
        path = executed_path(self._workspace, self._run_id, failed=failed)
        into_place(self._temporary, path)
        try:
            self._workspace.journal.update(self._run_id, notebook=f"runs/{path.name}")
        except SettingsError:
            return  # it ended before its journal row was opened: the file alone tells why

    def _ended_by(self) -> AtooSyncError | None:
        """The error that the page reported, as it was raised there."""
        path = executed_path(self._workspace, self._run_id, failed=True)
        if not path.exists():
            return None
        import nbformat

        found = None
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                found = output.get("data", {}).get(RESULT_TYPE, {}).get("error") or found
        if found is None:
            return None
        kind = getattr(errors, str(found["type"]), StopError)
        error: AtooSyncError = kind(found["code"], **found["params"])
        return error


def scrub(value: Any, mask: Callable[[str], str]) -> None:
    """Mask every text inside a notebook, in place: the engine goes on writing into the same cells."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items):
        if isinstance(item, str):
            value[key] = mask(item)
        elif isinstance(item, dict | list):
            scrub(item, mask)
