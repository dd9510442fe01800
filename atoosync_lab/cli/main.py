"""`atoosync`: everything the notebooks do, from a terminal."""

from __future__ import annotations

import typer

from atoosync_lab.cli import (
    backup,
    boards,
    captures,
    connections,
    demo,
    door,
    plans,
    profiles,
    replay,
    reviews,
    running,
    sandboxes,
    schedules,
    undo,
    worker,
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Link a web shop to an ERP: capture, plan, apply.",
)
app.add_typer(profiles.app, name="profile", help="Profiles: one shop, one ERP, and every setting that links them.")
app.add_typer(connections.app, name="connect", help="Test connections, sign in, refresh the reference lists.")
app.add_typer(captures.app, name="capture", help="What one side held at one moment.")
app.add_typer(plans.app, name="plan", help="What would be written, row by row.")
app.add_typer(running.journal_app, name="journal", help="What runs did.")
app.add_typer(reviews.app, name="review", help="Records whose outcome only a person can decide.")
app.add_typer(boards.app, name="board", help="Dashboards: the clients who may open them, and their server.")
app.add_typer(door.app, name="door", help="Webhooks of the shop: where they arrive, and what came of each.")
app.add_typer(sandboxes.app, name="sandbox", help="A shop and an ERP to learn and test with.")
app.add_typer(schedules.app, name="schedule", help="Tasks that run by themselves.")
app.command("worker")(worker.worker)
app.command("apply")(plans.apply)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("replay")(replay.replay)
app.command("undo")(undo.undo)
app.command("run")(running.run_flow)
app.command("explain")(running.explain)
app.command("demo")(demo.demo)

if __name__ == "__main__":
    app()
