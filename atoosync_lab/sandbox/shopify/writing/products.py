"""`productCreate`, `productUpdate`, `productDelete`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.refusals import refuse
from atoosync_lab.sandbox.shopify.values import Row, compact, gid, item_of, number_of
from atoosync_lab.sandbox.shopify.writing.common import found
from atoosync_lab.sandbox.shopify.writing.file_rows import new_file
from atoosync_lab.sandbox.shopify.writing.metafields import put_all
from atoosync_lab.sandbox.shopify.writing.options import read_options
from atoosync_lab.sandbox.shopify.writing.product_rows import add_collections, attach, drop_product, head_values
from atoosync_lab.sandbox.shopify.writing.registry import mutation
from atoosync_lab.sandbox.shopify.writing.stock import open_level
from atoosync_lab.sandbox.shopify.writing.variant_rows import daily_limit, new_variant, primary_location


def _given(args: Args, name: str = "product") -> tuple[Row, list[str]]:
    if args.get(name) is not None:
        return args[name], [name]
    if args.get("input") is not None:
        return args["input"], ["input"]
    raise refuse("Product input is missing", [name])


def add_media(context: Context, product: int, given: Sequence[Row]) -> list[int]:
    """Add media to a product; gives the numbers of the files."""
    start = context.state.value(
        "SELECT COALESCE(MAX(position) + 1, 0) FROM product_files WHERE product_id = ?", product
    )
    made = []
    for place, item in enumerate(given):
        number = new_file(context, {**item, "contentType": item["mediaContentType"]}, ["media", str(place)], None)
        attach(context, product, number, start + place)
        made.append(number)
    return made


@mutation("productCreate")
def product_create(context: Context, args: Args) -> Row:
    """A new product, with its options and one variant of their first values."""
    given, field = _given(args)
    values = head_values(context, given, None, field, False)
    daily_limit(context, 1, field, None)
    now = context.state.now()
    options = read_options(context, given.get("productOptions") or [], [], [*field, "productOptions"])
    product = context.state.insert(
        "products", {**values, "options": compact(options), "created_at": now, "updated_at": now}
    )
    chosen = tuple(option["values"][0]["name"] for option in options)
    variant = new_variant(context, product, chosen, 1, {})
    open_level(context, item_of(variant), primary_location(context))
    _parts(context, product, given, field)
    add_media(context, product, args.get("media") or [])
    return {"product": context.state.get("products", product)}


def _parts(context: Context, product: int, given: Row, field: list[str]) -> None:
    if given.get("metafields"):
        put_all(context, "PRODUCT", product, given["metafields"], [*field, "metafields"], "INVALID")
    if given.get("collectionsToJoin"):
        add_collections(context, product, given["collectionsToJoin"], [*field, "collectionsToJoin"], None)
    for item in given.get("collectionsToLeave") or []:
        context.state.db.execute(
            "DELETE FROM collection_products WHERE collection_id = ? AND product_id = ?",
            (number_of(item, "Collection"), product),
        )


@mutation("productUpdate")
def product_update(context: Context, args: Args) -> Row:
    """Change the head of a product; metafields and media are added."""
    given, field = _given(args)
    row = found(context, "products", "Product", str(given.get("id") or ""), ["id"], "Product does not exist")
    values = head_values(context, given, row, field, False)
    context.state.update("products", row["id"], {**values, "updated_at": context.state.now()})
    _parts(context, row["id"], given, field)
    add_media(context, row["id"], args.get("media") or [])
    return {"product": context.state.get("products", row["id"])}


@mutation("productDelete")
def product_delete(context: Context, args: Args) -> Row:
    """Delete a product."""
    given = args["input"]["id"]
    row = found(context, "products", "Product", given, ["id"], "Product does not exist")
    drop_product(context, row["id"])
    operation = None
    if not args.get("synchronous", True):
        number = gid("ProductDeleteOperation", str(uuid.uuid4()))
        operation = {"id": number, "status": "COMPLETE", "product_id": row["id"], "errors": []}
    return {"deleted_product_id": gid("Product", row["id"]), "product_delete_operation": operation}
