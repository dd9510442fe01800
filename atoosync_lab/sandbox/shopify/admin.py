"""Administration under `/_admin`: acts of the merchant and of tests, without token and points.

- `GET|DELETE points`: points spent, requests and refusals so far; `DELETE` fills the buckets and counts anew.
- `GET|POST settings`: settings and switches of `install.SETTINGS`.
- `POST tokens` `{"token", "scopes"}`: give a token these scopes; `POST expire`: end all tokens of the grant now.
- `POST rows` `{"table", "where", "values"}`: rows as they are kept; with `"insert": [..]`, or `"id"` and
  `"change": {..}` or `"delete": true`, they are written as a person at the shop does: `updated_at` moves unless
  `"touch": false`.
- `POST webhooks` `{"topic", "payload", "times"}`: deliver an event to the subscriptions of a topic, at once, as often
  as told.
- `GET deliveries`: the last deliveries that the shop made by itself; `POST deliveries` `{"copies": n}`: each is sent so
  often at the same instant from now on.
- `POST seed/<name>` with the arguments of a function of `seed` as JSON.
- `POST reset`, `POST keep/<name>`, `POST restore/<name>`, `POST shutdown`.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from typing import Any

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atoosync_lab.sandbox.common.keeping import Keeper, NotKeptError
from atoosync_lab.sandbox.shopify import seed
from atoosync_lab.sandbox.shopify.access import expire_all, set_scopes
from atoosync_lab.sandbox.shopify.bucket import Buckets
from atoosync_lab.sandbox.shopify.deliveries import Deliveries
from atoosync_lab.sandbox.shopify.install import SETTINGS
from atoosync_lab.sandbox.shopify.state import ShopState
from atoosync_lab.sandbox.shopify.webhooks import deliver


class Admin:
    """The routes.

    Args:
        state: The shop.
        buckets: Points of all tokens.
        deliveries: What the shop delivers by itself.
    """

    def __init__(self, state: ShopState, buckets: Buckets, deliveries: Deliveries) -> None:
        self.state = state
        self.buckets = buckets
        self.sending = deliveries
        self.keeper = Keeper(lambda: [state.path])

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/_admin/points", self.points, methods=["GET", "DELETE"]),
            Route("/_admin/settings", self.settings, methods=["GET", "POST"]),
            Route("/_admin/tokens", self.tokens, methods=["POST"]),
            Route("/_admin/expire", self.expire, methods=["POST"]),
            Route("/_admin/rows", self.rows, methods=["POST"]),
            Route("/_admin/webhooks", self.webhooks, methods=["POST"]),
            Route("/_admin/deliveries", self.deliveries, methods=["GET", "POST"]),
            Route("/_admin/seed/{name}", self.seed, methods=["POST"]),
            Route("/_admin/reset", self.reset, methods=["POST"]),
            Route("/_admin/keep/{name}", self.kept, methods=["POST"]),
            Route("/_admin/restore/{name}", self.kept, methods=["POST"]),
            Route("/_admin/shutdown", self.shutdown, methods=["POST"]),
        ]

    async def points(self, request: Request) -> Response:
        """Points spent."""
        if request.method == "DELETE":
            self.buckets.reset()
        return JSONResponse(self.buckets.as_json())

    async def settings(self, request: Request) -> Response:
        """Show or change settings."""
        if request.method == "POST":
            given = await request.json()
            unknown = sorted(set(given) - set(SETTINGS))
            if unknown:
                return JSONResponse({"error": f"unknown settings {unknown}; known: {sorted(SETTINGS)}"}, 400)
            with self.state.writing():
                for name, value in given.items():
                    self.state.set_setting(name, value)
        return JSONResponse({name: self.state.setting(name) for name in SETTINGS})

    async def tokens(self, request: Request) -> Response:
        """Scopes of a token."""
        given = await request.json()
        try:
            set_scopes(self.state, str(given["token"]), [str(scope) for scope in given["scopes"]])
        except (KeyError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"result": "ok"}, 201)

    async def expire(self, request: Request) -> Response:
        """End the tokens of the grant."""
        return JSONResponse({"expired": expire_all(self.state)})

    async def rows(self, request: Request) -> Response:
        """Read or write rows."""
        try:
            found = touch_rows(self.state, await request.json())
            self.sending.flush(self.state)
            return JSONResponse(found)
        except (KeyError, TypeError, ValueError, sqlite3.Error) as error:
            return JSONResponse({"error": str(error)}, 400)

    async def webhooks(self, request: Request) -> Response:
        """Deliver an event."""
        given = await request.json()
        made = await run_in_threadpool(
            deliver, self.state, str(given["topic"]), given.get("payload"), int(given.get("times", 1))
        )
        return JSONResponse({"deliveries": made})

    async def deliveries(self, request: Request) -> Response:
        """What was delivered, and how often each."""
        if request.method == "POST":
            self.sending.copies = int((await request.json())["copies"])
        return JSONResponse({"copies": self.sending.copies, "deliveries": self.sending.sent})

    async def seed(self, request: Request) -> Response:
        """Call a function of `seed`."""
        function = seed.ACTIONS.get(request.path_params["name"])
        if function is None:
            return JSONResponse({"error": f"unknown; known: {sorted(seed.ACTIONS)}"}, 404)
        raw = await request.body()
        try:
            result: Any = function(self.state, **(json.loads(raw) if raw else {}))
        except (KeyError, TypeError, ValueError, sqlite3.Error) as error:
            return JSONResponse({"error": str(error)}, 400)
        self.sending.flush(self.state)
        return JSONResponse({"result": result})

    async def reset(self, request: Request) -> Response:
        """Back to an empty shop with full buckets."""
        self.state.reset()
        self.buckets.reset()
        return JSONResponse({"result": "ok"})

    async def kept(self, request: Request) -> Response:
        """Keep the state under a name, or bring it back."""
        name = request.path_params["name"]
        try:
            if request.url.path.startswith("/_admin/keep/"):
                self.keeper.keep(name)
            else:
                self.keeper.restore(name)
        except NotKeptError as error:
            return JSONResponse({"error": str(error)}, 404)
        return JSONResponse({"result": "ok"})

    async def shutdown(self, request: Request) -> Response:
        """End the process as SIGTERM does, once this answer is sent."""
        return JSONResponse({"result": "ok"}, background=BackgroundTask(os.kill, os.getpid(), signal.SIGTERM))


def touch_rows(state: ShopState, given: dict[str, Any]) -> dict[str, Any]:
    """Read or write rows of a table (see the head of this module).

    Raises:
        KeyError: there is no such table or column.
        sqlite3.Error: the rows do not fit.
    """
    table = str(given["table"])
    known = state.columns(table)
    stamp = {"updated_at": state.now()} if "updated_at" in known and given.get("touch", True) else {}
    if "insert" in given:
        with state.writing():
            return {
                "inserted": [state.insert(table, _stored({**_born(state, known), **row})) for row in given["insert"]]
            }
    if given.get("delete"):
        return {"deleted": state.delete(table, given["id"])}
    if "change" in given:
        values = _stored({**stamp, **given["change"]})
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise KeyError(f"{table} has no {unknown}")
        state.update(table, given["id"], values)
        return {"changed": 1}
    return {"rows": state.rows(table, given.get("where") or "1", *given.get("values", ()))}


def _born(state: ShopState, known: tuple[str, ...]) -> dict[str, str]:
    now = state.now()
    return {name: now for name in known if name in ("created_at", "updated_at", "processed_at", "item_updated_at")}


def _stored(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        for name, value in row.items()
    }
