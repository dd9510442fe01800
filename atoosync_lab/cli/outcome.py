"""How a run ended, for a terminal or a script."""

from __future__ import annotations

from atoosync_lab.cli.common import dump, say
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs.run import RunResult


def report(result: RunResult, *, as_json: bool) -> None:
    """Print the verdict and the counts."""
    run = result.run
    counts = run.counts
    if as_json:
        dump(
            {
                "run": run.id,
                "flow": run.flow,
                "state": run.state.value,
                "plan": run.plan_id,
                "total": counts.total,
                "ok": counts.ok,
                "failed": counts.failed,
                "ignored": counts.ignored,
                "blocked": counts.blocked,
                "notebook": run.notebook,
            }
        )
        return
    say(
        "cli.run.verdict",
        flow=translate(f"flow.{run.flow}"),
        state=translate(f"state.{run.state.value}"),
        ok=counts.ok,
        failed=counts.failed,
        ignored=counts.ignored,
        blocked=counts.blocked,
        total=counts.total,
    )
