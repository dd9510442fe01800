"""The preview page in JupyterLab: run it all, filter, open a row, read it field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.pages.home import FOREIGN
from tests.pages.servers import Server

Shot = Callable[[str], None]


def with_parameters(notebooks: Path, home: Path, name: str, **values: object) -> str:
    """A copy of the preview whose parameters cell says these; its name."""
    page = json.loads((notebooks / "preview.ipynb").read_text(encoding="utf-8"))
    plan = next((home / "plans" / "calanques").glob("*.duckdb")).stem
    given = {"profile": "calanques", "plan": plan, **values}
    cell = next(c for c in page["cells"] if "parameters" in c["metadata"].get("tags", []))
    cell["source"] = "\n".join([*"".join(cell["source"]).splitlines(), *(f"{k} = {v!r}" for k, v in given.items())])
    (notebooks / f"{name}.ipynb").write_text(json.dumps(page), encoding="utf-8")
    return name


def run_all(page: Page, server: Server, name: str) -> None:
    page.goto(f"{server.url}/tree/{name}.ipynb?token={server.token}&reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=15_000)
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
        timeout=40_000,
    )
    # The command's promise is not waited for: it is kept only when the last cell has ended.
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")


def look_at(page: Page, selector: str) -> None:
    """Bring something into view in one step: JupyterLab takes cells out of the page and back while it scrolls."""
    page.evaluate("name => document.querySelector(name)?.scrollIntoView({block: 'center'})", selector)


@pytest.mark.spec("BEY-01")
def test_consultant_reads_a_plan_field_by_field_in_french(
    quiet_page: Page, lab_server: Server, notebooks: Path, home: Path, shot: Shot
) -> None:
    page = quiet_page
    run_all(page, lab_server, with_parameters(notebooks, home, "apercu"))
    page.wait_for_selector(".plan tbody tr", timeout=15_000)
    shown = {
        name: page.locator(f"[data-action={name}] .v").inner_text() for name in ("create", "update", "link", "block")
    }
    assert shown == {"create": "1", "update": "62", "link": "0", "block": "1"}
    expect(page.locator("[data-action=skip] .v")).to_have_text("1\u202f656")
    expect(page.locator(".sub")).to_contain_text("Rien n’est encore écrit.")
    expect(page.locator("[data-cost=calls] .v")).to_have_text("64")
    expect(page.locator(".page-n")).to_have_text("Lignes 1 à 20 sur 67")
    look_at(page, ".tiles")
    shot("preview-summary-fr")

    page.get_by_role("button", name="Suivantes").click()
    expect(page.locator(".page-n")).to_have_text("Lignes 21 à 40 sur 67")
    page.get_by_role("button", name=re.compile("^Bloqué")).click()
    expect(page.locator(".plan tr[data-key]")).to_have_count(1)
    expect(page.locator(".plan tr[data-key]")).to_contain_text("n’est relié à aucune règle de taxe")
    page.get_by_role("button", name=re.compile("^Tout sauf identiques")).click()
    expect(page.locator(".page-n")).to_have_text("Lignes 1 à 20 sur 67")
    search = page.get_by_placeholder("Référence ou nom")
    search.fill("lavande")
    expect(page.locator(".plan tr[data-key]")).to_have_count(1)
    page.get_by_role("button", name="Ouvrir MIEL-LAV-500").click()
    detail = page.locator(".plan tr.detail")
    expect(detail).to_contain_text("a changé dans l’ERP depuis le dernier envoi")
    price = detail.locator("tr[data-field=price_excl_tax] td")
    expect(price).to_have_text(["Prix HT", "8,90", "9,40"])
    expect(detail.locator("tr[data-field='summary@1'] del").first).to_have_text("AOP")
    expect(detail.locator("tr[data-field=barcode] td.was")).to_have_text("vide")
    look_at(page, ".plan")
    shot("preview-row-fr")


@pytest.mark.spec("BEY-01")
def test_preview_speaks_english_and_shows_foreign_text_as_text(
    quiet_page: Page, lab_server: Server, notebooks: Path, home: Path, shot: Shot
) -> None:
    page = quiet_page
    run_all(page, lab_server, with_parameters(notebooks, home, "preview-en", language="en"))
    page.wait_for_selector(".plan tbody tr", timeout=15_000)
    expect(page.locator(".sub")).to_contain_text("Nothing is written yet.")
    page.get_by_placeholder("Reference or name").fill("FOREIGN")
    expect(page.locator(".plan tr[data-key]")).to_have_count(1)
    page.get_by_role("button", name="Open FOREIGN-1").click()
    expect(page.locator(".plan tr.detail td.was")).to_have_text(FOREIGN)
    assert page.locator(".at img").count() == 0
    expect(page.locator(".at-view").last).not_to_contain_text(re.compile(r"\b(preview|kit|field)\."))
    shot("preview-en")


ENDLESS = """
import time
from datetime import UTC, datetime
import atoosync_lab
from atoosync_lab.model.events import Event, Stage
from atoosync_lab.store.journal import StopFlag
from atoosync_lab.workbench.live import LivePanel

session = atoosync_lab.open("calanques")
journal = session.workspace.journal
run = journal.start("calanques", "stocks", who="camille")
stop = StopFlag(journal, run.id)
panel = LivePanel("stocks", "Europe/Paris", lambda: journal.request_stop(run.id, who="camille"), dry_run=False)

def work(tell):
    for number in range(250):
        tell(Event(at=datetime.now(UTC), stage=Stage.APPLY, code="run.progress", done=number, total=250))
        if number % 10 == 0:
            tell(Event(at=datetime.now(UTC), stage=Stage.APPLY, code="order.new", params={"order": str(number)}))
        if stop.requested():
            break
        time.sleep(0.1)
    return number

print("stopped at", await panel.follow(work))
"""


@pytest.mark.spec("RUN-01")
def test_progress_is_seen_and_stop_is_heard_while_the_cell_waits(
    quiet_page: Page, lab_server: Server, notebooks: Path, shot: Shot
) -> None:
    page = quiet_page
    source = json.loads((notebooks / "run.ipynb").read_text(encoding="utf-8"))
    cell = {
        "cell_type": "code",
        "id": "busy",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": ENDLESS,
    }
    (notebooks / "busy.ipynb").write_text(json.dumps({**source, "cells": [cell]}), encoding="utf-8")
    run_all(page, lab_server, "busy")
    page.wait_for_selector(".bar[aria-valuenow]", timeout=20_000)
    expect(page.locator(".log")).to_contain_text("Commande 10 à créer", timeout=10_000)
    shot("live-fr")
    page.get_by_role("button", name="Arrêter").click()
    said = page.get_by_text(re.compile(r"^stopped at \d+"))
    said.wait_for(timeout=10_000)
    assert int(said.inner_text().split()[-1]) < 249
    expect(page.get_by_role("button", name=re.compile("Arrê"))).to_have_count(0)
