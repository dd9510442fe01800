"""`atoosync connect`: sign in, test, refresh lists."""

from __future__ import annotations

from typing import Annotated

import typer

from atoosync_lab.cli.common import JsonOption, ProfileOption, chosen, command, dump, escape, out, say, workspace
from atoosync_lab.connectors.base import ConnectionReport
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.runs import refreshing, signing
from atoosync_lab.runs.workspace import whoami

app = typer.Typer(no_args_is_help=True)

SideOption = Annotated[str, typer.Option(help="shop, erp, or both.")]


def _sides(side: str) -> tuple[str, ...]:
    if side not in ("shop", "erp", "both"):
        raise SettingsError("settings.unknown_side", side=side)
    return ("shop", "erp") if side == "both" else (side,)


@app.command("test")
@command
def check_connections(profile: ProfileOption = None, side: SideOption = "both", as_json: JsonOption = False) -> None:
    """Test the connections: success, or the precise cause."""
    with workspace() as space:
        found = chosen(space, profile)
        reports = {s: refreshing.check_side(space, found, s) for s in _sides(side)}
    if as_json:
        dump({s: {"ok": r.ok, "version": r.version, "checks": _checks(r)} for s, r in reports.items()})
    else:
        for name, report in reports.items():
            say(f"cli.side.{name}", version=report.version)
            for check in report.checks:
                mark = "[green]✓[/]" if check.ok else "[red]✗[/]"
                out.print(f"  {mark} {escape(check.message)}")
    if not all(r.ok for r in reports.values()):
        raise typer.Exit(3)


def _checks(report: ConnectionReport) -> list[dict[str, object]]:
    return [{"name": c.name, "ok": c.ok, "message": str(c.message)} for c in report.checks]


@app.command()
@command
def refresh(profile: ProfileOption = None, side: SideOption = "both") -> None:
    """Re-read taxes, carriers, warehouses and all other lists."""
    with workspace() as space:
        found = chosen(space, profile)
        result = refreshing.refresh(space, found.id, who=whoami(), sides=_sides(side))
    say("cli.connect.refreshed")
    for name, labels in result.added.items():
        say("cli.connect.added", list=name, values=", ".join(labels[:20]))
    for name, labels in result.gone.items():
        say("cli.connect.gone", list=name, values=", ".join(labels[:20]))


@app.command("sign-in")
@command
def sign_in(profile: ProfileOption = None) -> None:
    """Sign in at the ERP: opens its page in your browser and waits for the answer."""
    with workspace() as space:
        found = chosen(space, profile)
        signing.sign_in(space, found, on_url=lambda url: say("cli.connect.open_page", url=url))
        say("cli.connect.signed_in")
