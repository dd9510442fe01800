"""Collections, files and media."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.paging import grouped, list_page, table_page
from atoosync_lab.sandbox.shopify.reading.products import by_custom_id
from atoosync_lab.sandbox.shopify.reading.registry import constant, each, field
from atoosync_lab.sandbox.shopify.reading.tables import COLLECTIONS, FILES
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row, gid, number_of


@field("QueryRoot", "collections")
def collections(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of collections."""
    return [table_page(context, COLLECTIONS, args)]


@field("QueryRoot", "collection")
def collection(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One collection."""
    return [context.state.get("collections", number_of(args["id"], "Collection"))]


@field("QueryRoot", "collectionByHandle")
def collection_by_handle(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """The collection of a handle."""
    return [context.state.one("collections", "handle = ?", args["handle"])]


@field("QueryRoot", "collectionByIdentifier")
def collection_by_identifier(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """The collection of an id, a handle or a custom id."""
    given = args["identifier"]
    if given.get("handle") is not None:
        return [context.state.one("collections", "handle = ?", given["handle"])]
    if given.get("customId") is not None:
        return [context.state.get("collections", by_custom_id(context, "COLLECTION", given["customId"]))]
    return [context.state.get("collections", number_of(given["id"], "Collection"))]


_ORDER = {"TITLE": "p.title, p.id", "CREATED": "p.created_at, p.id", "ID": "p.id"}


@field("Collection", "products")
def collection_products(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """Products of each collection."""
    pages = []
    for row in parents:
        sorting = _ORDER.get(str(args.get("sortKey")), "c.position, p.id")
        rows = context.state.query(
            "SELECT p.* FROM collection_products c JOIN products p ON p.id = c.product_id WHERE c.collection_id = ? "
            f"ORDER BY {sorting}",
            row["id"],
        )
        pages.append(list_page(rows, args))
    return pages


@field("Collection", "productsCount")
def products_count(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """How many."""
    sql = f"SELECT collection_id, COUNT(*) FROM collection_products WHERE collection_id {IN} GROUP BY collection_id"
    counts = dict(context.state.db.execute(sql, (ids(row["id"] for row in parents),)).fetchall())
    return [{"count": counts.get(row["id"], 0), "precision": "EXACT"} for row in parents]


@each("Collection", "hasProduct")
def has_product(context: Context, row: Row, args: Args) -> bool:
    """Whether a product is in it."""
    wanted = number_of(args["id"], "Product")
    found = context.state.one("collection_products", "collection_id = ? AND product_id = ?", row["id"], wanted)
    return found is not None


# Files


@field("QueryRoot", "files")
def files(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of files."""
    found = table_page(context, FILES, args)
    return [{**found, "nodes": [file_row(row) for row in found["nodes"]]}]


def file_row(row: Row) -> Row:
    """A file as an object."""
    return {**row, "__typename": row["kind"]}


def status_of(context: Context, row: Row) -> str:
    """READY, FAILED, or PROCESSING while it is young."""
    if row["error"]:
        return "FAILED"
    return "READY" if row["ready_at"] <= context.state.now() else "PROCESSING"


def link_of(context: Context, row: Row) -> str:
    """Where the file can be fetched: on this server when it was uploaded here, else its source."""
    return f"{context.base}/_files/{row['stored']}" if row["stored"] else str(row["source"])


@each("MediaImage GenericFile", "fileStatus", "status")
def file_status(context: Context, row: Row, _args: Args) -> str:
    """How far its processing is."""
    return status_of(context, row)


@each("MediaImage GenericFile", "fileErrors")
def file_errors(_context: Context, row: Row, _args: Args) -> list[Row]:
    """Why it failed."""
    if not row["error"]:
        return []
    return [{"code": "IMAGE_DOWNLOAD_FAILURE", "details": row["error"], "message": row["error"]}]


@each("MediaImage", "mediaErrors")
def media_errors(_context: Context, row: Row, _args: Args) -> list[Row]:
    """The same under the name that media have."""
    if not row["error"]:
        return []
    return [{"code": "IMAGE_DOWNLOAD_FAILURE", "details": row["error"], "message": row["error"]}]


constant("MediaImage", [], "mediaWarnings")
constant("MediaImage", "IMAGE", "mediaContentType")


@each("MediaImage", "image")
def image(context: Context, row: Row, _args: Args) -> Row | None:
    """The picture, once it is ready."""
    return image_row(context, row)


def image_row(context: Context, row: Row | None) -> Row | None:
    """A picture as an object, once it is ready."""
    if row is None or status_of(context, row) != "READY":
        return None
    return {
        "id": gid("ImageSource", row["id"]),
        "alt_text": row["alt"] or None,
        "url": link_of(context, row),
        "width": row["width"],
        "height": row["height"],
    }


@each("MediaImage GenericFile", "preview")
def preview(context: Context, row: Row, _args: Args) -> Row:
    """The picture that stands for the file."""
    status = {"READY": "READY", "FAILED": "FAILED"}.get(status_of(context, row), "PROCESSING")
    return {"status": status, "image": image_row(context, row) if row["kind"] == "MediaImage" else None}


@each("MediaImage", "originalSource")
def original_source(_context: Context, row: Row, _args: Args) -> Row:
    """Where it came from."""
    return {"url": row["source"], "file_size": row["size"]}


@each("GenericFile", "originalFileSize")
def original_file_size(_context: Context, row: Row, _args: Args) -> int:
    """Its length."""
    return int(row["size"])


@each("GenericFile", "url")
def generic_url(context: Context, row: Row, _args: Args) -> str | None:
    """Its address, once it is ready."""
    return link_of(context, row) if status_of(context, row) == "READY" else None


def media_of(context: Context, parents: list[Row]) -> dict[int, list[Row]]:
    """Media of all the products, in their order."""
    rows = context.state.query(
        "SELECT f.*, p.product_id AS _owner FROM product_files p JOIN files f ON f.id = p.file_id "
        f"WHERE p.product_id {IN} ORDER BY p.product_id, p.position, f.id",
        ids(row["id"] for row in parents),
    )
    return grouped([file_row(row) for row in rows], "_owner")


@field("Product", "media")
def product_media(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """Media of the products."""
    rows = media_of(context, parents)
    return [list_page(rows.get(row["id"], []), args) for row in parents]


@field("Product", "mediaCount")
def media_count(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """How many."""
    rows = media_of(context, parents)
    return [{"count": len(rows.get(row["id"], [])), "precision": "EXACT"} for row in parents]


@field("Product", "featuredMedia")
def featured_media(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The first of them."""
    rows = media_of(context, parents)
    return [next(iter(rows.get(row["id"], [])), None) for row in parents]


@field("ProductVariant", "image")
def variant_image(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The variant's own picture."""
    return [image_row(context, row) for row in context.load("files", [row["file_id"] for row in parents])]


@field("ProductVariant", "media")
def variant_media(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """The variant's own medium."""
    found = context.load("files", [row["file_id"] for row in parents])
    return [list_page([file_row(row)] if row else [], args) for row in found]
