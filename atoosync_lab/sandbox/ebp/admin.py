"""Administration of the EBP sandbox under `/_admin/ebp`: for tests and demonstrations, without quota or sign-in.

- `POST sign-in`: a token pair at once; `POST code` `{"redirect_uri"}`: an authorization code;
  `DELETE sessions`: end all.
- `GET|POST settings`: the switches of `settings.Settings`.
- `GET|DELETE quota`: calls counted today, by key; start again.
- `POST folders`: create a folder (arguments of `FolderState.open`; `id` required). `POST fields`: add a custom field.
- `POST keep/<name>`, `POST restore/<name>`: the state as it is now, and back to it.
- `POST rows` `{"folder", "table", "where"}`: rows; with `"insert": [..]`, or `"key"` and `"change": {..}` or
  `"delete": true`, they are written. Numbers are text with a decimal point.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from decimal import Decimal
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atoosync_lab.sandbox.common.keeping import NotKeptError
from atoosync_lab.sandbox.ebp.core import Core, core_of
from atoosync_lab.sandbox.ebp.errors import ApiError
from atoosync_lab.sandbox.ebp.folder import FolderState
from atoosync_lab.sandbox.ebp.schema import Kind
from atoosync_lab.sandbox.ebp.settings import SUBSCRIPTION_KEY, SettingError


async def _body(request: Request) -> dict[str, Any]:
    try:
        content = json.loads(await request.body() or b"{}", parse_float=Decimal)
    except ValueError as error:
        raise ApiError(400, "ERR_BODY", "Corps JSON illisible") from error
    if not isinstance(content, dict):
        raise ApiError(400, "ERR_BODY", "Un objet JSON est attendu")
    return content


async def sign_in(request: Request) -> Response:
    """A token pair of a new session."""
    return JSONResponse(core_of(request).tokens.sign_in())


async def code(request: Request) -> Response:
    """An authorization code, as the sign-in page would give it."""
    values = await _body(request)
    return JSONResponse(
        {"code": core_of(request).tokens.issue_code(values.get("redirect_uri"), values.get("challenge"))}
    )


async def sessions(request: Request) -> Response:
    """End all sessions."""
    core_of(request).tokens.end_all()
    return JSONResponse({})


async def settings(request: Request) -> Response:
    """Show or change the switches."""
    held = core_of(request).settings
    if request.method == "POST":
        values = {name: float(v) if isinstance(v, Decimal) else v for name, v in (await _body(request)).items()}
        try:
            held.change(values)
        except SettingError as error:
            raise ApiError(400, "ERR_SETTING", str(error)) from error
    return JSONResponse(held.as_json())


async def kept(request: Request) -> Response:
    """Keep the state under a name, or bring it back."""
    name, core = request.path_params["name"], core_of(request)
    try:
        if "/keep/" in request.url.path:
            await run_in_threadpool(core.keeper.keep, name)
        else:
            # A file in hand is finished first: it would write into what is brought back.
            await run_in_threadpool(request.app.state.worker.quiet)
            await run_in_threadpool(core.keeper.restore, name)
            core.forget_folders()
    except NotKeptError as error:
        raise ApiError(404, "ERR_KEPT", str(error)) from error
    return JSONResponse({})


async def quota(request: Request) -> Response:
    """Calls counted today."""
    held = core_of(request).quota
    if request.method == "DELETE":
        held.reset()
    return JSONResponse({"used": held.used_today(SUBSCRIPTION_KEY), "limit": core_of(request).settings.day_limit()})


async def folders(request: Request) -> Response:
    """Create a folder."""
    core, values = core_of(request), await _body(request)
    try:
        FolderState.open(core.directory, str(values.pop("id")), **values).close()
    except (KeyError, TypeError, ValueError) as error:
        raise ApiError(400, "ERR_BODY", str(error)) from error
    return JSONResponse({"folders": core.folder_ids()}, 201)


async def fields(request: Request) -> Response:
    """Add a custom field: folder, table, name, kind, length."""
    core, values = core_of(request), await _body(request)
    try:
        with core.folder(str(values["folder"])) as state:
            kind = Kind(values.get("kind", Kind.TEXT))
            state.add_custom_field(values["table"], values["name"], kind=kind, length=int(values.get("length", 0)))
    except (KeyError, ValueError) as error:
        raise ApiError(400, "ERR_BODY", str(error)) from error
    core.forget_folders()
    return JSONResponse({}, 201)


def _touch_rows(core: Core, values: dict[str, Any]) -> Any:
    with core.folder(str(values["folder"])) as state:
        if "insert" in values:
            return {"inserted": state.insert_many(values["table"], values["insert"])}
        if values.get("delete"):
            return {"deleted": state.delete(values["table"], values["key"])}
        if "change" in values:
            touch = values.get("touch", True)
            return {"changed": state.update(values["table"], values["key"], values["change"], touch=touch)}
        return {"rows": state.rows(values["table"], values.get("where"))}


async def rows(request: Request) -> Response:
    """Read or write rows of a folder."""
    values = await _body(request)
    try:
        found = await run_in_threadpool(_touch_rows, core_of(request), values)
    except (KeyError, ValueError, sqlite3.IntegrityError) as error:
        raise ApiError(400, "ERR_BODY", str(error)) from error
    return Response(json.dumps(found, default=_plain, ensure_ascii=False), media_type="application/json")


def _plain(value: Any) -> Any:
    """Amounts and contents as texts that a row may be written with again."""
    return f"{value:f}" if isinstance(value, Decimal) else base64.b64encode(value).decode()


ROUTES = [
    Route("/_admin/ebp/sign-in", sign_in, methods=["POST"]),
    Route("/_admin/ebp/code", code, methods=["POST"]),
    Route("/_admin/ebp/sessions", sessions, methods=["DELETE"]),
    Route("/_admin/ebp/settings", settings, methods=["GET", "POST"]),
    Route("/_admin/ebp/quota", quota, methods=["GET", "DELETE"]),
    Route("/_admin/ebp/folders", folders, methods=["POST"]),
    Route("/_admin/ebp/fields", fields, methods=["POST"]),
    Route("/_admin/ebp/keep/{name}", kept, methods=["POST"]),
    Route("/_admin/ebp/restore/{name}", kept, methods=["POST"]),
    Route("/_admin/ebp/rows", rows, methods=["POST"]),
]
