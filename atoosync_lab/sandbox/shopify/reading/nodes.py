"""Objects by their global id alone, bulk operations, webhook subscriptions, metafield definitions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.facts import QUERY_SCOPES
from atoosync_lab.sandbox.shopify.paging import TableSpec, list_page, table_page
from atoosync_lab.sandbox.shopify.reading.fulfillments import find_part
from atoosync_lab.sandbox.shopify.reading.inventory import find_item, find_level
from atoosync_lab.sandbox.shopify.reading.orders import find_order
from atoosync_lab.sandbox.shopify.reading.payments import find_refund
from atoosync_lab.sandbox.shopify.reading.registry import each, field
from atoosync_lab.sandbox.shopify.reading.shop import version_row
from atoosync_lab.sandbox.shopify.search import (
    SearchSpec,
    date_field,
    enum_field,
    number_field,
    text_field,
    word_field,
)
from atoosync_lab.sandbox.shopify.values import Row, number_of, opened, split_gid

_TABLES = {
    "Product": "products", "ProductVariant": "variants", "Collection": "collections", "Customer": "customers",
    "Location": "locations", "Publication": "publications", "Metafield": "metafields", "MediaImage": "files",
    "GenericFile": "files", "MetafieldDefinition": "metafield_definitions", "BulkOperation": "bulk_operations",
    "WebhookSubscription": "webhooks", "Company": "companies", "CompanyLocation": "company_locations",
    "CompanyContact": "company_contacts", "PriceList": "price_lists", "CompanyLocationCatalog": "catalogs",
    "OrderTransaction": "", "LineItem": "",
}  # fmt: skip
_SCOPE_OF = {
    "Product": "product", "ProductVariant": "productVariant", "Collection": "collection", "Customer": "customer",
    "Location": "location", "Order": "order", "InventoryItem": "inventoryItem", "InventoryLevel": "inventoryLevel",
    "Refund": "refund", "Fulfillment": "fulfillment", "FulfillmentOrder": "fulfillmentOrder", "LineItem": "order",
    "OrderTransaction": "order",
}  # fmt: skip


def find_node(context: Context, given: str) -> Row | None:
    """The object of a global id, with its type; None when there is none, or the scope for it is missing."""
    found = split_gid(given)
    if found is None:
        return None
    kind, number = found
    scope = QUERY_SCOPES.get(_SCOPE_OF.get(kind, ""))
    if scope is not None and scope not in context.scopes:
        return None
    row = _find(context, kind, number, given)
    return {**row, "__typename": kind} if row else None


def _find(context: Context, kind: str, number: str, given: str) -> Row | None:
    plain = int(number) if number.isdigit() else None
    special: dict[str, Callable[[], Row | None]] = {
        "Order": lambda: find_order(context, plain),
        "InventoryItem": lambda: find_item(context, given),
        "InventoryLevel": lambda: find_level(context, given),
        "Refund": lambda: find_refund(context, plain),
        "FulfillmentOrder": lambda: find_part(context, "fulfillment_orders", plain),
        "Fulfillment": lambda: find_part(context, "fulfillments", plain),
        "LineItem": lambda: find_part(context, "line_items", plain),
        "OrderTransaction": lambda: find_part(context, "transactions", plain),
        "ProductSetOperation": lambda: context.state.one("product_operations", "id = ?", given),
        "InventoryAdjustmentGroup": lambda: context.state.one("adjustments", "id = ?", given),
    }
    if kind in special:
        return special[kind]()
    table = _TABLES.get(kind)
    row = context.state.get(table, plain) if table and plain is not None else None
    return row if row is None or table != "files" or row["kind"] == kind else None


@field("QueryRoot", "node")
def node(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """The object of an id."""
    return [find_node(context, args["id"])]


@field("QueryRoot", "nodes")
def nodes(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """The objects of ids, in their order, null where there is none."""
    return [[find_node(context, given) for given in args["ids"]]]


# Bulk operations

_BULK = TableSpec(
    "bulk_operations",
    SearchSpec(
        {
            "id": number_field("id"),
            "status": enum_field("status"),
            "operation_type": enum_field("type"),
            "created_at": date_field("created_at"),
        },
        word_field("query"),
    ),
    {"ID": "id", "CREATED_AT": "created_at", "COMPLETED_AT": "completed_at"},
    "CREATED_AT",
)


@field("QueryRoot", "bulkOperation")
def bulk_operation(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One bulk operation."""
    return [context.state.get("bulk_operations", number_of(args["id"], "BulkOperation"))]


