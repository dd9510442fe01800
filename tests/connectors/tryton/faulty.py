"""A Tryton server behind a door that can fail: the real one does not break off at a word of ours."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from atoosync_lab.sandbox.common.faults import FaultMiddleware

_PASSED = ("content-type", "content-encoding", "www-authenticate", "date")
_TAKEN = ("content-type", "content-encoding", "accept", "accept-encoding", "authorization")


class FaultyServer:
    """Hands every call on, unless a rule strikes it (`sandbox.common.rules`; a method is told by `body`).

    Args:
        target: base address of the real server.
    """

    def __init__(self, target: str) -> None:
        self._client = httpx.AsyncClient(base_url=target, timeout=120.0, trust_env=False)
        routes = [Route("/{path:path}", self._hand_on, methods=["GET", "POST"])]
        self._middleware = FaultMiddleware(Starlette(routes=routes), speed=0)
        config = uvicorn.Config(self._middleware, host="127.0.0.1", port=0, log_level="critical", date_header=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self.url = ""

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        """End serving."""
        self._server.should_exit = True
        self._thread.join(5.0)

    def faults(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """See `connectors.testing.Faulty`."""
        if rules:
            self._middleware.faults.add(rules)
        else:
            self._middleware.faults.clear()

    async def _hand_on(self, request: Request) -> Response:
        headers = {name: request.headers[name] for name in _TAKEN if name in request.headers}
        sent = self._client.build_request(
            request.method, request.url.path, headers=headers, content=await request.body()
        )
        answer = await self._client.send(sent, stream=True)
        content = b"".join([part async for part in answer.aiter_raw()])
        await answer.aclose()
        passed = {name: answer.headers[name] for name in _PASSED if name in answer.headers}
        return Response(content, answer.status_code, passed)


@contextmanager
def faulty(target: str) -> Iterator[FaultyServer]:
    """A door to the server at an address, for as long as it is needed."""
    server = FaultyServer(target)
    server.start()
    try:
        yield server
    finally:
        server.stop()
