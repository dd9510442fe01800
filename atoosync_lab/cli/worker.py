"""`atoosync worker`: executes what is scheduled and what pages ask for, until it is asked to end."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from atoosync_lab.cli.common import command, escape, out, workspace
from atoosync_lab.model.i18n import Message


def _say(message: Message) -> None:
    out.print(escape(message))


@command
def worker(
    worker_id: Annotated[
        str, typer.Option("--id", help="Name of this worker slot, the same at every start (default: this machine's).")
    ] = "",
    concurrency: Annotated[int, typer.Option(min=1, max=16, help="Runs at a time, and kernels kept ready.")] = 2,
) -> None:
    """Execute scheduled tasks, and what pages ask for; Ctrl-C or SIGTERM ends it after the batch in hand."""
    # DBOS takes a second to import: only the worker pays for it.
    from atoosync_lab.runs.worker import Worker, default_id

    with workspace() as space, Worker(space, worker_id or default_id(), concurrency=concurrency, say=_say) as working:
        for number in (signal.SIGTERM, signal.SIGINT):
            # Started in the background of a terminal, Ctrl-C is meant for another program: it stays ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: working.request_end())
        working.serve()
