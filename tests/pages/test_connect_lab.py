"""The connections page in JupyterLab: a key is typed, shown on request, tested, saved, and stands in no file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import papermill
import pytest
from playwright.sync_api import Page, expect

from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox import servers as sandboxes
from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from tests.pages.servers import ROOT, Server
from tests.pages.test_preview_lab import look_at, run_all
from tests.pages.test_profile_lab import serious

Shot = Callable[[str], None]


@pytest.fixture(scope="module")
def shop_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("sandbox")
    load("demo", folder / "prestashop", folder / "ebp", version="9", shared=None, today=None)
    with sandboxes.start("prestashop", folder / "prestashop", version="9") as shop:
        yield shop.url


@pytest.mark.spec("SVC-05", "SHOP-10", "SEC-01")
def test_key_is_typed_tested_and_saved_without_a_trace(
    quiet_page: Page, lab_server: Server, notebooks: Path, home: Path, shop_url: str, shot: Shot
) -> None:
    page = quiet_page
    run_all(page, lab_server, "connect")
    page.wait_for_selector(".form-card", timeout=40_000)
    card = page.locator(".form-card").first
    address, key = card.get_by_label("Adresse de la boutique"), card.get_by_label("Clé de l’API", exact=True)
    address.fill("pas une adresse")
    expect(card).to_contain_text("Ce n’est pas une adresse")
    address.fill(shop_url)
    key.fill(DEFAULT_KEY)
    card.get_by_role("button", name="Compléter l’adresse").click()
    expect(address).to_have_value(f"{shop_url.rstrip('/')}/api/")
    expect(key).to_have_value(DEFAULT_KEY)
    expect(key).to_have_attribute("type", "password")
    card.get_by_role("button", name="Afficher la saisie").click()
    expect(key).to_have_attribute("type", "text")
    card.get_by_role("button", name="Tester la connexion").click()
    expect(card).to_contain_text("Le test de connexion à PrestaShop a réussi", timeout=20_000)
    expect(key).to_have_value(DEFAULT_KEY)
    assert serious(page, ".form-card") == []
    look_at(page, ".form-card")
    shot("connect-shop")
    card.get_by_role("button", name="Enregistrer").click()
    expect(card).to_contain_text("Enregistré, ")
    expect(key).to_have_value("")
    expect(key).to_have_attribute("type", "password")
    assert DEFAULT_KEY not in page.content()
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_timeout(1_000)
    assert DEFAULT_KEY not in (notebooks / "connect.ipynb").read_text(encoding="utf-8")
    with Workspace.open(home) as workspace:
        profile = workspace.profiles.default() or ""
        assert workspace.secrets.get(profile, "shop.key") == DEFAULT_KEY


@pytest.mark.spec("SEC-01")
def test_executed_copies_hold_no_credential(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = "CANARI7F3A9B21JAMAISVISIBLE00000"
    with Workspace.open(home) as workspace:
        profile = workspace.profiles.default() or ""
        for name in ("shop.key", "erp.subscription_key", "erp.client_id", "erp.client_secret"):
            workspace.secrets.set(profile, name, canary)
    monkeypatch.setenv("ATOOSYNC_HOME", str(home))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    for name in ("connect", "profile"):
        out = tmp_path / f"{name}.ipynb"
        papermill.execute_notebook(str(ROOT / "notebooks" / f"{name}.ipynb"), str(out), progress_bar=False)
        text = out.read_text(encoding="utf-8")
        assert canary not in text
        assert "Vélo Nord" in text or "Comptoir des Calanques" in text or name == "connect"
        assert json.loads(text)["cells"]


@pytest.mark.parametrize("name", ["connect", "profile"])
def test_pages_run_where_there_is_no_profile_yet(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOOSYNC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    out = tmp_path / f"{name}.ipynb"
    papermill.execute_notebook(str(ROOT / "notebooks" / f"{name}.ipynb"), str(out), progress_bar=False)
    assert "Créer un profil" in out.read_text(encoding="utf-8")
