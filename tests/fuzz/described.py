"""The servers described in OpenAPI 3, from their own routes and tables of fields: requests are made from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.routing import Route

from atoosync_lab.sandbox.ebp import exports, gescom, headings, imports, login
from atoosync_lab.sandbox.prestashop.fields import Resource, Version, catalogue
from tests.fuzz.hostile import NUMBERS, TEXTS

Json = dict[str, Any]

_SENDABLE = [text for text in (*TEXTS, *NUMBERS) if len(text) < 1_000]
"""Longer ones do not fit the line of a request."""
ANY: Json = {"anyOf": [{"type": "string", "maxLength": 40}, {"type": "string", "enum": _SENDABLE}]}
NUMBER: Json = {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 300}, {"type": "string", "enum": _SENDABLE}]}
"""A number, or what is none."""
_ID: Json = {
    "anyOf": [{"type": "integer", "minimum": 0, "maximum": 12}, {"type": "string", "enum": ["x", "²", "9" * 30]}]
}
_TREE = (
    "{type: CustomFilter, column: Id, operator: Like, valueType: String, value: ['A%']}",
    "{type: CustomFilter, column: Id, operator: In, valueType: Decimal, value: ['1', 'x']}",
    "{type: ImbricationFilter, operator: And, left: {type: CustomFilter}, right: 1}",
)


def _query(**schemas: Json) -> list[Json]:
    return [{"name": name, "in": "query", "schema": schema} for name, schema in schemas.items()]


def _document(title: str, paths: Mapping[str, Json]) -> Json:
    return {"openapi": "3.0.3", "info": {"title": title, "version": "1"}, "paths": dict(paths)}


def _operation(parameters: Iterable[Json], body: Json | None = None, media: str = "") -> Json:
    found: Json = {"parameters": list(parameters), "responses": {"200": {"description": "any"}}}
    if body is not None:
        found["requestBody"] = {"required": True, "content": {media: {"schema": body}}}
    return found


def shop(version: Version = "9", only: frozenset[str] = frozenset()) -> Json:
    """The Webservice of a shop: every resource, with its verbs, filters, displays and bodies."""
    paths: dict[str, Json] = {"/api": {"get": _operation(_query(output_format=_choice("JSON", "XML", "x")))}}
    for name, resource in catalogue(version).items():
        if only and name not in only:
            continue
        common = _query(output_format=_choice("XML", "JSON"), language=ANY, ps_method=_choice("", "GET", "PUT", "x"))
        new, held = _record(resource, held=False), _record(resource, held=True)
        paths[f"/api/{name}"] = {
            "get": _operation([*common, *_listing(resource)]),
            "post": _operation(common, new, "application/xml"),
            "put": _operation(common, held, "application/xml"),
            "patch": _operation(common, held, "application/xml"),
            "delete": _operation(_query(id=ANY)),
        }
        one = {"name": "id", "in": "path", "required": True, "schema": _ID}
        paths[f"/api/{name}/{{id}}"] = {"get": _operation([one, *common, *_query(display=ANY, schema=ANY)])}
    return _document("shop", paths)


def _choice(*values: str) -> Json:
    return {"type": "string", "enum": list(values)}


def _listing(resource: Resource) -> list[Json]:
    names = ["id", *resource.fields][:8]
    value = {
        "anyOf": [ANY, _choice("[1|2]", "[1,10]", "%[a]%", ">[1]", "[]", "[%]", "![1]", "[2026-01-01,2026-12-31]")]
    }
    return [
        *_query(
            display={"anyOf": [_choice("full", "minimum", "[id]", f"[{','.join(names)}]", "[x[y]]", "["), ANY]},
            sort={"anyOf": [_choice("id_ASC", f"[{names[-1]}_DESC,id_ASC]", "[_ASC]"), ANY]},
            limit={"anyOf": [_choice("1", "0,5", "5,0", "-1", "1,2,3", "9" * 30), ANY]},
            date=_choice("0", "1"),
            schema=_choice("blank", "synopsis", "x"),
        ),
        *_query(**{f"filter[{name}]": value for name in names}),
        *_query(**{"price[x][use_tax]": ANY, "price[y][product_attribute]": ANY}),
    ]


def _record(resource: Resource, *, held: bool) -> Json:
    fields: Json = {"id": _ID} if held else {}
    for known in list(resource.fields.values())[:40]:
        value = ANY if known.kind == "text" else NUMBER
        if known.language:
            value = {"anyOf": [value, {"type": "object", "properties": {"language": ANY}}]}
        fields[known.name] = value
    required = [known.name for known in resource.fields.values() if known.required and known.name in fields]
    required += ["id"] if held else []
    record = {"type": "object", "properties": fields, "required": required, "additionalProperties": False}
    node = {resource.node: record}
    return {
        "type": "object",
        "xml": {"name": "prestashop"},
        "properties": node,
        "required": [resource.node],
        "additionalProperties": False,
    }


def erp(folder: str) -> Json:
    """The services of the ERP: every route, with the parameters it reads."""
    tables = _choice("Item", "Customer", "SaleDocument", "StockItem", "Nothing", "item")
    tree = {"anyOf": [_choice(*_TREE), ANY]}
    parameters = _query(
        TableName=tables,
        Offset=NUMBER,
        Limit=NUMBER,
        WhereCondition=tree,
        OrderByValue=_choice("Id", "x", "Family.Id"),
        FromModifiedDate=ANY,
        SysModifiedDate=ANY,
        Duration=NUMBER,
        ToDate=ANY,
        DocumentType=NUMBER,
        CustomerType=NUMBER,
        ColumnsNames=ANY,
        category=ANY,
        importId=ANY,
        exportId=ANY,
        client_id=ANY,
        redirect_uri=ANY,
        response_type=ANY,
        state=ANY,
        code_challenge=ANY,
        scope=ANY,
    )
    paths: dict[str, Json] = {}
    for route in (*login.ROUTES, *gescom.ROUTES, *imports.ROUTES, *exports.ROUTES):
        path = route.path.replace(":path}", "}").replace("{folder}", folder)
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        placed = [{"name": name, "in": "path", "required": True, "schema": {**ANY}} for name in names]
        paths[path] = _verbs(route, [*placed, *parameters])
    return _document("erp", paths)


def _verbs(route: Route, parameters: list[Json]) -> Json:
    found: Json = {}
    for verb in (route.methods or {"GET"}) - {"HEAD"}:
        if verb == "GET":
            found["get"] = _operation(parameters)
            continue
        titles = ";".join(heading.title for heading in headings.CUSTOMER if heading.required)
        content = {"anyOf": [_choice(f"\ufeff{titles}\r\n", f"\ufeff{titles}\r\nC1;x\r\n"), ANY]}
        fields: Json = {
            "category": _choice("Client", "Customer", "Document", "x"),
            "format": _choice("csv", "x"),
            "file": content,
            "grant_type": _choice("authorization_code", "refresh_token", "x"),
            "code": ANY,
            "refresh_token": ANY,
            "client_id": ANY,
            "client_secret": ANY,
            "redirect_uri": ANY,
            "code_verifier": ANY,
            "email": ANY,
        }
        media = "multipart/form-data" if "Import" in route.path else "application/x-www-form-urlencoded"
        found[verb.lower()] = _operation(
            parameters, {"type": "object", "properties": fields, "additionalProperties": False}, media
        )
    return found


def board(pages: Iterable[str]) -> Json:
    """The server of the dashboards: pages, sign-in, sign-out, styles, what pages are made of, and anything else."""
    name = {"name": "name", "in": "path", "required": True, "schema": {**ANY}}
    elsewhere = _choice("//evil.test/x", "https://evil.test/", "/\\evil.test", "/voila/render/home.ipynb")
    word = _query(next={"anyOf": [elsewhere, ANY]}, out=ANY, lang=ANY, profile=ANY, run=ANY, filter=ANY, token=ANY)
    typed: Json = {
        "type": "object",
        "properties": {"password": ANY, "next": elsewhere, "_xsrf": ANY},
        "additionalProperties": False,
    }
    paths: dict[str, Json] = {
        "/login": {"get": _operation(word), "post": _operation(word, typed, "application/x-www-form-urlencoded")},
        "/logout": {"get": _operation(word)},
        "/": {"get": _operation(word)},
        "/{name}": {"get": _operation([name, *word]), "post": _operation([name]), "delete": _operation([name])},
        "/voila/render/{name}": {"get": _operation([name, *word])},
        "/voila/static/{name}": {"get": _operation([name])},
        "/voila/templates/{name}": {"get": _operation([name])},
        "/voila/query/{name}": {"get": _operation([name])},
        "/voila/files/{name}": {"get": _operation([name])},
        "/static/{name}": {"get": _operation([name])},
        "/api/kernels/{name}": {"get": _operation([name]), "delete": _operation([name])},
        "/api/kernels/{name}/channels": {"get": _operation([name])},
        "/atoo/kit.css": {"get": _operation(word), "post": _operation([])},
        "/atoo/no-formulas.js": {"get": _operation(word)},
    }
    for page in pages:
        paths[f"/voila/render/{page}.ipynb"] = {"get": _operation(word)}
    return _document("board", paths)
