"""Pages of connections: of whole tables by key, of the children of many parents at once."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atoosync_lab.sandbox.shopify.engine import WHOLE, Args, FieldError
from atoosync_lab.sandbox.shopify.facts import MAX_PAGE, MAX_PAGED
from atoosync_lab.sandbox.shopify.search import SearchSpec, parse_search
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row

if TYPE_CHECKING:
    from atoosync_lab.sandbox.shopify.context import Context


UNBOUNDED = 10**9
"""Page size of bulk operations, which have none."""


@dataclass(frozen=True)
class TableSpec:
    """A table as a connection of the root.

    Attributes:
        table: Its name.
        search: What can be searched.
        sorts: Column by sort key.
        default: Sort key when none is given.
    """

    table: str
    search: SearchSpec
    sorts: Mapping[str, str] = field(default_factory=lambda: {"ID": "id"})
    default: str = "ID"


def cursor(record: Any, value: Any, seen: int) -> str:
    """A cursor: where a page ended, and how many objects lie before that place."""
    content = {"last_id": record, "last_value": value, "offset": seen}
    return base64.b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()


def read_cursor(text: str, name: str) -> tuple[Any, Any, int]:
    """What a cursor holds.

    Raises:
        FieldError: it is none of ours.
    """
    try:
        found = json.loads(base64.b64decode(text, validate=True))
        return found["last_id"], found["last_value"], int(found["offset"])
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise FieldError(f"Invalid cursor for current pagination sort: {name}.", {"code": "BAD_REQUEST"}) from error


def window(args: Args, largest: int = MAX_PAGE) -> tuple[int, bool]:
    """Page size and whether it is taken from the end.

    Raises:
        FieldError: neither or both of `first` and `last` are given, or too large a page is asked.
    """
    first, last = args.get("first"), args.get("last")
    if args.get(WHOLE):
        return UNBOUNDED, False
    if first is None and last is None:
        raise FieldError("you must provide one of first or last", {"code": "BAD_REQUEST"})
    if first is not None and last is not None:
        raise FieldError("providing both first and last is not supported", {"code": "BAD_REQUEST"})
    size = int(first if first is not None else last)  # type: ignore[arg-type]
    name = "first" if first is not None else "last"
    if size < 0:
        raise FieldError(f"{name} cannot be less than 0", {"code": "BAD_REQUEST"})
    if size > largest:
        raise FieldError(f"{name} cannot exceed {largest}", {"code": "BAD_REQUEST"})
    return size, last is not None


def page(nodes: list[Any], cursors: list[str], following: bool, before: bool) -> Row:
    """The value of a connection."""
    return {"nodes": nodes, "cursors": cursors, "next": following, "previous": before}


def table_page(context: Context, spec: TableSpec, args: Args, where: str = "1", values: Sequence[Any] = ()) -> Row:
    """A page of a table, by key: it costs the same wherever it lies."""
    size, backwards = window(args)
    found = parse_search(args.get("query"), spec.search)
    context.note_search(args.get("query"), found.warnings)
    conditions, params = [where, found.sql], [*values, *found.values]
    column = (
        spec.sorts.get(str(args.get("sort_key") or args.get("sortKey") or spec.default)) or spec.sorts[spec.default]
    )
    descending = bool(args.get("reverse"))
    seen = 0
    for name, ahead in (("after", True), ("before", False)):
        if args.get(name):
            record, value, offset = read_cursor(args[name], name)
            seen = max(seen, offset)
            sign = ">" if ahead != descending else "<"
            conditions.append(f"({column}, id) {sign} (?, ?)" if column != "id" else f"id {sign} ?")
            params += [value, record] if column != "id" else [record]
    if args.get("after") and seen + size > MAX_PAGED and not context.unlimited:
        raise FieldError(f"Pagination is limited to {MAX_PAGED} objects.", {"code": "BAD_REQUEST"})
    order = "DESC" if descending != backwards else "ASC"
    sorting = f"{column} {order}, id {order}" if column != "id" else f"id {order}"
    rows = context.state.query(
        f"SELECT *, {column} AS _sort FROM {spec.table} WHERE {' AND '.join(conditions)} ORDER BY {sorting} LIMIT ?",
        *params,
        size + 1,
    )
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    marks = [cursor(row["id"], row["_sort"], seen + place + 1) for place, row in enumerate(rows)]
    if backwards:
        return page(rows, marks, bool(args.get("before")), more)
    return page(rows, marks, more, bool(args.get("after")))


def count_of(context: Context, spec: TableSpec, args: Args, where: str = "1", values: Sequence[Any] = ()) -> Row:
    """How many rows a search finds, up to `limit`."""
    found = parse_search(args.get("query"), spec.search)
    context.note_search(args.get("query"), found.warnings)
    limit = args.get("limit")
    top = MAX_PAGED if limit is None else int(limit)
    inner = f"SELECT 1 FROM {spec.table} WHERE {where} AND {found.sql} LIMIT ?"
    number = int(context.state.value(f"SELECT COUNT(*) FROM ({inner})", *values, *found.values, top + 1))
    return {"count": min(number, top), "precision": "AT_LEAST" if number > top else "EXACT"}


def list_page(items: list[Any], args: Args, largest: int = MAX_PAGE) -> Row:
    """A page of a list that is at hand."""
    size, backwards = window(args, largest)
    start, end = 0, len(items)
    if args.get("reverse"):
        items = items[::-1]
    if args.get("after"):
        start = read_cursor(args["after"], "after")[2]
    if args.get("before"):
        end = min(end, read_cursor(args["before"], "before")[2] - 1)
    first = max(start, end - size) if backwards else start
    stop = end if backwards else min(end, start + size)
    part = items[first:stop]
    marks = [
        cursor(item.get("id") if isinstance(item, dict) else None, None, first + place + 1)
        for place, item in enumerate(part)
    ]
    return page(part, marks, stop < len(items), first > 0)


def child_pages(
    context: Context, parents: list[Row], args: Args, sql: str, owner: str, *values: Any, largest: int = MAX_PAGE
) -> list[Row]:
    """Pages of the children of all parents, with one statement.

    Args:
        context: The request.
        parents: Rows with an `id`.
        args: Arguments of the connection.
        sql: A SELECT with `{in}` where the ids of parents belong, in the order wanted.
        owner: Column of the parent's id in what it selects.
        values: Parameters after the ids.
        largest: Largest page.
    """
    window(args, largest)
    rows = context.state.query(sql.replace("{in}", IN), ids(parent["id"] for parent in parents), *values)
    by_owner: dict[Any, list[Row]] = {}
    for row in rows:
        by_owner.setdefault(row[owner], []).append(row)
    return [list_page(by_owner.get(parent["id"], []), args, largest) for parent in parents]


def grouped(rows: list[Row], column: str) -> dict[Any, list[Row]]:
    """Rows by the value of a column."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found
