"""Every name, limit and assumption about Tryton that this connector uses, with its source.

Sources: [LIVE] executed on a real server 8.2 in November 2026; [SRC] source of trytond and its modules 8.2. Assumptions
that nobody has executed carry a number (TR01).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SYSTEM = "tryton"

# --- Protocol --------------------------------------------------------------------------------------------------------

ROOT_PATH = "rpc/"
"""Calls that belong to no database: the series, the list of databases. [LIVE]"""


def rpc_path(database: str) -> str:
    """Where a database is called; series before 8 answer one level higher. [LIVE]"""
    return f"{database}/rpc/"


LOGIN = "common.db.login"
LOGOUT = "common.db.logout"
VERSION = "common.server.version"
SERIES = "8."
"""Series this connector was built against; both the address of a database and names of fields differ before. [LIVE]"""
SERIES_SPOKEN = "8.0 to 8.x"
LOST_SESSION = (401, 403)
"""Statuses judged before a method runs: nothing was done. 401: session over or unknown; 403: method not offered, and in
older series a session that is over. [LIVE][SRC: protocols/dispatcher.py]"""
TOO_MUCH = 413
"""A body beyond `[request] max_size_authenticated` of the server. [SRC]"""
RECURSION = re.compile(r"maximum recursion depth|recursion limit", re.IGNORECASE)
"""The server works recursively through what one call creates; with Python's usual limit some 50 records. [LIVE]"""
NO_RIGHT = re.compile(r"\bnot allowed\b|pas autoris", re.IGNORECASE)
"""How the server words a missing right; such an error has no code of its own. [SRC: ir/message.xml, ir/locale/fr.po]
In other languages (TR01) the same error is told as an ordinary refusal, with the server's own words."""
WARNING_NAME = 120
"""Characters of a warning's name that are told."""
TIMEOUT = 120.0
"""Seconds that a read may take; a page takes some on a busy machine."""
WRITE_TIMEOUT = 600.0
"""Seconds that a write may take: one document of 700 lines was posted in 227 s on a busy machine. [LIVE]"""
LOGOUT_TIMEOUT = 5.0
"""Seconds for the farewell, which nobody waits for."""
MAX_CLOCK_OFFSET_SECONDS = 120.0
SETTLE_SECONDS_AT_ONCE = 1.0
"""How long a sending may take to show, for a sandbox without waits."""

# --- Reading ---------------------------------------------------------------------------------------------------------

PAGE_SIZE = 500
"""Records of a page; 264 articles with all their fields take 1.2 s and 250 KB. [LIVE]"""
MOVE_PAGE = 1000
"""Open stock moves of a page."""
IDS_A_CALL = 500
"""Values of one `in`."""
INACTIVE_TOO: Mapping[str, bool] = {"active_test": False}
"""Context in which a search finds inactive records as well. [LIVE]"""
END_OF_TIME = (9999, 12, 31)
"""`stock_date_end` up to which a forecast looks: every planned move. [SRC: stock/product.py]"""

PRODUCT = "product.product"
TEMPLATE = "product.template"
PARTY = "party.party"
CATEGORY = "product.category"
MOVE = "stock.move"
LOCATION = "stock.location"
TAX = "account.tax"

NEEDED_MODULES = (
    "account",
    "account_invoice",
    "account_product",
    "company",
    "party",
    "product",
    "sale",
    "stock",
)
"""Modules without which documents of sale, their accounts and their stock cannot be written."""
NEEDED_RIGHTS: Mapping[str, str] = {
    "product.product": "read",
    "product.template": "read",
    "party.party": "create",
    "party.address": "create",
    "sale.sale": "create",
    "sale.line": "create",
    "account.invoice": "create",
    "stock.move": "create",
    "stock.shipment.out": "create",
}
"""What the user's groups must allow, by model, as `ir.model.access.get_access` tells it. [LIVE]"""

# --- Articles --------------------------------------------------------------------------------------------------------