@field("QueryRoot", "bulkOperations")
def bulk_operations(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of them."""
    return [table_page(context, _BULK, args)]


@field("QueryRoot", "currentBulkOperation")
def current_bulk_operation(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """The latest of a kind."""
    return [context.state.one("bulk_operations", "type = ? ORDER BY id DESC", args.get("type") or "QUERY")]


each("BulkOperation", "objectCount")(lambda _context, row, _args: str(row["object_count"]))
each("BulkOperation", "rootObjectCount")(lambda _context, row, _args: str(row["root_object_count"]))
each("BulkOperation", "fileSize")(
    lambda _context, row, _args: None if row["file_size"] is None else str(row["file_size"])
)


each("BulkOperation", "url")(lambda context, row, _args: _link(context, row["url"]))
each("BulkOperation", "partialDataUrl")(lambda context, row, _args: _link(context, row["partial_data_url"]))


def _link(context: Context, name: str | None) -> str | None:
    return f"{context.base}/_files/{name}" if name else None


@field("QueryRoot", "productOperation")
def product_operation(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """An asynchronous change of a product."""
    row = context.state.one("product_operations", "id = ?", args["id"])
    return [{**row, "__typename": "ProductSetOperation"} if row else None]


@field("QueryRoot", "job")
def job(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A job: done, as the sandbox does it at once."""
    return [context.state.one("jobs", "id = ?", args["id"])]


# Webhook subscriptions

_WEBHOOKS = TableSpec("webhooks", SearchSpec({"id": number_field("id")}, word_field("uri")))


@field("QueryRoot", "webhookSubscription")
def webhook_subscription(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One subscription."""
    return [context.state.get("webhooks", number_of(args["id"], "WebhookSubscription"))]


@field("QueryRoot", "webhookSubscriptions")
def webhook_subscriptions(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of them."""
    where, values = "1", []
    if args.get("uri"):
        where, values = "uri = ?", [args["uri"]]
    found = table_page(context, _WEBHOOKS, args, where, values)
    if args.get("topics"):
        rows = [row for row in found["nodes"] if row["topic"] in args["topics"]]
        return [list_page(rows, {"first": 250})]
    return [found]


@each("WebhookSubscription", "callbackUrl")
def callback_url(_context: Context, row: Row, _args: Args) -> str:
    """Where deliveries go."""
    return str(row["uri"])


@each("WebhookSubscription", "includeFields")
def include_fields(_context: Context, row: Row, _args: Args) -> list[str]:
    """Fields that deliveries hold; empty is all."""
    return list(opened(row, "include_fields"))


@each("WebhookSubscription", "metafieldNamespaces")
def metafield_namespaces(_context: Context, row: Row, _args: Args) -> list[str]:
    """Metafields that deliveries hold."""
    return list(opened(row, "metafield_namespaces"))


@each("WebhookSubscription", "apiVersion")
def api_version(_context: Context, row: Row, _args: Args) -> Row:
    """Version of the deliveries."""
    return version_row(row["version"])


@each("WebhookSubscription", "endpoint")
def endpoint(_context: Context, row: Row, _args: Args) -> Row:
    """Where deliveries go, as an object."""
    return {"__typename": "WebhookHttpEndpoint", "callback_url": row["uri"]}


# Metafield definitions

_DEFINITIONS = TableSpec(
    "metafield_definitions",
    SearchSpec(
        {"key": text_field("key"), "namespace": text_field("namespace"), "id": number_field("id")}, word_field("name")
    ),
)


@field("QueryRoot", "metafieldDefinitions")
def metafield_definitions(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """Definitions for a type of owner."""
    where, values = "owner_type = ?", [args["ownerType"]]
    for name in ("namespace", "key"):
        if args.get(name):
            where += f" AND {name} = ?"
            values.append(args[name])
    return [table_page(context, _DEFINITIONS, args, where, values)]


@field("QueryRoot", "metafieldDefinition")
def metafield_definition(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One definition, by id or by name."""
    if args.get("identifier"):
        given = args["identifier"]
        return [
            context.state.one(
                "metafield_definitions", "owner_type = ? AND namespace = ? AND key = ?",
                given["ownerType"], given.get("namespace") or "app--1000001", given["key"],
            )
        ]  # fmt: skip
    number = number_of(args["id"], "MetafieldDefinition") if args.get("id") else None
    return [context.state.get("metafield_definitions", number)]


@field("Metafield", "reference")
def reference(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The object that a reference points to."""
    return [find_node(context, row["value"]) if row["type"].endswith("_reference") else None for row in parents]
