"""Every name, enum, limit and path of EBP that this connector uses.

Sources: EBP's developer guide (headers, OAuth, folders), public client code (paging, filters, document types), database
schemas of the same product line (columns and lengths). Numbers A01 to A38 refer to `assumptions.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from atoosync_lab.model.documents import DocumentKind

SYSTEM = "ebp"

# --- Sign-in (EBP guide; A01, A02) ---------------------------------------------------------------------------------
AUTHORIZE_PATH = "/connect/authorize"
TOKEN_PATH = "/connect/token"
SCOPES = "openid profile offline_access"
REFRESH_MARGIN = timedelta(seconds=60)
"""A pair is refreshed that long before its access token ends."""
DEFAULT_EXPIRY_SECONDS = 3600
"""When an answer lacks `expires_in`."""
SUBSCRIPTION_HEADER = "ebp-subscription-key"

# --- Paths ---------------------------------------------------------------------------------------------------------
FOLDERS_PATH = "/gescom/api/v1/Folders"


def query_path(folder: str) -> str:
    """Route that reads any table of a folder."""
    return f"/gescom/api/v1/Folders/{folder}/GenericQuery"


def custom_fields_path(folder: str) -> str:
    """Route of the custom-field schema."""
    return f"/gescom/api/v1/Folders/{folder}/CustomFields"


def create_import_path(folder: str) -> str:
    """Route that takes an import file (A26, A38)."""
    return f"/import/api/v1/Folders/{folder}/createImport"


def import_status_path(folder: str) -> str:
    """Route that tells the state of an import (A38)."""
    return f"/import/api/v1/Folders/{folder}/Status"


# --- Limits --------------------------------------------------------------------------------------------------------
PAGE_SIZE = 100
"""More records a page is an error (public client code)."""
LOOKUP_BATCH = 100
"""Values of one `In`."""
MAX_URL_BYTES = 4_000
"""Encoded URLs stay below this."""
MAX_IMPORT_RECORDS = 200
SETTLE_SECONDS = 900.0
"""An import that shows nothing for so long is looked at by a person; divided by the sandbox's speed."""
SETTLE_SECONDS_AT_ONCE = 10.0
"""The same for a sandbox without waits: writing the rows of a file still takes time."""
REACH_BACK = timedelta(hours=2)
"""Read again before a since mark, because zone and clock of FromModifiedDate are assumed (A08)."""
MAX_CLOCK_OFFSET_SECONDS = 120.0

# --- Enums ---------------------------------------------------------------------------------------------------------
ACTIVE = "0"
"""ActiveState of an active article or customer (A17)."""
DOCUMENT_TYPES: Mapping[DocumentKind, int] = {
    DocumentKind.QUOTE: 1,
    DocumentKind.INVOICE: 2,
    DocumentKind.ORDER: 4,
    DocumentKind.DELIVERY_NOTE: 6,
    DocumentKind.CREDIT_NOTE: 9,
}
"""A23"""
DOCUMENT_KINDS: Mapping[str, DocumentKind] = {str(number): kind for kind, number in DOCUMENT_TYPES.items()}
PROGRESS = (DocumentKind.QUOTE, DocumentKind.ORDER, DocumentKind.DELIVERY_NOTE, DocumentKind.INVOICE)
"""The way of a sale; later is further (ORD-24)."""
VAT_SLOTS = 6
"""VAT rates that the header of a document holds (`DetailVatAmount0_` to `5_`); a seventh refuses the import."""
SALES_PRODUCTS = ("INV30", "INV40")
"""`shortName` of sales-management folders (A37)."""

# --- Tables --------------------------------------------------------------------------------------------------------
ITEM = "Item"
STOCK = "StockItem"
CUSTOMER = "Customer"
DOCUMENT = "SaleDocument"
SETTLEMENT = "SaleSettlement"
IMPORT_FORMATS_TABLE = "EbpSysGenericImportSettings"
MODIFIED = "sysModifiedDate"
CREATED = "sysCreatedDate"
KEY_FIELD = "xx_AtooKey"
"""Custom field that holds our token alone (A25)."""
CUSTOM_PREFIX = "xx_"

