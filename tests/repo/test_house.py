"""The repository looks as docs/house.md says."""

from __future__ import annotations

import re

from tests.repo.tree import ROOT, tracked

TOP_LEVEL = {
    ".ci",
    ".gitattributes",
    ".gitignore",
    ".importlinter",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "LICENSES",
    "Makefile",
    "README.md",
    "atoosync_lab",
    "benchmarks",
    "dashboards",
    "data",
    "docs",
    "environment.yml",
    "frontend",
    "notebooks",
    "pyproject.toml",
    "requirements-dev.lock",
    "requirements.lock",
    "tests",
    "tools",
}
PAGE = (ROOT / "docs/house.md").read_text(encoding="utf-8")


def floors() -> dict[str, int]:
    return {room: int(floor) for floor, room in re.findall(r"^\| (\d) \| `(\w+)/` \|", PAGE, re.MULTILINE)}


def test_top_level_is_as_planned() -> None:
    assert {path.parts[0] for path in tracked()} <= TOP_LEVEL


def test_every_room_is_on_the_page_and_every_room_of_the_page_exists() -> None:
    rooms = {path.parts[1] for path in tracked() if path.parts[0] == "atoosync_lab" and len(path.parts) > 2}
    assert rooms == {*floors(), "sandbox", "locale"}


def test_page_and_contracts_put_the_rooms_on_the_same_floors() -> None:
    text = (ROOT / ".importlinter").read_text(encoding="utf-8")
    layers = re.search(r"^layers =\n((?:    .+\n)+)", text, re.MULTILINE)
    assert layers is not None
    lines = [re.findall(r"\w+", line) for line in reversed(layers[1].splitlines())]
    contract = {room: floor for floor, rooms in enumerate(lines) for room in rooms}
    assert floors().items() <= contract.items()


def test_only_known_data_is_in_git() -> None:
    kept = {path.parts[1] for path in tracked() if path.parts[0] == "data"}
    assert kept <= {"README.md", "demo"}


def test_no_module_is_longer_than_five_hundred_lines() -> None:
    long = {
        str(path): count
        for path in tracked()
        if path.suffix == ".py" and path.parts[0] in {"atoosync_lab", "tools"}
        if (count := len((ROOT / path).read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long
