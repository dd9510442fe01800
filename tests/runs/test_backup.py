"""Backup and restore: whole or not at all, at rest in its new place, secrets closed without their key (SEC-05)."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from atoosync_lab.model.errors import BusyError, SettingsError, StorageError
from atoosync_lab.runs.backup import Restore, backup, restore
from atoosync_lab.runs.clients import Clients
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.store import restored
from atoosync_lab.store.engine import Store
from atoosync_lab.store.journal_records import RunState
from atoosync_lab.store.leases import acquire, holder
from atoosync_lab.store.migrations import upgrade
from atoosync_lab.store.restored import LASTS, LATER, Restored
from atoosync_lab.store.schedules import Schedules
from atoosync_lab.store.tables import SCHEMA_HEAD

SECRET = "a-credential-nobody-may-read"
CAPTURE = b"DUCK" + os.urandom(200_000)
NO_ENV: dict[str, str] = {}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a bit of everything."""
    root = tmp_path / "home"
    with Workspace.open(root) as space:
        space.profiles.create(Profile.model_validate({"id": "a", "name": "A"}), who="test")
        space.secrets.set("a", "shop.key", SECRET)
        space.secrets.set("a", "erp.tokens", json.dumps({"access": "x", "refresh": SECRET}))
        Clients(space).add("anna", ["a"], "ten characters")
        Schedules(space.store).add("a", "orders", {"start": "08:00"}, "Europe/Paris", who="test", next_at=soon())
        space.journal.start("a", "orders", who="test")
    for name, content in {
        "captures/a/shop/20261101T000000Z-1.duckdb": CAPTURE,
        "plans/a/1.duckdb": CAPTURE[:1000],
        "plans/a/2.duckdb.tmp": b"half",
        "runs/1.ipynb": b"{}",
        "exports/a/journal.duckdb": b"x",
        "exports/a/live/1.json": b"{}",
        "sandbox/ebp/folder.sqlite": b"practice",
        "clients/anna/jupyter/runtime/jpserver-1.json": b"{}",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    with closing(sqlite3.connect(root / "queue.sqlite")) as queue:
        queue.execute("CREATE TABLE waiting (run TEXT)").connection.commit()
    return root


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


def back(archive: Path, root: Path, **options: object) -> Restore:
    return restore(archive, root, who="test", env=NO_ENV, **options)  # type: ignore[arg-type]


def files(root: Path) -> dict[str, bytes]:
    """Every file, but the logs that SQLite keeps beside an open database."""
    found = [p for p in sorted(root.rglob("*")) if p.is_file() and not p.name.endswith(("-wal", "-shm"))]
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in found}


