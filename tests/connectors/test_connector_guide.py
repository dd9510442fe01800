"""The guide to writing a connector shows the example as it is, and names what there is."""

from __future__ import annotations

import importlib
import re
import textwrap
from pathlib import Path

import pytest

from atoosync_lab.connectors.base import Outcome
from tests.connectors.plugin_site import EXAMPLE

pytestmark = pytest.mark.spec("BEY-11")
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OF_NO_FILE = {"sh", "mermaid"}


@pytest.fixture(scope="module")
def guide(root: Path) -> str:
    return (root / "docs" / "write-a-connector.md").read_text(encoding="utf-8")


def stands_in(block: str, source: str) -> bool:
    """The lines follow one another there, at whatever depth."""
    return any(textwrap.indent(block, " " * depth) in source for depth in (0, 4, 8, 12, 16))


def test_code_of_the_guide_is_that_of_the_example(guide: str) -> None:
    shown = BLOCK.findall(guide)
    drifted = [
        f"{file or language}: {block.splitlines()[0]}"
        for language, file, block in shown
        if language not in OF_NO_FILE and not (file and stands_in(block, (EXAMPLE / file).read_text(encoding="utf-8")))
    ]
    assert drifted == []
    files = {file for _, file, _ in shown}
    parts = ("facts", "client", "records", "connector", "plugin")
    assert {f"src/atoosync_shop_carnet/{part}.py" for part in parts} <= files


def test_changed_code_is_seen_as_drift(guide: str) -> None:
    _, file, block = next(found for found in BLOCK.findall(guide) if found[1].endswith("connector.py"))
    source = (EXAMPLE / file).read_text(encoding="utf-8")
    assert stands_in(block, source)
    assert not stands_in(block.replace("records", "record", 1), source)


def test_modules_outcomes_and_files_of_the_guide_exist(guide: str, root: Path) -> None:
    public = re.search(r"\| Module \| What it gives \|\n\| --- \| --- \|\n((?:\|.*\n)+)", guide)
    assert public
    modules = [
        name for cell in re.findall(r"^\|(.*?)\|", public[1], re.MULTILINE) for name in re.findall("`(.*?)`", cell)
    ]
    assert len(modules) > 6
    for module in modules:
        importlib.import_module(f"atoosync_lab.{module}")
    assert set(re.findall(r"^\| `([A-Z]+)`", guide, re.MULTILINE)) == {o.name for o in Outcome}
    assert [path for path in re.findall(r"\]\(([^):#]+)\)", guide) if not (root / "docs" / path).exists()] == []
    assert [p for p in re.findall(r"`(connectors/[\w/.]+)`", guide) if not (root / "atoosync_lab" / p).exists()] == []
