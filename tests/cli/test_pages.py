"""The reference pages say what the code says, and every command and message is there."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from atoosync_lab.cli.main import app
from atoosync_lab.model import errors
from atoosync_lab.settings import Profile


@pytest.fixture(scope="module")
def tool(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("commands_tool", root / "tools" / "commands.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pages_are_those_the_tool_writes(root: Path, tool: ModuleType) -> None:
    advice = "run: python tools/commands.py"
    assert (root / "docs" / "commands.md").read_text(encoding="utf-8") == tool.commands_page(), advice
    assert (root / "docs" / "settings.md").read_text(encoding="utf-8") == tool.settings_page(), advice


def test_page_holds_every_exit_status_of_the_errors(root: Path) -> None:
    text = (root / "docs" / "commands.md").read_text(encoding="utf-8")
    statuses = {
        kind.exit_status
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.AtooSyncError)
    }
    for status in sorted({0, 2, 130} | statuses):
        assert f"| {status} |" in text


@pytest.mark.spec("SVC-18")
def test_every_setting_has_its_row(root: Path) -> None:
    text = (root / "docs" / "settings.md").read_text(encoding="utf-8")

    def paths(value: Any, prefix: str = "") -> Iterator[str]:
        for name, field in value.model_fields.items():
            inner = field.annotation
            if isinstance(inner, type) and hasattr(inner, "model_fields"):
                yield from paths(inner, f"{prefix}{name}.")
            else:
                yield prefix + name

    missing = [p for p in paths(Profile) if not p.startswith(("shop_lists", "erp_lists")) and f"| `{p}` |" not in text]
    assert not missing


def commands() -> list[tuple[str, ...]]:
    root: Any = get_command(app)
    found: list[tuple[str, ...]] = [()]
    for name, command in root.commands.items():
        found.append((name,))
        found += [(name, verb) for verb in getattr(command, "commands", {})]
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_help(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*words, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


def test_every_argument_and_option_says_what_it_is() -> None:
    root: Any = get_command(app)

    def walk(name: str, command: Any) -> Iterator[str]:
        for verb, inner in getattr(command, "commands", {}).items():
            yield from walk(f"{name} {verb}", inner)
        if not hasattr(command, "commands"):
            yield from (f"{name} {p.name}" for p in command.params if not p.help)

    assert list(walk("atoosync", root)) == []


def test_missing_argument_is_a_usage_error() -> None:
    assert CliRunner().invoke(app, ["run"]).exit_code == 2
    assert CliRunner().invoke(app, ["no-such-command"]).exit_code == 2
