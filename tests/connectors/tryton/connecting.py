"""Connectors on a test's server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.connectors.erps.tryton.session import TrytonCredentials
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.sandbox.tryton import template
from atoosync_lab.sandbox.tryton.server import TrytonServer
from atoosync_lab.settings.connection import ErpConnection


def started(folder: Path) -> TrytonServer:
    """A server with the demonstration's company; skips the test where none can be installed."""
    try:
        return template.start(folder, "demo")
    except AtooSyncError as error:
        pytest.skip(f"no Tryton here: {error}")


def settings_of(server: TrytonServer, url: str = "", **changes: Any) -> ErpConnection:
    """Settings of a server without waits."""
    values: dict[str, Any] = {
        "system": "tryton", "api_url": url or server.url, "folder": server.database, "speed": 0,
        "settlements": "import", **changes,
    }  # fmt: skip
    return ErpConnection(**values)


def connect(
    server: TrytonServer,
    url: str = "",
    *,
    login: str = "",
    password: str = "",
    limiter: Any = None,
    trace: Any = None,
    **changes: Any,
) -> TrytonConnector:
    """A connector, the administrator's unless another user is named.

    Args:
        server: the real server.
        url: address to use instead of its own, such as that of a door that can fail.
        login: user.
        password: of the user.
        limiter: see `TrytonConnector`.
        trace: see `TrytonConnector`.
        **changes: settings.
    """
    credentials = TrytonCredentials(login or server.login, password or server.password)
    return TrytonConnector(settings_of(server, url, **changes), credentials, limiter=limiter, trace=trace)


def read_all(
    connector: TrytonConnector, scope: Scope, kind: type[Any], request: ReadRequest | None = None
) -> list[Any]:
    """All records of a kind."""
    return [record for chunk in connector.read(scope, request or ReadRequest()) for record in chunk.get(kind, ())]
