"""Notebooks in git are pages, not records of someone's run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.repo.tree import ROOT
from tools import notebooks


def page(*, outputs: list[object], count: int | None, metadata: dict[str, object]) -> dict[str, object]:
    cell = {"cell_type": "code", "id": "a", "metadata": metadata, "outputs": outputs, "execution_count": count}
    return {"cells": [{**cell, "source": ["1"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.mark.spec("SEC-01")
def test_notebooks_carry_no_outputs_and_no_volatile_metadata(capsys: pytest.CaptureFixture[str]) -> None:
    assert notebooks.main([str(ROOT)]) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    "dirty",
    [
        page(outputs=[{"output_type": "stream", "name": "stdout", "text": ["1"]}], count=None, metadata={}),
        page(outputs=[], count=3, metadata={}),
        page(outputs=[], count=None, metadata={"execution": {"iopub.execute_input": "2026-01-01"}}),
    ],
    ids=["output", "counter", "timing"],
)
def test_unclean_notebook_is_named_then_cleaned(
    tmp_path: Path, dirty: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notebooks" / "tour.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(dirty), encoding="utf-8")
    assert notebooks.main([str(tmp_path)]) == 1
    assert "tour.ipynb" in capsys.readouterr().out
    assert notebooks.main(["--fix", str(tmp_path)]) == 0
    assert notebooks.main([str(tmp_path)]) == 0


def test_cleaning_keeps_the_tags_that_papermill_reads() -> None:
    fresh = notebooks.clean(page(outputs=[], count=1, metadata={"tags": ["parameters"], "collapsed": True}))
    assert fresh["cells"][0]["metadata"] == {"tags": ["parameters"]}
