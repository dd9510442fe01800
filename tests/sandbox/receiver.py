"""A receiver of webhooks that answers as told and notes what it got."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """Where deliveries go."""

    url: str = ""
    status: int = 200
    first: list[int] = field(default_factory=list)
    """Answers to give before that one."""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def wait(self, count: int, seconds: float = 20.0) -> list[tuple[dict[str, str], bytes]]:
        """What came, once so many did."""
        until(lambda: len(self.got) >= count, f"{count} deliveries, {len(self.got)} came", seconds)
        return self.got


def until(condition: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    """Wait for what a server does by itself."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.01)


@contextmanager
def receiving(status: int = 200) -> Iterator[Receiver]:
    """Listen on 127.0.0.1."""
    receiver = Receiver(status=status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.first.pop(0) if receiver.first else receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