GOODS = ("goods", "assets")
"""Types of product that are kept in stock. [SRC: stock]"""
BARCODE_TYPES = ("ean", "upc", "isbn", "ismn")
"""Types of a product's identifiers that are barcodes, the best first. [SRC: product]"""
WEB_CATEGORY = "WEB"
"""Code of the category of articles that are published on the web (TR03: Tryton has no such switch of its own, and a
category is what every installation can have without a module). Without such a category it is what is salable."""
WEIGHT_TO_KG: Mapping[str, str] = {
    "kg": "1",
    "g": "0.001",
    "t": "1000",
    "mg": "0.000001",
    "lb": "0.45359237",
    "oz": "0.028349523125",
    "ct": "0.0002",
}
"""Kilograms of a unit by its symbol: the shops and the other ERP count in kilograms. [SRC: product/uom.xml; exact by
definition]"""
TEXT_TYPES = ("char", "text")
FIELD_TYPES = (*TEXT_TYPES, "integer", "numeric", "float", "boolean", "selection", "date")
"""Types of own fields of an article that are kept as text in `Product.fields`."""
PRODUCT_TYPED = (
    "code", "active", "list_price_used", "template", "salable", "type", "create_date", "write_date", "position",
    "template.name", "template.code", "template.write_date", "account_category", "categories", "default_uom.symbol",
    "identifiers.type", "identifiers.code",
)  # fmt: skip
"""Fields that make the pivot's own columns; all are there with module `product`, the first account category with
`account_product`. [LIVE]"""
NO_FIELDS = frozenset(
    {
        "id", "rec_name", "xml_id", "create_date", "write_date", "last_modified_at", "active", "code_readonly",
        "image_url", "list_price", "list_price_used", "list_price_uom", "cost_value", "cost_price", "cost_price_method",
        "quantity", "forecast_quantity",
        "sale_price_uom", "cost_price_uom", "code", "attributes_name", "suffix_code", "prefix_code", "position",
        "unece_allowance_charge_code", "unece_special_service_code", "salable", "type",
    }
)  # fmt: skip
"""Fields of an article that are no texts to choose: told in columns of their own, costly (quantities), or nobody's
business in a shop (what an article costs)."""
TRANSLATED = ("name", "description")
"""Texts of an article that Tryton keeps in every language of the database. [SRC: product]"""

IMAGE, IMAGE_MODULE = "product.image", "product_image"
IMAGE_FIELDS = ("template", "product", "sequence", "write_date", "create_date")
"""An image belongs to a template, or to one variant of it. [SRC: product_image]"""
IMAGES_A_CALL = 5
"""The server keeps images as JPEG of at most 2048 x 2048: some megabytes an answer. [SRC: product_image]"""

# --- Customers -------------------------------------------------------------------------------------------------------

PARTY_FIELDS = (
    "code", "name", "active", "create_date", "write_date", "lang.code",
    "addresses.active", "addresses.party_name", "addresses.attn", "addresses.street", "addresses.postal_code",
    "addresses.city", "addresses.country.code", "addresses.subdivision.name", "addresses.invoice", "addresses.delivery",
    "contact_mechanisms.active", "contact_mechanisms.type", "contact_mechanisms.value",
    "identifiers.active", "identifiers.type", "identifiers.code",
)  # fmt: skip
PRICE_LIST_FIELD = "sale_price_list"
"""Price list of a party; module `sale_price_list`. [LIVE]"""
SIRET, SIREN = "fr_siret", "fr_siren"
"""Types of identifiers that module `party_siret` adds; a SIRET belongs to an address of the party. [LIVE]"""
VAT_TYPES = ("eu_vat", "fr_vat")
"""Types of identifiers that hold a VAT number; any `<country>_vat` comes after them. [SRC: party]"""

# --- Documents and lists ---------------------------------------------------------------------------------------------

PAYMENT_MEANS = "account.statement.journal"
"""Model whose records are the payment means: a settlement becomes a line of a bank statement of that journal."""