@pytest.mark.spec("SEC-05")
def test_everything_comes_back_at_rest(home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    made = backup(home, archive, env=NO_ENV)
    assert archive.stat().st_mode & 0o777 == 0o600
    names = {entry.path for entry in made.manifest.files}
    assert names == {
        "store.sqlite", "queue.sqlite", "captures/a/shop/20261101T000000Z-1.duckdb", "plans/a/1.duckdb",
        "runs/1.ipynb", "exports/a/journal.duckdb", "clients/anna/client.json",
    }  # fmt: skip
    root = tmp_path / "new"
    done = back(archive, root, key=home / "master.key")
    assert (done.profiles, done.sealed, done.aside) == (("a",), 0, None)
    assert (done.taken_over.paused, done.taken_over.lost, done.taken_over.signed_out) == (1, 1, 1)
    assert (root / "captures/a/shop/20261101T000000Z-1.duckdb").read_bytes() == CAPTURE
    assert not (root / "captures/a/shop/20261101T000000Z-1.duckdb").stat().st_mode & 0o222
    assert not (root / "queue.sqlite").exists()
    assert [p.name for p in root.iterdir() if p.name.startswith((".restoring", "replaced"))] == []
    with Workspace.open(root) as space:
        assert space.secrets.get("a", "shop.key") == SECRET
        assert space.secrets.get("a", "erp.tokens") is None
        assert [c.id for c in Clients(space).list()] == ["anna"]
        schedule = Schedules(space.store).list("a")[0]
        assert (schedule.paused, schedule.next_at) == (True, None)
        assert [r.state for r in space.journal.list(profile="a")] == [RunState.LOST]
    note = restored.read(root)
    assert note is not None
    assert note.made_at == made.manifest.made_at


@pytest.mark.spec("SEC-05", "SEC-01")
def test_the_key_is_apart_unless_asked_for(home: Path, tmp_path: Path) -> None:
    key = (home / "master.key").read_text().strip()
    backup(home, tmp_path / "a.zip", env=NO_ENV)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert key.encode() not in everything
    assert SECRET.encode() not in everything
    closed = back(tmp_path / "a.zip", tmp_path / "closed")
    assert closed.sealed == 1
    with pytest.raises(SettingsError):
        Workspace.open(tmp_path / "closed")
    made = backup(home, tmp_path / "b.zip", with_key=True, env=NO_ENV)
    assert made.manifest.with_key
    assert back(tmp_path / "b.zip", tmp_path / "open", keep_sign_in=True).sealed == 0
    assert (tmp_path / "open" / "master.key").stat().st_mode & 0o777 == 0o600
    with Workspace.open(tmp_path / "open") as space:
        assert SECRET in (space.secrets.get("a", "erp.tokens") or "")
    # A key named by the environment is kept out as well, wherever its file lies.
    moved = home / "keys.txt"
    moved.write_text(key)
    again = backup(home, tmp_path / "c.zip", env={"ATOOSYNC_MASTER_KEY_FILE": str(moved)})
    assert "keys.txt" not in {entry.path for entry in again.manifest.files}
    assert again.manifest.key_id == made.manifest.key_id


@pytest.mark.spec("SEC-05")
def test_a_backup_made_while_others_write_is_one_moment(home: Path, tmp_path: Path) -> None:
    ended = threading.Event()

    def work() -> None:
        with Workspace.open(home) as space:
            number = 0
            while not ended.is_set():
                number += 1
                with space.store.begin() as tx:
                    space.links.link("a", "left", {str(number): "x"}, tx)
                    space.links.link("a", "right", {str(number): "x"}, tx)

    writer = threading.Thread(target=work)
    writer.start()
    try:
        for number in range(3):
            backup(home, tmp_path / f"{number}.zip", env=NO_ENV)
    finally:
        ended.set()
        writer.join()
    for number in range(3):
        root = tmp_path / f"home{number}"
        back(tmp_path / f"{number}.zip", root)
        with closing(Store.open(root / "store.sqlite")) as store, store.read() as connection:
            rows = connection.exec_driver_sql("SELECT entity, count(*) FROM links GROUP BY entity").all()
        assert len({count for _, count in rows}) <= 1, rows


@pytest.mark.spec("SEC-05")
def test_torn_or_altered_archives_change_nothing(home: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.zip"
    backup(home, good, env=NO_ENV)
    whole = good.read_bytes()
    before = files(home)
    bad = tmp_path / "bad.zip"
    cuts = [whole[: len(whole) * part // 8] for part in range(8)] + [whole[:-1]]
    flips = [len(whole) * part // 7 for part in range(1, 7)]
    altered = [whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :] for at in flips]
    refused = 0
    for content in [*cuts, *altered]:
        bad.write_bytes(content)
        try:
            back(bad, tmp_path / "new")
        except StorageError:
            refused += 1
            assert files(tmp_path / "new") == {}
        with pytest.raises((StorageError, SettingsError)):
            back(bad, home, replace=False)
        assert files(home) == before
    assert refused == len(cuts) + len(altered)
    bad.write_bytes(altered[2])
    with pytest.raises(StorageError):
        back(bad, home, replace=True)
    assert files(home) == before


@pytest.mark.spec("SEC-05")
@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "a/../../out.txt", "C:/out.txt", "a\\..\\out.txt", "a//b"])
def test_names_that_leave_the_home_are_refused(home: Path, tmp_path: Path, name: str) -> None:
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    backup(home, good, env=NO_ENV)
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        manifest = json.loads(source.read("manifest.json"))
        manifest["files"].append({"path": name, "bytes": 1, "sha256": "0" * 64})
        for each in source.namelist():
            content = json.dumps(manifest).encode() if each == "manifest.json" else source.read(each)
            target.writestr(each, content)
        target.writestr(zipfile.ZipInfo(name), b"x")
    with pytest.raises(StorageError) as refused:
        back(bad, tmp_path / "deep" / "new")
    assert refused.value.code == "restore.unsafe"
    assert not list(tmp_path.rglob("out.txt"))
    assert files(tmp_path / "deep" / "new") == {}


@pytest.mark.spec("SEC-05")
def test_older_stores_are_migrated_and_newer_ones_refused(home: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    first = create_engine(f"sqlite:///{old / 'store.sqlite'}")
    with first.begin() as connection:
        upgrade(connection, "0001")
    first.dispose()
    made = backup(old, tmp_path / "old.zip", env=NO_ENV)
    assert made.manifest.schema == "0001"
    back(tmp_path / "old.zip", tmp_path / "new")
    with closing(sqlite3.connect(tmp_path / "new" / "store.sqlite")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone()[0] == SCHEMA_HEAD
    with closing(sqlite3.connect(home / "store.sqlite")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'").connection.commit()
    backup(home, tmp_path / "newer.zip", env=NO_ENV)
    with pytest.raises(StorageError) as refused:
        back(tmp_path / "newer.zip", tmp_path / "other")
    assert refused.value.code == "store.newer"
    assert files(tmp_path / "other") == {}


@pytest.mark.spec("SEC-05")
def test_a_home_with_work_is_put_aside_only_when_told_and_never_while_in_use(home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    backup(home, archive, env=NO_ENV)
    with pytest.raises(SettingsError) as refused:
        back(archive, home)
    assert refused.value.code == "restore.not_empty"
    with pytest.raises(SettingsError):
        backup(home, archive, env=NO_ENV)
    with pytest.raises(SettingsError):
        backup(home, home / "inside.zip", env=NO_ENV)
    with Workspace.open(home) as space:
        space.links.link("a", "later", {"1": "x"})
        with acquire(space.store, "a", "orders", who="somebody"), pytest.raises(BusyError):
            back(archive, home, replace=True)
        assert holder(space.store, "a", "orders") is None
    done = back(archive, home, replace=True)
    assert done.aside is not None
    assert (done.aside / "store.sqlite").is_file()
    assert (home / "sandbox" / "ebp" / "folder.sqlite").read_bytes() == b"practice"
    with Workspace.open(home) as space:
        assert space.secrets.get("a", "shop.key") == SECRET, "the key stayed in its place"
        assert space.links.by_shop_id("a", "later") == {}
    # What was put aside is in no later archive.
    again = backup(home, tmp_path / "b.zip", env=NO_ENV)
    assert not [e.path for e in again.manifest.files if e.path.startswith("replaced")]


@pytest.mark.spec("SEC-05", "ORD-10")
def test_a_restored_home_waits_for_what_was_on_its_way_and_looks_further_for_a_time() -> None:
    moment = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
    note = Restored(at=moment, made_at=moment - timedelta(days=1))
    assert note.sends_from(900.0) == moment + timedelta(minutes=15)
    assert note.sends_from(float("inf")) == moment + LASTS
    assert note.later_generations(moment) == LATER
    assert note.later_generations(moment + LASTS) == 0
