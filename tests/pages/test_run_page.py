"""A run executed as a page: same outcome and errors as without it, the copy kept, no secret in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.model.errors import BusyError, ConnectionFailedError, SettingsError, StopError
from atoosync_lab.runs.notebooks import run_notebook
from atoosync_lab.runs.run import RunRequest
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.store.journal_records import RunState
from atoosync_lab.store.leases import acquire
from tests.pages.home import CANARY, make_home
from tests.pages.servers import ROOT


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with started(tmp_path_factory.mktemp("demo") / "home", speed=2000.0) as under_way:
        yield under_way


@pytest.fixture(autouse=True)
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATOOSYNC_LANG", raising=False)


def copy_of(home: Path, run_id: str, suffix: str = "") -> Any:
    return nbformat.read(home / "runs" / f"{run_id}{suffix}.ipynb", as_version=4)  # type: ignore[no-untyped-call]


def shown(notebook: Any) -> str:
    return json.dumps([cell.get("outputs", []) for cell in notebook.cells], ensure_ascii=False)


@pytest.mark.spec("RUN-01", "RUN-03")
def test_executed_page_is_kept_with_its_run_and_tells_the_same_outcome(demo: Demo) -> None:
    request = RunRequest(profile=demo.profile.id, flow="articles", dry_run=True, who="camille")
    result = run_notebook(demo.workspace, request)
    row = demo.workspace.journal.get(result.run.id)
    assert row.notebook == f"runs/{row.id}.ipynb"
    assert row.who == "camille"
    assert result.plan is not None
    assert row.counts.total == sum(result.plan.by_action().values()) > 0
    told = shown(copy_of(demo.home, row.id))
    assert "Export des articles" in told
    assert f'<div class=\\"v\\">{row.counts.blocked}</div>' in told
    assert "Essai à blanc" in told
    assert sorted(p.name for p in (demo.home / "runs").iterdir() if ".tmp" in p.name) == []
    for secret in demo.workspace.secrets.known_values(demo.profile.id):
        assert secret not in (demo.home / row.notebook).read_text(encoding="utf-8")


def test_run_that_is_refused_raises_as_without_a_page(demo: Demo) -> None:
    request = RunRequest(profile=demo.profile.id, flow="prices", dry_run=True, run_id="busy")
    with (
        acquire(demo.workspace.store, demo.profile.id, "prices", who="somebody"),
        pytest.raises(BusyError, match="somebody"),
    ):
        run_notebook(demo.workspace, request)
    assert "lancé par somebody" in shown(copy_of(demo.home, "busy", ".failed"))


@pytest.mark.spec("SEC-01")
def test_failed_run_keeps_its_copy_its_cause_and_no_secret(demo: Demo) -> None:
    secrets = demo.workspace.secrets
    key = secrets.get(demo.profile.id, "shop.key") or ""
    secrets.set(demo.profile.id, "shop.key", CANARY)
    try:
        with pytest.raises(ConnectionFailedError) as caught:
            run_notebook(demo.workspace, RunRequest(profile=demo.profile.id, flow="stocks", dry_run=True))
    finally:
        secrets.set(demo.profile.id, "shop.key", key)
    row = demo.workspace.journal.list(profile=demo.profile.id, flow="stocks")[0]
    assert row.state is RunState.FAILED
    assert row.notebook == f"runs/{row.id}.failed.ipynb"
    assert row.message is not None
    assert row.message.code == caught.value.code
    for path in (demo.home / "runs").glob("*.ipynb"):
        assert CANARY not in path.read_text(encoding="utf-8")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    make_home(tmp_path / "home")
    with Workspace.open(tmp_path / "home") as opened:
        yield opened


def page_that(folder: Path, code: str) -> None:
    """A page with the parameters of the run page and this code after them."""
    notebook = json.loads((ROOT / "notebooks" / "run.ipynb").read_text(encoding="utf-8"))
    cells = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", [])]
    cells.append({**cells[0], "id": "code", "metadata": {}, "source": code})
    (folder / "run.ipynb").write_text(json.dumps({**notebook, "cells": cells}), encoding="utf-8")


LEAK = """
import atoosync_lab, base64
from IPython.display import HTML, display
session = atoosync_lab.open(profile)
key = session.workspace.secrets.get(profile, "shop.key")
print(key); display(HTML(f"<p>{key}</p>"))
display({"application/json": {"deep": [{"er": base64.b64encode((key + ":").encode()).decode()}]}}, raw=True)
raise RuntimeError(f"refused: https://{key}@shop.example/api?ws_key={key}")
"""


@pytest.mark.spec("SEC-01")
def test_secret_that_a_page_prints_is_masked_before_it_is_kept(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOOSYNC_NOTEBOOKS", str(tmp_path))
    page_that(tmp_path, LEAK)
    request = RunRequest(profile="calanques", flow="articles", run_id="leak", filter=f"Id = '{CANARY}'")
    with pytest.raises(StopError) as caught:
        run_notebook(workspace, request)
    kept = (workspace.home.runs / "leak.failed.ipynb").read_text(encoding="utf-8")
    assert "RuntimeError" in kept
    assert kept.count("***") >= 4
    assert "CANARI" not in kept
    assert "CANARI" not in f"{caught.value} {caught.value.__cause__}"


DIE = """
import atoosync_lab, os
atoosync_lab.open(profile).workspace.journal.start(profile, flow, who="camille", run_id=run_id)
os.kill(os.getpid(), 9)
"""


@pytest.mark.spec("RUN-03")
def test_page_whose_process_dies_leaves_a_lost_run_and_its_copy(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOOSYNC_NOTEBOOKS", str(tmp_path))
    page_that(tmp_path, DIE)
    with pytest.raises(StopError, match=r"died\.failed\.ipynb"):
        run_notebook(workspace, RunRequest(profile="calanques", flow="articles", run_id="died"))
    row = workspace.journal.get("died")
    assert row.state is RunState.LOST
    assert row.notebook == "runs/died.failed.ipynb"


def test_missing_page_names_the_folder_and_its_variable(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOOSYNC_NOTEBOOKS", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match="ATOOSYNC_NOTEBOOKS"):
        run_notebook(workspace, RunRequest(profile="calanques", flow="articles"))
