"""Routes under `/gescom/api/v1`: folders, GenericQuery, documents, clients, items, custom fields, dependencies."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atoosync_lab.sandbox.common.faults import struck
from atoosync_lab.sandbox.ebp.core import core_of, number_parameter, parameter
from atoosync_lab.sandbox.ebp.errors import ApiError
from atoosync_lab.sandbox.ebp.folder import FolderState
from atoosync_lab.sandbox.ebp.query import MAX_LIMIT, Query, page_json
from atoosync_lab.sandbox.ebp.schema import Kind
from atoosync_lab.sandbox.ebp.tables import find_table
from atoosync_lab.sandbox.ebp.values import PARIS, date_text

BASE = "/gescom/api/v1"
_CUSTOM_TYPES = {Kind.DEC: "Decimal", Kind.INT: "Int", Kind.BOOL: "Boolean", Kind.DATE: "Date"}


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")


def guarded(endpoint: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """An endpoint behind key, token and quota."""

    @wraps(endpoint)
    def admitted(request: Request) -> Response:
        core_of(request).admit(request)
        return endpoint(request)

    return admitted


def paging(request: Request) -> tuple[int, int]:
    """Offset and Limit of a request.

    Raises:
        ApiError: 400 for anything but whole numbers, and for a limit of 0 or above 100.
    """
    offset, limit = number_parameter(request, "Offset", 0), number_parameter(request, "Limit", MAX_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise ApiError(400, "ERR_LIMIT", f"Limit : entre 1 et {MAX_LIMIT}, pas {limit}")
    return offset, limit


def columns_of(request: Request) -> list[str]:
    """Asked columns: the parameter repeated, or names separated by commas, or both."""
    return [
        name.strip()
        for key, value in request.query_params.multi_items()
        if key.lower() == "columns"
        for name in value.split(",")
        if name.strip()
    ]


def _shape(request: Request, query: Query) -> None:
    """Columns, filter and order of a request."""
    hidden = struck(request.scope, "no_right")
    query.show(columns_of(request), hidden=str(hidden.value) if hidden else None)
    where, order = parameter(request, "WhereCondition"), parameter(request, "OrderByValue")
    if where:
        query.where_yaml(where)
    if order:
        query.order_by(order)
    elif struck(request.scope, "unstable_order"):
        query.unstable()


def _answer(request: Request, query: Query) -> Response:
    offset, limit = paging(request)
    moved = struck(request.scope, "moving_pages")
    if moved is not None and isinstance(moved.value, dict):
        # A record goes once this page is read: whoever pages by offset then misses another one.
        page = query.page(offset, limit)
        query.state.delete(query.table.name, str(moved.value["delete"]))
        return _json(page)
    return _json(query.page(offset, limit, skip=int(moved.value or 1) if moved and offset else 0))


@guarded
def folders(request: Request) -> Response:
    """The folders of the signed-in user."""
    core = core_of(request)
    offset, limit = paging(request)
    ids = core.folder_ids()
    shown = []
    for folder_id in ids[offset : offset + limit]:
        with core.folder(folder_id) as state:
            shown.append(
                {
                    "id": folder_id,
                    "name": state.meta["name"],
                    "shortName": state.meta["short_name"],
                    "isMariaDb": not state.meta["case_sensitive"],
                }
            )
    page = {"total": len(ids), "returned": len(shown), "offset": offset, "limit": limit}
    return JSONResponse({"folders": shown, "paging": page})


@guarded
def generic_query(request: Request) -> Response:
    """Any table: TableName, Columns, FromModifiedDate, OrderByValue, WhereCondition, Offset, Limit."""
    with core_of(request).folder(request.path_params["folder"]) as state:
        query = Query(state, parameter(request, "TableName", required=True) or "")
        _shape(request, query)
        since = parameter(request, "FromModifiedDate")
        if since:
            query.modified_since(since, "FromModifiedDate")
        return _answer(request, query)


@guarded
def generic_record(request: Request) -> Response:
    """One record of a table by its Id."""
    with core_of(request).folder(request.path_params["folder"]) as state:
        query = Query(state, parameter(request, "TableName", required=True) or "")
        query.show(columns_of(request))
        return _json(query.one(request.path_params["key"]))


def _document_query(request: Request, state: FolderState) -> Query:
    """Sale documents of a window: DATEDIFF(day, DocumentDate, ToDate) < Duration, a lower bound only."""
    query = Query(state, "SaleDocument")
    duration = number_parameter(request, "Duration")
    given = parameter(request, "ToDate")
    try:
        end = datetime.fromisoformat(given).date() if given else datetime.now(PARIS).date()
        first = end - timedelta(days=duration - 1)
    except OverflowError:
        first = date.min
    except ValueError as error:
        raise ApiError(400, "ERR_PARAMETER", f"ToDate : date {given!r} illisible") from error
    query.where_sql('t."DocumentDate" >= ?', date_text(first))
    kind = number_parameter(request, "DocumentType", 0)
    if kind:
        query.where_sql('t."DocumentType" = ?', kind)
    since = parameter(request, "SysModifiedDate")
    if since:
        query.modified_since(since, "SysModifiedDate")
    _shape(request, query)
    return query


@guarded
def sale_documents(request: Request) -> Response:
    """Headers of sale documents."""
    with core_of(request).folder(request.path_params["folder"]) as state:
        return _answer(request, _document_query(request, state))


@guarded
def sale_documents_with_lines(request: Request) -> Response:
    """Sale documents, each with its lines in `Lines`."""
    with core_of(request).folder(request.path_params["folder"]) as state:
        query = _document_query(request, state)
        offset, limit = paging(request)
        rows = query.rows(offset, limit)
        records = []
        for row, header in zip(rows, query.render(rows), strict=True):
            lines = Query(state, "SaleDocumentLine")
            lines.show([])
            lines.where_sql('t."DocumentId" = ?', row[0])
            lines.order_by("LineOrder")
            rendered = ",".join(lines.render(lines.rows(0, -1)))
            records.append(f'{header[:-1]},"Lines":[{rendered}]}}')
        return _json(page_json(records, query.total(), offset, limit))


def _in_filter(request: Request, query: Query, name: str, column: str, *, negative: bool = False) -> None:
    text = parameter(request, name)
    if text:
        values = [value.strip() for value in text.split(",")]
        expression = query.resolve(column)[0]
        marks = ", ".join("?" * len(values))
        condition = (
            f"{expression} IS NULL OR {expression} NOT IN ({marks})" if negative else f"{expression} IN ({marks})"
        )
        query.where_sql(condition, *values)


@guarded
def clients_extended(request: Request) -> Response:
    """Customers as GenericQuery gives them, with the filters of the screen."""
    with core_of(request).folder(request.path_params["folder"]) as state:
        query = Query(state, "Customer")
        if parameter(request, "CustomerType") not in (None, "0"):
            _in_filter(request, query, "CustomerType", "Type")
        _in_filter(request, query, "CustomerActiveState", "ActiveState")
        _in_filter(request, query, "FamilyIdIN", "FamilyId")
        _in_filter(request, query, "FamilyIdNotIN", "FamilyId", negative=True)
        _in_filter(request, query, "SubFamilyIdIN", "SubFamilyId")
        _in_filter(request, query, "SubFamilyIdNotIN", "SubFamilyId", negative=True)
        since = parameter(request, "FromModifiedDate")
        if since:
            query.modified_since(since, "FromModifiedDate")
        _shape(request, query)
        return _answer(request, query)


@guarded
def items_extended(request: Request) -> Response:
    """Articles, with the filters of the screen."""
    with core_of(request).folder(request.path_params["folder"]) as state:
        query = Query(state, "Item")
        _in_filter(request, query, "FamilyIdIN", "FamilyId")
        _in_filter(request, query, "FamilyIdNotIN", "FamilyId", negative=True)
        _in_filter(request, query, "ActiveStateExcluded", "ActiveState", negative=True)
        since = parameter(request, "SysModifiedDate")
        if since:
            query.modified_since(since, "SysModifiedDate")
        _shape(request, query)
        return _answer(request, query)


@guarded
def custom_fields(request: Request) -> Response:
    """The custom fields of a folder, by table."""
    with core_of(request).folder(request.path_params["folder"]) as state:
        tables = [
            {
                "name": name,
                "columns": [
                    {
                        "name": column.name,
                        "caption": column.name.removeprefix("xx_"),
                        "type": _CUSTOM_TYPES.get(column.kind, "String"),
                        "maxLength": column.length or None,
                    }
                    for column in columns
                ],
            }
            for name, columns in state.custom_fields().items()
        ]
    return JSONResponse({"schema": [{"name": "Gescom", "tables": tables}]})


@guarded
def dependencies(request: Request) -> Response:
    """Tables that a dotted join can reach from a table."""
    name = request.path_params["table"]
    table = find_table(name)
    if table is None:
        raise ApiError(404, "ERR_TABLE", f"La table {name} n'est pas accessible")
    linked: list[dict[str, Any]] = [
        {"prefix": prefix, "tableName": column.target, "columnName": column.name}
        for prefix, column in table.links().items()
    ]
    return _json(json.dumps({"tableName": table.name, "linkedTables": linked}))


_F = BASE + "/Folders/{folder}"
ROUTES = [
    Route(f"{BASE}/Folders", folders),
    Route(f"{_F}/GenericQuery", generic_query),
    Route(f"{_F}/GenericQuery/{{key:path}}", generic_record),
    Route(f"{_F}/Documents/SaleDocument", sale_documents),
    Route(f"{_F}/Documents/SaleDocument/WithLines", sale_documents_with_lines),
    Route(f"{_F}/Clients/ExtendedQuery", clients_extended),
    Route(f"{_F}/Items/ItemsExtentedQuery", items_extended),
    Route(f"{_F}/Items/ItemsExtendedQuery", items_extended),
    Route(f"{_F}/CustomFields", custom_fields),
    Route(f"{BASE}/Dependencies/{{table}}", dependencies),
]
