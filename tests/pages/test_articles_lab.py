"""The « Articles » page in JupyterLab: a field picked by keyboard beside its sample, a filter mended, both saved."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from tests.pages import browsing
from tests.pages.servers import ROOT, Server, lab
from tests.workbench.articles_home import FOREIGN, furnished

__all__ = ["furnished"]

Shot = Callable[[str], None]


@pytest.fixture(scope="module")
def articles_lab(tmp_path_factory: pytest.TempPathFactory, furnished: Path) -> Iterator[Server]:
    """JupyterLab over the home of the articles tab."""
    folder = tmp_path_factory.mktemp("articles-lab")
    pages = folder / "notebooks"
    pages.mkdir()
    shutil.copy(ROOT / "notebooks" / "articles.ipynb", pages)
    browsing.with_parameters(pages / "articles.ipynb", pages / "textes.ipynb", {"block": "texts"})
    browsing.with_parameters(pages / "articles.ipynb", pages / "images.ipynb", {"block": "images"})
    with lab(folder / "jupyter", furnished, pages) as server:
        yield server


def look_at(page: Page, selector: str) -> None:
    page.evaluate("name => document.querySelector(name)?.scrollIntoView({block: 'center'})", selector)


@pytest.mark.spec("ART-06", "ART-10", "SVC-16")
def test_consultant_picks_a_text_field_by_keyboard_and_mends_a_filter(
    quiet_page: Page, articles_lab: Server, furnished: Path, shot: Shot
) -> None:
    page = quiet_page
    browsing.open_in_lab(page, articles_lab, "textes")
    browsing.run_all(page)
    look_at(page, ".at-columns")
    expect(page.locator(".side a[aria-current=true]")).to_have_text(re.compile("Textes"))
    expect(page.locator(".tabulator-row")).to_have_count(7)
    shot("articles-texts")
    assert browsing.serious(page, within=browsing.OURS) == []

    # The picker: searched by technical name, sample beside the name, chosen by keyboard alone.
    page.get_by_role("row", name=re.compile("^Meta Title")).locator(".at-choice").click()
    search = page.get_by_role("combobox", name=re.compile("Meta Title"))
    expect(search).to_be_focused()
    expect(page.locator(".at-pick .opt").filter(has_text="xx_MetaTitle")).to_contain_text(FOREIGN[:10])
    page.keyboard.type("metat")
    page.keyboard.press("Enter")
    row = page.locator(".tabulator-row").filter(has_text="Meta Title")
    expect(row).to_contain_text(FOREIGN)
    expect(row).to_contain_text("À enregistrer")
    assert page.locator(".at img").count() == 0, "what the ERP holds is read, never run"
    shot("articles-texts-changed")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(row).to_contain_text("Relié")

    # A filter as people write it from memory, then as it is right; its effect before it is saved.
    page.locator(".side a", has_text="Filtres").click()
    field = page.locator("#f-articles-products-filter")
    field.fill("ID LIKE EM%")
    error = page.locator("#f-articles-products-filter-err")
    expect(error).to_contain_text("il manque les apostrophes")
    expect(field).to_have_attribute("aria-describedby", re.compile("f-articles-products-filter-err"))
    expect(field).to_be_focused()
    field.fill("ID LIKE 'EM%'")
    expect(page.locator(".kept").first).to_contain_text("2 articles retenus sur 6")
    look_at(page, "[data-at-do=compare]")
    page.get_by_role("button", name="Comparer l’effet").click()
    expect(page.locator(".changes-table tbody tr").first).to_be_visible(timeout=20_000)
    expect(page.locator(".changes-table")).to_contain_text("Écarté par le filtre des articles.")
    shot("articles-filters-effect")
    assert browsing.serious(page, within=browsing.OURS) == []
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".form-bar").first).to_contain_text("Enregistré")

    with Workspace.open(furnished) as workspace:
        products = workspace.profiles.get("test").articles.products
        changes = workspace.profiles.history("test")[:2]
    assert products.texts.meta_title == "xx_MetaTitle"
    assert products.filter == "ID LIKE 'EM%'"
    assert [list(change.fields()) for change in changes] == [
        ["articles.products.filter"],
        ["articles.products.texts.meta_title"],
    ]
    assert page.title() != "1"


@pytest.mark.spec("ART-30", "SVC-07")
def test_consultant_switches_images_on(quiet_page: Page, articles_lab: Server, furnished: Path, shot: Shot) -> None:
    with Workspace.open(furnished) as workspace:
        document = workspace.profiles.get("test").model_dump(mode="json")
        document["functions"]["products"]["images"] = True
        revision = workspace.profiles.revision("test")
        workspace.profiles.save(Profile.model_validate(document), who="camille", expected_revision=revision)
    page = quiet_page
    browsing.open_in_lab(page, articles_lab, "images")
    browsing.run_all(page)
    expect(page.locator(".side a[aria-current=true]")).to_have_text(re.compile("Images"))
    create = page.get_by_role("switch", name=re.compile("^Créer les images"))
    expect(create).not_to_be_checked()
    expect(page.get_by_role("switch", name=re.compile("^Supprimer toutes les images"))).not_to_be_checked()
    expect(page.get_by_role("switch", name=re.compile("^Réassocier"))).to_have_count(0)
    create.click()
    look_at(page, "#articles-images")
    shot("articles-images")
    assert browsing.serious(page, within=browsing.OURS) == []
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".form-bar").first).to_contain_text("Enregistré")
    with Workspace.open(furnished) as workspace:
        images = workspace.profiles.get("test").articles.images
    assert (images.create, images.from_sheet, images.delete_first, images.reattach) == (True, True, False, False)
