"""The HTTP side: addresses, authentication, errors, administration routes.

Fault kinds of this server, beside those of `FaultMiddleware`: `strip_authorization` (the host drops the header),
`error_after_save`
(500 code 2 although stored), `moving_pages` and `changed_before` (see `moving`), `php_text` (PHP text before the XML).
"""

from __future__ import annotations

import json
import os
import signal
import time
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from atoosync_lab.sandbox.common.faults import FaultMiddleware, struck
from atoosync_lab.sandbox.common.keeping import Keeper, NotKeptError
from atoosync_lab.sandbox.prestashop import uploads
from atoosync_lab.sandbox.prestashop.access import authenticate, permit, set_key
from atoosync_lab.sandbox.prestashop.answers import HTML_TYPE, REALM, Call
from atoosync_lab.sandbox.prestashop.errors import PlainError, WebserviceError, refuse
from atoosync_lab.sandbox.prestashop.moving import change_before, move_page
from atoosync_lab.sandbox.prestashop.seed import ADMIN_ACTIONS
from atoosync_lab.sandbox.prestashop.service import Webservice
from atoosync_lab.sandbox.prestashop.state import ShopState

PREFIXES = ("/sub/api", "/api")


class Shop:
    """The routes of one shop."""

    def __init__(self, state: ShopState) -> None:
        self.state = state
        self.service = Webservice()
        self.keeper = Keeper(lambda: [state.path])

    async def api(self, request: Request) -> Response:
        """Every call below `/api` and `/sub/api`."""
        started = time.perf_counter()
        body = await request.body()
        call = self._call(request)
        try:
            response = self._guarded(call, request, body)
        except WebserviceError as error:
            response = call.error(error)
        except PlainError as error:
            response = self._plain(call, error)
        if struck(request.scope, "php_text"):
            response = php_text(response)
        if "Execution-Time" in response.headers:
            response.headers["Execution-Time"] = f"{time.perf_counter() - started:.3f}"
        return response

    def _call(self, request: Request) -> Call:
        path = request.scope["path"]
        prefix = next(item for item in PREFIXES if path.startswith(item))
        # PHP keeps the brackets of names and the last of equal names.
        params = dict(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True))
        headers = {name.lower(): value for name, value in request.headers.items()}
        method = (
            params.get("ps_method", "").upper()
            if request.method == "POST" and params.get("ps_method")
            else request.method
        )
        formats = (
            params.get("output_format"),
            params.get("io_format"),
            headers.get("output-format"),
            headers.get("io-format"),
        )
        base = f"{request.url.scheme}://{request.url.netloc}{prefix[: -len('/api')]}"
        parts = [part for part in path[len(prefix) :].split("/") if part]
        wanted = next((item for item in formats if item), "")
        return Call(self.state, method, parts, params, headers, base, wanted.upper() == "JSON")

    def _guarded(self, call: Call, request: Request, body: bytes) -> Response:
        if self.state.config("PS_WEBSERVICE", "1") != "1":
            raise refuse(
                503, 22, "The PrestaShop webservice is disabled. Please activate it in the PrestaShop Back Office"
            )
        authenticate(call, strip=struck(request.scope, "strip_authorization") is not None)
        shop = call.params.get("id_shop")
        if shop not in (None, "all", "1"):
            return RedirectResponse(call.base + "/", 302, {"Content-Type": HTML_TYPE})
        if call.parts and call.parts[0] == "images":
            permit(call)
            return uploads.images(call, body)
        if call.parts[:2] == ["attachments", "file"] and "attachments" in self.state.resources:
            permit(call)
            return uploads.attachments(call, body)
        changed = struck(request.scope, "changed_before")
        if changed is not None:
            change_before(self.state, changed.value)
        response = self.service.answer(call, body)
        if struck(request.scope, "error_after_save") and call.method in ("POST", "PUT", "PATCH"):
            raise WebserviceError(500, [(2, "[PHP Unknown error] shown after the record was stored")])
        rule = struck(request.scope, "moving_pages")
        if rule is not None and call.method == "GET" and "limit" in call.params:
            move_page(self.state, call.parts[0], rule.value)
        return response

    @staticmethod
    def _plain(call: Call, error: PlainError) -> Response:
        headers = {"Content-Type": HTML_TYPE}
        if error.status == 401:
            headers["WWW-Authenticate"] = REALM
        if error.webservice_headers:
            headers.update(call.common())
        return Response(error.text, error.status, headers)

    async def admin(self, request: Request) -> Response:
        """`POST /_admin/shop/<action>` with JSON arguments: acts of merchant and buyer that no API call makes (see
        `seed`).
        """
        action = ADMIN_ACTIONS.get(request.path_params["action"])
        if action is None:
            return JSONResponse({"error": f"unknown action; known: {sorted(ADMIN_ACTIONS)}"}, 404)
        raw = await request.body()
        try:
            result: Any = action(self.state, **(json.loads(raw) if raw else {}))
        except (TypeError, ValueError, KeyError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"result": result})

    async def keys(self, request: Request) -> Response:
        """`POST /_admin/keys` with `key` and `rights` (`all`, `read`, or methods by resource)."""
        given = await request.json()
        try:
            set_key(self.state, given["key"], given.get("rights", "all"))
        except (KeyError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"result": "ok"}, 201)

    async def mails(self, request: Request) -> Response:
        """`GET /_admin/mails`: what the shop would have sent."""
        rows = self.state.db.execute(
            "SELECT id, date, template, recipient, id_order FROM _mails ORDER BY id"
        ).fetchall()
        names = ("id", "date", "template", "recipient", "id_order")
        return JSONResponse([dict(zip(names, row, strict=True)) for row in rows])

    async def shutdown(self, request: Request) -> Response:
        """`POST /_admin/shutdown`: end the process as SIGTERM does, once this answer is sent."""
        return JSONResponse({"result": "ok"}, background=BackgroundTask(os.kill, os.getpid(), signal.SIGTERM))

    async def kept(self, request: Request) -> Response:
        """`POST /_admin/keep/<name>` and `POST /_admin/restore/<name>`: the state as it is now, and back to it."""
        name = request.path_params["name"]
        try:
            if request.url.path.startswith("/_admin/keep/"):
                self.keeper.keep(name)
            else:
                self.keeper.restore(name)
        except NotKeptError as error:
            return JSONResponse({"error": str(error)}, 404)
        return JSONResponse({"result": "ok"})

    async def reset(self, request: Request) -> Response:
        """`POST /_admin/reset`: back to the empty installed shop."""
        self.state.reset()
        self.service = Webservice()
        return JSONResponse({"result": "ok"})


