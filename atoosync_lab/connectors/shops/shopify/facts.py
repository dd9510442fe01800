"""Every name, limit, field and assumption about the Shopify Admin API, with its source.

Sources: [DOC] Shopify's developer documentation, [CL] its developer changelog, [SCHEMA] the introspection that Shopify
publishes for each version (descriptions of fields included), [STAFF] answers of Shopify's staff in its developer forum,
[SEEN] behaviour of public clients, [MEASURED] measured by us on our sandbox. What no source settles is an ASSUMPTION
and carries a number, SH01 and so on.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from atoosync_lab.connectors.picturing import ImageRules

SYSTEM = "shopify"
TITLE = "Shopify"

# --- Address, versions, tokens ----------------------------------------------------------------------------------------

DOMAIN_SUFFIX = ".myshopify.com"
"""Every shop keeps `name.myshopify.com`; the API answers there alone. [DOC: admin-graphql]"""
ADMIN_HOST = "admin" + ".shopify.com"
"""Host of the back office, whose addresses read `/store/name`."""
API_PATH = "admin/api/{version}/graphql.json"
TOKEN_PATH = "admin/oauth/access_token"
TOKEN_HEADER = "X-Shopify-Access-Token"
VERSION_HEADER = "X-Shopify-API-Version"
"""Version that was served; another one than asked when that one is out of support. [DOC: usage/versioning]"""

VERSIONS = ("2025-10", "2026-01", "2026-04", "2026-07", "2026-10")
"""Versions whose operations this connector knows; each is served for at least twelve months. [DOC: usage/versioning]"""
DEFAULT_VERSION = "2026-07"
IDEMPOTENT_SINCE = "2026-01"
"""`@idempotent(key:)` exists; from 2026-04 the mutations of inventory demand it. [SCHEMA][CL]"""
COMPARE_FIELD_SINCE = "2026-01"
"""`changeFromQuantity`; before, `compareQuantity`. From 2026-04 it must be given. [SCHEMA][CL]"""
REFUND_PROCESSED_SINCE = "2026-01"
"""`Refund.processedAt`. [SCHEMA]"""
BULK_BY_ID_SINCE = "2026-01"
"""`bulkOperation(id:)`; before, `node(id:)` finds an operation as well. [SCHEMA]"""

TOKEN_MARGIN = 300.0
"""Seconds before its end at which a 24 h token is renewed: longer than any call, shorter than any run's need."""
TOKEN_LIFE = 86_399
"""Seconds that a token lives when the grant does not say (`expires_in`). [DOC: client-credentials-grant]"""

READ_TIMEOUT = 120.0
"""Seconds: Shopify answers or gives up within some tens of seconds; bulk files may be large."""

# --- Points -----------------------------------------------------------------------------------------------------------

MAX_COST = 1000
"""Points of the dearest query, on any plan. [DOC: graphql-admin/rate-limits]"""
MUTATION_COST = 10
"""Points of one mutation. [DOC: graphql-admin/rate-limits]"""
THROTTLE_TRIES = 12
"""Times that a throttled request is sent again. Other apps have buckets of their own, so one wait is mostly enough."""
THROTTLE_WAIT_LEAST = 0.5
"""Seconds waited after THROTTLED when the arithmetic says less."""
RATE_WAIT = 2.0
"""Seconds waited after a 429 that names none."""
RATE_TRIES = 3
"""Times that a creation is sent again after a 429, which says that nothing was done."""
LONGEST_WAIT = 60.0
"""Seconds; a remote that asks for more ends the run instead, which goes on later."""

MAX_ARRAY = 250
"""Longest array of an input, largest page. [DOC: usage/limits]"""
MAX_PAGED = 25_000
"""Objects that paging reaches with a filter, and the largest exact count. [DOC: usage/limits]"""

# --- Reading ----------------------------------------------------------------------------------------------------------

