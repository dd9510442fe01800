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
from atoosync_lab.sandbox.data.shop_data import SHOPS
from atoosync_lab.sandbox.tryton import template as tryton

app = typer.Typer(no_args_is_help=True)

PORTS: Mapping[servers.Kind, int] = {
    "ebp": 8701,
    "prestashop": 8702,
    "woocommerce": 8703,
    "shopify": 8704,
    "tryton": 8705,
}
USUAL: tuple[servers.Kind, ...] = ("ebp", "prestashop")
"""Sandboxes that commands mean when none is named."""
SystemArgument = Annotated[str | None, typer.Argument(help=f"{', '.join(PORTS)}; default: {' and '.join(USUAL)}.")]
ShopOption = Annotated[str, typer.Option(help=f"Shop: {', '.join(SHOPS)}.")]
VersionOption = Annotated[str | None, typer.Option(help="Version of the shop.")]


def _systems(system: str | None) -> tuple[servers.Kind, ...]:
    if system is not None and system not in PORTS:
        raise SettingsError("settings.unknown_system", system=system, known=", ".join(PORTS))
    return USUAL if system is None else tuple(kind for kind in PORTS if system == kind)


def state_folder(home: Path, system: str) -> Path:
    """Where a sandbox keeps its state."""
    return home / system


@app.command()
@command
def up(
    system: SystemArgument = None,
    version: VersionOption = None,
    speed: Annotated[float, typer.Option(help="Factor on every limit and wait; 0: none.")] = 100.0,
) -> None:
    """Start the sandboxes in the background."""
    with workspace() as space:
        for name in _systems(system):
            folder = state_folder(space.home.sandbox, name)
            running = servers.find(folder)
            if running is None:
                if name == "tryton":
                    # The first time installs it, which takes longer than any sandbox may take to start.
                    tryton.build(say=say)
                running = servers.start(
                    name, folder, PORTS[name], version=None if name == "ebp" else version, speed=speed
                )
            say("cli.sandbox.up", system=name, url=running.url)


@app.command()
@command
def down(system: SystemArgument = None) -> None:
    """Stop the sandboxes."""
    with workspace() as space:
        for name in tuple(PORTS) if system is None else _systems(system):
            servers.stop(state_folder(space.home.sandbox, name))
            say("cli.sandbox.down", system=name)


@app.command()
@command
def load(
    dataset: Annotated[DataSet, typer.Argument(help="Data set.")] = "demo",
    shop: ShopOption = SHOPS[0],
    version: VersionOption = None,
    shared: Annotated[Path | None, typer.Option(help="Folder of the large data sets.")] = None,
) -> None:
    """Fill the sandboxes of a shop and of the ERP with data; they must be down."""
    if shop not in SHOPS:
        raise SettingsError("settings.unknown_system", system=shop, known=", ".join(SHOPS))
    with workspace() as space:
        folders = {name: state_folder(space.home.sandbox, name) for name in (shop, "ebp")}
        for name, folder in folders.items():
            if servers.find(folder) is not None:
                raise SettingsError("cli.sandbox.must_be_down", system=name)
        try:
            report = load_data(dataset, folders[shop], folders["ebp"], shop=shop, version=version, shared=shared)
        except ValueError as error:
            raise SettingsError("cli.sandbox.no_version", system=shop, text=str(error)) from error
        say("cli.sandbox.loaded", dataset=dataset, report=report)


@app.command()
@command
def fault(
    system: Annotated[str, typer.Argument(help=", ".join(PORTS))],
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
        if running.kind == "tryton":
            raise SettingsError("sandbox.tryton.no_faults")
        running.faults(wanted)
        dump(running.calls())
