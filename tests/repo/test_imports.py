"""The house plan holds, and the contracts that say so can fail."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repo.tree import ROOT

# One forbidden import for each contract of .importlinter, in a module that only the copy has.
TRESPASSES = {
    "Floors know only the floors below": ("model", "import atoosync_lab.runs"),
    "Shops know neither each other": ("connectors/shops/prestashop", "import atoosync_lab.connectors.erps.ebp"),
    "The connector contract knows no": ("connectors/base", "import atoosync_lab.connectors.erps.ebp"),
    "The sandbox takes nothing": ("sandbox/ebp", "import atoosync_lab.model.money"),
    "Only the commands start": ("workbench", "import atoosync_lab.sandbox.servers"),
    "One sandbox server": ("sandbox/ebp", "import atoosync_lab.sandbox.prestashop"),
    "Rules of money": ("orders", "import sqlalchemy"),
    "Planning sends nothing": ("planning", "import httpx"),
    "Widgets stay": ("runs", "import ipywidgets"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1", "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(
        [*command, "--no-logo", "--no-cache"], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_rooms_import_only_from_floors_below() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def trespassing(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "atoosync_lab", folder / "atoosync_lab", ignore=ignored)
    shutil.copy(ROOT / ".importlinter", folder)
    for number, (place, line) in enumerate(TRESPASSES.values()):
        target = folder / "atoosync_lab" / place
        module = target / f"trespass_{number}.py" if target.is_dir() else target.with_suffix(".py")
        with module.open("a", encoding="utf-8") as out:
            out.write(f"\n{line}\n")
    done = lint(folder)
    assert done.returncode != 0
    return done.stdout


@pytest.mark.parametrize("contract", TRESPASSES)
def test_contract_is_broken_by_a_trespass(trespassing: str, contract: str) -> None:
    (verdict,) = [
        line for line in trespassing.splitlines() if line.startswith(contract) and re.search("KEPT|BROKEN", line)
    ]
    assert "BROKEN" in verdict


def test_every_contract_has_a_trespass() -> None:
    names = re.findall(r"^name = (.+)$", (ROOT / ".importlinter").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(names) == len(TRESPASSES)
    assert all(any(name.startswith(start) for start in TRESPASSES) for name in names)
