"""Staged uploads: what clients send to the addresses that `stagedUploadsCreate` gives."""

from __future__ import annotations

import secrets
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from atoosync_lab.sandbox.shopify.state import FILES_FOLDER, ShopState
from atoosync_lab.sandbox.shopify.values import Row

_CREATED = (
    '<?xml version="1.0" encoding="UTF-8"?><PostResponse><Location>{place}</Location><Bucket>uploads</Bucket>'
    "<Key>{key}</Key></PostResponse>"
)
_MISSING = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{text}</Message></Error>'
MULTIPART_LIMIT = 1000


def stage(state: ShopState, base: str, given: Row) -> Row:
    """A target for one file, as an object.

    Args:
        state: The shop.
        base: Address of this server.
        given: The `StagedUploadInput`.
    """
    folder = "bulk" if given["resource"] == "BULK_MUTATION_VARIABLES" else "files"
    key = f"tmp/1/{folder}/{secrets.token_hex(16)}/{given['filename']}"
    row = {"path": key, "resource": given["resource"], "mime_type": given["mimeType"], "filename": given["filename"]}
    state.insert("staged", row)
    if given.get("httpMethod") == "PUT" or given.get("httpMethod") is None:
        parameters = [{"name": "content_type", "value": given["mimeType"]}, {"name": "acl", "value": "private"}]
        return {"url": f"{base}/_uploads/{key}", "resource_url": f"{base}/_uploads/{key}", "parameters": parameters}
    values = {
        "Content-Type": given["mimeType"],
        "success_action_status": "201",
        "acl": "private",
        "key": key,
        "x-goog-date": state.now(),
        "x-goog-signature": secrets.token_hex(32),
        "policy": secrets.token_urlsafe(48),
    }
    return {
        "url": f"{base}/_uploads/",
        "resource_url": f"{base}/_uploads/{key}",
        "parameters": [{"name": name, "value": value} for name, value in values.items()],
    }


def stored_name(key: str) -> str:
    """Name of the file that keeps an upload."""
    return key.replace("/", "_")


def stored_path(state: ShopState, key: str) -> Path | None:
    """The file of a finished upload, or None."""
    row = state.one("staged", "path = ?", key)
    return state.folder / FILES_FOLDER / stored_name(key) if row and row["uploaded"] else None


async def receive(state: ShopState, request: Request) -> Response:
    """Keep what a client sends: a multipart POST whose `key` is that of the target, or a PUT to its address."""
    if request.method == "PUT":
        key, content = request.path_params["path"], await request.body()
    else:
        form = await request.form(max_fields=MULTIPART_LIMIT)
        file, named = form.get("file"), form.get("key")
        if not isinstance(file, UploadFile) or not isinstance(named, str):
            text = "POST requires exactly one file upload per request."
            return Response(_MISSING.format(code="InvalidArgument", text=text), 400, media_type="application/xml")
        key, content = named, await file.read()
    row = state.one("staged", "path = ?", key)
    if row is None:
        text = "Access denied."
        return Response(_MISSING.format(code="AccessDenied", text=text), 403, media_type="application/xml")
    (state.folder / FILES_FOLDER / stored_name(key)).write_bytes(content)
    state.db.execute("UPDATE staged SET uploaded = 1 WHERE path = ?", (key,))
    if request.method == "PUT":
        return Response(status_code=200)
    place = f"{request.url.scheme}://{request.url.netloc}/_uploads/{key}"
    return Response(_CREATED.format(place=place, key=key), 201, media_type="application/xml")
