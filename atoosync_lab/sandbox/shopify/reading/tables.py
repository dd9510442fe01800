"""What can be searched and sorted in the tables of the root connections."""

from __future__ import annotations

from atoosync_lab.sandbox.shopify.paging import TableSpec
from atoosync_lab.sandbox.shopify.search import (
    Build,
    Condition,
    SearchSpec,
    choice_field,
    date_field,
    enum_field,
    flag_field,
    number_field,
    tag_field,
    text_field,
    word_field,
)
from atoosync_lab.sandbox.shopify.tables import ITEM_SHIFT

_STOCK = f"(SELECT SUM(available) FROM inventory_levels WHERE item_id = variants.id + {ITEM_SHIFT})"


def _within(table: str, column: str, inner: Build, key: str = "id") -> Build:
    """A condition on rows of another table that point to this one."""

    def build(operator: str, value: str) -> Condition | None:
        found = inner(operator, value)
        return (f"{key} IN (SELECT {column} FROM {table} WHERE {found[0]})", found[1]) if found else None

    return build


def _negated(found: Condition | None) -> Condition | None:
    return (f"NOT ({found[0]})", found[1]) if found else None


class _Metafields:
    """`metafields.namespace.key:value`."""

    def __init__(self, owner: str) -> None:
        self._owner = owner

    def __call__(self, name: str) -> Build | None:
        parts = name.split(".")
        if len(parts) != 3 or parts[0] != "metafields":
            return None

        def build(operator: str, value: str) -> Condition:
            where = "id IN (SELECT owner_id FROM metafields WHERE owner_type = ? AND namespace = ? AND key = ?"
            start = [self._owner, parts[1], parts[2]]
            if value == "*":
                return where + ")", [*start]
            return f"{where} AND value {operator} ?)", [*start, value]

        return build


PRODUCTS = TableSpec(
    "products",
    SearchSpec(
        {
            "id": number_field("id"),
            "title": text_field("title"),
            "handle": text_field("handle"),
            "status": enum_field("status"),
            "vendor": text_field("vendor"),
            "product_type": text_field("product_type"),
            "tag": tag_field("tags"),
            "tag_not": lambda operator, value: _negated(tag_field("tags")(operator, value)),
            "created_at": date_field("created_at"),
            "updated_at": date_field("updated_at"),
            "published_at": date_field("published_at"),
            "gift_card": flag_field("is_gift_card"),
            "published_status": choice_field(
                {"published": "published_at IS NOT NULL", "unpublished": "published_at IS NULL", "any": "1",
                 "visible": "published_at IS NOT NULL", "hidden": "published_at IS NULL"}
            ),
            "sku": _within("variants", "product_id", text_field("sku")),
            "barcode": _within("variants", "product_id", text_field("barcode")),
            "price": _within("variants", "product_id", number_field("CAST(price AS REAL)")),
            "inventory_total": number_field(
                "(SELECT COALESCE(SUM(available), 0) FROM inventory_levels JOIN variants v ON item_id = v.id + "
                f"{ITEM_SHIFT} WHERE v.product_id = products.id)"
            ),
            "collection_id": _within("collection_products", "product_id", number_field("collection_id")),
        },
        word_field("title", "vendor", "product_type", "tags", "handle"),
        _Metafields("PRODUCT"),
    ),
    {"ID": "id", "TITLE": "title", "VENDOR": "vendor", "PRODUCT_TYPE": "product_type", "CREATED_AT": "created_at",
     "UPDATED_AT": "updated_at", "PUBLISHED_AT": "published_at", "INVENTORY_TOTAL": "id"},
)  # fmt: skip


VARIANTS = TableSpec(
    "variants",
    SearchSpec(
        {
            "id": number_field("id"),
            "sku": text_field("sku"),
            "barcode": text_field("barcode"),
            "title": text_field("title"),
            "product_id": number_field("product_id"),
            "product_status": _within("products", "id", enum_field("status"), "product_id"),
            "vendor": _within("products", "id", text_field("vendor"), "product_id"),
            "product_type": _within("products", "id", text_field("product_type"), "product_id"),
            "tag": _within("products", "id", tag_field("tags"), "product_id"),
            "location_id": _within("inventory_levels", f"item_id - {ITEM_SHIFT}", number_field("location_id")),
            "inventory_quantity": number_field(_STOCK),
            "managed": flag_field("tracked"),
            "taxable": flag_field("taxable"),
            "updated_at": date_field("updated_at"),
            "created_at": date_field("created_at"),
        },
        word_field("title", "sku"),
        _Metafields("PRODUCTVARIANT"),
    ),
    {"ID": "id", "SKU": "sku", "TITLE": "title", "NAME": "title", "POSITION": "position", "FULL_TITLE": "title",
     "INVENTORY_QUANTITY": _STOCK},
)  # fmt: skip

ITEMS = TableSpec(
    "variants",
    SearchSpec(
        {
            "id": number_field(f"(id + {ITEM_SHIFT})"),
            "sku": text_field("sku"),
            "created_at": date_field("created_at"),
            "updated_at": date_field("item_updated_at"),
        },
        word_field("sku"),
    ),
)
"""Inventory items, in the table of their variants."""

