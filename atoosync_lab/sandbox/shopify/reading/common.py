"""Ids, pages, money and metafields: what nearly every type has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args, Resolver
from atoosync_lab.sandbox.shopify.paging import list_page, window
from atoosync_lab.sandbox.shopify.reading.registry import field
from atoosync_lab.sandbox.shopify.sdl import PARTS
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row, gid, money, opened

OWNERS = {
    "Product": ("PRODUCT", "products"),
    "ProductVariant": ("PRODUCTVARIANT", "variants"),
    "Collection": ("COLLECTION", "collections"),
    "Customer": ("CUSTOMER", "customers"),
    "Order": ("ORDER", "orders"),
    "Location": ("LOCATION", "locations"),
    "Company": ("COMPANY", "companies"),
    "CompanyLocation": ("COMPANY_LOCATION", "company_locations"),
    "Shop": ("SHOP", ""),
}
"""Types that own metafields: their name there, and their table."""
OWNER_KINDS = {owner: kind for kind, (owner, _) in OWNERS.items()}


def _types_named(end: str) -> str:
    words = {part.split()[1] for text in PARTS for part in text.split("\n") if part.startswith("type ")}
    return " ".join(sorted(word for word in words if word.endswith(end)))


def own_id(kind: str) -> Resolver:
    """The resolver of `id` for a type whose rows have a number."""

    def answer(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
        prefix = f"gid://shopify/{kind}/"
        return [f"{prefix}{parent['id']}" if isinstance(parent["id"], int) else parent["id"] for parent in parents]

    return answer


for _kind in (
    "Product", "ProductVariant", "ProductOption", "ProductOptionValue", "Location", "Publication", "Collection",
    "InventoryItem", "Metafield", "MetafieldDefinition", "MediaImage", "GenericFile", "Customer", "MailingAddress",
    "Company", "CompanyLocation", "CompanyContact", "PriceList", "CompanyLocationCatalog", "Order", "LineItem",
    "ShippingLine", "OrderTransaction", "Refund", "RefundLineItem", "RefundShippingLine", "OrderAdjustment",
    "AdditionalFee", "FulfillmentOrder", "FulfillmentOrderLineItem", "Fulfillment", "FulfillmentLineItem",
    "FulfillmentEvent", "BulkOperation", "WebhookSubscription", "Shop", "TransactionFee", "CompanyAddress",
    "DeliveryMethod", "FulfillmentOrderDestination", "FulfillmentHold",
):  # fmt: skip
    field(_kind, "id")(own_id(_kind))


@field("*", "legacyResourceId")
def legacy_resource_id(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The number alone, as text."""
    return [str(parent["id"]) for parent in parents]


