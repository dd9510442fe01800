"""Creating and changing products and variations, with what the shop does to the values on the way."""

from __future__ import annotations

import re
from typing import Any

from atoosync_lab.sandbox.woocommerce import images, times, versions
from atoosync_lab.sandbox.woocommerce.call import Call, Json
from atoosync_lab.sandbox.woocommerce.crud import merged_meta
from atoosync_lab.sandbox.woocommerce.errors import ApiError
from atoosync_lab.sandbox.woocommerce.install import DEFAULT_CATEGORY
from atoosync_lab.sandbox.woocommerce.products import price_of
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState
from atoosync_lab.sandbox.woocommerce.terms import options_of, term_by_slug, terms_by_name
from atoosync_lab.sandbox.woocommerce.texts import allowed_html, amount, given_decimal, slug

STATUSES = ("draft", "pending", "private", "publish", "future", "auto-draft", "trash")
_TEXTS = ("name", "description", "short_description", "purchase_note")
_AS_GIVEN = (
    "featured", "virtual", "downloadable", "downloads", "download_limit", "download_expiry", "external_url",
    "button_text", "tax_status", "backorders", "low_stock_amount", "sold_individually", "reviews_allowed",
    "post_password", "upsell_ids", "cross_sell_ids", "parent_id", "menu_order", "catalog_visibility",
    "grouped_products", "default_attributes",
)  # fmt: skip
_FLAGS = frozenset({"featured", "virtual", "downloadable", "sold_individually", "reviews_allowed"})
DESIRED_SLUG = "_wp_desired_post_slug"
"""Meta key that keeps a slug while the record is in the trash."""

_INTERNAL = {"_sku": "sku", "_regular_price": "regular_price", "_sale_price": "sale_price", "_stock": "stock_quantity"}
"""Meta keys that are fields of the product: written as meta they are taken as the field."""


def new_row(kind: str) -> Row:
    """A product before anything is set."""
    return {
        "parent_id": 0, "type": kind, "status": "publish", "sku": "", "gtin": "", "name": "", "slug": "", "price": "",
        "on_sale": 0, "manage_stock": 0, "stock_quantity": None, "stock_status": "instock", "menu_order": 0,
        "total_sales": 0, "featured": 0, "tax_class": "parent" if kind == "variation" else "", "tax_status": "taxable",
        "regular_price": "", "sale_price": "", "categories": [], "tags": [], "brands": [], "images": [],
        "attributes": [], "meta_data": [], "backorders": "no",
    }  # fmt: skip


def write(call: Call, row: Row, parent: Row | None = None) -> int:
    """Set the given parameters on a row, store it, and tell its id.

    Args:
        call: The request, whose `params` are the fields.
        row: The stored row, or a new one without id.
        parent: The product of a variation.

    Raises:
        ApiError: a SKU or GTIN that is in use, an image that fails.
    """
    state, given = call.state, dict(call.params)
    fresh = "id" not in row
    meta = given.get("meta_data")
    if isinstance(meta, list):
        for item in meta:
            if isinstance(item, dict) and item.get("key") in _INTERNAL:
                given[_INTERNAL[item["key"]]] = item.get("value")
        given["meta_data"] = [i for i in meta if not isinstance(i, dict) or i.get("key") not in _INTERNAL]
    _texts_and_flags(call, row, given, parent)
    _identity(call, row, given, fresh)
    _prices(row, given)
    _stock(state, row, given)
    _taxonomies(state, row, given)
    if parent is None:
        _lists(call, row, given)
    else:
        _choice(state, row, given, parent)
    if "meta_data" in given:
        row["meta_data"] = merged_meta(state, row["meta_data"], given["meta_data"])
    _dates(state, row, given, fresh)
    price = price_of(row, row["modified"])
    row["price"], row["on_sale"] = price, int(bool(price) and price != (row.get("regular_price") or ""))
    if fresh:
        state.insert("products", row)
    else:
        state.update("products", row)
    if parent is not None or row["type"] == "variable":
        refresh_parent(state, parent["id"] if parent else row["id"])
    return int(row["id"])


def refresh_parent(state: ShopState, number: int) -> None:
    """Work out a variable product's price and stock status from its variations; its time of change stays."""
    row = state.row("products", number)
    if row is None or row["type"] != "variable":
        return
    sql = "parent_id = ? AND type = 'variation' AND status = 'publish'"
    children = state.rows("products", sql, (number,))
    prices = sorted((amount(child["price"]), child["price"]) for child in children if child["price"])
    row["price"] = prices[0][1] if prices else ""
    row["on_sale"] = int(any(child["on_sale"] for child in children))
    if not row["manage_stock"]:
        found = {child["stock_status"] for child in children}
        row["stock_status"] = next((name for name in ("instock", "onbackorder") if name in found), "outofstock")
    state.update("products", row)


