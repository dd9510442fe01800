"""Template databases: built once for each variant, copied for each server."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from atoosync_lab.model.errors import Facts, StopError
from atoosync_lab.sandbox.tryton import demo, facts, install
from atoosync_lab.sandbox.tryton.facts import MODULES, Variant
from atoosync_lab.sandbox.tryton.server import (
    TrytonServer,
    database_file,
    launch,
    put_database,
    run,
    server_env,
    write_config,
)

_DATA = "atoosync_lab.sandbox.data"
_COMMON = ("company.py", "trade.py", "goods.py")
_RETAIL: Mapping[str, Sequence[str]] = {
    "atoosync_lab.sandbox.tryton": (*_COMMON, "retail.py"),
    _DATA: ("retail_source.py",),
}
_FILLED_BY: Mapping[Variant, Mapping[str, Sequence[str]]] = {
    "demo": {
        "atoosync_lab.sandbox.tryton": (*_COMMON, "demo.py"),
        f"{_DATA}.demo": ("catalogue.py", "people.py", "people.json", "words.py", "words.json"),
    },
    "retail": _RETAIL,
    "sample": _RETAIL,
}
"""Files that decide what is in a template: a change of one makes a new template."""


@dataclass(frozen=True)
class Built:
    """What a server is started from.

    Attributes:
        place: Cache folder of the installation.
        template: Template database.
        seconds: How long building took this time; 0: all was there.
    """

    place: Path
    template: Path
    seconds: float

    def told(self) -> str:
        """One line for people."""
        return f"Tryton: built in {self.seconds:.0f} s" if self.seconds else "Tryton: from cache"


def build(variant: Variant = "demo", place: Path | None = None, *, say: Callable[..., None] = install.silent) -> Built:
    """Make sure that Tryton is installed and that the template of a variant exists.

    Args:
        variant: `demo`, `retail` or `sample` (of retail).
        place: Cache folder; None takes the usual one.
        say: Told what goes on: the code of a message and its fields.

    Raises:
        BusyError: when another process builds for too long.
        ConnectionFailedError: when pip reaches no package index.
        StorageError: when the disk is full or the folder not writable.
        SettingsError: when this Python cannot make environments.
        StopError: when a step fails otherwise.
    """
    place = place or install.cache_folder()
    template = place / f"{variant}-{_sources(variant)}.sqlite"
    if install.is_installed(place) and template.is_file():
        return Built(place, template, 0.0)
    begun = time.monotonic()
    with install.locked(place):
        if install.is_installed(place) and template.is_file():
            return Built(place, template, 0.0)
        install.install(place, say=say)
        base = place / "base.sqlite"
        if not base.is_file():
            say("sandbox.tryton.creating", modules=len(MODULES))
            _publish(place, base, _create)
        if not template.is_file():
            say("sandbox.tryton.filling", variant=variant)
            for old in place.glob(f"{variant}-*.sqlite"):
                old.unlink()
            _publish(place, template, lambda work: _seed(place, work, base, variant))
    return Built(place, template, time.monotonic() - begun)


def start(
    state: Path,
    variant: Variant = "demo",
    port: int = 0,
    *,
    place: Path | None = None,
    fresh: bool = False,
    queued: bool = False,
) -> TrytonServer:
    """Start a server; a folder without database gets a copy of the variant's template.

    Args:
        state: Folder of the server's data (created).
        variant: `demo`, `retail` or `sample` (of retail).
        port: Port on 127.0.0.1; 0 takes a free one.
        place: Cache folder; None takes the usual one.
        fresh: Put a new copy in the place of the database that is there.
        queued: Leave what a call puts off to a worker of one's own.

    Raises:
        AtooSyncError: as `build`; also `StopError` when the server does not start.
    """
    built = build(variant, place)
    if fresh or not database_file(state).is_file():
        put_database(built.template, state)
    return run(built.place, state, port, queued=queued)


def _publish(place: Path, target: Path, make: Callable[[Path], None]) -> None:
    """Have a database made in a folder of its own; it takes its place only when it is whole."""
    work = Path(tempfile.mkdtemp(prefix="work-", dir=place))
    try:
        make(work)
        _settle(database_file(work))
        os.replace(database_file(work), target)
    except OSError as error:
        raise install.unwritable(place, error) from error
    finally:
        for left in place.glob("work-*"):
            shutil.rmtree(left, ignore_errors=True)


def _settle(database: Path) -> None:
    """Bring what the server wrote beside the database into its one file, which is what is copied."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _create(work: Path) -> None:
    """Create a database with all modules; the only step that is no JSON-RPC call."""
    database_file(work).touch()
    config = write_config(work, 0)
    secret = work / "password"
    secret.write_text(facts.PASSWORD, encoding="utf-8")
    command = launch(
        work.parent, "trytond-admin", "--config", str(config), "--database", facts.DATABASE, "--email", facts.EMAIL,
        "--activate-dependencies", "--update", *MODULES,
    )  # fmt: skip
    env = {**server_env(), "TRYTONPASSFILE": str(secret)}
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, env=env)
    if ended.returncode:
        text = ended.stderr.strip()
        raise StopError(
            "sandbox.tryton.create_failed",
            facts=Facts(system="tryton", operation="trytond-admin", detail=text[-2000:]),
            text=(text.splitlines() or [""])[-1],
        )


def _seed(place: Path, work: Path, base: Path, variant: Variant) -> None:
    put_database(base, work)
    with run(place, work) as server, server.rpc() as rpc:
        if variant == "demo":
            demo.fill(rpc)
            return
        # Reading the real year loads a database engine, which nobody else here needs.
        from atoosync_lab.sandbox.tryton import retail

        retail.fill(rpc, sample=variant == "sample")


def _sources(variant: Variant) -> str:
    """What a template depends on beside the installation: the code and the words that fill it."""
    found = hashlib.sha256(facts.PASSWORD.encode())
    for package, names in _FILLED_BY[variant].items():
        for name in names:
            found.update((files(package) / name).read_bytes())
    return found.hexdigest()[:12]
