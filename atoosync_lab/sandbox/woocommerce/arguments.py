"""The arguments of the routes, resource by resource. Source: the schemas of the API of WooCommerce 9.9."""

from __future__ import annotations

from atoosync_lab.sandbox.woocommerce.orders import STATUSES
from atoosync_lab.sandbox.woocommerce.params import CONTEXT, DATES, MODIFIED, Arg, Args, listing

_POST_STATUS = ("future", "trash", "draft", "pending", "private", "publish")
_TYPES = ("simple", "grouped", "external", "variable")
_STOCK = ("instock", "outofstock", "onbackorder")
_TIME = Arg(form="date-time", nullable=True)
_BOOL = Arg("boolean")
_META = Arg("array")
_ORDERS = ("date", "id", "include", "title", "slug", "modified")

_STATUS_FILTERS: Args = {
    "status": Arg(enum=("any", *_POST_STATUS), default="any"),
    "include_status": Arg("strings", enum=("any", *_POST_STATUS)),
    "exclude_status": Arg("strings", enum=_POST_STATUS),
}
_GOODS_FILTERS: Args = {
    **DATES, **MODIFIED, **_STATUS_FILTERS, "parent": Arg("integers", default=[]),
    "parent_exclude": Arg("integers", default=[]), "slug": Arg(), "sku": Arg(), "tax_class": Arg(), "on_sale": _BOOL,
    "min_price": Arg(), "max_price": Arg(), "stock_status": Arg(enum=_STOCK), "virtual": _BOOL, "downloadable": _BOOL,
}  # fmt: skip
_PRODUCT_ORDERS = (
    "date", "id", "include", "title", "slug", "modified", "popularity", "rating", "post__in", "price", "sales",
    "menu_order", "random",
)  # fmt: skip
PRODUCTS = listing(
    _PRODUCT_ORDERS,
    "date",
    more={
        **_GOODS_FILTERS, "type": Arg(enum=_TYPES), "featured": _BOOL, "category": Arg(), "tag": Arg(), "brand": Arg(),
        "shipping_class": Arg(), "attribute": Arg(), "attribute_term": Arg(), "search_sku": Arg(),
        "search_name_or_sku": Arg(), "global_unique_id": Arg(), "include_types": Arg("strings", enum=_TYPES),
        "exclude_types": Arg("strings", enum=_TYPES),
    },
)  # fmt: skip
VARIATIONS = listing((*_ORDERS, "menu_order"), "date", more={**_GOODS_FILTERS, "parent_id": Arg("integer")})

_GOODS: Args = {
    "description": Arg(), "sku": Arg(), "global_unique_id": Arg(), "regular_price": Arg(), "sale_price": Arg(),
    "date_on_sale_from": _TIME, "date_on_sale_from_gmt": _TIME, "date_on_sale_to": _TIME,
    "date_on_sale_to_gmt": _TIME, "virtual": Arg("boolean", default=False),
    "downloadable": Arg("boolean", default=False), "downloads": Arg("array"),
    "download_limit": Arg("integer", default=-1), "download_expiry": Arg("integer", default=-1),
    "tax_status": Arg(enum=("taxable", "shipping", "none"), default="taxable"), "tax_class": Arg(),
    "manage_stock": Arg("boolean", default=False), "stock_quantity": Arg("integer"),
    "stock_status": Arg(enum=_STOCK, default="instock"),
    "backorders": Arg(enum=("no", "notify", "yes"), default="no"), "low_stock_amount": Arg("integer", nullable=True),
    "weight": Arg(),
    "dimensions": Arg("object", inner={"length": Arg(), "width": Arg(), "height": Arg()}), "shipping_class": Arg(),
    "menu_order": Arg("integer"), "meta_data": _META, "attributes": Arg("array"),
}  # fmt: skip
PRODUCT: Args = {
    **_GOODS, "name": Arg(), "slug": Arg(), "date_created": _TIME, "date_created_gmt": _TIME,
    "type": Arg(enum=_TYPES, default="simple"),
    "status": Arg(enum=("draft", "pending", "private", "publish", "future", "auto-draft", "trash"), default="publish"),
    "featured": Arg("boolean", default=False),
    "catalog_visibility": Arg(enum=("visible", "catalog", "search", "hidden"), default="visible"),
    "short_description": Arg(), "external_url": Arg(), "button_text": Arg(),
    "sold_individually": Arg("boolean", default=False), "reviews_allowed": Arg("boolean", default=True),
    "post_password": Arg(), "upsell_ids": Arg("integers"), "cross_sell_ids": Arg("integers"),
    "parent_id": Arg("integer"), "purchase_note": Arg(), "categories": Arg("array"), "brands": Arg("array"),
    "tags": Arg("array"), "images": Arg("array"), "default_attributes": Arg("array"),
    "grouped_products": Arg("integers"),
}  # fmt: skip
VARIATION: Args = {
    **_GOODS, "status": Arg(enum=("draft", "pending", "private", "publish"), default="publish"), "image": Arg("object"),
}  # fmt: skip

