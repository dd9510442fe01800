"""The resolvers of the whole schema; the modules beside this one and those of `writing` fill it when imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from atoosync_lab.sandbox.shopify.engine import Args, Registry

if TYPE_CHECKING:
    from atoosync_lab.sandbox.shopify.context import Context

RESOLVERS = Registry()
"""Resolvers by type and field."""
field = RESOLVERS.field
One = Callable[["Context", Any, Args], Any]
"""A resolver of one object."""


def each(kinds: str, *names: str) -> Callable[[One], One]:
    """Register a function of one object for fields that need nothing but the object itself."""

    def register(function: One) -> One:
        def answer(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
            return [function(context, parent, args) for parent in parents]

        field(kinds, *names)(answer)
        return function

    return register


def part(kinds: str, name: str, stored: str | None = None, inside: str | None = None) -> None:
    """Register a field that reads a key of a row that may lack it: a part kept as JSON under the names of inputs.

    Args:
        kinds: Types of the field.
        name: The field.
        stored: Key; the field's name by default.
        inside: Key of the object that holds it, for rows that carry another one.
    """

    def answer(_context: Context, parents: list[Any], _args: Args) -> Sequence[Any]:
        rows = parents if inside is None else [parent[inside] for parent in parents]
        return [row.get(stored or name) for row in rows]

    field(kinds, name)(answer)


def constant(kinds: str, value: Any, *names: str) -> None:
    """Register fields that have one value in the whole sandbox."""

    def answer(_context: Context, parents: list[Any], _args: Args) -> Sequence[Any]:
        return [value] * len(parents)

    field(kinds, *names)(answer)


def column(kinds: str, name: str, stored: str) -> None:
    """Register a field that reads a column of another name."""
    for kind in kinds.split():
        RESOLVERS.columns[kind, name] = stored
