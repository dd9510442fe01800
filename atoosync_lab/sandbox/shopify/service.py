"""Answers one GraphQL request: parse, validate, price, reserve points, run, settle."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    get_directive_values,
    get_variable_values,
    parse,
    validate,
)
from graphql.execution.values import VariableValues

from atoosync_lab.sandbox.shopify import facts, loaded
from atoosync_lab.sandbox.shopify.access import Session
from atoosync_lab.sandbox.shopify.bucket import Buckets
from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.cost import Estimate, too_long
from atoosync_lab.sandbox.shopify.engine import Engine, Plan
from atoosync_lab.sandbox.shopify.errors import validation_error, variable_error
from atoosync_lab.sandbox.shopify.install import SETTINGS
from atoosync_lab.sandbox.shopify.reading.registry import RESOLVERS
from atoosync_lab.sandbox.shopify.schema import schema_of
from atoosync_lab.sandbox.shopify.state import ShopState


@dataclass
class Call:
    """What a client sends.

    Attributes:
        query: The document.
        variables: Values of its variables.
        operation: Name of the operation, where the document has several.
        version: Version to serve.
        session: Whose call it is.
        base: Address of this server.
        fields: Whether the cost of each field is asked for.
        unlimited: Whether it is part of a bulk operation: no points, no limits of pages.
        throttled: Whether the bucket is to be empty for this call.
        settings: Settings of the shop, where the caller has them at hand.
    """

    query: str
    variables: dict[str, Any]
    operation: str | None
    version: str
    session: Session
    base: str
    fields: bool = False
    unlimited: bool = False
    throttled: bool = False
    settings: dict[str, Any] = field(default_factory=dict)


@lru_cache(maxsize=512)
def read_document(version: str, text: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    """A document and what is wrong with it; the same text is read once."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return None, (error,)
    return document, tuple(validate(schema_of(version), document))


class Service:
    """The GraphQL side of a shop.

    Args:
        state: The shop.
        buckets: Points of all tokens.
        speed: Divides waiting times; 0 means none.
    """

    def __init__(self, state: ShopState, buckets: Buckets, speed: float = 1.0) -> None:
        loaded.load()
        self.state = state
        self.buckets = buckets
        self.speed = speed

    def settings(self) -> dict[str, Any]:
        """All settings of the shop."""
        return {name: self.state.setting(name) for name in (*SETTINGS, "created_at")}

    def answer(self, call: Call) -> dict[str, Any]:
        """The answer to a call, as JSON."""
        document, wrong = read_document(call.version, call.query)
        if document is None or wrong:
            return {"errors": [validation_error(error) for error in wrong]}
        operation = _operation(document, call.operation)
        if operation is None:
            text = f'No operation named "{call.operation}"' if call.operation else "An operation name is required"
            return {"errors": [{"message": text}]}
        schema = schema_of(call.version)
        variables = get_variable_values(schema, operation.variable_definitions or (), call.variables, max_errors=10)
        if isinstance(variables, list):
            return {"errors": [variable_error(error, operation, call.variables) for error in variables]}
        context = Context(
            self.state, call.version, call.session.scopes, call.base, call.settings or self.settings(),
            unlimited=call.unlimited, speed=self.speed,
        )  # fmt: skip
        fragments = {item.name.value: item for item in document.definitions if isinstance(item, FragmentDefinitionNode)}
        engine = Engine(schema, RESOLVERS, fragments, variables, context)
        return self._priced(call, document, operation, engine, variables)

    def _priced(
        self,
        call: Call,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        engine: Engine,
        variables: VariableValues,
    ) -> dict[str, Any]:
        root = engine.schema.get_root_type(operation.operation)
        if root is None:
            return {"errors": [{"message": "Schema is not configured for this kind of operation"}]}
        try:
            plans = engine.root(root, operation.selection_set)
            long = _long_arrays(plans)
            if long:
                return {"errors": long}
            estimate = Estimate(engine)
            wanted = estimate.total(operation)
        except GraphQLError as error:
            return {"errors": [validation_error(error)]}
        plan, token = engine.context.settings["plan"], call.session.token
        if call.unlimited:
            data, _ = self._run(call, document, operation, engine, root, variables)
            return _answer(data, engine.context, None)
        if wanted > facts.MAX_QUERY_COST:
            return {"errors": [_too_dear(wanted)]}
        cost: dict[str, Any] = {"requestedQueryCost": wanted, "actualQueryCost": None}
        if call.throttled:
            self.buckets.empty(token, plan)
        if not self.buckets.take(token, plan, wanted) or call.throttled:
            cost["throttleStatus"] = self.buckets.status(token, plan)
            return {"errors": [_throttled()], "extensions": {"cost": cost}}
        data, actual = self._run(call, document, operation, engine, root, variables)
        actual = min(wanted, actual)
        self.buckets.give_back(token, plan, wanted - actual)
        cost |= {"actualQueryCost": actual, "throttleStatus": self.buckets.status(token, plan)}
        if call.fields:
            cost["fields"] = estimate.fields
        return _answer(data, engine.context, cost)

    def _run(
        self,
        call: Call,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        engine: Engine,
        root: GraphQLObjectType,
        variables: VariableValues,
    ) -> tuple[dict[str, Any] | None, int]:
        costs = [0]
        data: dict[str, Any] | None = {}
        is_mutation = operation.operation is OperationType.MUTATION
        for plan in engine.root(root, operation.selection_set):
            engine.context.idempotency_key = None
            if is_mutation and not self._keyed(engine, plan, variables):
                value: Any = None
            else:
                values = engine.resolve(root, plan, [{}], (plan.key,))
                spent = [0]
                value = engine.complete(plan, values, (plan.key,), spent, root.name)[0]
                # An object that is not there was looked for all the same.
                costs[0] += facts.MUTATION_COST if is_mutation else spent[0] or int(value is None)
            if data is not None:
                data[plan.key] = value
            if not isinstance(value, dict | list | str | int | float | bool | None):
                data = None
        if data is not None:
            data |= _introspected(call, document, operation, engine)
        return data, costs[0]

    def _keyed(self, engine: Engine, plan: Plan, variables: VariableValues) -> bool:
        """Take the idempotency key of a mutation; False when a mandatory one is missing."""
        context: Context = engine.context
        directive = engine.schema.get_directive("idempotent")
        given = get_directive_values(directive, plan.nodes[0], variables) if directive else None
        context.idempotency_key = given["key"] if given else None
        if given or plan.name not in facts.IDEMPOTENT_MUTATIONS or context.version < facts.IDEMPOTENT_REQUIRED_SINCE:
            return True
        message = "The @idempotent directive is required for this mutation but was not provided."
        context.errors.append({"message": message, "path": [plan.key], "extensions": {"code": "BAD_REQUEST"}})
        return False


