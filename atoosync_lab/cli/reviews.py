"""`atoosync review`: records whose outcome only a person can decide."""

from __future__ import annotations

from typing import Annotated

import typer

from atoosync_lab.applying.closing import close_review
from atoosync_lab.cli.common import JsonOption, ProfileOption, chosen, command, dump, say, table, when, workspace
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs.deciding import take_edit
from atoosync_lab.runs.workspace import Workspace, whoami
from atoosync_lab.store.ledger import LedgerRow, Proof, State

app = typer.Typer(no_args_is_help=True)

KeyArgument = Annotated[str, typer.Argument(help="Order id (or settlement, customer key).")]
FlowOption = Annotated[str, typer.Option(help="orders, credit-notes, customers, settlements")]


def _waiting(space: Workspace, profile: str, flow: str, key: str) -> LedgerRow:
    rows = space.ledger.find(profile, flow, [key])
    if key not in rows or rows[key].state is not State.REVIEW:
        raise SettingsError("review.not_waiting", key=key, flow=flow)
    return rows[key]


@app.command("list")
@command
def list_reviews(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Records that wait for a person."""
    with workspace() as space:
        found = chosen(space, profile)
        rows = space.ledger.open_rows(found.id, states=[State.REVIEW])
    if as_json:
        dump([{"flow": r.flow, "key": r.key, "reference": r.reference, "since": r.updated_at} for r in rows])
        return
    table(
        ["cli.head.task", "cli.head.key", "cli.head.reference", "cli.head.when"],
        [(r.flow, r.key, r.reference, when(r.updated_at, found.timezone)) for r in rows],
    )


@app.command()
@command
def send(
    key: KeyArgument,
    flow: FlowOption = "orders",
    profile: ProfileOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Let the next run send a record again, after it has looked once more."""
    with workspace() as space:
        row = _waiting(space, chosen(space, profile).id, flow, key)
        if not yes and not typer.confirm(translate("review.send_ask", {"key": key})):
            raise typer.Exit(1)
        space.ledger.move([row], State.INTENT, proof=Proof.PERSON, who=whoami())
        say("review.sent_again", key=key)


@app.command()
@command
def close(
    key: KeyArgument,
    number: Annotated[str, typer.Option(help="Document number in the ERP, if it is there.")] = "",
    flow: FlowOption = "orders",
    profile: ProfileOption = None,
) -> None:
    """Close a record: it is in the ERP (give its number), or it is wanted no more, nor what hangs on it."""
    with workspace() as space:
        row = _waiting(space, chosen(space, profile).id, flow, key)
        close_review(space.ledger, row, number=number, who=whoami())
        say("review.closed", key=key)


@app.command()
@command
def seen(
    key: Annotated[str, typer.Argument(help="Order id.")],
    profile: ProfileOption = None,
) -> None:
    """An order edited in the shop after its import was dealt with in the ERP: stop telling it."""
    with workspace() as space:
        number = take_edit(space, chosen(space, profile).id, key, who=whoami())
        say("review.seen", key=key, number=number)