def _texts_and_flags(call: Call, row: Row, given: Json, parent: Row | None) -> None:
    if parent is None and given.get("type"):
        row["type"] = given["type"] if given["type"] in ("simple", "grouped", "external", "variable") else "simple"
    for name in _TEXTS:
        if given.get(name) is not None and (parent is None or name == "description"):
            row[name] = allowed_html(str(given[name]))
    for name in _AS_GIVEN:
        if name in given and not (name in ("parent_id", "grouped_products") and parent is not None):
            row[name] = bool(given[name]) if name in _FLAGS else given[name]
    row["featured"], row["menu_order"] = int(bool(row.get("featured"))), int(row.get("menu_order") or 0)
    row["parent_id"] = parent["id"] if parent is not None else int(row.get("parent_id") or 0)
    if given.get("status"):
        if row["status"] == "trash" and given["status"] != "trash":
            _out_of_trash(row)
        # Single calls were checked; in a batch an unknown status is no error.
        row["status"] = given["status"] if given["status"] in STATUSES else "draft"
    if "weight" in given:
        row["weight"] = given_decimal(given["weight"])
    if isinstance(given.get("dimensions"), dict):
        held = row.get("dimensions") or {"length": "", "width": "", "height": ""}
        row["dimensions"] = {k: given_decimal(given["dimensions"].get(k, held[k])) for k in held}
    if "tax_class" in given:
        wanted = str(given["tax_class"] or "")
        known = {item["slug"] for item in call.state.rows("tax_classes")} | (
            {"parent"} if parent is not None else set()
        )
        row["tax_class"] = wanted if wanted in known else ""


def _out_of_trash(row: Row) -> None:
    """Back from the trash by its status: the slug comes back, the other marks of the trash stay in the meta data."""
    wanted = next((item for item in row["meta_data"] if item["key"] == DESIRED_SLUG), None)
    if wanted is not None:
        row["meta_data"] = [item for item in row["meta_data"] if item is not wanted]
        row["slug"] = wanted["value"] if row["type"] != "variation" else ""


def _identity(call: Call, row: Row, given: Json, fresh: bool) -> None:
    state = call.state
    if given.get("sku") is not None:
        sku = str(given["sku"]).strip()
        if sku and (fresh or sku != row["sku"]):
            _check_sku(call, sku, row.get("id", 0), fresh)
        row["sku"] = sku
    if given.get("global_unique_id") is not None and call.version >= versions.GLOBAL_UNIQUE_ID:
        code = re.sub(r"[^0-9\-]", "", str(given["global_unique_id"]))
        if code:
            sql = "gtin = ? AND id != ? AND status != 'trash'"
            taken = state.rows("products", sql, (code, row.get("id", 0)))
            if taken:
                data = {"resource_id": taken[0]["id"]}
                raise ApiError(
                    400, "product_invalid_global_unique_id", "Invalid or duplicated GTIN, UPC, EAN or ISBN.", data
                )
        row["gtin"] = code
    if row["type"] == "variation":
        return
    if fresh and not row["name"]:
        row["name"] = "Product"
    if given.get("slug"):
        row["slug"] = free_slug(state, slug(str(given["slug"])), row.get("id", 0))
    elif not row["slug"] and row["status"] not in ("draft", "pending", "auto-draft", "trash"):
        row["slug"] = free_slug(state, slug(row["name"]), row.get("id", 0))


def _check_sku(call: Call, sku: str, own: int, fresh: bool) -> None:
    others = call.state.rows("products", "sku = ? AND id != ?", (sku, own))
    living = [other for other in others if other["status"] != "trash"]
    if living:
        count = 1
        while call.state.count("products", "sku = ?", (f"{sku}-{count}",)):
            count += 1
        data = {"resource_id": living[0]["id"], "unique_sku": f"{sku}-{count}"}
        raise ApiError(400, "product_invalid_sku", "Invalid or duplicated SKU.", data)
    if others and fresh and call.version >= versions.SKU_LOCK:
        message = f"The product with SKU ({sku}) you are trying to insert is already present in the lookup table"
        raise ApiError(400, "woocommerce_rest_product_not_created", message)


def free_slug(state: ShopState, wanted: str, own: int) -> str:
    """The slug, with a number behind when another product has it."""
    found, count = wanted, 1
    while state.count("products", "slug = ? AND id != ?", (found, own)):
        count += 1
        found = f"{wanted}-{count}"
    return found


def _prices(row: Row, given: Json) -> None:
    if row["type"] in ("variable", "grouped"):
        row.update({"regular_price": "", "sale_price": "", "on_sale_from": None, "on_sale_to": None})
        return
    for name in ("regular_price", "sale_price"):
        if name in given:
            row[name] = given_decimal(given[name])
    for name, column in (("date_on_sale_from", "on_sale_from"), ("date_on_sale_to", "on_sale_to")):
        for suffix, gmt in (("", False), ("_gmt", True)):
            if name + suffix in given:
                value = given[name + suffix]
                row[column] = times.stored_of(str(value), gmt=gmt) if value else None
    if row["sale_price"] and amount(row["sale_price"]) >= amount(row["regular_price"]):
        row["sale_price"] = ""


