"""A demonstration that has been worked with: what pictures and measurements of pages are taken of."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from atoosync_lab.cli.demo_steps import Demo, started
from tests.pages import browsing
from tests.pages.servers import ROOT, Server, voila


@contextmanager
def demonstration(home: Path) -> Iterator[Demo]:
    """Both sandboxes answering; articles sent, orders brought in, a plan of each waiting to be read."""
    home.mkdir(parents=True, exist_ok=True)
    with started(home, speed=2000.0) as demo:
        demo.apply(demo.plan("articles"))
        demo.plan("prices")
        demo.apply(demo.plan("orders"))
        demo.plan("credit-notes")
        demo.run("stocks")
        yield demo


def parameters(name: str, demo: Demo) -> Mapping[str, Any]:
    """What a page is given, so that it shows something."""
    plans = demo.workspace.plans.list(profile=demo.profile.id)
    newest = {plan.flow: plan.id for plan in plans}
    given: dict[str, Mapping[str, Any]] = {
        "preview": {"flow": "articles", "plan": newest.get("articles", "")},
        "run": {"flow": "stocks", "dry_run": True},
        "why": {"key": "DOUBLE-01"},
    }
    return given.get(name, {})


def copy_notebooks(folder: Path, demo: Demo) -> list[str]:
    """Copies of every notebook, with parameters; their names, in order."""
    names = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    for name in names:
        source = ROOT / "notebooks" / f"{name}.ipynb"
        browsing.with_parameters(source, folder / f"{name}.ipynb", parameters(name, demo))
    return names


def copy_dashboards(folder: Path) -> list[str]:
    """Copies of every dashboard; their names."""
    shutil.copytree(ROOT / "dashboards", folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return sorted(path.stem for path in folder.glob("*.ipynb"))


@contextmanager
def boards(folder: Path, home: Path, dashboards: Path) -> Iterator[Server]:
    """The dashboards of a folder, over the exports of a home."""
    folder.mkdir(parents=True, exist_ok=True)
    with voila(folder, home / "exports", dashboards) as server:
        wait_preheated(server, len(list(dashboards.glob("*.ipynb"))))
        yield server


def wait_preheated(server: Server, pages: int) -> None:
    """Until a kernel of each page waits for its visitor: the server has been up for a while when a client comes."""
    deadline = time.monotonic() + 120
    while server.log.read_text(encoding="utf-8").count("is filled") < pages and time.monotonic() < deadline:
        time.sleep(0.5)


def board_address(server: Server, name: str) -> str:
    """Where a dashboard is, for somebody who holds the token."""
    return f"{server.url}voila/render/{name}.ipynb?token={server.token}"


def open_board(page: Page, server: Server, name: str) -> None:
    """Open a dashboard and wait until all its parts are shown."""
    page.goto(board_address(server, name))
    page.wait_for_selector("[data-ready]", timeout=60_000)
    page.wait_for_function(browsing.SHOWN, timeout=30_000)
