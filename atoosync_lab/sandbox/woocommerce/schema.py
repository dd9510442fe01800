"""What `OPTIONS` tells of a route: its methods with their arguments, and the fields of its records.

Texts are empty. Fields of records are told as far as the arguments of the route and the read-only fields here go.
"""

from __future__ import annotations

from atoosync_lab.sandbox.woocommerce.call import Json
from atoosync_lab.sandbox.woocommerce.params import Arg
from atoosync_lab.sandbox.woocommerce.routes import Route

_KINDS = {"integers": "array", "strings": "array"}
_TITLES = {
    "products": "product", "variations": "product_variation", "orders": "shop_order", "customers": "customer",
    "coupons": "shop_coupon", "taxes": "tax", "notes": "order_note", "refunds": "shop_order_refund",
    "categories": "product_cat", "brands": "product_brand", "tags": "product_tag", "attributes": "product_attribute",
    "terms": "product_attribute_term", "shipping_classes": "product_shipping_class", "webhooks": "webhook",
}  # fmt: skip
_DATES = ("date_created", "date_created_gmt", "date_modified", "date_modified_gmt")
_READ_ONLY: dict[str, dict[str, str]] = {
    "products": {
        "id": "integer", "permalink": "string", **dict.fromkeys(_DATES, "date-time"), "price": "string",
        "price_html": "string", "on_sale": "boolean", "purchasable": "boolean", "total_sales": "integer",
        "backorders_allowed": "boolean", "backordered": "boolean", "shipping_required": "boolean",
        "shipping_taxable": "boolean", "shipping_class_id": "integer", "average_rating": "string",
        "rating_count": "integer", "related_ids": "array", "variations": "array", "has_options": "boolean",
    },
    "orders": {
        "id": "integer", "number": "string", "order_key": "string", "version": "string",
        **dict.fromkeys(_DATES, "date-time"), "discount_total": "string", "discount_tax": "string",
        "shipping_total": "string", "shipping_tax": "string", "cart_tax": "string", "total": "string",
        "total_tax": "string", "prices_include_tax": "boolean", "tax_lines": "array", "refunds": "array",
        "date_paid": "date-time", "date_completed": "date-time", "payment_url": "string",
    },
    "customers": {"id": "integer", **dict.fromkeys(_DATES, "date-time"), "role": "string",
                  "is_paying_customer": "boolean", "avatar_url": "string"},
    "notes": {"id": "integer", "author": "string", "date_created": "date-time", "date_created_gmt": "date-time"},
}  # fmt: skip


def options(route: Route) -> Json:
    """The answer to `OPTIONS`."""
    names = [step for step in route.name.split("/") if not step.startswith("{")]
    resource = names[-1] if names else ""
    ids = {
        step[1:-1].removesuffix("_text"): {"description": "", "type": "integer", "required": False}
        for step in route.name.split("/")
        if step.startswith("{")
    }
    endpoints = []
    groups: list[tuple[list[str], object]] = []
    for method, (args, handler) in route.methods.items():
        if groups and groups[-1][1] is handler:
            groups[-1][0].append(method)
            continue
        groups.append(([method], handler))
        told = {name: _arg(arg) for name, arg in args.items()}
        endpoints.append({"methods": groups[-1][0], "args": {**ids, **told}})
    return {
        "namespace": "wc/v3",
        "methods": list(route.methods),
        "endpoints": endpoints,
        "schema": {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "title": _TITLES.get(resource, resource.rstrip("s")),
            "type": "object",
            "properties": _properties(route, resource),
        },
    }


def _arg(arg: Arg) -> Json:
    found: Json = {"description": "", "type": _KINDS.get(arg.kind, arg.kind)}
    if arg.enum:
        found["enum"] = list(arg.enum)
    if arg.default is not None:
        found["default"] = arg.default
    for name, value in (("minimum", arg.low), ("maximum", arg.high), ("format", arg.form or None)):
        if value is not None:
            found[name] = value
    return {**found, "required": arg.required}


def _properties(route: Route, resource: str) -> Json:
    found: Json = {
        name: {"description": "", "type": kind, "context": ["view", "edit"], "readonly": True}
        for name, kind in _READ_ONLY.get(resource, {"id": "integer"}).items()
    }
    for name, arg in (route.methods["POST"][0] if "POST" in route.methods else {}).items():
        # Who wrote a note is told in the context `edit` only.
        context = ["edit"] if name == "added_by_user" else ["view", "edit"]
        found[name] = {"description": "", "type": _KINDS.get(arg.kind, arg.kind), "context": context}
        if arg.default is not None:
            found[name]["default"] = arg.default
        if arg.enum:
            found[name]["enum"] = list(arg.enum)
    return found
