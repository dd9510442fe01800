"""The engine without a queue: a run is executed where it is offered, before `offer` returns."""

from __future__ import annotations

from datetime import datetime

from atoosync_lab.model.errors import BusyError
from atoosync_lab.model.events import OnEvent, ignore
from atoosync_lab.runs.queue import Offered, RunSpec
from atoosync_lab.runs.run import RunRequest, apply_saved, run
from atoosync_lab.runs.workspace import Workspace, whoami


class InlineEngine:
    """Executes in this process; for tests, and for notebooks where no worker lives.

    Args:
        workspace: the workbench.
        on_event: whom to tell what happens in the runs.
    """

    def __init__(self, workspace: Workspace, on_event: OnEvent = ignore) -> None:
        self._workspace, self._on_event = workspace, on_event
        self._slots: set[tuple[str, datetime]] = set()

    def offer(self, run: RunSpec, slot: datetime | None) -> Offered:
        """Execute it now.

        Raises:
            AtooSyncError: what ended the run; a lease held by somebody else is "busy" instead.
        """
        if slot is not None and (run.schedule, slot) in self._slots:
            return "already"
        try:
            self._execute(run)
        except BusyError:
            return "busy"
        if slot is not None:
            self._slots.add((run.schedule, slot))
        return "accepted"

    def request_stop(self, run_id: str) -> None:
        """Ask a run, of any process, to stop between two records."""
        self._workspace.journal.request_stop(run_id, who=whoami())

    def serve(self, worker_id: str) -> None:
        """Nothing waits here."""

    def adopt(self, worker_id: str) -> int:
        """Nothing was left behind: a run that died here died with its process, and is marked lost."""
        return len(self._workspace.journal.mark_lost())

    def _execute(self, spec: RunSpec) -> None:
        if spec.plan:
            apply_saved(self._workspace, spec.profile, spec.plan, spec.who, self._on_event, run_id=spec.run_id)
            return
        run(self._workspace, request_of(spec), self._on_event)


def request_of(spec: RunSpec) -> RunRequest:
    """A spec as `run()` takes it."""
    return RunRequest(
        profile=spec.profile,
        flow=spec.flow,
        dry_run=spec.dry_run,
        keys=spec.keys,
        filter=spec.filter,
        full=spec.full,
        who=spec.who,
        run_id=spec.run_id,
    )
