"""The run page: one execution of one flow, followed while it runs, told when it has ended (RUN-01, RUN-03)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import uuid_utils
from IPython.display import display

from atoosync_lab.kit import formats, run_card, words
from atoosync_lab.kit.markup import join, tag
from atoosync_lab.kit.run_card import Line
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs.notebooks import RESULT_TYPE
from atoosync_lab.runs.parameters import RunParameters
from atoosync_lab.runs.run import RunRequest, RunResult
from atoosync_lab.runs.run import run as run_flow
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import whoami
from atoosync_lab.store.journal_records import Run
from atoosync_lab.workbench import parameters
from atoosync_lab.workbench.live import LivePanel


def check(namespace: Mapping[str, Any]) -> RunParameters:
    """The page's parameters: `given = running.check(globals())`.

    Raises:
        SettingsError: a parameter is unknown or has the wrong type.
    """
    return parameters.given(RunParameters, namespace)


async def run(session: Session, given: RunParameters) -> RunResult:
    """Run the flow now, with live progress and Stop.

    Raises:
        BusyError: another run of the same task is going.
        AtooSyncError: what ended the run; it is shown, noted for the caller, and raised.
    """
    run_id = given.run_id or str(uuid_utils.uuid7())
    journal = session.workspace.journal
    panel = LivePanel(
        given.flow,
        session.profile.timezone,
        lambda: journal.request_stop(run_id, who=whoami()),
        dry_run=given.dry_run,
    )
    request = RunRequest(
        profile=session.profile_id,
        flow=given.flow,
        dry_run=given.dry_run,
        filter=given.filter,
        keys=tuple(given.keys),
        full=given.full,
        run_id=run_id,
        notebook=f"runs/{run_id}.ipynb" if given.run_id else "",
    )
    try:
        result = await panel.follow(lambda tell: run_flow(session.workspace, request, tell))
    except AtooSyncError as error:
        _tell(run_id, error)
        raise
    _tell(run_id, None)
    return result


def _tell(run_id: str, error: AtooSyncError | None) -> None:
    """Note how it ended, for the program that executes this page."""
    told: dict[str, Any] = {"run": run_id}
    if error is not None:
        params = {
            name: value if isinstance(value, int | float) else str(value)
            for name, value in error.message.params.items()
        }
        told["error"] = {"type": type(error).__name__, "code": error.code, "params": params}
    display({RESULT_TYPE: told, "text/plain": str(error or "")}, raw=True)  # type: ignore[no-untyped-call]


def verdict(session: Session, result: RunResult) -> View:
    """How the run ended: the sentence, the counts, the duration; then each record with a problem, and its cure."""
    row = session.workspace.journal.get(result.run.id)
    counts = {name: getattr(row.counts, name) for name in run_card.COUNTS}
    lines = _lines(session, row, levels=("warning", "error"))
    head = tag(
        "div",
        tag(
            "div",
            tag("h2", words.flow_title(row.flow)),
            tag(
                "p",
                f"{session.profile.name}. {formats.long_moment(row.started_at, session.profile.timezone)}",
                class_="sm t2",
            ),
            class_="grow",
        ),
        words.state_pill(row.state.value),
        class_="card-h",
    )
    body = join(
        head,
        run_card.verdict(row.state.value, counts, str(row.message) if row.message else ""),
        run_card.figures(counts, row.duration(datetime.now(UTC))),
        run_card.problems(lines),
    )
    return View(tag("div", body, class_="card"))


def log(session: Session, result: RunResult) -> View:
    """The log of the run, newest first, and what support asks for."""
    row = session.workspace.journal.get(result.run.id)
    lines = _lines(session, row)
    facts = [
        (translate("kit.fact.run"), row.id),
        (translate("kit.fact.plan"), row.plan_id),
        (translate("kit.fact.code"), row.message.code if row.message else ""),
        (translate("kit.fact.who"), row.who),
        (translate("kit.fact.page"), row.notebook),
    ]
    body = join(run_card.log(lines, session.profile.timezone), run_card.support(facts))
    return View(tag("div", body, class_="card"))


def _lines(session: Session, row: Run, levels: tuple[str, ...] | None = None) -> list[Line]:
    entries = session.workspace.journal.entries(row.id, levels=levels)
    return [Line(at=e.at, level=str(e.level), text=str(e.message), record=e.record) for e in entries]
