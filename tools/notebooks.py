"""Notebooks in git carry no outputs, no counters and no trace of who ran them; `--fix` cleans them.

Usage: `notebooks.py [--fix] [FOLDER]` (default: the repository; looks into `notebooks` and `dashboards`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("notebooks", "dashboards")

# What a page may keep: its language and kernel, and the tags that papermill and Voila read.
_KEPT_OF_NOTEBOOK = ("kernelspec", "language_info", "title", "atoosync")
_KEPT_OF_CELL = ("tags", "editable", "jupyter")


def pages(root: Path) -> Iterator[Path]:
    """The notebooks under `root`, check-points left out."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.ipynb")):
            if ".ipynb_checkpoints" not in path.parts:
                yield path


def clean(notebook: dict[str, Any]) -> dict[str, Any]:
    """A copy of a notebook without outputs, counters and volatile metadata."""
    kept = {key: value for key, value in notebook["metadata"].items() if key in _KEPT_OF_NOTEBOOK}
    if "language_info" in kept:  # the version changes from machine to machine
        kept["language_info"] = {"name": kept["language_info"].get("name", "python")}
    cells = []
    for cell in notebook["cells"]:
        fresh = dict(cell)
        fresh["metadata"] = {key: value for key, value in cell.get("metadata", {}).items() if key in _KEPT_OF_CELL}
        if cell["cell_type"] == "code":
            fresh["outputs"], fresh["execution_count"] = [], None
        cells.append(fresh)
    return {**notebook, "metadata": kept, "cells": cells}


def main(arguments: Sequence[str]) -> int:
    """Name the notebooks that are not clean (1), or clean them with `--fix` (0)."""
    fix = "--fix" in arguments
    folders = [argument for argument in arguments if not argument.startswith("--")]
    dirty = []
    for path in pages(Path(folders[0]) if folders else ROOT):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        fresh = clean(notebook)
        if fresh != notebook:
            dirty.append(path)
            if fix:
                path.write_text(json.dumps(fresh, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for path in dirty:
        print(f"{'cleaned' if fix else 'not clean'}: {path}")
    if dirty and not fix:
        print("run: make format", file=sys.stderr)
    return int(bool(dirty) and not fix)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
