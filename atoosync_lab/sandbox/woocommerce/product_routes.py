"""The routes of products and variations: lists with their filters, single records, trash."""

from __future__ import annotations

from typing import Any

from atoosync_lab.sandbox.woocommerce import versions
from atoosync_lab.sandbox.woocommerce.call import Answer, Call
from atoosync_lab.sandbox.woocommerce.crud import Condition, dates, in_and_out, order_of, page_of
from atoosync_lab.sandbox.woocommerce.errors import ApiError, critical, invalid_id
from atoosync_lab.sandbox.woocommerce.product_writes import DESIRED_SLUG, new_row, refresh_parent, write
from atoosync_lab.sandbox.woocommerce.products import rendered, rendered_variations
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState
from atoosync_lab.sandbox.woocommerce.texts import slug

_ORDER = {
    "id": "id", "date": "created", "modified": "modified", "title": "name", "slug": "slug",
    "price": "CAST(price AS REAL)", "popularity": "total_sales", "sales": "total_sales", "menu_order": "menu_order",
    "rating": "0", "random": "RANDOM()",
}  # fmt: skip


def _statuses(call: Call, condition: Condition) -> None:
    given = call.params
    status = given.get("status") or "any"
    wanted = given.get("include_status") or ([] if status == "any" else [status])
    if wanted and "any" not in wanted:
        condition.among("status", wanted)
    else:
        condition.add("status NOT IN ('trash', 'auto-draft')")
    if given.get("exclude_status"):
        condition.among("status", given["exclude_status"], out=True)


def _shared_filters(call: Call, condition: Condition) -> None:
    given = call.params
    _statuses(call, condition)
    in_and_out(call, condition)
    dates(call, condition)
    if given.get("stock_status"):
        condition.add("stock_status = ?", given["stock_status"])
    if given.get("min_price"):
        condition.add("price != '' AND CAST(price AS REAL) >= CAST(? AS REAL)", given["min_price"])
    if given.get("max_price"):
        condition.add("price != '' AND CAST(price AS REAL) <= CAST(? AS REAL)", given["max_price"])
    if given.get("on_sale") is not None:
        condition.add("on_sale = ?", int(given["on_sale"]))
    if given.get("tax_class") is not None:
        condition.add("tax_class = ?", "" if given["tax_class"] == "standard" else given["tax_class"])
    if given.get("slug"):
        condition.among("slug", given["slug"].split(","))
    if given.get("search"):
        text = f"%{given['search']}%"
        condition.add("name LIKE ? OR doc LIKE ? OR sku LIKE ?", text, text, text)


def _terms(condition: Condition, given: Any) -> None:
    """Products with one of these terms; names of slugs are taken too."""
    texts = [part.strip() for part in str(given).split(",")]
    marks = ",".join("?" for _ in texts)
    condition.add(
        "id IN (SELECT owner FROM product_terms WHERE term_id IN (SELECT id FROM terms t WHERE t.slug IN"
        f" ({marks}) OR CAST(t.id AS TEXT) IN ({marks})"
        f" OR t.parent IN (SELECT id FROM terms p WHERE CAST(p.id AS TEXT) IN ({marks}))))",
        *texts, *texts, *texts,
    )  # fmt: skip


