"""The page of profiles in JupyterLab: from nothing to a profile by keyboard and mouse, then its settings."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from atoosync_lab.runs.workspace import Workspace
from tests.pages.servers import ROOT, Server, lab
from tests.pages.test_preview_lab import look_at, run_all

Shot = Callable[[str], None]


@pytest.fixture
def empty_home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def empty_lab(tmp_path: Path, empty_home: Path) -> Iterator[Server]:
    """JupyterLab on a workbench without any profile."""
    folder = tmp_path / "lab" / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    with lab(tmp_path / "jupyter", empty_home, folder) as server:
        yield server


def serious(page: Page, selector: str) -> list[str]:
    """Rules of axe that our own surfaces break seriously."""
    found = Axe().run(page, context=selector).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found if v["impact"] in ("serious", "critical")]


def step(page: Page, word: str) -> None:
    expect(page.locator(".wz .step.now")).to_contain_text(word, timeout=10_000)


@pytest.mark.spec("SVC-02", "SVC-03")
def test_consultant_creates_a_profile_and_configures_it(
    quiet_page: Page, empty_lab: Server, empty_home: Path, shot: Shot
) -> None:
    page = quiet_page
    run_all(page, empty_lab, "profile")
    page.wait_for_selector(".wz", timeout=40_000)
    assert serious(page, ".at-view") == []
    onward = page.locator('[data-at-key="wz-next"]')
    for word in ("Type", "ERP", "Boutique"):
        step(page, word)
        onward.click()
    step(page, "Fonctions")
    orders = page.get_by_role("checkbox", name=re.compile("^Commandes"))
    expect(page.get_by_role("checkbox", name=re.compile("^Devis"))).to_be_disabled()
    orders.focus()
    page.keyboard.press("Space")
    expect(orders).not_to_be_checked()
    expect(page.locator(".wz-s")).not_to_contain_text("commandes")
    page.keyboard.press("Space")
    expect(page.locator(".wz-s dl")).to_contain_text("articles, commandes")
    expect(orders).to_be_focused()
    look_at(page, ".wz")
    shot("wizard-functions")
    onward.click()
    step(page, "Options")
    page.locator('[data-at-key="wz-back"]').click()
    step(page, "Fonctions")
    for _ in range(3):
        onward.click()
        page.wait_for_timeout(200)
    step(page, "Nom")
    name = page.get_by_label("Nom du profil").first
    name.fill("")
    expect(page.locator(".wz .err")).to_have_text("Ce champ est à remplir.")
    name.fill("Vélo Nord")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("Vélo Nord.*est créé"))).to_be_visible(timeout=10_000)
    with Workspace.open(empty_home) as workspace:
        assert [entry.name for entry in workspace.profiles.list()] == ["Vélo Nord"]

    keep = page.get_by_label("Garder les captures")
    keep.scroll_into_view_if_needed()
    keep.fill("deux mois")
    card = page.locator(".form-card").first
    expect(card).to_contain_text("Ce n’est pas un nombre")
    expect(keep).to_have_value("deux mois")
    keep.fill("60")
    card.get_by_role("button", name="Enregistrer").click()
    expect(card).to_contain_text("Enregistré, ")
    assert serious(page, ".form-card") == []
    look_at(page, ".form-card")
    shot("profile-settings")
    page.get_by_role("button", name=re.compile("^Historique")).click()
    log = page.locator(".changes-log")
    log.get_by_text("Réglages enregistrés").click()
    expect(log.locator("tr[data-setting=keep_days] td")).to_have_text(["Garder les captures", "30", "60"])