def _stock(state: ShopState, row: Row, given: Json) -> None:
    if "manage_stock" in given and given["manage_stock"] is not None:
        row["manage_stock"] = int(given["manage_stock"] is True or str(given["manage_stock"]) in ("1", "true", "yes"))
    if given.get("stock_status") in ("instock", "outofstock", "onbackorder"):
        row["stock_status"] = given["stock_status"]
    if not row["manage_stock"]:
        row["stock_quantity"] = None
        return
    held = int(row["stock_quantity"] or 0)
    if given.get("stock_quantity") is not None:
        held = int(amount(given["stock_quantity"]))
    elif given.get("inventory_delta") is not None:
        held += int(amount(given["inventory_delta"]))
    set_quantity(state, row, held)


def set_quantity(state: ShopState, row: Row, quantity: int) -> None:
    """Set a managed quantity and the stock status that follows from it."""
    row["stock_quantity"] = quantity
    if quantity > int(state.option("woocommerce_notify_no_stock_amount") or 0):
        row["stock_status"] = "instock"
    else:
        row["stock_status"] = "outofstock" if row.get("backorders", "no") == "no" else "onbackorder"


def _taxonomies(state: ShopState, row: Row, given: Json) -> None:
    if given.get("shipping_class") is not None:
        found = term_by_slug(state, "product_shipping_class", str(given["shipping_class"]))
        row["shipping_class_id"] = found["id"] if found else 0
    if row["type"] == "variation":
        return
    for name, taxonomy in (("categories", "product_cat"), ("brands", "product_brand"), ("tags", "product_tag")):
        # Seen on 9.9.5: an empty list takes categories and tags away, but leaves the brands.
        if isinstance(given.get(name), list) and (given[name] or name != "brands"):
            row[name] = _given_terms(state, taxonomy, given[name])
    if not row["categories"]:
        row["categories"] = [DEFAULT_CATEGORY]


def _given_terms(state: ShopState, taxonomy: str, given: list[Any]) -> list[int]:
    items = [item for item in given if isinstance(item, dict)]
    known = state.by_ids("terms", [int(amount(item["id"])) for item in items if item.get("id")])
    found = []
    for item in items:
        number = int(amount(item.get("id") or 0))
        if number in known and known[number]["taxonomy"] == taxonomy:
            found.append(number)
        elif not number and item.get("name") and taxonomy == "product_tag":
            found += terms_by_name(state, taxonomy, [str(item["name"])])
    return list(dict.fromkeys(found))


def _lists(call: Call, row: Row, given: Json) -> None:
    state = call.state
    if isinstance(given.get("attributes"), list):
        row["attributes"] = [
            item
            for item in (options_of(state, given_item) for given_item in given["attributes"] if given_item)
            if item is not None
        ]
    if isinstance(given.get("images"), list):
        row["images"] = [images.chosen(state, item) for item in given["images"] if isinstance(item, dict)]


def _choice(state: ShopState, row: Row, given: Json, parent: Row) -> None:
    """Image and options of a variation; attributes that the parent does not vary by are dropped."""
    if "image" in given:
        item = given["image"]
        row["images"] = [images.chosen(state, item)] if isinstance(item, dict) and item else []
    if not isinstance(given.get("attributes"), list):
        return
    varying = {}
    for item in parent.get("attributes", ()):
        if item.get("variation"):
            varying[item.get("id") or slug(item["name"])] = item
    known = {item["id"]: item for item in state.rows("attributes")}
    found = []
    for item in given["attributes"]:
        key = int(item.get("id") or 0) or slug(str(item.get("name") or ""))
        declared = varying.get(key)
        if declared is None:
            declared = next(
                (v for v in varying.values() if v.get("id") and known[v["id"]]["name"] == item.get("name")), None
            )
        if declared is None or item.get("option") in (None, ""):
            continue
        found.append(_option(state, declared, known.get(declared.get("id") or 0), str(item["option"])))
    row["options"] = found


def _option(state: ShopState, declared: Row, attribute: Row | None, option: str) -> Row:
    if attribute is None:
        return {"id": 0, "name": declared["name"], "key": slug(declared["name"]), "option": option, "label": option}
    sql = "taxonomy = ? AND (name = ? OR slug = ?)"
    terms = state.rows("terms", sql, (attribute["slug"], option, slug(option)))
    chosen, label = (terms[0]["slug"], terms[0]["name"]) if terms else (slug(option), slug(option))
    return {
        "id": attribute["id"],
        "name": attribute["name"],
        "key": attribute["slug"],
        "option": chosen,
        "label": label,
    }


def _dates(state: ShopState, row: Row, given: Json, fresh: bool) -> None:
    now = state.now()
    if fresh:
        row["created"] = now
    for name, gmt in (("date_created", False), ("date_created_gmt", True)):
        if given.get(name):
            row["created"] = times.stored_of(str(given[name]), gmt=gmt) or row["created"]
    row["modified"] = now
