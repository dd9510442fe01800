"""Coupons, taxes and tax classes."""

from __future__ import annotations

import re
from typing import Any

from atoosync_lab.sandbox.woocommerce import times, versions
from atoosync_lab.sandbox.woocommerce.call import ALL, Answer, Call, Json, links
from atoosync_lab.sandbox.woocommerce.crud import Condition, dates, in_and_out, merged_meta, order_of, page_of, without
from atoosync_lab.sandbox.woocommerce.errors import ApiError, invalid_id, invalid_param, no_trash
from atoosync_lab.sandbox.woocommerce.state import Row
from atoosync_lab.sandbox.woocommerce.texts import amount, fixed, given_decimal, plain, slug

_ORDER = {"id": "id", "date": "created", "modified": "modified", "title": "code", "slug": "code"}
_LISTS = ("product_ids", "excluded_product_ids", "product_categories", "excluded_product_categories",
          "email_restrictions")  # fmt: skip
_FLAGS = ("individual_use", "free_shipping", "exclude_sale_items")
_LIMITS = ("usage_limit", "usage_limit_per_user", "limit_usage_to_x_items")
_AMOUNTS = ("amount", "minimum_amount", "maximum_amount")


def coupon_shown(call: Call, row: Row) -> Json:
    """A coupon as answers show it."""
    found = {
        "id": row["id"],
        "code": row["code"] if call.version >= (9, 0) else row["code"].lower(),
        "amount": fixed(row["amount"]),
        "status": row["status"],
        **times.pair("date_created", row["created"]),
        **times.pair("date_modified", row["modified"]),
        "discount_type": row["discount_type"],
        "description": row.get("description") or "",
        **times.pair("date_expires", row.get("date_expires")),
        "usage_count": int(row.get("usage_count") or 0),
        **{name: bool(row.get(name)) for name in _FLAGS},
        **{name: row.get(name) or [] for name in _LISTS},
        **{name: row.get(name) or None for name in _LIMITS},
        "minimum_amount": fixed(row.get("minimum_amount") or "0"),
        "maximum_amount": fixed(row.get("maximum_amount") or "0"),
        "used_by": row.get("used_by", []),
        "meta_data": row["meta_data"],
        "_links": links(call, f"coupons/{row['id']}", "coupons", ALL),
    }
    return without([found], versions.missing_fields("coupons", call.version))[0]


def coupon_list(call: Call) -> Answer:
    """A page of coupons."""
    condition, given = Condition(), call.params
    condition.add("status != 'trash'")
    if given.get("code"):
        condition.add("code = ?", given["code"])
    if given.get("search"):
        condition.add("code LIKE ?", f"%{given['search']}%")
    in_and_out(call, condition)
    dates(call, condition)
    rows, headers = page_of(call, "coupons", condition, order_of(call, _ORDER, ", id *"))
    return Answer([coupon_shown(call, row) for row in rows], headers=headers)


def _coupon(call: Call, status: int) -> Row:
    row = call.state.row("coupons", call.number("id"))
    if row is None:
        raise invalid_id("shop_coupon", status)
    return row


def coupon_one(call: Call) -> Answer:
    """One coupon."""
    return Answer(coupon_shown(call, _coupon(call, 404)))


def coupon_create(call: Call) -> Answer:
    """A new coupon."""
    with call.state.writing():
        now = call.state.now()
        row: Row = {"code": "", "status": "publish", "created": now, "modified": now, "amount": "0",
                    "discount_type": "fixed_cart", "meta_data": []}  # fmt: skip
        _write_coupon(call, row)
        call.state.insert("coupons", row)
    return Answer(coupon_shown(call, row), 201, {"Location": call.link(f"coupons/{row['id']}")})


def coupon_update(call: Call) -> Answer:
    """Change a coupon."""
    with call.state.writing():
        row = _coupon(call, 400)
        _write_coupon(call, row)
        row["modified"] = call.state.now()
        call.state.update("coupons", row)
    return Answer(coupon_shown(call, row))


