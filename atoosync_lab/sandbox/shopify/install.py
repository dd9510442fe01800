"""What a freshly created shop holds, and the credentials that open it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from atoosync_lab.sandbox.shopify.facts import SCOPES

if TYPE_CHECKING:
    from atoosync_lab.sandbox.shopify.state import ShopState

DEFAULT_TOKEN = "shpat_sandbox0sandbox0sandbox0sandbox0"
"""Permanent token of a new shop, as admin-created apps have it, with all of `facts.SCOPES`."""
READ_TOKEN = "shpat_readonly0readonly0readonly0readon"
"""A second permanent token that may only read, and not the orders older than sixty days."""
READ_SCOPES = (
    "read_products", "read_inventory", "read_locations", "read_customers", "read_orders",
    "read_merchant_managed_fulfillment_orders", "read_files", "read_publications",
)  # fmt: skip
CLIENT_ID = "sandbox-client-id-0000000000000000"
CLIENT_SECRET = "shpss_sandbox0sandbox0sandbox0sandbox0"
"""Credentials of the app for the client-credentials grant; the secret also signs webhooks."""
SHOP_DOMAIN = "boutique.myshopify.com"
LOCATIONS = ("Entrepôt", "Boutique")
"""Locations of a new shop, the first is the primary one."""
PUBLICATIONS = ("Online Store", "Point of Sale")

SETTINGS: dict[str, Any] = {
    "name": "Boutique",
    "email": "boutique@example.test",
    "currency": "EUR",
    "taxes_included": True,
    "tax_shipping": True,
    "timezone": "Europe/Paris",
    "country": "FR",
    "weight_unit": "KILOGRAMS",
    "order_prefix": "#",
    "next_order_number": 1001,
    "plan": "basic",
    "default_tax_rate": "0.20",
    "protected_customer_data": True,
    "frozen": False,
    "app_scopes": list(SCOPES),
}
"""Settings and switches of the shop; `/_admin/settings` shows and changes them.

`protected_customer_data`: whether the app may see customers and addresses. `frozen`: 402 for every call. `plan`:
`basic`, `advanced` or `plus`. `app_scopes`: scopes of tokens that the client-credentials grant gives from now on.
"""


def install(state: ShopState) -> None:
    """Fill the tables of an empty shop."""
    now = state.now()
    for name, value in {**SETTINGS, "created_at": now}.items():
        state.set_setting(name, value)
    state.insert("tokens", {"token": DEFAULT_TOKEN, "expires": None, "scopes": ",".join(SCOPES)})
    state.insert("tokens", {"token": READ_TOKEN, "expires": None, "scopes": ",".join(READ_SCOPES)})
    address = json.dumps(
        {"address1": "1 rue du Port", "city": "Lyon", "zip": "69002", "countryCode": "FR", "country": "France"}
    )
    for name in LOCATIONS:
        state.insert("locations", {"name": name, "address": address, "created_at": now, "updated_at": now})
    for name in PUBLICATIONS:
        state.insert("publications", {"name": name})
