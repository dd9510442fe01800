"""What tests, pictures and measurements do with a page: watch it, run it, wait until it stands, examine it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request

from tests.pages.servers import Server

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu")
LOOPBACK = {"127.0.0.1", "localhost"}
LAB_READY = "() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
LAB_DONE = """() => {
  const cells = window.jupyterapp.shell.currentWidget?.content?.widgets ?? [];
  const code = cells.filter(cell => cell.model.type === 'code' && cell.model.sharedModel.getSource().trim());
  const failed = code.some(cell => cell.model.sharedModel.getOutputs().some(o => o.output_type === 'error'));
  return code.length > 0 && (failed || code.every(cell => cell.model.executionCount > 0));
}"""
"""Every cell of the open notebook has run, or one has failed."""
LAB_FAILED = """() => (window.jupyterapp.shell.currentWidget?.content?.widgets ?? []).flatMap(cell =>
  cell.model.type === 'code'
    ? cell.model.sharedModel.getOutputs().filter(o => o.output_type === 'error').map(o => `${o.ename}: ${o.evalue}`)
    : [])"""
SHOWN = "() => [...document.querySelectorAll('.at-view, .at-grid, .at-chart')].every(e => e.dataset.ready)"
LAB_ALONE = """() => {
  const { shell } = window.jupyterapp;
  shell.collapseLeft();
  shell.collapseRight();
}"""
LAB_HEIGHT = """() => {
  const notebook = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer');
  return notebook ? notebook.scrollHeight + notebook.getBoundingClientRect().top + 40 : 0;
}"""
"""Pixels the window must be tall to show the whole open notebook."""
OURS = [".at"]


@dataclass(slots=True)
class Watch:
    """What a page asked of other machines, and the errors of its console."""

    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def on(self, page: Page) -> None:
        """Begin to watch."""

        def requested(request: Request) -> None:
            parts = urlsplit(request.url)
            if parts.scheme not in ("data", "blob") and parts.hostname not in LOOPBACK:
                self.outside.append(request.url)

        def said(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.errors.append(f"{message.text} ({message.location.get('url')})")

        page.on("request", requested)
        page.on("console", said)
        page.on("pageerror", lambda error: self.errors.append(str(error)))


def open_in_lab(page: Page, server: Server, name: str, *, dark: bool = False) -> None:
    """Open a notebook in JupyterLab, and wait for its kernel."""
    page.goto(f"{server.url}/tree/{name}.ipynb?token={server.token}&reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=30_000)
    page.wait_for_function(LAB_READY, timeout=60_000)
    if dark is not None:
        theme = {"theme": "JupyterLab Dark" if dark else "JupyterLab Light"}
        page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', theme)", theme)
        light = "false" if dark else "true"
        page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=light, timeout=15_000)
        page.evaluate(LAB_ALONE)


def run_all(page: Page, *, timeout: float = 90_000) -> None:
    """Run every cell of the open notebook and wait until the last one has ended and is shown.

    Raises:
        AssertionError: a cell ended with an error.
    """
    # The command's promise is not waited for: it is kept only when the last cell has ended.
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    page.wait_for_function(LAB_DONE, timeout=timeout)
    failed = page.evaluate(LAB_FAILED)
    assert not failed, failed
    page.wait_for_function(SHOWN, timeout=30_000)


def serious(page: Page, *, within: list[str] | None = None) -> list[str]:
    """What axe-core finds serious or critical in the page, or in the parts named: rule and first element."""
    found = Axe().run(page, context={"include": within} if within else None).response
    return [
        f"{broken['id']}: {broken['nodes'][0]['html'][:200]}"
        for broken in found["violations"]
        if broken["impact"] in ("serious", "critical")
    ]


def with_parameters(source: Path, target: Path, given: Mapping[str, object]) -> None:
    """A copy of a notebook whose parameters cell says these."""
    page = json.loads(source.read_text(encoding="utf-8"))
    if given:
        cell = next(c for c in page["cells"] if "parameters" in c["metadata"].get("tags", []))
        lines = "".join(cell["source"]).splitlines()
        cell["source"] = "\n".join([*lines, *(f"{name} = {value!r}" for name, value in given.items())])
    target.write_text(json.dumps(page), encoding="utf-8")