def _write_coupon(call: Call, row: Row) -> None:
    given: dict[str, Any] = call.params
    if given.get("code") is not None:
        code = str(given["code"]).strip()
        if call.state.count("coupons", "code = ? AND id != ? AND status = 'publish'", (code, row.get("id", 0))):
            message = "The coupon code already exists"
            raise ApiError(400, "woocommerce_rest_coupon_code_already_exists", message)
        row["code"] = code
    if not row["code"]:
        raise ApiError(400, "woocommerce_rest_empty_coupon_code", "The coupon code cannot be empty.")
    for name in _AMOUNTS:
        if given.get(name) is not None:
            row[name] = given_decimal(given[name]) or "0"
    for name in ("discount_type", "description", "status", *_FLAGS, *_LIMITS, *_LISTS):
        if given.get(name) is not None:
            row[name] = given[name]
    if row["discount_type"] == "percent" and amount(row["amount"]) > 100:
        raise ApiError(400, "coupon_invalid_amount", "Invalid discount amount.")
    for suffix, gmt in (("", False), ("_gmt", True)):
        if f"date_expires{suffix}" in given:
            value = given[f"date_expires{suffix}"]
            row["date_expires"] = times.stored_of(str(value), gmt=gmt) if value else None
    if "meta_data" in given:
        row["meta_data"] = merged_meta(call.state, row["meta_data"], given["meta_data"])


def coupon_delete(call: Call) -> Answer:
    """To the trash, or with `force` for good."""
    with call.state.writing():
        row = _coupon(call, 404)
        data = coupon_shown(call, row)
        if call.params.get("force"):
            call.state.delete("coupons", row["id"])
        elif row["status"] == "trash":
            raise ApiError(410, "woocommerce_rest_already_trashed", "The shop_coupon has already been deleted.")
        else:
            row.update({"status": "trash", "modified": call.state.now()})
            call.state.update("coupons", row)
    return Answer(data)


# Taxes -----------------------------------------------------------------------------------------------------------


def classes_of(call: Call) -> list[str]:
    """All tax classes by name, as the shop lists them in its checks."""
    return ["standard", *sorted(row["slug"] for row in call.state.rows("tax_classes"))]


def tax_shown(call: Call, row: Row) -> Json:
    """A tax rate as answers show it."""
    found = {
        "id": row["id"], "country": row["country"], "state": row["state"],
        "postcode": (row.get("postcodes") or [""])[-1], "city": (row.get("cities") or [""])[-1],
        "rate": row["rate"], "name": row["name"], "priority": row["priority"], "compound": bool(row["compound"]),
        "shipping": bool(row["shipping"]), "order": row["position"], "class": row["class"],
        "postcodes": row.get("postcodes") or [], "cities": row.get("cities") or [],
        "_links": links(call, f"taxes/{row['id']}", "taxes", ALL),
    }  # fmt: skip
    return without([found], versions.missing_fields("taxes", call.version))[0]


def _check_class(call: Call) -> None:
    wanted = call.params.get("class")
    if wanted is not None and not call.batch and wanted not in classes_of(call):
        words = classes_of(call)
        text = f"class is not one of {', '.join(words[:-1])}, and {words[-1]}."
        raise invalid_param("class", text, "rest_not_in_enum")


def tax_list(call: Call) -> Answer:
    """A page of tax rates."""
    _check_class(call)
    condition = Condition()
    if call.params.get("class"):
        condition.add("class = ?", call.params["class"])
    columns = {"id": "id", "order": "position", "priority": "priority"}
    rows, headers = page_of(call, "taxes", condition, order_of(call, columns, ", id *"))
    return Answer([tax_shown(call, row) for row in rows], headers=headers)


