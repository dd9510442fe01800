"""The server as a process: started as the other sandboxes are, it keeps its data from one start to the next."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from atoosync_lab.model.errors import StopError
from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.tryton import facts, server
from atoosync_lab.sandbox.tryton.rpc import Rpc
from atoosync_lab.sandbox.tryton.template import Built


def test_a_start_keeps_what_is_there(tryton_template: Built, tmp_path: Path) -> None:
    with servers.start("tryton", tmp_path, timeout=90.0) as running:
        found = servers.find(tmp_path)
        assert found is not None
        assert (found.kind, found.url, found.pid) == ("tryton", running.url, running.pid)
        with Rpc(running.url, facts.DATABASE, facts.LOGIN, facts.PASSWORD) as rpc:
            rpc.create("party.party", [{"name": "Kept", "code": "KEPT"}])
    assert servers.find(tmp_path) is None
    with server.run(tryton_template.place, tmp_path) as again, again.rpc() as rpc:
        assert rpc.one("party.party", [("code", "=", "KEPT")])


def test_a_server_that_does_not_start_says_why(tryton_template: Built, tmp_path: Path) -> None:
    server.put_database(tryton_template.template, tmp_path)
    with socket.socket() as taken:
        taken.bind((server.HOST, 0))
        with pytest.raises(StopError, match="in use"):
            server.run(tryton_template.place, tmp_path, taken.getsockname()[1])


def test_a_server_without_database_is_not_started(tmp_path: Path) -> None:
    with pytest.raises(StopError) as caught:
        server.run(tmp_path / "cache", tmp_path)
    assert caught.value.code == "sandbox.tryton.no_database"
