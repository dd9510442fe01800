"""The « Commandes » page in JupyterLab: a tax related by keyboard and saved, a reference seen as it is typed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from atoosync_lab.runs.workspace import Workspace
from tests.pages import browsing
from tests.pages.servers import ROOT, Server, lab
from tests.workbench.orders_home import BELGIAN, furnished

__all__ = ["furnished"]

Shot = Callable[[str], None]


@pytest.fixture(scope="module")
def orders_home(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the home of the order tabs: this page saves."""
    home = tmp_path_factory.mktemp("orders-page") / "home"
    shutil.copytree(furnished, home)
    return home


@pytest.fixture(scope="module")
def orders_lab(tmp_path_factory: pytest.TempPathFactory, orders_home: Path) -> Iterator[Server]:
    """JupyterLab over it."""
    folder = tmp_path_factory.mktemp("orders-lab")
    pages = folder / "notebooks"
    pages.mkdir()
    shutil.copy(ROOT / "notebooks" / "import.ipynb", pages)
    source = ROOT / "notebooks" / "orders.ipynb"
    browsing.with_parameters(source, pages / "taxes.ipynb", {"block": "taxes"})
    with lab(folder / "jupyter", orders_home, pages) as server:
        yield server


@pytest.mark.spec("ORD-04", "ORD-02", "SVC-16", "BEY-03")
def test_consultant_relates_a_tax_and_sees_the_reference_on_a_real_order(
    quiet_page: Page, orders_lab: Server, orders_home: Path, shot: Shot
) -> None:
    page = quiet_page
    page.set_viewport_size({"width": 1600, "height": 1400})
    browsing.open_in_lab(page, orders_lab, "taxes")
    browsing.run_all(page)
    page.evaluate("() => document.querySelector('.at-columns').scrollIntoView()")
    expect(page.locator(".side a[aria-current=true]")).to_have_text(re.compile("Taxes.*1 à relier"))
    rows = page.locator(".tabulator-row")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("TVA BE 21%")
    assert browsing.serious(page, within=browsing.OURS) == []
    shot("orders-taxes")

    # What needs an answer alone; then the answer, by keyboard, the one of equal rate first.
    page.get_by_role("button", name=re.compile("^À relier")).click()
    expect(rows).to_have_count(1)
    rows.first.locator(".at-choice").click()
    expect(page.locator(".at-pick")).to_contain_text("Même taux")
    page.keyboard.type("21")
    page.keyboard.press("Enter")
    expect(rows.first).to_contain_text("OSS Belgique 21")
    expect(rows.first).to_contain_text("À enregistrer")
    bar = page.locator(".map-foot .form-bar")
    expect(bar).to_contain_text("1 changement à enregistrer")
    shot("orders-taxes-changed")
    bar.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".map-foot")).to_contain_text("Enregistré")
    with Workspace.open(orders_home) as workspace:
        assert workspace.profiles.get("test").orders.maps.taxes[BELGIAN] == "V21"

    # The head: the reference as it comes out, letter by letter; the caret stays where one types.
    page.locator(".side a", has_text="Création des commandes").click()
    field = page.locator("#f-orders-header-reference")
    field.fill("Boutique %OI, ")
    page.get_by_role("button", name=re.compile("Ajouter Nom du client")).click()
    expect(page.locator(".example")).to_contain_text("Boutique 105, LEFORT")
    assert browsing.serious(page, within=browsing.OURS) == []
    shot("orders-header")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".form-card")).to_contain_text("Enregistré")


@pytest.mark.spec("ORD-01")
def test_import_page_shows_period_and_statuses(quiet_page: Page, orders_lab: Server, shot: Shot) -> None:
    page = quiet_page
    browsing.open_in_lab(page, orders_lab, "import")
    browsing.run_all(page)
    page.evaluate("() => document.querySelector('.at-columns').scrollIntoView()")
    page.locator("#f-orders-period").select_option("this_month")
    expect(page.locator(".form-card")).to_contain_text("Aujourd’hui, cela fait les commandes depuis le 01/")
    page.locator('[data-at-key="block-statuses"]').click()
    expect(page.locator(".tabulator-row")).to_have_count(3)
    expect(page.locator(".tabulator-row").first).to_contain_text("Importées")
    assert browsing.serious(page, within=browsing.OURS) == []
    shot("import-statuses")
