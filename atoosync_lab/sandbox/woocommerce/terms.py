"""Categories, brands, tags, shipping classes, and the terms of attributes."""

from __future__ import annotations

import re
from typing import Any

from atoosync_lab.sandbox.woocommerce import images
from atoosync_lab.sandbox.woocommerce.call import ALL, Answer, Call, Json, links
from atoosync_lab.sandbox.woocommerce.crud import Condition, order_of, page_of
from atoosync_lab.sandbox.woocommerce.errors import ApiError, no_trash, unknown_attribute
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState
from atoosync_lab.sandbox.woocommerce.texts import slug, term_name

TAXONOMIES = {
    "categories": "product_cat",
    "brands": "product_brand",
    "tags": "product_tag",
    "shipping_classes": "product_shipping_class",
}
_TREES = ("product_cat", "product_brand")


def _unknown() -> ApiError:
    return ApiError(404, "woocommerce_rest_term_invalid", "Resource does not exist.")


def taxonomy_of(call: Call) -> tuple[str, str]:
    """The taxonomy of a route and the route's path below `/wc/v3/`.

    Raises:
        ApiError: 404, when the attribute of the path does not exist.
    """
    if "attribute_id" in call.url:
        attribute = call.state.row("attributes", call.number("attribute_id"))
        if attribute is None:
            raise unknown_attribute()
        return attribute["slug"], f"products/attributes/{attribute['id']}/terms"
    name = call.path.split("/")[4]
    return TAXONOMIES[name], f"products/{name}"


def shown(call: Call, rows: list[Row], taxonomy: str, path: str) -> list[Json]:
    """Terms as answers show them."""
    counts = _counts(call.state, [row["id"] for row in rows])
    pictures = call.state.by_ids("images", [row.get("image") or 0 for row in rows])
    found = []
    for row in rows:
        item: Json = {"id": row["id"], "name": row["name"], "slug": row["slug"]}
        if taxonomy in _TREES:
            item["parent"] = row["parent"]
        item["description"] = row.get("description") or ""
        if taxonomy in _TREES:
            picture = pictures.get(row.get("image") or 0)
            item["display"] = row.get("display") or "default"
            item["image"] = images.shown_image(call, picture) if picture else None
        if taxonomy in _TREES or taxonomy.startswith("pa_"):
            item["menu_order"] = row["menu_order"] or 0
        item["count"] = counts.get(row["id"], 0)
        item["_links"] = links(call, f"{path}/{row['id']}", path, ALL)
        if row["parent"]:
            item["_links"]["up"] = [{"href": call.link(f"{path}/{row['parent']}")}]
        found.append(item)
    return found


def _counts(state: ShopState, ids: list[int]) -> dict[int, int]:
    if not ids:
        return {}
    sql = (
        f"SELECT term_id, COUNT(*) FROM product_terms JOIN products ON products.id = owner"
        f" WHERE term_id IN ({','.join(map(str, ids))}) AND status = 'publish' AND type != 'variation' GROUP BY term_id"
    )
    return dict(state.db.execute(sql).fetchall())


def listed(call: Call) -> Answer:
    """A page of terms."""
    taxonomy, path = taxonomy_of(call)
    condition, given = Condition(), call.params
    condition.add("taxonomy = ?", taxonomy)
    for name in ("include", "exclude"):
        if given.get(name):
            condition.among("id", given[name], out=name == "exclude")
    if given.get("parent") is not None and taxonomy in _TREES:
        condition.add("parent = ?", given["parent"])
    if given.get("slug"):
        condition.among("slug", given["slug"].split(","))
    if given.get("search"):
        condition.add("name LIKE ? OR slug LIKE ?", f"%{given['search']}%", f"%{given['search']}%")
    if given.get("product"):
        condition.add("id IN (SELECT term_id FROM product_terms WHERE owner = ?)", given["product"])
    if given.get("hide_empty"):
        condition.add("id IN (SELECT term_id FROM product_terms)")
    count = "(SELECT COUNT(*) FROM product_terms WHERE term_id = terms.id)"
    columns = {"name": "name", "slug": "slug", "id": "id", "count": count, "menu_order": "menu_order, name"}
    rows, headers = page_of(call, "terms", condition, order_of(call, columns, ", id *"))
    return Answer(shown(call, rows, taxonomy, path), headers=headers)


def _row(call: Call, taxonomy: str) -> Row:
    row = call.state.row("terms", call.number("id"))
    if row is None or row["taxonomy"] != taxonomy:
        raise _unknown()
    return row


def one(call: Call) -> Answer:
    """One term."""
    taxonomy, path = taxonomy_of(call)
    return Answer(shown(call, [_row(call, taxonomy)], taxonomy, path)[0])


def create(call: Call) -> Answer:
    """A new term."""
    taxonomy, path = taxonomy_of(call)
    with call.state.writing():
        row: Row = {"taxonomy": taxonomy, "name": "", "slug": "", "parent": 0, "menu_order": 0, "description": ""}
        _write(call, row, taxonomy)
        call.state.insert("terms", row)
    data = shown(call, [row], taxonomy, path)[0]
    return Answer(data, 201, {"Location": call.link(f"{path}/{row['id']}")})


