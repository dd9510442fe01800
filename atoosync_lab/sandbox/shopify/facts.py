"""What is known of the real service, with its source, and what is assumed.

Sources: `docs` Shopify's developer documentation; `changelog` its developer changelog; `schema` the introspection that
Shopify publishes with its developer tools; `community` answers of Shopify's staff in its developer forum; `clients`
messages found in public client code and its tests. ASSUMPTION marks what no source settles.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

Plan = Literal["basic", "advanced", "plus"]

VERSIONS = ("2025-10", "2026-01", "2026-04", "2026-07", "2026-10")
"""Versions served, oldest first. An older one falls forward to the first (docs: usage/versioning)."""
LATEST = VERSIONS[-1]
VERSION_PATTERN = r"^(20\d\d-(?:01|04|07|10)|unstable)$"
"""Well-formed versions: quarters (docs). ASSUMPTION: `unstable` is served as the newest; a quarter after it is 404."""

IDEMPOTENT_SINCE = "2026-01"
"""First version with the directive `@idempotent` (schema)."""
IDEMPOTENT_REQUIRED_SINCE = "2026-04"
"""First version that demands it at run time (changelog)."""
COMPARE_FIELD_SINCE = "2026-01"
"""First version with `changeFromQuantity` (schema)."""
COMPARE_REQUIRED_SINCE = "2026-04"
"""First version without `compareQuantity`/`ignoreCompareQuantity`; `changeFromQuantity` must then be given, if only
as null (changelog)."""
IDEMPOTENT_MUTATIONS = frozenset(
    {"inventorySetQuantities", "inventoryAdjustQuantities", "inventoryActivate", "refundCreate"}
)
"""Mutations that take the directive (changelog: those of inventory and refunds), among those served."""

RESTORE_RATE: dict[Plan, int] = {"basic": 100, "advanced": 200, "plus": 1000}
"""Points restored a second (docs: graphql-admin/rate-limits)."""
BUCKET: dict[Plan, int] = {"basic": 2000, "advanced": 4000, "plus": 20000}
"""Points of a full bucket. The first is seen in published answers (community); the others: ASSUMPTION, twenty seconds
of restoring like the first."""
MAX_QUERY_COST = 1000
"""Dearest single query, on any plan (docs; the message and the code are those of `clients`)."""
MUTATION_COST = 10
"""A mutation costs this whatever it returns (docs)."""
CONNECTION_COST = 2
"""Of a connection itself; its nodes cost `floor(2 ln(max(2, first)))` times one node (community: staff's answer about
logarithmic scaling; it gives 25 points for the published example of 250 variants with their inventory items)."""
FREE_OBJECTS = frozenset(
    {"PageInfo", "MailingAddress", "ShopAddress", "LocationAddress", "InventoryItemMeasurement", "CurrencyFormats"}
)
"""Objects without identity that cost nothing (community). A field `unitCost` is free too."""
FREE_FIELDS = frozenset({"unitCost"})

MAX_ARRAY = 250
"""Longest array of an input argument (docs: usage/limits)."""
MAX_PAGE = 250
"""Largest `first` or `last` (docs: usage/limits)."""
MAX_PRODUCT_VARIANTS_PAGE = 2000
"""Variants of one product in a query of that product alone (changelog: enhanced variant query limits)."""
MAX_PAGED = 25_000
"""Objects that paging reaches, and the largest exact count (docs: usage/limits)."""

MAX_VARIANTS = 2048
"""Variants of a product (changelog, October 2025)."""
MAX_OPTIONS = 3
"""Options of a product (docs)."""
MAX_PRODUCT_TAGS = 250
"""Tags of a product (docs)."""
MAX_METAFIELDS_SET = 25
"""Metafields of one `metafieldsSet` (docs)."""
MAX_SET_QUANTITIES = 50_000
"""Variants times locations of one `productSet` (docs)."""
DAILY_VARIANTS_ABOVE = 50_000
"""From this many variants in a store, new ones are limited a day (docs: ProductCreatePayload)."""
DAILY_VARIANTS = 1000
"""That limit; not on plan plus (ASSUMPTION)."""

ORDER_WINDOW = timedelta(days=60)
"""Age of the oldest order shown without the scope `read_all_orders` (docs: Order)."""

TOKEN_LIFE = timedelta(hours=24)
"""Life of a token of the client-credentials grant (docs)."""
ASYNC_FILE_DELAY = timedelta(seconds=2)
"""How long a new file stays UPLOADED or PROCESSING. ASSUMPTION."""
ASYNC_OPERATION_DELAY = timedelta(seconds=1)
"""How long an asynchronous `productSet` takes to begin. ASSUMPTION."""
IDEMPOTENCY_LIFE = timedelta(hours=24)
"""How long a key is remembered. ASSUMPTION."""

BULK_CONCURRENCY: dict[str, int] = {"2025-10": 1}
"""Bulk operations of one kind at a time in old versions (changelog: faster bulk operations)."""
BULK_CONCURRENCY_DEFAULT = 5
"""Since 2026-01 (changelog)."""
BULK_MAX_INPUT = 100 * 1024 * 1024
"""Bytes of a bulk mutation's input (docs: bulk-operations/imports)."""

