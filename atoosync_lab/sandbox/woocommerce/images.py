"""Images of the shop: fetched from an address on this machine, kept with an id, given out as files."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from atoosync_lab.sandbox.woocommerce import times
from atoosync_lab.sandbox.woocommerce.call import Call
from atoosync_lab.sandbox.woocommerce.errors import ApiError
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState

TIMEOUT = 10.0
"""Seconds to wait for an image."""

_TYPES = {"png": b"\x89PNG", "jpg": b"\xff\xd8", "jpeg": b"\xff\xd8", "gif": b"GIF8", "webp": b"RIFF"}
_LOCAL = ("127.0.0.1", "localhost", "::1")


def shown_image(call: Call, row: Row) -> dict[str, Any]:
    """An image as products and terms list it."""
    return {
        "id": row["id"],
        **_odd_pair("date_created", row["created"]),
        **_odd_pair("date_modified", row["modified"]),
        "src": f"{call.home}/wp-content/uploads/{row['file']}",
        "name": row["name"],
        "alt": row["alt"],
    }


def starts(ending: str) -> bytes:
    """How the files of an ending begin."""
    return _TYPES[ending]


def _odd_pair(name: str, stored: str) -> dict[str, str]:
    # The shop adds the site's offset twice to the times of images: seen on version 9.9.5.
    return {name: times.local(times.local(stored)), f"{name}_gmt": stored}


def _failed(address: str, reason: str) -> ApiError:
    message = f"Error getting remote image {address}. Error: {reason}"
    return ApiError(400, "woocommerce_product_image_upload_error", message)


def fetch(address: str) -> bytes:
    """The content behind an address.

    Raises:
        ApiError: the address is none, is not on this machine, or gives no image.
    """
    parts = urlsplit(address if "://" in address else f"http://{address}")
    if "://" not in address or parts.hostname is None:
        raise _failed(parts.geturl(), "A valid URL was not provided.")
    if parts.hostname not in _LOCAL:
        raise _failed(address, f"Could not resolve host: {parts.hostname}")
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT) as answer:
            content: bytes = answer.read()
    except urllib.error.HTTPError as error:
        raise _failed(address, error.reason) from error
    except (OSError, ValueError) as error:
        raise _failed(address, str(error)) from error
    return content


def uploaded(state: ShopState, address: str, name: str | None, alt: str | None) -> int:
    """Fetch an image and keep it; its id. The same address again makes a second image.

    Raises:
        ApiError: it cannot be fetched, or is no image.
    """
    content = fetch(address)
    stem, _, ending = unquote(urlsplit(address).path.rsplit("/", 1)[-1]).rpartition(".")
    kind = ending.lower()
    if kind not in _TYPES or not content.startswith(_TYPES[kind]):
        message = "Invalid image: Sorry, you are not allowed to upload this file type."
        raise ApiError(400, "woocommerce_product_image_upload_error", message)
    return keep(state, re.sub(r"[^A-Za-z0-9._-]", "-", stem) or "image", kind, content, name, alt)


def keep(
    state: ShopState, stem: str, ending: str, content: bytes, name: str | None, alt: str | None, slug: str = ""
) -> int:
    """Store an image under a file name that is free; its id."""
    now = state.now()
    folder = datetime.fromisoformat(now).replace(tzinfo=UTC).strftime("%Y/%m")
    file, count = f"{folder}/{stem}.{ending}", 0
    while state.count("images", "file = ?", (file,)):
        count += 1
        file = f"{folder}/{stem}-{count}.{ending}"
    title = name or file.rsplit("/", 1)[-1]
    return state.insert(
        "images",
        {
            "name": title,
            "alt": alt or "",
            "file": file,
            "data": content,
            "created": now,
            "modified": now,
            **({"slug": slug} if slug else {}),
        },
    )


def chosen(state: ShopState, given: dict[str, Any]) -> int:
    """The image that a write names: by id (name and text may change with it), or by address.

    Raises:
        ApiError: the id is no image's, or the address gives none.
    """
    number = given.get("id")
    if not number:
        return uploaded(state, str(given.get("src") or ""), given.get("name"), given.get("alt"))
    row = state.row("images", int(number))
    if row is None:
        raise ApiError(400, "woocommerce_product_invalid_image_id", f"#{number} is an invalid image ID.")
    if given.get("name") or given.get("alt") is not None:
        state.db.execute(
            "UPDATE images SET name = ?, alt = ? WHERE id = ?",
            (given.get("name") or row["name"], given["alt"] if given.get("alt") is not None else row["alt"], number),
        )
    return int(number)
