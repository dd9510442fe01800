"""The routes of the API: addresses, methods, arguments, handlers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from atoosync_lab.sandbox.woocommerce import (
    attributes,
    commerce,
    customers,
    fulfillments,
    misc,
    orders,
    product_routes,
    refunds,
    shipping,
    terms,
    versions,
)
from atoosync_lab.sandbox.woocommerce.arguments import (
    ATTRIBUTE,
    ATTRIBUTE_TERM,
    BRAND,
    CATEGORY,
    COUPON,
    COUPONS,
    CUSTOMER,
    CUSTOMERS,
    NOTE,
    NOTES,
    ORDER,
    ORDERS,
    PRODUCT,
    PRODUCTS,
    REFUND,
    REFUNDS,
    TAG,
    TAX,
    TAX_CLASS,
    TAXES,
    TERMS,
    VARIATION,
    VARIATIONS,
    WEBHOOK,
    WEBHOOKS,
)  # fmt: skip
from atoosync_lab.sandbox.woocommerce.call import Handler
from atoosync_lab.sandbox.woocommerce.crud import Batched, batch
from atoosync_lab.sandbox.woocommerce.params import CONTEXT, FORCE, Arg, Args, optional

Methods = Mapping[str, tuple[Args, Handler]]
NOTHING: Args = {}
PARCEL: Args = {
    "status": Arg(),
    "is_fulfilled": Arg("boolean"),
    "meta_data": Arg("array"),
    "notify_customer": Arg("boolean", default=False),
}
EDIT = ("POST", "PUT", "PATCH")


@dataclass(frozen=True)
class Route:
    """One address of the API.

    Attributes:
        name: The path below `/wc/v3/` with `{names}` of its variables.
        methods: Arguments and handler of each method.
        pattern: Matches the path.
    """

    name: str
    methods: Methods
    pattern: re.Pattern[str] = field(compare=False)

    @property
    def allow(self) -> str:
        """Header `Allow`."""
        return ", ".join(self.methods)


_VARIABLES = {
    "group_id": r"[\w-]+",
    "slug": r"\w[\w\s\-]*",
    "location": r"[\w-]+",
    "currency": r"\w{3}",
    "name": r"[\w-]+",
}


def _route(name: str, methods: Methods) -> Route:
    text = re.sub(r"\{(\w+)\}", lambda m: f"(?P<{m.group(1).removesuffix('_text')}>{_kind(m.group(1))})", name)
    return Route(name, methods, re.compile(f"/wc/v3/{text}/?"))


def _kind(variable: str) -> str:
    return r"[\w-]+" if variable.endswith("_text") else _VARIABLES.get(variable, r"\d+")


def _edit(args: Args, handler: Handler) -> Methods:
    return dict.fromkeys(EDIT, (args, handler))


def _collection(
    path: str, listing: Args, item: Args, handlers: tuple[Handler, Handler, Handler, Handler, Handler]
) -> list[Route]:
    """List and creation, single record, batch."""
    listed, one, create, update, delete = handlers
    together = partial(batch, parts=Batched(create, update, delete, item))
    return [
        _route(path, {"GET": (listing, listed), "POST": (item, create)}),
        _route(
            f"{path}/{{id}}",
            {"GET": (CONTEXT, one), **_edit(optional(item), update), "DELETE": (FORCE, delete)},
        ),
        _route(f"{path}/batch", _edit(NOTHING, together)),
    ]


_TERM = (terms.listed, terms.one, terms.create, terms.update, terms.delete)
_PRODUCT = (
    product_routes.listed,
    product_routes.one,
    product_routes.create,
    product_routes.update,
    product_routes.delete,
)
_VARIATION = (
    product_routes.variation_list, product_routes.variation_one, product_routes.variation_create,
    product_routes.variation_update, product_routes.variation_delete,
)  # fmt: skip


def _all() -> list[Route]:
    coupon = (commerce.coupon_list, commerce.coupon_one, commerce.coupon_create, commerce.coupon_update,
              commerce.coupon_delete)  # fmt: skip
    tax = (commerce.tax_list, commerce.tax_one, commerce.tax_create, commerce.tax_update, commerce.tax_delete)
    hook = (misc.webhook_list, misc.webhook_one, misc.webhook_write, misc.webhook_write, misc.webhook_delete)
    attribute = (
        attributes.attribute_list, attributes.attribute_one, attributes.attribute_create, attributes.attribute_update,
        attributes.attribute_delete,
    )  # fmt: skip
    method = {"method_id": Arg(required=True), "order": Arg("integer"), "enabled": Arg("boolean")}
    return [
        *_collection("products/categories", TERMS, CATEGORY, _TERM),
        *_collection("products/brands", TERMS, BRAND, _TERM),
        *_collection("products/tags", TERMS, TAG, _TERM),
        *_collection("products/shipping_classes", TERMS, TAG, _TERM),
        *_collection("products/attributes", CONTEXT, ATTRIBUTE, attribute),
        *_collection("products/attributes/{attribute_id}/terms", TERMS, ATTRIBUTE_TERM, _TERM),
        *_collection("products", PRODUCTS, PRODUCT, _PRODUCT),
        *_collection("products/{product_id}/variations", VARIATIONS, VARIATION, _VARIATION),
        _route("variations", {"GET": (VARIATIONS, product_routes.all_variations)}),
        *_collection("customers", CUSTOMERS, CUSTOMER,
                     (customers.listed, customers.one, customers.create, customers.update, customers.delete)),
        _route("customers/{customer_id}/downloads", {"GET": (CONTEXT, customers.downloads)}),
        _route("orders/statuses", {"GET": (NOTHING, orders.statuses)}),
        *_collection("orders", ORDERS, ORDER, (orders.listed, orders.one, orders.create, orders.update, orders.delete)),
        _route("orders/{order_id}/notes", {"GET": (NOTES, refunds.note_list), "POST": (NOTE, refunds.note_create)}),
        _route("orders/{order_id}/notes/{id}",
               {"GET": (CONTEXT, refunds.note_one), "DELETE": (FORCE, refunds.note_delete)}),
        _route("orders/{order_id}/refunds", {"GET": (REFUNDS, refunds.listed), "POST": (REFUND, refunds.create)}),
        _route("orders/{order_id}/refunds/{id}",
               {"GET": (CONTEXT, refunds.one), "DELETE": (FORCE, refunds.delete)}),
        _route("orders/{order_id}/fulfillments",
               {"GET": (NOTHING, fulfillments.listed), "POST": (PARCEL, fulfillments.create)}),
        _route("orders/{order_id}/fulfillments/{fulfillment_id}",
               {"GET": (NOTHING, fulfillments.one), **_edit(PARCEL, fulfillments.update),
                "DELETE": (NOTHING, fulfillments.delete)}),
        _route("refunds", {"GET": (REFUNDS, refunds.listed)}),
        _route("orders/{id}/receipt", {"POST": (NOTHING, orders.receipt), "GET": (NOTHING, orders.receipt)}),
        _route("orders/{id}/actions/send_order_details", {"POST": (NOTHING, orders.send_details)}),
        *_collection("coupons", COUPONS, COUPON, coupon),
        *_collection("taxes", TAXES, TAX, tax),
        _route("taxes/classes", {"GET": (CONTEXT, commerce.class_list), "POST": (TAX_CLASS, commerce.class_create)}),
        _route("taxes/classes/{slug}",
               {"GET": (NOTHING, commerce.class_one), "DELETE": (FORCE, commerce.class_delete)}),
        *_collection("webhooks", WEBHOOKS, WEBHOOK, hook),
        _route("settings", {"GET": (NOTHING, misc.setting_groups)}),
        _route("settings/{group_id}", {"GET": (NOTHING, misc.settings_of)}),
        _route("settings/{group_id}/{id_text}",
               {"GET": (NOTHING, misc.setting_one), **_edit({"value": Arg("any")}, misc.setting_update)}),
        _route("payment_gateways", {"GET": (CONTEXT, misc.gateway_list)}),
        _route("payment_gateways/{id_text}",
               {"GET": (CONTEXT, misc.gateway_one), **_edit({"enabled": Arg("boolean")}, misc.gateway_update)}),
        _route("shipping/zones",
               {"GET": (NOTHING, shipping.zone_list), "POST": ({"name": Arg(required=True)}, shipping.zone_write)}),
        _route("shipping/zones/{id}",
               {"GET": (NOTHING, shipping.zone_one),
                **_edit({"name": Arg(), "order": Arg("integer")}, shipping.zone_write),
                "DELETE": (FORCE, shipping.zone_delete)}),
        _route("shipping/zones/{id}/locations",
               {"GET": (NOTHING, shipping.zone_places), **_edit(NOTHING, shipping.zone_places)}),
        _route("shipping/zones/{zone_id}/methods",
               {"GET": (NOTHING, shipping.method_list), "POST": (method, shipping.method_create)}),
        _route("data/countries", {"GET": (NOTHING, misc.countries)}),
        _route("data/countries/{location}", {"GET": (NOTHING, misc.country)}),
        _route("data/currencies", {"GET": (NOTHING, misc.currencies)}),
        _route("data/currencies/current", {"GET": (NOTHING, misc.currency)}),
        _route("data/currencies/{currency}", {"GET": (NOTHING, misc.currency)}),
        _route("reports/orders/totals", {"GET": (NOTHING, misc.order_totals)}),
        _route("system_status", {"GET": (NOTHING, misc.system_status)}),
    ]  # fmt: skip


ROUTES: tuple[Route, ...] = tuple(_all())


def known_in(version: tuple[int, ...]) -> list[Route]:
    """The routes that a version has."""
    return [
        route
        for route in ROUTES
        if not any(
            version < since and (route.name == name or route.name.startswith(f"{name}/"))
            for name, since in versions.ROUTES_SINCE.items()
        )
    ]


def find(routes: list[Route], path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a path and the values of its variables."""
    for route in routes:
        found = route.pattern.fullmatch(path)
        if found:
            return route, found.groupdict()
    return None
