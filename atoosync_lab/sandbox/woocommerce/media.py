"""WordPress's media library (`wp/v2/media`): files sent raw or as a form, found by slug; application passwords sign.

Source: `class-wp-rest-attachments-controller.php`, `class-wp-rest-posts-controller.php`, and WordPress's handbook on
application passwords. ASSUMPTION: the site says that it is a local one, so that plain HTTP will do.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from atoosync_lab.sandbox.woocommerce import images
from atoosync_lab.sandbox.woocommerce.errors import ApiError
from atoosync_lab.sandbox.woocommerce.install import MEDIA_PASSWORD, MEDIA_USER
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState

PATH = "/wp/v2/media"
PAGE = 10
"""Files a page, unless `per_page` says otherwise; at most 100."""
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"}
_DISPOSITION = re.compile(r'filename="?([^";]+)"?')


def signed_in(authorization: str) -> bool:
    """Whether a header carries the user and an application password.

    Raises:
        ApiError: 401, the user or the password is wrong.
    """
    if not authorization.lower().startswith("basic "):
        return False
    try:
        user, _, password = base64.b64decode(authorization[6:]).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    if user != MEDIA_USER:
        raise ApiError(401, "invalid_username", f"The username {user} is not registered on this site.")
    if not hmac.compare_digest(password.replace(" ", ""), MEDIA_PASSWORD.replace(" ", "")):
        raise ApiError(401, "incorrect_password", "The provided password is an invalid application password.")
    return True


def listed(state: ShopState, query: Mapping[str, Any], home: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Files of the library, newest first, with the counts of the headers.

    Raises:
        ApiError: 400, more than 100 a page.
    """
    size, page = int(query.get("per_page") or PAGE), int(query.get("page") or 1)
    if not 1 <= size <= 100:
        raise ApiError(400, "rest_invalid_param", "Invalid parameter(s): per_page")
    slugs, words = _many(query.get("slug")), str(query.get("search") or "").lower()
    found = [
        row
        for row in sorted(state.rows("images"), key=lambda r: -r["id"])
        if (not slugs or _slug(row) in slugs) and (not words or words in row["name"].lower())
    ]
    told = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(-(-len(found) // size))}
    return [shown(row, home) for row in found[(page - 1) * size : page * size]], told


def created(
    state: ShopState, query: Mapping[str, Any], headers: Mapping[str, str], content: bytes, home: str
) -> dict[str, Any]:
    """A new file of the library; a slug that is taken gets a number behind it.

    Raises:
        ApiError: 400, nothing was sent; 500, a type that is not allowed.
    """
    name, media, body = _file(headers, content)
    ending = _ENDINGS.get(media, "")
    if not ending or not body.startswith(images.starts(ending)):
        raise ApiError(500, "rest_upload_unknown_error", "Sorry, you are not allowed to upload this file type.")
    stem = re.sub(r"[^A-Za-z0-9._-]", "-", name.rpartition(".")[0] or name) or "image"
    title = str(query.get("title") or stem)
    wanted = re.sub(r"[^a-z0-9_-]+", "-", str(query.get("slug") or title).lower()).strip("-")
    taken = {_slug(row) for row in state.rows("images")}
    slug, count = wanted, 1
    while slug in taken:
        count += 1
        slug = f"{wanted}-{count}"
    number = images.keep(state, stem, ending, body, title, str(query.get("alt_text") or ""), slug)
    row = state.row("images", number)
    assert row is not None
    return shown(row, home)


def shown(row: Row, home: str) -> dict[str, Any]:
    """A file as the API shows it."""
    return {
        "id": row["id"],
        "date_gmt": row["created"],
        "slug": _slug(row),
        "status": "inherit",
        "type": "attachment",
        "title": {"rendered": row["name"]},
        "alt_text": row["alt"],
        "media_type": "image",
        "mime_type": f"image/{row['file'].rpartition('.')[2].replace('jpg', 'jpeg')}",
        "source_url": f"{home}/wp-content/uploads/{row['file']}",
    }


def _slug(row: Row) -> str:
    return str(row.get("slug") or row["file"].rpartition("/")[2].rpartition(".")[0].lower())


def _many(given: Any) -> set[str]:
    """A list as WordPress takes it: repeated, or with commas."""
    if isinstance(given, dict):
        given = list(given.values())
    listed = given if isinstance(given, list) else str(given or "").split(",")
    return {str(item) for item in listed if item}


def _file(headers: Mapping[str, str], content: bytes) -> tuple[str, str, bytes]:
    """Name, type and bytes of what was sent, raw or as the part `file` of a form."""
    kind = headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        form = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + content)
        for part in form.iter_parts():
            if part.get_param("name", header="content-disposition") == "file":
                body = part.get_payload(decode=True)
                return part.get_filename() or "file", part.get_content_type(), body if isinstance(body, bytes) else b""
        content = b""
    if not content:
        raise ApiError(400, "rest_upload_no_data", "No data supplied.")
    found = _DISPOSITION.search(headers.get("content-disposition", ""))
    if found is None:
        raise ApiError(400, "rest_upload_no_content_disposition", "No Content-Disposition supplied.")
    return found[1], kind.partition(";")[0], content
