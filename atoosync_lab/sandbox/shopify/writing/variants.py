"""Variants of one product, many at a time."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.sandbox.shopify import facts
from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.refusals import RefusedError, refuse, user_error
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row, compact, item_of, number_of, opened
from atoosync_lab.sandbox.shopify.writing.common import found, touch
from atoosync_lab.sandbox.shopify.writing.metafields import put_all
from atoosync_lab.sandbox.shopify.writing.options import DEFAULT, chosen
from atoosync_lab.sandbox.shopify.writing.products import add_media
from atoosync_lab.sandbox.shopify.writing.registry import mutation
from atoosync_lab.sandbox.shopify.writing.stock import open_level
from atoosync_lab.sandbox.shopify.writing.variant_rows import (
    change_variant,
    daily_limit,
    drop_variant,
    new_variant,
    options_of,
    primary_location,
    variant_title,
    variant_values,
)


def _product(context: Context, args: Args) -> Row:
    return found(
        context,
        "products",
        "Product",
        args["productId"],
        ["productId"],
        "Product does not exist",
        "PRODUCT_DOES_NOT_EXIST",
    )


def _rows(context: Context, product: int) -> list[Row]:
    return context.state.rows("variants", "product_id = ? ORDER BY position, id", product)


def _picture(context: Context, product: int, item: Row, media: Sequence[int]) -> Row:
    """Columns for the picture of a variant: one of the product's media, or one of this call by its source."""
    if item.get("mediaId"):
        number = number_of(item["mediaId"], "MediaImage")
        here = context.state.one("product_files", "product_id = ? AND file_id = ?", product, number)
        if here is None:
            raise refuse("Media does not exist on product", ["variants"], "INVALID_INPUT")
        return {"file_id": number}
    if item.get("mediaSrc"):
        sql = f"source = ? AND id {IN}"
        row = context.state.one("files", sql, item["mediaSrc"][0], ids(media))
        return {"file_id": row["id"]} if row else {}
    return {}


@mutation("productVariantsBulkCreate")
def variants_bulk_create(context: Context, args: Args) -> Row:
    """New variants, all or none."""
    product = _product(context, args)
    options = options_of(product)
    rows = _rows(context, product["id"])
    lone = len(rows) == 1 and not opened(rows[0], "options")
    if lone and (args.get("strategy") in ("REMOVE_STANDALONE_VARIANT", "DEFAULT") or not options):
        # The variant that stands for a product without options gives way to the first real ones.
        drop_variant(context, rows[0]["id"])
        rows = []
    if len(rows) + len(args["variants"]) > facts.MAX_VARIANTS:
        raise refuse(f"Exceeded maximum number of variants allowed: {facts.MAX_VARIANTS}", ["variants"], "INVALID")
    daily_limit(context, len(args["variants"]), ["variants"], "INVALID")
    media = add_media(context, product["id"], args.get("media") or [])
    have = [tuple(opened(row, "options")) for row in rows]
    made = []
    for place, item in enumerate(args["variants"]):
        where = ["variants", str(place)]
        values = _new_options(context, options, item, where)
        if values in have:
            message = f"The variant '{variant_title(values)}' already exists."
            raise refuse(message, where, "VARIANT_ALREADY_EXISTS")
        have.append(values)
        columns = {**variant_values(item, where, "INVALID"), **_picture(context, product["id"], item, media)}
        number = new_variant(context, product["id"], values, len(have), columns)
        _parts(context, number, item, where, is_new=True)
        made.append(number)
    context.state.update("products", product["id"], {"options": compact(options)})
    touch(context, "products", product["id"])
    return {
        "product": context.state.get("products", product["id"]),
        "product_variants": [context.state.get("variants", number) for number in made],
    }


def _new_options(context: Context, options: list[Row], item: Row, where: Sequence[str]) -> tuple[str, ...]:
    given = item.get("optionValues") or []
    if not options:
        names = [value.get("optionName") for value in given]
        if names in ([], ["Title"]):
            return ()
        raise refuse("Option does not exist", [*where, "optionValues"], "OPTION_VALUES_FOR_NUMBER_OF_UNKNOWN_OPTIONS")
    return chosen(options, given, where, grow=context, code="NEED_TO_ADD_OPTION_VALUES")


def _parts(context: Context, number: int, item: Row, where: Sequence[str], *, is_new: bool) -> None:
    if item.get("metafields"):
        put_all(context, "PRODUCTVARIANT", number, item["metafields"], [*where, "metafields"], "INVALID_INPUT")
    if not is_new:
        return
    for place, quantity in enumerate(item.get("inventoryQuantities") or []):
        location = number_of(quantity["locationId"], "Location")
        if location is None or context.state.get("locations", location) is None:
            field = [*where, "inventoryQuantities", str(place), "locationId"]
            raise refuse("Location does not exist", field, "TRACKED_VARIANT_LOCATION_NOT_FOUND")
        open_level(context, item_of(number), location, quantity["availableQuantity"])
    if not item.get("inventoryQuantities"):
        open_level(context, item_of(number), primary_location(context))