def php_text(response: Response) -> Response:
    """The answer of a host that displays errors: text before the XML, and another type."""
    content = b"\nWarning: Undefined variable $x in /shop/modules/essai/essai.php on line 12\n" + bytes(response.body)
    headers = {
        name: value for name, value in response.headers.items() if name not in ("content-length", "content-type")
    }
    return Response(content, response.status_code, {**headers, "Content-Type": "application/javascript"})


class _EveryVerb:
    """The Webservice as an ASGI application."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await (await self._shop.api(request))(scope, receive, send)


async def _front(request: Request) -> Response:
    return Response("<!DOCTYPE html><title>Boutique</title><h1>Boutique</h1>", media_type="text/html")


def create_app(state: ShopState, *, speed: float = 1.0) -> FaultMiddleware:
    """The ASGI application of a shop, with faults and administration.

    Args:
        state: The shop's data.
        speed: Divides the waiting times of faults; 0 means no waiting.
    """
    shop = Shop(state)
    routes = [
        Route("/_admin/keys", shop.keys, methods=["POST"]),
        Route("/_admin/mails", shop.mails),
        Route("/_admin/shutdown", shop.shutdown, methods=["POST"]),
        Route("/_admin/reset", shop.reset, methods=["POST"]),
        Route("/_admin/keep/{name}", shop.kept, methods=["POST"]),
        Route("/_admin/restore/{name}", shop.kept, methods=["POST"]),
        Route("/_admin/shop/{action}", shop.admin, methods=["POST"]),
        Route("/", _front),
        Route("/sub/", _front),
    ]
    # An ASGI application rather than a function: the shop itself answers to verbs that it does not know.
    every_verb = _EveryVerb(shop)
    for prefix in PREFIXES:
        routes += [Route(prefix, every_verb), Route(prefix + "/{path:path}", every_verb)]
    return FaultMiddleware(Starlette(routes=routes), speed=speed)
