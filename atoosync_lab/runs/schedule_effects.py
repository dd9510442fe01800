"""What a rule will do, told before it is kept: its next starts, what they meet, what they cost, the clock."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.runs import calendar, flows, systems
from atoosync_lab.runs.scheduling import rule_of, usual_duration
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.settings.schedule import ScheduleRule
from atoosync_lab.snapshots import captures
from atoosync_lab.store.quota import Counter, QuotaUse
from atoosync_lab.store.schedules import Schedule, Schedules

SHOWN = 20
MONTH = timedelta(days=30)
MOST_OTHERS = 3000
"""Starts of another task that are looked at."""
UNKNOWN_LENGTH = timedelta(minutes=1)
"""Taken for a task that has never run."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A start that meets the run of another task on the same key."""

    start: datetime
    flow: str
    profile: str
    """Name of the other task's profile."""
    same_profile: bool


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A change of the clock ahead, and how many starts lie within an hour of it."""

    at: datetime
    forward: bool
    touched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What a rule will do."""

    starts: tuple[datetime, ...]
    """The next 20, in UTC."""
    clashes: tuple[Clash, ...]
    usual: timedelta | None
    """How long a run usually takes; None: it has never run."""
    usual_total: int
    """Records of the last run."""
    gap: timedelta | None
    """Shortest time between two starts."""
    per_day: int
    """Starts in the next 24 hours from the first one on."""
    units: int | None
    """Units expected in a month at the pace of the last one; None: unknown yet."""
    quota: QuotaUse
    calls: int | None
    """Calls to the ERP a day; None: unknown yet."""
    calls_left: int | None
    calls_cap: int | None
    clock: ClockChange | None
    """The next change; None: the zone has none."""

    @property
    def too_slow(self) -> bool:
        """Its runs outlast its interval."""
        return self.usual is not None and self.gap is not None and self.usual >= self.gap

    @property
    def fits(self) -> bool:
        """Units and calls suffice."""
        short = self.quota.available is not None and (self.units or 0) > self.quota.available
        return not short and not (self.calls_cap is not None and (self.calls or 0) > self.calls_cap)


def effects(
    workspace: Workspace,
    profile: Profile,
    flow: str,
    rule: ScheduleRule,
    zone: str,
    *,
    editing: str = "",
    moment: datetime | None = None,
) -> Effects:
    """What a rule will do.

    Args:
        workspace: the workbench.
        profile: whose task.
        flow: the task.
        rule: when it starts.
        zone: time zone of the rule.
        editing: id of the scheduled task that is being changed, which does not clash with itself.
        moment: now; for tests.
    """
    now = moment or datetime.now(UTC)
    starts = tuple(calendar.next_starts(rule, zone, now, SHOWN))
    usual = usual_duration(workspace, profile.id, flow)
    kind = flows.get(flow).kind
    counter = Counter.EXPORTS if kind == "catalogue" else Counter.IMPORTS
    last = next((run for run in workspace.journal.list(profile=profile.id, flow=flow, limit=5) if run.ended_at), None)
    first = starts[0] if starts else now
    per_day = calendar.starts_between(rule, zone, first - timedelta(seconds=1), first + timedelta(days=1))
    calls = _calls(workspace, profile.id, per_day) if kind != "order-status" else None
    usage = systems.erp_budget(profile, workspace.wiring)
    return Effects(
        starts=starts,
        clashes=tuple(_clashes(workspace, profile, starts, usual or UNKNOWN_LENGTH, editing)),
        usual=usual,
        usual_total=last.counts.total if last else 0,
        gap=calendar.shortest_gap(starts),
        per_day=per_day,
        units=_units(workspace, profile.id, flow, now),
        quota=workspace.quota.state(profile.id, counter),
        calls=calls,
        calls_left=usage.left if usage else None,
        calls_cap=usage.cap if usage else None,
        clock=_clock(rule, zone, now),
    )


def _units(workspace: Workspace, profile: str, flow: str, now: datetime) -> int | None:
    """Records written a month, at the pace of the last month: a rule makes them earlier, not more of them."""
    runs = workspace.journal.list(profile=profile, flow=flow, since=now - MONTH, limit=5000)
    if not runs:
        return None
    begun = min(run.started_at for run in runs)
    days = max(1.0, (now - begun) / timedelta(days=1))
    return round(sum(run.counts.ok for run in runs) * MONTH.days / days)


def _calls(workspace: Workspace, profile: str, per_day: int) -> int | None:
    """Calls to the ERP a day, as many a run as its last reading took."""
    newest = captures.listed(workspace.home.captures, profile, "erp")
    return newest[0].calls * per_day if newest else None


def _clashes(
    workspace: Workspace, profile: Profile, starts: tuple[datetime, ...], usual: timedelta, editing: str
) -> list[Clash]:
    if not starts:
        return []
    found = []
    key = _key(workspace, profile)
    profiles = {other.id: other for other in (workspace.profiles.get(p.id) for p in workspace.profiles.list())}
    for other in Schedules(workspace.store).list():
        theirs = profiles.get(other.profile)
        if other.id == editing or other.paused or theirs is None:
            continue
        if theirs.id != profile.id and (not key or _key(workspace, theirs) != key):
            continue
        for start in _meeting(workspace, other, starts, usual):
            found.append(Clash(start, other.flow, theirs.name, theirs.id == profile.id))
    return sorted(found, key=lambda clash: clash.start)


def _meeting(
    workspace: Workspace, other: Schedule, starts: tuple[datetime, ...], usual: timedelta
) -> list[datetime]:  # fmt: skip
    """Those of our starts during which the other task runs, or starts."""
    length = usual_duration(workspace, other.profile, other.flow) or UNKNOWN_LENGTH
    theirs = calendar.next_starts(rule_of(other), other.zone, starts[0] - length, MOST_OTHERS)
    met = []
    for start in starts:
        at = bisect.bisect_left(theirs, start - length)
        if at < len(theirs) and theirs[at] < start + usual:
            met.append(start)
    return met


def _key(workspace: Workspace, profile: Profile) -> str:
    """What the ERP counts calls by; compared only, never shown. Empty: unknown."""
    try:
        return workspace.secrets.get(profile.id, "erp.subscription_key") or ""
    except AtooSyncError:
        return ""


def _clock(rule: ScheduleRule, zone: str, now: datetime) -> ClockChange | None:
    changes = calendar.changes_of_clock(zone, now)
    if not changes:
        return None
    at, by = changes[0]
    hour = timedelta(hours=1)
    touched = calendar.starts_between(rule, zone, at - hour - timedelta(seconds=1), at + hour)
    return ClockChange(at, by > timedelta(), touched)
