"""`atoosync sandbox`: a shop and an ERP of one's own, over real HTTP, with data and faults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from atoosync_lab.cli.common import command, dump, say, workspace
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.common.rules import FaultRule
from atoosync_lab.sandbox.data.load import DataSet
from atoosync_lab.sandbox.data.load import load as load_data
from atoosync_lab.sandbox.prestashop.fields import Version

app = typer.Typer(no_args_is_help=True)

PORTS: Mapping[servers.Kind, int] = {"ebp": 8701, "prestashop": 8702}
SystemArgument = Annotated[str | None, typer.Argument(help="ebp or prestashop; default: both.")]


def _systems(system: str | None) -> tuple[servers.Kind, ...]:
    if system is not None and system not in PORTS:
        raise SettingsError("settings.unknown_system", system=system, known=", ".join(PORTS))
    return tuple(kind for kind in PORTS if system in (None, kind))


def state_folder(home: Path, system: str) -> Path:
    """Where a sandbox keeps its state."""
    return home / system


@app.command()
@command
def up(
    system: SystemArgument = None,
    version: Annotated[Version, typer.Option(help="PrestaShop version.")] = "9",
    speed: Annotated[float, typer.Option(help="Factor on every limit and wait; 0: none.")] = 100.0,
) -> None:
    """Start the sandboxes in the background."""
    with workspace() as space:
        for name in _systems(system):
            folder = state_folder(space.home.sandbox, name)
            running = servers.find(folder)
            if running is None:
                running = servers.start(
                    name, folder, PORTS[name], version=version if name == "prestashop" else None, speed=speed
                )
            say("cli.sandbox.up", system=name, url=running.url)


@app.command()
@command
def down(system: SystemArgument = None) -> None:
    """Stop the sandboxes."""
    with workspace() as space:
        for name in _systems(system):
            servers.stop(state_folder(space.home.sandbox, name))
            say("cli.sandbox.down", system=name)


@app.command()
@command
def load(
    dataset: Annotated[DataSet, typer.Argument(help="Data set.")] = "demo",
    version: Annotated[Version, typer.Option(help="PrestaShop version.")] = "9",
    shared: Annotated[Path | None, typer.Option(help="Folder of the large data sets.")] = None,
) -> None:
    """Fill both sandboxes with data; they must be down."""
    with workspace() as space:
        folders = {name: state_folder(space.home.sandbox, name) for name in PORTS}
        for name, folder in folders.items():
            if servers.find(folder) is not None:
                raise SettingsError("cli.sandbox.must_be_down", system=name)
        report = load_data(dataset, folders["prestashop"], folders["ebp"], version=version, shared=shared)
        say("cli.sandbox.loaded", dataset=dataset, report=report)


@app.command()
@command
def fault(
    system: Annotated[str, typer.Argument(help="ebp or prestashop.")],
    rules: Annotated[
        str, typer.Argument(help='JSON list of rules, e.g. \'[{"kind": "status", "value": 500}]\'; [] clears.')
    ],
) -> None:
    """Make a running sandbox fail on demand."""
    with workspace() as space:
        running = servers.find(state_folder(space.home.sandbox, _systems(system)[0]))
        if running is None:
            raise SettingsError("cli.sandbox.not_running", system=system)
        try:
            wanted = json.loads(rules)
            for rule in wanted:
                FaultRule.parse(rule)
        except (ValueError, TypeError, AttributeError) as error:
            raise SettingsError("cli.sandbox.bad_rules", text=str(error)) from error
        running.faults(wanted)
        dump(running.calls())
