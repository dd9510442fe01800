"""Attributes of the shop, whose terms stand in `terms`."""

from __future__ import annotations

from atoosync_lab.sandbox.woocommerce.call import ALL, Answer, Call, Json, links
from atoosync_lab.sandbox.woocommerce.errors import ApiError, no_trash, unknown_attribute
from atoosync_lab.sandbox.woocommerce.state import Row
from atoosync_lab.sandbox.woocommerce.texts import slug


def shown_attribute(call: Call, row: Row) -> Json:
    """An attribute of the shop."""
    path = "products/attributes"
    return {
        "id": row["id"], "name": row["name"], "slug": row["slug"], "type": row.get("type") or "select",
        "order_by": row.get("order_by") or "menu_order", "has_archives": bool(row.get("has_archives")),
        "_links": links(call, f"{path}/{row['id']}", path, ALL),
    }  # fmt: skip


def attribute_list(call: Call) -> Answer:
    """All attributes of the shop, on one page, without the headers of lists."""
    rows = call.state.rows("attributes")
    headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": "1"}
    return Answer([shown_attribute(call, row) for row in rows], headers=headers)


def _attribute(call: Call) -> Row:
    row = call.state.row("attributes", call.number("id"))
    if row is None:
        raise unknown_attribute()
    return row


def attribute_one(call: Call) -> Answer:
    """One attribute."""
    return Answer(shown_attribute(call, _attribute(call)))


def attribute_create(call: Call) -> Answer:
    """A new attribute."""
    with call.state.writing():
        row: Row = {"name": "", "slug": "", "type": "select", "order_by": "menu_order", "has_archives": False}
        _write_attribute(call, row)
        call.state.insert("attributes", row)
    location = call.link(f"products/attributes/{row['id']}")
    return Answer(shown_attribute(call, row), 201, {"Location": location})


def attribute_update(call: Call) -> Answer:
    """Change an attribute."""
    with call.state.writing():
        row = _attribute(call)
        _write_attribute(call, row)
        call.state.update("attributes", row)
    return Answer(shown_attribute(call, row))


def _write_attribute(call: Call, row: Row) -> None:
    given = call.params
    if given.get("name"):
        row["name"] = str(given["name"]).strip()
    if not row["name"]:
        raise ApiError(400, "missing_attribute_name", "Please, provide an attribute name.")
    wanted = slug(str(given.get("slug") or row["slug"] or row["name"])).removeprefix("pa_")
    if len(wanted) > 28:
        message = f'Slug "{wanted}" is too long (28 characters max). Shorten it, please.'
        raise ApiError(400, "invalid_product_attribute_slug_too_long", message)
    if call.state.count("attributes", "slug = ? AND id != ?", (f"pa_{wanted}", row.get("id", 0))):
        message = f'Slug "{wanted}" is already in use. Change it, please.'
        raise ApiError(400, "invalid_product_attribute_slug_already_exists", message)
    if row["slug"] and row["slug"] != f"pa_{wanted}":
        call.state.db.execute("UPDATE terms SET taxonomy = ? WHERE taxonomy = ?", (f"pa_{wanted}", row["slug"]))
    row["slug"] = f"pa_{wanted}"
    for name in ("type", "order_by", "has_archives"):
        if given.get(name) is not None:
            row[name] = given[name]


def attribute_delete(call: Call) -> Answer:
    """Remove an attribute and its terms for good."""
    if not call.params.get("force"):
        raise no_trash("Resource")
    with call.state.writing():
        row = _attribute(call)
        call.state.db.execute("DELETE FROM terms WHERE taxonomy = ?", (row["slug"],))
        call.state.delete("attributes", row["id"])
    return Answer(shown_attribute(call, row))