COLLECTIONS = TableSpec(
    "collections",
    SearchSpec(
        {
            "id": number_field("id"),
            "title": text_field("title"),
            "handle": text_field("handle"),
            "updated_at": date_field("updated_at"),
            "collection_type": choice_field({"custom": "1", "smart": "0"}),
            "product_id": _within("collection_products", "collection_id", number_field("product_id")),
        },
        word_field("title", "handle"),
        _Metafields("COLLECTION"),
    ),
    {"ID": "id", "TITLE": "title", "UPDATED_AT": "updated_at"},
)

CUSTOMERS = TableSpec(
    "customers",
    SearchSpec(
        {
            "id": number_field("id"),
            "email": text_field("email"),
            "phone": text_field("phone"),
            "first_name": text_field("first_name"),
            "last_name": text_field("last_name"),
            "tag": tag_field("tags"),
            "tag_not": lambda operator, value: _negated(tag_field("tags")(operator, value)),
            "state": enum_field("state"),
            "country": text_field("addresses ->> '$[0].countryCode'"),
            "created_at": date_field("created_at"),
            "customer_date": date_field("created_at"),
            "updated_at": date_field("updated_at"),
            "orders_count": number_field("(SELECT COUNT(*) FROM orders WHERE customer_id = customers.id)"),
        },
        word_field("first_name", "last_name", "email", "phone"),
        _Metafields("CUSTOMER"),
    ),
    {"ID": "id", "NAME": "last_name", "CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "LOCATION": "id"},
)

_FULFILLMENT = {
    "shipped": "FULFILLED", "fulfilled": "FULFILLED", "unshipped": "UNFULFILLED", "unfulfilled": "UNFULFILLED",
    "partial": "PARTIALLY_FULFILLED", "partially_fulfilled": "PARTIALLY_FULFILLED", "scheduled": "SCHEDULED",
    "on_hold": "ON_HOLD",
}  # fmt: skip

ORDERS = TableSpec(
    "orders",
    SearchSpec(
        {
            "id": number_field("id"),
            "name": text_field("name"),
            "status": choice_field(
                {"open": "closed_at IS NULL AND cancelled_at IS NULL",
                 "closed": "closed_at IS NOT NULL AND cancelled_at IS NULL",
                 "cancelled": "cancelled_at IS NOT NULL", "not_closed": "closed_at IS NULL", "any": "1"}
            ),
            "financial_status": enum_field("financial_status", {"unpaid": "PENDING"}),
            "fulfillment_status": enum_field("fulfillment_status", _FULFILLMENT),
            "created_at": date_field("created_at"),
            "updated_at": date_field("updated_at"),
            "processed_at": date_field("processed_at"),
            "cancelled_at": date_field("cancelled_at"),
            "closed_at": date_field("closed_at"),
            "tag": tag_field("tags"),
            "tag_not": lambda operator, value: _negated(tag_field("tags")(operator, value)),
            "email": text_field("email"),
            "po_number": text_field("po_number"),
            "customer_id": number_field("customer_id"),
            "source_name": text_field("source_name"),
            "source_identifier": text_field("source_identifier"),
            "test": flag_field("test"),
            "total": number_field("CAST(total AS REAL)"),
            "sku": _within("line_items", "order_id", text_field("sku")),
            "discount_code": text_field("discount_codes ->> '$[0]'"),
            "gateway": _within("transactions", "order_id", text_field("gateway")),
            "location_id": number_field("location_id"),
        },
        word_field("name", "email", "tags", "po_number"),
        _Metafields("ORDER"),
    ),
    {"ID": "id", "CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "PROCESSED_AT": "processed_at",
     "ORDER_NUMBER": "number", "TOTAL_PRICE": "CAST(total AS REAL)", "CUSTOMER_NAME": "email",
     "FINANCIAL_STATUS": "financial_status", "FULFILLMENT_STATUS": "fulfillment_status", "PO_NUMBER": "po_number"},
    "PROCESSED_AT",
)  # fmt: skip

FULFILLMENT_ORDERS = TableSpec(
    "fulfillment_orders",
    SearchSpec(
        {
            "id": number_field("id"),
            "status": enum_field("status"),
            "assigned_location_id": number_field("location_id"),
            "updated_at": date_field("updated_at"),
            "created_at": date_field("created_at"),
        },
        word_field("status"),
    ),
    {"ID": "id", "CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "FULFILL_AT": "fulfill_at"},
)

FILES = TableSpec(
    "files",
    SearchSpec(
        {
            "id": number_field("id"),
            "filename": text_field("filename"),
            "created_at": date_field("created_at"),
            "updated_at": date_field("updated_at"),
            "media_type": enum_field("kind", {"image": "MediaImage", "generic_file": "GenericFile"}),
        },
        word_field("filename", "alt"),
    ),
    {"ID": "id", "CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "FILENAME": "filename"},
)
