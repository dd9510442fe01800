"""Files: made of an address or of a staged upload; they are ready a moment later."""

from __future__ import annotations

import io
import mimetypes
from collections.abc import Sequence
from datetime import timedelta
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from PIL import Image, UnidentifiedImageError

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.facts import ASYNC_FILE_DELAY
from atoosync_lab.sandbox.shopify.refusals import refuse
from atoosync_lab.sandbox.shopify.state import FILES_FOLDER
from atoosync_lab.sandbox.shopify.uploads import stored_name
from atoosync_lab.sandbox.shopify.values import Row

DOWNLOAD_SIZE = (1000, 1000)
"""Width and height of a picture at a foreign address: the sandbox fetches nothing (ASSUMPTION: any)."""


def new_file(context: Context, given: Row, field: Sequence[str], code: str | None) -> int:
    """Insert a file; gives its number.

    Args:
        context: The request.
        given: `originalSource`, `alt`, `contentType`, `filename`.
        field: Path of the input, for errors.
        code: Code of errors.

    Raises:
        RefusedError: the source is no address.
    """
    source = str(given.get("originalSource") or "")
    parts = urlsplit(source)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise refuse("Image URL is invalid", [*field, "originalSource"], code)
    name = given.get("filename") or PurePosixPath(parts.path).name or "file"
    mime = mimetypes.guess_type(name)[0]
    kind = "MediaImage" if _is_image(given.get("contentType"), mime) else "GenericFile"
    now = context.state.now()
    row: Row = {"kind": kind, "alt": given.get("alt") or "", "filename": name, "mime_type": mime, "source": source,
                "created_at": now, "updated_at": now, "ready_at": _ready(context)}  # fmt: skip
    row |= _content(context, parts.path, kind)
    return context.state.insert("files", row)


def _is_image(content_type: str | None, mime: str | None) -> bool:
    if content_type is not None:
        return content_type == "IMAGE"
    return mime is None or mime.startswith("image/")


def _ready(context: Context) -> str:
    delay = ASYNC_FILE_DELAY / context.speed if context.speed > 0 else timedelta(0)
    return context.state.now(delay)


def _content(context: Context, path: str, kind: str) -> Row:
    """What is known of an upload to this server; a foreign address is taken as it is."""
    if not path.startswith("/_uploads/"):
        return {"width": DOWNLOAD_SIZE[0], "height": DOWNLOAD_SIZE[1]} if kind == "MediaImage" else {}
    name = stored_name(path.removeprefix("/_uploads/"))
    file = context.state.folder / FILES_FOLDER / name
    if not file.is_file():
        return {"error": "Media failed to download. Check the source and try again."}
    found: Row = {"stored": name, "size": file.stat().st_size}
    if kind == "MediaImage":
        try:
            with Image.open(io.BytesIO(file.read_bytes())) as image:
                found |= {"width": image.width, "height": image.height}
                image.verify()
        except (UnidentifiedImageError, OSError, SyntaxError):
            return {**found, "error": "Media failed to process because it is no image."}
    return found
