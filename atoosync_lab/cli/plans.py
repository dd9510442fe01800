"""`atoosync plan` and `atoosync apply`: read first, then write."""

from __future__ import annotations

from typing import Annotated

import typer

from atoosync_lab.cli.common import Face, JsonOption, ProfileOption, chosen, command, dump, say, table, when, workspace
from atoosync_lab.cli.outcome import report
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning import plan as plan_files
from atoosync_lab.planning.labels import field_name
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs.run import RunRequest, apply_saved
from atoosync_lab.runs.run import run as run_flow
from atoosync_lab.runs.workspace import whoami

app = typer.Typer(no_args_is_help=True)


@app.command()
@command
def make(
    flow: Annotated[str, typer.Argument(help="articles, articles-new, prices, stocks, article-status, orders, ...")],
    key: Annotated[list[str] | None, typer.Option("--key", help="Only this record (repeatable).")] = None,
    where: Annotated[str, typer.Option("--filter", help="A further filter, e.g. ID LIKE 'EM%'.")] = "",
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read both sides and say what would be written. Nothing is."""
    with workspace() as space:
        found = chosen(space, profile)
        request = RunRequest(profile=found.id, flow=flow, dry_run=True, keys=tuple(key or ()), filter=where)
        result = run_flow(space, request, Face(silent=as_json))
        if result.plan is not None:
            show_plan(result.plan, as_json=as_json)


@app.command()
@command
def show(
    plan_id: Annotated[str, typer.Argument(metavar="PLAN", help="Plan id, or its beginning.")],
    action: Annotated[list[str] | None, typer.Option("--action", help="Only this action (repeatable).")] = None,
    search: Annotated[str, typer.Option(help="Only rows whose key or name holds this.")] = "",
    limit: Annotated[int, typer.Option(help="Rows shown.")] = 50,
    offset: Annotated[int, typer.Option(help="Rows passed over.")] = 0,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the rows of a saved plan, field by field."""
    with workspace() as space:
        found = chosen(space, profile)
        plan = plan_files.find(space.home.plans, found.id, plan_id)
        show_plan(plan, as_json=as_json, actions=tuple(action or ()), search=search, limit=limit, offset=offset)


@app.command("list")
@command
def list_plans(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """List the plans of a profile."""
    with workspace() as space:
        found = chosen(space, profile)
        entries = space.plans.list(found.id)
    if as_json:
        dump([{"id": e.id, "flow": e.flow, "state": e.state.value, "made_at": e.made_at} for e in entries])
        return
    table(
        ["cli.head.id", "cli.head.task", "cli.head.when", "cli.head.state"],
        [
            (
                e.id,
                translate(f"flow.{e.flow}"),
                when(e.made_at, found.timezone),
                translate(f"plan.state.{e.state.value}"),
            )
            for e in entries
        ],
    )


@app.command()
@command
def approve(
    plan_id: Annotated[str, typer.Argument(metavar="PLAN", help="Plan id, or its beginning.")],
    profile: ProfileOption = None,
) -> None:
    """Note that a person has read and allows a plan."""
    with workspace() as space:
        plan = plan_files.find(space.home.plans, chosen(space, profile).id, plan_id)
        space.plans.approve(plan.meta.id, who=whoami())
        say("cli.plan.approved", plan=plan.meta.id)


@command
def apply(
    plan_id: Annotated[str, typer.Argument(metavar="PLAN", help="Plan id, or its beginning.")],
    profile: ProfileOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="One line a record.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Apply a saved plan, unless it no longer fits."""
    with workspace() as space:
        found = chosen(space, profile)
        result = apply_saved(space, found.id, plan_id, whoami(), Face(verbose=verbose, silent=as_json))
        report(result, as_json=as_json)
    raise typer.Exit(result.exit_status)


def show_plan(
    plan: Plan,
    *,
    as_json: bool,
    actions: tuple[str, ...] = (),
    search: str = "",
    limit: int = 20,
    offset: int = 0,
) -> None:
    """Print a plan: counts, cost, rows."""
    by_action = plan.by_action()
    rows = list(plan.rows(actions=actions, search=search, limit=limit, offset=offset))
    if as_json:
        dump(
            {
                "plan": plan.meta.id,
                "flow": plan.meta.flow,
                "actions": by_action,
                "units": plan.units(),
                "calls": plan.meta.calls,
                "minutes": plan.meta.minutes,
                "rows": [
                    {"action": r.action.value, "entity": r.entity, "key": r.key, "target_id": r.target_id,
                     "reason": r.reason, "params": dict(r.params), "changes": r.changes, "units": r.units}
                    for r in rows
                ],
            }
        )  # fmt: skip
        return
    say("cli.plan.head", flow=translate(f"flow.{plan.meta.flow}"), plan=plan.meta.id)
    table([f"action.{a}" for a in by_action], [tuple(by_action.values())], right=range(len(by_action)))
    say("cli.plan.cost", units=plan.units(), calls=plan.meta.calls, minutes=plan.meta.minutes)
    table(
        ["cli.head.action", "cli.head.key", "cli.head.name", "cli.head.changes", "cli.head.reason"],
        [
            (
                translate(f"action.{r.action.value}"),
                r.key,
                r.label[:40],
                _changes(r.changes),
                r.reason_text(),
            )
            for r in rows
        ],
    )
    say("cli.plan.nothing_written", plan=plan.meta.id)


def _changes(changes: tuple[tuple[str, str | None, str | None], ...]) -> str:
    """The first changes; a new record shows values alone."""
    shown = [
        f"{field_name(name)} : {_cut(after)}"
        if before is None
        else f"{field_name(name)} : {_cut(before)} → {_cut(after)}"
        for name, before, after in changes[:3]
    ]
    more = f" (+{len(changes) - 3})" if len(changes) > 3 else ""
    return " ; ".join(shown) + more


def _cut(text: str | None) -> str:
    if not text:
        return translate("cli.empty")
    return text if len(text) <= 40 else text[:39] + "…"