PRODUCT_PAGE = 250
"""Products a page: with up to 100 variants each some 350 points by the published scale (a page of n is charged as
floor(2 ln n) times one node). [STAFF][MEASURED]"""
VARIANTS_INLINE = 100
"""Variants read with their product; the rest of a product in further pages of `MAX_ARRAY`."""
STOCK_PAGE = 250
"""Variants a page of stocks: some 60 points. [MEASURED]"""
ORDER_SCAN_PAGE = 250
"""Orders a page when only ids and states are looked at: some 15 points. [MEASURED]"""
ORDER_PAGE = 25
"""Whole orders a page, lines included: some 920 points, just below `MAX_COST`. [MEASURED]"""
ORDERS_BY_ID = 6
"""Whole orders asked for by id in one query: some 150 points each, for a list of ids has no scale. [MEASURED]"""
LINES_INLINE = 100
"""Lines read with their order; the rest in further pages."""
PIECES_PAGE = 100
"""Orders a page when only products and quantities of their lines are read: some 280 points. [MEASURED]"""
PIECES_BY_ID = 30
"""The same by id: some 30 points each. [MEASURED]"""
PRODUCTS_BY_ID = 30
"""Products asked for by id with their variants or stocks: some 30 points each. [MEASURED]"""
IDS_PAGE = 200
"""Objects looked up by id in one query: some 4 points each. [MEASURED]"""
SKU_TERMS = 25
"""SKUs in one search, two terms each. The length of a search text is not documented (SH01: ASSUMPTION, 50 terms of 40
signs pass)."""
REFUNDED_PAGE = 100
SLIP_ORDERS = 10
"""Orders whose refunds are read in one query: some 90 points each. [MEASURED]"""

IMAGES_INLINE = 50
"""Media read with their product; the rest of a product in further pages of `MAX_ARRAY`."""
IMAGES_PAGE = 100
"""Products a page when only their media are read. [MEASURED: some 300 points]"""
IMAGE_RESOURCE = "IMAGE"
"""Kind of a staged upload. [SCHEMA: StagedUploadTargetGenerateUploadResource]"""
IMAGE_RULES = ImageRules(
    max_bytes=20_000_000,
    mime_types=frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"}),
    max_pixels=25_000_000,
    max_images=250,
)
"""Largest file, most pixels, most media of a product. [DOC: product media] Media are in the order of the list that
`productSet` is given; the first one is the main image. [SCHEMA]"""
FILES_LOOKED_UP = 10
"""Names of files in one search (SH20: ASSUMPTION: `filename:` takes a beginning with `*`, as text fields do)."""
FILE_FAILED = "FAILED"
FILE_ENDED = frozenset({"READY", FILE_FAILED})
"""States of a file on which nothing works any more. [SCHEMA: FileStatus]"""
FILE_WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds between looks at new files. What is still worked on then counts as taken (SH21: ASSUMPTION)."""

BULK_PRODUCTS_FROM = 2_000
"""Variants from which the catalogue is read by a bulk operation. By pages 2 000 articles take 8 calls and some 2 000
points, which the full bucket of the smallest plan holds; beyond, that plan waits some 10 s per 1 000 articles, longer
than a bulk operation of that size runs. [MEASURED: points; DOC: rate-limits]"""
BULK_ORDERS_FROM = 100
"""Whole orders from which they are read by a bulk operation: 100 orders by pages take 4 calls and some 3 000 points, 10
to 30 s on a small plan. [MEASURED: points; DOC: rate-limits]"""
BULK_PIECES_FROM = 2_000
"""As `BULK_ORDERS_FROM`, for products and quantities alone: 20 calls, some 5 000 points. [MEASURED]"""
BULK_WAITS = (1.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0)
"""Seconds between looks at a bulk operation; the last one repeats."""
BULK_PATIENCE = 7_200.0
"""Seconds after which a bulk operation is given up: they run for minutes, at most 24 h (imports), 10 days (queries).
[DOC: bulk-operations]"""
BULK_STUCK = 400
"""Looks after which a bulk operation is given up, however short the waits were."""
BULK_BUSY_CODES = frozenset({"OPERATION_IN_PROGRESS", "LIMIT_REACHED"})
"""As many bulk operations run as the version allows (1 of a kind before 2026-01, then 5): it is read by pages instead.
[SCHEMA: BulkMutationErrorCode][CL]"""
BULK_PRICES_FROM = 200
"""Prices of one call from which a bulk mutation is used: 200 mutations take 2 000 points, the whole bucket of the
smallest plan, and 20 s to restore; a bulk operation takes about as long and costs 20 points. [MEASURED][DOC]"""
BULK_PRICES_A_FILE = 2_500
"""Prices a file: a run can be stopped between files, and counts what a file has written."""
BULK_RESOURCE = "BULK_MUTATION_VARIABLES"
BULK_MIME = "text/jsonl"
BULK_MOST_BYTES = 95_000_000
"""Bytes of an input file; 100 MB are allowed. [DOC: bulk-operations/imports]"""

SKEW = 300
"""Seconds by which a modification date is asked for too early: the search index lags behind. (SH02: ASSUMPTION)"""
CLOCK_TOLERANCE = 300
"""Seconds between Shopify's clock and ours that a connection test accepts: tokens are renewed by it."""

