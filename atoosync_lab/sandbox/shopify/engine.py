"""Runs an operation level by level: each field is resolved once for all objects of its level, so that a page of 250
products with their variants costs a handful of SQL statements. Parsing and validation are graphql-core's.

A resolver gets all parents of its level and returns a value for each. Objects are rows (`dict`); a row of an abstract
type names its type under `__typename`. Fields without a resolver read the column of their name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
)
from graphql.execution.values import VariableValues
from graphql.type import GraphQLIncludeDirective, GraphQLSkipDirective

from atoosync_lab.sandbox.shopify.facts import CONNECTION_COST, FREE_FIELDS, FREE_OBJECTS
from atoosync_lab.sandbox.shopify.values import Row

WHOLE = "*whole*"
"""Argument that connections of bulk operations get when they say no size: all of their nodes."""
Args = dict[str, Any]
Resolver = Callable[[Any, list[Any], Args], Sequence[Any]]
_CAPITAL = re.compile(r"(?<!^)([A-Z])")


class FieldError(Exception):
    """A field that cannot be answered: its value is null, and this stands in `errors`.

    Attributes:
        message: Text of the error.
        extensions: Its `extensions`.
    """

    def __init__(self, message: str, extensions: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.extensions = dict(extensions or {})


class _Bubble:
    """Null where the schema allows none: the object above becomes null instead."""


_BUBBLE = _Bubble()


@dataclass
class Registry:
    """Resolvers by type and field. `guard` may refuse a field before it is resolved."""

    resolvers: dict[tuple[str, str], Resolver] = field(default_factory=dict)
    columns: dict[tuple[str, str], str] = field(default_factory=dict)

    def field(self, kind: str, *names: str) -> Callable[[Resolver], Resolver]:
        """Register a resolver for fields of a type (or of several, separated by spaces)."""

        def register(function: Resolver) -> Resolver:
            for one in kind.split():
                for name in names:
                    self.resolvers[one, name] = function
            return function

        return register

    def find(self, kind: str, name: str) -> Resolver:
        """The resolver of a field; one that reads the column of its name when none is registered."""
        found = self.resolvers.get((kind, name)) or self.resolvers.get(("*", name))
        if found is None:
            optional = kind.endswith(("Payload", "Error"))
            found = self.resolvers[kind, name] = _reader(self.columns.get((kind, name)) or column_of(name), optional)
        return found


def column_of(name: str) -> str:
    """The column of a field: `createdAt` is `created_at`."""
    return _CAPITAL.sub(r"_\1", name).lower()


def _reader(column: str, optional: bool) -> Resolver:
    def read(_context: Any, parents: list[Any], _args: Args) -> Sequence[Any]:
        return [parent[column] for parent in parents]

    def read_optional(_context: Any, parents: list[Any], _args: Args) -> Sequence[Any]:
        return [parent.get(column) for parent in parents]

    # Payloads and user errors hold only what they have; a row must have every column that the schema promises.
    return read_optional if optional else read


def scale(size: int) -> int:
    """How many nodes a page of this size is charged (see `facts.CONNECTION_COST`)."""
    return 0 if size <= 0 else math.floor(2 * math.log(max(2, size)))


@dataclass
class Plan:
    """One field of a selection, with its arguments worked out."""

    key: str
    name: str
    type: GraphQLOutputType
    args: Args
    resolve: Resolver
    nodes: list[FieldNode]


class Engine:
    """Runs one operation.

    Args:
        schema: Schema of the version.
        registry: The resolvers.
        fragments: Fragments of the document by name.
        variables: Values of the variables.
        context: Handed to every resolver; its `errors` takes what goes wrong, its `guard(type, field)` may refuse.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        registry: Registry,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: VariableValues,
        context: Any,
    ) -> None:
        self.schema = schema
        self.registry = registry
        self.fragments = fragments
        self.variables = variables
        self.context = context
        self._plans: dict[tuple[str, tuple[int, ...]], list[Plan]] = {}

    def root(self, kind: GraphQLObjectType, selection: SelectionSetNode) -> list[Plan]:
        """The fields of the operation itself."""
        return self.collect(kind, [selection])

    def collect(self, kind: GraphQLObjectType, selections: Sequence[SelectionSetNode]) -> list[Plan]:
        """The fields that selections ask of a type, merged by response key."""
        memo = (kind.name, tuple(map(id, selections)))
        if memo not in self._plans:
            grouped: dict[str, list[FieldNode]] = {}
            for selection in selections:
                self._gather(kind, selection, grouped, set())
            self._plans[memo] = [self._plan(kind, key, nodes) for key, nodes in grouped.items()]
        return self._plans[memo]

    def _gather(
        self, kind: GraphQLObjectType, selection: SelectionSetNode, into: dict[str, list[FieldNode]], seen: set[str]
    ) -> None:
        for node in selection.selections:
            if not self.included(node):
                continue
            if isinstance(node, FieldNode):
                if node.name.value in ("__schema", "__type"):
                    continue
                into.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._fits(kind, node.type_condition.name.value):
                    self._gather(kind, node.selection_set, into, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._fits(kind, fragment.type_condition.name.value):
                    self._gather(kind, fragment.selection_set, into, seen)

    def included(self, node: Any) -> bool:
        """Whether `@skip` and `@include` let a selection stand."""
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and not (include and not include["if"])

    def _fits(self, kind: GraphQLObjectType, name: str) -> bool:
        if kind.name == name:
            return True
        wanted = self.schema.type_map[name]
        return isinstance(wanted, GraphQLInterfaceType | GraphQLUnionType) and self.schema.is_sub_type(wanted, kind)

    def _plan(self, kind: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Plan:
        name = nodes[0].name.value
        if name == "__typename":
            return Plan(key, name, GraphQLNonNull(self.schema.type_map["String"]), {}, _typename(kind.name), nodes)  # type: ignore[arg-type]
        definition: GraphQLField = kind.fields[name]
        args = get_argument_values(definition, nodes[0], self.variables)
        if self.context.unlimited and "first" in definition.args and args.keys().isdisjoint(("first", "last")):
            args[WHOLE] = True
        return Plan(key, name, definition.type, args, self.registry.find(kind.name, name), nodes)

    # Values

    def objects(
        self, kind: GraphQLObjectType, parents: list[Any], selections: Sequence[SelectionSetNode], path: tuple[Any, ...]
    ) -> tuple[list[Any], list[int]]:
        """Answers for objects of one type, and what each cost."""
        answers: list[Any] = [{} for _ in parents]
        costs = [0] * len(parents)
        dead: set[int] = set()
        for plan in self.collect(kind, selections):
            values = self.resolve(kind, plan, parents, (*path, plan.key))
            for place, value in enumerate(self.complete(plan, values, (*path, plan.key), costs, kind.name)):
                if value is _BUBBLE:
                    dead.add(place)
                answers[place][plan.key] = value
        for place in dead:
            answers[place] = None
        return answers, costs

    def resolve(self, kind: GraphQLObjectType, plan: Plan, parents: list[Any], path: tuple[Any, ...]) -> Sequence[Any]:
        """The values of a field; all null, with an error, when it is refused."""
        try:
            self.context.guard(kind.name, plan.name)
            return plan.resolve(self.context, parents, plan.args)
        except FieldError as error:
            location = plan.nodes[0].loc
            place = location.start_token if location else None
            self.context.errors.append(
                {
                    "message": error.message,
                    "locations": [{"line": place.line, "column": place.column}] if place else [],
                    "path": list(path),
                    "extensions": error.extensions,
                }
            )
            return [None] * len(parents)

    def complete(
        self, plan: Plan, values: Sequence[Any], path: tuple[Any, ...], costs: list[int], parent: str
    ) -> Sequence[Any]:
        """What stands in the answer for the values of a field; adds what each cost to `costs`."""
        outs, spent = self._typed(plan, plan.type, values, path)
        if spent is not None:
            free = plan.name in FREE_FIELDS
            for place, cost in enumerate(spent):
                costs[place] += 0 if free else cost
        del parent
        return outs

    def _typed(
        self, plan: Plan, kind: GraphQLOutputType, values: Sequence[Any], path: tuple[Any, ...]
    ) -> tuple[Sequence[Any], list[int] | None]:
        if isinstance(kind, GraphQLNonNull):
            outs, spent = self._typed(plan, kind.of_type, values, path)
            if None in outs:
                if not self.context.errors:
                    self.context.errors.append(_no_value(plan, path))
                outs = [_BUBBLE if out is None else out for out in outs]
            return outs, spent
        if isinstance(kind, GraphQLList):
            return self._lists(plan, kind, values, path)
        if isinstance(kind, GraphQLScalarType):
            if kind.name == "Boolean":
                return [None if value is None else bool(value) for value in values], None
            return values, None
        if isinstance(kind, GraphQLEnumType):
            return values, None
        return self._composite(plan, kind, values, path)

    def _lists(
        self, plan: Plan, kind: GraphQLList[Any], values: Sequence[Any], path: tuple[Any, ...]
    ) -> tuple[Sequence[Any], list[int] | None]:
        flat = [item for value in values if value is not None for item in value]
        outs, spent = self._typed(plan, kind.of_type, flat, (*path, 0))
        answers: list[Any] = []
        costs: list[int] | None = None if spent is None else []
        # Pages charge their nodes together, other lists their dearest member, as the estimate does.
        together = plan.name in ("nodes", "edges")
        start = 0
        for value in values:
            if value is None:
                answers.append(None)
                if costs is not None:
                    costs.append(0)
                continue
            end = start + len(value)
            part = list(outs[start:end])
            answers.append(None if _BUBBLE in part else part)
            if costs is not None and spent is not None:
                costs.append((sum if together else max)(spent[start:end] or [0]))
            start = end
        return answers, costs

    def _composite(
        self, plan: Plan, kind: Any, values: Sequence[Any], path: tuple[Any, ...]
    ) -> tuple[Sequence[Any], list[int]]:
        answers: list[Any] = [None] * len(values)
        costs = [0] * len(values)
        groups: dict[str, list[int]] = {}
        fixed = kind.name if isinstance(kind, GraphQLObjectType) else None
        for place, value in enumerate(values):
            if value is not None:
                groups.setdefault(fixed or _type_of(value), []).append(place)
        selections = [node.selection_set for node in plan.nodes if node.selection_set is not None]
        for name, places in groups.items():
            real = self.schema.type_map[name]
            assert isinstance(real, GraphQLObjectType)
            own = own_cost(name)
            outs, spent = self.objects(real, [values[place] for place in places], selections, path)
            for place, out, cost in zip(places, outs, spent, strict=True):
                answers[place] = out
                costs[place] = _page_cost(values[place], cost) if name.endswith("Connection") else own + cost
        return answers, costs


def _type_of(value: Any) -> str:
    """Amounts are the only values of abstract types that are no rows."""
    return "MoneyV2" if isinstance(value, tuple) else str(value["__typename"])


def own_cost(name: str) -> int:
    """What an object of a type costs by itself."""
    return 0 if name in FREE_OBJECTS or name.endswith("Edge") else 1


def _page_cost(page: Row, cost: int) -> int:
    size = len(page["nodes"])
    return CONNECTION_COST + (cost * scale(size) // size if size else 0)


def _typename(name: str) -> Resolver:
    def answer(_context: Any, parents: list[Any], _args: Args) -> Sequence[Any]:
        return [name] * len(parents)

    return answer


def _no_value(plan: Plan, path: tuple[Any, ...]) -> dict[str, Any]:
    return {"message": f"Cannot return null for non-nullable field {plan.name}", "path": list(path), "extensions": {}}
