"""The schema of each version, built once from the parts in `sdl`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from graphql import (
    DirectiveDefinitionNode,
    DirectiveNode,
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    StringValueNode,
    ValueNode,
    build_ast_schema,
    parse,
    visit,
)
from graphql.language import REMOVE, Node, Visitor
from graphql.language.ast import BooleanValueNode, EnumValueNode, FloatValueNode, IntValueNode

from atoosync_lab.sandbox.shopify.facts import IDEMPOTENT_SINCE
from atoosync_lab.sandbox.shopify.sdl import PARTS

_PAGE = "after: String, before: String, first: Int, last: Int, reverse: Boolean = false"
_HEAD = """
schema { query: QueryRoot, mutation: Mutation }
directive @idempotent(key: String!) on FIELD
"""
_TEXT_SCALARS = frozenset({"DateTime", "Date", "Decimal", "FormattedString", "HTML", "Money", "URL", "UnsignedInt64"})


class _Versions(Visitor):
    """Drops what a version does not have. The marks stay: the builder passes over directives it does not know."""

    def __init__(self, version: str) -> None:
        super().__init__()
        self._version = version

    def leave(self, node: Node, *_: Any) -> Any:
        """Called for each node on the way up."""
        if isinstance(node, DirectiveDefinitionNode):
            return REMOVE if self._version < IDEMPOTENT_SINCE else None
        marks = [item for item in getattr(node, "directives", None) or () if item.name.value == "in"]
        return None if all(self._holds(mark) for mark in marks) else REMOVE

    def _holds(self, mark: DirectiveNode) -> bool:
        bounds = {
            item.name.value: item.value.value
            for item in mark.arguments or ()
            if isinstance(item.value, StringValueNode)
        }
        return bounds.get("since", "") <= self._version and self._version < bounds.get("before", "9")


def _text_literal(node: ValueNode, _variables: Any = None) -> Any:
    if isinstance(node, StringValueNode | IntValueNode | FloatValueNode):
        return node.value
    raise GraphQLError("a text or a number is expected", node)


def _text_value(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise GraphQLError(f"a text or a number is expected, not {value!r}")
    return str(value)


def _json_literal(node: ValueNode, _variables: Any = None) -> Any:
    if isinstance(node, StringValueNode | BooleanValueNode | EnumValueNode | IntValueNode | FloatValueNode):
        return node.value
    raise GraphQLError("a JSON value is expected", node)


@lru_cache(maxsize=8)
def schema_of(version: str) -> GraphQLSchema:
    """The schema of a version (`2026-10`), ready to validate and introspect."""
    document = parse("\n".join([_HEAD, *PARTS]).replace("<page>", _PAGE), no_location=True)
    schema = build_ast_schema(visit(document, _Versions(version)), assume_valid_sdl=True)
    for name, found in schema.type_map.items():
        if isinstance(found, GraphQLScalarType) and name in _TEXT_SCALARS:
            found.parse_literal, found.parse_value = _text_literal, _text_value  # type: ignore[method-assign, assignment]
        elif isinstance(found, GraphQLScalarType) and name == "JSON":
            found.parse_literal = _json_literal  # type: ignore[method-assign, assignment]
    return schema
