"""The points of a call: before it, when it has left, when its answer begins, when it is read."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from atoosync_lab.connectors.http import HttpClient


class _Answering(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answering) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.spec("ORD-10")
def test_every_step_of_a_call_is_a_point(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "points.txt"
    with HttpClient(address, system="shop") as client:
        client.request("POST", "/", content=b"x" * 100_000)
        monkeypatch.setenv("ATOOSYNC_POINTS", str(log))
        client.request("POST", "/", content=b"x" * 100_000)
    assert log.read_text(encoding="utf-8").split() == ["http.before", "http.left", "http.sent", "http.after"]
