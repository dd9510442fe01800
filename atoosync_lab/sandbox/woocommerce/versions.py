"""What older and newer versions of WooCommerce have: one table a kind of difference.

Sources: the file headers (`@since`) of the plugin's repository and the notes of the project's reference on version
9.9.5, which was seen live. What could be verified neither way is marked ASSUMPTION.
"""

from __future__ import annotations

import functools

DEFAULT_VERSION = "9.9.5"
OLDEST = "3.5"
"""The REST API v3 came with WooCommerce 3.5."""

BRANDS = (9, 4)
GLOBAL_UNIQUE_ID = (9, 2)
MODIFIED_FILTERS = (5, 8)
"""`modified_after`, `modified_before` and `dates_are_gmt`: older shops ignore them in silence."""

SKU_LOCK = (9, 1)
"""The lock on the lookup table, which lets SKU in the trash block. ASSUMPTION: 9.1 (it came in mid 2024)."""

FIELDS_SINCE: dict[str, dict[str, tuple[int, ...]]] = {
    "products": {
        "global_unique_id": GLOBAL_UNIQUE_ID,
        "brands": BRANDS,
        "low_stock_amount": (5, 0),  # ASSUMPTION
        "has_options": (5, 0),  # ASSUMPTION
        "post_password": (8, 0),  # ASSUMPTION
        "permalink_template": (7, 0),  # ASSUMPTION
        "generated_slug": (7, 0),  # ASSUMPTION
    },
    "variations": {
        "global_unique_id": GLOBAL_UNIQUE_ID,
        "low_stock_amount": (5, 0),  # ASSUMPTION
        "type": (8, 6),  # ASSUMPTION
        "name": (7, 9),  # ASSUMPTION
        "parent_id": (7, 9),  # ASSUMPTION
    },
    "orders": {
        "payment_url": (6, 7),  # ASSUMPTION
        "is_editable": (7, 0),  # ASSUMPTION
        "needs_payment": (7, 0),  # ASSUMPTION
        "needs_processing": (7, 0),  # ASSUMPTION
        "currency_symbol": (4, 0),  # ASSUMPTION
    },
    "coupons": {"status": (7, 7)},  # ASSUMPTION
    "taxes": {"postcodes": (5, 3), "cities": (5, 3)},
    "tax_lines": {"rate_percent": (4, 0)},  # ASSUMPTION
    "shipping_lines": {"tax_status": (9, 0), "instance_id": (3, 5)},  # ASSUMPTION
    "line_items": {"image": (5, 9), "parent_name": (4, 4)},  # ASSUMPTION
    "coupon_lines": {"discount_type": (9, 0), "nominal_amount": (9, 0), "free_shipping": (9, 0)},  # ASSUMPTION
}
"""Fields of an answer, by resource, that came later than 3.5."""

ROUTES_SINCE: dict[str, tuple[int, ...]] = {
    "products/brands": BRANDS,
    "variations": (10, 3),
    "orders/{id}/receipt": (8, 7),  # ASSUMPTION
    "orders/{id}/actions/send_order_details": (9, 8),  # ASSUMPTION
    "orders/{order_id}/fulfillments": (10, 1),
    "refunds": (9, 0),  # ASSUMPTION
    "orders/statuses": (9, 0),  # ASSUMPTION
    "products/{id}/duplicate": (7, 3),  # ASSUMPTION
    "products/custom-fields/names": (9, 2),  # ASSUMPTION
}
"""Routes that came later than 3.5; names as in `routes`."""


def parse(version: str) -> tuple[int, ...]:
    """`9.9.5` as (9, 9, 5).

    Raises:
        ValueError: when it is no version, or older than the API.
    """
    parts = tuple(int(part) for part in version.split("."))
    if parts < (3, 5):
        raise ValueError(f"version {version} has no REST API v3; the oldest is {OLDEST}")
    return parts


@functools.cache
def missing_fields(resource: str, version: tuple[int, ...]) -> frozenset[str]:
    """Fields that answers of a resource do not have in that version."""
    return frozenset(name for name, since in FIELDS_SINCE.get(resource, {}).items() if version < since)