def update(call: Call) -> Answer:
    """Change a term."""
    taxonomy, path = taxonomy_of(call)
    with call.state.writing():
        row = _row(call, taxonomy)
        _write(call, row, taxonomy)
        call.state.update("terms", row)
    return Answer(shown(call, [row], taxonomy, path)[0])


def _write(call: Call, row: Row, taxonomy: str) -> None:
    state, given = call.state, call.params
    if given.get("parent") is not None and taxonomy in _TREES:
        parent = int(given["parent"])
        if parent and state.row("terms", parent) is None:
            raise ApiError(400, "woocommerce_rest_term_invalid", "Parent is invalid.")
        row["parent"] = parent
    if given.get("name") is not None:
        name = term_name(str(given["name"]))
        if not name:
            raise ApiError(400, "empty_term_name", "A name is required for this term.")
        sql = "taxonomy = ? AND name = ? AND parent = ? AND id != ?"
        same = state.rows("terms", sql, (taxonomy, name, row["parent"], row.get("id", 0)))
        if same and not given.get("slug"):
            message = "A term with the name provided already exists in this taxonomy."
            raise ApiError(400, "term_exists", message, {"resource_id": same[0]["id"]})
        row["name"] = name
    elif "id" not in row:
        raise ApiError(400, "empty_term_name", "A name is required for this term.")
    if given.get("slug") or not row["slug"]:
        row["slug"] = _free_slug(state, taxonomy, slug(str(given.get("slug") or row["name"])), row)
    for name in ("description", "display"):
        if given.get(name) is not None:
            row[name] = given[name]
    if given.get("menu_order") is not None:
        row["menu_order"] = int(given["menu_order"])
    if "image" in given and taxonomy in _TREES:
        row["image"] = images.chosen(state, given["image"]) if given["image"] else 0


def _free_slug(state: ShopState, taxonomy: str, wanted: str, row: Row) -> str:
    def taken(text: str) -> int:
        sql = "taxonomy = ? AND slug = ? AND id != ?"
        return state.count("terms", sql, (taxonomy, text, row.get("id", 0)))

    if not taken(wanted):
        return wanted
    parent = state.row("terms", row["parent"]) if row["parent"] else None
    found = f"{wanted}-{parent['slug']}" if parent else wanted
    base, count = found, 1
    while taken(found):
        count += 1
        found = f"{base}-{count}"
    return found


def delete(call: Call) -> Answer:
    """Remove a term for good; products lose it."""
    taxonomy, path = taxonomy_of(call)
    if not call.params.get("force"):
        raise no_trash("Resource")
    with call.state.writing():
        row = _row(call, taxonomy)
        data = shown(call, [row], taxonomy, path)[0]
        field = next((name for name, kind in TAXONOMIES.items() if kind == taxonomy), "")
        sql = "id IN (SELECT owner FROM product_terms WHERE term_id = ?)"
        for product in call.state.rows("products", sql, (row["id"],)):
            if product.get("shipping_class_id") == row["id"]:
                product["shipping_class_id"] = 0
            if field in product:
                product[field] = [number for number in product[field] if number != row["id"]]
            for item in product.get("attributes", ()):
                item["terms"] = [number for number in item.get("terms", ()) if number != row["id"]]
            call.state.update("products", product)
        call.state.db.execute("UPDATE terms SET parent = ? WHERE parent = ?", (row["parent"], row["id"]))
        call.state.delete("terms", row["id"])
    return Answer(data)


# Used by products ------------------------------------------------------------------------------------------------


def term_by_slug(state: ShopState, taxonomy: str, text: str) -> Row | None:
    """A term by its slug."""
    found = state.rows("terms", "taxonomy = ? AND slug = ?", (taxonomy, text))
    return found[0] if found else None


def terms_by_name(state: ShopState, taxonomy: str, names: list[str]) -> list[int]:
    """Ids of terms by name; those that are missing are made."""
    found = []
    for given in names:
        name = term_name(given)
        rows = state.rows("terms", "taxonomy = ? AND (name = ? OR slug = ?)", (taxonomy, name, name))
        if rows:
            found.append(rows[0]["id"])
            continue
        row: Row = {"taxonomy": taxonomy, "name": name, "slug": "", "parent": 0, "menu_order": 0, "description": ""}
        row["slug"] = _free_slug(state, taxonomy, slug(name), row)
        found.append(state.insert("terms", row))
    return found


def options_of(state: ShopState, given: dict[str, Any]) -> Row | None:
    """An attribute of a product as it is stored; None when it names nothing."""
    options = given.get("options") or []
    texts = [str(o) for o in (re.split(r"\s*\|\s*", options) if isinstance(options, str) else options)]
    row = {
        "id": 0, "name": str(given.get("name") or ""), "position": int(given.get("position") or 0),
        "visible": bool(given.get("visible")), "variation": bool(given.get("variation")), "options": texts,
    }  # fmt: skip
    if given.get("id"):
        attribute = state.row("attributes", int(given["id"]))
        if attribute is None:
            return None
        row.update({"id": attribute["id"], "name": attribute["name"], "options": []})
        row["terms"] = terms_by_name(state, attribute["slug"], texts)
        return row
    return row if row["name"] else None
