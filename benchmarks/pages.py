"""Seconds until each notebook and dashboard stands, against an empty notebook opened the same way in the same run."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from atoosync_lab.cli.demo_steps import Demo
from tests.pages import browsing, furnished
from tests.pages.servers import Server, lab

TIMES = 3
"""Openings of each page; the median counts."""

EMPTY = {
    "cells": [
        {"cell_type": "code", "id": "empty", "metadata": {}, "source": "1", "execution_count": None, "outputs": []}
    ],
    "metadata": {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def run(folder: Path) -> Iterator[Mapping[str, object]]:
    """Open every notebook in JupyterLab and every dashboard in Voila, over a workbench in use."""
    with furnished.demonstration(folder / "home") as demo, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(browsing.CHROMIUM), args=list(browsing.ARGUMENTS))
        yield from _notebooks(folder, demo, chromium)
        yield from _dashboards(folder, demo, chromium)
        chromium.close()


def _notebooks(folder: Path, demo: Demo, chromium: Browser) -> Iterator[Mapping[str, object]]:
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    (notebooks / "empty.ipynb").write_text(json.dumps(EMPTY), encoding="utf-8")
    names = furnished.copy_notebooks(notebooks, demo)
    with lab(folder / "lab", demo.home, notebooks) as server:

        def opened(page: Page, name: str) -> None:
            browsing.open_in_lab(page, server, name)
            browsing.run_all(page)

        empty = _measure(chromium, lambda page: opened(page, "empty"), within=None)
        for name in names:
            found = _measure(chromium, lambda page, name=name: opened(page, name), within=browsing.OURS)
            yield _line(f"notebooks/{name}", found, empty)


def _dashboards(folder: Path, demo: Demo, chromium: Browser) -> Iterator[Mapping[str, object]]:
    dashboards = folder / "dashboards"
    names = furnished.copy_dashboards(dashboards)
    (dashboards / "empty.ipynb").write_text(json.dumps(EMPTY), encoding="utf-8")
    with furnished.boards(folder / "voila", demo.home, dashboards) as server:

        def opened(page: Page, name: str) -> None:
            furnished.open_board(page, server, name)

        empty = _measure(chromium, lambda page: _open_empty(page, server), within=None)
        for name in names:
            found = _measure(chromium, lambda page, name=name: opened(page, name), within=[])
            yield _line(f"dashboards/{name}", found, empty)


def _open_empty(page: Page, server: Server) -> None:
    page.goto(furnished.board_address(server, "empty"))
    page.wait_for_selector(".jp-OutputArea-output", timeout=60_000)


def _measure(
    chromium: Browser, opened: Callable[[Page], None], *, within: list[str] | None
) -> tuple[float, browsing.Watch, list[str]]:
    """Median seconds, what was watched over all openings, and what axe found at the last one (None: not asked)."""
    watch, seconds, found = browsing.Watch(), [], []
    for attempt in range(TIMES):
        context = chromium.new_context(viewport={"width": 1360, "height": 1000}, locale="fr-FR")
        page = context.new_page()
        watch.on(page)
        begun = time.monotonic()
        opened(page)
        seconds.append(time.monotonic() - begun)
        if attempt == TIMES - 1 and within is not None:
            found = browsing.serious(page, within=within)
        context.close()
    return statistics.median(seconds), watch, found


def _line(
    name: str, found: tuple[float, browsing.Watch, list[str]], empty: tuple[float, browsing.Watch, list[str]]
) -> Mapping[str, object]:
    seconds, watch, serious = found
    line: dict[str, object] = {
        "page": name,
        "seconds": round(seconds, 2),
        "ratio": round(seconds / empty[0], 2),
        "outside_requests": len(watch.outside),
        "console_errors": len(watch.errors),
        "axe_serious": len(serious),
    }
    told = [*watch.outside, *dict.fromkeys(watch.errors), *serious]
    return {**line, "seen": told} if told else line