TERMS = listing(
    ("id", "include", "name", "slug", "term_group", "description", "count"),
    "name",
    "asc",
    more={
        "hide_empty": Arg("boolean", default=False), "parent": Arg("integer"), "product": Arg("integer"), "slug": Arg(),
    },
)  # fmt: skip
TAG: Args = {"name": Arg(required=True), "slug": Arg(), "description": Arg()}
ATTRIBUTE_TERM: Args = {**TAG, "menu_order": Arg("integer")}
BRAND: Args = {
    **ATTRIBUTE_TERM, "parent": Arg("integer"), "image": Arg("object"),
    "display": Arg(enum=("default", "products", "subcategories", "both"), default="default"),
}  # fmt: skip
CATEGORY = BRAND
ATTRIBUTE: Args = {
    "name": Arg(required=True), "slug": Arg(), "type": Arg(enum=("select",), default="select"),
    "order_by": Arg(enum=("menu_order", "name", "name_num", "id"), default="menu_order"),
    "has_archives": Arg("boolean", default=False),
}  # fmt: skip

_ROLES = ("all", "administrator", "editor", "author", "contributor", "subscriber", "customer", "shop_manager")
CUSTOMERS = listing(
    ("id", "include", "name", "registered_date"),
    "name",
    "asc",
    more={"email": Arg(form="email"), "role": Arg(enum=_ROLES, default="customer")},
)
_ADDRESS = {
    name: Arg()
    for name in ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country",
                 "phone")
}  # fmt: skip
_BILLING = Arg("object", inner={**_ADDRESS, "email": Arg(form="email")})
_SHIPPING = Arg("object", inner=_ADDRESS)
CUSTOMER: Args = {
    "email": Arg(required=True, form="email"), "first_name": Arg(), "last_name": Arg(), "username": Arg(),
    "password": Arg(), "billing": _BILLING, "shipping": _SHIPPING, "meta_data": _META,
}  # fmt: skip

ORDERS = listing(
    _ORDERS,
    "date",
    more={
        **DATES, **MODIFIED, "parent": Arg("integers", default=[]), "parent_exclude": Arg("integers", default=[]),
        "status": Arg("strings", enum=("any", "trash", "auto-draft", *STATUSES), default=["any"]),
        "customer": Arg("integer"), "product": Arg("integer"), "dp": Arg("integer"), "created_via": Arg("strings"),
    },
)  # fmt: skip
ORDER: Args = {
    "parent_id": Arg("integer"), "created_via": Arg(), "status": Arg(enum=("auto-draft", *STATUSES)),
    "currency": Arg(enum=()), "customer_id": Arg("integer", default=0), "customer_note": Arg(), "billing": _BILLING,
    "shipping": _SHIPPING, "payment_method": Arg(), "payment_method_title": Arg(), "transaction_id": Arg(),
    "meta_data": _META, "line_items": Arg("array"), "shipping_lines": Arg("array"), "fee_lines": Arg("array"),
    "coupon_lines": Arg("array"), "set_paid": Arg("boolean", default=False),
}  # fmt: skip

REFUNDS = listing(
    _ORDERS, "date", more={**DATES, **MODIFIED, "parent": Arg("integers", default=[]), "dp": Arg("integer")}
)
REFUND: Args = {
    "amount": Arg(), "reason": Arg(), "refunded_by": Arg("integer"), "meta_data": _META, "line_items": Arg("array"),
    "api_refund": Arg("boolean", default=True), "api_restock": Arg("boolean", default=True),
}  # fmt: skip
NOTES: Args = {**CONTEXT, "type": Arg(enum=("any", "customer", "internal"), default="any")}
NOTE: Args = {
    "note": Arg(required=True),
    "customer_note": Arg("boolean", default=False),
    "added_by_user": Arg("boolean", default=False),
}

COUPONS = listing(_ORDERS, "date", more={**DATES, **MODIFIED, "code": Arg()})
COUPON: Args = {
    "code": Arg(required=True), "amount": Arg(), "status": Arg(),
    "discount_type": Arg(enum=("percent", "fixed_cart", "fixed_product"), default="fixed_cart"), "description": Arg(),
    "date_expires": _TIME, "date_expires_gmt": _TIME, "individual_use": Arg("boolean", default=False),
    "product_ids": Arg("integers"), "excluded_product_ids": Arg("integers"), "usage_limit": Arg("integer"),
    "usage_limit_per_user": Arg("integer"), "limit_usage_to_x_items": Arg("integer"),
    "free_shipping": Arg("boolean", default=False), "product_categories": Arg("integers"),
    "excluded_product_categories": Arg("integers"), "exclude_sale_items": Arg("boolean", default=False),
    "minimum_amount": Arg(), "maximum_amount": Arg(), "email_restrictions": Arg("strings"), "meta_data": _META,
}  # fmt: skip

TAXES: Args = {
    name: arg
    for name, arg in listing(("id", "order", "priority"), "order", "asc").items()
    if name not in ("search", "include", "exclude")
} | {"class": Arg()}
TAX: Args = {
    "country": Arg(), "state": Arg(), "postcode": Arg(), "city": Arg(), "rate": Arg(), "name": Arg(),
    "priority": Arg("integer", default=1), "compound": Arg("boolean", default=False),
    "shipping": Arg("boolean", default=True), "order": Arg("integer"), "class": Arg(default="standard"),
    "postcodes": Arg("strings"), "cities": Arg("strings"),
}  # fmt: skip
TAX_CLASS: Args = {"name": Arg(required=True)}

WEBHOOKS = listing(
    ("date", "id", "title"),
    "date",
    more={**DATES, "status": Arg(enum=("all", "active", "paused", "disabled"), default="all")},
)
WEBHOOK: Args = {
    "name": Arg(), "status": Arg(enum=("active", "paused", "disabled"), default="active"), "topic": Arg(required=True),
    "secret": Arg(), "delivery_url": Arg(required=True),
}  # fmt: skip
