"""Clients: who may open which profiles' dashboards (SEC-02). A folder a client, no store.

`clients/<id>/client.json` holds the name, the profiles, the hash of the password and what signs the cookies. The server
of a client reads that file and the exports of those profiles; the store with its secrets is never opened by it.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import atoosync_lab
from atoosync_lab.model.errors import SettingsError, StorageError
from atoosync_lab.runs.exporting import exports_folder
from atoosync_lab.runs.workspace import Workspace

LEAST = 10
"""Characters of a password at least."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "SYSTEMROOT", "ATOOSYNC_LANG")
"""Variables that the server of a client inherits; the home of the workbench is not among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One client."""

    id: str
    name: str
    profiles: tuple[str, ...]
    password: str
    """Hash."""
    secret: str
    """Signs the cookies."""


class Clients:
    """The clients of a workbench.

    Args:
        workspace: the workbench.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._root = workspace.home.root / "clients"

    def list(self) -> list[Client]:
        """Clients by id."""
        return [self.get(path.parent.name) for path in sorted(self._root.glob("*/client.json"))]

    def get(self, client_id: str) -> Client:
        """A client.

        Raises:
            SettingsError: there is none of that id.
            StorageError: its file cannot be read.
        """
        path = self.file(client_id)
        if not _ID.fullmatch(client_id) or not path.is_file():
            known = sorted(each.parent.name for each in self._root.glob("*/client.json"))
            raise SettingsError("client.unknown", client=client_id, known=", ".join(known) or "–")
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return Client(**{**found, "profiles": tuple(found["profiles"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StorageError("client.unreadable", client=client_id) from error

    def add(self, client_id: str, profiles: Sequence[str], password: str, *, name: str = "") -> Client:
        """Keep a new client.

        Args:
            client_id: small letters, digits, hyphens.
            profiles: ids of the profiles it may see.
            password: what opens its dashboards; only its hash is kept.
            name: what people call it; empty: the id.

        Raises:
            SettingsError: the id, a profile or the password will not do, or the client exists.
            StorageError: it cannot be written.
        """
        if not _ID.fullmatch(client_id):
            raise SettingsError("client.id", client=client_id)
        if self.file(client_id).is_file():
            raise SettingsError("client.exists", client=client_id)
        known = tuple(dict.fromkeys(self._workspace.profiles.get(each).id for each in profiles if each))
        if not known:
            raise SettingsError("client.no_profile")
        client = Client(
            id=client_id,
            name=name or client_id,
            profiles=known,
            password=_hashed(password),
            secret=secrets.token_urlsafe(48),
        )
        self._write(client)
        return client

    def remove(self, client_id: str) -> None:
        """Forget a client; the exports of its profiles stay.

        Raises:
            SettingsError: there is none of that id.
        """
        shutil.rmtree(self.file(self.get(client_id).id).parent)

    def file(self, client_id: str) -> Path:
        """Where a client is kept."""
        return self._root / client_id / "client.json"

    def _write(self, client: Client) -> None:
        path = self.file(client.id)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                json.dump(asdict(client), out, ensure_ascii=False)
        except OSError as error:
            raise StorageError("storage.not_writable", path="clients") from error

    def served(self, client: Client | None, port: int, *, token: str = "") -> tuple[Sequence[str], Mapping[str, str]]:
        """Command and environment of the server of a client's dashboards.

        Args:
            client: whose they are; None: all profiles, for the consultant who holds the token.
            port: where it listens, on this machine alone.
            token: opens without a password; empty: nothing does.

        Raises:
            SettingsError: the dashboards are not where they should be.
        """
        home = self._workspace.home.root
        exports = exports_folder(self._workspace)
        own = home / "clients" / (client.id if client else ".all")
        pages = own / "dashboards"
        source = dashboards_folder()
        if not source.is_dir():
            raise SettingsError("cli.board.pages_missing", folder=str(source))
        # A root folder of its own: what lies beside the pages of one client is never served to another.
        shutil.rmtree(pages, ignore_errors=True)
        shutil.copytree(source, pages, ignore=shutil.ignore_patterns(".*"))
        shown = [str(exports / profile) for profile in client.profiles] if client else [str(exports)]
        jupyter = {f"JUPYTER_{name}_DIR": str(own / "jupyter" / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
        env: dict[str, Any] = {name: os.environ[name] for name in _KEPT if name in os.environ}
        env |= jupyter | {"IPYTHONDIR": str(own / "ipython"), "ATOOSYNC_BOARD": os.pathsep.join(shown)}
        if client is not None:
            env["ATOOSYNC_BOARD_CLIENT"] = str(self.file(client.id))
        if token:
            env["ATOOSYNC_BOARD_TOKEN"] = token
        command = [sys.executable, "-m", "atoosync_lab.boards.server", str(pages), "--port", str(port)]
        return command, env


def dashboards_folder() -> Path:
    """The folder of the dashboards: `ATOOSYNC_DASHBOARDS`, else `dashboards` beside the package."""
    given = os.environ.get("ATOOSYNC_DASHBOARDS")
    return Path(given) if given else Path(atoosync_lab.__file__).resolve().parent.parent / "dashboards"


def _hashed(password: str) -> str:
    if len(password) < LEAST:
        raise SettingsError("client.password_short", length=len(password), least=LEAST)
    from jupyter_server.auth.security import passwd

    return str(passwd(password, "argon2"))  # type: ignore[no-untyped-call]
