"""A home for the « Articles » tab: a profile with its lists, a reading of each side, and what a browser sends."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.settings.articles import ArticleSettings
from atoosync_lab.snapshots import captures
from atoosync_lab.workbench.articles_page import ArticlesPage
from atoosync_lab.workbench.settings_form import SettingsCard
from tests.captures import NOW, Given, erp_item, erp_stock, shop_product

FOREIGN = '<img src=x onerror="document.title=1">'
"""What a stranger may have typed: it must be read, never run."""
HIDDEN = "<p>&lt;img src=x onerror=&quot;document.title=1&quot;&gt;</p>"
"""The same, as the ERP holds it: it comes out only when HTML is turned into text."""
FIELDS = ("Id", "Caption", "DesCom", "xx_MetaTitle", "xx_Marque")


def lists() -> tuple[ReferenceLists, ReferenceLists]:
    languages = (
        ListItem(id="2", label="English", code="en"),
        ListItem(id="1", label="Français", code="fr", extra={"default": "1"}),
    )
    groups = (ListItem(id="7", label="FR Taux standard (20%)"), ListItem(id="8", label="FR Taux réduit (5.5%)"))
    vat = tuple(ListItem(id=code, label=f"TVA {rate} %", rate=rate) for code, rate in (("TVA20", 20), ("TVA55", "5.5")))
    articles = tuple(
        ListItem(id=name, label=name.lower(), extra={"custom": "1"} if name.startswith("xx_") else {})
        for name in FIELDS
    )
    shop = {ListName.LANGUAGES: languages, ListName.TAX_RULE_GROUPS: groups}
    erp = {
        ListName.VAT_CODES: vat,
        ListName.PRODUCT_FIELDS: articles,
        ListName.WAREHOUSES: (ListItem(id="D1", label="Dépôt"), ListItem(id="D2", label="Boutique")),
    }
    return ReferenceLists(lists=shop), ReferenceLists(lists=erp)


def profile() -> Profile:
    shop, erp = lists()
    return Profile.model_validate(
        {
            "id": "test",
            "name": "Comptoir",
            "shop": {"url": "https://shop.example/"},
            "erp": {"folder": "1"},
            "articles": {"products": {"taxes": {"TVA20": "7"}}},
            "shop_lists": shop,
            "erp_lists": erp,
        }
    )


def read_both(workspace: Workspace) -> None:
    """Six articles of the ERP, two of them in the shop."""
    rich = {"fields": {"xx_Marque": "Moulin", "xx_MetaTitle": HIDDEN, "DesCom": "{\\rtf1 {\\b Miel} de lavande\\par}"}}
    items = [
        erp_item("EM1", "Miel", modified_at=NOW - timedelta(days=10), **rich),
        erp_item("EM2", "Huile", modified_at=NOW),
        erp_item("EM3", "Savon", web_published=False),
        erp_item("EM4", "Bougie", active=False),
        erp_item("ZZ5", "Nappe"),
        erp_item("ZZ6", "Olives", tax_id="TVA55"),
    ]
    read(workspace, "erp", items, [erp_stock("EM1", "3")])
    read(
        workspace,
        "shop",
        [shop_product("1", "EM1", "Miel", tax_id="7"), shop_product("2", "EM2", "Ancien", tax_id="7")],
    )


def read(workspace: Workspace, side: str, products: Sequence[Product], stocks: Sequence[Stock] = ()) -> None:
    """A reading of a side, one scope after the other."""

    class Side(Given):
        def read(self, scope: Scope, request: ReadRequest) -> Iterator[Mapping[type[Any], Sequence[Any]]]:
            yield {Product: products} if scope is Scope.PRODUCTS else {Stock: stocks}

    scopes = [(scope, ReadRequest()) for scope in (Scope.PRODUCTS, Scope.STOCKS)]
    captures.take(Side(side, []), workspace.home.captures, profile="test", side=side, scopes=scopes)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a profile and both readings, made once and copied for each test."""
    root = tmp_path_factory.mktemp("articles") / "home"
    with Workspace.open(root) as workspace:
        workspace.profiles.create(profile(), who="camille")
        for name in ("shop.key", "erp.client_id", "erp.client_secret", "erp.subscription_key"):
            workspace.secrets.set("test", name, "secret")
        read_both(workspace)
    return root


@pytest.fixture
def session(furnished: Path, tmp_path: Path) -> Iterator[Session]:
    shutil.copytree(furnished, tmp_path / "home")
    with Workspace.open(tmp_path / "home") as workspace:
        yield Session(workspace, "test")


def only(page: ArticlesPage, key: str) -> SettingsCard:
    """The first card of a block, brought to the front."""
    page.page.show(key)
    return page.cards[key][0]


def type_in(card: SettingsCard, name: str, text: str) -> None:
    """What the browser sends when somebody types."""
    card.view._received(None, {"field": name, "value": text}, None)


def click(view: Any, action: str, value: str = "") -> None:
    view._received(None, {"do": action, "value": value}, None)


def saved(session: Session) -> ArticleSettings:
    return session.profile.articles
