"""The journal as a client sees it: in Voila, in a real browser, with nothing but the export."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Page, expect

from tests.pages.servers import Server

Shot = Callable[[str], None]


def opened(page: Page, server: Server, query: str = "") -> None:
    page.goto(f"{server.url}voila/render/journal.ipynb?token={server.token}{query}", timeout=120_000)
    page.wait_for_selector(".at-view[data-ready]", timeout=60_000)


@pytest.mark.spec("RUN-03")
def test_client_filters_the_journal_and_opens_a_run_in_french(
    quiet_page: Page, voila_server: Server, shot: Shot
) -> None:
    page = quiet_page
    opened(page, voila_server)
    expect(page.locator("h1")).to_have_text("Journal")
    expect(page.locator(".board tbody tr")).to_have_count(12)
    shot("journal-fr")
    page.get_by_label("Profil", exact=True).select_option("calanques")
    expect(page.locator(".board tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Partielle").click()
    expect(page.locator(".board tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?profile=calanques&result=partial$"))
    page.get_by_role("button", name="Toutes", exact=False).first.click()
    page.get_by_label("Profil", exact=True).select_option("")
    expect(page.locator(".board tbody tr")).to_have_count(12)
    search = page.get_by_placeholder("Fiche, message ou numéro")
    search.fill("10662")
    expect(page.locator(".board tbody tr")).to_have_count(1)
    expect(search).to_be_focused()
    page.get_by_role("button", name="Import des commandes").click()
    expect(page.locator(".verdict")).to_contain_text("12 lignes faites sur 14")
    expect(page.locator("[data-count=failed] .v")).to_have_text("1")
    expect(page.locator(".errors li")).to_have_count(2)
    expect(page.locator(".errors")).to_contain_text("Voyez l’erreur du client, puis relancez.")
    expect(page.locator(".errors")).to_contain_text("<img src=x")
    assert page.locator(".at img").count() == 0
    shot("journal-run-fr")


@pytest.mark.spec("RUN-03")
def test_address_chooses_language_and_filter(quiet_page: Page, voila_server: Server, shot: Shot) -> None:
    page = quiet_page
    opened(page, voila_server, "&lang=en&task=orders&result=failed")
    expect(page.locator(".board tbody tr")).to_have_count(1)
    expect(page.locator(".verdict")).to_contain_text("Failed: 0 rows done of 0.")
    expect(page.get_by_role("button", name="Failed")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".nav a[aria-current=page]")).to_have_text("Journal")
    expect(page.get_by_role("link", name="Sign out")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(re.compile("board\\.|kit\\."))
    shot("journal-en")


@pytest.mark.spec("SEC-01")
def test_journal_needs_the_sign_in_and_shows_no_source(voila_server: Server) -> None:
    address = f"{voila_server.url}voila/render/journal.ipynb"
    with urllib.request.urlopen(address, timeout=60) as answer:
        assert "/login" in answer.url
    with urllib.request.urlopen(f"{address}?token={voila_server.token}", timeout=120) as answer:
        text = answer.read().decode()
    assert "atoosync_lab.boards" not in text
    with pytest.raises(HTTPError):
        urllib.request.urlopen(f"{voila_server.url}voila/files/journal.ipynb?token={voila_server.token}", timeout=60)
