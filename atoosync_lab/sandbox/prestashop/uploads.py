"""Images and attached documents: multipart in, files out."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError
from starlette.responses import Response

from atoosync_lab.sandbox.prestashop.answers import XML_TYPE, Call
from atoosync_lab.sandbox.prestashop.errors import WebserviceError, refuse, warning
from atoosync_lab.sandbox.prestashop.reading import document
from atoosync_lab.sandbox.prestashop.values import language_text

IMAGE_KINDS = ("general", "products", "categories", "manufacturers", "suppliers", "stores", "customizations")
_MIMES = "image/gif, image/jpg, image/jpeg, image/pjpeg, image/png, image/x-png"
MAX_IMAGE_BYTES = 3_000_000
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}


@dataclass(frozen=True)
class Upload:
    """One part of a multipart body."""

    name: str
    filename: str | None
    media: str
    content: bytes


def parse_multipart(content_type: str, body: bytes) -> dict[str, Upload]:
    """The parts of a multipart body by name; empty when it is none."""
    found = re.search(r'boundary="?([^";]+)"?', content_type)
    if not found:
        return {}
    parts: dict[str, Upload] = {}
    for raw in (b"\r\n" + body).split(b"\r\n--" + found.group(1).encode("latin-1"))[1:]:
        head, separator, content = raw.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = head.decode("utf-8", "replace")
        name = re.search(r'[;\s]name="?([^";\r\n]*)"?', headers)
        if not separator or not name:
            continue
        filename = re.search(r'filename="?([^";\r\n]*)"?', headers)
        media = re.search(r"content-type:\s*([^\r\n;]+)", headers, re.I)
        parts[name.group(1)] = Upload(
            name.group(1), filename.group(1) if filename else None, media.group(1) if media else "", content
        )
    return parts


def images(call: Call, body: bytes) -> Response:
    """Every call on `images`."""
    try:
        return _images(call, body)
    except WebserviceError as error:
        # Unlike other errors, those of images and attachments carry the hash.
        return hashed_error(call, error)


def hashed_error(call: Call, error: WebserviceError) -> Response:
    """An error with `Content-Sha1`."""
    response = call.error(error)
    if not call.state.at_least("8"):
        return response
    response.headers["Content-Sha1"] = hashlib.sha1(bytes(response.body), usedforsecurity=False).hexdigest()
    return response


def _images(call: Call, body: bytes) -> Response:
    if len(call.parts) == 1:
        flags = 'get="true" put="false" post="false" delete="false" head="true"'
        if call.state.at_least("8"):
            flags = 'get="true" put="false" post="false" patch="false" delete="false" head="true"'
        lines = "".join(
            f'<{kind} xlink:href="{call.base}/api/images/{kind}" {flags} upload_allowed_mimetypes="{_MIMES}"/>\n'
            for kind in IMAGE_KINDS
        )
        return call.body(f"<image_types>\n{lines}</image_types>\n", {"image_types": list(IMAGE_KINDS)})
    kind = call.parts[1]
    if kind not in IMAGE_KINDS:
        raise refuse(400, 48, f"Image type should be one of: {', '.join(IMAGE_KINDS)}")
    if len(call.parts) == 2:
        return _owners(call, kind)
    owner = int(call.parts[2]) if call.parts[2].isdecimal() else 0
    if kind == "products":
        return _product_images(call, owner, body)
    return _single_image(call, kind, owner, body)


def _owners(call: Call, kind: str) -> Response:
    rows = call.state.db.execute("SELECT DISTINCT id_owner FROM _images WHERE kind = ? ORDER BY 1", (kind,)).fetchall()
    lines = "".join(f'<image id="{row[0]}" xlink:href="{call.base}/api/images/{kind}/{row[0]}"/>\n' for row in rows)
    return call.body(f"<images>\n{lines}</images>\n", {"images": [{"id": row[0]} for row in rows]})


def _product_images(call: Call, product: int, body: bytes) -> Response:
    db = call.state.db
    image = int(call.parts[3]) if len(call.parts) > 3 and call.parts[3].isdecimal() else None
    if call.method in ("GET", "HEAD") and image is None:
        rows = db.execute(
            "SELECT id FROM _images WHERE kind = 'products' AND id_owner = ? ORDER BY position, id", (product,)
        ).fetchall()
        if not rows:
            return call.empty(404)
        lines = "".join(
            f'<declination id="{row[0]}" xlink:href="{call.base}/api/images/products/{product}/{row[0]}"/>\n'
            for row in rows
        )
        return call.body(f'<image id="{product}">\n{lines}</image>\n', {"image": [{"id": row[0]} for row in rows]})
    if call.method == "POST" and image is None:
        return _add_product_image(call, product, body)
    row = db.execute(
        "SELECT data, mime FROM _images WHERE kind = 'products' AND id = ? AND id_owner = ?", (image, product)
    ).fetchone()
    if row is None:
        raise refuse(400, 57, "This image id does not exist")
    if call.method == "DELETE":
        with call.state.writing():
            db.execute("DELETE FROM _images WHERE id = ?", (image,))
            db.execute(
                "UPDATE _images SET cover = 1 WHERE id = (SELECT MIN(id) FROM _images WHERE kind = 'products'"
                " AND id_owner = ?1)"
                " AND NOT EXISTS (SELECT 1 FROM _images WHERE kind = 'products' AND id_owner = ?1 AND cover = 1)",
                (product,),
            )
        return _deleted(call)
    if call.method == "PUT":
        data = as_jpeg(_upload(call, body))
        db.execute("UPDATE _images SET data = ?, mime = 'image/jpeg' WHERE id = ?", (data, image))
        return call.content(data, "image/jpeg")
    return call.content(row[0], row[1])


def _add_product_image(call: Call, product: int, body: bytes) -> Response:
    state = call.state
    if state.get("products", product) is None:
        raise refuse(400, 76, f"Product {product} does not exist")
    upload = _upload(call, body)
    try:
        data = as_jpeg(upload)
    except WebserviceError:
        # The row is made before the file is looked at, and stays.
        _add_image_row(call, product, b"")
        raise
    image, count = _add_image_row(call, product, data)
    legend = "".join(
        f'<language id="{n}" xlink:href="{call.base}/api/languages/{n}"><![CDATA[]]></language>'
        for n in state.languages()
    )
    cover = "1" if count == 0 else ""
    xml = (
        f"<image>\n<id><![CDATA[{image}]]></id>\n<id_product><![CDATA[{product}]]></id_product>\n"
        f"<position><![CDATA[{count + 1}]]></position>\n<cover><![CDATA[{cover}]]></cover>\n"
        f"<legend>{legend}</legend>\n</image>\n"
        f'<content encode="base64"><![CDATA[{base64.b64encode(as_png(upload)).decode()}]]></content>\n'
    )
    return call.content(document(xml).encode(), XML_TYPE)


def _add_image_row(call: Call, product: int, data: bytes) -> tuple[int, int]:
    """Store an image after those that the product has; return its id and how many there were."""
    db = call.state.db
    with call.state.writing():
        count = db.execute(
            "SELECT COUNT(*) FROM _images WHERE kind = 'products' AND id_owner = ?", (product,)
        ).fetchone()[0]
        sql = (
            "INSERT INTO _images (kind, id_owner, position, cover, mime, data) VALUES ('products', ?, ?, ?,"
            " 'image/jpeg', ?)"
        )
        image = db.execute(sql, (product, count + 1, int(count == 0), data)).lastrowid
    return int(image or 0), int(count)


def _single_image(call: Call, kind: str, owner: int, body: bytes) -> Response:
    db = call.state.db
    row = db.execute("SELECT data, mime FROM _images WHERE kind = ? AND id_owner = ?", (kind, owner)).fetchone()
    if call.method in ("GET", "HEAD"):
        return call.content(row[0], row[1]) if row else call.empty(404)
    if call.method == "DELETE":
        if row is None:
            raise refuse(400, 67, "This image does not exist")
        db.execute("DELETE FROM _images WHERE kind = ? AND id_owner = ?", (kind, owner))
        return _deleted(call)
    if call.method == "POST" and row is not None:
        raise refuse(400, 65, "This image already exists. To modify it, please use the PUT method")
    upload = _upload(call, body)
    media = image_media(upload)
    if media is None:
        raise _no_image()
    with call.state.writing():
        db.execute("DELETE FROM _images WHERE kind = ? AND id_owner = ?", (kind, owner))
        db.execute("INSERT INTO _images (kind, id_owner, mime, data) VALUES (?, ?, ?, ?)", (kind, owner, media, upload))
    return call.content(upload, media)


def _deleted(call: Call) -> Response:
    response = call.empty(200)
    if not call.state.at_least("8"):
        return response
    response.headers["Content-Sha1"] = hashlib.sha1(b"", usedforsecurity=False).hexdigest()
    return response


def _no_image() -> WebserviceError:
    return refuse(400, 76, "An error occurred while copying image")


def _upload(call: Call, body: bytes) -> bytes:
    part = parse_multipart(call.headers.get("content-type", ""), body).get("image")
    if part is None:
        if call.state.at_least("8"):
            raise refuse(400, 76, 'Please set an "image" parameter with image data for value')
        raise refuse(500, 66, 'Please set an "image" parameter with image data for value')
    if len(part.content) > MAX_IMAGE_BYTES:
        raise refuse(400, 72, f"The image size is too large (maximum allowed is {MAX_IMAGE_BYTES // 1000} KB)")
    return part.content


def image_media(content: bytes) -> str | None:
    """Media type of an image, or None when it is none that the shop takes."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.verify()
            return _FORMATS.get(picture.format or "")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return None


