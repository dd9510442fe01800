"""The surfaces of the kit in a real browser: what is typed, checked, chosen and drawn, in JupyterLab and in Voila."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.pages.browsing import open_in_lab, run_all, serious
from tests.pages.servers import Server, voila

SOURCE = Path(__file__).with_name("kit_page.py")


def write(folder: Path) -> None:
    """The page as notebook, and another one to be opened from it."""
    for name, source in (("kit", SOURCE.read_text(encoding="utf-8") + "\npage"), ("other", "1")):
        cell = {
            "cell_type": "code",
            "id": "a",
            "execution_count": None,
            "metadata": {"jupyter": {"source_hidden": True}},
            "outputs": [],
            "source": source,
        }
        spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        page = {"cells": [cell], "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
        (folder / f"{name}.ipynb").write_text(json.dumps(page), encoding="utf-8")


@pytest.fixture(scope="module")
def kit_voila(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Voila with our template on the page of the kit."""
    pages = tmp_path_factory.mktemp("kit-pages")
    write(pages)
    with voila(tmp_path_factory.mktemp("kit-voila"), tmp_path_factory.mktemp("kit-exports"), pages) as server:
        yield server


def said(page: Page) -> Locator:
    return page.locator("#said")


def work_in_the_table(page: Page) -> None:
    """Search, check what is found, apply a default to it, choose by keyboard alone, go to the last of 10 000 rows."""
    grid = page.locator(".at-grid")
    expect(grid).to_have_attribute("data-rows", "10000", timeout=30_000)
    table = page.get_by_role("grid", name="Taxes")
    assert page.locator(".tabulator-row").count() < 120, "only rows in sight are built"

    page.evaluate("() => document.querySelector('.at-grid').scrollIntoView({ block: 'center' })")
    expect(page.locator(".tabulator-row").first).to_be_in_viewport()
    table.focus()
    page.keyboard.press("/")
    page.keyboard.type("belg 0001")
    expect(grid).to_have_attribute("data-rows", "2")
    table.focus()
    page.keyboard.press("Control+a")
    expect(said(page)).to_have_text("2 cochées")
    page.get_by_role("button", name="Appliquer aux valeurs sélectionnées").click()
    expect(said(page)).to_have_text("2 changements")
    expect(page.locator(".tabulator-row .pill.update")).to_have_count(2)

    page.locator("input.search").fill("")
    expect(grid).to_have_attribute("data-rows", "10000")
    table.focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    search = page.get_by_role("combobox", name=re.compile("^Code TVA"))
    expect(search).to_be_focused()
    page.keyboard.type("7")
    expect(page.locator(".opt-g")).to_have_text(["Même taux", "Autres contenant «\u00a07\u00a0»"])
    expect(page.locator(".opt[aria-selected=true]")).to_have_text(re.compile("OSS Allemagne 7,00"))
    page.keyboard.press("Enter")
    expect(said(page)).to_have_text("3 changements, t1 = OSS-DE-7")
    expect(table).to_be_focused()
    page.keyboard.press("Control+End")
    expect(page.get_by_text("Taxe 09999")).to_be_in_viewport()
    assert page.title() != "1", "a foreign name was run"


@pytest.mark.spec("SVC-16")
def test_map_of_ten_thousand_rows_is_worked_through_in_a_dashboard(quiet_page: Page, kit_voila: Server) -> None:
    page = quiet_page
    page.goto(f"{kit_voila.url}voila/render/kit.ipynb?token={kit_voila.token}")
    work_in_the_table(page)
    page.get_by_label("Filtrer Pays").select_option("Italie")
    expect(page.locator(".at-grid")).to_have_attribute("data-rows", "2000")
    drawn = page.locator(".at-chart [aria-label*='Les stocks dominent']")
    expect(drawn).to_have_count(1)
    assert not serious(page, within=[".at"])


def test_typing_reaches_the_page_before_the_click_and_survives_a_repaint(quiet_page: Page, kit_voila: Server) -> None:
    page = quiet_page
    page.goto(f"{kit_voila.url}voila/render/kit.ipynb?token={kit_voila.token}")
    name, key = page.get_by_label("Nom"), page.get_by_label("Clé")
    name.wait_for(timeout=30_000)
    page.get_by_text("Plus").click()
    key.fill("s3cret")
    name.press_sequentially("Vélo", delay=5)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#heard")).to_have_text("key=6 ; name=Vélo ; saved")
    expect(key).to_have_value("s3cret")
    expect(page.get_by_text("détail")).to_be_visible()
    name.focus()
    page.keyboard.press("Home")
    page.keyboard.type("Mon ")
    expect(page.locator("#heard")).to_contain_text("name=Mon Vélo")
    page.keyboard.type("grand ")
    expect(name).to_have_value("Mon grand Vélo")
    assert "s3cret" not in page.locator(".at-view").last.inner_html()


def test_choice_stands_while_an_older_answer_arrives_and_python_has_the_last_word(
    quiet_page: Page, kit_voila: Server
) -> None:
    page = quiet_page
    page.goto(f"{kit_voila.url}voila/render/kit.ipynb?token={kit_voila.token}")
    work, taken, refused = page.get_by_text("Travailler"), page.get_by_label("taken"), page.get_by_label("refused")
    expect(work).to_be_visible(timeout=30_000)
    # Each answer below is half a second behind what was chosen since: it must not undo it on the way.
    page.evaluate(
        """() => {
            window.undone = [];
            for (const box of document.querySelectorAll('input[type=checkbox][data-at-key=taken]')) {
                const look = () => { if (box.wanted && !box.checked) window.undone.push(performance.now()); };
                setInterval(look, 5);
            }
        }"""
    )
    work.click()
    taken.check()
    taken.evaluate("box => { box.wanted = true; }")
    page.get_by_label("Sorte").select_option("b")
    refused.check()
    said = page.locator("#slow-said")
    expect(said).to_contain_text("'taken': True, 'refused': False} {'kind': 'b'}")
    expect(refused).not_to_be_checked()
    expect(taken).to_be_checked()
    expect(page.get_by_label("Sorte")).to_have_value("b")
    assert page.evaluate("() => window.undone") == []


@pytest.mark.spec("SVC-16")
def test_map_is_worked_through_in_a_notebook_and_a_link_opens_another(
    quiet_page: Page, lab_server: Server, notebooks: Path
) -> None:
    write(notebooks)
    page = quiet_page
    open_in_lab(page, lab_server, "kit")
    run_all(page)
    work_in_the_table(page)
    page.evaluate("() => window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })")
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    link = page.get_by_role("link", name="Ouvrir l’autre page")
    page.evaluate("name => document.querySelector(name)?.scrollIntoView({block: 'center'})", "#heard")
    link.click()
    expect(page.get_by_role("tab", name="other.ipynb")).to_be_visible()
