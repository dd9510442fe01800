"""docs/matrix.md says which tests prove which row, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repo.spec_ids import AREAS, PITFALL_IDS, SPEC_IDS
from tests.repo.tree import ROOT
from tools import matrix

ROWS = [*SPEC_IDS, *PITFALL_IDS]


def test_committed_matrix_is_what_pytest_collects() -> None:
    fresh = matrix.page(matrix.collect(), ROWS, AREAS)
    assert matrix.PAGE.read_text(encoding="utf-8") == fresh, "run: make matrix"


def test_rows_are_unique_and_each_belongs_to_an_area() -> None:
    assert len(set(ROWS)) == len(ROWS)
    assert {row.split("-")[0] for row in ROWS} == AREAS.keys()


def test_known_rows_are_those_of_the_specification(shared: Path) -> None:
    text = (shared / "spec.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:SVC|SHOP|ERP|ART|CLI|ORD|SHP|ACC|RUN|SEC|BEY)-\d\d\b", text))
    assert named <= set(SPEC_IDS)
    headings = re.findall(r"^### (PB-\d\d)", (shared / "pitfalls.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(headings) == set(PITFALL_IDS)


@pytest.mark.parametrize(
    ("mark", "complaint"),
    [
        ('spec("ORD-99")', "'ORD-99') is not a known row"),
        ('spec("PB-01")', "'PB-01') is not a known row"),
        ("spec()", "names no row"),
    ],
)
def test_marker_that_names_no_known_row_stops_the_collection(tmp_path: Path, mark: str, complaint: str) -> None:
    test = tmp_path / "test_sample.py"
    test.write_text(f"import pytest\n\n@pytest.mark.{mark}\ndef test_it():\n    pass\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.plugin_matrix", "-p", "no:cacheprovider", "-c"]
    done = subprocess.run(
        [*command, str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "--collect-only", str(test)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert complaint in done.stdout + done.stderr


def test_row_is_failed_when_one_of_its_tests_failed_and_not_run_when_one_is_unknown() -> None:
    outcomes = {"a": ("passed", ""), "b": ("failed", ""), "c": ("skipped", "")}
    assert matrix.verdict(["a"], outcomes) == "passed"
    assert matrix.verdict(["a", "c"], outcomes) == "skipped"
    assert matrix.verdict(["a", "x"], outcomes) == "not run"
    assert matrix.verdict(["a", "b", "x"], outcomes) == "FAILED"
