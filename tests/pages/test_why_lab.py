"""From the tour to the explanation of a record, in JupyterLab: links open pages, search proposes, Enter explains."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.snapshots import captures
from tests.captures import Given, erp_item, shop_product
from tests.pages.browsing import open_in_lab, run_all, serious
from tests.pages.servers import Server


class Catalogue(Given):
    """A system with articles and no stock."""

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Any]:
        """The articles; nothing for the other scopes."""
        if scope is Scope.PRODUCTS:
            yield from self._chunks


@pytest.fixture
def articles(home: Path) -> None:
    """Captures of both sides that hold all that the article flows need."""
    scopes = [(Scope.PRODUCTS, ReadRequest()), (Scope.STOCKS, ReadRequest())]
    for side, product in (("erp", erp_item("MIEL-LAV-500", "Miel")), ("shop", shop_product("7", "MIEL-LAV-500"))):
        given: Any = Catalogue(side, [{type(product): [product]}])
        captures.take(given, home / "captures", profile="calanques", side=side, scopes=scopes)


@pytest.mark.spec("BEY-02")
def test_newcomer_goes_from_the_tour_to_why_and_finds_a_record(
    quiet_page: Page, lab_server: Server, articles: None
) -> None:
    page = quiet_page
    open_in_lab(page, lab_server, "tour")
    run_all(page)
    expect(page.locator("[data-noun]")).to_have_count(5)
    assert not serious(page, within=[".at"])
    page.locator("[data-at-key='path-why']").click()
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget?.context?.path === 'why.ipynb'", timeout=30_000)
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
        timeout=60_000,
    )
    run_all(page)
    panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .at-view")
    search = panel.get_by_placeholder("Référence, client, commande")
    search.fill("MIEL")
    expect(panel.get_by_role("button", name="MIEL-LAV-500")).to_be_visible(timeout=20_000)
    search.press("Enter")
    expect(panel.locator(".chain li")).not_to_have_count(0, timeout=30_000)
    expect(panel.locator(".chain")).to_contain_text("Lu dans l’ERP")
    expect(panel.locator(".chain .decisive")).to_have_count(1)
    assert not serious(page, within=[".jp-NotebookPanel:not(.lm-mod-hidden) .at-view"])
