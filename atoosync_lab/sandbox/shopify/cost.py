"""What an operation may cost at most, worked out before it runs (rules and sources: `facts`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
)

from atoosync_lab.sandbox.shopify.engine import Engine, Plan, own_cost, scale
from atoosync_lab.sandbox.shopify.facts import CONNECTION_COST, FREE_FIELDS, MAX_PAGE, MUTATION_COST


class Estimate:
    """Costs of the fields of one operation.

    Attributes:
        fields: Cost by path of every field, for the header that asks for it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.fields: list[dict[str, Any]] = []

    def total(self, operation: OperationDefinitionNode) -> int:
        """Points that the operation must have available."""
        schema = self._engine.schema
        if operation.operation is OperationType.MUTATION:
            root = schema.mutation_type
            assert root is not None
            return MUTATION_COST * len(self._engine.root(root, operation.selection_set))
        root = schema.query_type
        assert root is not None
        return self._selection(root, [operation.selection_set], ())

    def _selection(self, kind: GraphQLObjectType, selections: Sequence[SelectionSetNode], path: tuple[str, ...]) -> int:
        return sum(self._field(plan, (*path, plan.key)) for plan in self._engine.collect(kind, selections))

    def _field(self, plan: Plan, path: tuple[str, ...]) -> int:
        if plan.name.startswith("__"):
            return 0
        named = get_named_type(plan.type)
        selections = [node.selection_set for node in plan.nodes if node.selection_set is not None]
        children = self._children(named, selections, path)
        if children is None:
            cost = 0
        elif named.name.endswith("Connection"):
            cost = CONNECTION_COST + scale(page_size(plan.args)) * children
        else:
            cost = own_cost(named.name) + children
            if plan.name == "nodes" and "ids" in plan.args:
                cost *= len(plan.args["ids"])
            if plan.name in FREE_FIELDS:
                cost = 0
        defined = 0 if children is None else CONNECTION_COST if named.name.endswith("Connection") else 1
        self.fields.append(
            {
                "path": list(path),
                "definedCost": defined,
                "requestedTotalCost": cost,
                "requestedChildrenCost": children,
            }
        )
        return cost

    def _children(self, named: Any, selections: Sequence[SelectionSetNode], path: tuple[str, ...]) -> int | None:
        if isinstance(named, GraphQLObjectType):
            return self._selection(named, selections, path)
        if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
            kinds = self._engine.schema.get_possible_types(named)
            return max((self._selection(kind, selections, path) for kind in kinds), default=0)
        return None


def page_size(args: dict[str, Any]) -> int:
    """The page that arguments ask for."""
    return min(MAX_PAGE, max(0, int(args.get("first") or args.get("last") or 0)))


def too_long(value: Any, limit: int, exempt: frozenset[str], name: str = "") -> int | None:
    """The length of the first array within an argument that is longer than allowed, or None."""
    if isinstance(value, list):
        if len(value) > limit and name not in exempt:
            return len(value)
        return next((found for item in value if (found := too_long(item, limit, exempt)) is not None), None)
    if isinstance(value, dict):
        lengths = (too_long(item, limit, exempt, key) for key, item in value.items())
        return next((length for length in lengths if length is not None), None)
    return None
