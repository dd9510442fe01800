"""What the routes of the EBP sandbox share: the state folder, its databases, switches, sessions, quota, folders."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.requests import Request

from atoosync_lab.sandbox.common.faults import struck
from atoosync_lab.sandbox.common.keeping import Keeper
from atoosync_lab.sandbox.ebp import tokens
from atoosync_lab.sandbox.ebp.errors import ApiError
from atoosync_lab.sandbox.ebp.folder import FolderError, FolderState, connect, folder_path
from atoosync_lab.sandbox.ebp.quota import Quota
from atoosync_lab.sandbox.ebp.seed import ensure_default_folders
from atoosync_lab.sandbox.ebp.settings import SECOND_SUBSCRIPTION_KEY, SUBSCRIPTION_KEY, Settings

_DDL = """
CREATE TABLE IF NOT EXISTS quota (key TEXT NOT NULL, day TEXT NOT NULL, calls INTEGER NOT NULL, PRIMARY KEY (key, day));
CREATE TABLE IF NOT EXISTS import (
    id TEXT PRIMARY KEY, folder TEXT NOT NULL, category TEXT NOT NULL, format TEXT NOT NULL, content BLOB,
    due REAL NOT NULL, state TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS export (
    id TEXT PRIMARY KEY, folder TEXT NOT NULL, kind TEXT NOT NULL, entity TEXT NOT NULL, due REAL NOT NULL
);
"""
_MAX_TARGET = 8190
_LONGEST_NUMBER = 15
"""Bytes of path and query that the gateway takes."""


class Core:
    """One running sandbox.

    Args:
        directory: State folder; default folders are created when it is empty.
        settings: Switches.
    """

    def __init__(self, directory: Path, settings: Settings) -> None:
        ensure_default_folders(directory)
        self.directory = directory
        self.settings = settings
        self.connection = connect(directory / "server.sqlite")
        self.connection.executescript(_DDL + tokens.DDL)
        self.tokens = tokens.TokenOffice(self.connection, settings)
        self.quota = Quota(self.connection, settings)
        self.keeper = Keeper(lambda: [directory / "server.sqlite", *sorted(directory.glob("folder-*.sqlite"))])
        self._idle: dict[str, list[FolderState]] = {}
        self._lock = threading.Lock()

    def folder_ids(self) -> list[str]:
        """Ids of all folders, sorted."""
        found = (path.stem.removeprefix("folder-") for path in self.directory.glob("folder-*.sqlite"))
        return sorted(found, key=lambda folder_id: (len(folder_id), folder_id))

    @contextmanager
    def folder(self, folder_id: str) -> Iterator[FolderState]:
        """A folder for the use of one thread.

        Raises:
            ApiError: 404 when there is no such folder.
        """
        with self._lock:
            waiting = self._idle.setdefault(folder_id, [])
            state = waiting.pop() if waiting else None
        if state is None:
            try:
                path = folder_path(self.directory, folder_id)
            except FolderError as error:
                raise ApiError(404, "ERR_FOLDER", f"Le dossier {folder_id} n'existe pas") from error
            if not path.exists():
                raise ApiError(404, "ERR_FOLDER", f"Le dossier {folder_id} n'existe pas")
            state = FolderState(path)
        try:
            yield state
        finally:
            with self._lock:
                self._idle.setdefault(folder_id, []).append(state)

    def forget_folders(self) -> None:
        """Close idle folders, so that a changed layout is read again."""
        with self._lock:
            for states in self._idle.values():
                for state in states:
                    state.close()
            self._idle.clear()

    def admit(self, request: Request) -> None:
        """Check key, token, length of the address and quota of an API call.

        Raises:
            ApiError: 401, 414 or 429.
        """
        key = request.headers.get("ebp-subscription-key")
        if key not in (SUBSCRIPTION_KEY, SECOND_SUBSCRIPTION_KEY):
            raise ApiError(401, "ERR_SUBSCRIPTION_KEY", "Clé d'abonnement absente ou inconnue")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ApiError(401, "ERR_TOKEN", "Jeton d'accès absent")
        if struck(request.scope, "expired_token"):
            raise ApiError(401, "ERR_TOKEN_EXPIRED", "Jeton d'accès expiré")
        self.tokens.check(token)
        if len(request.scope.get("raw_path", b"")) + len(request.scope.get("query_string", b"")) > _MAX_TARGET:
            raise ApiError(414, "ERR_URI", "Adresse trop longue")
        self.quota.take(key)

    def close(self) -> None:
        """Close all databases."""
        self.forget_folders()
        self.connection.close()


def core_of(request: Request) -> Core:
    """The sandbox that serves this request."""
    found: Core = request.app.state.core
    return found


def parameter(request: Request, name: str, *, required: bool = False) -> str | None:
    """A query parameter by its name, whose case does not matter; empty counts as absent.

    Raises:
        ApiError: 400 when it is required and absent.
    """
    for key, value in request.query_params.multi_items():
        if key.lower() == name.lower() and value:
            return value
    if required:
        raise ApiError(400, "ERR_PARAMETER", f"Le paramètre {name} est obligatoire")
    return None


def number_parameter(request: Request, name: str, default: int | None = None) -> int:
    """A whole number of 0 or more.

    Args:
        request: The request.
        name: The parameter.
        default: Value when it is absent; None makes it required.

    Raises:
        ApiError: 400 when it is no such number.
    """
    text = parameter(request, name, required=default is None)
    if text is None:
        return default or 0
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST_NUMBER:
        raise ApiError(400, "ERR_PARAMETER", f"{name} : nombre {text!r} incorrect")
    return int(text)
