"""The door over HTTP: one address a profile, a content that ends, an answer within the shops' time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection
from typing import TypeVar

import anyio
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atoosync_lab.door.access import caller
from atoosync_lab.door.receiving import Receiver, Reply
from atoosync_lab.model.i18n import Message

LONGEST = 5 * 1024 * 1024
"""Bytes of a content: an order of thousands of lines is shorter."""
ANSWER_WITHIN = 4.0
"""Seconds from the first byte to the answer; the shop in the greatest hurry hangs up after five."""
AT_ONCE = 8
"""Calls that are noted at the same time; others wait their turn."""
PROFILE = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")

T = TypeVar("T")

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="atoosync door"'}


class TooLongError(Exception):
    """A content goes on beyond `LONGEST`."""


class DoorApp:
    """The routes.

    Args:
        receiver: answers calls.
        proxies: addresses of proxies that are believed about who calls.
        within: seconds for an answer.
    """

    def __init__(self, receiver: Receiver, proxies: Collection[str] = (), within: float = ANSWER_WITHIN) -> None:
        self._receiver, self._proxies, self._within = receiver, tuple(proxies), within
        self._limiter: anyio.CapacityLimiter | None = None

    def routes(self) -> list[Route]:
        """One address a profile, one that tells that the door is there."""
        return [
            Route("/health", self.health, methods=["GET"]),
            Route("/hooks/{profile}", self.hook, methods=["GET", "POST"]),
        ]

    async def health(self, request: Request) -> Response:
        """The door is there."""
        return JSONResponse({"status": "ok"}, headers=_HEADERS)

    async def hook(self, request: Request) -> Response:
        """A delivery."""
        if request.method != "POST":
            return _answered(Reply(405, Message("door.post_only")))
        try:
            async with asyncio.timeout(self._within):
                return _answered(await self._received(request))
        except TimeoutError:
            # Perhaps it is noted a moment later: sent again, it is known by then.
            return _answered(Reply(503, Message("door.too_slow")))
        except TooLongError:
            return _answered(Reply(413, Message("door.too_long", {"most": LONGEST // 1024 // 1024})))
        except ClientDisconnect:
            return Response(status_code=400)

    async def _received(self, request: Request) -> Reply:
        headers = {name.lower(): value for name, value in request.headers.items()}
        who = caller(request.client.host if request.client else "", headers, self._proxies)
        profile = str(request.path_params["profile"])
        known = profile if PROFILE.fullmatch(profile) else ""
        admitted = await self._apart(lambda: self._receiver.admit(known, who))
        if isinstance(admitted, Reply):
            return admitted
        body = await _body(request)
        return await self._apart(lambda: self._receiver.receive(admitted, headers, body))

    async def _apart(self, work: Callable[[], T]) -> T:
        """Work that waits for the store, in a thread; it goes on by itself when the time is over."""
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(AT_ONCE)
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._limiter)


async def _body(request: Request) -> bytes:
    """The content, byte for byte as it was signed.

    Raises:
        TooLongError: it is too long, or says that it will be.
    """
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > LONGEST:
        raise TooLongError
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > LONGEST:
            raise TooLongError
        parts.append(part)
    return b"".join(parts)


def _answered(reply: Reply) -> Response:
    told = {"result" if reply.status == 200 else "error": reply.message.text(), "code": reply.message.code}
    return JSONResponse(told, reply.status, {**_HEADERS, **(_CHALLENGE if reply.status == 401 else {})})


async def _nothing_here(request: Request, error: Exception) -> Response:
    return _answered(Reply(404, Message("door.unknown_profile")))


async def _only_these(request: Request, error: Exception) -> Response:
    return _answered(Reply(405, Message("door.post_only")))


def create_app(receiver: Receiver, proxies: Collection[str] = (), within: float = ANSWER_WITHIN) -> Starlette:
    """The ASGI application of the door."""
    routes = DoorApp(receiver, proxies, within).routes()
    return Starlette(routes=routes, exception_handlers={404: _nothing_here, 405: _only_these})
