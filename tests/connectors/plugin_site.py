"""Packages beside the workbench: the example as its publisher builds it, and strangers that are no plug-ins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.connectors import plugins
from atoosync_lab.model import i18n

EXAMPLE = Path(__file__).resolve().parents[1] / "plugin_example"
GROUP = plugins.SHOPS_GROUP

_DRIVER = """
import json, sys
from click.testing import CliRunner
from typer.main import get_command
from atoosync_lab.cli.main import app

runner, root = CliRunner(), get_command(app)
answers = []
for arguments, typed, language in json.load(sys.stdin):
    done = runner.invoke(root, arguments, input=typed, env={"ATOOSYNC_LANG": language})
    answers.append([done.exit_code, done.output])
json.dump(answers, sys.stdout)
"""


def install_example(folder: Path) -> Path:
    """Build the example and install it into a folder, without a network; the folder."""
    # No cache: it would take a changed source for the one it built before.
    options = ["--offline", "--no-deps", "--no-build-isolation", "--no-cache", "--quiet"]
    command = [sys.executable, "-m", "uv", "pip", "install", *options, "--python", sys.executable]
    subprocess.run([*command, "--target", str(folder), str(EXAMPLE)], check=True)
    return folder


def install_stranger(folder: Path, name: str, entry: str, *, modules: Mapping[str, str], group: str = GROUP) -> None:
    """A package with one entry point, as an installer would leave it."""
    told = folder / f"stranger_{name}-1.0.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: stranger-{name}\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(f"[{group}]\n{entry}\n")
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(text)


def environment(*folders: Path, **more: str) -> dict[str, str]:
    """Variables of a process that finds the packages of these folders."""
    path = os.pathsep.join(str(folder) for folder in folders)
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **more}


def commands(folder: Path, home: Path, calls: Sequence[tuple[Sequence[str], str | None, str]]) -> list[tuple[int, str]]:
    """Exit status and output of commands of a workbench that has the folder's packages, all in one process.

    Args:
        folder: packages.
        home: data of the workbench.
        calls: arguments, what is typed, language.
    """
    done = subprocess.run(
        [sys.executable, "-c", _DRIVER],
        input=json.dumps([[list(arguments), typed, language] for arguments, typed, language in calls]),
        env=environment(folder, ATOOSYNC_HOME=str(home), ATOOSYNC_WHO="camille", COLUMNS="400"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return [(code, " ".join(output.split())) for code, output in answers]


@contextmanager
def installed(folder: Path) -> Iterator[None]:
    """This process has the packages of the folder, for a while."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        # Its sandbox lies beside its tests.
        for place in (EXAMPLE / "tests", folder):
            patch.syspath_prepend(str(place))
        _forget()
        yield
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith((str(folder), str(EXAMPLE))):
            del sys.modules[name]
    _forget()


def _forget() -> None:
    plugins._entries.cache_clear()
    i18n._brought.cache_clear()
