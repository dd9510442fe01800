"""The schedules page in JupyterLab: press days, read the starts, keep the task, find it in the list, delete it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.store.schedules import Schedules
from tests.pages import browsing
from tests.pages.servers import ROOT, Server


@pytest.mark.spec("RUN-10", "RUN-11")
def test_consultant_schedules_a_task_and_deletes_it_after_a_question(
    quiet_page: Page, lab_server: Server, notebooks: Path, home: Path, shot: Callable[[str], None]
) -> None:
    page = quiet_page
    given = {"profile": "velo", "flow": "stocks", "language": "fr"}
    browsing.with_parameters(ROOT / "notebooks" / "schedules.ipynb", notebooks / "planification.ipynb", given)
    browsing.open_in_lab(page, lab_server, "planification")
    browsing.run_all(page)
    page.get_by_role("button", name="Semaine", exact=True).click()
    page.get_by_role("button", name="vendredi", exact=True).click()
    expect(page.get_by_role("button", name="vendredi", exact=True)).to_have_attribute("aria-pressed", "false")
    page.get_by_label("Date du premier départ").fill("2099-11-26")
    page.get_by_label("Heure du premier départ").fill("08:00")
    page.get_by_label("Répéter toutes les").check()
    page.get_by_label("Intervalle entre deux départs").select_option("180")
    expect(page.locator(".rule-says")).to_contain_text("Du lundi au jeudi, à 08:00, 11:00, 14:00 et 17:00")
    expect(page.locator(".at-start")).to_have_count(20)

    page.get_by_label("Durée de la répétition").select_option("60")
    wrong = page.get_by_label("Durée de la répétition")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    described = wrong.get_attribute("aria-describedby") or ""
    expect(page.locator(f"#{described.split()[-1]}")).to_contain_text("plus courte que l’intervalle")
    page.get_by_label("Durée de la répétition").select_option("720")
    assert browsing.serious(page, within=browsing.OURS) == []
    shot("schedules-form")
    # A key on the keyboard does what a click does.
    page.get_by_role("button", name="Planifier la tâche").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".banner-ok")).to_contain_text("Mise à jour des stocks est planifiée")
    row = page.locator("tr[data-schedule]")
    expect(row).to_contain_text("du lundi au jeudi, à 08:00, 11:00, 14:00 et 17:00")
    with Workspace.open(home) as space:
        (schedule,) = Schedules(space.store).list()
        assert schedule.zone == "Europe/Paris"
        row.get_by_role("button", name="Suspendre").click()
        expect(row).to_contain_text("Suspendue")
        row.get_by_role("checkbox").check()
        page.get_by_role("button", name="Supprimer la tâche…").click()
        expect(page.get_by_role("alertdialog")).to_contain_text("« Mise à jour des stocks » de")
        assert browsing.serious(page, within=browsing.OURS) == []
        shot("schedules-question")
        page.get_by_role("button", name="Supprimer la tâche", exact=True).click()
        expect(page.locator("tr[data-schedule]")).to_have_count(0)
        assert Schedules(space.store).list() == []
