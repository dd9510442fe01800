"""Unpacking an archive into a home: verified beside, then given its place; the state store comes last (SEC-05)."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from atoosync_lab.model.errors import SettingsError, StorageError
from atoosync_lab.model.points import into_place, point
from atoosync_lab.store.archive import (
    ASIDE,
    CHUNK,
    MANIFEST,
    MASTER_KEY,
    NOT_KEPT,
    STORE,
    Entry,
    Manifest,
    disk,
    safe,
)


@contextmanager
def opened(archive: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """An archive with its manifest, whose names are all safe and whose files are all there.

    Raises:
        SettingsError: there is no such file.
        StorageError: it is torn, foreign, of a later version, or names a place outside the home.
    """
    if not archive.is_file():
        raise SettingsError("restore.no_file", path=str(archive))
    try:
        with zipfile.ZipFile(archive) as found:
            names = found.namelist()
            if MANIFEST not in names:
                raise StorageError("restore.torn", path=archive.name)
            manifest = Manifest.load(found.read(MANIFEST))
            listed = [entry.path for entry in manifest.files]
            if bad := [name for name in (*names, *listed) if not safe(name)]:
                raise StorageError("restore.unsafe", path=archive.name, name=bad[0][:80])
            if STORE not in listed or len(set(names)) != len(names) or {*listed, MANIFEST} != set(names):
                raise StorageError("restore.torn", path=archive.name)
            yield found, manifest
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise StorageError("restore.torn", path=archive.name) from error


def unpack(found: zipfile.ZipFile, manifest: Manifest, folder: Path) -> None:
    """Every file of an archive below `folder`, each as long and with the same SHA-256 as the manifest says.

    Raises:
        StorageError: one differs, or the disk is full.
    """
    with disk(str(folder)):
        for entry in manifest.files:
            path = folder.joinpath(*entry.path.split("/"))
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _unpack_one(found, entry, path)


def _unpack_one(found: zipfile.ZipFile, entry: Entry, path: Path) -> None:
    digest, size = hashlib.sha256(), 0
    # What changes no more keeps no right to be written (captures and plans).
    mode = 0o444 if entry.path.split("/")[0] in ("captures", "plans") and path.suffix == ".duckdb" else 0o600
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as target, found.open(entry.path) as source:
        while part := source.read(CHUNK):
            size += len(part)
            if size > entry.bytes:
                break
            digest.update(part)
            target.write(part)
    if size != entry.bytes or digest.hexdigest() != entry.sha256:
        raise StorageError("restore.torn", path=entry.path)
    path.chmod(mode)


def held(root: Path) -> list[Path]:
    """What a home holds of somebody's work; empty folders, a key put there beforehand, practice servers are none."""
    if not root.is_dir():
        return []
    return [
        path
        for path in sorted(root.iterdir())
        if path.name not in (*NOT_KEPT, MASTER_KEY)
        and not path.name.startswith(ASIDE)
        and (not path.is_dir() or any(inner.is_file() for inner in path.rglob("*")))
    ]


def set_aside(root: Path) -> Path | None:
    """Move what a home holds into a folder of its own; that folder, or None when there was nothing.

    Raises:
        StorageError: it cannot be moved.
    """
    found = held(root)
    if not found:
        return None
    with disk(str(root)):
        aside = root / f"{ASIDE[0]}{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        aside.mkdir(mode=0o700)
        # The state store first: without it, what is left is no workbench that a worker could go on with.
        for path in sorted(found, key=lambda each: not each.name.startswith(STORE)):
            os.replace(path, aside / path.name)
    return aside


def give_place(folder: Path, root: Path) -> None:
    """Move a verified copy into its home, the state store last: before it is there, there is no workbench.

    Raises:
        StorageError: it cannot be moved.
    """
    with disk(str(root)):
        for path in sorted(folder.iterdir(), key=lambda each: each.name == STORE):
            target = root / path.name
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)  # empty folders alone are left there
            into_place(path, target)
        point("restore.placed")
        folder.rmdir()
