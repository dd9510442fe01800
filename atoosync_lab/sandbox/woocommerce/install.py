"""What a freshly installed shop holds, and the keys that tests and demonstrations know."""

from __future__ import annotations

from atoosync_lab.sandbox.woocommerce.settings import GROUPS
from atoosync_lab.sandbox.woocommerce.state import ShopState

WRITE_KEY = "ck_0000000000000000000000000000000000005a11"
WRITE_SECRET = "cs_0000000000000000000000000000000000005a11"
"""The pair that may read and write."""

READ_KEY = "ck_0000000000000000000000000000000000005a12"
READ_SECRET = "cs_0000000000000000000000000000000000005a12"
"""The pair that may only read."""

MEDIA_USER = "boutique"
MEDIA_PASSWORD = "aaaa bbbb cccc dddd eeee 5a11"
"""A user of WordPress and an application password of theirs: what the media library asks for."""

DEFAULT_CATEGORY = 15
"""Id of `Uncategorized`, which products without a category get."""

SITE_TITLE = "Boutique"


def install(state: ShopState) -> None:
    """Fill an empty state: settings of a French shop, the administrator, the default category, tax classes, keys."""
    for group in GROUPS.values():
        for name, setting in group.items():
            state.set_option(name, setting.default)
    # What the merchant chose in the setup wizard.
    state.set_option("woocommerce_default_country", "FR")
    state.set_option("woocommerce_currency", "EUR")
    state.db.executemany("INSERT INTO _sequences VALUES (?, ?)", [("term", 16), ("post", 10), ("meta", 30)])
    state.insert(
        "terms",
        {"id": DEFAULT_CATEGORY, "taxonomy": "product_cat", "name": "Uncategorized", "slug": "uncategorized",
         "parent": 0, "menu_order": 0, "description": "", "display": "default", "image": 0},
    )  # fmt: skip
    for slug, name in (("reduced-rate", "Reduced rate"), ("zero-rate", "Zero rate")):
        state.insert("tax_classes", {"slug": slug, "name": name})
    now = state.now()
    state.insert(
        "customers",
        {"email": "boutique@example.test", "username": "boutique", "role": "administrator", "created": now,
         "modified": now, "first_name": "", "last_name": "", "billing": {}, "shipping": {}, "meta_data": []},
    )  # fmt: skip
    add_key(state, WRITE_KEY, WRITE_SECRET, "read_write")
    add_key(state, READ_KEY, READ_SECRET, "read")


def add_key(state: ShopState, key: str, secret: str, permissions: str = "read_write") -> None:
    """Make a pair of keys, or change it.

    Args:
        state: The shop.
        key: `ck_...`
        secret: `cs_...`
        permissions: `read`, `write` or `read_write`.

    Raises:
        ValueError: other permissions.
    """
    if permissions not in ("read", "write", "read_write"):
        raise ValueError(f"permissions are read, write or read_write, not {permissions!r}")
    state.db.execute("DELETE FROM keys WHERE consumer_key = ?", (key,))
    state.insert("keys", {"consumer_key": key, "consumer_secret": secret, "permissions": permissions, "user_id": 1})
