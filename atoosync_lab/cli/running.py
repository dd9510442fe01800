"""`atoosync run`, `atoosync journal`, `atoosync explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from atoosync_lab.cli.common import (
    Face,
    JsonOption,
    ProfileOption,
    chosen,
    command,
    dump,
    escape,
    out,
    say,
    table,
    when,
    workspace,
)
from atoosync_lab.cli.outcome import report
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs.explaining import explain as explain_key
from atoosync_lab.runs.notebooks import run_notebook
from atoosync_lab.runs.run import RunRequest
from atoosync_lab.runs.run import run as run_now
from atoosync_lab.runs.workspace import whoami

journal_app = typer.Typer(no_args_is_help=True)


@command
def run_flow(
    flow: Annotated[str, typer.Argument(help="articles, articles-new, prices, stocks, article-status, orders, ...")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Plan only; write nothing.")] = False,
    notebook: Annotated[bool, typer.Option("--notebook", help="Execute the run's page and keep the copy.")] = False,
    key: Annotated[list[str] | None, typer.Option("--key", help="Only this record (repeatable).")] = None,
    where: Annotated[str, typer.Option("--filter", help="A further filter, for this run alone.")] = "",
    full: Annotated[bool, typer.Option("--full", help="Read the ERP in full.")] = False,
    profile: ProfileOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="One line a record.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Run a flow now: capture, plan, apply, confirm."""
    with workspace() as space:
        found = chosen(space, profile)
        request = RunRequest(
            profile=found.id, flow=flow, dry_run=dry_run, keys=tuple(key or ()), filter=where, full=full
        )
        if notebook:
            result = run_notebook(space, request)
        else:
            result = run_now(space, request, Face(verbose=verbose, silent=as_json))
        report(result, as_json=as_json)
    raise typer.Exit(result.exit_status)


@journal_app.command("list")
@command
def list_runs(
    profile: ProfileOption = None,
    flow: Annotated[str | None, typer.Option(help="Only this flow.")] = None,
    limit: Annotated[int, typer.Option(help="Runs shown.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List runs, newest first."""
    with workspace() as space:
        runs = space.journal.list(profile=profile, flow=flow, limit=limit)
    if as_json:
        dump([{"id": r.id, "profile": r.profile, "flow": r.flow, "state": r.state.value, "started": r.started_at,
               "ended": r.ended_at, "ok": r.counts.ok, "failed": r.counts.failed, "total": r.counts.total}
              for r in runs])  # fmt: skip
        return
    table(
        ["cli.head.id", "cli.head.profile", "cli.head.task", "cli.head.start", "cli.head.end", "cli.head.items",
         "cli.head.state"],
        [
            (r.id, r.profile, translate(f"flow.{r.flow}"), when(r.started_at), when(r.ended_at),
             f"{r.counts.done} / {r.counts.total}", translate(f"state.{r.state.value}"))
            for r in runs
        ],
    )  # fmt: skip


@journal_app.command("show")
@command
def show_run(
    run_id: Annotated[str | None, typer.Argument(metavar="RUN", help="Run id; default: the last one.")] = None,
    profile: ProfileOption = None,
    errors: Annotated[bool, typer.Option("--errors", help="Only warnings and errors.")] = False,
    limit: Annotated[int, typer.Option(help="Lines shown.")] = 500,
    as_json: JsonOption = False,
) -> None:
    """Show a run: counts, duration, log."""
    with workspace() as space:
        runs = space.journal.list(profile=profile, limit=500)
        run = next((r for r in runs if run_id is None or r.id.startswith(run_id)), None)
        if run is None:
            run = space.journal.get(run_id or "")
        lines = list(space.journal.entries(run.id))
    if errors:
        lines = [line for line in lines if line.level in ("warning", "error")]
    counts = run.counts
    figures = {k: getattr(counts, k) for k in ("ok", "failed", "ignored", "blocked", "total")}
    if as_json:
        entries = [
            {"at": e.at, "level": e.level, "stage": e.stage, "code": e.code, "record": e.record, "text": str(e.message)}
            for e in lines[:limit]
        ]
        dump({"id": run.id, "flow": run.flow, "state": run.state.value, "counts": figures, "entries": entries})
        return
    say(
        "cli.run.verdict",
        flow=translate(f"flow.{run.flow}"),
        state=translate(f"state.{run.state.value}"),
        **figures,
    )
    say("cli.journal.times", start=when(run.started_at), end=when(run.ended_at), who=run.who, plan=run.plan_id)
    marks = {"success": "[green]✓[/]", "warning": "[yellow]![/]", "error": "[red]✗[/]"}
    for line in lines[:limit]:
        out.print(f"[dim]{when(line.at)}[/] {marks.get(str(line.level), '·')} {escape(line.message)}")


@journal_app.command()
@command
def stop(run_id: Annotated[str, typer.Argument(metavar="RUN", help="Run id.")]) -> None:
    """Ask a run to stop after the batch it is writing."""
    with workspace() as space:
        space.journal.request_stop(run_id, who=whoami())
        say("cli.run.stop_asked", run=run_id)


@command
def explain(
    key: Annotated[str, typer.Argument(help="Article reference, order id or reference.")],
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Why a record was sent, skipped or held: what was read, which rule decided."""
    with workspace() as space:
        explanation = explain_key(space, chosen(space, profile).id, key)
    if as_json:
        steps = [
            {
                "kind": s.kind,
                "at": s.at,
                "decisive": s.decisive,
                "code": s.message.code,
                "text": str(s.message),
                "facts": dict(s.facts),
            }
            for s in explanation.steps
        ]
        dump({"key": key, "steps": steps})
        return
    for step in explanation.steps:
        mark = "[bold]→[/]" if step.decisive else "·"
        moment = when(step.at)
        out.print(f"{mark} [dim]{moment}[/] {escape(translate(f'explain.kind.{step.kind}'))} {escape(step.message)}")
        for name, value in step.facts:
            out.print(f"    [dim]{escape(name)}[/] {escape(value)}")
