"""What all commands share: the open workspace, output as tables or JSON, errors as sentences with an exit status."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import typer
from babel.dates import format_datetime
from rich.console import Console
from rich.table import Table

from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.events import Event, Level
from atoosync_lab.model.i18n import current_language, translate
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile

P = ParamSpec("P")
R = TypeVar("R")

ProfileOption = Annotated[
    str | None, typer.Option("--profile", "-p", help="Profile id (default: the default profile).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]

PIPE_WIDTH = 132
"""Columns where there is no terminal to ask: tables stay readable in a file."""


def _console(*, stderr: bool = False) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, soft_wrap=True, width=None if stream.isatty() else PIPE_WIDTH)


out = _console()
err = _console(stderr=True)


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Turn our errors into one sentence and the exit status of docs/commands.md."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except AtooSyncError as error:
            err.print(f"[bold red]✗[/] {_escape(str(error))}")
            facts = error.facts
            known = {
                k: getattr(facts, k) for k in ("system", "operation", "status", "remote_code", "field", "request_id")
            }
            shown = ", ".join(f"{k}={v}" for k, v in known.items() if v)
            err.print(f"[dim]{_escape(translate('cli.support', {'code': error.code, 'facts': shown}))}[/]")
            raise typer.Exit(error.exit_status) from error
        except KeyboardInterrupt:
            err.print(translate("cli.interrupted"))
            raise typer.Exit(130) from None

    return wrapped


def _escape(text: str) -> str:
    return text.replace("[", "\\[")


def say(code: str, **params: Any) -> None:
    """Print a sentence."""
    out.print(_escape(translate(code, params)))


def escape(text: object) -> str:
    """Foreign text, safe for the console's markup."""
    return _escape(str(text))


def workspace() -> Workspace:
    """The workbench of this machine (`ATOOSYNC_HOME`)."""
    return Workspace.open()


def chosen(space: Workspace, profile: str | None) -> Profile:
    """The profile asked for, or the default one."""
    return space.profiles.get(profile)


def dump(value: Any) -> None:
    """Print JSON, whatever the terminal."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[int] = ()) -> None:
    """Print a table; headings are message ids; `right` names the columns of figures."""
    shown = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, heading in enumerate(headings):
        shown.add_column(translate(heading), justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(_escape("" if cell is None else str(cell)) for cell in row))
    out.print(shown)


def when(moment: datetime | None, zone: str = "Europe/Paris") -> str:
    """A moment as people write it; empty for none."""
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(zone))
    return format_datetime(local, "dd/MM/yyyy HH:mm:ss", locale=current_language())


_MARKS = {Level.INFO: "·", Level.SUCCESS: "[green]✓[/]", Level.WARNING: "[yellow]![/]", Level.ERROR: "[red]✗[/]"}


class Face:
    """Shows a run in a terminal: one timed line an event; records only when they are few or failed."""

    def __init__(self, *, verbose: bool = False, silent: bool = False) -> None:
        self._verbose, self._silent = verbose, silent

    def __call__(self, event: Event) -> None:
        """Show an event."""
        if self._silent:
            return
        routine = event.record and event.level in (Level.SUCCESS, Level.INFO)
        if routine and not self._verbose:
            return
        sentence = _escape(translate(event.code, event.params))
        out.print(f"[dim]{event.at.astimezone():%H:%M:%S}[/] {_MARKS[event.level]} {sentence}")
