"""`productSet`: makes a product what its input says. Lists are declarative: what they do not name is deleted."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from atoosync_lab.sandbox.shopify import facts
from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.reading.products import by_custom_id
from atoosync_lab.sandbox.shopify.refusals import RefusedError, refuse
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row, compact, gid, item_of, number_of, opened
from atoosync_lab.sandbox.shopify.writing.file_rows import new_file
from atoosync_lab.sandbox.shopify.writing.metafields import put, put_all
from atoosync_lab.sandbox.shopify.writing.options import DEFAULT, chosen, read_options
from atoosync_lab.sandbox.shopify.writing.product_rows import (
    add_collections,
    attach,
    head_values,
    keep_collections,
    set_files,
)
from atoosync_lab.sandbox.shopify.writing.registry import mutation
from atoosync_lab.sandbox.shopify.writing.stock import level, move, open_level
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


@mutation("productSet")
def product_set(context: Context, args: Args) -> Row:
    """Create or change a product, at once or by an operation that is asked for later."""
    if args.get("synchronous", True):
        return {"product": context.state.get("products", set_product(context, args)), "product_set_operation": None}
    # What can be told from the input alone is refused at once.
    _target(context, args.get("identifier") or {}, args["input"])
    delay = facts.ASYNC_OPERATION_DELAY / context.speed if context.speed > 0 else timedelta(0)
    row = {
        "id": gid("ProductSetOperation", str(uuid.uuid4())),
        "version": context.version,
        "arguments": json.dumps(args),
        "starts_at": context.state.now(delay),
    }
    context.state.insert("product_operations", row)
    return {"product": None, "product_set_operation": context.state.get("product_operations", row["id"])}


def _target(context: Context, identifier: Row, given: Row) -> tuple[Row | None, Row | None]:
    """The product that is meant, and the custom id that a new one gets.

    Raises:
        RefusedError: an id or a definition does not exist.
    """
    state = context.state
    wanted = identifier.get("id") or given.get("id")
    if wanted:
        row = state.get("products", number_of(wanted, "Product"))
        if row is None:
            field = ["identifier", "id"] if identifier.get("id") else ["input", "id"]
            raise refuse("Product does not exist", field, "PRODUCT_DOES_NOT_EXIST")
        return row, None
    if identifier.get("handle"):
        if given.get("handle") not in (None, identifier["handle"]):
            message = "The handle of the identifier and that of the input must be the same"
            raise refuse(message, ["input", "handle"], "INPUT_MISMATCH")
        return state.one("products", "handle = ?", identifier["handle"]), None
    if identifier.get("customId"):
        custom = identifier["customId"]
        definition = state.one(
            "metafield_definitions", "owner_type = 'PRODUCT' AND namespace = ? AND key = ?",
            custom.get("namespace") or "app--1000001", custom["key"],
        )  # fmt: skip
        if definition is None or not definition["unique_values"]:
            message = "The custom id needs a metafield definition of type id."
            raise refuse(message, ["identifier", "customId"], "INVALID_INPUT")
        return state.get("products", by_custom_id(context, "PRODUCT", custom)), custom
    return None, None


def set_product(context: Context, args: Args) -> int:
    """Carry out a `productSet`; gives the product's number.

    Raises:
        RefusedError: nothing is done.
    """
    identifier, given = args.get("identifier") or {}, args["input"]
    old, custom = _target(context, identifier, given)
    if old is None and identifier.get("handle"):
        given = {**given, "handle": identifier["handle"]}
    _sizes(given)
    values = head_values(context, given, old, ["input"], True)
    now = context.state.now()
    if old is None:
        product = context.state.insert("products", {**values, "created_at": now, "updated_at": now})
        old = context.state.get("products", product)
        assert old is not None
    else:
        product = int(old["id"])
        context.state.update("products", product, {**values, "updated_at": now})
    _metafields(context, product, given, custom)
    if given.get("collections") is not None:
        kept = add_collections(context, product, given["collections"], ["input", "collections"], "INVALID_INPUT")
        keep_collections(context, product, kept)
    if given.get("files") is not None:
        set_files(context, product, given["files"], ["input", "files"])
    _Variants(context, product, old, given).apply()
    return product


def _sizes(given: Row) -> None:
    variants = given.get("variants") or []
    if len(variants) > facts.MAX_VARIANTS:
        message = f"Exceeded maximum number of variants allowed: {facts.MAX_VARIANTS}"
        raise refuse(message, ["input", "variants"], "VARIANTS_OVER_LIMIT")
    quantities = sum(len(item.get("inventoryQuantities") or []) for item in variants)
    if quantities > facts.MAX_SET_QUANTITIES:
        message = f"Exceeded the maximum of {facts.MAX_SET_QUANTITIES} inventory quantities"
        raise refuse(message, ["input", "variants"], "INVENTORY_QUANTITIES_LIMIT_EXCEEDED")
    if (given.get("productOptions") is None) != (given.get("variants") is None):
        missing = "productOptions" if given.get("productOptions") is None else "variants"
        code = "PRODUCT_OPTIONS_INPUT_MISSING" if missing == "productOptions" else "VARIANTS_INPUT_MISSING"
        raise refuse(f"The {missing} input is required when updating options or variants", ["input", missing], code)


def _metafields(context: Context, product: int, given: Row, custom: Row | None) -> None:
    kept: set[int] = set()
    if custom is not None:
        kept.add(int(put(context, "PRODUCT", product, custom, ["identifier", "customId"], "INVALID_METAFIELD")["id"]))
    if given.get("metafields") is not None:
        kept |= put_all(context, "PRODUCT", product, given["metafields"], ["input", "metafields"], "INVALID_METAFIELD")
        context.state.db.execute(
            f"DELETE FROM metafields WHERE owner_type = 'PRODUCT' AND owner_id = ? AND id NOT {IN}",
            (product, ids(kept)),
        )


class _Variants:
    """The variants of one call."""

    def __init__(self, context: Context, product: int, old: Row, given: Row) -> None:
        self._context = context
        self._product = product
        self._old = {row["id"]: row for row in context.state.rows("variants", "product_id = ?", product)}
        self._before = options_of(old)
        self._given = given

    def apply(self) -> None:
        if self._given.get("variants") is None:
            if not self._old:
                self._stock(new_variant(self._context, self._product, (), 1, {}), [], [], True)
            return
        field = ["input", "variants"]
        options = read_options(self._context, self._given["productOptions"], self._before, ["input", "productOptions"])
        wanted = self._chosen(options)
        matched = [self._match(item, values) for item, values in zip(self._given["variants"], wanted, strict=True)]
        daily_limit(self._context, sum(row is None for row in matched), field, "VARIANTS_OVER_LIMIT")
        kept = {row["id"] for row in matched if row is not None}
        for number in self._old.keys() - kept:
            drop_variant(self._context, number)
        lone = [value["name"] for option in options for value in option["values"]] == [DEFAULT]
        self._context.state.update("products", self._product, {"options": compact([] if lone else options)})
        for place, (item, values, row) in enumerate(zip(self._given["variants"], wanted, matched, strict=True)):
            self._one(item, () if lone else values, row, place)

    def _chosen(self, options: Sequence[Row]) -> list[tuple[str, ...]]:
        found = []
        for place, item in enumerate(self._given["variants"]):
            where = ["input", "variants", str(place)]
            values = chosen(options, item["optionValues"], where, code="OPTION_VALUES_MISSING")
            if values in found:
                message = (
                    f"The variant '{variant_title(values)}' already exists. Please change at least one option value."
                )
                raise refuse(message, where, "INVALID_VARIANT")
            found.append(values)
        return found

    def _match(self, item: Row, values: tuple[str, ...]) -> Row | None:
        if item.get("id"):
            row = self._old.get(number_of(item["id"], "ProductVariant") or 0)
            if row is None:
                raise refuse("Variant does not exist", ["input", "variants"], "PRODUCT_VARIANT_DOES_NOT_EXIST")
            return row
        for row in self._old.values():
            have = tuple(opened(row, "options"))
            if have == values or (not have and values == (DEFAULT,)):
                return row
        return None

    def _one(self, item: Row, values: tuple[str, ...], row: Row | None, place: int) -> None:
        where = ["input", "variants", str(place)]
        given: Row = variant_values(item, where, "INVALID_VARIANT")
        position = item.get("position") or place + 1
        if item.get("file") is not None:
            given["file_id"] = self._file(item["file"], where)
        if row is None:
            number = new_variant(self._context, self._product, values, position, given)
        else:
            number = int(row["id"])
            shown = {"title": variant_title(values), "options": compact(list(values)), "position": position}
            change_variant(self._context, row, {**given, **shown})
        if item.get("metafields") is not None:
            self._metafields(number, item["metafields"], [*where, "metafields"])
        self._stock(number, item.get("inventoryQuantities") or [], [*where, "inventoryQuantities"], row is None)

    def _metafields(self, number: int, given: Sequence[Row], field: Sequence[str]) -> None:
        kept = put_all(self._context, "PRODUCTVARIANT", number, given, field, "INVALID_METAFIELD")
        self._context.state.db.execute(
            f"DELETE FROM metafields WHERE owner_type = 'PRODUCTVARIANT' AND owner_id = ? AND id NOT {IN}",
            (number, ids(kept)),
        )

    def _file(self, given: Row, where: Sequence[str]) -> int:
        """The file of a variant; it must be among the files of the product."""
        state = self._context.state
        if given.get("id"):
            number = number_of(given["id"], "MediaImage")
            here = state.one("product_files", "product_id = ? AND file_id = ?", self._product, number)
        else:
            sql = "product_id = ? AND file_id IN (SELECT id FROM files WHERE source = ?)"
            here = state.one("product_files", sql, self._product, given.get("originalSource"))
        if here is None and self._given.get("files") is not None:
            raise refuse("The file must also be in the files of the product", [*where, "file"], "INVALID_INPUT")
        if here is None:
            number = new_file(self._context, given, [*where, "file"], "INVALID_INPUT")
            attach(self._context, self._product, number, number)
            return number
        return int(here["file_id"])

    def _stock(self, variant: int, given: Sequence[Row], field: Sequence[str], is_new: bool) -> None:
        context, item = self._context, item_of(variant)
        for place, quantity in enumerate(given):
            where = [*field, str(place)]
            location = number_of(quantity["locationId"], "Location")
            if location is None or context.state.get("locations", location) is None:
                raise refuse("Location does not exist", [*where, "locationId"], "INVALID_INPUT")
            if is_new:
                open_level(context, item, location)
            row = level(context, item, location)
            if row is None:
                message = "Quantities of a variant that exists can only be set where it is stocked"
                raise refuse(message, [*where, "locationId"], "INVALID_INPUT")
            self._quantity(row, quantity, where)
        if is_new and not given:
            open_level(context, item, primary_location(context))

    def _quantity(self, row: Row, quantity: Row, where: Sequence[str]) -> None:
        name: Any = quantity["name"]
        if name not in ("available", "on_hand"):
            raise refuse("The quantity name must be either 'available' or 'on_hand'", [*where, "name"], "INVALID_INPUT")
        have = row["available"] if name == "available" else row["available"] + row["committed"] + row["reserved"]
        if quantity["quantity"] != have:
            move(self._context, row, name, quantity["quantity"] - have)


def run_operation(context: Context, row: Row) -> None:
    """Carry out an asynchronous `productSet` that waits, and note how it went."""
    state = context.state
    state.update("product_operations", row["id"], {"status": "ACTIVE"})
    try:
        with state.writing():
            values: Row = {"product_id": set_product(context, json.loads(row["arguments"]))}
    except RefusedError as error:
        values = {"errors": compact(error.errors)}
    state.update("product_operations", row["id"], {**values, "status": "COMPLETE"})
