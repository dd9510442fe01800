"""`atoosync demo`: the main job on the embedded sandboxes, in a folder of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from babel.numbers import format_decimal

from atoosync_lab.cli.common import Face, command, dump, escape, out, say, table, when
from atoosync_lab.cli.demo_steps import EXPORTS, Demo, started
from atoosync_lab.cli.outcome import report
from atoosync_lab.cli.plans import show_plan
from atoosync_lab.connectors import plugins
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import current_language, translate
from atoosync_lab.runs.run import RunResult
from atoosync_lab.sandbox.data.erp_data import ERPS, erp_data
from atoosync_lab.sandbox.data.shop_data import SHOPS
from atoosync_lab.store.home import Home

MARKER = ".atoosync-demo"
"""Marks a folder as a demonstration's: only such a folder is emptied."""


@command
def demo(
    folder: Annotated[Path | None, typer.Option(help="Folder of the demonstration (default: in the home).")] = None,
    shop: Annotated[str, typer.Option(help=f"Shop: {', '.join(SHOPS)}.")] = SHOPS[0],
    erp: Annotated[str, typer.Option(help=f"ERP: {', '.join(ERPS)}.")] = ERPS[0],
    version: Annotated[str | None, typer.Option(help="Version of the shop.")] = None,
    timings: Annotated[Path | None, typer.Option(help="Write the seconds of each phase there, as JSON.")] = None,
) -> None:
    """Articles out, orders in, totals reconciled: everything real but the shop and the ERP."""
    for system, known in ((shop, SHOPS), (erp, ERPS)):
        if system not in known:
            raise SettingsError("settings.unknown_system", system=system, known=", ".join(known))
    home = folder or Home.open().root / "demo-run"
    fresh(home)
    prepare(erp)
    say("cli.demo.loading", folder=home.name)
    with _started(home, shop, erp, version) as under_way:
        say("cli.demo.started", shop=under_way.shop.url, erp=under_way.erp.url)
        for missing in erp_data(erp).wanting:
            say(missing)
        with under_way.phase("export"):
            export(under_way)
        with under_way.phase("import"):
            bring_in(under_way)
        with under_way.phase("second_run"):
            again(under_way)
        with under_way.phase("reconcile"):
            totals(under_way)
        journal(under_way)
        if timings is not None:
            timings.write_text(json.dumps(under_way.seconds), encoding="utf-8")
        dump({"demo": under_way.seconds, "total": round(sum(under_way.seconds.values()), 2)})


@contextmanager
def _started(home: Path, shop: str, erp: str, version: str | None) -> Iterator[Demo]:
    with ExitStack() as stack:
        try:
            under_way = stack.enter_context(started(home, shop=shop, erp=erp, version=version))
        except ValueError as error:
            raise SettingsError("cli.sandbox.no_version", system=shop, text=str(error)) from error
        yield under_way


def prepare(erp: str) -> None:
    """Install what the ERP's server needs, which takes a while the first time.

    Raises:
        AtooSyncError: it cannot be installed here.
    """
    title = plugins.erp(erp).title
    seconds = erp_data(erp).prepare(lambda: say("cli.demo.preparing", erp=title))
    if seconds:
        say("cli.demo.prepared", erp=title, seconds=round(seconds))


def fresh(home: Path) -> None:
    """An empty folder for the demonstration.

    Raises:
        SettingsError: the folder holds something else.
    """
    if home.exists() and any(home.iterdir()):
        if not (home / MARKER).exists():
            raise SettingsError("cli.demo.not_empty", folder=str(home))
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).touch()


def _title(code: str, **params: object) -> None:
    out.rule(f"[bold]{escape(translate(code, params))}[/]", align="left")


def export(under_way: Demo) -> None:
    """Plan, read, apply: articles, prices, stocks, statuses."""
    for flow in EXPORTS:
        _title(f"flow.{flow}")
        planned = under_way.plan(flow, Face())
        if planned.plan is not None:
            show_plan(
                planned.plan, as_json=False, actions=("create", "update", "activate", "deactivate", "block"), limit=8
            )
        report(under_way.apply(planned, Face()), as_json=False)


def bring_in(under_way: Demo) -> None:
    """Orders and credit notes become documents."""
    for flow in ("orders", "credit-notes"):
        _title(f"flow.{flow}")
        planned = under_way.plan(flow)
        if planned.plan is not None:
            show_plan(planned.plan, as_json=False, actions=("create",), limit=8)
            if held := list(planned.plan.rows(actions=("block",), limit=20)):
                table(["cli.demo.head.held", "cli.head.reason"], [(row.key, row.reason_text()) for row in held])
        report(under_way.apply(planned, Face()), as_json=False)


def again(under_way: Demo) -> None:
    """The same once more: nothing is created."""
    _title("cli.demo.again")
    results: list[RunResult] = [under_way.run(flow) for flow in ("articles", "orders", "credit-notes")]
    for result in results:
        report(result, as_json=False)


def totals(under_way: Demo) -> None:
    """Shop against ERP, to the cent."""
    _title("cli.demo.totals")
    found = under_way.reconcile()
    language = current_language()

    def money(amount: Decimal) -> str:
        return str(format_decimal(amount, format="#,##0.00", locale=language))

    table(
        ["cli.demo.head.orders", "cli.demo.head.shop", "cli.demo.head.erp", "cli.demo.head.difference"],
        [(found.orders, money(found.shop_incl_tax), money(found.erp_incl_tax), money(found.difference))],
        right=range(4),
    )
    for gap in found.gaps[:10]:
        erp = money(gap.erp_incl_tax) if gap.erp_incl_tax is not None else translate("cli.empty")
        say("cli.demo.gap", order=gap.key, number=gap.number, shop=money(gap.shop_incl_tax), erp=erp)
    if not found.gaps:
        say("cli.demo.no_gap")


def journal(under_way: Demo) -> None:
    """What the runs did."""
    _title("cli.demo.journal")
    runs = under_way.workspace.journal.list(profile=under_way.profile.id)
    table(
        ["cli.head.task", "cli.head.start", "cli.head.items", "cli.head.state"],
        [
            (
                translate(f"flow.{r.flow}"),
                when(r.started_at),
                f"{r.counts.done} / {r.counts.total}",
                translate(f"state.{r.state.value}"),
            )
            for r in runs
        ],
    )
