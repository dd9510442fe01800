"""Heads of products, their collections and files: what productSet, productCreate and productUpdate share."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.facts import MAX_PRODUCT_TAGS
from atoosync_lab.sandbox.shopify.refusals import refuse
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row, clean_tags, compact, handle_of, number_of
from atoosync_lab.sandbox.shopify.writing.common import clean_html, free_handle, taken
from atoosync_lab.sandbox.shopify.writing.file_rows import new_file
from atoosync_lab.sandbox.shopify.writing.metafields import drop_all
from atoosync_lab.sandbox.shopify.writing.variant_rows import drop_variant

MAX_TITLE = 255


def head_values(context: Context, given: Row, old: Row | None, field: Sequence[str], codes: bool) -> Row:
    """Columns that the input of a product gives.

    Args:
        context: The request.
        given: The input.
        old: The product as it is; None for a new one.
        field: Path of the input, for errors.
        codes: Whether errors have codes (those of productSet).

    Raises:
        RefusedError: a value does not fit.
    """
    title = given.get("title")
    if (old is None or "title" in given) and not (title or "").strip():
        raise refuse("Title can't be blank", [*field, "title"], "INVALID_INPUT" if codes else None)
    if title is not None and len(title) > MAX_TITLE:
        message = f"Title is too long (maximum is {MAX_TITLE} characters)"
        raise refuse(message, [*field, "title"], "INVALID_INPUT" if codes else None)
    values: Row = {}
    for name, column in (
        ("title", "title"),
        ("productType", "product_type"),
        ("vendor", "vendor"),
        ("status", "status"),
        ("templateSuffix", "template_suffix"),
        ("category", "category"),
    ):
        if name in given and not (given[name] is None and name != "templateSuffix" and name != "category"):
            values[column] = given[name]
    if given.get("descriptionHtml") is not None:
        values["description_html"] = clean_html(given["descriptionHtml"])
    if given.get("tags") is not None:
        tags = clean_tags(given["tags"])
        if len(tags) > MAX_PRODUCT_TAGS:
            raise refuse(f"Tags can't exceed {MAX_PRODUCT_TAGS}", [*field, "tags"], "INVALID_INPUT" if codes else None)
        values["tags"] = compact(tags)
    if given.get("seo") is not None:
        values |= {"seo_title": given["seo"].get("title"), "seo_description": given["seo"].get("description")}
    if given.get("giftCard") is not None:
        if old is not None and bool(old["is_gift_card"]) != given["giftCard"]:
            message = "Gift card attribute cannot be changed after creation"
            raise refuse(message, [*field, "giftCard"], "GIFT_CARD_ATTRIBUTE_CANNOT_BE_CHANGED" if codes else None)
        values["is_gift_card"] = int(given["giftCard"])
    if old is None and not values.get("vendor"):
        values["vendor"] = context.settings["name"]
    values |= _handle(context, given, old, field, codes)
    return values


def _handle(context: Context, given: Row, old: Row | None, field: Sequence[str], codes: bool) -> Row:
    wanted = given.get("handle")
    if wanted:
        handle = handle_of(wanted)
        if taken(context, "products", handle, old["id"] if old else None):
            message = f"Handle '{handle}' already in use. Please provide a new handle."
            raise refuse(message, [*field, "handle"], "HANDLE_NOT_UNIQUE" if codes else None)
        return {"handle": handle}
    return {} if old is not None else {"handle": free_handle(context, "products", given["title"])}


def add_collections(
    context: Context, product: int, given: Sequence[str], field: Sequence[str], code: str | None
) -> set[int]:
    """Put a product in collections; gives their numbers.

    Raises:
        RefusedError: one does not exist.
    """
    found = set()
    for place, item in enumerate(given):
        number = number_of(item, "Collection")
        if number is None or context.state.get("collections", number) is None:
            raise refuse("Collection does not exist", [*field, str(place)], code)
        join(context, number, product)
        found.add(number)
    return found


def join(context: Context, collection: int, product: int) -> None:
    """Put a product at the end of a collection, unless it is there."""
    last = context.state.value(
        "SELECT COALESCE(MAX(position), 0) FROM collection_products WHERE collection_id = ?", collection
    )
    context.state.db.execute(
        "INSERT OR IGNORE INTO collection_products VALUES (?, ?, ?)", (collection, product, last + 1)
    )


def keep_collections(context: Context, product: int, wanted: set[int]) -> None:
    """Take a product out of all other collections."""
    context.state.db.execute(
        f"DELETE FROM collection_products WHERE product_id = ? AND collection_id NOT {IN}", (product, ids(wanted))
    )


def attach(context: Context, product: int, file: int, place: int) -> None:
    """Add a file to the media of a product, or move it to a place."""
    context.state.db.execute("INSERT OR REPLACE INTO product_files VALUES (?, ?, ?)", (product, file, place))


def set_files(context: Context, product: int, given: Sequence[Row], field: Sequence[str]) -> None:
    """Make the media of a product those of an input: files by id stay, sources become new files, all others go.

    Raises:
        RefusedError: a file does not exist.
    """
    wanted = []
    for place, item in enumerate(given):
        where = [*field, str(place)]
        if item.get("id"):
            kind = "MediaImage" if "MediaImage" in item["id"] else "GenericFile"
            number = number_of(item["id"], kind)
            row = context.state.get("files", number)
            if row is None:
                raise refuse("File does not exist", [*where, "id"], "INVALID_INPUT")
            if item.get("alt") is not None:
                context.state.update("files", row["id"], {"alt": item["alt"], "updated_at": context.state.now()})
            wanted.append(int(row["id"]))
        else:
            wanted.append(new_file(context, item, where, "INVALID_INPUT"))
    context.state.db.execute("DELETE FROM product_files WHERE product_id = ?", (product,))
    for place, number in enumerate(dict.fromkeys(wanted)):
        attach(context, product, number, place)


def drop_product(context: Context, product: int) -> None:
    """Delete a product with all that hangs on it."""
    for row in context.state.rows("variants", "product_id = ?", product):
        drop_variant(context, row["id"])
    db = context.state.db
    db.execute("DELETE FROM products WHERE id = ?", (product,))
    db.execute("DELETE FROM product_files WHERE product_id = ?", (product,))
    db.execute("DELETE FROM collection_products WHERE product_id = ?", (product,))
    db.execute("DELETE FROM publication_entries WHERE kind = 'Product' AND resource_id = ?", (product,))
    drop_all(context, "PRODUCT", product)
