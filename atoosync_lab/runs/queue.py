"""The seam between those who want a run and whoever executes it (engine.md, section 2).

An engine is offered runs; it takes each once, and never two of one task at a time. Deduplication in the queue is the
fast path, the lease is the rule.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

import uuid_utils

from atoosync_lab.runs import flows
from atoosync_lab.runs.workspace import Workspace, whoami
from atoosync_lab.store import leases
from atoosync_lab.store.journal_records import RunState
from atoosync_lab.store.workers import Workers

Offered = Literal["accepted", "already", "busy"]
"""`already`: the same slot was taken before; `busy`: a run of the same task is going or queued."""

IN_WORKER = "ATOOSYNC_IN_WORKER"
"""Set in every process a worker starts: what runs there is executed there, and asks no worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """What is to be run. Only ids and choices: it is kept in the queue, where no secret may stand."""

    profile: str
    flow: str
    keys: tuple[str, ...] = ()
    """Only these records."""
    filter: str = ""
    """A further filter, for this run alone."""
    dry_run: bool = False
    full: bool = False
    """Read the ERP in full."""
    plan: str = ""
    """Id of a saved plan to apply; empty: capture and plan anew."""
    who: str = field(default_factory=whoami)
    run_id: str = field(default_factory=lambda: str(uuid_utils.uuid7()))
    schedule: str = ""
    """Id of the schedule that offers it; empty: a person."""
    language: str = ""

    @property
    def task(self) -> str:
        """What only one run may do at a time.

        Raises:
            SettingsError: unknown flow.
        """
        return flows.get(self.flow).task

    def document(self) -> dict[str, Any]:
        """As plain values, for the queue."""
        return {**asdict(self), "keys": list(self.keys)}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> RunSpec:
        """From plain values; names of a later version are left out."""
        known = {name: value for name, value in document.items() if name in cls.__dataclass_fields__}
        return cls(**{**known, "keys": tuple(known.get("keys", ()))})


class Engine(Protocol):
    """Executes runs: `DbosEngine` in a worker, `InlineEngine` in tests and where no worker lives."""

    def offer(self, run: RunSpec, slot: datetime | None) -> Offered:
        """Take a run, or say why not."""
        ...

    def request_stop(self, run_id: str) -> None:
        """Set the flag that the run reads between two records; never kills."""
        ...

    def serve(self, worker_id: str) -> None:
        """Execute what is offered, until the process is asked to end."""
        ...

    def adopt(self, worker_id: str) -> int:
        """Take over the runs of a worker declared dead; how many."""
        ...


def worker_alive(workspace: Workspace) -> bool:
    """A worker lives that would take a run now. Always False inside a worker's own processes."""
    return not os.environ.get(IN_WORKER) and bool(Workers(workspace.store).living())


def submit(workspace: Workspace, spec: RunSpec) -> str:
    """Hand a run to a living worker; where none lives, it is run here and now.

    Returns:
        The run's id: its journal row is there already, waiting, and can be followed.

    Raises:
        SettingsError: unknown profile or flow.
        BusyError: a run of the same task is going.
        AtooSyncError: without a worker, what ended the run.
    """
    workspace.profiles.get(spec.profile)
    holder = leases.holder(workspace.store, spec.profile, spec.task)
    if holder is not None:
        raise leases.busy(spec.profile, spec.task, holder)
    if not worker_alive(workspace):
        from atoosync_lab.runs.inline import InlineEngine

        InlineEngine(workspace).offer(spec, None)
        return spec.run_id
    workspace.journal.wait(spec.run_id, spec.profile, spec.flow, who=spec.who)
    Workers(workspace.store).ask(spec.run_id, spec.document())
    return spec.run_id


def running_of(workspace: Workspace, profile: str, task: str) -> str | None:
    """Id of the run of a task that is going; None when none is."""
    for run in workspace.journal.list(profile=profile, states=[RunState.RUNNING]):
        if run.flow in flows.FLOWS and flows.get(run.flow).task == task:
            return run.id
    return None
