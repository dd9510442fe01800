"""Every page runs from top to bottom with its defaults, and refuses a bad parameter in the reader's words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from tests.pages.home import make_home
from tests.pages.servers import ROOT


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "home"
    make_home(root)
    monkeypatch.setenv("ATOOSYNC_HOME", str(root))
    monkeypatch.setenv("ATOOSYNC_BOARD", str(root / "exports"))
    monkeypatch.delenv("ATOOSYNC_LANG", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return root


def execute(page: str, tmp_path: Path, **parameters: object) -> Any:
    """The executed copy of a page; papermill raises when a cell fails."""
    out = tmp_path / f"{Path(page).stem}.out.ipynb"
    papermill.execute_notebook(str(ROOT / page), str(out), parameters=parameters, progress_bar=False)
    return nbformat.read(out, as_version=4)  # type: ignore[no-untyped-call]


def html_of(notebook: Any) -> str:
    return "\n".join(
        "".join(output["data"].get("text/html", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    )


@pytest.mark.spec("BEY-01")
def test_preview_of_a_saved_plan_says_counts_cost_captures_and_that_nothing_is_written(
    home: Path, tmp_path: Path
) -> None:
    plan = next((home / "plans" / "calanques").glob("*.duckdb")).stem
    html = html_of(execute("notebooks/preview.ipynb", tmp_path, plan=plan))
    for words in (
        "Rien n’est encore écrit.",
        "ERP (erp) lu à",
        "Boutique (shop) lue à",
        "environ 5\u00a0min",
        "Lignes 1 à 20 sur 67",
    ):
        assert words in html
    assert html.count('class="tile"') == 7


def test_journal_board_runs_by_itself(home: Path, tmp_path: Path) -> None:
    assert "Comptoir des Calanques" in html_of(execute("dashboards/journal.ipynb", tmp_path))


@pytest.mark.parametrize(
    ("notebook", "parameters", "words"),
    [
        ("preview", {"filtre": "x"}, "Le paramètre « filtre » n’existe pas dans cette page"),
        ("preview", {"language": "de"}, "Le paramètre « language » vaut 'de'"),
        ("run", {"dry_run": "oui"}, "il faut True (oui) ou False (non)"),
        ("run", {"flow": "artciles"}, "La tâche « artciles » n’existe pas"),
    ],
)
def test_bad_parameter_ends_the_page_with_a_sentence_and_no_stack(
    home: Path, tmp_path: Path, notebook: str, parameters: dict[str, object], words: str
) -> None:
    with pytest.raises(PapermillExecutionError) as caught:
        execute(f"notebooks/{notebook}.ipynb", tmp_path, **parameters)
    told = "".join(caught.value.traceback).replace("\u00a0", " ")
    assert words in told
    assert "Traceback" not in told
    assert 'File "' not in told
    assert caught.value.exec_count == 3


@pytest.mark.parametrize("notebook", ["notebooks/preview.ipynb", "notebooks/run.ipynb"])
def test_parameters_cell_gives_every_parameter_its_default_and_its_help(notebook: str) -> None:
    from atoosync_lab.runs.parameters import PreviewParameters, RunParameters

    model = PreviewParameters if "preview" in notebook else RunParameters
    found = papermill.inspect_notebook(str(ROOT / notebook))
    assert set(found) == set(model.model_fields)
    assert all(parameter["help"] for parameter in found.values())
    defaults = {
        name: json.loads(p["default"].replace("True", "true").replace("False", "false")) for name, p in found.items()
    }
    assert model(**defaults) == model()
