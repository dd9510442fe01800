"""Tracked files name no registry and no machine; the locks install the same bytes everywhere."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repo.tree import ROOT, text_of, tracked

# Written so that this file does not match itself.
HOSTS = re.compile(
    r"\bpyp[i]\.(org|python)|pythonhoste[d]\.|registry\.npmj[s]|deb\.debia[n]|conda\.anacond[a]|archive\.ubunt[u]",
    re.IGNORECASE,
)
MACHINE = re.compile(r"(?<![\w.])/(wor[k]|roo[t]|hom[e]/\w+|User[s]/\w+)/")
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.parametrize("pattern", [HOSTS, MACHINE], ids=["registry host", "path of one machine"])
def test_tracked_files_name_no(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path}:{number}: {line.strip()[:120]}"
        for path in tracked()
        for number, line in enumerate((text_of(path) or "").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("text", ["https://py" + "pi.org/simple", "/wo" + "rk/main/x", "/ho" + "me/anna/x"])
def test_patterns_recognise_what_they_forbid(text: str) -> None:
    assert HOSTS.search(text) or MACHINE.search(text)


def locked(name: str) -> dict[str, list[Requirement]]:
    """The pins of a lock by package; a package may be pinned once for each platform."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pins: dict[str, list[Requirement]] = {}
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            requirement = Requirement(line.split("--hash")[0].strip())
            pins.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return pins


@pytest.mark.parametrize("name", LOCKS)
def test_lock_pins_every_package_with_a_hash_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"^\s*(--(index|extra-index|find-links)|-i |-f )|://", text, re.MULTILINE)
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            assert re.match(r"\S+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line[:80]


@pytest.mark.parametrize("name", LOCKS)
def test_lock_satisfies_every_dependency_of_the_project(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(project["optional-dependencies"]["dev"] if "dev" in name else [])]
    pins = locked(name)
    for requirement in map(Requirement, wanted):
        versions = [next(iter(pin.specifier)).version for pin in pins.get(canonicalize_name(requirement.name), [])]
        assert versions, f"{requirement} is in no pin of {name}; run: make lock"
        assert all(requirement.specifier.contains(version, prereleases=True) for version in versions), requirement


def test_both_locks_agree_on_every_shared_version() -> None:
    run, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert run.keys() <= dev.keys()
    for name, pins in run.items():
        assert {str(pin.specifier) for pin in pins} <= {str(pin.specifier) for pin in dev[name]}, name


def test_version_is_the_same_in_package_project_and_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    package = re.search(r'^__version__ = "(.+)"$', (ROOT / "atoosync_lab/__init__.py").read_text("utf-8"), re.M)
    changelog = re.search(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert package is not None
    assert changelog is not None
    assert project == package[1] == changelog[1]


def test_readme_and_ci_run_the_same_test_command() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8").strip().splitlines()
    command = script[-1].removeprefix("exec ")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"^{re.escape(command)}\b", readme, re.MULTILINE)
    assert [line for line in script if line.startswith("exec ")] == [script[-1]]
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_make_targets_of_the_readme_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", readme, re.MULTILINE))
    assert named >= {"demo", "test", "lab", "boards", "bench", "check"}
    assert named <= set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