@field(_types_named("Connection"), "edges")
def edges(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Nodes with their cursors."""
    return [
        [{"node": node, "cursor": mark} for node, mark in zip(parent["nodes"], parent["cursors"], strict=True)]
        for parent in parents
    ]


@field(_types_named("Connection"), "pageInfo")
def page_info(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Where the page lies."""
    return [
        {
            "has_next_page": parent["next"],
            "has_previous_page": parent["previous"],
            "start_cursor": parent["cursors"][0] if parent["cursors"] else None,
            "end_cursor": parent["cursors"][-1] if parent["cursors"] else None,
        }
        for parent in parents
    ]


@field("MoneyBag", "shopMoney")
def shop_money(_context: Context, parents: list[Any], _args: Args) -> Sequence[Any]:
    """The amount in the shop's currency."""
    return parents


@field("MoneyBag", "presentmentMoney")
def presentment_money(_context: Context, parents: list[Any], _args: Args) -> Sequence[Any]:
    """The amount in the currency that the customer saw."""
    return [
        bag if not bag[3] else (money(Decimal(bag[0]) * Decimal(bag[2] or 1)), bag[3], None, None) for bag in parents
    ]


@field("MoneyV2", "amount")
def amount(_context: Context, parents: list[Any], _args: Args) -> Sequence[Any]:
    """The number: without needless zeros but with one decimal, as the service writes amounts (`12.5`, `10.0`)."""
    return [plain_amount(bag[0]) for bag in parents]


@field("MoneyV2", "currencyCode")
def currency_code(_context: Context, parents: list[Any], _args: Args) -> Sequence[Any]:
    """The currency."""
    return [bag[1] for bag in parents]


def plain_amount(text: str) -> str:
    """`12.50` is `12.5`, `10.00` is `10.0`."""
    if "." not in text:
        return text + ".0"
    short = text.rstrip("0")
    return short + "0" if short.endswith(".") else short


def text_list(column: str) -> Resolver:
    """The resolver of a list kept as JSON."""

    def answer(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
        return [opened(parent, column) or [] for parent in parents]

    return answer


for _kind in ("Product", "Customer", "Order"):
    field(_kind, "tags")(text_list("tags"))


# Metafields


def owner_id(kind: str, row: Row) -> int:
    """The number that metafields know an owner by."""
    return 1 if kind == "Shop" else int(row["id"])


def _register_metafields(kind: str, owner: str) -> None:
    @field(kind, "metafield")
    def metafield(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
        space = args.get("namespace")
        key = str(args["key"])
        if space is None and "." in key:
            space, key = key.split(".", 1)
        rows = context.state.rows(
            "metafields",
            f"owner_type = ? AND namespace = ? AND key = ? AND owner_id {IN}",
            owner, space or APP_NAMESPACE, key, ids(owner_id(kind, parent) for parent in parents),
        )  # fmt: skip
        found = {row["owner_id"]: row for row in rows}
        return [found.get(owner_id(kind, parent)) for parent in parents]

    @field(kind, "metafields")
    def metafields(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
        window(args)
        where, values = "", []
        if args.get("namespace"):
            where, values = " AND namespace = ?", [args["namespace"]]
        if args.get("keys"):
            where += f" AND namespace || '.' || key {IN}"
            values.append(ids(args["keys"]))
        rows = context.state.rows(
            "metafields",
            f"owner_type = ? AND owner_id {IN}{where} ORDER BY id",
            owner, ids(owner_id(kind, parent) for parent in parents), *values,
        )  # fmt: skip
        by_owner: dict[int, list[Row]] = {}
        for row in rows:
            by_owner.setdefault(row["owner_id"], []).append(row)
        return [list_page(by_owner.get(owner_id(kind, parent), []), args) for parent in parents]


APP_NAMESPACE = "app--1000001"
"""The namespace of metafields without one: that of the app."""
for _kind, (_owner, _) in OWNERS.items():
    _register_metafields(_kind, _owner)


@field("Metafield", "jsonValue")
def json_value(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The value as JSON, where its type is not a text."""
    found = []
    for row in parents:
        kind = row["type"]
        readable = kind.startswith("list.") or kind in ("json", "boolean", "number_integer", "money", "rating")
        try:
            found.append(json.loads(row["value"]) if readable else row["value"])
        except ValueError:
            found.append(row["value"])
    return found


@field("Metafield", "compareDigest")
def compare_digest(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """A digest of the value."""
    return [digest(row) for row in parents]


def digest(row: Row) -> str:
    """The digest that `metafieldsSet` compares."""
    return hashlib.sha256(f"{row['type']}\0{row['value']}".encode()).hexdigest()


@field("Metafield", "sizeInBytes")
def size_in_bytes(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Length of the value."""
    return [len(row["value"].encode()) for row in parents]


@field("Metafield", "description")
def nothing(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Always null here."""
    return [None] * len(parents)


@field("Metafield", "definition")
def definition(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The definition, if there is one."""
    rows = context.state.rows("metafield_definitions")
    known = {(row["owner_type"], row["namespace"], row["key"]): row for row in rows}
    return [known.get((row["owner_type"], row["namespace"], row["key"])) for row in parents]


@field("Metafield", "owner")
def metafield_owner(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The object that has the metafield."""
    found = []
    for row in parents:
        kind = OWNER_KINDS[row["owner_type"]]
        table = OWNERS[kind][1]
        owner = context.state.get(table, row["owner_id"]) if table else {"id": 1}
        found.append({**owner, "__typename": kind} if owner else None)
    return found


@field("MetafieldDefinition", "type")
def definition_type(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Name and category of the type."""
    return [{"name": row["type"], "category": row["type"].split("_", 1)[0].upper()} for row in parents]


@field("MetafieldDefinition", "metafieldsCount")
def metafields_count(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """How many values there are."""
    sql = "SELECT COUNT(*) FROM metafields WHERE owner_type = ? AND namespace = ? AND key = ?"
    return [context.state.value(sql, row["owner_type"], row["namespace"], row["key"]) for row in parents]


@field("MetafieldDefinition", "capabilities")
def capabilities(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """What the definition demands."""
    return [
        {
            "unique_values": {"enabled": row["unique_values"], "eligible": True},
            "admin_filterable": {"enabled": row["filterable"], "eligible": True},
        }
        for row in parents
    ]


def typed(kind: str, row: Row | None) -> Row | None:
    """A row as a value of an abstract type."""
    return None if row is None else {**row, "__typename": kind}


def as_gid(kind: str, number: Any) -> str | None:
    """A global id, or None for none."""
    return None if number is None else gid(kind, number)
