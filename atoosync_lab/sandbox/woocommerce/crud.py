"""What the resources share: lists with their headers, batches, meta data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_plus

from atoosync_lab.sandbox.woocommerce import times, versions
from atoosync_lab.sandbox.woocommerce.call import PREFIX, Answer, Call, Handler
from atoosync_lab.sandbox.woocommerce.errors import ApiError, critical
from atoosync_lab.sandbox.woocommerce.params import Args
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState

BATCH_LIMIT = 100
"""Items of a batch, the three lists together; one more is answered 413. Source: a shop of version 9.9.5."""


@dataclass
class Condition:
    """A condition in SQL, built step by step."""

    parts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, sql: str, *values: Any) -> None:
        """One more condition that must hold."""
        self.parts.append(f"({sql})")
        self.values += values

    def among(self, column: str, given: Iterable[Any], *, out: bool = False) -> None:
        """The column is (not) one of the values."""
        items = list(given)
        marks = ",".join("?" for _ in items)
        self.add(f"{column} {'NOT ' if out else ''}IN ({marks})", *items)

    @property
    def sql(self) -> str:
        """The whole condition."""
        return " AND ".join(self.parts) or "1"


def dates(call: Call, condition: Condition) -> None:
    """The date filters, strict at both ends; shops before 5.8 know only those of the creation."""
    gmt = bool(call.params.get("dates_are_gmt"))
    known = [("after", "created", ">"), ("before", "created", "<")]
    if call.version >= versions.MODIFIED_FILTERS:
        known += [("modified_after", "modified", ">"), ("modified_before", "modified", "<")]
    else:
        gmt = False
    for name, column, sign in known:
        given = call.params.get(name)
        stored = times.stored_of(given, gmt=gmt) if given else None
        if stored:
            condition.add(f"{column} {sign} ?", stored)


def in_and_out(call: Call, condition: Condition) -> None:
    """The filters `include` and `exclude`."""
    if call.params.get("include"):
        condition.among("id", call.params["include"])
    if call.params.get("exclude"):
        condition.among("id", call.params["exclude"], out=True)


def page_of(
    call: Call, table: str, condition: Condition, order: str, *, lost_total: bool = False, index: str = ""
) -> tuple[list[Row], dict[str, str]]:
    """One page of rows and the headers of the list.

    Args:
        call: The request, with `page`, `per_page`, `offset`.
        table: Table of the state.
        condition: Which rows.
        order: `ORDER BY` in SQL.
        index: Column whose index to walk, where the condition leaves most rows.
        lost_total: The total is 0 past the end, as the shop's order tables answer.
    """
    size = int(call.params.get("per_page") or 10)
    page = int(call.params.get("page") or 1)
    offset = call.params.get("offset")
    start = int(offset) if offset is not None else (page - 1) * size
    total = call.state.count(table, condition.sql, condition.values)
    # Ids first: sorting and skipping then never touches the rest of the rows.
    ids = call.state.ids(table, condition.sql, condition.values, f"{order} LIMIT {size} OFFSET {start}", index)
    found = call.state.by_ids(table, ids)
    rows = [found[number] for number in ids]
    if not rows and lost_total and page > 1:
        total = 0
    return rows, list_headers(call, total, page, size)


def list_headers(call: Call, total: int, page: int = 1, size: int = 100) -> dict[str, str]:
    """`X-WP-Total`, `X-WP-TotalPages` and `Link` with `prev` and `next`."""
    pages = math.ceil(total / size)
    headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
    found = []
    if page > 1:
        found.append(f'<{_page_address(call, min(page - 1, pages))}>; rel="prev"')
    if page < pages:
        found.append(f'<{_page_address(call, page + 1)}>; rel="next"')
    if found:
        headers["Link"] = ", ".join(found)
    return headers


def _page_address(call: Call, page: int) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in {**call.query, "page": page}.items():
        known = call.params.get(name, value) if name in ("include", "exclude") else value
        if isinstance(known, list):
            pairs += [(f"{name}[{n}]", str(item)) for n, item in enumerate(known)]
        else:
            pairs.append((name, str(known)))
    query = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    return f"{call.home}{PREFIX}{call.path}?{query}"


def order_of(call: Call, columns: dict[str, str], tie: str = "") -> str:
    """`ORDER BY` for the parameters `orderby` and `order`."""
    direction = "DESC" if call.params.get("order") == "desc" else "ASC"
    wanted = str(call.params.get("orderby"))
    if wanted == "include" and call.params.get("include"):
        places = " ".join(f"WHEN {int(number)} THEN {n}" for n, number in enumerate(call.params["include"]))
        return f"CASE id {places} END"
    column = columns.get(wanted, "id")
    return f"{column} {direction}{tie.replace('*', direction)}"


# Batches ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Batched:
    """The single calls that a batch makes.

    Attributes:
        create, update, delete: Handlers of one item.
        create_args: Arguments whose defaults are set on new items; nothing is checked.
        key: Name of the id in the path (`id`).
    """

    create: Handler
    update: Handler
    delete: Handler
    create_args: Args
    key: str = "id"


def batch(call: Call, parts: Batched) -> Answer:
    """Create, update, delete, in this order; a failed item does not stop the others, nothing is taken back.

    Raises:
        ApiError: 413 above the limit; 500 when a part is no list.
    """
    lists: dict[str, list[Any]] = {}
    for name in ("create", "update", "delete"):
        given = call.params.get(name)
        if given is not None and not isinstance(given, list):
            raise critical()
        if given:
            lists[name] = given
    limit = int(call.state.option("batch_limit") or BATCH_LIMIT)
    if sum(len(items) for items in lists.values()) > limit:
        message = f"Unable to accept more than {limit} items for this request."
        raise ApiError(413, "woocommerce_rest_request_entity_too_large", message)
    found: dict[str, list[Any]] = {}
    pause = 0.0
    for name, items in lists.items():
        results = found[name] = []
        for item in items:
            if name == "delete" and not item:
                continue
            number = item if name == "delete" else item.get(parts.key) if isinstance(item, dict) else 0
            try:
                answer = _one(call, parts, name, item)
            except ApiError as error:
                results.append({"id": 0 if name == "create" else number, "error": _short(error)})
                continue
            pause += answer.pause
            results.append(answer.data)
    return Answer(found or [], pause=pause)


def _one(call: Call, parts: Batched, name: str, item: Any) -> Answer:
    if name == "delete":
        params, handler = {parts.key: item, "force": True}, parts.delete
    elif name == "update":
        params, handler = dict(item), parts.update
    else:
        defaults = {arg: spec.default for arg, spec in parts.create_args.items() if spec.default is not None}
        params, handler = {**defaults, **item}, parts.create
    number = params.get(parts.key)
    url = {**call.url, parts.key: str(number or 0) if str(number or 0).isdecimal() else "0"}
    if name == "create":
        url.pop(parts.key)
        params.pop(parts.key, None)
    return handler(replace(call, url=url, params=params, body=params, edit=True, batch=True))


def _short(error: ApiError) -> dict[str, Any]:
    return error.body()


# Meta data -------------------------------------------------------------------------------------------------------


def merged_meta(state: ShopState, held: list[Row], given: Any) -> list[Row]:
    """The meta data after a write: by id, else by key; null removes; other keys stay."""
    found = [dict(item) for item in held]
    for item in given or ():
        if not isinstance(item, dict):
            continue
        key, value = item.get("key"), item.get("value")
        known = next((row for row in found if item.get("id") and row["id"] == item["id"]), None)
        if known is None:
            known = next((row for row in found if key and row["key"] == key), None)
        if value is None:
            found = [row for row in found if row is not known]
        elif known is not None:
            known.update({"key": key or known["key"], "value": value})
        elif key:
            found.append({"id": state.reserve("meta"), "key": key, "value": value})
    return found


def without(rows: Iterable[dict[str, Any]], missing: frozenset[str]) -> list[dict[str, Any]]:
    """Answers without the fields that the shop's version does not have."""
    if not missing:
        return list(rows)
    return [{key: value for key, value in row.items() if key not in missing} for row in rows]


def found_row(call: Call, table: str, name: str, error: Callable[[], ApiError]) -> Row:
    """The row that the path names.

    Raises:
        ApiError: as `error` says, when there is none.
    """
    row = call.state.row(table, call.number(name))
    if row is None:
        raise error()
    return row
