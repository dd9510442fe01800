"""Every document of the connector is one that each version of the API understands.

The sandbox's schema is held to the official one by its own tests, so what it takes, the API takes.
"""

from __future__ import annotations

import re

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse, validate
from graphql.language import FieldNode, SelectionSetNode

from atoosync_lab.connectors.shops.shopify import facts, operations
from atoosync_lab.sandbox.shopify.schema import schema_of
from tests.connectors.shopify.helpers import Shop
from tests.sandbox.shopify import official


@pytest.mark.spec("SHOP-04")
@pytest.mark.parametrize("version", facts.VERSIONS)
def test_operations_are_valid_in_the_version(version: str) -> None:
    schema: GraphQLSchema = schema_of(version)
    found = list(operations.every_operation(version))
    assert len(found) > 40
    faults = {
        (operation.name, error.message) for operation in found for error in validate(schema, parse(operation.text))
    }
    assert faults == set()


@pytest.mark.spec("SHOP-04")
@pytest.mark.parametrize("version", facts.VERSIONS)
def test_operations_are_valid_in_the_official_schema(version: str) -> None:
    schema = official.schema(version)
    faults = {
        (operation.name, error.message)
        for operation in operations.every_operation(version)
        for error in validate(schema, parse(operation.text))
    }
    assert faults == set()


@pytest.mark.parametrize("version", facts.VERSIONS)
def test_names_are_those_of_the_documents(version: str) -> None:
    for operation in operations.every_operation(version):
        (definition,) = parse(operation.text).definitions
        assert isinstance(definition, OperationDefinitionNode)
        assert definition.name is not None
        assert definition.name.value == operation.name
        assert operation.cost <= facts.MAX_COST


def test_keys_are_sent_where_the_version_demands_them() -> None:
    assert "@idempotent" not in operations.set_quantities("2025-10").text
    for version in facts.VERSIONS[1:]:
        assert "@idempotent(key: $key)" in operations.set_quantities(version).text
        assert operations.activate(version, 2).text.count("@idempotent") == 2


def test_bulk_queries_keep_to_what_bulk_operations_allow() -> None:
    """At most five connections, two deep, no list around one, an id on each node that has children."""
    for operation in (
        operations.BULK_PRODUCTS,
        operations.bulk_orders("id:1", pieces=False),
        operations.bulk_orders("", pieces=True),
    ):
        (definition,) = parse(operation.text).definitions
        assert isinstance(definition, OperationDefinitionNode)
        depths = list(connections(definition.selection_set, 0))
        assert len(depths) <= 5
        assert max(depths) <= 2
        assert not re.search(r"\bnodes\b", operation.text)


def connections(selected: SelectionSetNode, depth: int) -> list[int]:
    """Depth of each connection below a selection."""
    found: list[int] = []
    for field in selected.selections:
        if not isinstance(field, FieldNode) or field.selection_set is None:
            continue
        inner = field.selection_set
        names = [n.name.value for n in inner.selections if isinstance(n, FieldNode)]
        if "edges" in names:
            found.append(depth + 1)
        found += connections(inner, depth + ("edges" in names))
    return found


def test_each_query_stays_below_the_dearest_one(shop: Shop) -> None:
    """At the sizes that are used, by the shop's own reckoning."""
    client = shop.connect()._client
    for operation, given in (
        (operations.PRODUCTS, {"first": facts.PRODUCT_PAGE, "inline": facts.VARIANTS_INLINE}),
        (operations.PRODUCTS_BY_ID, {"ids": ids("Product", facts.PRODUCTS_BY_ID), "inline": facts.VARIANTS_INLINE}),
        (operations.ORDERS, {"first": facts.ORDER_PAGE, "lines": facts.LINES_INLINE}),
        (operations.ORDERS_BY_ID, {"ids": ids("Order", facts.ORDERS_BY_ID), "lines": facts.LINES_INLINE}),
        (operations.PIECES, {"first": facts.PIECES_PAGE, "lines": facts.LINES_INLINE}),
        (operations.PIECES_BY_ID, {"ids": ids("Order", facts.PIECES_BY_ID), "lines": facts.LINES_INLINE}),
        (operations.REFUNDS, {"ids": ids("Order", facts.SLIP_ORDERS)}),
        (operations.ORDER_STATES, {"ids": ids("Order", facts.STATUS_READ)}),
        (operations.FIRST_VARIANTS, {"ids": ids("Product", facts.IDS_PAGE)}),
        (operations.QUANTITIES, {"ids": ids("InventoryItem", facts.IDS_PAGE), "location": "gid://shopify/Location/1"}),
    ):
        client.query(operation, given)
        asked = client.bucket._costs[f"{operation.name} {operation.cost}"]
        assert asked <= facts.MAX_COST, operation.name


def ids(kind: str, count: int) -> list[str]:
    return [f"gid://shopify/{kind}/{n}" for n in range(1, count + 1)]
