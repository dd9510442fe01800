"""The HTTP side: addresses, credentials, arguments, the form of answers, what hosts and plugins do to them.

Fault kinds of this server, beside those of `FaultMiddleware`: `notice` (a plugin's HTML before the JSON), `firewall`
(a page, 403), `redirect_https` (301), `error_after_save` (the page of a broken site although stored),
`changed_before` and `changed_after` (someone at the shop changes a row, as `POST /_admin/rows` does).
"""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route as HttpRoute
from starlette.types import Receive, Scope, Send

from atoosync_lab.sandbox.common.faults import FaultMiddleware, struck
from atoosync_lab.sandbox.woocommerce import admin, media
from atoosync_lab.sandbox.woocommerce.access import Access, Credentials
from atoosync_lab.sandbox.woocommerce.call import PREFIX, Answer, Call
from atoosync_lab.sandbox.woocommerce.errors import ApiError, critical, no_route
from atoosync_lab.sandbox.woocommerce.install import SITE_TITLE
from atoosync_lab.sandbox.woocommerce.params import checked, php_pairs
from atoosync_lab.sandbox.woocommerce.routes import Route, find, known_in
from atoosync_lab.sandbox.woocommerce.schema import options
from atoosync_lab.sandbox.woocommerce.state import ShopState
from atoosync_lab.sandbox.woocommerce.switches import Switches
from atoosync_lab.sandbox.woocommerce.texts import dump
from atoosync_lab.sandbox.woocommerce.webhooks import Webhooks

JSON_TYPE = "application/json; charset=UTF-8"
NOTICE = (
    "<br />\n<b>Notice</b>:  Undefined variable: essai in <b>/var/www/wp-content/plugins/essai/essai.php</b>"
    " on line <b>12</b><br />\n"
)
FIREWALL = (
    "<!DOCTYPE html><html><head><title>403 Forbidden</title></head><body><h1>Access denied</h1>"
    "<p>This request was blocked by the security rules of the site.</p></body></html>"
)
_NO_CACHE = {
    "Expires": "Wed, 11 Jan 1984 05:00:00 GMT",
    "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store, private",
}


