"""Our schema is a part of the official one, version by version."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, is_leaf_type

from atoosync_lab.sandbox.shopify.facts import VERSIONS
from atoosync_lab.sandbox.shopify.loaded import load
from atoosync_lab.sandbox.shopify.reading.registry import RESOLVERS
from atoosync_lab.sandbox.shopify.schema import schema_of
from atoosync_lab.sandbox.shopify.writing.registry import NAMES
from tests.sandbox.shopify import official

pytestmark = pytest.mark.spec("BEY-10")
BUILT_IN = ("__", "ID", "String", "Int", "Float", "Boolean")


def _text(kind: dict[str, Any]) -> str:
    if kind["kind"] == "NON_NULL":
        return _text(kind["ofType"]) + "!"
    return f"[{_text(kind['ofType'])}]" if kind["kind"] == "LIST" else str(kind["name"])


def _differences(ours: GraphQLSchema, theirs: dict[str, Any]) -> list[str]:
    types = {item["name"]: item for item in theirs["__schema"]["types"]}
    found = []
    for name, kind in ours.type_map.items():
        if name.startswith(BUILT_IN):
            continue
        known = types.get(name)
        if known is None:
            found.append(f"no type {name}")
            continue
        found += _in_type(name, kind, known)
    return found


def _in_type(name: str, kind: Any, known: dict[str, Any]) -> list[str]:
    found = []
    if hasattr(kind, "values"):
        values = {item["name"] for item in known["enumValues"]}
        found += [f"no value {name}.{value}" for value in kind.values if value not in values]
    if hasattr(kind, "types"):
        members = {item["name"] for item in known["possibleTypes"]}
        found += [f"{name} has no member {item.name}" for item in kind.types if item.name not in members]
    if hasattr(kind, "interfaces"):
        interfaces = {item["name"] for item in known["interfaces"]}
        found += [f"{name} is no {item.name}" for item in kind.interfaces if item.name not in interfaces]
    listed = known.get("fields") or known.get("inputFields") or []
    fields = {item["name"]: item for item in listed}
    for field, definition in getattr(kind, "fields", {}).items():
        official_field = fields.get(field)
        if official_field is None:
            found.append(f"no field {name}.{field}")
        else:
            found += _in_field(f"{name}.{field}", definition, official_field)
    return found


def _in_field(name: str, definition: Any, known: dict[str, Any]) -> list[str]:
    found = []
    if str(definition.type) != _text(known["type"]):
        found.append(f"{name}: {definition.type}, officially {_text(known['type'])}")
    arguments = {item["name"]: item for item in known.get("args", ())}
    for argument, given in getattr(definition, "args", {}).items():
        if argument not in arguments:
            found.append(f"{name} has no argument {argument}")
        elif str(given.type) != _text(arguments[argument]["type"]):
            found.append(f"{name}({argument}): {given.type}, officially {_text(arguments[argument]['type'])}")
    ours = getattr(definition, "args", None)
    if ours is not None:
        needed = [a for a, item in arguments.items() if item["type"]["kind"] == "NON_NULL" and not item["defaultValue"]]
        found += [f"{name} lacks the mandatory argument {item}" for item in needed if item not in ours]
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_every_type_field_argument_and_value_is_official(version: str) -> None:
    theirs = official.introspection(version)
    ours = schema_of(version)
    assert _differences(ours, theirs) == []
    directives = {item["name"] for item in theirs["__schema"]["directives"]}
    assert {item.name for item in ours.directives} - {"specifiedBy"} <= directives


def test_difference_would_be_found() -> None:
    theirs = official.introspection(VERSIONS[-1])
    shop = next(item for item in theirs["__schema"]["types"] if item["name"] == "Shop")
    name = next(item for item in shop["fields"] if item["name"] == "name")
    kept = name["type"]
    try:
        name["type"] = {"kind": "SCALAR", "name": "String", "ofType": None}
        assert _differences(schema_of(VERSIONS[-1]), theirs) == ["Shop.name: String!, officially String"]
    finally:
        name["type"] = kept


def test_every_mutation_and_every_composite_field_is_served() -> None:
    load()
    for version in VERSIONS:
        schema = schema_of(version)
        assert schema.mutation_type is not None
        assert set(schema.mutation_type.fields) <= NAMES
        missing = [
            f"{kind.name}.{field}"
            for kind in schema.type_map.values()
            if isinstance(kind, GraphQLObjectType) and kind.name in ("QueryRoot",)
            for field, definition in kind.fields.items()
            if not is_leaf_type(definition.type) and (kind.name, field) not in RESOLVERS.resolvers
        ]
        assert missing == []
