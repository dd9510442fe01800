"""The HTTP side: addresses, tokens, versions, files, administration.

Fault kinds of this server, beside those of `FaultMiddleware`: `throttled` (the bucket is empty for this call),
`internal_error` (INTERNAL_SERVER_ERROR before anything is done), `internal_error_after` (the same, but the mutation was
carried out), `expired_token` (401 although the token is good), `frozen` (402), `locked` (423), `forbidden` (403).
"""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from atoosync_lab.sandbox.common.faults import FaultMiddleware, struck
from atoosync_lab.sandbox.shopify import uploads
from atoosync_lab.sandbox.shopify.access import GrantError, grant, session_of
from atoosync_lab.sandbox.shopify.admin import Admin
from atoosync_lab.sandbox.shopify.bucket import Buckets
from atoosync_lab.sandbox.shopify.deliveries import Deliveries
from atoosync_lab.sandbox.shopify.facts import INVALID_TOKEN, LATEST, VERSION_PATTERN, VERSIONS
from atoosync_lab.sandbox.shopify.service import Call, Service
from atoosync_lab.sandbox.shopify.state import FILES_FOLDER, ShopState
from atoosync_lab.sandbox.shopify.worker import Worker

_VERSION = re.compile(VERSION_PATTERN)
JSON_TYPE = "application/json; charset=utf-8"


def served_version(asked: str, newest: str = LATEST) -> str | None:
    """The version that a call gets: its own, the oldest for expired ones; None for what is no version."""
    if not _VERSION.match(asked):
        return None
    if asked == "unstable":
        return newest
    if asked < VERSIONS[0]:
        return VERSIONS[0]
    return asked if asked in VERSIONS and asked <= newest else None


class Shop:
    """The routes of one shop."""

    def __init__(self, state: ShopState, speed: float, newest: str) -> None:
        self.state = state
        self.speed = speed
        self.newest = newest
        self.buckets = Buckets(speed)
        self.service = Service(state, self.buckets, speed)
        self.worker = Worker(state.folder, speed)
        self.deliveries = Deliveries(state.folder, speed)

    async def graphql(self, request: Request) -> Response:
        """`POST /admin/api/{version}/graphql.json`."""
        body = await request.body()
        version = served_version(request.path_params["version"], self.newest)
        headers = {"X-Request-Id": str(uuid.uuid4())}
        if version is None:
            return JSONResponse({"errors": "Not Found"}, 404, headers)
        headers["X-Shopify-API-Version"] = version
        refused = self._refused(request)
        if refused is not None:
            return JSONResponse({"errors": refused[1]}, refused[0], headers)
        session = session_of(self.state, request.headers.get("X-Shopify-Access-Token"))
        if session is None:
            return JSONResponse({"errors": INVALID_TOKEN}, 401, headers)
        given = _read(request, body)
        if given is None:
            return JSONResponse({"errors": {"query": "Required parameter missing or invalid"}}, 400, headers)
        call = Call(
            query=given["query"],
            variables=given.get("variables") or {},
            operation=given.get("operationName"),
            version=version,
            session=session,
            base=f"{request.url.scheme}://{request.url.netloc}",
            fields=any(
                request.headers.get(name) for name in ("Shopify-GraphQL-Cost-Debug", "X-GraphQL-Cost-Include-Fields")
            ),
            throttled=struck(request.scope, "throttled") is not None,
        )
        if struck(request.scope, "internal_error"):
            return self._json(_internal(headers["X-Request-Id"]), headers)
        answer = self.service.answer(call)
        self.worker.wake()
        self.deliveries.flush(self.state)
        if struck(request.scope, "internal_error_after"):
            answer = _internal(headers["X-Request-Id"])
        return self._json(answer, headers)

    @staticmethod
    def _json(answer: dict[str, Any], headers: dict[str, str]) -> Response:
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        return Response(text, 200, {**headers, "Content-Type": JSON_TYPE})

    def _refused(self, request: Request) -> tuple[int, str] | None:
        if self.state.setting("frozen") or struck(request.scope, "frozen"):
            return 402, "Unavailable Shop"
        if struck(request.scope, "locked"):
            return 423, "This shop is unavailable"
        if struck(request.scope, "forbidden"):
            return 403, "[API] This action requires merchant approval for the necessary scope."
        if struck(request.scope, "expired_token"):
            return 401, INVALID_TOKEN
        return None

    async def token(self, request: Request) -> Response:
        """`POST /admin/oauth/access_token`: the client-credentials grant."""
        body = await request.body()
        if "json" in request.headers.get("Content-Type", ""):
            try:
                given = json.loads(body)
            except ValueError:
                given = {}
        else:
            given = dict(parse_qsl(body.decode("utf-8", "replace")))
        try:
            return JSONResponse(grant(self.state, given if isinstance(given, dict) else {}, self.speed))
        except GrantError as error:
            return JSONResponse({"error": error.code, "error_description": error.description}, error.status)

    async def file(self, request: Request) -> Response:
        """`GET /_files/{name}`: results of bulk operations and uploaded files."""
        name = request.path_params["name"]
        path = (self.state.folder / FILES_FOLDER / name).resolve()
        if path.parent != (self.state.folder / FILES_FOLDER).resolve() or not path.is_file():
            return Response("Not Found", 404)
        return FileResponse(path)

    async def upload(self, request: Request) -> Response:
        """`POST` (multipart) or `PUT` to an address of `stagedUploadsCreate`."""
        return await uploads.receive(self.state, request)


def _read(request: Request, body: bytes) -> dict[str, Any] | None:
    if "application/graphql" in request.headers.get("Content-Type", ""):
        return {"query": body.decode("utf-8", "replace")}
    try:
        given = json.loads(body)
    except ValueError:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("query"), str):
        return None
    if not isinstance(given.get("variables") or {}, dict):
        return None
    return given


def _internal(request_id: str) -> dict[str, Any]:
    message = (
        "Internal error. Looks like something went wrong on our end.\n"
        f"Request ID: {request_id} (include this in support requests)."
    )
    return {"errors": [{"message": message, "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}}]}


def create_app(state: ShopState, *, speed: float = 1.0, newest: str = LATEST) -> FaultMiddleware:
    """The ASGI application of a shop, with faults and administration.

    Args:
        state: The shop's data.
        speed: Divides waiting times and lives of tokens, multiplies the rate of points; 0 means no waiting and no
            limit of points.
        newest: Newest version served.
    """
    shop = Shop(state, speed, newest)
    admin = Admin(state, shop.buckets, shop.deliveries)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        shop.worker.start()
        yield
        await asyncio.get_running_loop().run_in_executor(None, shop.worker.stop)

    routes = [
        *admin.routes(),
        Route("/admin/api/{version}/graphql.json", shop.graphql, methods=["POST"]),
        Route("/admin/oauth/access_token", shop.token, methods=["POST"]),
        Route("/_files/{name}", shop.file),
        Route("/_uploads/{path:path}", shop.upload, methods=["POST", "PUT"]),
    ]
    return FaultMiddleware(Starlette(routes=routes, lifespan=lifespan), speed=speed)