SCOPES = (
    "read_all_orders", "read_locales",
    "write_companies", "write_customers", "write_files", "write_fulfillments", "write_inventory",
    "read_locations", "write_merchant_managed_fulfillment_orders", "write_orders", "write_products",
    "write_publications", "read_shipping", "write_discounts",
)  # fmt: skip
"""Scopes of the sandbox's app; `write_x` holds `read_x` (docs)."""

QUERY_SCOPES: dict[str, str] = {
    "products": "read_products", "product": "read_products", "productsCount": "read_products",
    "productByIdentifier": "read_products", "productByHandle": "read_products", "productVariant": "read_products",
    "productVariants": "read_products", "productVariantsCount": "read_products",
    "productVariantByIdentifier": "read_products", "collection": "read_products", "collections": "read_products",
    "collectionByHandle": "read_products", "collectionByIdentifier": "read_products",
    "productOperation": "read_products", "inventoryItem": "read_inventory", "inventoryItems": "read_inventory",
    "inventoryLevel": "read_inventory", "location": "read_locations", "locations": "read_locations",
    "locationsCount": "read_locations", "customer": "read_customers", "customers": "read_customers",
    "customersCount": "read_customers", "customerByIdentifier": "read_customers", "order": "read_orders",
    "orders": "read_orders", "ordersCount": "read_orders", "orderByIdentifier": "read_orders",
    "refund": "read_orders", "fulfillment": "read_orders",
    "fulfillmentOrder": "read_merchant_managed_fulfillment_orders",
    "fulfillmentOrders": "read_merchant_managed_fulfillment_orders", "shopLocales": "read_locales",
    "publications": "read_publications",
    "publication": "read_publications", "files": "read_files", "companies": "read_companies",
    "company": "read_companies", "companiesCount": "read_companies", "companyLocations": "read_companies",
    "companyLocation": "read_companies", "catalogs": "read_products", "catalog": "read_products",
    "priceLists": "read_products", "priceList": "read_products",
}  # fmt: skip
"""Scope of each root field (docs; names of files, publications, companies: ASSUMPTION). Absent: none needed."""

MUTATION_SCOPES: tuple[tuple[str, str], ...] = (
    ("product", "write_products"), ("collection", "write_products"), ("catalog", "write_products"),
    ("priceList", "write_products"), ("inventory", "write_inventory"), ("publishable", "write_publications"),
    ("publication", "write_publications"), ("file", "write_files"), ("customer", "write_customers"),
    ("company", "write_companies"), ("order", "write_orders"), ("refund", "write_orders"),
    ("fulfillment", "write_merchant_managed_fulfillment_orders"),
)  # fmt: skip
"""Scope by the first word of a mutation (docs); others need none of their own."""

OBJECT_SCOPES: dict[tuple[str, str], str] = {
    ("Order", "fulfillmentOrders"): "read_merchant_managed_fulfillment_orders",
    ("Order", "customer"): "read_customers",
    ("ProductVariant", "inventoryItem"): "read_inventory",
    ("InventoryLevel", "location"): "read_locations",
}
"""Scope of fields deeper down (docs: each object's page)."""

PROTECTED_TYPES = frozenset({"Customer"})
"""Objects denied without access to protected customer data (docs)."""
PROTECTED_FIELDS: dict[str, frozenset[str]] = {
    "Customer": frozenset(
        {"firstName", "lastName", "displayName", "email", "phone", "defaultAddress", "addresses", "addressesV2",
         "defaultEmailAddress", "defaultPhoneNumber"}
    ),
    "Order": frozenset({"email", "phone", "billingAddress", "shippingAddress", "displayAddress"}),
    "MailingAddress": frozenset({"firstName", "lastName", "name", "address1", "address2", "phone"}),
}  # fmt: skip
"""Fields that come back null, with an error, while the app has no access to protected customer data (docs: the
fields of level two; their exact list is an ASSUMPTION)."""

PLUS_ONLY = frozenset({"companyCreate", "companyUpdate", "companyAssignCustomerAsContact"})
"""Mutations of B2B, refused below plan plus (docs: b2b). ASSUMPTION: as a user error of the mutation."""

DOC_RATE = "https://shopify.dev/api/usage/rate-limits"
DOC_ACCESS = "https://shopify.dev/api/usage/access-scopes"
DOC_PROTECTED = "https://shopify.dev/docs/apps/launch/protected-customer-data"
INVALID_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"
"""Body of the 401 (`clients`)."""
AUTO_STOCK_SINCE = "2026-10"
"""From here on quantities stock an item at a location by themselves: the code ITEM_NOT_STOCKED_AT_LOCATION is gone
(schema). ASSUMPTION: that is what took its place."""
MAX_BULK_CONNECTIONS = 5
MAX_BULK_DEPTH = 2
"""Connections of a bulk query, and how deep they may lie in each other (docs: bulk-operations/queries)."""
