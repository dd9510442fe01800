"""Faults on demand for the sandbox servers, and the `/_admin` routes that set them.

`FaultMiddleware` wraps the whole application of a sandbox:

    app = FaultMiddleware(Starlette(routes=[...]), speed=1.0)

It answers `/_admin/faults`, `/_admin/calls` and `/_admin/health` itself; other `/_admin/...` paths go to the
application and are neither counted nor disturbed. Kinds that the middleware does not know are passed on:
`struck(request.scope, "expired_token")` tells the application that such a rule strikes this request.
Requests are not buffered unless a rule looks at the body.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atoosync_lab.sandbox.common.rules import (
    BUILTIN_KINDS,
    FaultBook,
    FaultRule,
    FaultRuleError,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[Any]]

_HTML = (
    "<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>Erreur {status}</h1>"
    "<p>Le service est momentanément indisponible.</p></body></html>"
)
# uvicorn closes the connection without an answer when the application returns a value instead of None, and after what
# was sent so far when it returns before the end of its answer: the only way out that leaves no 500 on the wire.
_CLOSE = True
# One path segment that names a record, a folder or a token rather than a resource.
_VARIABLE = re.compile(r"^(?:\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27,}|[0-9a-fA-F]{16,})$")


def struck(scope: Scope, kind: str) -> FaultRule | None:
    """The rule of this kind that strikes the request, or None. For kinds that the application implements."""
    for rule in scope.get("faults", ()):
        if rule.kind == kind:
            found: FaultRule = rule
            return found
    return None


class CallCounter:
    """Counts calls by method and path template (`GET /gescom/api/v1/Folders/{}/GenericQuery`)."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count(self, method: str, path: str) -> None:
        """Count one call."""
        template = "/".join("{}" if _VARIABLE.match(part) else part for part in path.split("/"))
        with self._lock:
            self._counts[f"{method} {template}"] += 1

    def reset(self) -> None:
        """Start again from zero."""
        with self._lock:
            self._counts.clear()

    def as_json(self) -> dict[str, Any]:
        """Counts by template and their total."""
        with self._lock:
            return {
                "total": sum(self._counts.values()),
                "calls": dict(sorted(self._counts.items())),
            }


def admin_routes(book: FaultBook, counter: CallCounter) -> list[Route]:
    """Routes `/_admin/faults`, `/_admin/calls`, `/_admin/health`.

    FaultMiddleware serves them already; call this only to mount them in another place.
    """

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            try:
                raw = json.loads(await request.body())
                added = book.add(raw if isinstance(raw, list) else [raw])
            except (ValueError, AttributeError, TypeError) as error:
                return JSONResponse({"error": str(error)}, status_code=400)
            return JSONResponse({"added": added}, status_code=201)
        if request.method == "DELETE":
            book.clear()
        return JSONResponse(book.as_json())

    async def calls(request: Request) -> Response:
        if request.method == "DELETE":
            counter.reset()
        return JSONResponse(counter.as_json())

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return [
        Route("/_admin/faults", faults, methods=["GET", "POST", "DELETE"]),
        Route("/_admin/calls", calls, methods=["GET", "DELETE"]),
        Route("/_admin/health", health, methods=["GET"]),
    ]


