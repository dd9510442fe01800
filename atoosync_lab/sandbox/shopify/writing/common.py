"""What several mutations do: find what an id points to, take handles, check amounts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.refusals import RefusedError, refuse
from atoosync_lab.sandbox.shopify.values import Row, decimal, handle_of, money, number_of

_SCRIPT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
MAX_PRICE = Decimal(10) ** 18


def found(
    context: Context, table: str, kind: str, given: str, field: Sequence[str], message: str, code: str | None = None
) -> Row:
    """The row of a global id.

    Raises:
        RefusedError: there is none; the message and the code are those given.
    """
    row = context.state.get(table, number_of(given, kind))
    if row is None:
        raise refuse(message, field, code)
    return row


def amount(value: Any, field: Sequence[str], code: str | None, *, name: str = "Price") -> str:
    """An amount as it is kept.

    Raises:
        RefusedError: it is no number, negative or too large.
    """
    try:
        number = decimal(value)
    except ValueError as error:
        raise refuse(f"{name} is not a number", field, code) from error
    if number < 0:
        raise refuse(f"{name} must be greater than or equal to 0", field, code)
    if number >= MAX_PRICE:
        raise refuse(f"{name} must be less than {MAX_PRICE}", field, code)
    return money(number)


def clean_html(text: str) -> str:
    """HTML as it is kept: scripts and styles are taken out."""
    return _SCRIPT.sub("", text).strip()


def free_handle(context: Context, table: str, title: str, besides: int | None = None) -> str:
    """A handle for a title that no other row has: a number is added when it is taken."""
    start = handle_of(title) or table.rstrip("s")
    wanted, number = start, 0
    while taken(context, table, wanted, besides):
        number += 1
        wanted = f"{start}-{number}"
    return wanted


def taken(context: Context, table: str, handle: str, besides: int | None = None) -> bool:
    """Whether another row of the table has a handle."""
    row = context.state.one(table, "handle = ?", handle)
    return row is not None and row["id"] != besides


def touch(context: Context, table: str, record: int) -> None:
    """Move `updated_at` of a row."""
    context.state.update(table, record, {"updated_at": context.state.now()})


__all__ = ["RefusedError", "amount", "clean_html", "found", "free_handle", "taken", "touch"]