def _converted(content: bytes, form: str) -> bytes:
    if image_media(content) is None:
        raise _no_image()
    target = io.BytesIO()
    with Image.open(io.BytesIO(content)) as picture:
        picture.convert("RGB" if form == "JPEG" else "RGBA").save(target, form)
    return target.getvalue()


def as_jpeg(content: bytes) -> bytes:
    """An image as the shop stores it.

    Raises:
        WebserviceError: code 76 when it is no image.
    """
    return _converted(content, "JPEG")


def as_png(content: bytes) -> bytes:
    """An image as the answer to an upload holds it."""
    return _converted(content, "PNG")


def attachments(call: Call, body: bytes) -> Response:
    """Every call on `attachments/file`."""
    state = call.state
    record = int(call.parts[2]) if len(call.parts) > 2 and call.parts[2].isdecimal() else None
    if call.method in ("GET", "HEAD"):
        row = state.db.execute("SELECT data FROM _files WHERE id_attachment = ?", (record,)).fetchone()
        known = state.get("attachments", record or 0)
        return call.content(row[0], known["mime"]) if row and known else call.empty(404)
    if call.method not in ("POST", "PUT") or (call.method == "PUT" and record is None):
        raise refuse(405, 23, f"Method {call.method} is not valid")
    parts = parse_multipart(call.headers.get("content-type", ""), body)
    file = parts.get("file")
    if file is None:
        raise refuse(400, 66, 'Please set a "file" parameter with file data for value')
    shown = parts["name"].content.decode("utf-8", "replace") if "name" in parts else file.filename or ""
    values = {
        "file": hashlib.sha1(file.content + (file.filename or "").encode(), usedforsecurity=False).hexdigest(),
        "file_name": file.filename or "",
        "file_size": len(file.content),
        "mime": file.media or "application/octet-stream",
        "name": language_text(dict.fromkeys(state.languages(), shown)),
    }
    with state.writing():
        if record is None:
            record = state.insert(
                "attachments", {**values, "description": language_text(dict.fromkeys(state.languages(), ""))}
            )
        elif state.get("attachments", record) is None:
            return call.empty(404)
        else:
            state.update("attachments", record, values)
        state.db.execute("INSERT OR REPLACE INTO _files VALUES (?, ?)", (record, file.content))
    # Stored, and yet an error: PHP 8 warns while it writes the answer.
    return hashed_error(call, WebserviceError(500, [warning()]))
