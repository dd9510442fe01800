"""Scheduled tasks, as people and the worker handle them: added, changed, paused, and offered when they are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import uuid_utils

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.events import Level, Stage
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs import calendar, flows
from atoosync_lab.runs.exporting import renew
from atoosync_lab.runs.queue import Engine, RunSpec, running_of
from atoosync_lab.runs.workspace import Workspace, whoami
from atoosync_lab.settings import functions
from atoosync_lab.settings.schedule import ScheduleRule
from atoosync_lab.store.journal_records import GOING, Entry, Run
from atoosync_lab.store.schedules import Schedule, Schedules

LOOK_BACK = 20
"""Ended runs whose durations say how long the next will take."""


def rule_of(schedule: Schedule) -> ScheduleRule:
    """The rule of a scheduled task."""
    return ScheduleRule.model_validate(dict(schedule.rule))


def check_zone(zone: str) -> str:
    """A time zone that this machine knows.

    Raises:
        SettingsError: it does not.
    """
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError("schedule.zone_unknown", zone=zone[:60]) from None
    return zone


def add(workspace: Workspace, profile: str, flow: str, rule: ScheduleRule, zone: str = "") -> Schedule:
    """Schedule a task.

    Args:
        workspace: the workbench.
        profile: profile id.
        flow: what to run.
        rule: when.
        zone: time zone of the rule; empty: that of the profile.

    Raises:
        SettingsError: unknown profile, flow or zone, a function that is off, or a rule with no start left.
    """
    found = workspace.profiles.get(profile)
    chosen = check_zone(zone or found.timezone)
    name, next_at = flows.get(flow).name, _first(rule, chosen)
    functions.require(found, name)
    document = rule.model_dump(mode="json")
    added = Schedules(workspace.store).add(found.id, name, document, chosen, who=whoami(), next_at=next_at)
    renew(workspace, found.id)
    return added


def change(
    workspace: Workspace, schedule: Schedule, *, profile: str, flow: str, rule: ScheduleRule, zone: str
) -> Schedule:
    """Change a scheduled task, as it was when read.

    Raises:
        SettingsError: unknown profile, flow or zone, no start left, or it is gone.
        ConflictError: somebody else saved it meanwhile.
    """
    check_zone(zone)
    functions.require(workspace.profiles.get(profile), flows.get(flow).name)
    saved = Schedules(workspace.store).save(
        schedule.id,
        profile=profile,
        flow=flows.get(flow).name,
        rule=rule.model_dump(mode="json"),
        zone=zone,
        who=whoami(),
        next_at=None if schedule.paused else _first(rule, zone),
        expected_revision=schedule.revision,
    )
    renew(workspace, schedule.profile, saved.profile)
    return saved


def pause(workspace: Workspace, schedule_id: str) -> Schedule:
    """No further start, until it is resumed."""
    repository = Schedules(workspace.store)
    paused = repository.pause(repository.get(schedule_id).id, who=whoami())
    renew(workspace, paused.profile)
    return paused


def resume(workspace: Workspace, schedule_id: str) -> Schedule:
    """Starts go on; those missed meanwhile are not made up for."""
    repository = Schedules(workspace.store)
    found = repository.get(schedule_id)
    resumed = repository.resume(found.id, who=whoami(), next_at=_first(rule_of(found), found.zone))
    renew(workspace, found.profile)
    return resumed


def remove(workspace: Workspace, schedule_ids: Sequence[str]) -> int:
    """Delete scheduled tasks; how many.

    Raises:
        SettingsError: one of them is unknown; nothing was deleted.
    """
    repository = Schedules(workspace.store)
    found = [repository.get(schedule_id) for schedule_id in schedule_ids]
    removed = repository.remove([schedule.id for schedule in found])
    renew(workspace, *(schedule.profile for schedule in found))
    return removed


def offer_due(workspace: Workspace, engine: Engine, moment: datetime) -> int:
    """Offer every start that has come to the engine; how many were accepted.

    Of starts missed while everything was off, only the newest is offered. One that finds the run before still going
    waits for the next one (RUN-10), and the journal says so.
    """
    repository = Schedules(workspace.store)
    accepted = 0
    for schedule in repository.due(moment):
        rule = rule_of(schedule)
        slot = calendar.newest_start(rule, schedule.zone, schedule.next_at or moment, moment)
        following = calendar.next_start(rule, schedule.zone, moment)
        known = schedule.flow in flows.FLOWS and any(p.id == schedule.profile for p in workspace.profiles.list())
        if slot is None or not known:
            repository.advance(schedule, following)
            continue
        spec = RunSpec(
            profile=schedule.profile,
            flow=schedule.flow,
            who=translate("schedule.who"),
            run_id=str(uuid_utils.uuid7()),
            schedule=schedule.id,
        )
        answer = engine.offer(spec, slot)
        if answer == "busy":
            _note_skip(workspace, schedule, slot)
            repository.advance(schedule, following, skipped=slot)
        elif answer == "accepted":
            accepted += 1
            repository.advance(schedule, following, started=(slot, spec.run_id))
        else:
            repository.advance(schedule, following)
    return accepted


def after_clock_set_back(workspace: Workspace, moment: datetime) -> int:
    """Bring starts nearer that were put off by a clock that was ahead; how many.

    Called when a worker starts, and when it sees the clock go backwards. A start that ran already is known by its slot.
    """
    repository = Schedules(workspace.store)
    moved = 0
    for schedule in repository.list():
        if schedule.paused or schedule.next_at is None:
            continue
        following = calendar.next_start(rule_of(schedule), schedule.zone, moment)
        if following is not None and following < schedule.next_at:
            moved += repository.advance(schedule, following)
    return moved


@dataclass(frozen=True, slots=True)
class Overview:
    """A scheduled task with what is known of its runs."""

    schedule: Schedule
    rule: ScheduleRule
    last: Run | None
    """Its newest run, going or ended."""
    usual: timedelta | None
    """How long its runs usually take; None: none has ended yet."""
    gap: timedelta | None
    """Shortest time between two of its next starts."""

    @property
    def running(self) -> bool:
        """A run of it is going or queued."""
        return self.last is not None and self.last.state in GOING

    @property
    def too_slow(self) -> bool:
        """Its runs outlast its interval: starts will be skipped."""
        return self.usual is not None and self.gap is not None and self.usual >= self.gap


def overview(workspace: Workspace, profile: str | None = None, *, moment: datetime | None = None) -> list[Overview]:
    """Every scheduled task, the next one due first."""
    now = moment or datetime.now(UTC)
    found = []
    for schedule in Schedules(workspace.store).list(profile):
        rule = rule_of(schedule)
        starts = calendar.next_starts(rule, schedule.zone, now, 20)
        last = workspace.journal.find(schedule.last_run) if schedule.last_run else None
        usual = usual_duration(workspace, schedule.profile, schedule.flow)
        found.append(Overview(schedule, rule, last, usual, calendar.shortest_gap(starts)))
    return found


def usual_duration(workspace: Workspace, profile: str, flow: str) -> timedelta | None:
    """How long runs of a flow usually take: the median of the last ones; None: none has ended."""
    runs = workspace.journal.list(profile=profile, flow=flow, limit=LOOK_BACK)
    lengths = [(run.ended_at - run.started_at).total_seconds() for run in runs if run.ended_at is not None]
    return timedelta(seconds=median(lengths)) if lengths else None


def _first(rule: ScheduleRule, zone: str) -> datetime:
    # A moment back, so that « now » itself is a start.
    first = calendar.next_start(rule, zone, datetime.now(UTC) - timedelta(seconds=1))
    if first is None:
        raise SettingsError("schedule.no_start")
    return first


def _note_skip(workspace: Workspace, schedule: Schedule, slot: datetime) -> None:
    """The run that is going says in its log which start it made wait."""
    run_id = running_of(workspace, schedule.profile, flows.get(schedule.flow).task)
    if run_id is None:
        return
    local = slot.astimezone(ZoneInfo(schedule.zone))
    params: Mapping[str, Any] = {"at": f"{local:%H:%M}"}
    entry = Entry(
        at=datetime.now(UTC), stage=Stage.FINISH, code="schedule.skipped", params=params, level=Level.WARNING
    )  # fmt: skip
    workspace.journal.append(run_id, [entry])
