"""Every name, limit, version key and assumption about the WooCommerce REST API v3, with its source.

Sources: [LIVE] executed on a real shop 9.9.5 in November 2026, [C] source of WooCommerce or WordPress, [D] manual,
[I#n] public report, [P] source of the plug-in named. Assumptions that nobody has executed carry a number (WC01).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from atoosync_lab.connectors.picturing import ImageRules

SYSTEM = "woocommerce"
TITLE = "WooCommerce"
JSON_ROOT = "wp-json/"
NAMESPACE = "wc/v3"

# --- Limits --------------------------------------------------------------------------------------------------------

PAGE_MAX = 100
"""Most records a page: 101 is a 400. [LIVE]"""
BATCH_MAX = 100
"""Most records a batch, all three lists together; more is a 413. [C][LIVE]"""
BATCH_FIRST = 25
"""Records of the first batch of a kind. Weak hosts break near 40 variations (I#33042) and a batch is one PHP process,
record by record (I#22106): the size follows from what the first ones took."""
BATCH_SECONDS = 8.0
"""Seconds a batch should take: well below the 30 that PHP and proxies give by default."""
FILTER_BYTES = 1500
"""Longest value of one query field: hosts accept it."""
LOOKED_UP = 100
"""References a look-up, one page of answers."""
TIMEOUT = 120.0
"""Seconds: batches with pictures take minutes on small hosts (I#22106)."""
WAITS = (2.0, 4.0, 8.0)
"""Seconds before an absolute write is sent again."""
OVERLAP = 300
"""Seconds that a read of what changed begins earlier: dates are whole seconds and a record is stamped before it can be
listed."""
STOCK_REUSE = 900.0
"""Seconds for which the quantities that came with the products serve a read of stocks of the same run."""
SIGNATURE_WINDOW = 900
"""Seconds an OAuth timestamp may be off. [C]"""
CLOCK_TOLERANCE = 300
"""Seconds between the two clocks that a connection test passes over in silence."""

# --- Images --------------------------------------------------------------------------------------------------------

IMAGE_FIELDS = "id,images"
MEDIA_RESOURCE = "wp/v2/media"
"""WordPress's own API: keys of WooCommerce do not sign in there, an application password does. [C: auth] Over plain
HTTP WordPress takes none unless the site says that it is a local one. [C: application passwords]"""
MEDIA_FIELDS = "id,slug"
MEDIA_LOOKED_UP = 20
"""Slugs in one look-up: an address of some 1 000 bytes. Files have no trash by default, so that a slug is taken by a
file that is there, or free. [C: MEDIA_TRASH]"""
IMAGE_BYTES = 10_000_000
"""Largest file sent. A site's own limit (`upload_max_filesize`, often 2 to 64 MB) is not shown by the API (WC31:
ASSUMPTION); a refusal is told with the site's sentence."""
IMAGE_RULES = ImageRules(
    max_bytes=IMAGE_BYTES, mime_types=frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
)
"""Types: those that WordPress takes from 5.8 on. [C: wp_get_mime_types] The order of a product's images is that of its
list; the first one is the main image. [C: products]"""

# --- Errors --------------------------------------------------------------------------------------------------------

KEY_CODES = frozenset(
    {"woocommerce_rest_authentication_error", "woocommerce_rest_authentication_missing_parameter"}
)  # fmt: skip
"""Wrong secret, signature, nonce or time, or a key without the permission for that method: one code for all, and a
sentence in the site's language. [C][LIVE]"""
NO_ROUTE = "rest_no_route"
INVALID_PARAMETER = "rest_invalid_param"
SKU_TAKEN = "product_invalid_sku"
NOT_CREATED = "woocommerce_rest_product_not_created"
"""The SKU lies in the trash, or in the look-up table without its product. [LIVE]"""
BARCODE_TAKEN = "product_invalid_global_unique_id"
TERM_EXISTS = "term_exists"
TOO_LARGE = 413

# --- Orders --------------------------------------------------------------------------------------------------------

STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed")
"""Statuses of the core, for a shop that does not list them. [C]"""
DRAFT_STATUS = "checkout-draft"
"""A basket in the block checkout: no order yet. [C]"""
GOODS_GONE = frozenset({"completed", "refunded"})
"""Statuses in which the goods have left."""
GOODS_HERE = frozenset({"pending", "on-hold", "processing", "failed", DRAFT_STATUS})
"""Statuses before that; a status of a plug-in is in neither set, so that it is never kept from being set."""

PRICE_PLACES = 6
"""Decimals asked for in orders and refunds (`dp`): lines are kept unrounded, and `taxes[].total` has six. [LIVE]"""

ORDER_FIELDS = (
    "id,number,status,currency,prices_include_tax,date_created_gmt,date_modified_gmt,date_paid_gmt,date_completed_gmt,"
    "discount_total,discount_tax,shipping_total,shipping_tax,total,total_tax,customer_id,billing,shipping,"
    "payment_method,payment_method_title,transaction_id,customer_note,line_items,tax_lines,shipping_lines,fee_lines,"
    "meta_data"
)
PIECES_FIELDS = "id,date_created_gmt,date_modified_gmt,line_items"
REFUND_FIELDS = "id,date_created_gmt,amount,line_items,shipping_lines,fee_lines,_links"
"""The list over all orders tells the order of a refund in its `up` link alone. [C]"""
REFUNDED_ORDER_FIELDS = "id,currency,date_modified_gmt,refunds"
CUSTOMER_FIELDS = "id,email,first_name,last_name,billing,date_modified_gmt,meta_data"

REFUNDED_ITEM = "_refunded_item_id"
"""Meta of a refund's line: the order line it takes back. [LIVE]"""
SIRET_KEYS = ("siret", "billing_siret", "_billing_siret")
"""WC01: not in the core; the names that French plug-ins use."""
VAT_NUMBER_KEYS = (
    "_billing_vat_number", "_vat_number", "_billing_eu_vat_number", "billing_eu_vat_number", "vat_number",
    "eu_vat_number",
)  # fmt: skip
"""Order meta that hold the buyer's VAT number; not in the core. [P: EU VAT Number, EU/UK VAT, EU VAT Assistant]"""

INVOICE_KEYS = ("_wcpdf_invoice_number",)
"""Order meta that hold an invoice number; the core makes no invoices. [P: PDF Invoices & Packing Slips]"""


@dataclass(frozen=True, slots=True)
class RateKey:
    """Order meta in which a currency plug-in keeps the order's rate."""

    key: str
    inverse: bool = False
    """The rate leads from the order's currency to the shop's; the pivot wants the other way."""


RATE_KEYS = (
    RateKey("_wcpay_multi_currency_order_exchange_rate"),
    RateKey("_woocs_order_rate"),
    RateKey("_base_currency_exchange_rate", inverse=True),
)
"""The core knows no rate: it takes amounts of a foreign order as they are [LIVE]. [P: WooPayments, WOOCS/FOX, Aelia]"""
UNKNOWN_RATE = Decimal(0)
"""Rate of a foreign order that states none: flows hold such an order instead of guessing."""
RATE_OPTION = "rate_meta"
"""Option of a profile: another meta that keeps the rate, in the order's currency for one of the shop's."""

# --- Catalogue -----------------------------------------------------------------------------------------------------

PRODUCT_FIELDS = (
    "id,name,slug,type,status,description,short_description,sku,regular_price,tax_class,manage_stock,stock_quantity,"
    "stock_status,weight,categories,date_created_gmt,date_modified_gmt"
)
VARIATION_FIELDS = (
    "id,sku,regular_price,tax_class,manage_stock,stock_quantity,stock_status,weight,date_created_gmt,date_modified_gmt"
)
STOCK_FIELDS = "id,type,manage_stock,stock_quantity,stock_status"
UNTRACKED = Decimal(-1)
"""Quantity of what the shop sells without counting (`manage_stock` off, in stock): unlike any quantity that a flow
sends, so that the first one is sent and counting begins. The API itself writes -1 for "no limit". [D]"""
STANDARD_CLASS = "standard"
"""Slug of the standard rate in the list of classes; products write it as an empty text. [LIVE]"""
TAX_FROM_PARENT = "parent"
PUBLISHED, HIDDEN = "publish", "draft"
VARIABLE = "variable"
SOLD_TYPES = frozenset({"simple", "variable", "external", "grouped"})
DEFAULT_LANGUAGE = "fr"
"""Language of texts where the shop does not state its own."""

TEXT_FIELDS: Mapping[str, str] = {
    "name": "name",
    "description": "description",
    "description_short": "short_description",
    "link_rewrite": "slug",
}
"""Pivot field -> field of a product. Titles and descriptions for search engines need a plug-in."""


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A WooCommerce version, comparable; what each version can do is asked here.

    "Since" figures come from the file headers of the source [C].
    """

    parts: tuple[int, ...]
    text: str

    @classmethod
    def parse(cls, text: str) -> Version:
        """From `9.9.5` or `10.3.0-beta.1`; unreadable text gives an empty version, which counts as a recent one."""
        return cls(tuple(int(p) for p in re.findall(r"\d+", text)[:3]), text)

    @property
    def known(self) -> bool:
        """The shop has said its version."""
        return bool(self.parts)

    def _since(self, *parts: int) -> bool:
        return not self.known or self.parts >= parts

    @property
    def supported(self) -> bool:
        """3.5 brought v3 of the API."""
        return self._since(3, 5)

    @property
    def modified_filter(self) -> bool:
        """`modified_after` and `dates_are_gmt` exist from 5.8."""
        return self._since(5, 8)

    @property
    def refund_list(self) -> bool:
        """`GET refunds` over all orders exists from 9.0."""
        return self._since(9, 0)

    @property
    def barcode(self) -> bool:
        """`global_unique_id` exists from 9.2."""
        return self._since(9, 2)

    @property
    def brands(self) -> bool:
        """Brands are part of the core from 9.4."""
        return self._since(9, 4)

    @property
    def variation_list(self) -> bool:
        """`GET variations` over all products exists from 10.3; it is used only where the shop states such a version."""
        return self.known and self.parts >= (10, 3)


def product_fields(version: Version) -> str:
    """Fields of a product list of that version."""
    return PRODUCT_FIELDS + (",global_unique_id" if version.barcode else "") + (",brands" if version.brands else "")


def variation_fields(version: Version) -> str:
    """Fields of a list of variations of that version."""
    return VARIATION_FIELDS + (",global_unique_id" if version.barcode else "")


def text_rules(version: Version) -> dict[str, dict[str, Any]]:
    """What the shop accepts in each text, as plain data (see `ShopConnector.text_rules`).

    Sizes are those of the columns: slug and term names 200, SKU and barcode 100 in the look-up table [C]. A title may
    be long (text column); 255 keeps it readable in lists. WordPress takes tags off a title. [C]
    """
    plain = {"max_length": 200, "forbidden": "<>", "html": False, "single_line": True}
    html = {"max_length": 4_194_303, "forbidden": "", "html": True, "single_line": False}
    rules: dict[str, dict[str, Any]] = {
        "name": {**plain, "max_length": 255},
        "description": dict(html),
        "description_short": dict(html),
        "link_rewrite": {**plain, "allowed": "abcdefghijklmnopqrstuvwxyz0123456789-"},
        # SKUs are unique whatever their case. [LIVE]
        "reference": {**plain, "max_length": 100, "forbidden": "<>,", "ignores_case": True},
        "brand": dict(plain),
        "barcode": {**plain, "max_length": 100, "allowed": "0123456789-"},
    }
    if not version.barcode:
        del rules["barcode"]
    return rules


REFERENCE_SIGNS = ","
"""Signs that a look-up by SKU cannot carry: it takes a list. [LIVE]"""
BARCODE = re.compile(r"[0-9-]*")
"""What a barcode may hold; other signs are dropped in silence. [LIVE]"""
NUMBER = re.compile(r"\d+(\.\d+)?")
"""Prices and weights: a comma is taken for nothing, so that `5,50` becomes 550. [LIVE]"""
REFERENCE_MAX = 100


def language_of(locale: str) -> str:
    """Id of the shop's language from its locale: `fr_FR` -> `fr`."""
    return re.split(r"[_-]", locale.strip())[0].lower() or DEFAULT_LANGUAGE


def slug(text: str) -> str:
    """A URL part: unaccented lower-case letters, figures and dashes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:200].strip("-")


CORE_GATEWAYS = {
    "bacs": "Virement bancaire",
    "cheque": "Chèque",
    "cod": "Paiement à la livraison",
}
"""Payment methods of the core, for a key that may not list them. [C]"""
CORE_SHIPPING = {"flat_rate": "Forfait", "free_shipping": "Livraison gratuite", "local_pickup": "Point de retrait"}
"""Shipping methods of the core, likewise. [C]"""
NEEDED_RIGHT = "read_write"
"""Permission of the key: `read`, `write` or `read_write`. [C]"""

# --- Webhooks ------------------------------------------------------------------------------------------------------

HOOK_TOPICS = ("order.created", "order.updated")
"""Topics to register: a payment, a change of status, a refund are an update. [C]"""
HOOK_READ = frozenset({*HOOK_TOPICS, "order.restored"})
"""Topics whose content is an order; a deleted one is none any more. [C][D]"""
HOOK_TOPIC = "x-wc-webhook-topic"
HOOK_SIGNATURE = "x-wc-webhook-signature"
"""HMAC-SHA256 of the body, in base64. [C][D]"""
HOOK_DELIVERY = "x-wc-webhook-delivery-id"
"""A hash of the hook's number and the second: two deliveries of a hook within one second have the same. [C]"""
HOOK_SECONDS = 60.0
"""Time for an answer; a delivery is never sent again, and after more than five failures in a row the hook is disabled.
[C]"""
HOOK_PING = re.compile(rb"webhook_id=\d{1,19}")
"""Content of the sign of life that follows a creation: a form, without headers of its own, hence without signature. [C]
Its answer must be a 200."""
HOOK_ACTIVE = "active"
HOOK_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#039;": "'", "&#39;": "'", "&amp;": "&"}
"""Entities that the shop resolves in a secret before it signs with it. [C: wp_specialchars_decode]"""
