"""The preview page in JupyterLab: run it all, filter, open a row, read it field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.pages.browsing import open_in_lab, serious
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
    """Open a page and run its cells, without waiting for the last one: it may be at work for long."""
    open_in_lab(page, server, name)
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
    page.wait_for_selector(".plan tbody tr", timeout=30_000)
    shown = {
        name: page.locator(f"[data-action={name}] .v").inner_text() for name in ("create", "update", "link", "block")
    }
    assert shown == {"create": "1", "update": "62", "link": "0", "block": "1"}
    expect(page.locator("[data-action=skip] .v")).to_have_text("1\u202f656")
    expect(page.locator(".sub")).to_contain_text("Rien n’est encore écrit.")
    expect(page.locator("[data-cost=calls]")).to_contain_text("64 appels")
    expect(page.locator(".page-n")).to_have_text("Lignes 1 à 20 sur 67")
    look_at(page, ".tiles")
    shot("preview-summary-fr")

    page.get_by_role("button", name="Suivantes").click()
    expect(page.locator(".page-n")).to_have_text("Lignes 21 à 40 sur 67")
    page.locator("button.tile[data-action=block]").click()
    expect(page.locator(".plan tr[data-key]")).to_have_count(1)
    expect(page.locator(".plan tr[data-key]")).to_contain_text("n’est relié à aucune règle de taxe")
    page.get_by_role("button", name=re.compile("^Tout sauf identiques")).click()
    expect(page.locator(".page-n")).to_have_text("Lignes 1 à 20 sur 67")
    search = page.get_by_placeholder("Référence ou nom")
    search.fill("lavande")
    expect(page.locator(".plan tr[data-key]")).to_have_count(1)
    page.get_by_role("button", name="Ouvrir MIEL-LAV-500").focus()
    page.keyboard.press("Enter")
    detail = page.locator(".plan tr.detail")
    expect(detail).to_contain_text("a changé dans l’ERP depuis le dernier envoi")
    price = detail.locator("tr[data-field=price_excl_tax] td")
    expect(price).to_have_text(["Prix HT", "8,90", "9,40"])
    expect(detail.locator("tr[data-field='summary@1'] del").first).to_have_text("AOP")
    expect(detail.locator("tr[data-field=barcode] td.was")).to_have_text("vide")
    look_at(page, ".plan")
    shot("preview-row-fr")
    page.get_by_role("button", name="Appliquer les 65 lignes…").click()
    expect(page.get_by_role("button", name="Garder le plan")).to_be_visible()
    assert not serious(page, within=[".at"])
    page.get_by_role("button", name="Garder le plan").click()
    expect(page.get_by_role("button", name="Garder le plan")).to_have_count(0)


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


GOING = """
import threading, time
from atoosync_lab.model.events import Stage
from atoosync_lab.runs.parameters import RunParameters
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.store.journal import StopFlag
from atoosync_lab.store.journal_records import Counts, Entry, RunState
from datetime import UTC, datetime
from atoosync_lab.workbench import running

workspace = Workspace.open()
journal = workspace.journal
if not journal.list(profile="calanques", flow="stocks", states=[RunState.RUNNING]):
    run = journal.start("calanques", "stocks", who="claire")
    planned = {"create": 0, "update": 250, "activate": 0, "deactivate": 0, "link": 0, "skip": 0, "block": 0, "plan": ""}

    def say(code, stage=Stage.APPLY, **params):
        journal.append(run.id, [Entry(at=datetime.now(UTC), stage=stage, code=code, params=params)])

    def work():
        stop = StopFlag(journal, run.id)
        say("run.planned", Stage.PLAN, **planned)
        for number in range(250):
            journal.progress(run.id, Counts(total=250, ok=number))
            if number % 10 == 0:
                say("order.new", order=str(number))
            if stop.requested():
                break
            time.sleep(0.2)
        journal.finish(run.id, RunState.STOPPED, counts=Counts(total=250, ok=number))

    threading.Thread(target=work, daemon=True).start()
await running.page(Session(workspace, "calanques"), RunParameters(profile="calanques", flow="stocks"))
"""


@pytest.mark.spec("RUN-01", "RUN-02")
def test_run_is_followed_after_a_reload_and_stop_is_heard(
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
        "source": GOING,
    }
    (notebooks / "busy.ipynb").write_text(json.dumps({**source, "cells": [cell]}), encoding="utf-8")
    run_all(page, lab_server, "busy")
    page.wait_for_selector(".bar[aria-valuenow]", timeout=30_000)
    expect(page.locator(".log")).to_contain_text("Commande 10 à créer", timeout=15_000)
    run_all(page, lab_server, "busy")  # the page anew, as after a reload: the kernel is the same one
    page.wait_for_selector(".bar[aria-valuenow]", timeout=30_000)
    expect(page.locator(".stages .now")).to_contain_text("Envoi")
    expect(page.locator(".head")).to_contain_text("par claire")
    shot("live-fr")
    page.get_by_role("button", name="Arrêter la mise à jour").click()
    expect(page.locator(".head .pill")).to_have_text("Arrêtée", timeout=20_000)
    expect(page.get_by_role("button", name=re.compile("^Arrêt"))).to_have_count(0)
    expect(page.locator(".verdict")).to_contain_text("ce qui est fait reste fait")
    assert not serious(page, within=[".at"])