class Shop:
    """The API of one shop, and what is switched on for it."""

    def __init__(self, state: ShopState, speed: float) -> None:
        self.state = state
        self.speed = speed
        self.switches = Switches()
        self.access = Access(state)
        self.tls: dict[str, Any] = {}
        self.lock = threading.RLock()
        self.webhooks = Webhooks(self)
        self._routes = known_in(state.version_parts)

    def home(self, scope: Scope) -> str:
        """The site's own address; not what the client called it."""
        if self.switches.home:
            return self.switches.home.rstrip("/")
        host, port = scope["server"]
        return f"{scope['scheme']}://{host}:{port}"

    async def answer(self, request: Request) -> Response:
        """Every call that is not the administration's."""
        scope, switches = request.scope, self.switches
        path = scope["path"]
        content = await request.body()
        if (switches.redirect_https or struck(scope, "redirect_https")) and scope["scheme"] == "http":
            return RedirectResponse(self._https(request), 301)
        if switches.firewall or struck(scope, "firewall"):
            return Response(FIREWALL, 403, media_type="text/html")
        if path.startswith("/wp-content/uploads/"):
            data = self.state.image_bytes(path.removeprefix("/wp-content/uploads/"))
            return Response(data or b"", 200 if data else 404, media_type=f"image/{path.rsplit('.', 1)[-1].lower()}")
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        query = php_pairs(pairs)
        # A signature is over all that was sent, the route in the query included.
        signed = dict(query)
        pretty = path == PREFIX or path.startswith(f"{PREFIX}/")
        if pretty and not switches.plain_permalinks:
            inner = path[len(PREFIX) :]
        elif path in ("/", "/index.php") and query.get("rest_route"):
            inner = str(query.pop("rest_route"))
        else:
            return Response(
                f"<!DOCTYPE html><title>{SITE_TITLE}</title>", 200 if path == "/" else 404, media_type="text/html"
            )
        # Keys are read for the shop's own routes alone; with pretty addresses on, not where the route is in the query.
        keys_read = (pretty or switches.plain_permalinks) and inner.startswith(("/wc/", "/wc-"))
        with self.lock:
            if inner.rstrip("/") == media.PATH:
                return self._media(request, query, content)
            response, pause = self._answered(
                request, unquote(inner) or "/", query, content, signed if keys_read else None
            )
            self.webhooks.flush(self.home(scope))
        if pause and self.speed > 0:
            await asyncio.sleep(pause / 1000 / self.speed)
        if switches.notice or struck(scope, "notice"):
            return _with_notice(response)
        return response

    def _https(self, request: Request) -> str:
        base = self.tls.get("url") or f"https://{request.url.hostname}"
        query = f"?{request.url.query}" if request.url.query else ""
        return f"{base}{request.url.path}{query}"

    def _answered(
        self, request: Request, path: str, query: dict[str, Any], content: bytes, signed: dict[str, Any] | None
    ) -> tuple[Response, float]:
        home = self.home(request.scope)
        headers = {"Link": f'<{home}{PREFIX}/>; rel="https://api.w.org/"', "X-Robots-Tag": "noindex",
                   "X-Content-Type-Options": "nosniff",
                   "Access-Control-Expose-Headers": "X-WP-Total, X-WP-TotalPages, Link"}  # fmt: skip
        method = str(query.get("_method") or request.headers.get("x-http-method-override") or request.method).upper()
        call = Call(self.state, method, path, home, query=query)
        found: tuple[Route, dict[str, str]] | None = None
        pause, allowed = 0.0, True
        try:
            try:
                if signed is not None:
                    call.user = self._user(request, signed, home)
                if call.user:
                    headers.update(_NO_CACHE)
                found = find(self._routes, path)
                data, status, more, pause = self._dispatched(request, call, found, content)
                headers.update(more)
            except ApiError as error:
                data, status, allowed = error.body(), error.status, error.allowed
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            # What PHP would stop at: the shop tells nothing about it, our log does.
            print(f"{method} {path}: {type(error).__name__}: {error}", flush=True)
            data, status, allowed = critical().body(), 500, False
        if status == 401:
            headers["Vary"] = "Origin"
        elif found is not None and allowed:
            headers.setdefault("Allow", found[0].allow)
        headers = {name: value for name, value in headers.items() if value}
        body = b"" if method == "HEAD" else dump(data)
        return Response(body, status, {**headers, "Content-Type": JSON_TYPE}), pause

    def _media(self, request: Request, query: dict[str, Any], content: bytes) -> Response:
        """WordPress's own library: other credentials, other routes, the same site."""
        home, told = self.home(request.scope), dict[str, str]()
        try:
            there = media.signed_in(request.headers.get("authorization", ""))
            if request.method == "POST":
                if not there:
                    raise ApiError(
                        401, "rest_cannot_create", "Sorry, you are not allowed to create posts as this user."
                    )
                with self.state.writing():
                    data: Any = media.created(self.state, query, request.headers, content, home)
                status = 201
                if struck(request.scope, "error_after_save"):
                    raise critical()
            else:
                if query.get("context") == "edit" and not there:
                    message = "Sorry, you are not allowed to edit posts in this post type."
                    raise ApiError(401, "rest_forbidden_context", message)
                data, told = media.listed(self.state, query, home)
                status = 200
        except ApiError as error:
            return Response(dump(error.body()), error.status, {"Content-Type": JSON_TYPE})
        if query.get("_fields"):
            data = only_fields(data, query["_fields"])
        return Response(dump(data), status, {"Content-Type": JSON_TYPE, **told})

    def _user(self, request: Request, signed: dict[str, Any], home: str) -> int:
        given = Credentials(
            request.method,
            f"{home}{request.scope['path']}",
            signed,
            request.headers.get("authorization", ""),
            request.scope["scheme"] == "https",
        )
        return self.access.user(given, read_only=self.switches.read_only)

    def _dispatched(
        self, request: Request, call: Call, found: tuple[Route, dict[str, str]] | None, content: bytes
    ) -> tuple[Any, int, dict[str, str], float]:
        if call.path.rstrip("/") in ("", "/wc/v3"):
            return self._index(call), 200, {}, 0.0
        if found is None:
            raise no_route()
        route, call.url = found
        if call.method == "OPTIONS":
            return options(route), 200, {}, 0.0
        method = "GET" if call.method == "HEAD" else call.method
        if method not in route.methods:
            raise no_route()
        args, handler = route.methods[method]
        call.content, call.body = _body(request, content)
        call.params = checked(args, {**call.query, **call.body})
        if not call.user:
            raise _anonymous(route, method)
        call.edit = method != "GET"
        self._someone(request, "changed_before")
        answer: Answer = handler(call)
        self._someone(request, "changed_after")
        if struck(request.scope, "error_after_save") and method != "GET":
            raise critical()
        data = answer.data
        if call.params.get("_fields"):
            data = only_fields(data, call.params["_fields"])
        return data, answer.status, answer.headers, answer.pause

    def _someone(self, request: Request, kind: str) -> None:
        rule = struck(request.scope, kind)
        if rule is not None:
            admin.touch_rows(self.state, rule.value)

    def _index(self, call: Call) -> Any:
        if call.path.rstrip("/"):
            return {"namespace": "wc/v3", "routes": {f"/wc/v3/{route.name}": {} for route in self._routes}}
        return {"name": SITE_TITLE, "description": "", "url": call.home, "home": call.home, "gmt_offset": "0",
                "timezone_string": "Europe/Paris", "namespaces": ["oembed/1.0", "wc/v1", "wc/v2", "wc/v3", "wp/v2"],
                "authentication": [], "routes": {f"/wc/v3/{route.name}": {} for route in self._routes}}  # fmt: skip


