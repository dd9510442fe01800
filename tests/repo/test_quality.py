"""Format, lint (public docstrings included) and types: what `make check` says, `make test` says too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repo.tree import ROOT
from tools import bench


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "format", "--check", "."],
        ["ruff", "check", "."],
        ["mypy"],
        ["mypy", "--strict", "tools"],
    ],
    ids=["format", "lint", "types", "types of the tools"],
)
def test_code_is_clean(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


def test_measurement_is_run_and_printed_as_one_json_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "__init__.py").touch()
    sample = '"""Counts to three.\n\nMore.\n"""\n\n\ndef run(folder):\n    return {"rows": len(list("abc"))}\n'
    (tmp_path / "benchmarks" / "sample_of_three.py").write_text(sample, encoding="utf-8")
    assert bench.measurements(tmp_path) == {"sample_of_three": "Counts to three."}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from tools import bench; bench.main(['sample_of_three'], bench.Path({str(tmp_path)!r}))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert line.pop("machine")["cores"] >= 1
    assert line == {"bench": "sample_of_three", "rows": 3}
    assert bench.main(["unknown"], tmp_path) == 2
    assert "sample_of_three" in capsys.readouterr().err
