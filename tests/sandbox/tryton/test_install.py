"""The installation: hashed packages, one builder at a time, nothing half-made, and errors that say what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from atoosync_lab.model import i18n
from atoosync_lab.model.errors import (
    AtooSyncError,
    BusyError,
    ConnectionFailedError,
    SettingsError,
    StopError,
    StorageError,
)
from atoosync_lab.sandbox.tryton import install

Fake = Callable[[str, str], str]

_SCRIPT = """#!/bin/sh
if [ "$2" = venv ]; then
    {venv}
    mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && touch "$3/bin/trytond" "$3/bin/trytond-admin"
else
    {pip}
fi
"""


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """A Python whose `venv` and `pip` do what the shell is told."""

    def make(venv: str = ":", pip: str = ":") -> str:
        path = tmp_path / "python"
        path.write_text(_SCRIPT.format(venv=venv, pip=pip), encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    return make


def test_every_package_is_pinned_by_hashes_and_no_address_is_named() -> None:
    text = install.requirements().decode()
    names = re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
    assert "trytond" in names
    assert "trytond-account-fr" in names
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"https?://|index-url|find-links", text)


def test_an_installation_that_is_whole_is_used_again(fake: Fake, tmp_path: Path) -> None:
    place = tmp_path / "cache"
    place.mkdir()
    assert not install.is_installed(place)
    assert install.install(place, python=fake()) > 0
    assert install.is_installed(place)
    assert install.install(place, python="/nowhere/python") == 0


def test_what_was_left_half_made_is_made_again(fake: Fake, tmp_path: Path) -> None:
    place = tmp_path / "cache"
    (place / "env" / "bin").mkdir(parents=True)
    (place / "env-old").mkdir()
    (place / "env" / "bin" / "python").touch()
    assert not install.is_installed(place)
    install.install(place, python=fake())
    assert install.is_installed(place)
    assert not (place / "env-old").exists()


def test_an_installation_that_fails_leaves_nothing(fake: Fake, tmp_path: Path) -> None:
    place = tmp_path / "cache"
    place.mkdir()
    with pytest.raises(StopError):
        install.install(place, python=fake(pip="echo broken >&2; exit 1"))
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("venv", "pip", "error", "words"),
    [
        ("echo 'No module named venv' >&2; exit 1", ":", SettingsError, ("module venv", "venv module")),
        (
            ":",
            "echo 'ERROR: Could not find a version that satisfies the requirement trytond==8.2.1' >&2; exit 1",
            ConnectionFailedError,
            ("PIP_INDEX_URL", "PIP_INDEX_URL"),
        ),
        (
            ":",
            "echo 'ERROR: [Errno 28] No space left on device' >&2; exit 2",
            StorageError,
            ("XDG_CACHE_HOME", "XDG_CACHE_HOME"),
        ),
        (":", "echo 'ERROR: something else' >&2; exit 1", StopError, ("something else", "something else")),
    ],
)
def test_what_went_wrong_is_said_with_what_to_do(
    fake: Fake, tmp_path: Path, venv: str, pip: str, error: type[AtooSyncError], words: tuple[str, str]
) -> None:
    place = tmp_path / "cache"
    place.mkdir()
    with pytest.raises(error) as caught:
        install.install(place, python=fake(venv, pip))
    assert type(caught.value) is error
    message = caught.value.message
    for language, word in zip(("fr", "en"), words, strict=True):
        assert word in i18n.translate(message.code, message.params, language)


def test_a_python_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="/nowhere/python"):
        install.install(tmp_path, python="/nowhere/python")


def test_one_builds_while_the_other_waits(tmp_path: Path) -> None:
    with install.locked(tmp_path), pytest.raises(BusyError), install.locked(tmp_path, wait=0.05):
        pass
    with install.locked(tmp_path, wait=0.05):
        pass


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError), install.locked(tmp_path / "file" / "cache"):
        pass


def test_the_cache_lies_where_the_desktop_says(tmp_path: Path) -> None:
    found = install.cache_folder({"XDG_CACHE_HOME": str(tmp_path)})
    assert found == tmp_path / "atoosync-lab" / f"tryton-{install.digest()}"
    assert install.cache_folder({}).parent == Path.home() / ".cache" / "atoosync-lab"


def test_nothing_of_tryton_is_imported(root: Path) -> None:
    pattern = re.compile(r"^\s*(?:import|from)\s+(?:trytond|proteus)\b", re.MULTILINE)
    sources = [*(root / "atoosync_lab").rglob("*.py"), *(root / "tests").rglob("*.py")]
    assert sources
    assert [str(path) for path in sources if pattern.search(path.read_text(encoding="utf-8"))] == []
