"""Administration of the sandbox under `/_admin`: for tests and demonstrations, without keys.

- `GET health`: version, and where TLS listens with which certificate. `GET|POST|DELETE faults`, `GET|DELETE calls`.
- `GET|POST switches`: see `switches.Switches`. `GET|POST options`: settings of the shop by name.
- `POST keys` `{"key", "secret", "permissions"}`: make or change a pair. `GET mails`: what the shop would have sent.
- `POST rows` `{"table", "where": {column: value}}`: rows; with `"insert": [..]`, or `"id"` and `"change": {..}` or
  `"delete": true`, they are written, as a person at the shop does: the time of change moves (unless `"touch": false`).
- `POST act` `{"method", "path", "params"}`: a call of the API as the administrator, without keys, counts and faults.
- `GET deliveries`: the last deliveries of webhooks, with the status of each answer (0: none).
- `POST shop/<action>`: functions of `seed.ADMIN_ACTIONS` with their arguments.
- `POST keep/<name>`, `POST restore/<name>`: the state as it is now, and back to it. `POST reset`: empty shop.
- `POST shutdown`: end the process.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atoosync_lab.sandbox.common.keeping import Keeper, NotKeptError
from atoosync_lab.sandbox.woocommerce.call import Call
from atoosync_lab.sandbox.woocommerce.errors import ApiError
from atoosync_lab.sandbox.woocommerce.install import add_key
from atoosync_lab.sandbox.woocommerce.params import checked
from atoosync_lab.sandbox.woocommerce.product_writes import refresh_parent, set_quantity
from atoosync_lab.sandbox.woocommerce.products import price_of
from atoosync_lab.sandbox.woocommerce.routes import find, known_in
from atoosync_lab.sandbox.woocommerce.seed import ADMIN_ACTIONS
from atoosync_lab.sandbox.woocommerce.state import TABLES, Row, ShopState
from atoosync_lab.sandbox.woocommerce.switches import SwitchError

if TYPE_CHECKING:
    from atoosync_lab.sandbox.woocommerce.app import Shop

Endpoint = Callable[[Request], Any]


def touch_rows(state: ShopState, given: Mapping[str, Any]) -> Any:
    """Read or write rows of a table (see the module).

    Raises:
        KeyError: no such table, column or row.
    """
    name = given["table"]
    if name not in TABLES:
        raise KeyError(f"no table {name!r}; known: {sorted(TABLES)}")
    with state.writing():
        if "insert" in given:
            return {"inserted": state.insert_many(name, [dict(row) for row in given["insert"]])}
        if given.get("delete"):
            state.delete(name, int(given["id"]))
            return {"deleted": 1}
        if "change" in given:
            row = state.row(name, int(given["id"]))
            if row is None:
                raise KeyError(f"no row {given['id']} in {name}")
            _change(state, name, row, given["change"], touch=bool(given.get("touch", True)))
            return {"changed": 1}
    where = dict(given.get("where") or {})
    unknown = sorted(set(where) - set(TABLES[name].columns) - {"id"})
    if unknown:
        raise KeyError(f"{unknown} are no columns of {name}; known: {sorted(TABLES[name].columns)}")
    sql = " AND ".join(f'"{column}" = ?' for column in where) or "1"
    return {"rows": state.rows(name, sql, list(where.values()))}


def _change(state: ShopState, name: str, row: Row, change: Mapping[str, Any], *, touch: bool) -> None:
    row.update(change)
    if touch and "modified" in TABLES[name].columns and "modified" not in change:
        row["modified"] = state.now()
    if name == "products":
        if row["manage_stock"] and row["stock_quantity"] is not None and "stock_status" not in change:
            set_quantity(state, row, int(row["stock_quantity"]))
        if row["type"] not in ("variable", "grouped"):
            row["price"] = price_of(row, state.now())
            row["on_sale"] = int(bool(row["price"]) and row["price"] != (row.get("regular_price") or ""))
    state.update(name, row)
    if name == "products":
        refresh_parent(state, row["parent_id"] or row["id"])


def act(shop: Shop, method: str, path: str, params: Mapping[str, Any]) -> Any:
    """A call of the API as the administrator.

    Raises:
        ApiError: what the API refuses.
        KeyError: no such route.
    """
    found = find(known_in(shop.state.version_parts), f"/wc/v3/{path.strip('/')}")
    if found is None or method not in found[0].methods:
        raise KeyError(f"no route {method} {path}")
    args, handler = found[0].methods[method]
    call = Call(shop.state, method, f"/wc/v3/{path.strip('/')}", shop.tls.get("home", ""), url=found[1], user=1)
    call.params = checked(args, params)
    call.edit = method != "GET"
    return handler(call).data


def routes(shop: Shop) -> list[Route]:
    """The routes of the administration; those of faults, calls and health are the middleware's."""
    state = shop.state
    keeper = Keeper(lambda: [state.path])

    def guarded(work: Callable[[Any, Request], Any], status: int = 200) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()
            try:
                given = json.loads(raw) if raw else {}
                with shop.lock:
                    found = work(given, request)
                    shop.webhooks.flush(shop.home(request.scope))
                return JSONResponse(found, status)
            except ApiError as error:
                return JSONResponse(error.body(), error.status)
            except NotKeptError as error:
                return JSONResponse({"error": str(error)}, 404)
            except (KeyError, TypeError, ValueError, SwitchError, sqlite3.Error) as error:
                return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

        return endpoint

    def switches(given: Any, request: Request) -> Any:
        if request.method == "POST":
            shop.switches.change(given, state)
        return shop.switches.as_json()

    def options(given: Any, request: Request) -> Any:
        with state.writing():
            for name, value in (given if request.method == "POST" else {}).items():
                state.set_option(name, str(value))
        return dict(state.db.execute("SELECT name, value FROM _options ORDER BY name").fetchall())

    def keys(given: Any, request: Request) -> Any:
        with state.writing():
            add_key(state, given["key"], given["secret"], given.get("permissions", "read_write"))
        return {"result": "ok"}

    def shop_action(given: Any, request: Request) -> Any:
        action = ADMIN_ACTIONS.get(request.path_params["action"])
        if action is None:
            raise KeyError(f"unknown action; known: {sorted(ADMIN_ACTIONS)}")
        with state.writing():
            return {"result": action(state, **given)}

    def keep(given: Any, request: Request) -> Any:
        keeper.keep(request.path_params["name"])
        return {"result": "ok"}

    def restore(given: Any, request: Request) -> Any:
        keeper.restore(request.path_params["name"])
        return {"result": "ok"}

    def reset(given: Any, request: Request) -> Any:
        state.reset()
        return {"result": "ok"}

    async def shutdown(request: Request) -> Response:
        return JSONResponse({"result": "ok"}, background=BackgroundTask(os.kill, os.getpid(), signal.SIGTERM))

    def mails(given: Any, request: Request) -> Any:
        return state.rows("mails")

    return [
        Route("/_admin/switches", guarded(switches), methods=["GET", "POST"]),
        Route("/_admin/options", guarded(options), methods=["GET", "POST"]),
        Route("/_admin/keys", guarded(keys, 201), methods=["POST"]),
        Route("/_admin/mails", guarded(mails), methods=["GET"]),
        Route("/_admin/deliveries", guarded(lambda given, _: shop.webhooks.sent), methods=["GET"]),
        Route("/_admin/rows", guarded(lambda given, _: touch_rows(state, given)), methods=["POST"]),
        Route(
            "/_admin/act",
            guarded(lambda given, _: act(shop, given.get("method", "GET"), given["path"], given.get("params", {}))),
            methods=["POST"],
        ),
        Route("/_admin/shop/{action}", guarded(shop_action), methods=["POST"]),
        Route("/_admin/keep/{name}", guarded(keep), methods=["POST"]),
        Route("/_admin/restore/{name}", guarded(restore), methods=["POST"]),
        Route("/_admin/reset", guarded(reset), methods=["POST"]),
        Route("/_admin/shutdown", shutdown, methods=["POST"]),
    ]
