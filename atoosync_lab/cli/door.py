"""`atoosync door`: where the shop's webhooks arrive, what to type into the shop, what came of each."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from atoosync_lab.cli.common import (
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
from atoosync_lab.model.errors import StopError
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs import hooks, systems
from atoosync_lab.runs.queue import worker_alive
from atoosync_lab.store.deliveries import Deliveries, Delivery

app = typer.Typer(no_args_is_help=True)

ProfileArgument = Annotated[
    str | None, typer.Argument(metavar="[PROFILE]", help="Profile id (default: the default profile).")
]


@app.command("serve")
@command
def serve(
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = hooks.PORT,
    ip: Annotated[
        str, typer.Option("--ip", help="Address to listen on; a proxy with HTTPS leads to it.")
    ] = "127.0.0.1",
    proxies: Annotated[
        str, typer.Option("--proxies", help="Addresses of proxies, by commas, believed about who calls.")
    ] = "",
) -> None:
    """Receive the shops' webhooks until it is asked to end; a worker makes runs of them."""
    with workspace() as space:
        say("cli.door.serving", address=f"http://{ip}:{port}{hooks.PATH}PROFILE")
        if not worker_alive(space):
            say("cli.door.no_worker")
        home = str(space.home.root)
    sys.stdout.flush()
    trusted = [word for each in proxies.split(",") if each.strip() for word in ("--proxy", each.strip())]
    arguments = [sys.executable, "-m", "atoosync_lab.door.server", "--port", str(port), "--ip", ip, *trusted]
    # The server takes the place of this process: it is stopped as any command is.
    os.execve(arguments[0], arguments, {**os.environ, "ATOOSYNC_HOME": home})


@app.command("address")
@command
def address(profile: ProfileArgument = None, as_json: JsonOption = False) -> None:
    """Show what to type into the shop: address, topics, secret, step by step."""
    with workspace() as space:
        found = chosen(space, profile)
        rules, given = hooks.rules_of(found), hooks.address_of(found)
        known = bool(systems.hook_secrets(found, space.wiring))
    if as_json:
        dump({"address": given, "topics": rules.topics, "secret_known": known})
        return
    say("cli.door.address", address=given, topics=", ".join(rules.topics))
    for number in range(1, rules.steps + 1):
        text = translate(f"{found.shop.system}.hook_step.{number}", {"address": given})
        out.print(f"  {number}. {escape(text)}")
    say("cli.door.secret_known" if known else "cli.door.secret_unknown", profile=found.id)


@app.command("register")
@command
def register(
    profile: ProfileArgument = None,
    write: Annotated[bool, typer.Option("--apply", help="Write it to the shop; without, it is shown only.")] = False,
    new_secret: Annotated[bool, typer.Option("--new-secret", help="Sign with another secret from now on.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Register the addresses through the shop's API: what would be written is shown, and written with --apply."""
    with workspace() as space:
        plan = hooks.plan_hooks(space, chosen(space, profile).id, new_secret=new_secret)
        if write and plan.writes:
            plan = hooks.apply_hooks(space, plan)
    failed = [row for row in plan.rows if row.error]
    if as_json:
        rows = [
            {"action": row.action, "topic": row.topic, "address": row.address, "done": row.done,
             "error": row.error.code if row.error else None}
            for row in plan.rows
        ]  # fmt: skip
        dump({"profile": plan.profile, "rows": rows, "warnings": [each.code for each in plan.warnings]})
    else:
        table(
            ["cli.door.head.action", "cli.door.head.topic", "cli.door.head.address", "cli.head.state"],
            [(translate(f"door.action.{row.action}"), row.topic, row.address, _outcome(row)) for row in plan.rows],
        )
        for warning in plan.warnings:
            out.print(f"[yellow]![/] {escape(warning)}")
        if not plan.writes:
            say("cli.door.nothing_to_do")
        elif not write:
            say("cli.door.apply_hint", count=len(plan.writes))
    if failed:
        if plan.new_secret:
            say("cli.door.new_secret_again")
        raise StopError("door.not_registered", count=len(failed))


@app.command("check")
@command
def check(
    profile: ProfileArgument = None,
    wait: Annotated[int, typer.Option("--wait", help="Seconds to wait for a delivery of the shop itself.")] = 0,
) -> None:
    """Try the way to the door with a signed delivery about nothing; then wait for one of the shop itself."""
    with workspace() as space:
        found = chosen(space, profile)
        begun = datetime.now(UTC)
        status = hooks.try_door(space, found.id)
        if status != 200:
            raise StopError("door.trial_refused", status=status, address=hooks.address_of(found))
        say("cli.door.trial_arrived", address=hooks.address_of(found))
        if not wait:
            return
        say("cli.door.waiting", seconds=wait)
        end = time.monotonic() + wait
        while not (arrived := hooks.arrived_since(space, found.id, begun)):
            if time.monotonic() > end:
                raise StopError("door.nothing_arrived", seconds=wait)
            time.sleep(0.5)
        _show([arrived[0]], found.timezone)


@app.command("list")
@command
def list_deliveries(
    profile: ProfileOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 30,
    as_json: JsonOption = False,
) -> None:
    """List what arrived and what came of it, the newest first."""
    with workspace() as space:
        found = chosen(space, profile)
        rows = Deliveries(space.store).list(found.id, limit=limit)
        waiting = any(row.state.value == "noted" for row in rows)
        idle = waiting and not worker_alive(space)
    if as_json:
        dump(
            [
                {
                    "id": row.id, "topic": row.topic, "order": row.order, "received_at": row.received_at,
                    "arrivals": row.arrivals, "state": row.state.value, "run": row.run, "same_as": row.same_as,
                    "attempts": row.attempts, "reason": row.reason.code if row.reason else None,
                }
                for row in rows
            ]
        )  # fmt: skip
        return
    if not rows:
        say("cli.door.none", topics=", ".join(hooks.rules_of(found).topics))
        return
    _show(rows, found.timezone)
    if idle:
        say("cli.door.no_worker")


def _show(rows: Sequence[Delivery], zone: str) -> None:
    table(
        ["cli.head.when", "cli.door.head.topic", "cli.door.head.order", "cli.door.head.times", "cli.head.state",
         "cli.door.head.run"],
        [
            (when(row.last_at, zone), row.topic, row.order, row.arrivals,
             " – ".join(filter(None, (translate(f"door.state.{row.state.value}"), str(row.reason or "")))), row.run[:8])
            for row in rows
        ],
        right=[3],
    )  # fmt: skip


def _outcome(row: hooks.HookRow) -> str:
    if row.error:
        return str(row.error)
    return translate("cli.door.done") if row.done else ""
