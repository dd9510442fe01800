"""Starting, finding and stopping sandbox processes."""

from __future__ import annotations

import urllib.error
from pathlib import Path

import pytest

from atoosync_lab.sandbox import servers

pytestmark = pytest.mark.spec("BEY-10")


def test_started_server_can_be_found_and_stopped_by_its_folder(tmp_path: Path) -> None:
    running = servers.start("ebp", tmp_path, speed=0)
    try:
        found = servers.find(tmp_path)
        assert found is not None
        assert (found.url, found.pid, found.kind) == (running.url, running.pid, "ebp")
        assert found.admin("GET", "/_admin/health") == {"status": "ok"}
        with pytest.raises(servers.SandboxStartError, match="already"):
            servers.start("ebp", tmp_path)
    finally:
        assert servers.stop(tmp_path)
    assert servers.find(tmp_path) is None
    assert not servers.stop(tmp_path)
    assert (tmp_path / servers.LOG_FILE).exists()
    with pytest.raises(urllib.error.URLError):
        running.admin("GET", "/_admin/health")


def test_start_that_fails_tells_why(tmp_path: Path) -> None:
    with pytest.raises(servers.SandboxStartError, match="unrecognized arguments: --colour"):
        servers.start("ebp", tmp_path, args=["--colour", "red"])


def test_killed_server_is_not_found_and_can_start_again(tmp_path: Path) -> None:
    first = servers.start("ebp", tmp_path, speed=0)
    first.kill()
    assert servers.find(tmp_path) is None
    with servers.start("ebp", tmp_path, speed=0) as second:
        assert second.pid != first.pid
        assert second.calls() == {}