def listed(call: Call) -> Answer:
    """A page of products; asked by SKU, variations too."""
    condition, given = Condition(), call.params
    _shared_filters(call, condition)
    by_sku = (
        given.get("sku") or given.get("search_sku") or given.get("global_unique_id") or given.get("search_name_or_sku")
    )
    if not by_sku:
        condition.add("type != 'variation'")
    if given.get("sku"):
        condition.among("sku", [part.strip() for part in given["sku"].split(",")])
    if given.get("search_sku") and call.version >= (3, 6):
        condition.add("sku LIKE ?", f"%{given['search_sku']}%")
    if given.get("search_name_or_sku"):
        text = f"%{given['search_name_or_sku']}%"
        condition.add("name LIKE ? OR sku LIKE ?", text, text)
    if given.get("global_unique_id") and call.version >= versions.GLOBAL_UNIQUE_ID:
        condition.among("gtin", given["global_unique_id"].split(","))
    for name, column in (("type", "type"), ("include_types", "type"), ("parent", "parent_id")):
        if given.get(name):
            value = given[name]
            condition.among(column, value if isinstance(value, list) else [value])
    if given.get("exclude_types"):
        condition.among("type", given["exclude_types"], out=True)
    if given.get("parent_exclude"):
        condition.among("parent_id", given["parent_exclude"], out=True)
    for name in ("category", "tag", "brand", "shipping_class"):
        if given.get(name) and (name != "brand" or call.version >= versions.BRANDS):
            _terms(condition, given[name])
    if given.get("attribute") and given.get("attribute_term"):
        _terms(condition, given["attribute_term"])
    if given.get("featured") is not None:
        condition.add("featured = ?", int(given["featured"]))
    # The tie-break by id that orders have does not work for products: the shop writes its name in small letters.
    rows, headers = page_of(call, "products", condition, order_of(call, _ORDER, ", id ASC"))
    return Answer(rendered(call, rows), headers=headers)


def _row(call: Call, status: int) -> Row:
    row = call.state.row("products", call.number("id"))
    if row is None:
        raise invalid_id("product", status)
    return row


def one(call: Call) -> Answer:
    """One product; a variation is shown too."""
    return Answer(rendered(call, [_row(call, 404)])[0])


def _shown(call: Call, number: int) -> Any:
    row = call.state.row("products", number)
    return rendered(call, [row] if row else [])[0]


def _pause(call: Call) -> float:
    """Milliseconds for the item: what the switches say, more for images to fetch."""
    pictures = call.params.get("images") or ([call.params["image"]] if call.params.get("image") else [])
    fetched = sum(1 for item in pictures if isinstance(item, dict) and item.get("src") and not item.get("id"))
    item, image = call.state.option("pause_item"), call.state.option("pause_image")
    return float(item or 0) + fetched * float(image or 0)


def create(call: Call) -> Answer:
    """A new product."""
    with call.state.writing():
        number = write(call, new_row("simple"))
    data = _shown(call, number)
    return Answer(data, 201, {"Location": call.link(f"products/{number}")}, _pause(call))


def update(call: Call) -> Answer:
    """Change a product; a variation is refused."""
    with call.state.writing():
        row = _row(call, 400)
        if row["type"] == "variation":
            message = "To manipulate product variations you should use the /products/&lt;product_id&gt;/variations/"
            raise ApiError(404, "woocommerce_rest_invalid_product_id", message + "&lt;id&gt; endpoint.")
        write(call, row)
    return Answer(_shown(call, row["id"]), pause=_pause(call))


def delete(call: Call) -> Answer:
    """To the trash, or with `force` for good, with all variations."""
    with call.state.writing():
        row = _row(call, 404)
        data = rendered(call, [row])[0]
        if call.params.get("force"):
            for child in call.state.rows("products", "parent_id = ? AND type = 'variation'", (row["id"],)):
                call.state.delete("products", child["id"])
            call.state.delete("products", row["id"])
        else:
            if row["status"] == "trash":
                raise ApiError(410, "woocommerce_rest_already_trashed", "The product has already been deleted.")
            to_trash(call.state, row)
    return Answer(data, pause=_pause(call))


def to_trash(state: ShopState, row: Row) -> None:
    """Put a product or variation into the trash; how it was is kept in its meta data."""
    values = {"_wp_trash_meta_status": row["status"], "_wp_trash_meta_time": str(int(state.moment().timestamp()))}
    own = row["slug"] or (variation_slug(state, row) if row["type"] == "variation" else "")
    if own:
        values[DESIRED_SLUG] = own
        row["slug"] = f"{own}__trashed" if row["slug"] else ""
    for key, value in values.items():
        row["meta_data"] = [*row["meta_data"], {"id": state.reserve("meta"), "key": key, "value": value}]
    row.update({"status": "trash", "modified": state.now()})
    state.update("products", row)