ORDER_WINDOW_DAYS = 60
"""Older orders are left out without a word while the scope `read_all_orders` is missing. [DOC: Order]"""
ALL_ORDERS_SCOPE = "read_all_orders"
RECENT_ORDERS = 100
"""Newest orders looked at for taxes, carriers and payment methods in use: Shopify has no lists of them."""

# --- Writing ----------------------------------------------------------------------------------------------------------

PRICE_ALIASES = 25
"""Mutations of prices or sheets in one request: 250 points. They run one after the other, so 25 take a few seconds,
well within a request's time. (SH03: ASSUMPTION on the time)"""
CREATE_ALIASES = 5
"""Creations in one request: a synchronous `productSet` takes up to a second. (SH03)"""
LOOKUP_ALIASES = 50
"""Look-ups by our own number in one request: a point or two each."""
STOCK_LINES = 250
"""Lines of one `inventorySetQuantities`. [DOC: usage/limits]"""
STOCK_NAME = "available"
"""Quantity that is for sale; orders not shipped yet are already taken off it. [DOC: inventory states]"""
STOCK_REASON = "correction"
"""Reason shown in the history of a stock. [DOC: InventorySetQuantitiesInput]"""
STOCK_DOCUMENT = "gid://atoo-sync/StockUpdate/1"
"""Origin shown in the history of a stock; any URI of this form is accepted. [DOC: InventorySetQuantitiesInput]"""
STALE_CODES = frozenset({"CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"})
MISSING_CODES = frozenset({"INVALID_INVENTORY_ITEM"})
NOT_STOCKED_CODES = frozenset({"ITEM_NOT_STOCKED_AT_LOCATION"})
"""The article has no stock at the location yet. [CL]"""

KEY_NAMESPACE = "atoosync"
KEY_NAME = "item_code"
KEY_TYPE = "id"
"""Product metafield that holds the article's code: its type makes it unique and an identifier for `productSet`, so a
creation that is sent twice makes one product. A SKU is neither. [DOC: working-with-custom-ids]"""
TAKEN_CODES = frozenset({"TAKEN"})
"""The definition exists already. [SCHEMA: MetafieldDefinitionCreateUserErrorCode]"""
DEFAULT_OPTION = ("Title", "Default Title")
"""Option and value of a product without choices. [DOC: new-product-model]"""

ONLINE_STORE_NAMES = frozenset({"online store", "boutique en ligne"})
"""Names of the publication of the shop's own site. The API gives the English one. (SH04: ASSUMPTION on the French)"""

STATUS_READ = 50
"""Orders whose state is looked at in one query before they are moved: 18 points each. [MEASURED]"""
CANCEL_LOOKS = 5
"""Looks at an order that is being cancelled: the cancellation runs in the background."""

WEIGHT_FACTORS: Mapping[str, str] = MappingProxyType(
    {"KILOGRAMS": "1", "GRAMS": "0.001", "POUNDS": "0.45359237", "OUNCES": "0.028349523125"}
)
"""Kilograms of each unit of weight; the pivot counts in kilograms. [SCHEMA: WeightUnit]"""

TAXABLE, EXEMPT = "taxable", "exempt"
"""Our ids of the two tax classes: Shopify keeps a yes or no per variant and finds the rate itself. [SCHEMA]"""

PAYMENT_GATEWAYS: Mapping[str, str] = MappingProxyType(
    {
        "shopify_payments": "Shopify Payments",
        "paypal": "PayPal",
        "manual": "Manuel",
        "gift_card": "Carte-cadeau Shopify",
        "Cash on Delivery (COD)": "Paiement à la livraison",
        "Bank Deposit": "Virement bancaire",
        "Money Order": "Chèque",
        "cash": "Espèces (POS)",
    }
)
"""Gateways often met, by the name that transactions carry; those of recent orders are added. [SEEN]"""

CAPTURED_KINDS = frozenset({"SALE", "CAPTURE"})
"""Transactions that brought money, when they succeeded; an authorisation is none (PB-25). [SCHEMA]"""
CHANGE_KIND = "CHANGE"
"""Change given back at a till: it lowers what was received. [SCHEMA]"""
SUCCESS = "SUCCESS"

