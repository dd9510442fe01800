"""`atoosync capture`: read both sides, list what was read, compare two moments."""

from __future__ import annotations

from typing import Annotated

import typer

from atoosync_lab.cli.common import JsonOption, ProfileOption, chosen, command, dump, say, table, when, workspace
from atoosync_lab.runs.run import capture_now
from atoosync_lab.snapshots import captures, diff

app = typer.Typer(no_args_is_help=True)


@app.command()
@command
def run(
    flow: Annotated[str, typer.Argument(help="Flow whose data is read, e.g. articles, orders.")] = "articles",
    full: Annotated[bool, typer.Option("--full", help="Read everything, not only what changed.")] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read both sides now."""
    with workspace() as space:
        found = capture_now(space, chosen(space, profile).id, flow, full=full)
    if as_json:
        dump(
            {
                s: {"id": c.id, "counts": c.counts, "read": c.read, "calls": c.calls, "mode": c.mode}
                for s, c in found.items()
            }
        )
        return
    for side, capture in found.items():
        rows = sum(capture.read.values())
        say("cli.capture.taken", side=side, rows=rows, calls=capture.calls, id=capture.id)


@app.command("list")
@command
def list_captures(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """List the captures kept."""
    with workspace() as space:
        found = chosen(space, profile)
        kept = captures.listed(space.home.captures, found.id)
    if as_json:
        dump([{"id": c.id, "side": c.side, "mode": c.mode, "at": c.finished_at, "counts": c.counts} for c in kept])
        return
    table(
        ["cli.head.id", "cli.head.side", "cli.head.when", "cli.head.mode", "cli.head.content", "cli.head.rows"],
        [
            (c.id, c.side, when(c.finished_at, found.timezone), c.mode, ", ".join(c.scopes), sum(c.counts.values()))
            for c in kept
        ],
        right=[5],
    )


@app.command("diff")
@command
def diff_captures(
    before: Annotated[str, typer.Argument(help="Capture id, or its beginning.")],
    after: Annotated[str, typer.Argument(help="A later capture of the same side.")],
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """What changed between two captures of one side."""
    with workspace() as space:
        found = chosen(space, profile)
        first, second = (captures.get(space.home.captures, found.id, i) for i in (before, after))
    differences = diff.compare(first.path, second.path)
    if as_json:
        dump([{"table": d.table, "key": d.key, "change": d.change, "fields": d.fields} for d in differences])
        return
    table(
        ["cli.head.content", "cli.head.id", "cli.head.action", "cli.head.fields"],
        [(d.table, d.key, d.change, "; ".join(f"{f}: {b} → {a}" for f, b, a in d.fields)) for d in differences],
    )
