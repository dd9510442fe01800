"""Backup and restore of the whole workbench, one call each (SEC-05).

A restored home begins at rest: schedules paused, nothing queued, nobody signed in at the ERP. What the workbench did
after the backup is found again at the ERP before anything is sent, so that no order is imported twice.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uuid_utils
from sqlalchemy import select

import atoosync_lab
from atoosync_lab.model.errors import AtooSyncError, BusyError, SettingsError, StorageError
from atoosync_lab.store import archive, restored, unpacking
from atoosync_lab.store.archive import MASTER_KEY, QUEUE, STORE, Manifest
from atoosync_lab.store.engine import Store
from atoosync_lab.store.master_key import FILE_VARIABLE, KEY_VARIABLE, KEYRING_VARIABLE, MasterKeys
from atoosync_lab.store.restored import Restored
from atoosync_lab.store.secrets import Secrets
from atoosync_lab.store.tables import profiles, secrets
from atoosync_lab.store.taking_over import TakenOver, held_now, take_over
from atoosync_lab.store.workers import Workers

OnFile = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """An archive that was written."""

    path: Path
    manifest: Manifest
    bytes: int
    """Size of the archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """A home that was restored."""

    root: Path
    manifest: Manifest
    taken_over: TakenOver
    aside: Path | None
    """Where what the home held before was put; None: it held nothing."""
    sealed: int
    """Credentials that no key at hand opens."""
    profiles: tuple[str, ...]


def backup(
    root: Path,
    out: Path,
    *,
    with_key: bool = False,
    env: Mapping[str, str] = os.environ,
    on_file: OnFile = lambda name: None,
) -> Backup:
    """Write everything a home keeps into one archive, while workers go on.

    Args:
        root: the home.
        out: the new archive.
        with_key: put the master key into it: whoever holds the archive then reads the credentials.
        env: environment, which may name the key.
        on_file: told the name of each file.

    Raises:
        SettingsError: the file exists, lies in the home, or the key was asked for and is not there.
        StorageError: no workbench there, a damaged database, a full disk.
    """
    keys = _keys(root, env)
    if with_key and keys is None:
        raise SettingsError("backup.no_key", path=str(root / MASTER_KEY))
    leave = [Path(named)] if (named := env.get(FILE_VARIABLE, "").strip()) else []
    manifest = archive.write(
        root,
        out,
        program=atoosync_lab.__version__,
        key_id=_key_id(keys),
        key=_text(keys) if with_key and keys else "",
        leave=leave,
        on_file=on_file,
    )
    path = out.expanduser().absolute()
    return Backup(path=path, manifest=manifest, bytes=path.stat().st_size)


def restore(
    source: Path,
    root: Path,
    *,
    who: str,
    replace: bool = False,
    key: Path | None = None,
    keep_sign_in: bool = False,
    env: Mapping[str, str] = os.environ,
) -> Restore:
    """Bring an archive back into a home: verified whole before anything takes its place.

    Args:
        source: the archive.
        root: the home, made where it is missing.
        who: person who restores.
        replace: what the home holds is put aside, in a folder of its own there.
        key: file of the master key, put into the home where it has none.
        keep_sign_in: the old place is gone for good: its sign-ins go on here.
        env: environment, which may name the key.

    Raises:
        SettingsError: no such archive, a home that holds work, a malformed key.
        BusyError: a worker or a run is at work in the home.
        StorageError: torn or foreign archive, written by a later version, full disk. Nothing was changed then.
    """
    root = root.expanduser().absolute()
    _may_be_used(root, replace=replace)
    given = MasterKeys.load(key, env={}, create=False) if key is not None else None
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = root / f"{archive.ASIDE[1]}{uuid_utils.uuid7()}"
    try:
        with unpacking.opened(source) as (found, manifest):
            # Imported here: every command would pay for it at its start.
            from atoosync_lab.store.migrations import known_revisions

            if manifest.schema not in known_revisions():
                raise StorageError("store.newer", path=source.name, revision=manifest.schema)
            with archive.disk(str(root)):
                beside.mkdir(mode=0o700)
            unpacking.unpack(found, manifest, beside)
        moment = datetime.now(UTC)
        # What was queued belongs to the old place; the journal tells of it.
        (beside / QUEUE).unlink(missing_ok=True)
        _place_keys(beside / MASTER_KEY, root / MASTER_KEY, given)
        with closing(Store.open(beside / STORE)) as store:
            taken_over = take_over(store, who=who, keep_sign_in=keep_sign_in)
            sealed = _sealed(store, root, beside, env)
            profiles = _profiles(store)
        restored.write(beside, Restored(at=moment, made_at=manifest.made_at))
        # Again: unpacking took its time, and a worker may have begun meanwhile.
        _may_be_used(root, replace=replace)
        aside = unpacking.set_aside(root)
        unpacking.give_place(beside, root)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return Restore(
        root=root, manifest=manifest, taken_over=taken_over, aside=aside, sealed=sealed, profiles=profiles
    )  # fmt: skip


