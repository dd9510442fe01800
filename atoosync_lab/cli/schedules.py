"""`atoosync schedule`: tasks that run by themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from atoosync_lab.cli.common import JsonOption, ProfileOption, chosen, command, dump, say, table, when, workspace
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs import rule_words, scheduling
from atoosync_lab.runs.calendar import next_starts
from atoosync_lab.settings.schedule import LAST, ScheduleRule
from atoosync_lab.store.schedules import Schedules

app = typer.Typer(no_args_is_help=True)

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": LAST}

FlowArgument = Annotated[
    str, typer.Argument(help="articles, articles-new, prices, stocks, article-status, orders, ...")
]
IdArgument = Annotated[str, typer.Argument(metavar="SCHEDULE", help="Schedule id, or the beginning of it.")]
StartOption = Annotated[
    str | None, typer.Option(help="First start, `2026-11-26 08:00` or `08:00` (default: now).", metavar="WHEN")
]
EachOption = Annotated[str | None, typer.Option("--each", help="day, week or month.")]
IntervalOption = Annotated[int | None, typer.Option(help="Every n days or weeks.")]
OnOption = Annotated[str | None, typer.Option("--on", help="Weekdays: mon,tue,wed,thu,fri,sat,sun.")]
DaysOption = Annotated[str | None, typer.Option(help="Days of the month: 1,15,last.")]
WeeksOption = Annotated[str | None, typer.Option(help="Which such weekday of the month: first,second,last.")]
MonthsOption = Annotated[str | None, typer.Option(help="Months: 1,4,7,10 (default: all).")]
RepeatOption = Annotated[
    str | None, typer.Option(help="Repeat within an occurrence: 5m, 10m, 15m, 30m, 1h, 2h, 3h, 6h, 12h; `no`.")
]
ForOption = Annotated[str | None, typer.Option("--for", help="How long: 15m, 30m, 1h, 2h, 3h, 6h, 12h, 1d.")]
ZoneOption = Annotated[str, typer.Option(help="Time zone of the rule (default: that of the profile).")]


@app.command("add")
@command
def add(
    flow: FlowArgument,
    profile: ProfileOption = None,
    start: StartOption = None,
    each: EachOption = None,
    interval: IntervalOption = None,
    on: OnOption = None,
    days: DaysOption = None,
    weeks: WeeksOption = None,
    months: MonthsOption = None,
    repeat: RepeatOption = None,
    during: ForOption = None,
    zone: ZoneOption = "",
    as_json: JsonOption = False,
) -> None:
    """Schedule a task: `schedule add orders --start 08:00 --repeat 5m --for 12h`."""
    with workspace() as space:
        found = chosen(space, profile)
        zone = scheduling.check_zone(zone or found.timezone)
        now = datetime.now(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)
        values: dict[str, Any] = {"start_date": now.date(), "start_time": now.time()}
        given = _given(start, each, interval, on, days, weeks, months, repeat, during, now)
        schedule = scheduling.add(space, found.id, flow, ScheduleRule.made({**values, **given}), zone)
        if as_json:
            dump({"id": schedule.id, "next": schedule.next_at})
            return
        say(
            "cli.schedule.added",
            flow=translate(f"flow.{schedule.flow}"),
            rule=rule_words.sentence(scheduling.rule_of(schedule)),
            next=when(schedule.next_at, zone),
            schedule=schedule.id,
        )


@app.command("edit")
@command
def edit(
    schedule_id: IdArgument,
    flow: Annotated[str | None, typer.Option(help="Another task.")] = None,
    start: StartOption = None,
    each: EachOption = None,
    interval: IntervalOption = None,
    on: OnOption = None,
    days: DaysOption = None,
    weeks: WeeksOption = None,
    months: MonthsOption = None,
    repeat: RepeatOption = None,
    during: ForOption = None,
    zone: ZoneOption = "",
) -> None:
    """Change a scheduled task; what is not named stays."""
    with workspace() as space:
        found = Schedules(space.store).get(schedule_id)
        values = scheduling.rule_of(found).model_dump()
        today = datetime.combine(values["start_date"], time())
        values |= _given(start, each, interval, on, days, weeks, months, repeat, during, today)
        rule = ScheduleRule.made(values)
        changed = scheduling.change(
            space, found, profile=found.profile, flow=flow or found.flow, rule=rule, zone=zone or found.zone
        )
        say("cli.schedule.changed", rule=rule_words.sentence(rule), next=when(changed.next_at, changed.zone))


@app.command("list")
@command
def list_schedules(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """List scheduled tasks: rule, last and next start, running."""
    with workspace() as space:
        found = scheduling.overview(space, chosen(space, profile).id if profile else None)
    if as_json:
        dump(
            [
                {
                    "id": o.schedule.id, "profile": o.schedule.profile, "flow": o.schedule.flow,
                    "rule": o.rule.model_dump(mode="json"), "zone": o.schedule.zone, "paused": o.schedule.paused,
                    "next": o.schedule.next_at, "last_run": o.schedule.last_run, "running": o.running,
                    "skipped": o.schedule.skipped, "too_slow": o.too_slow,
                }
                for o in found
            ]
        )  # fmt: skip
        return
    table(
        ["cli.head.id", "cli.head.profile", "cli.head.task", "cli.head.rule", "cli.head.last", "cli.head.next",
         "cli.head.state"],
        [
            (
                o.schedule.id, o.schedule.profile, translate(f"flow.{o.schedule.flow}"), rule_words.short(o.rule),
                when(o.schedule.last_slot, o.schedule.zone), when(o.schedule.next_at, o.schedule.zone), _state(o),
            )
            for o in found
        ],
    )  # fmt: skip
    for each in found:
        if each.too_slow:
            say("cli.schedule.too_slow", flow=translate(f"flow.{each.schedule.flow}"), schedule=each.schedule.id)


@app.command("next")
@command
def show_next(
    schedule_id: IdArgument,
    count: Annotated[int, typer.Option(min=1, max=500, help="Starts shown.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show the next starts of a scheduled task."""
    with workspace() as space:
        found = Schedules(space.store).get(schedule_id)
    starts = next_starts(scheduling.rule_of(found), found.zone, datetime.now(UTC), count)
    if as_json:
        dump([start.isoformat() for start in starts])
        return
    table(["cli.head.next"], [(when(start, found.zone),) for start in starts])


