"""Routes under `/import/api/v1`: hand in a file, ask what became of it."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atoosync_lab.sandbox.common.faults import struck
from atoosync_lab.sandbox.ebp.core import Core, core_of, parameter
from atoosync_lab.sandbox.ebp.errors import ApiError
from atoosync_lab.sandbox.ebp.gescom import guarded
from atoosync_lab.sandbox.ebp.worker import ImportWorker

_MAX_BYTES = 64 * 1024 * 1024


def _worker(request: Request) -> ImportWorker:
    found: ImportWorker = request.app.state.worker
    return found


def _admit(core: Core, request: Request) -> None:
    core.admit(request)
    with core.folder(request.path_params["folder"]):
        pass


def _change(core: Core, folder: str, change: dict[str, Any]) -> None:
    """The fault `changed_before`: a user of the folder changes or deletes a record just before our file comes in.

    Args:
        core: The sandbox.
        folder: Id of the folder.
        change: `{"table", "key", "set": {column: value}}`, `{"table", "key", "delete": true}` or `{"table", "insert":
            [row, ...]}`.
    """
    with core.folder(folder) as state:
        if "insert" in change:
            state.insert_many(change["table"], change["insert"])
        elif change.get("delete"):
            state.delete(change["table"], change["key"])
        else:
            state.update(change["table"], change["key"], change["set"])


async def create_import(request: Request) -> Response:
    """Accept a file (multipart: category, format, file); it is processed later."""
    await run_in_threadpool(_admit, core_of(request), request)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise ApiError(400, "ERR_PARAMETER", "Un corps multipart/form-data est attendu")
    async with request.form(max_part_size=_MAX_BYTES) as form:
        category, format_name, upload = form.get("category"), form.get("format"), form.get("file")
        if not isinstance(category, str) or not isinstance(format_name, str) or not isinstance(upload, UploadFile):
            raise ApiError(400, "ERR_PARAMETER", "Les champs category, format et file sont obligatoires")
        content = await upload.read()
    if len(content) > _MAX_BYTES:
        raise ApiError(413, "ERR_SIZE", "Fichier trop grand")
    folder = request.path_params["folder"]
    changed = struck(request.scope, "changed_before")
    if changed is not None:
        await run_in_threadpool(_change, core_of(request), folder, changed.value)
    import_id = await run_in_threadpool(_worker(request).accept, folder, category, format_name, content)
    return JSONResponse({"importId": import_id}, 202)


@guarded
def status(request: Request) -> Response:
    """What became of a file."""
    if not core_of(request).settings.import_status:
        raise ApiError(404, "ERR_ROUTE", "Status n'est pas disponible")
    import_id = parameter(request, "importId", required=True) or ""
    found = _worker(request).status(request.path_params["folder"], import_id)
    if found is None:
        raise ApiError(404, "ERR_IMPORT", f"L'import {import_id} n'existe pas")
    return JSONResponse(found)


ROUTES = [
    Route("/import/api/v1/Folders/{folder}/createImport", create_import, methods=["POST"]),
    Route("/import/api/v1/Folders/{folder}/Status", status),
]
