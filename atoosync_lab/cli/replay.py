"""`atoosync replay`: one record planned again from its kept capture."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, get_args

import typer

from atoosync_lab.cli.common import JsonOption, ProfileOption, chosen, command, dump, escape, out, say, when, workspace
from atoosync_lab.cli.plans import show_plan
from atoosync_lab.model.errors import StorageError
from atoosync_lab.planning.labels import field_name
from atoosync_lab.planning.plan_text import canonical, digest
from atoosync_lab.runs import replaying
from atoosync_lab.runs.replaying import Kind, Replay


class What(StrEnum):
    """Kinds of record that can be replayed."""

    ORDER = "order"
    CREDIT_NOTE = "credit-note"
    ARTICLE = "article"
    CUSTOMER = "customer"


if {each.value for each in What} != set(get_args(Kind)):
    raise AssertionError("the command and what it calls know other kinds")


@command
def replay(
    kind: Annotated[What, typer.Argument(help="order, credit-note, article or customer.")],
    key: Annotated[str, typer.Argument(help="Shop id or reference of an order, id of a customer, article reference.")],
    run: Annotated[str, typer.Option(help="From what this run had read: its id, or the beginning.")] = "",
    capture: Annotated[str, typer.Option(help="From this capture of the shop: its id or its file.")] = "",
    flow: Annotated[str, typer.Option(help="Article: prices, stocks or article-status instead of its sheet.")] = "",
    text: Annotated[
        Path | None, typer.Option("--out", help="Write the plan's rows there, the same bytes for the same decisions.")
    ] = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plan one record again from its kept capture, with today's rules; no system is asked. Nothing is written yet."""
    with workspace() as space:
        found = chosen(space, profile)
        done = replaying.replay(space, found.id, _kind(kind), key, run=run, capture=capture, flow=flow)
        zone = found.timezone
    if text is not None:
        try:
            text.write_bytes(canonical(done.plan))
        except OSError as error:
            raise StorageError("storage.not_writable", path=str(text)) from error
    if as_json:
        _as_json(done)
        return
    say("cli.replay.read", key=", ".join(done.keys), at=when(done.captures["shop"].finished_at, zone))
    show_plan(done.plan, as_json=False, limit=50)
    for order, number in done.imported.items():
        _tell(done, order, number)
    say("cli.replay.digest", digest=digest(done.plan))


def _kind(kind: What) -> Kind:
    return next(each for each in get_args(Kind) if each == kind.value)


def _as_json(done: Replay) -> None:
    dump(
        {
            "plan": done.plan.meta.id,
            "digest": digest(done.plan),
            "keys": done.keys,
            "captures": {side: each.id for side, each in done.captures.items()},
            "actions": done.plan.by_action(),
            "imported": dict(done.imported),
            "differences": {
                key: [{"field": f, "sent": b, "now": a} for f, b, a in rows] for key, rows in done.differences.items()
            },
        }
    )


def _tell(done: Replay, order: str, number: str) -> None:
    """An order that is there already, and what would differ."""
    say("cli.replay.imported", order=order, number=number)
    rows = done.differences.get(order)
    if rows is None:
        say("cli.replay.sent_unknown")
    elif not rows:
        say("cli.replay.same")
    else:
        say("cli.replay.differs")
        for name, before, after in rows:
            out.print(f"  · {escape(field_name(name))} : {escape(before or '—')} → {escape(after or '—')}")