@app.command("pause")
@command
def pause(schedule_id: IdArgument) -> None:
    """Suspend a scheduled task, until it is resumed."""
    with workspace() as space:
        found = scheduling.pause(space, schedule_id)
        say("cli.schedule.paused", flow=translate(f"flow.{found.flow}"), schedule=found.id)


@app.command("resume")
@command
def resume(schedule_id: IdArgument) -> None:
    """Resume a suspended task; starts missed meanwhile are not made up for."""
    with workspace() as space:
        found = scheduling.resume(space, schedule_id)
        say("cli.schedule.resumed", flow=translate(f"flow.{found.flow}"), next=when(found.next_at, found.zone))


@app.command("remove")
@command
def remove(
    schedule_ids: Annotated[list[str], typer.Argument(metavar="SCHEDULE...", help="Schedule ids.")],
) -> None:
    """Delete scheduled tasks; the journal of their runs stays."""
    with workspace() as space:
        say("cli.schedule.removed", count=scheduling.remove(space, schedule_ids))


def _state(found: scheduling.Overview) -> str:
    if found.running:
        return translate("state.running")
    return translate("cli.schedule.state_paused" if found.schedule.paused else "cli.schedule.state_active")


def _given(
    start: str | None,
    each: str | None,
    interval: int | None,
    on: str | None,
    days: str | None,
    weeks: str | None,
    months: str | None,
    repeat: str | None,
    during: str | None,
    today: datetime,
) -> dict[str, Any]:
    """The fields of a rule that were named on the command line.

    Raises:
        SettingsError: one is not understood.
    """
    values: dict[str, Any] = {}
    if start is not None:
        values["start_date"], values["start_time"] = _start(start, today)
    if each is not None:
        if each not in ("day", "week", "month"):
            raise SettingsError("cli.schedule.value", name="--each", value=each, known="day, week, month")
        values["trigger"] = each
    if interval is not None:
        values["interval"] = interval
    if on is not None:
        values["weekdays"] = tuple(_one("--on", name, {n: i for i, n in enumerate(_WEEKDAYS)}) for name in _parts(on))
    if days is not None:
        known = {**{str(day): day for day in range(1, 32)}, "last": LAST}
        values |= {"days": tuple(_one("--days", name, known) for name in _parts(days)), "weeks": ()}
    if weeks is not None:
        values |= {"weeks": tuple(_one("--weeks", name, _WEEKS) for name in _parts(weeks)), "days": ()}
    if months is not None:
        months_known = {str(month): month for month in range(1, 13)}
        values["months"] = tuple(_one("--months", name, months_known) for name in _parts(months))
    if repeat is not None:
        values |= {"repeat_every": None, "repeat_for": None} if repeat == "no" else {"repeat_every": _minutes(repeat)}
    if during is not None:
        values["repeat_for"] = _minutes(during)
    if "trigger" not in values and (values.get("days") or values.get("weeks")):
        values["trigger"] = "month"
    elif "trigger" not in values and values.get("weekdays"):
        values["trigger"] = "week"
    return values


def _start(text: str, today: datetime) -> tuple[date, time]:
    given = text.strip()
    try:
        if len(given) <= 5:
            return today.date(), time.fromisoformat(given)
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        known = "2026-11-26 08:00, 08:00"
        raise SettingsError("cli.schedule.value", name="--start", value=given[:40], known=known)
    return moment.date(), moment.time()


def _parts(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split(",") if part.strip()]


def _one(option: str, name: str, known: dict[str, int]) -> int:
    if name not in known:
        raise SettingsError("cli.schedule.value", name=option, value=name[:40], known=", ".join(known))
    return known[name]


def _minutes(text: str) -> int:
    units = {"m": 1, "h": 60, "d": 1440}
    number, unit = text[:-1], text[-1:].lower()
    if not number.isdecimal() or unit not in units:
        raise SettingsError("cli.schedule.value", name="--repeat, --for", value=text[:40], known="5m, 3h, 1d")
    return int(number) * units[unit]
