"""`atoosync undo`: the reverse of an applied plan, to be read before it is applied."""

from __future__ import annotations

from typing import Annotated

import typer

from atoosync_lab.cli.common import JsonOption, ProfileOption, chosen, command, escape, out, say, workspace
from atoosync_lab.cli.plans import show_plan
from atoosync_lab.planning.plan import Action
from atoosync_lab.runs.undoing import make_undo

NAMED = 50
"""Records left as they are that are named one by one."""


@command
def undo(
    name: Annotated[str, typer.Argument(metavar="PLAN", help="Applied plan, or its run: the id, or its beginning.")],
    limit: Annotated[int, typer.Option(help="Rows shown.")] = 20,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the plan that takes an applied plan back: prices, stocks, texts, activation. Nothing is written yet."""
    with workspace() as space:
        plan = make_undo(space, chosen(space, profile).id, name)
        show_plan(plan, as_json=as_json, actions=_WRITES, limit=limit)
    if as_json:
        return
    by_action = plan.by_action()
    left = plan.listed_by_action()[Action.SKIP.value]
    say("cli.undo.made", plan=plan.meta.id, back=sum(by_action[a] for a in _WRITES), left=left)
    if left:
        say("cli.undo.left")
        for row in plan.rows(actions=[Action.SKIP.value], limit=NAMED):
            out.print(f"  · {escape(row.reason_text())}")


_WRITES = (Action.UPDATE.value, Action.ACTIVATE.value, Action.DEACTIVATE.value)
