"""A workbench with a month of runs, a subscription, schedules, a failure and a run that goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from atoosync_lab.model.events import Level, Stage
from atoosync_lab.model.i18n import Message
from atoosync_lab.runs.exporting import export_journal, live_export
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.settings.schedule import ScheduleRule, Trigger
from atoosync_lab.store.journal import Journal
from atoosync_lab.store.journal_records import Counts, Entry, Run, RunState
from atoosync_lab.store.ledger import Ledger, NewRow, State
from atoosync_lab.store.quota import Counter, Quota
from atoosync_lab.store.schedules import Schedules

PROFILES = {"calanques": "Comptoir des Calanques", "breval": "Atelier Bréval", "velo": "Vélo Nord"}


def month_before(now: datetime) -> list[datetime]:
    """A moment of each day of the month so far, in the morning."""
    first = now.replace(day=1, hour=8, minute=0, second=0, microsecond=0)
    return [first + timedelta(days=at) for at in range((now - first).days + 1)]


def make_full_home(root: Path, now: datetime | None = None) -> datetime:
    """Fill a home folder; the moment it was filled for."""
    moment = now or datetime.now(UTC)
    clock = [moment]
    with Workspace.open(root) as workspace:
        for name, title in PROFILES.items():
            settings = {
                "id": name, "name": title, "shop": {"version": "8.2.1"},
                "subscription": {"exports": 50_000, "imports": 5_000} if name == "calanques" else {},
            }  # fmt: skip
            workspace.profiles.create(Profile.model_validate(settings), who="camille")
        journal = Journal(workspace.store, clock=lambda: clock[0])
        for at, day in enumerate(month_before(moment)):
            _day(journal, clock, at, day)
        _orders(workspace, clock, moment)
        _use(workspace, clock, moment)
        clock[0] = moment - timedelta(hours=2)
        _failure(journal, clock)
        _schedules(workspace, moment)
        clock[0] = moment
        for name in PROFILES:
            export_journal(workspace, name)
        run = _going(journal, clock, moment)
        tell(workspace, run, moment)
    return moment


def _run(
    journal: Journal, clock: list[datetime], profile: str, flow: str, counts: Counts, *lines: Entry,
    state: RunState = RunState.SUCCEEDED, message: Message | None = None, length: int = 72,
) -> Run:  # fmt: skip
    run = journal.start(profile, flow, who="camille")
    journal.append(run.id, [_said(clock[0], "run.started", zone="Europe/Paris", who="camille", flow=flow), *lines])
    clock[0] += timedelta(seconds=length)
    return journal.finish(run.id, state, counts=counts, message=message)


def _said(at: datetime, code: str, level: Level = Level.INFO, record: str = "", **params: object) -> Entry:
    return Entry(at=at, stage=Stage.APPLY, code=code, params=params, level=level, record=record)


def _day(journal: Journal, clock: list[datetime], at: int, day: datetime) -> None:
    quiet = day.weekday() >= 5
    clock[0] = day
    stocks = 380 if quiet else 760 + 37 * (at % 5)
    _run(journal, clock, "calanques", "stocks", Counts(total=stocks, ok=stocks))
    if not quiet:
        _run(journal, clock, "velo", "articles", Counts(total=60 + at, ok=20 + 3 * (at % 7), ignored=40 + at))
    if day.weekday() == 0:
        _run(journal, clock, "calanques", "prices", Counts(total=540, ok=340 + 20 * at, ignored=10))


def _orders(workspace: Workspace, clock: list[datetime], now: datetime) -> None:
    ledger = Ledger(workspace.store, Quota(workspace.store, clock=lambda: clock[0]), clock=lambda: clock[0])
    for at, day in enumerate(month_before(now)):
        clock[0] = day
        for flow, many in (("orders", 3 + at % 4), ("settlements", 2 + at % 4), ("customers", 1 + at % 2)):
            keys = [f"{day:%d}-{number}" for number in range(many)]
            rows = ledger.intend("calanques", flow, [NewRow(key=key) for key in keys])
            sending = ledger.move(rows, State.SENDING)
            ledger.move(sending, State.DONE, target_id="7", target_number="BC-7")


def _use(workspace: Workspace, clock: list[datetime], now: datetime) -> None:
    clock[0] = now
    Quota(workspace.store, clock=lambda: clock[0]).count("calanques", 19_038, Counter.EXPORTS)


def _failure(journal: Journal, clock: list[datetime]) -> None:
    missing = Message("settings.secret_missing", {"field": "shop.key", "profile": "breval"})
    lines = [_said(clock[0], missing.code, Level.ERROR, **missing.params)]
    _run(journal, clock, "breval", "orders", Counts(), *lines, state=RunState.FAILED, message=missing, length=7)
    held = _said(clock[0], "product.tax_not_mapped", Level.WARNING, "10663", vat="TVA BE 6 %", reference="TAP-90")
    counts = Counts(total=14, ok=12, failed=1, ignored=1, blocked=1)
    _run(journal, clock, "velo", "orders", counts, held, state=RunState.PARTIAL)


def _schedules(workspace: Workspace, now: datetime) -> None:
    schedules = Schedules(workspace.store)
    rule = ScheduleRule(
        trigger=Trigger.DAY, start_date=date(2026, 1, 1), start_time=time(6, 0), repeat_every=30, repeat_for=720
    )
    document = rule.model_dump(mode="json")
    schedules.add("calanques", "stocks", document, "Europe/Paris", who="camille", next_at=now + timedelta(minutes=30))
    paused = schedules.add("breval", "orders", document, "Europe/Paris", who="camille", next_at=None)
    schedules.pause(paused.id, who="camille")


def _going(journal: Journal, clock: list[datetime], now: datetime) -> Run:
    clock[0] = now - timedelta(minutes=3)
    return journal.start("calanques", "articles", who="camille")


def tell(workspace: Workspace, run: Run, now: datetime, done: Sequence[int] = (112, 168)) -> None:
    """A run that goes on says how far it is, as its own process would."""
    live = live_export(workspace, run)
    live.note(_said(now, "run.started", zone="Europe/Paris", who="camille", flow=run.flow))
    live._written = float("-inf")
    live.progress(Counts(total=done[1], ok=done[0]))
