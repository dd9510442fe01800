"""Small conversions that many parts use: ids, instants, money, handles, JSON columns."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from atoosync_lab.sandbox.shopify.tables import ITEM_SHIFT

Row = dict[str, Any]

_GID = re.compile(r"^gid://shopify/([A-Za-z]+)/([^/?]+)(?:\?.*)?$")
CENT = Decimal("0.01")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def gid(kind: str, number: int | str) -> str:
    """The global id of an object."""
    return f"gid://shopify/{kind}/{number}"


def split_gid(text: str) -> tuple[str, str] | None:
    """Type and number of a global id, or None when it is none."""
    found = _GID.match(text)
    return (found[1], found[2]) if found else None


def number_of(text: str, kind: str) -> int | None:
    """The number of a global id of this type; None for other types and malformed ids."""
    found = split_gid(text)
    if found is None or found[0] != kind or not found[1].isdigit():
        return None
    return int(found[1])


def item_of(variant: int) -> int:
    """The inventory item of a variant."""
    return variant + ITEM_SHIFT


def variant_of(item: int) -> int:
    """The variant of an inventory item."""
    return item - ITEM_SHIFT


def instant(at: datetime) -> str:
    """An instant as the service writes it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_instant(text: str) -> datetime:
    """An instant that a caller wrote; a day alone is its beginning, an absent zone is UTC.

    Raises:
        ValueError: it is none.
    """
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def money(value: Any) -> str:
    """An amount with two decimals, rounded half up."""
    return f"{Decimal(str(value)).quantize(CENT, ROUND_HALF_UP):f}"


def decimal(text: Any) -> Decimal:
    """The number of a stored or sent text; nothing is zero.

    Raises:
        ValueError: it is no number.
    """
    if text is None or text == "":
        return Decimal(0)
    try:
        found = Decimal(str(text))
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is not a number") from error
    if not found.is_finite():
        raise ValueError(f"{text!r} is not a number")
    return found


def compact(value: Any) -> str:
    """JSON text of a column."""
    # Most lists of seeded rows are empty.
    return _ENCODER.encode(value) if value else "[]" if value == [] else json.dumps(value)


def opened(row: Mapping[str, Any], name: str) -> Any:
    """The value of a JSON column; null and nothing stay None."""
    found = row[name]
    return json.loads(found) if isinstance(found, str) else found


def handle_of(title: str) -> str:
    """The handle that a title gives: ASCII, lower case, dashes."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Tags as they are kept: trimmed, split at commas, without doubles (whatever their case), sorted."""
    found: dict[str, str] = {}
    for text in tags:
        for tag in text.split(","):
            name = tag.strip()
            if name:
                found.setdefault(name.casefold(), name)
    return sorted(found.values(), key=str.casefold)