def _tax(call: Call) -> Row:
    row = call.state.row("taxes", call.number("id"))
    if row is None:
        raise ApiError(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    return row


def tax_one(call: Call) -> Answer:
    """One tax rate."""
    return Answer(tax_shown(call, _tax(call)))


def tax_create(call: Call) -> Answer:
    """A new tax rate."""
    _check_class(call)
    with call.state.writing():
        row: Row = {"country": "", "state": "", "class": "standard", "priority": 1, "position": 0, "rate": "0.0000",
                    "name": "", "compound": False, "shipping": True, "postcodes": [], "cities": []}  # fmt: skip
        _write_tax(call, row)
        call.state.insert("taxes", row)
    return Answer(tax_shown(call, row), 201, {"Location": call.link(f"taxes/{row['id']}")})


def tax_update(call: Call) -> Answer:
    """Change a tax rate."""
    _check_class(call)
    with call.state.writing():
        row = _tax(call)
        _write_tax(call, row)
        call.state.update("taxes", row)
    return Answer(tax_shown(call, row))


def _write_tax(call: Call, row: Row) -> None:
    given = call.params
    for name in ("country", "state"):
        if given.get(name) is not None:
            row[name] = str(given[name]).upper()
    if given.get("rate") is not None:
        # A number ends where it is none any more: a comma cuts the decimals off.
        found = re.match(r"\s*-?\d+(?:\.\d+)?", str(given["rate"]))
        row["rate"] = fixed(found.group(0) if found else "0", 4)
    for name in ("name", "class", "compound", "shipping"):
        if given.get(name) is not None:
            row[name] = given[name]
    for name, column in (("priority", "priority"), ("order", "position")):
        if given.get(name) is not None:
            row[column] = int(given[name])
    for name, plural in (("postcode", "postcodes"), ("city", "cities")):
        if given.get(plural) is not None:
            row[plural] = [str(item).upper() for item in given[plural]]
        elif given.get(name) is not None:
            row[plural] = [part.strip().upper() for part in str(given[name]).split(";") if part.strip()]


def tax_delete(call: Call) -> Answer:
    """Remove a tax rate for good."""
    if not call.params.get("force"):
        raise no_trash("Taxes")
    with call.state.writing():
        row = _tax(call)
        call.state.delete("taxes", row["id"])
    return Answer(tax_shown(call, row))


def class_shown(call: Call, name: str, text: str) -> Json:
    """A tax class as answers show it."""
    return {"slug": text, "name": name, "_links": {"collection": [{"href": call.link("taxes/classes")}]}}


def class_list(call: Call) -> Answer:
    """All tax classes."""
    rows = [("Standard rate", "standard")]
    rows += [(row["name"], row["slug"]) for row in call.state.rows("tax_classes", order="name")]
    found = [class_shown(call, name, text) for name, text in rows]
    return Answer(found, headers={"X-WP-Total": str(len(found)), "X-WP-TotalPages": "1"})


def class_create(call: Call) -> Answer:
    """A new tax class."""
    name = str(call.params["name"]).strip()
    text = slug(name)
    with call.state.writing():
        if call.state.count("tax_classes", "slug = ?", (text,)):
            raise ApiError(400, "woocommerce_rest_tax_class_exists", "Tax class already exists")
        call.state.insert("tax_classes", {"slug": text, "name": name})
    return Answer(class_shown(call, name, text), 201, {"Location": call.link(f"taxes/classes/{text}")})


def class_one(call: Call) -> Answer:
    """One tax class, in a list."""
    found = [row for row in class_list(call).data if row["slug"] == call.url["slug"]]
    if not found:
        raise ApiError(404, "woocommerce_rest_tax_class_invalid_slug", "Invalid slug.")
    return Answer(found)


def class_delete(call: Call) -> Answer:
    """Remove a tax class with its rates for good."""
    if not call.params.get("force"):
        raise no_trash("Taxes")
    with call.state.writing():
        rows = call.state.rows("tax_classes", "slug = ?", (call.url["slug"],))
        if not rows:
            raise ApiError(404, "woocommerce_rest_tax_class_invalid_slug", "Invalid slug.")
        call.state.delete("tax_classes", rows[0]["id"])
        call.state.db.execute("DELETE FROM taxes WHERE class = ?", (rows[0]["slug"],))
    return Answer(class_shown(call, rows[0]["name"], rows[0]["slug"]))


__all__ = [
    "class_create", "class_delete", "class_list", "class_one", "coupon_create", "coupon_delete", "coupon_list",
    "coupon_one", "coupon_update", "plain", "tax_create", "tax_delete", "tax_list", "tax_one", "tax_update",
]  # fmt: skip