PROTECTED_SIGNS = ("protected-customer-data", "not approved to access", "protected customer data")
"""Words of the error of an app without access to buyers' data. [SEEN]"""
FROZEN_CODES = frozenset({"SHOP_INACTIVE"})
OWN_QUERY_CODES = frozenset(
    {
        "undefinedField",
        "undefinedType",
        "argumentNotAccepted",
        "argumentLiteralsIncompatible",
        "missingRequiredArguments",
        "selectionMismatch",
        "undefinedDirective",
        "GRAPHQL_VALIDATION_FAILED",
    }
)
"""Codes by which a version refuses an operation that it does not know. [SEEN]"""
PLAN_SIGNS = ("shopify plus", "plan", "upgrade")
"""Words of a refusal for the subscription's sake. (SH05: ASSUMPTION)"""

TEXT_FIELDS = ("name", "description", "meta_title", "meta_description", "link_rewrite")
"""Texts of a product: title, description, SEO title and description, handle. [SCHEMA]"""

_LINE = {"max_length": 255, "forbidden": "", "html": False, "single_line": True}
TEXT_RULES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "name": dict(_LINE),
        "description": {"max_length": 500_000, "forbidden": "", "html": True, "single_line": False},
        "meta_title": dict(_LINE),
        "meta_description": {**_LINE, "max_length": 320},
        "link_rewrite": {**_LINE, "allowed": "abcdefghijklmnopqrstuvwxyz0123456789-"},
        "reference": dict(_LINE),
        "brand": dict(_LINE),
        "barcode": dict(_LINE),
    }
)
"""Sizes of texts. The one of a title is documented as 255; descriptions, SEO texts and SKU: SH06, ASSUMPTION from the
back office's own forms."""

NEEDED_SCOPES: tuple[str, ...] = (
    "read_products",
    "write_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
    "read_orders",
    "write_orders",
    "read_customers",
    "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "read_publications",
    "write_publications",
)
"""Scopes of the app; `write_x` holds `read_x`. [DOC: access-scopes]"""
ASSUMED = ("SH07", "SH08")
"""SH07: `subtotalSet` of a refunded line is with tax where the order's amounts are; `subtotalAmountSet` of a refunded
shipping is without, unless the money paid back says otherwise. SH08: a tip is part of `totalPriceSet` and
`totalTipReceivedSet`, and of no line."""
USEFUL_SCOPES: tuple[str, ...] = (ALL_ORDERS_SCOPE, "read_locales")
"""Without them the connector works with limits that it says: orders of 60 days, the language shown as French."""
FALLBACK_LOCALE = "fr"
"""Language id of the texts while the shop's locale cannot be read."""


def holds_scope(given: frozenset[str], wanted: str) -> bool:
    """Whether scopes hold one: `write_x` holds `read_x`."""
    return wanted in given or (wanted.startswith("read_") and f"write_{wanted.removeprefix('read_')}" in given)


# --- Webhooks ---------------------------------------------------------------------------------------------------------

HOOK_TOPICS = ("orders/create", "orders/updated")
"""Topics to register: payments, shipments, refunds and cancellations are updates. [DOC: webhooks]"""
HOOK_READ = frozenset(
    {*HOOK_TOPICS, "orders/paid", "orders/partially_fulfilled", "orders/fulfilled", "orders/cancelled"}
)  # fmt: skip
"""Topics whose content is an order. [DOC: webhooks]"""
HOOK_TOPIC = "x-shopify-topic"
HOOK_SIGNATURE = "x-shopify-hmac-sha256"
"""HMAC-SHA256 of the body under the app's client secret, in base64. [DOC: webhooks/verify-deliveries]"""
HOOK_DELIVERY = "x-shopify-webhook-id"
"""The same for every try of one delivery. The event's id is no substitute: it is common to all deliveries of one act.
[DOC: webhooks/verify-deliveries, ignore-duplicates]"""
HOOK_SHOP = "x-shopify-shop-domain"
"""`name.myshopify.com`: one app, hence one secret, may serve several shops. [DOC: webhooks]"""
HOOK_SECONDS = 5.0
"""Time for an answer; then eight more tries within four hours, after which a subscription made through the API is
deleted. [DOC: webhooks]"""
HOOK_PAGE = 250
"""Subscriptions that are looked at: an app has a handful."""
