"""The figures of a profile that its dashboards show: records a day and kind, counters, next starts (SVC-08, SVC-09)."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from atoosync_lab.runs.calendar import next_starts
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.settings.schedule import ScheduleRule
from atoosync_lab.store import tallies
from atoosync_lab.store.quota import Counter
from atoosync_lab.store.schedules import Schedules

MONTHS = 13
"""Months of statistics kept, this one included."""

STARTS = 20
"""Starts to come that are told of one scheduled task."""

EXPORTS = "export"
IMPORTS = "import"

KIND_OF_RUN: Mapping[str, tuple[str, str]] = {
    "articles": (EXPORTS, "articles"),
    "articles-new": (EXPORTS, "articles"),
    "article-status": (EXPORTS, "articles"),
    "stocks": (EXPORTS, "stocks"),
    "prices": (EXPORTS, "prices"),
    "customers": (EXPORTS, "customers"),
}
"""Side and kind of what a run of a flow sent: these flows keep no ledger, their runs are what is known."""

KIND_OF_LEDGER: Mapping[str, tuple[str, str]] = {
    "orders": (IMPORTS, "orders"),
    "credit-notes": (IMPORTS, "orders"),
    "settlements": (IMPORTS, "payments"),
    "customers": (IMPORTS, "customers"),
    "order-status": (EXPORTS, "order_updates"),
}
"""Side and kind of a record of the ledger."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Records of one kind on one day of the profile's zone."""

    day: date
    side: str
    kind: str
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One counter of the subscription, in its present period."""

    counter: str
    starts: date
    resets: date
    """First day of the next period."""
    bought: int | None
    """None: not counted."""
    used: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One start to come of a scheduled task."""

    schedule: str
    flow: str
    paused: bool
    at: datetime | None
    """None: paused."""


def daily(workspace: Workspace, profile: Profile, now: datetime | None = None) -> list[Daily]:
    """Records sent and imported, a day and kind, of the last months."""
    zone = ZoneInfo(profile.timezone)
    today = (now or datetime.now(UTC)).astimezone(zone).date()
    first = _months_before(today.replace(day=1), MONTHS - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
    counted: Tally[tuple[date, str, str]] = Tally()
    for flow, at, records in tallies.runs_that_did(workspace.store, profile.id, since):
        if flow in KIND_OF_RUN:
            counted[(at.astimezone(zone).date(), *KIND_OF_RUN[flow])] += records
    for flow, at in tallies.ledger_done(workspace.store, profile.id, since):
        if flow in KIND_OF_LEDGER:
            counted[(at.astimezone(zone).date(), *KIND_OF_LEDGER[flow])] += 1
    return [Daily(day, side, kind, records) for (day, side, kind), records in sorted(counted.items())]


def balances(workspace: Workspace, profile: Profile) -> list[Balance]:
    """Both counters of the profile, exports first."""
    found = []
    for counter in Counter:
        use = workspace.quota.state(profile.id, counter)
        starts = date.fromisoformat(f"{use.period}-01")
        found.append(
            Balance(
                counter=counter.value,
                starts=starts,
                resets=_months_before(starts, -1),
                bought=use.bought,
                used=use.used + use.reserved,
            )
        )
    return found


def _months_before(first: date, months: int) -> date:
    """The first of the month so many months before; of a later one when negative."""
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def planned(workspace: Workspace, profile: Profile, now: datetime | None = None) -> list[Planned]:
    """The next starts of the profile's scheduled tasks; a paused one has no moment, and is told all the same."""
    moment = now or datetime.now(UTC)
    found = []
    for schedule in Schedules(workspace.store).list(profile.id):
        if schedule.paused:
            found.append(Planned(schedule.id, schedule.flow, paused=True, at=None))
            continue
        rule = ScheduleRule.model_validate(dict(schedule.rule))
        starts = next_starts(rule, schedule.zone, moment, STARTS)
        found += [Planned(schedule.id, schedule.flow, paused=False, at=at) for at in starts]
    return found
