"""`atoosync board`: clients and the server of their dashboards."""

from __future__ import annotations

import getpass
import os
import secrets
import sys
from typing import Annotated

import typer

from atoosync_lab.cli.common import JsonOption, command, dump, say, table, workspace
from atoosync_lab.runs.clients import Clients

app = typer.Typer(no_args_is_help=True)

ClientArgument = Annotated[str, typer.Argument(metavar="CLIENT", help="Id of the client.")]


@app.command("add")
@command
def add(
    client: ClientArgument,
    profiles: Annotated[str, typer.Option("--profiles", "-p", help="Profiles it may see, separated by commas.")],
    name: Annotated[str, typer.Option("--name", help="What people call it (default: its id).")] = "",
) -> None:
    """Let a client open the dashboards of some profiles. Its password is typed unseen, or read from standard input."""
    typed = getpass.getpass(f"{client}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    with workspace() as space:
        added = Clients(space).add(client, [each.strip() for each in profiles.split(",")], typed, name=name)
    say("cli.board.added", client=added.id, profiles=", ".join(added.profiles))


@app.command("list")
@command
def list_clients(json: JsonOption = False) -> None:
    """The clients and the profiles each may see."""
    with workspace() as space:
        found = Clients(space).list()
    if json:
        dump([{"id": each.id, "name": each.name, "profiles": each.profiles} for each in found])
        return
    if not found:
        say("cli.board.none")
        return
    table(("cli.column.client", "cli.column.shown"), [(each.id, ", ".join(each.profiles)) for each in found])


@app.command("remove")
@command
def remove(client: ClientArgument) -> None:
    """Forget a client: its dashboards open no more."""
    with workspace() as space:
        Clients(space).remove(client)
    say("cli.board.removed", client=client)


@app.command("serve")
@command
def serve(
    client: Annotated[str | None, typer.Argument(metavar="[CLIENT]", help="Id of the client.")] = None,
    port: Annotated[int, typer.Option("--port", help="Port, on this machine alone.")] = 8866,
) -> None:
    """Serve the dashboards of one client; without a client, those of all profiles at an address with a token."""
    token = "" if client else secrets.token_urlsafe(24)
    with workspace() as space:
        clients = Clients(space)
        chosen = clients.get(client) if client else None
        arguments, env = clients.served(chosen, port, token=token)
    address = f"http://127.0.0.1:{port}/" + (f"?token={token}" if token else "")
    say("cli.board.serving", client=chosen.name if chosen else "atoosync lab", address=address)
    sys.stdout.flush()
    # The server takes the place of this process: it is stopped as any command is.
    os.execve(arguments[0], list(arguments), dict(env))
