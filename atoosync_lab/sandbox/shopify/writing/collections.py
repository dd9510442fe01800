"""Collections and publishing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.refusals import refuse
from atoosync_lab.sandbox.shopify.values import Row, gid, handle_of, number_of, split_gid
from atoosync_lab.sandbox.shopify.writing.common import clean_html, found, free_handle, taken, touch
from atoosync_lab.sandbox.shopify.writing.metafields import drop_all, put_all
from atoosync_lab.sandbox.shopify.writing.product_rows import join
from atoosync_lab.sandbox.shopify.writing.registry import mutation

NO_COLLECTION = "Collection does not exist"


def _values(context: Context, given: Row, old: Row | None, field: Sequence[str]) -> Row:
    if (old is None or "title" in given) and not (given.get("title") or "").strip():
        raise refuse("Title can't be blank", [*field, "title"])
    values: Row = {}
    if given.get("title"):
        values["title"] = given["title"]
    if given.get("descriptionHtml") is not None:
        values["description_html"] = clean_html(given["descriptionHtml"])
    if given.get("sortOrder"):
        values["sort_order"] = given["sortOrder"]
    if "templateSuffix" in given:
        values["template_suffix"] = given["templateSuffix"]
    if given.get("seo") is not None:
        values |= {"seo_title": given["seo"].get("title"), "seo_description": given["seo"].get("description")}
    if given.get("handle"):
        handle = handle_of(given["handle"])
        if taken(context, "collections", handle, old["id"] if old else None):
            raise refuse("Handle has already been taken", [*field, "handle"])
        values["handle"] = handle
    elif old is None:
        values["handle"] = free_handle(context, "collections", given["title"])
    return values


def _given(args: Args) -> tuple[Row, list[str]]:
    if args.get("collection") is not None:
        return args["collection"], ["collection"]
    if args.get("input") is None:
        raise refuse("Collection input is missing", ["collection"])
    return args["input"], ["input"]


def _add(context: Context, collection: int, products: Sequence[str], field: Sequence[str]) -> None:
    for place, item in enumerate(products):
        number = number_of(item, "Product")
        if number is None or context.state.get("products", number) is None:
            raise refuse("Product does not exist", [*field, str(place)])
        join(context, collection, number)


@mutation("collectionCreate")
def collection_create(context: Context, args: Args) -> Row:
    """A new collection."""
    given, field = _given(args)
    values = _values(context, given, None, field)
    number = context.state.insert("collections", {**values, "updated_at": context.state.now()})
    put_all(context, "COLLECTION", number, given.get("metafields") or [], [*field, "metafields"], "INVALID")
    _add(context, number, given.get("products") or [], [*field, "products"])
    return {"collection": context.state.get("collections", number)}


@mutation("collectionUpdate")
def collection_update(context: Context, args: Args) -> Row:
    """Change a collection."""
    given, field = _given(args)
    old = found(context, "collections", "Collection", str(given.get("id") or ""), ["id"], NO_COLLECTION)
    values = _values(context, given, old, field)
    context.state.update("collections", old["id"], {**values, "updated_at": context.state.now()})
    put_all(context, "COLLECTION", old["id"], given.get("metafields") or [], [*field, "metafields"], "INVALID")
    return {"collection": context.state.get("collections", old["id"])}


@mutation("collectionDelete")
def collection_delete(context: Context, args: Args) -> Row:
    """Delete a collection; its products stay."""
    row = found(context, "collections", "Collection", args["input"]["id"], ["id"], NO_COLLECTION)
    db = context.state.db
    db.execute("DELETE FROM collections WHERE id = ?", (row["id"],))
    db.execute("DELETE FROM collection_products WHERE collection_id = ?", (row["id"],))
    db.execute("DELETE FROM publication_entries WHERE kind = 'Collection' AND resource_id = ?", (row["id"],))
    drop_all(context, "COLLECTION", row["id"])
    return {"deleted_collection_id": gid("Collection", row["id"])}


@mutation("collectionAddProducts")
def collection_add_products(context: Context, args: Args) -> Row:
    """Put products in a collection."""
    row = found(context, "collections", "Collection", args["id"], ["id"], NO_COLLECTION)
    inside = {item["product_id"] for item in context.state.rows("collection_products", "collection_id = ?", row["id"])}
    if any(number_of(item, "Product") in inside for item in args["productIds"]):
        raise refuse("Product is already in the collection", ["productIds"])
    _add(context, row["id"], args["productIds"], ["productIds"])
    touch(context, "collections", row["id"])
    return {"collection": context.state.get("collections", row["id"])}


@mutation("collectionRemoveProducts")
def collection_remove_products(context: Context, args: Args) -> Row:
    """Take products out of a collection, by a job that is done at once."""
    row = found(context, "collections", "Collection", args["id"], ["id"], NO_COLLECTION)
    for item in args["productIds"]:
        context.state.db.execute(
            "DELETE FROM collection_products WHERE collection_id = ? AND product_id = ?",
            (row["id"], number_of(item, "Product")),
        )
    touch(context, "collections", row["id"])
    job = gid("Job", str(uuid.uuid4()))
    context.state.insert("jobs", {"id": job, "done": 1})
    return {"job": {"id": job, "done": True}}


# Publishing

_TABLES = {"Product": "products", "Collection": "collections"}


def _publishable(context: Context, given: str) -> tuple[str, Row]:
    parts = split_gid(given)
    kind = parts[0] if parts else ""
    row = context.state.get(_TABLES[kind], number_of(given, kind)) if kind in _TABLES else None
    if row is None:
        raise refuse("Resource does not exist", ["id"])
    return kind, row


def _publications(context: Context, given: Sequence[Row]) -> list[tuple[int, str | None]]:
    found_ids = []
    for place, item in enumerate(given):
        number = number_of(item.get("publicationId") or "", "Publication")
        if number is None or context.state.get("publications", number) is None:
            raise refuse("Publication does not exist or is not publishable", ["input", str(place), "publicationId"])
        found_ids.append((number, item.get("publishDate")))
    return found_ids


def _settle(context: Context, kind: str, row: Row) -> Row:
    """Publication on the online store is what the date of the product tells."""
    online = context.state.value("SELECT MIN(id) FROM publications")
    entry = context.state.one(
        "publication_entries", "kind = ? AND resource_id = ? AND publication_id = ?", kind, row["id"], online
    )
    now = context.state.now()
    values: Row = {"updated_at": now}
    if kind == "Product":
        date = (entry["publish_date"] or now) if entry else None
        values["published_at"] = date if date is None or date <= now else None
    context.state.update(_TABLES[kind], row["id"], values)
    return {"publishable": {**(context.state.get(_TABLES[kind], row["id"]) or row), "__typename": kind}}


@mutation("publishablePublish")
def publishable_publish(context: Context, args: Args) -> Row:
    """Publish a product or a collection, now or at a date to come."""
    kind, row = _publishable(context, args["id"])
    for number, date in _publications(context, args["input"]):
        context.state.db.execute(
            "INSERT OR REPLACE INTO publication_entries VALUES (?, ?, ?, ?)", (kind, row["id"], number, date)
        )
    return _settle(context, kind, row)


@mutation("publishableUnpublish")
def publishable_unpublish(context: Context, args: Args) -> Row:
    """Take a product or a collection off publications."""
    kind, row = _publishable(context, args["id"])
    for number, _ in _publications(context, args["input"]):
        context.state.db.execute(
            "DELETE FROM publication_entries WHERE kind = ? AND resource_id = ? AND publication_id = ?",
            (kind, row["id"], number),
        )
    return _settle(context, kind, row)