def _may_be_used(root: Path, *, replace: bool) -> None:
    """Make sure that a home may be filled.

    Raises:
        SettingsError: it holds work, and nobody said that it may be put aside.
        BusyError: somebody is at work there.
    """
    found = unpacking.held(root)
    if not found:
        return
    if not replace:
        raise SettingsError("restore.not_empty", path=str(root), names=", ".join(path.name for path in found[:5]))
    if not (root / STORE).is_file():
        return
    try:
        store = Store.open(root / STORE)
    except StorageError:
        return  # damaged: that is why it is restored, and nobody can work with it
    with closing(store):
        busy = [worker.id for worker in Workers(store).living()] + held_now(store)
    if busy:
        raise BusyError("restore.busy", path=str(root), who=", ".join(busy))


def _keys(root: Path, env: Mapping[str, str]) -> MasterKeys | None:
    """The master keys at hand, or None."""
    try:
        return MasterKeys.load(root / MASTER_KEY, env=env, create=False)
    except AtooSyncError:
        return None


def _key_id(keys: MasterKeys | None) -> str:
    """A short mark of a key: of 256 random bits, its hash tells nothing."""
    return hashlib.sha256(b"atoosync-master-key" + keys.keys[0]).hexdigest()[:16] if keys else ""


def _text(keys: MasterKeys) -> str:
    return "".join(base64.b64encode(key).decode("ascii") + "\n" for key in keys.keys)


def _place_keys(archived: Path, own: Path, given: MasterKeys | None) -> None:
    """Where the home has no key yet, that of the archive or the one given; where it has one, both open from now on."""
    incoming = MasterKeys.load(archived, env={}, create=False) if archived.is_file() else given
    if incoming is None:
        return
    known = MasterKeys.load(own, env={}, create=False).keys if own.is_file() else ()
    keys = MasterKeys(tuple(dict.fromkeys((*incoming.keys, *known))))
    archived.unlink(missing_ok=True)
    with archive.disk(str(archived)), os.fdopen(os.open(archived, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
        out.write(_text(keys))


def _sealed(store: Store, root: Path, beside: Path, env: Mapping[str, str]) -> int:
    """Credentials that the key at hand does not open."""
    with store.read() as connection:
        rows = connection.execute(select(secrets.c.profile, secrets.c.field)).all()
    keys = _keys(beside, env) or _keys(root, env)
    if keys is None:
        return len(rows)
    opener, closed = Secrets(store, keys), 0
    for row in rows:
        try:
            opener.get(row.profile, row.field)
        except SettingsError:
            closed += 1
    return closed


def _profiles(store: Store) -> tuple[str, ...]:
    with store.read() as connection:
        return tuple(connection.execute(select(profiles.c.id).order_by(profiles.c.id)).scalars())


def home_of(into: Path | None) -> Path:
    """The home to restore into: the one named, else `ATOOSYNC_HOME`, else `./data`; nothing is made."""
    return into if into is not None else Path(os.environ.get("ATOOSYNC_HOME") or "data").expanduser().absolute()


def key_place(root: Path, env: Mapping[str, str] = os.environ) -> str:
    """Where the master key of a home is kept, for sentences."""
    for name in (KEY_VARIABLE, FILE_VARIABLE, KEYRING_VARIABLE):
        if env.get(name, "").strip():
            return name if name == KEY_VARIABLE else env[name].strip()
    return str(root / MASTER_KEY)
