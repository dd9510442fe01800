"""The dashboards as a client sees them: in a real browser, wide and on a phone, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.boards.full import make_full_home
from tests.pages.browsing import SHOWN, serious
from tests.pages.servers import Server, voila

Shot = Callable[[str], None]


@pytest.fixture(scope="module")
def full_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home: Path = tmp_path_factory.mktemp("full")
    make_full_home(home)
    with voila(tmp_path_factory.mktemp("full-voila"), home / "exports") as server:
        yield server


def opened(page: Page, server: Server, name: str, query: str = "") -> None:
    page.goto(f"{server.url}voila/render/{name}.ipynb?token={server.token}{query}", timeout=120_000)
    page.wait_for_selector(".at-view[data-ready]", timeout=90_000)
    page.wait_for_function(SHOWN, timeout=30_000)


@pytest.mark.spec("SVC-08", "SVC-09")
def test_client_reads_home_chooses_a_kind_and_follows_the_trouble(
    quiet_page: Page, full_server: Server, shot: Shot
) -> None:
    page = quiet_page
    opened(page, full_server, "home")
    expect(page.locator("h1")).to_have_text("Accueil")
    expect(page.locator(".nav .count")).to_have_text("(1)")
    assert page.locator(".at-chart svg path").count() > 30, "bars, an axis and its lines"
    expect(page.get_by_role("progressbar", name="Exports")).to_have_attribute("aria-valuenow", "38")
    assert not serious(page)
    shot("home-fr")
    page.get_by_role("button", name="Prix").click()
    expect(page.get_by_role("button", name="Prix")).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(r"\?kind=prices$"))
    page.get_by_label("Apparence").select_option("dark")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 22, 24)"
    assert not serious(page)
    shot("home-dark-fr")
    page.get_by_role("link", name="Voir la cause").click()
    page.wait_for_selector(".verdict", timeout=120_000)
    expect(page.locator("h1")).to_have_text("Import des commandes")
    expect(page.locator(".two-sides")).to_contain_text("Le remède")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    assert not serious(page)


@pytest.mark.spec("SVC-09", "RUN-02")
def test_pages_fit_a_phone(quiet_page: Page, full_server: Server, shot: Shot) -> None:
    page = quiet_page
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("home", "running", "journal"):
        opened(page, full_server, name)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, name
        expect(page.locator(".tabbar a[aria-current=page]")).to_be_visible()
        expect(page.locator(".top .nav")).to_be_hidden()
        small = page.evaluate(
            "() => [...document.querySelectorAll('.at button, .at select, .tabbar a')]"
            ".filter(e => e.offsetHeight && e.offsetHeight < 30).map(e => e.outerHTML.slice(0, 80))"
        )
        assert not small, small
        shot(f"{name}-phone-fr")