def variation_slug(state: ShopState, row: Row) -> str:
    """The address form of a variation: that of its product and its options."""
    parent = state.row("products", row["parent_id"]) or {}
    return "-".join([str(parent.get("slug") or "product"), *(slug(item["option"]) for item in row.get("options", ()))])


# Variations ------------------------------------------------------------------------------------------------------


def _parent(call: Call) -> Row | None:
    row = call.state.row("products", call.number("product_id"))
    return row if row is not None and row["type"] != "variation" else None


def variation_list(call: Call) -> Answer:
    """A page of a product's variations.

    Raises:
        ApiError: 404, when there is no such product.
    """
    if _parent(call) is None:
        raise invalid_id("product", 404)
    condition = Condition()
    condition.add("type = 'variation' AND parent_id = ?", call.number("product_id"))
    _shared_filters(call, condition)
    if call.params.get("sku"):
        condition.among("sku", call.params["sku"].split(","))
    rows, headers = page_of(call, "products", condition, order_of(call, _ORDER, ", id *"))
    return Answer(rendered_variations(call, rows), headers=headers)


def all_variations(call: Call) -> Answer:
    """Variations across products (from 10.3 on)."""
    condition = Condition()
    condition.add("type = 'variation'")
    if call.params.get("parent_id"):
        condition.add("parent_id = ?", call.params["parent_id"])
    _shared_filters(call, condition)
    rows, headers = page_of(call, "products", condition, order_of(call, _ORDER, ", id *"))
    return Answer(rendered_variations(call, rows), headers=headers)


def _variation(call: Call) -> Row:
    row = call.state.row("products", call.number("id"))
    if row is None or row["type"] != "variation" or row["parent_id"] != call.number("product_id"):
        raise invalid_id("product_variation", 404)
    return row


def variation_one(call: Call) -> Answer:
    """One variation."""
    return Answer(rendered_variations(call, [_variation(call)])[0])


def _shown_variation(call: Call, number: int) -> Any:
    row = call.state.row("products", number)
    return rendered_variations(call, [row] if row else [])[0]


def variation_create(call: Call) -> Answer:
    """A new variation; under an unknown product the shop breaks (500)."""
    with call.state.writing():
        parent = _parent(call)
        if parent is None:
            raise critical()
        number = write(call, new_row("variation"), parent)
    # The shop puts its own pattern where the product's id belongs.
    location = call.link(f"products/(?P<product_id>[\\d]+)/variations/{number}")
    return Answer(_shown_variation(call, number), 201, {"Location": location}, _pause(call))


def variation_update(call: Call) -> Answer:
    """Change a variation."""
    with call.state.writing():
        row = _variation(call)
        given = {key: value for key, value in call.params.items() if key != "menu_order" or value}
        call.params = given
        write(call, row, _parent(call))
    return Answer(_shown_variation(call, row["id"]), pause=_pause(call))


def variation_delete(call: Call) -> Answer:
    """To the trash, also without `force`; with it for good."""
    headers: dict[str, str] = {}
    with call.state.writing():
        row = _variation(call)
        data = rendered_variations(call, [row])[0]
        if call.params.get("force"):
            call.state.delete("products", row["id"])
            # A variation that is gone cannot be checked for rights any more: the shop names no methods.
            data["_links"]["self"][0].pop("targetHints")
            headers["Allow"] = ""
        else:
            if row["status"] == "trash":
                raise ApiError(410, "woocommerce_rest_already_trashed", "The variation has already been deleted.")
            to_trash(call.state, row)
        refresh_parent(call.state, row["parent_id"])
    return Answer(data, headers=headers, pause=_pause(call))