@mutation("productVariantsBulkUpdate")
def variants_bulk_update(context: Context, args: Args) -> Row:
    """Change variants of one product, all or none unless partial updates are allowed."""
    product = _product(context, args)
    options = options_of(product)
    rows = {row["id"]: row for row in _rows(context, product["id"])}
    media = add_media(context, product["id"], args.get("media") or [])
    errors: list[Row] = []
    done: list[int | None] = []
    for place, item in enumerate(args["variants"]):
        where = ["variants", str(place)]
        try:
            done.append(_update(context, product["id"], rows, options, item, where, media))
        except RefusedError as error:
            errors += error.errors
            done.append(None)
    if errors and not args.get("allowPartialUpdates"):
        raise RefusedError(errors)
    context.state.update("products", product["id"], {"options": compact(options), "updated_at": context.state.now()})
    return {
        "product": context.state.get("products", product["id"]),
        "product_variants": [context.state.get("variants", number) for number in done if number is not None],
        "user_errors": errors,
    }


def _update(
    context: Context,
    product: int,
    rows: dict[int, Row],
    options: list[Row],
    item: Row,
    where: Sequence[str],
    media: Sequence[int],
) -> int:
    if not item.get("id"):
        raise refuse("Product variant is missing ID attribute", [*where, "id"], "PRODUCT_VARIANT_ID_MISSING")
    row = rows.get(number_of(item["id"], "ProductVariant") or 0)
    if row is None:
        raise refuse("Product variant does not exist", [*where, "id"], "PRODUCT_VARIANT_DOES_NOT_EXIST")
    if item.get("inventoryQuantities"):
        message = (
            "Inventory quantities can only be provided during create. To update inventory for existing variants, use "
        )
        message += "inventoryAdjustQuantities."
        raise refuse(message, [*where, "inventoryQuantities"], "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE")
    values = {**variant_values(item, where, "INVALID_INPUT"), **_picture(context, product, item, media)}
    if item.get("optionValues") and options:
        values |= _changed_options(context, rows, row, options, item, where)
    change_variant(context, row, values)
    rows[row["id"]] = {**row, **values}
    _parts(context, row["id"], item, where, is_new=False)
    return int(row["id"])


def _changed_options(
    context: Context, rows: dict[int, Row], row: Row, options: list[Row], item: Row, where: Sequence[str]
) -> Row:
    have = opened(row, "options") or [DEFAULT]
    named = {value.get("optionName") or value.get("optionId") for value in item["optionValues"]}
    kept = [
        {"optionName": option["name"], "name": value}
        for option, value in zip(options, have, strict=False)
        if option["name"] not in named
    ]
    values = chosen(options, [*kept, *item["optionValues"]], where, grow=context, code="NEED_TO_ADD_OPTION_VALUES")
    for other in rows.values():
        if other["id"] != row["id"] and tuple(opened(other, "options")) == values:
            message = f"The variant '{variant_title(values)}' already exists."
            raise refuse(message, where, "VARIANT_ALREADY_EXISTS")
    return {"options": compact(list(values)), "title": variant_title(values)}


@mutation("productVariantsBulkDelete")
def variants_bulk_delete(context: Context, args: Args) -> Row:
    """Delete variants; one always stays."""
    product = _product(context, args)
    rows = {row["id"] for row in _rows(context, product["id"])}
    wanted = [number_of(item, "ProductVariant") for item in args["variantsIds"]]
    code = "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT"
    errors = [
        user_error("At least one variant does not belong to the product", ["variantsIds", str(place)], code)
        for place, number in enumerate(wanted)
        if number not in rows
    ]
    if errors:
        raise RefusedError(errors)
    if rows == set(wanted):
        raise refuse("Cannot delete the last variant of a product", ["variantsIds"], "CANNOT_DELETE_LAST_VARIANT")
    for number in wanted:
        drop_variant(context, int(number or 0))
    touch(context, "products", product["id"])
    return {"product": context.state.get("products", product["id"])}


@mutation("productVariantsBulkReorder")
def variants_bulk_reorder(context: Context, args: Args) -> Row:
    """Change positions of variants."""
    product = _product(context, args)
    order = [row["id"] for row in _rows(context, product["id"])]
    for place, item in enumerate(args["positions"]):
        number = number_of(item["id"], "ProductVariant")
        if number not in order:
            raise refuse("Variant does not exist", ["positions", str(place), "id"], "MISSING_VARIANT")
        if item["position"] < 1:
            raise refuse("The position must be at least 1", ["positions", str(place), "position"], "INVALID_POSITION")
        order.remove(number)
        order.insert(item["position"] - 1, number)
    for place, number in enumerate(order, 1):
        context.state.update("variants", number, {"position": place})
    touch(context, "products", product["id"])
    return {"product": context.state.get("products", product["id"])}
