"""Two servers and one browser for all pages; a page that calls another host or logs an error fails its test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request

from tests.pages.home import make_home
from tests.pages.servers import ROOT, Server, lab, voila

CHROMIUM = Path("/usr/bin/chromium")
LOOPBACK = {"127.0.0.1", "localhost"}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    if not CHROMIUM.exists():
        pytest.skip("needs chromium (tools/browser.sh)")
    return {"executable_path": str(CHROMIUM), "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"viewport": {"width": 1360, "height": 1000}, "locale": "fr-FR"}


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbench with a plan and a journal, shared by the pages that only read it."""
    root = tmp_path_factory.mktemp("home")
    make_home(root)
    return root


@pytest.fixture(scope="session")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the pages: opening one in JupyterLab may save it."""
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return folder


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory, home: Path, notebooks: Path) -> Iterator[Server]:
    with lab(tmp_path_factory.mktemp("jupyter"), home, notebooks) as server:
        yield server


@pytest.fixture(scope="session")
def voila_server(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Iterator[Server]:
    with voila(tmp_path_factory.mktemp("voila"), home / "exports") as server:
        yield server


@pytest.fixture
def quiet_page(page: Page) -> Iterator[Page]:
    """A page watched for requests that leave this machine and for errors in its console."""
    outside: list[str] = []
    errors: list[str] = []

    def requested(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in LOOPBACK:
            outside.append(request.url)

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.text} ({message.location.get('url')})")

    page.on("request", requested)
    page.on("console", said)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert not outside, f"requests to other hosts: {outside}"
    assert not errors, f"errors in the console: {errors}"


@pytest.fixture
def shot(page: Page, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Any:
    """Takes a screenshot into the temporary folder, to be looked at."""
    folder = tmp_path_factory.getbasetemp() / "screenshots"
    folder.mkdir(exist_ok=True)

    def take(name: str) -> None:
        page.screenshot(path=folder / f"{name}.png", full_page=True)

    return take
