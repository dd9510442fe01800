"""Tryton's own Python environment, in a cache folder: installed once, from hashed requirements, by pip.

Tryton is GPL: it stays a program of its own, installed beside this one and spoken to over HTTP. Nothing of it is
imported here. Where packages come from is pip's business alone (its configuration files and environment).
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from atoosync_lab.model.errors import BusyError, ConnectionFailedError, Facts, SettingsError, StopError, StorageError
from atoosync_lab.sandbox.tryton.facts import MODULES

CACHE_VARIABLE = "XDG_CACHE_HOME"
REQUIREMENTS = "requirements.txt"
DONE_FILE = "installed.txt"
"""Written last into an environment; one without it was left half-made."""
WAIT = 600.0
"""Seconds that a process waits for another one that builds the same thing."""
_NETWORK_WORDS = (
    "Max retries exceeded", "Failed to establish a new connection", "NewConnectionError", "Temporary failure in name",
    "No matching distribution found", "Could not find a version", "ConnectTimeout", "Connection refused",
)  # fmt: skip
_SPACE_WORDS = ("No space left on device", f"[Errno {errno.ENOSPC}]", f"[Errno {errno.EDQUOT}]")


def requirements() -> bytes:
    """The hashed requirements of the server."""
    return (files(__package__) / REQUIREMENTS).read_bytes()


def digest() -> str:
    """What an installation depends on, twelve hexadecimal digits: packages, modules and the Python that runs them."""
    parts = requirements(), "\n".join(MODULES).encode(), "{}.{}".format(*sys.version_info[:2]).encode()
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def cache_folder(env: Mapping[str, str] = os.environ) -> Path:
    """Where the installation and its databases lie: `<cache>/atoosync-lab/tryton-<digest>`."""
    home = Path(env[CACHE_VARIABLE]) if env.get(CACHE_VARIABLE) else Path.home() / ".cache"
    return home / "atoosync-lab" / f"tryton-{digest()}"


def silent(code: str, **fields: object) -> None:
    """Tell nobody."""


@contextmanager
def locked(place: Path, wait: float = WAIT) -> Iterator[None]:
    """Keep other processes out of a cache folder; the lock ends with its holder, however that ends.

    Args:
        place: The cache folder (created).
        wait: Seconds to wait for another holder.

    Raises:
        BusyError: when another process still holds it after that time.
        StorageError: when the folder cannot be written.
    """
    try:
        place.mkdir(parents=True, exist_ok=True)
        # SQLite's file locks work on every system, and the system lifts them when the process dies.
        lock = sqlite3.connect(place / "build.lock", timeout=wait, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise unwritable(place, error) from error
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise BusyError("sandbox.tryton.building", folder=str(place), seconds=int(wait)) from error
            raise unwritable(place, error) from error
        yield
    finally:
        lock.close()


def python_of(place: Path) -> Path:
    """The Python of the installed environment."""
    return place / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def script_of(place: Path, name: str) -> Path:
    """A command of the installed environment, for `python_of`: its own first line names where it was built."""
    return python_of(place).with_name(name)


def is_installed(place: Path) -> bool:
    """The environment is whole."""
    done = place / "env" / DONE_FILE
    whole = (done, python_of(place), script_of(place, "trytond"), script_of(place, "trytond-admin"))
    return all(path.exists() for path in whole) and done.read_text(encoding="utf-8").strip() == digest()


def install(place: Path, *, python: str = sys.executable, say: Callable[..., None] = silent) -> float:
    """Install the server unless it is; to be called under `locked`.

    Args:
        place: The cache folder.
        python: The Python to make the environment with.
        say: Told what goes on: the code of a message and its fields.

    Returns:
        Seconds it took; 0 when it was there.

    Raises:
        SettingsError: when this Python cannot make environments.
        ConnectionFailedError: when pip reaches no package index, or not these packages.
        StorageError: when the disk is full or the folder not writable.
        StopError: when pip fails otherwise.
    """
    if is_installed(place):
        return 0.0
    begun = time.monotonic()
    for old in place.glob("env*"):
        shutil.rmtree(old, ignore_errors=True)
    try:
        draft = Path(tempfile.mkdtemp(prefix="env-", dir=place))
        say("sandbox.tryton.installing", folder=str(place))
        _run([python, "-m", "venv", str(draft)], place, venv=True)
        wanted = draft / REQUIREMENTS
        wanted.write_bytes(requirements())
        own = draft / python_of(place).relative_to(place / "env")
        pip = [str(own), "-m", "pip", "install", "--quiet", "--no-input", "--require-hashes", "--no-deps"]
        _run([*pip, "--disable-pip-version-check", "--requirement", str(wanted)], place)
        (draft / DONE_FILE).write_text(digest(), encoding="utf-8")
        draft.rename(place / "env")
    except OSError as error:
        raise unwritable(place, error) from error
    finally:
        for left in place.glob("env-*"):
            shutil.rmtree(left, ignore_errors=True)
    return time.monotonic() - begun


def _run(command: list[str], place: Path, *, venv: bool = False) -> None:
    """Run a step of the installation; what it says decides which error it is."""
    # An environment of the caller's must not shine into the new one.
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    try:
        ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, env=env)
    except FileNotFoundError as error:
        raise SettingsError("sandbox.tryton.no_venv", python=command[0], text=str(error)) from error
    if ended.returncode == 0:
        return
    text = f"{ended.stdout}\n{ended.stderr}".strip()
    facts = Facts(system="tryton", operation="install", detail=text[-2000:])
    last = text.splitlines()[-1] if text else f"status {ended.returncode}"
    if any(word in text for word in _SPACE_WORDS):
        raise StorageError("sandbox.tryton.no_space", facts=facts, folder=str(place), text=last)
    if venv:
        raise SettingsError("sandbox.tryton.no_venv", facts=facts, python=command[0], text=last)
    if any(word in text for word in _NETWORK_WORDS):
        raise ConnectionFailedError("sandbox.tryton.no_registry", facts=facts, text=last)
    raise StopError("sandbox.tryton.install_failed", facts=facts, text=last)


def unwritable(place: Path, error: Exception) -> StorageError:
    """The error of a cache folder that cannot be written: what to do is to make room or to choose another one."""
    return StorageError("sandbox.tryton.no_space", folder=str(place), text=str(error))
