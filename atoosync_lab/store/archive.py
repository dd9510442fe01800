"""The archive of a whole workbench: what is in it, what is not, and how it is written (SEC-05).

A zip file with `manifest.json`: format, versions, moment, and size and SHA-256 of each file. Databases are copied by
SQLite's own backup, so that the copy is one consistent moment while others go on writing; captures and plans never
change once they have their name. Left out: the master key, practice servers, and what makes itself anew.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from atoosync_lab.model.errors import SettingsError, StorageError
from atoosync_lab.model.points import into_place

FORMAT = 1
MANIFEST = "manifest.json"
MASTER_KEY = "master.key"
STORE = "store.sqlite"
QUEUE = "queue.sqlite"
CHUNK = 1 << 20
_LITE = b"SQLite format 3\0"

NOT_KEPT = ("sandbox", "demo", "demo-run", "README.md", ".gitignore")
"""Entries of a home that are no work: practice servers and demonstrations make themselves anew."""
ASIDE = ("replaced-", ".restoring-")
"""Beginnings of the names of folders that a restore makes."""
_MADE_ANEW = ("dashboards", "jupyter", "ipython")
"""Folders of a client that its server makes at each start."""
_SUFFIXES = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of an archive."""

    path: str
    """Relative to the home, with `/`."""
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive says of itself."""

    format: int
    program: str
    """Version of the program that wrote it."""
    schema: str
    """Revision of the state store in it."""
    made_at: datetime
    key_id: str
    """Tells which master key opens its credentials, without telling the key; empty: none was at hand."""
    with_key: bool
    files: tuple[Entry, ...]

    def dump(self) -> str:
        """As JSON."""
        return json.dumps({**asdict(self), "made_at": self.made_at.isoformat()}, ensure_ascii=False, indent=1)

    @classmethod
    def load(cls, text: bytes) -> Manifest:
        """From JSON.

        Raises:
            StorageError: it is none, or of a later format.
        """
        try:
            given: dict[str, Any] = json.loads(text)
            if int(given["format"]) > FORMAT:
                raise StorageError("restore.newer", program=str(given.get("program", "")))
            files = tuple(Entry(path=f["path"], bytes=int(f["bytes"]), sha256=f["sha256"]) for f in given["files"])
            moment = datetime.fromisoformat(given["made_at"])
            names = ("format", "program", "schema", "key_id", "with_key")
            return cls(**{n: given[n] for n in names}, made_at=moment, files=files)
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError("restore.torn", path=MANIFEST) from error


def kept(root: Path, leave: Sequence[Path] = ()) -> Iterator[tuple[str, Path]]:
    """Every file of a home that belongs into an archive: (name in the archive, file), the state store first.

    Args:
        root: the home.
        leave: files left out wherever they are: keys.
    """
    left = {path.resolve() for path in (root / MASTER_KEY, *leave)}
    yield STORE, root / STORE
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        first = name.parts[0]
        if first in NOT_KEPT or first.startswith(ASIDE) or name.name.endswith(_SUFFIXES) or ".tmp" in path.suffixes:
            continue
        if first == "clients" and len(name.parts) > 2 and name.parts[2] in _MADE_ANEW:
            continue
        if "live" in name.parts[:-1] and first == "exports":
            continue
        if path.is_symlink() or not path.is_file() or path.resolve() in left or name.as_posix() == STORE:
            continue
        yield name.as_posix(), path


def write(
    root: Path,
    out: Path,
    *,
    program: str,
    key_id: str,
    key: str = "",
    leave: Sequence[Path] = (),
    on_file: Callable[[str], None] = lambda name: None,
) -> Manifest:
    """Write the archive of a home: whole under its name, or not at all.

    Args:
        root: the home.
        out: the new file.
        program: version of the program.
        key_id: which key opens the credentials.
        key: the master key itself, where a person asked for it in the archive.
        leave: files left out.
        on_file: told the name of each file.

    Raises:
        SettingsError: the file exists, or lies inside the home.
        StorageError: there is no workbench, a database is damaged, or the disk is full.
    """
    out = out.expanduser().absolute()
    if not (root / STORE).is_file():
        raise StorageError("backup.no_store", path=str(root))
    if out.exists():
        raise SettingsError("backup.exists", path=str(out))
    if out.resolve().is_relative_to(root.resolve()):
        raise SettingsError("backup.inside_home", path=str(out), home=str(root))
    temporary = out.with_name(f"{out.name}.{os.getpid()}.tmp")
    lite = out.with_name(f"{out.name}.{os.getpid()}.sqlite.tmp")
    entries: list[Entry] = []
    schema = ""
    try:
        with disk(str(out)):
            handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w+b") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
                moment = datetime.now(UTC)
                for name, path in kept(root, leave):
                    on_file(name)
                    entry = _add(archive, name, path, lite)
                    if entry is not None:
                        entries.append(entry)
                    if name == STORE:
                        schema = _revision(lite)
                if key:
                    entries.append(_put(archive, MASTER_KEY, key.encode()))
                manifest = Manifest(
                    format=FORMAT, program=program, schema=schema, made_at=moment, key_id=key_id,
                    with_key=bool(key), files=tuple(entries),
                )  # fmt: skip
                _put(archive, MANIFEST, manifest.dump().encode())
                archive.close()
                raw.flush()
                os.fsync(raw.fileno())
            into_place(temporary, out)
    finally:
        for left in (temporary, lite):
            left.unlink(missing_ok=True)
    return manifest


def _add(archive: zipfile.ZipFile, name: str, path: Path, lite: Path) -> Entry | None:
    """One file; None when it went meanwhile: retention is at work in another process."""
    # Our own databases are never opened as plain files: closing one would take this process's locks on it away, and
    # another process could then tear it (https://www.sqlite.org/howtocorrupt.html, section 2.2).
    if name not in (STORE, QUEUE):
        try:
            with path.open("rb") as source:
                if source.read(len(_LITE)) != _LITE:
                    source.seek(0)
                    return _copy(archive, name, source)
        except FileNotFoundError:
            return None
    elif not path.exists() and name != STORE:
        return None
    _copy_database(path, lite)
    with lite.open("rb") as source:
        return _copy(archive, name, source)


def _copy_database(path: Path, lite: Path) -> None:
    """One consistent moment of a database that others may be writing.

    In one step: a backup in several begins again whenever somebody writes between two of them.

    Raises:
        StorageError: the database is damaged.
    """
    lite.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as source:
            handle = os.open(lite, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.close(handle)
            with closing(sqlite3.connect(lite)) as target:
                source.backup(target)
                # No log beside the copy: it is one file.
                target.execute("PRAGMA journal_mode=DELETE")
                found = target.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            raise StorageError("storage.disk_full", path=lite.name) from error
        raise StorageError("backup.damaged", path=path.name) from error
    if found is None or found[0] != "ok":
        raise StorageError("backup.damaged", path=path.name)


def _revision(store: Path) -> str:
    """Revision of a state store, which may be older than this program."""
    with closing(sqlite3.connect(store)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _copy(archive: zipfile.ZipFile, name: str, source: IO[bytes]) -> Entry:
    """Capture and plan files are compressed already; everything else shrinks."""
    info = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    info.compress_type = zipfile.ZIP_STORED if name.endswith(".duckdb") else zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    digest, size = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=True) as target:
        while part := source.read(CHUNK):
            digest.update(part)
            size += len(part)
            target.write(part)
    return Entry(path=name, bytes=size, sha256=digest.hexdigest())


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> Entry:
    info = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    info.external_attr = 0o600 << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
    return Entry(path=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


@contextmanager
def disk(path: str) -> Iterator[None]:
    """Trouble of the disk as our error.

    Raises:
        StorageError: disk full, or a folder that cannot be written.
    """
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
        raise StorageError("storage.disk_full" if full else "storage.not_writable", path=path) from error


def safe(name: str) -> bool:
    """The name stays inside the folder it is unpacked into, on every system."""
    path = PurePosixPath(name)
    parts = name.split("/")
    return (
        bool(name)
        and not path.is_absolute()
        and not any(part in ("", ".", "..") or "\\" in part or ":" in part or "\0" in part for part in parts)
    )