def _introspected(
    call: Call, document: DocumentNode, operation: OperationDefinitionNode, engine: Engine
) -> dict[str, Any]:
    """What is asked about the schema itself; graphql-core answers that."""
    asked = tuple(
        node
        for node in operation.selection_set.selections
        if isinstance(node, FieldNode) and node.name.value in ("__schema", "__type")
    )
    if not asked:
        return {}
    alone = replace(operation, selection_set=replace(operation.selection_set, selections=asked))
    definitions = [alone if item is operation else item for item in document.definitions]
    reduced = replace(document, definitions=tuple(definitions))
    shown = execute_sync(engine.schema, reduced, {}, variable_values=call.variables, operation_name=call.operation)
    return dict(shown.data or {})


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    found = [item for item in document.definitions if isinstance(item, OperationDefinitionNode)]
    if name:
        return next((item for item in found if item.name and item.name.value == name), None)
    return found[0] if len(found) == 1 else None


def _long_arrays(plans: list[Plan]) -> list[dict[str, Any]]:
    errors = []
    for plan in plans:
        # Variants of a product may be as many as a product can have.
        exempt = frozenset({"variants"}) if plan.name == "productSet" else frozenset()
        length = too_long(plan.args, facts.MAX_ARRAY, exempt)
        if length is not None:
            message = f"The input array size of {length} is greater than the maximum allowed of {facts.MAX_ARRAY}."
            errors.append({"message": message, "path": [plan.key], "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"}})
    return errors


def _too_dear(cost: int) -> dict[str, Any]:
    message = (
        f"Query cost is {cost}, which exceeds the single query max cost limit ({facts.MAX_QUERY_COST}).\n\n"
        f"See {facts.DOC_RATE} for more information on how the\ncost of a query is calculated.\n\n"
        "To query larger amounts of data with fewer limits, bulk operations should be used instead.\n"
    )
    extensions = {
        "code": "MAX_COST_EXCEEDED",
        "cost": cost,
        "maxCost": facts.MAX_QUERY_COST,
        "documentation": facts.DOC_RATE,
    }
    return {"message": message, "extensions": extensions}


def _throttled() -> dict[str, Any]:
    return {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": facts.DOC_RATE}}


def _answer(data: dict[str, Any] | None, context: Context, cost: dict[str, Any] | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": data}
    if context.errors:
        answer["errors"] = context.errors
    extensions: dict[str, Any] = {}
    if cost is not None:
        extensions["cost"] = cost
    if context.searches:
        extensions["search"] = context.searches
    if extensions:
        answer["extensions"] = extensions
    return answer
