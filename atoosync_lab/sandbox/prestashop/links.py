"""Fields and associations that the shop works out when it reads: SQL over the tables of `state`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

COMPUTED: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("carriers", "id_tax_rules_group"): "main.id_tax_rules_group",
        ("categories", "nb_products_recursive"): (
            "(SELECT COUNT(DISTINCT cp.id_product) FROM _category_products cp WHERE cp.id_category = main.id)"
        ),
        ("currencies", "name"): "main.name",
        ("manufacturers", "link_rewrite"): "slug(main.name)",
        ("suppliers", "link_rewrite"): "slug(main.name)",
        ("orders", "shipping_number"): (
            "COALESCE((SELECT oc.tracking_number FROM order_carriers oc WHERE oc.id_order = main.id ORDER"
            " BY oc.id LIMIT 1), '')"
        ),
        ("products", "id_default_image"): (
            "COALESCE((SELECT i.id FROM _images i WHERE i.kind = 'products' AND i.id_owner = main.id AND"
            " i.cover = 1 LIMIT 1), '')"
        ),
        ("products", "id_default_combination"): "main.cache_default_attribute",
        ("products", "position_in_category"): (
            "COALESCE((SELECT cp.position FROM _category_products cp"
            " WHERE cp.id_category = main.id_category_default AND cp.id_product = main.id), '')"
        ),
        ("products", "manufacturer_name"): (
            "COALESCE((SELECT m.name FROM manufacturers m WHERE m.id = main.id_manufacturer), '')"
        ),
        ("products", "quantity"): "0",
        ("products", "type"): (
            "CASE WHEN main.a_product_bundle NOT IN ('', '[]') THEN 'pack' WHEN main.is_virtual = 1 THEN"
            " 'virtual' ELSE 'simple' END"
        ),
        ("stocks", "real_quantity"): "0",
        ("warehouses", "valuation"): "'0'",
    }
)
"""SQL of the fields with a getter, by resource and field; `main` is the table of the resource."""

DERIVED: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (
            "attachments",
            "products",
        ): "SELECT id_attachment, id_product FROM _product_attachments WHERE id_attachment IN ({ids}) ORDER BY 2",
        ("categories", "categories"): "SELECT id_parent, id FROM categories WHERE id_parent IN ({ids}) ORDER BY 2",
        ("categories", "products"): (
            "SELECT id_category, id_product FROM _category_products WHERE id_category IN ({ids}) ORDER BY position, 2"
        ),
        ("customer_threads", "customer_messages"): (
            "SELECT id_customer_thread, id FROM customer_messages WHERE id_customer_thread IN ({ids}) ORDER BY 2"
        ),
        ("manufacturers", "addresses"): (
            "SELECT id_manufacturer, id FROM addresses WHERE id_manufacturer IN ({ids}) AND id_manufacturer"
            " > 0 ORDER BY 2"
        ),
        ("orders", "order_rows"): "SELECT id_order, {parts} FROM order_details WHERE id_order IN ({ids}) ORDER BY id",
        ("product_options", "product_option_values"): (
            "SELECT id_attribute_group, id FROM product_option_values WHERE id_attribute_group IN ({ids})"
            " ORDER BY position, 2"
        ),
        (
            "products",
            "attachments",
        ): "SELECT id_product, id_attachment FROM _product_attachments WHERE id_product IN ({ids}) ORDER BY 2",
        (
            "products",
            "categories",
        ): "SELECT id_product, id_category FROM _category_products WHERE id_product IN ({ids}) ORDER BY 2",
        ("products", "combinations"): "SELECT id_product, id FROM combinations WHERE id_product IN ({ids}) ORDER BY 2",
        ("products", "images"): (
            "SELECT id_owner, id FROM _images WHERE kind = 'products' AND id_owner IN ({ids}) ORDER BY position, 2"
        ),
        ("products", "product_option_values"): (
            "SELECT DISTINCT c.id_product, CAST(json_extract(v.value, '$[0]') AS INTEGER) FROM combinations"
            " c, json_each(c.a_product_option_values) v"
            " WHERE c.id_product IN ({ids}) AND c.a_product_option_values <> '' ORDER BY 1, 2"
        ),
        ("products", "stock_availables"): (
            "SELECT id_product, id, id_product_attribute FROM stock_availables WHERE id_product IN ({ids})"
            " ORDER BY id_product_attribute, id"
        ),
    }
)
"""SQL of the associations that follow from other tables: owner id, then the parts of the item."""

HIDDEN: Mapping[str, str] = MappingProxyType({"customers": "main.id_shop > 0"})
"""What lists leave out (it stays readable by id): a condition by resource."""

INDEXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "addresses": ("id_customer", "id_manufacturer"),
        "carts": ("id_customer",),
        "categories": ("id_parent",),
        "combinations": ("id_product", "fold(reference)"),
        "configurations": ("fold(name)",),
        "customer_messages": ("id_customer_thread",),
        "customers": ("fold(email)", "date_upd"),
        "messages": ("id_order",),
        "order_carriers": ("id_order",),
        "order_cart_rules": ("id_order",),
        "order_details": ("id_order",),
        "order_histories": ("id_order",),
        "order_invoices": ("id_order",),
        "order_payments": ("fold(order_reference)",),
        "order_slip": ("id_order", "date_upd"),
        "orders": (
            "id_customer",
            "fold(reference)",
            "date_upd",
            "current_state",
            "id_cart",
            "invoice_number",
            "delivery_number",
        ),
        "product_option_values": ("id_attribute_group",),
        "products": ("fold(reference)", "date_upd"),
        "specific_prices": ("id_product",),
        "stock_availables": ("id_product",),
        "tax_rules": ("id_tax_rules_group",),
    }
)
"""Columns (or expressions) with an index, by resource."""