class FaultMiddleware:
    """Pure ASGI middleware that counts calls and plays fault rules.

    Args:
        app: The application of the sandbox.
        speed: Waiting times are divided by it; 0 means no waiting at all.
        faults: Rule book; a new one by default.
        counter: Call counter; a new one by default.
    """

    def __init__(
        self,
        app: ASGIApp,
        speed: float = 1.0,
        *,
        faults: FaultBook | None = None,
        counter: CallCounter | None = None,
    ) -> None:
        self.app = app
        self.speed = speed
        self.faults = faults or FaultBook()
        self.counter = counter or CallCounter()
        self._admin = {route.path: route for route in admin_routes(self.faults, self.counter)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        """Serve one connection; a true value tells the server to close it."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path: str = scope["path"]
        if path.startswith("/_admin"):
            route = self._admin.get(path)
            return await (route.app if route else self.app)(scope, receive, send)
        self.counter.count(scope["method"], path)
        query = scope.get("query_string") or b""
        target = f"{path}?{query.decode('latin-1')}" if query else path
        candidates = self.faults.candidates(scope["method"], target)
        if not candidates:
            return await self.app(scope, receive, send)
        body = ""
        if any(rule.needs_body for rule in candidates):
            content = await _read_all(receive)
            body = content.decode("utf-8", "replace")
            receive = _replay(content, receive)
        striking = self.faults.take(candidates, body)
        scope["faults"] = [rule for rule in striking if rule.kind not in BUILTIN_KINDS]
        return await self._play(
            [rule for rule in striking if rule.kind in BUILTIN_KINDS],
            scope,
            receive,
            send,
        )

    async def _play(self, rules: list[FaultRule], scope: Scope, receive: Receive, send: Send) -> Any:
        """Carry out the built-in faults: first the waiting, then at most one fault that changes the answer."""
        for delay in (rule for rule in rules if rule.kind == "latency"):
            await self._wait(float(delay.value or 0))
        rule = next((rule for rule in rules if rule.kind != "latency"), None)
        if rule is None:
            return await self.app(scope, receive, send)
        if rule.kind.endswith("_before"):
            # Read to the end: the client must have sent everything, or it would see a broken pipe, not our silence.
            await _read_all(receive)
            return await self._vanish(rule, receive, send)
        if rule.kind in ("status", "html"):
            # Read to the end, so that the client has sent everything when it gets the answer.
            await _read_all(receive)
            return await _fixed_answer(rule)(scope, receive, send)
        messages = await self._run(scope, receive)
        if rule.kind.endswith("_after"):
            return await self._vanish(rule, receive, send)
        if rule.kind == "cut":
            return await _send_cut(messages, float(rule.value or 0.5), send)
        return await _send_spoilt(messages, rule, send)

    async def _vanish(self, rule: FaultRule, receive: Receive, send: Send) -> Any:
        """End without an answer: at once, by a reset, or after a silence that the client may end first."""
        if rule.kind.startswith("timeout"):
            silence = float(rule.value or 0) / self.speed if self.speed > 0 else 0.0
            await _until_gone(receive, silence)
        elif rule.kind.startswith("reset"):
            _reset(send)
        return _CLOSE

    async def _run(self, scope: Scope, receive: Receive) -> list[Message]:
        """Run the application to its end and keep what it would have sent."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)
        return messages

    async def _wait(self, seconds: float) -> None:
        if self.speed > 0 and seconds > 0:
            await asyncio.sleep(seconds / self.speed)


def _fixed_answer(rule: FaultRule) -> Response:
    """The answer of a `status` or `html` rule."""
    given = rule.value if isinstance(rule.value, dict) else {"status": rule.value}
    status = int(given.get("status") or (500 if rule.kind == "status" else 502))
    headers = {str(name): str(value) for name, value in (given.get("headers") or {}).items()}
    body = given.get("body")
    if rule.kind == "html":
        return Response(
            body or _HTML.format(status=status),
            status,
            headers,
            media_type="text/html; charset=utf-8",
        )
    if isinstance(body, dict | list):
        return JSONResponse(body, status, headers)
    return Response(
        body or "",
        status,
        headers,
        media_type=None if body is None else "text/plain; charset=utf-8",
    )


async def _send_cut(messages: list[Message], fraction: float, send: Send) -> None:
    """Announce the whole body, send a part of it, and break the connection."""
    start = dict(next(message for message in messages if message["type"] == "http.response.start"))
    body = b"".join(m.get("body", b"") for m in messages if m["type"] == "http.response.body")
    names = {name.lower() for name, _ in start.get("headers", [])}
    if b"content-length" not in names and b"transfer-encoding" not in names:
        # Without a length the client could not tell a cut answer from a short one.
        start["headers"] = [
            *start.get("headers", []),
            (b"content-length", str(len(body)).encode()),
        ]
    await send(start)
    await send(
        {
            "type": "http.response.body",
            "body": body[: int(len(body) * fraction)],
            "more_body": True,
        }
    )


async def _send_spoilt(messages: list[Message], rule: FaultRule, send: Send) -> None:
    """A whole answer on the wire whose content does not hold what its head promises."""
    start = next(message for message in messages if message["type"] == "http.response.start")
    body = b"".join(m.get("body", b"") for m in messages if m["type"] == "http.response.body")
    headers = {bytes(name).lower(): bytes(value) for name, value in start.get("headers", [])}
    if rule.kind == "wrong_type":
        headers[b"content-type"] = str(rule.value or "text/html; charset=utf-8").encode()
    else:
        if rule.kind == "gzip_cut":
            headers[b"content-encoding"] = b"gzip"
            body = gzip.compress(body)
        body = body[: int(len(body) * float(rule.value or 0.5))]
    headers.pop(b"transfer-encoding", None)
    headers[b"content-length"] = str(len(body)).encode()
    await send({**start, "headers": list(headers.items())})
    await send({"type": "http.response.body", "body": body})


async def _until_gone(receive: Receive, seconds: float) -> None:
    """Wait, at most until the client has closed the connection. Asked only once the request was read to its end."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return


def _reset(send: Send) -> None:
    """Break the connection by a TCP reset, as a firewall or a dying process does."""
    # ASGI has no word for it; uvicorn's `send` belongs to the cycle that holds the transport.
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        return
    found = transport.get_extra_info("socket")
    if found is not None:
        # Lingering for no time at all: what is not sent is thrown away, and the close becomes a reset.
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _read_all(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return b"".join(chunks)


def _replay(content: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the content again, then waits for the real connection."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": content, "more_body": False}

    return again


__all__ = ["CallCounter", "FaultMiddleware", "FaultRuleError", "admin_routes", "struck"]