def _body(request: Request, content: bytes) -> tuple[Any, dict[str, Any]]:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if not content.strip():
        return None, {}
    if kind == "application/x-www-form-urlencoded":
        return None, php_pairs(parse_qsl(content.decode(), keep_blank_values=True))
    if kind != "application/json":
        return None, {}
    try:
        parsed = json.loads(content)
    except ValueError as error:
        raise ApiError(400, "rest_invalid_json", "Invalid JSON body passed.", {"json_error_code": 4}) from error
    return parsed, parsed if isinstance(parsed, dict) else {}


def _anonymous(route: Route, method: str) -> ApiError:
    if route.name.endswith("/batch"):
        return ApiError(
            401, "woocommerce_rest_cannot_batch", "Sorry, you are not allowed to batch manipulate resources."
        )
    if method == "GET":
        what = "view this resource" if route.name.endswith("}") else "list resources"
        return ApiError(401, "woocommerce_rest_cannot_view", f"Sorry, you cannot {what}.")
    if method == "DELETE":
        message = "Sorry, you are not allowed to delete this resource."
        return ApiError(401, "woocommerce_rest_cannot_delete", message)
    verb = "edit" if route.name.endswith("}") else "create"
    return ApiError(401, f"woocommerce_rest_cannot_{verb}", f"Sorry, you are not allowed to {verb} resources.")


def only_fields(data: Any, given: Any) -> Any:
    """The answer with the named fields alone; a single record keeps its links, a list does not."""
    names = given if isinstance(given, list) else str(given).split(",")
    wanted = [name.strip() for name in names if str(name).strip()]
    if isinstance(data, list):
        return [_filtered(item, wanted) if isinstance(item, dict) else item for item in data]
    if isinstance(data, dict):
        kept = _filtered(data, wanted)
        if "_links" in data:
            kept["_links"] = data["_links"]
        return kept or []
    return data


def _filtered(item: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in wanted:
        if name in item:
            found[name] = item[name]
        elif "." in name:
            root, _, rest = name.partition(".")
            inner = item.get(root)
            if isinstance(inner, dict):
                held = _filtered(inner, [rest])
                if held:
                    found.setdefault(root, {}).update(held)
    return found


def _with_notice(response: Response) -> Response:
    headers = {
        name: value for name, value in response.headers.items() if name not in ("content-length", "content-type")
    }
    # The notice is out before PHP can set a type.
    headers["Content-Type"] = "text/html; charset=UTF-8"
    return Response(NOTICE.encode() + bytes(response.body), response.status_code, headers)


class _EveryVerb:
    """The shop as an ASGI application."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._shop.answer(Request(scope, receive))
        await response(scope, receive, send)


class _Front(FaultMiddleware):
    """Faults and counts, with a health answer that tells of TLS."""

    def __init__(self, app: Any, shop: Shop) -> None:
        super().__init__(app, speed=shop.speed)

        async def health(request: Request) -> Response:
            return JSONResponse({"status": "ok", "version": shop.state.version, "tls": shop.tls or None})

        self._admin = {**self._admin, "/_admin/health": HttpRoute("/_admin/health", health, methods=["GET"])}


def create_app(state: ShopState, *, speed: float = 1.0, tls: dict[str, Any] | None = None) -> FaultMiddleware:
    """The ASGI application of a shop, with faults and administration.

    Args:
        state: The shop's data.
        speed: Divides waiting times; 0 means no waiting.
        tls: `url` and `certificate` of the encrypted address, when there is one.
    """
    shop = Shop(state, speed)
    shop.tls = tls or {}
    every_verb = _EveryVerb(shop)
    routes = [*admin.routes(shop), HttpRoute("/", every_verb), HttpRoute("/{path:path}", every_verb)]
    return _Front(Starlette(routes=routes), shop)
