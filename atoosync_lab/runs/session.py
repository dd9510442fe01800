"""What a notebook holds in its hand: `atoosync_lab.open("breval")` gives a Session; one call a cell."""

from __future__ import annotations

from dataclasses import dataclass

from atoosync_lab.connectors.base import ConnectionReport
from atoosync_lab.model.events import OnEvent, ignore
from atoosync_lab.planning import plan as plans
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs import explaining, refreshing
from atoosync_lab.runs.run import RunRequest, RunResult, apply_saved, run
from atoosync_lab.runs.workspace import Workspace, whoami
from atoosync_lab.settings import Profile
from atoosync_lab.snapshots import captures
from atoosync_lab.snapshots.captures import Capture
from atoosync_lab.store.journal_records import Run


@dataclass(frozen=True, slots=True)
class Session:
    """A profile, opened."""

    workspace: Workspace
    profile_id: str

    @property
    def profile(self) -> Profile:
        """The settings as saved now."""
        return self.workspace.profiles.get(self.profile_id)

    def save(self, profile: Profile) -> int:
        """Save settings; the new revision.

        Raises:
            ConflictError: somebody else saved meanwhile.
        """
        revision = self.workspace.profiles.revision(self.profile_id)
        return self.workspace.profiles.save(profile, who=whoami(), expected_revision=revision)

    def check(self) -> dict[str, ConnectionReport]:
        """Test both connections (SVC-05)."""
        return refreshing.check(self.workspace, self.profile)

    def refresh(self) -> refreshing.Refreshed:
        """Re-read the reference lists of both sides (SVC-06)."""
        return refreshing.refresh(self.workspace, self.profile_id, who=whoami())

    def captures(self) -> list[Capture]:
        """Captures kept, newest first."""
        return captures.listed(self.workspace.home.captures, self.profile_id)

    def plan(self, flow: str, *, keys: tuple[str, ...] = (), filter: str = "", on_event: OnEvent = ignore) -> Plan:
        """Capture and plan a flow, without writing anything."""
        request = RunRequest(profile=self.profile_id, flow=flow, dry_run=True, keys=keys, filter=filter)
        result = run(self.workspace, request, on_event)
        if result.plan is None:
            raise RuntimeError("a dry run ended without a plan")
        return result.plan

    def run(self, flow: str, *, keys: tuple[str, ...] = (), filter: str = "", on_event: OnEvent = ignore) -> RunResult:
        """Run a flow now: capture, plan, apply."""
        return run(self.workspace, RunRequest(profile=self.profile_id, flow=flow, keys=keys, filter=filter), on_event)

    def apply(self, plan_id: str, on_event: OnEvent = ignore) -> RunResult:
        """Apply a plan that was saved and read."""
        return apply_saved(self.workspace, self.profile_id, plan_id, whoami(), on_event)

    def saved_plan(self, plan_id: str) -> Plan:
        """A plan by its id, or the beginning of it."""
        return plans.find(self.workspace.home.plans, self.profile_id, plan_id)

    def explain(self, key: str) -> explaining.Explanation:
        """Why a record was sent, skipped or held (BEY-02)."""
        return explaining.explain(self.workspace, self.profile_id, key)

    def journal(self, limit: int = 50) -> list[Run]:
        """Last runs, newest first."""
        return self.workspace.journal.list(profile=self.profile_id, limit=limit)
