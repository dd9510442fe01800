"""Templates: built once, whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from atoosync_lab.model.errors import StopError, StorageError
from atoosync_lab.sandbox.tryton import install, template
from atoosync_lab.sandbox.tryton.server import database_file, put_database


def _create(work: Path) -> None:
    """A database as the server leaves it: part of it in the log beside it."""
    database = sqlite3.connect(database_file(work))
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE made (step TEXT)")
    database.commit()
    database.close()


def _seed(place: Path, work: Path, base: Path, variant: str) -> None:
    put_database(base, work)
    with closing(sqlite3.connect(database_file(work))) as database, database:
        database.execute("INSERT INTO made VALUES (?)", [variant])


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps of a build, without Tryton; which of them ran, in order."""
    ran: list[str] = []

    def noted(name: str, work: Callable[..., None]) -> Callable[..., None]:
        def step(*args: object, **kwargs: object) -> None:
            ran.append(name)
            work(*args, **kwargs)

        return step

    monkeypatch.setattr(install, "is_installed", lambda place: "install" in ran)
    monkeypatch.setattr(install, "install", noted("install", lambda place, say: None))
    monkeypatch.setattr(template, "_create", noted("create", _create))
    monkeypatch.setattr(template, "_seed", noted("seed", _seed))
    return ran


def test_a_template_is_built_once(steps: list[str], tmp_path: Path) -> None:
    said: list[str] = []
    built = template.build("demo", tmp_path, say=lambda code, **fields: said.append(code))
    assert steps == ["install", "create", "seed"]
    assert said == ["sandbox.tryton.creating", "sandbox.tryton.filling"]
    assert built.told().startswith("Tryton: built in")
    again = template.build("demo", tmp_path)
    assert steps == ["install", "create", "seed"]
    assert again.told() == "Tryton: from cache"
    assert again.template == built.template


def test_variants_share_the_empty_database(steps: list[str], tmp_path: Path) -> None:
    demo, retail = (template.build(variant, tmp_path).template for variant in ("demo", "retail"))
    assert steps.count("create") == 1
    for path, variant in ((demo, "demo"), (retail, "retail")):
        with closing(sqlite3.connect(path)) as database:
            assert database.execute("SELECT step FROM made").fetchall() == [(variant,)]


def test_a_template_is_one_file(steps: list[str], tmp_path: Path) -> None:
    """What the server wrote beside its database is in the copy."""
    built = template.build("demo", tmp_path)
    put_database(built.template, tmp_path / "state")
    assert [path.name for path in (tmp_path / "state").iterdir()] == [database_file(tmp_path).name]


def test_a_build_that_fails_leaves_nothing_and_is_made_again(
    steps: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(place: Path, work: Path, base: Path, variant: str) -> None:
        put_database(base, work)
        raise StopError("sandbox.tryton.create_failed", text="cut")

    with monkeypatch.context() as cut:
        cut.setattr(template, "_seed", broken)
        with pytest.raises(StopError):
            template.build("demo", tmp_path)
    assert not list(tmp_path.glob("work-*"))
    assert not list(tmp_path.glob("demo-*"))
    assert template.build("demo", tmp_path).template.is_file()
    assert steps.count("create") == 1


def test_what_a_killed_build_left_is_cleared(steps: list[str], tmp_path: Path) -> None:
    (tmp_path / "work-killed").mkdir()
    (tmp_path / "demo-older.sqlite").touch()
    built = template.build("demo", tmp_path)
    assert not (tmp_path / "work-killed").exists()
    assert list(tmp_path.glob("demo-*.sqlite")) == [built.template]


def test_a_full_disk_is_said(steps: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(work: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(template, "_create", full)
    with pytest.raises(StorageError, match="No space left"):
        template.build("demo", tmp_path)
