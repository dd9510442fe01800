"""Products and variants."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.facts import MAX_PAGE, MAX_PRODUCT_VARIANTS_PAGE
from atoosync_lab.sandbox.shopify.install import SHOP_DOMAIN
from atoosync_lab.sandbox.shopify.paging import child_pages, count_of, table_page
from atoosync_lab.sandbox.shopify.reading.registry import constant, each, field
from atoosync_lab.sandbox.shopify.reading.tables import PRODUCTS, VARIANTS
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row, gid, item_of, number_of, opened

_TAG = re.compile(r"<[^>]+>")


def by_custom_id(context: Context, owner: str, given: Row) -> int | None:
    """The owner of a unique metafield value, or None."""
    row = context.state.one(
        "metafields", "owner_type = ? AND namespace = ? AND key = ? AND value = ?",
        owner, given.get("namespace") or "app--1000001", given["key"], given["value"],
    )  # fmt: skip
    return row["owner_id"] if row else None


@field("QueryRoot", "products")
def products(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of products."""
    return [table_page(context, PRODUCTS, args)]


@field("QueryRoot", "productsCount")
def products_count(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """How many."""
    return [count_of(context, PRODUCTS, args)]


@field("QueryRoot", "product")
def product(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One product."""
    context.single_product = True
    return [context.state.get("products", number_of(args["id"], "Product"))]


@field("QueryRoot", "productByHandle")
def product_by_handle(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """The product of a handle."""
    return [context.state.one("products", "handle = ?", args["handle"])]


@field("QueryRoot", "productByIdentifier")
def product_by_identifier(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """The product of an id, a handle or a custom id."""
    given = args["identifier"]
    context.single_product = True
    if given.get("handle") is not None:
        return [context.state.one("products", "handle = ?", given["handle"])]
    if given.get("customId") is not None:
        return [context.state.get("products", by_custom_id(context, "PRODUCT", given["customId"]))]
    return [context.state.get("products", number_of(given["id"], "Product"))]


@field("QueryRoot", "productVariants")
def product_variants(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of variants of all products."""
    return [table_page(context, VARIANTS, args)]


@field("QueryRoot", "productVariantsCount")
def product_variants_count(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """How many."""
    return [count_of(context, VARIANTS, args)]


@field("QueryRoot", "productVariant")
def product_variant(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One variant."""
    return [context.state.get("variants", number_of(args["id"], "ProductVariant"))]


@field("QueryRoot", "productVariantByIdentifier")
def variant_by_identifier(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """The variant of an id or a custom id."""
    given = args["identifier"]
    if given.get("customId") is not None:
        return [context.state.get("variants", by_custom_id(context, "PRODUCTVARIANT", given["customId"]))]
    return [context.state.get("variants", number_of(given["id"], "ProductVariant"))]


# Product

constant("Product", None, "giftCardTemplateSuffix")
constant("Product", False, "requiresSellingPlan")


@each("Product Collection", "description")
def description(_context: Context, row: Row, args: Args) -> str:
    """The text of the HTML."""
    text = " ".join(html.unescape(_TAG.sub(" ", row["description_html"])).split())
    limit = args.get("truncateAt")
    return text if limit is None or len(text) <= limit else text[: max(0, limit - 3)] + "..."


@each("Product Collection", "seo")
def seo(_context: Context, row: Row, _args: Args) -> Row:
    """Title and description for search engines."""
    return {"title": row["seo_title"], "description": row["seo_description"]}


@each("Product", "category")
def category(_context: Context, row: Row, _args: Args) -> Row | None:
    """The node of the taxonomy; its names are not known here."""
    found = row["category"]
    if not found:
        return None
    name = found.rsplit("/", 1)[-1]
    return {"id": found, "name": name, "full_name": name, "is_leaf": True, "level": name.count("-") + 1}


@each("Product", "options")
def options(_context: Context, row: Row, args: Args) -> list[Row]:
    """Options in their order."""
    found = opened(row, "options") or [{"id": row["id"], "name": "Title", "position": 1,
                                        "values": [{"id": row["id"], "name": "Default Title"}]}]  # fmt: skip
    return found[: args["first"]] if args.get("first") is not None else found


@each("ProductOption", "values")
def option_values(_context: Context, row: Row, _args: Args) -> list[str]:
    """Names of the values."""
    return [value["name"] for value in row["values"]]


@each("ProductOption", "optionValues")
def option_value_objects(_context: Context, row: Row, _args: Args) -> list[Row]:
    """The values."""
    return list(row["values"])


constant("ProductOptionValue", True, "hasVariants")


@each("Product", "onlineStoreUrl")
def online_store_url(_context: Context, row: Row, _args: Args) -> str | None:
    """Its page, while it is published."""
    return f"https://{SHOP_DOMAIN}/products/{row['handle']}" if row["published_at"] else None


def _sums(context: Context, parents: list[Row]) -> dict[int, tuple[Any, ...]]:
    """By product: stock, whether any variant is tracked, variants, whether one has none left, lowest, highest price."""
    memo: dict[int, tuple[Any, ...]] = context.memo.setdefault("product_sums", {})
    missing = [row["id"] for row in parents if row["id"] not in memo]
    if missing:
        rows = context.state.db.execute(
            "SELECT v.product_id, COALESCE(SUM(CASE WHEN v.tracked THEN q.n END), 0), MAX(v.tracked), COUNT(*), "
            "MAX(v.tracked AND COALESCE(q.n, 0) <= 0), MIN(CAST(v.price AS REAL)), MAX(CAST(v.price AS REAL)) "
            "FROM variants v LEFT JOIN (SELECT item_id, SUM(available) AS n FROM inventory_levels WHERE item_id IN "
            "(SELECT id + ? FROM variants WHERE product_id " + IN + ") GROUP BY item_id) q ON q.item_id = v.id + ? "
            "WHERE v.product_id " + IN + " GROUP BY v.product_id",
            (item_of(0), ids(missing), item_of(0), ids(missing)),
        )
        memo.update({row[0]: tuple(row[1:]) for row in rows})
        for record in missing:
            memo.setdefault(record, (0, 0, 0, 0, 0, 0))
    return memo


@field("Product", "totalInventory")
def total_inventory(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Stock of all tracked variants at all locations."""
    sums = _sums(context, parents)
    return [sums[row["id"]][0] for row in parents]


@field("Product", "tracksInventory")
def tracks_inventory(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Whether any variant is tracked."""
    sums = _sums(context, parents)
    return [sums[row["id"]][1] for row in parents]


@field("Product", "variantsCount")
def variants_count(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """How many variants."""
    sums = _sums(context, parents)
    return [{"count": sums[row["id"]][2], "precision": "EXACT"} for row in parents]


@field("Product", "hasOutOfStockVariants")
def has_out_of_stock(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Whether a tracked variant has none left."""
    sums = _sums(context, parents)
    return [sums[row["id"]][3] for row in parents]


@field("Product", "hasOnlyDefaultVariant")
def has_only_default(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Whether it has no options of its own."""
    return [_only_default(row) for row in parents]


def _only_default(row: Row) -> bool:
    found = opened(row, "options") or []
    return not found or (len(found) == 1 and [value["name"] for value in found[0]["values"]] == ["Default Title"])


@field("Product", "priceRangeV2")
def price_range(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Lowest and highest price."""
    sums = _sums(context, parents)
    return [
        {
            "min_variant_price": context.bag(f"{Decimal(str(sums[row['id']][4])):.2f}"),
            "max_variant_price": context.bag(f"{Decimal(str(sums[row['id']][5])):.2f}"),
        }
        for row in parents
    ]


_VARIANT_SORTS = {"POSITION": "position, id", "ID": "id", "SKU": "sku, id", "TITLE": "title, id", "NAME": "title, id",
                  "INVENTORY_QUANTITY": "id"}  # fmt: skip


@field("Product", "variants")
def variants(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """Variants of all the products."""
    single = context.single_product and len(parents) == 1
    sorting = _VARIANT_SORTS.get(str(args.get("sortKey")), "position, id")
    sql = f"SELECT * FROM variants WHERE product_id {{in}} ORDER BY product_id, {sorting}"
    largest = MAX_PRODUCT_VARIANTS_PAGE if single or context.unlimited else MAX_PAGE
    return child_pages(context, parents, args, sql, "product_id", largest=largest)


@field("Product", "collections")
def collections(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """Collections that the product is in."""
    sql = (
        "SELECT c.*, p.product_id AS _owner FROM collection_products p JOIN collections c ON c.id = p.collection_id "
        "WHERE p.product_id {in} ORDER BY c.id"
    )
    return child_pages(context, parents, args, sql, "_owner")


@each("Product", "inCollection")
def in_collection(context: Context, row: Row, args: Args) -> bool:
    """Whether it is in one."""
    wanted = number_of(args["id"], "Collection")
    found = context.state.one("collection_products", "collection_id = ? AND product_id = ?", wanted, row["id"])
    return found is not None


# Variants


@field("ProductVariant", "product")
def variant_product(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The product."""
    return context.load("products", [row["product_id"] for row in parents])


@field("ProductVariant", "displayName")
def display_name(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Titles of the product and the variant."""
    owners = context.load("products", [row["product_id"] for row in parents])
    return [f"{owner['title'] if owner else ''} - {row['title']}" for owner, row in zip(owners, parents, strict=True)]


@field("ProductVariant", "selectedOptions")
def selected_options(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Value of each option."""
    owners = context.load("products", [row["product_id"] for row in parents])
    found = []
    memo: dict[int, list[Row]] = {}
    for owner, row in zip(owners, parents, strict=True):
        assert owner is not None
        if owner["id"] not in memo:
            memo[owner["id"]] = opened(owner, "options") or []
        found.append(_selected(memo[owner["id"]], row))
    return found


def _selected(all_options: list[Row], row: Row) -> list[Row]:
    chosen = opened(row, "options") or []
    if not all_options or not chosen:
        return [{"name": "Title", "value": "Default Title", "option_value": {"id": row["id"], "name": "Default Title"}}]
    return [
        {
            "name": option["name"],
            "value": value,
            "option_value": next((v for v in option["values"] if v["name"] == value), {"id": row["id"], "name": value}),
        }
        for option, value in zip(all_options, chosen, strict=False)
    ]


@field("ProductVariant", "inventoryItem")
def inventory_item(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The item: the same row, under its own id."""
    return [item_row(row) for row in parents]


def item_row(row: Row) -> Row:
    """The row of an inventory item, made of its variant's."""
    return {**row, "id": item_of(row["id"]), "variant_id": row["id"], "updated_at": row["item_updated_at"]}


def _stock(context: Context, parents: list[Row]) -> dict[int, int]:
    memo: dict[int, int] = context.memo.setdefault("variant_stock", {})
    missing = [row["id"] for row in parents if row["id"] not in memo]
    if missing:
        rows = context.state.db.execute(
            f"SELECT item_id, SUM(available) FROM inventory_levels WHERE item_id {IN} GROUP BY item_id",
            (ids(map(item_of, missing)),),
        ).fetchall()
        memo.update(dict.fromkeys(missing, 0))
        memo.update({row[0] - item_of(0): row[1] for row in rows})
    return memo


@field("ProductVariant", "inventoryQuantity", "sellableOnlineQuantity")
def inventory_quantity(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Available at all locations."""
    stock = _stock(context, parents)
    return [stock[row["id"]] for row in parents]


@field("ProductVariant", "availableForSale")
def available_for_sale(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Whether it can be bought."""
    stock = _stock(context, parents)
    return [not row["tracked"] or row["inventory_policy"] == "CONTINUE" or stock[row["id"]] > 0 for row in parents]


@each("ProductVariant", "unitPriceMeasurement")
def unit_price_measurement(_context: Context, row: Row, _args: Args) -> Row | None:
    """What the unit price refers to."""
    found = opened(row, "unit_price_measurement")
    if not found:
        return None
    return {
        "measured_type": None,
        "quantity_unit": found.get("quantityUnit"),
        "quantity_value": found.get("quantityValue", 0.0),
        "reference_unit": found.get("referenceUnit"),
        "reference_value": found.get("referenceValue", 0),
    }


constant("ProductVariant", None, "unitPrice")


# Operations


@each("ProductSetOperation ProductDeleteOperation", "product")
def operation_product(context: Context, row: Row, _args: Args) -> Row | None:
    """The product of an operation."""
    return context.state.get("products", row["product_id"])


@each("ProductSetOperation ProductDeleteOperation", "userErrors")
def operation_errors(_context: Context, row: Row, _args: Args) -> list[Row]:
    """What the operation could not do."""
    return list(opened(row, "errors"))


@each("ProductDeleteOperation", "deletedProductId")
def deleted_product_id(_context: Context, row: Row, _args: Args) -> str | None:
    """The product that is gone."""
    return gid("Product", row["product_id"]) if row["status"] == "COMPLETE" else None