ITEM_TYPED = (
    "Id",
    "Caption",
    "SalePriceVatExcluded",
    "VatId",
    "ActiveState",
    "AllowPublishOnWeb",
    "ManageStock",
    "BarCode",
    "SupplierId",
    "ParentRangeItemId",
    "Weight",
    CREATED,
    MODIFIED,
)
"""Columns that fill typed fields of `Product`: always read."""
_LANGUAGES = ("2", "3", "4", "5")
ITEM_TEXTS = (
    "Id",
    "Caption",
    "DesCom",
    "DesComClear",
    "Notes",
    "NotesClear",
    "BarCode",
    "FamilyId",
    "SubFamilyId",
    "SupplierId",
    "ParentRangeItemId",
    "UnitId",
    "IntrastatNc8NomenclatureId",
    *(f"LocalizableCaption_{n}" for n in _LANGUAGES),
    *(f"LocalizableDesCom_{n}" for n in _LANGUAGES),
    *(f"LocalizableDesCom_Clear_{n}" for n in _LANGUAGES),
)
"""Text columns of an article: offered by the mapping pages, read when no fields are named."""
ITEM_NUMBERS = ("ItemType", "SalePriceVatIncluded", "NetWeight", "Height", "Width", "Length", "Volume")
"""Number columns worth a place in `fields`. Pictures (`ItemImage`) are asked for by themselves alone (A13)."""
IMAGE, IMAGE_VERSION = "ItemImage", "ImageVersion"
"""The image of an article's sheet as base64, perhaps behind a data prefix, and a number that changes with it; empty or
0 without an image (A13). An article whose image changes gets a new modification date (A13)."""
SHEET_IMAGE = "sheet"
"""Our image id of the one image that an article has: no table of further ones was found."""
IMAGES_A_CALL = 10
"""Articles whose images are asked for in one call: some megabytes an answer."""
STOCK_COLUMNS = (
    "ItemId",
    "StorehouseId",
    "RealStock",
    "VirtualStock",
    "OrderedQuantity",
    "SuppliersOrderedQuantity",
    MODIFIED,
)
CUSTOMER_COLUMNS = (
    "Id",
    "Name",
    "Civility",
    "ActiveState",
    "Siren",
    "Nic",
    "IntracommunityVATNumber",
    "PriceListCategoryId",
    "MainInvoicingContact_Email",
    "MainInvoicingContact_Name",
    "MainInvoicingContact_FirstName",
    "MainInvoicingAddress_ThirdName",
    MODIFIED,
)
DOCUMENT_COLUMNS = (
    "Id",
    "DocumentNumber",
    "DocumentType",
    "Reference",
    "AmountVatExcludedWithDiscountAndShipping",
    "AmountVatIncluded",
    MODIFIED,
)

# --- Tokens in references (A25) ------------------------------------------------------------------------------------
REFERENCE_LENGTH = 70
TOKEN_LENGTH = 14
TOKEN_IN_REFERENCE = re.compile(rf" \[([0-9A-HJKMNP-TV-Z]{{{TOKEN_LENGTH}}})\]$")
REFERENCE_TEXT_LENGTH = REFERENCE_LENGTH - TOKEN_LENGTH - 3
"""Characters left for the template's text before ` [token]`."""


def reference_with_token(text: str, token: str) -> str:
    """Reference text of a folder without our custom field: the text cut to 53 characters, then ` [token]`."""
    return f"{text[:REFERENCE_TEXT_LENGTH]} [{token}]"


# --- Import files (docs/ebp-import.md; A26 to A31, A38) ------------------------------------------------------------
CATEGORY_CUSTOMER = "Customer"
CATEGORY_DOCUMENT = "SaleDocument"
CATEGORY_SETTLEMENT = "Settlement"
FORMATS: Mapping[str, str] = {
    CATEGORY_CUSTOMER: "AtooSync Client",
    CATEGORY_DOCUMENT: "AtooSync Document",
    CATEGORY_SETTLEMENT: "AtooSync Règlement",
}
STATUS_WAITING = ("waiting", "running")
STATUS_COMPLETED = "completed"
STATUS_ERROR = "error"

INVOICING = "(facturation)"
DELIVERY = "(livraison)"
ADDRESS_HEADINGS: tuple[tuple[str, str, int], ...] = (
    ("Nom (adresse)", "name", 60),
    ("Adresse 1", "address1", 40),
    ("Adresse 2", "address2", 40),
    ("Adresse 3", "address3", 40),
    ("Adresse 4", "address4", 40),
    ("Code postal", "postcode", 10),
    ("Ville", "city", 35),
    ("Département", "state", 50),
    ("Code Pays", "country", 3),
    ("Nom (contact)", "contact_name", 60),
    ("Prénom", "contact_first_name", 60),
    ("Téléphone fixe", "phone", 20),
    ("Téléphone portable", "mobile", 20),
    ("E-mail", "email", 100),
)
"""Heading, field of `PostalAddress`, longest text."""
