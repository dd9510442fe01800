"""Lists of the Admin API, page by page by id; a page that costs too much is halved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from atoosync_lab.connectors.shops.shopify import facts
from atoosync_lab.connectors.shops.shopify.answers import Answer
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient
from atoosync_lab.connectors.shops.shopify.gids import number
from atoosync_lab.connectors.shops.shopify.operations import Operation
from atoosync_lab.model.errors import ConnectionFailedError, RefusedError

Node = Mapping[str, Any]
TOO_DEAR = "MAX_COST_EXCEEDED"


def pages(
    client: ShopifyClient,
    operation: Operation,
    connection: str,
    size: int,
    *,
    query: str = "",
    variables: Mapping[str, Any] | None = None,
) -> Iterator[list[Node]]:
    """All objects of a root connection that is sorted by id: stable while objects come and go (PB-34).

    Args:
        client: the shop.
        operation: document with `$first`, `$after`, `$query`.
        connection: name of the connection.
        size: objects a page.
        query: search that they fit; empty: all.
        variables: further variables.

    Raises:
        ConnectionFailedError: a page repeats. RetryError: after the last try.
    """
    after: str | None = None
    search, seen = query, 0
    while True:
        given = {**(variables or {}), "after": after, "query": search or None}
        answer, size = _affordable(client, operation, size, given)
        found = answer.data[connection]
        nodes: list[Node] = found["nodes"]
        if nodes:
            yield nodes
        if not found["pageInfo"]["hasNextPage"]:
            return
        if not nodes or found["pageInfo"]["endCursor"] == after:
            raise ConnectionFailedError("shopify.page_repeated", resource=connection)
        after = found["pageInfo"]["endCursor"]
        seen += len(nodes)
        if seen + size > facts.MAX_PAGED:
            # Paging ends there; it begins anew behind the last id.
            behind = f"id:>{number(str(nodes[-1]['id']))}"
            search = f"({query}) AND {behind}" if query else behind
            after, seen = None, 0


def by_ids(
    client: ShopifyClient,
    operation: Operation,
    ids: Sequence[str],
    size: int,
    variables: Mapping[str, Any] | None = None,
) -> Iterator[list[Node]]:
    """Objects by their full ids, in the order of the ids; those that do not exist are left out.

    Raises:
        ConnectionFailedError, RetryError: they cannot be read.
    """
    start = 0
    while start < len(ids):
        part = list(ids[start : start + size])
        try:
            answer = client.query(operation, {**(variables or {}), "ids": part})
        except RefusedError as error:
            size = _smaller(error, len(part))
            continue
        start += len(part)
        yield [node for node in answer.data["nodes"] if node]


def rest(
    client: ShopifyClient,
    operation: Operation,
    parent: str,
    connection: str,
    owner: Node,
    variables: Mapping[str, Any] | None = None,
) -> list[Node]:
    """Objects of a nested connection: those that came with their owner, and its further pages.

    Args:
        client: the shop.
        operation: document with `$id`, `$first`, `$after`.
        parent: root field of the document: `product`, `order`.
        connection: name of the nested connection.
        owner: object that was read, with its first page.
        variables: further variables.

    Raises:
        ConnectionFailedError, RetryError: they cannot be read.
    """
    first = owner[connection]
    nodes: list[Node] = list(first["nodes"])
    info, size = first["pageInfo"], facts.MAX_ARRAY
    while info["hasNextPage"]:
        after = info["endCursor"]
        given = {**(variables or {}), "id": owner["id"], "after": after}
        answer, size = _affordable(client, operation, size, given)
        holder = answer.data[parent]
        if holder is None:
            # The owner was deleted between two pages.
            return nodes
        nodes += holder[connection]["nodes"]
        info = holder[connection]["pageInfo"]
        if info["hasNextPage"] and info["endCursor"] == after:
            raise ConnectionFailedError("shopify.page_repeated", resource=connection)
    return nodes


def _affordable(
    client: ShopifyClient, operation: Operation, size: int, variables: Mapping[str, Any]
) -> tuple[Answer, int]:
    while True:
        try:
            return client.query(operation, {**variables, "first": size}), size
        except RefusedError as error:
            size = _smaller(error, size)


def _smaller(error: RefusedError, size: int) -> int:
    """Half a page, when the page was too dear."""
    if error.facts.remote_code == TOO_DEAR and size > 1:
        return max(1, size // 2)
    # A query of ours that the shop does not take: nothing of this kind can be read.
    raise ConnectionFailedError(error.code, facts=error.facts, **error.message.params) from error
