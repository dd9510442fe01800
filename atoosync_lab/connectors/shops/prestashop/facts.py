"""Every name, limit, version key and assumption about the PrestaShop Webservice, with its source.

Sources: [LIVE] executed on real shops 1.7.7.2 and 9.1.4 in November 2026, [C] core source, [D] devdocs, [I#n] public
report. Assumptions that nobody has executed carry a number, PS01 and so on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atoosync_lab.connectors.picturing import ImageRules

SYSTEM = "prestashop"
API_PATH = "api/"
VERSION_HEADER = "PSWS-Version"
"""PrestaShop version, only once the key was accepted; `0` before. [LIVE]"""
NO_DATE = "0000-00-00 00:00:00"

FILTER_BYTES = 1500
"""Longest value of one filter, before percent-encoding: public clients split there, hosts accept it. [PY]"""
LIGHT_PAGE_FACTOR = 10
"""Rows without texts (variants, stock) are read in pages this much larger, at most `LIGHT_PAGE_MAX`: pages of 1 000 to
2 000 light rows are within a host's memory. [reference, section 7]"""
LIGHT_PAGE_MAX = 2000
CLOCK_TOLERANCE = 300
"""Seconds between the shop's clock and ours that a connection test accepts; date filters overlap by less."""
READ_TIMEOUT = 120.0
READ_WAITS = (2.0, 4.0)
"""Seconds before a read is tried again whose answer was a 500 or stopped before its end."""

IMAGE_FIELDS = "id,id_default_image,images[id]"
"""What is read of a product's images: ids in the shop's order, and which one is the main image. An association is shown
by a list where it is named. [C: request]"""
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})
IMAGE_TYPES_9 = IMAGE_TYPES | {"image/webp"}
"""Types an upload takes; WebP from 9.0.3. [C: images][I#28157]"""
IMAGE_BYTES = 3_000_000
"""Largest upload: fixed at 3 MB up to 8.0; later the shop's own setting, which the Webservice does not show, counts: a
larger one is not counted on. [C: images][I#28157]"""
IMAGES_COMPARED = 30
"""Images of unknown origin of one product that are fetched and compared before an upload (PS30: ASSUMPTION, no article
has more that came another way): the same file twice makes two images, and the shop tells no digest. [LIVE]"""
IMAGE_GONE_CODES = frozenset({"57", "67"})
"""The image is not there (any more). [LIVE]"""

# Error codes: the first one of an answer decides, whatever the HTTP status says. [LIVE]
KEY_CODES = frozenset({16, 17, 18, 19, 20, 21})
KEY_TOO_SHORT = 18
"""Not exactly 32 characters. [C: dispatcher][LIVE]"""
RESOURCE_DENIED_CODES = frozenset({25, 26, 101})
SHOP_DENIED = 132
SERVICE_OFF = 22
PHP_NOTICE_CODES = frozenset(range(2, 16))
"""A PHP notice became an error; the object may be stored all the same. [C][I#35922][LIVE]"""
STORED_THOUGH_REFUSED = frozenset({86})
"""400 for an unknown association, but the product is kept. [LIVE]"""

ROUND_TYPES = {"1": "item", "2": "line", "3": "total", "0": "line"}
"""`round_type`; 0 marks an old order and counts as 2. [C]"""
ROUND_MODES = {"0": "up", "1": "down", "2": "half_up", "3": "half_down", "4": "half_even", "5": "half_odd"}
ONE_AFTER_ANOTHER = "2"
"""`tax_computation_method` of taxes that compound; any other value adds them (PS01: not executed). [C]"""

LANGUAGE_FIELDS = ("name", "description", "description_short", "meta_title", "meta_description", "link_rewrite")

READ_ONLY: Mapping[str, frozenset[str]] = {
    "products": frozenset(
        {"manufacturer_name", "quantity", "position_in_category", "id_default_combination", "type", "associations"}
    ),
    "combinations": frozenset({"associations", "quantity", "location"}),
    "stock_availables": frozenset({"associations"}),
    "manufacturers": frozenset({"link_rewrite", "associations"}),
}
"""Nodes stripped before a whole resource is sent back: refused with code 93, or with setters that bite. Associations
that are absent stay untouched, and a blank `combination` node inserts a ghost row. [LIVE][I#23183]"""

ORDER_FIELDS = (
    "id,id_address_delivery,id_address_invoice,id_currency,id_lang,id_customer,id_carrier,current_state,module,payment,"
    "invoice_number,invoice_date,date_add,date_upd,id_shop,total_discounts_tax_incl,total_discounts_tax_excl,"
    "total_paid_tax_incl,total_paid_tax_excl,total_paid_real,total_products,total_products_wt,total_shipping_tax_incl,"
    "total_shipping_tax_excl,carrier_tax_rate,total_wrapping_tax_incl,total_wrapping_tax_excl,round_mode,round_type,"
    "conversion_rate,reference"
)
LINE_FIELDS = (
    "id,id_order,product_id,product_attribute_id,product_name,product_quantity,product_ean13,product_reference,"
    "product_weight,reduction_percent,reduction_amount_tax_incl,reduction_amount_tax_excl,group_reduction,"
    "tax_computation_method,ecotax,unit_price_tax_incl,unit_price_tax_excl,total_price_tax_incl,total_price_tax_excl,"
    "original_product_price,taxes[id]"
)
"""`original_product_price` is the list price in every version; `product_price` changed its meaning in 1.7.8. [LIVE]"""
PIECES_FIELDS = "id,id_order,product_id,product_attribute_id,product_reference,product_quantity"
ADDRESS_FIELDS = (
    "id,id_customer,id_country,id_state,company,lastname,firstname,vat_number,address1,address2,postcode,city,other,"
    "phone,phone_mobile"
)
CUSTOMER_FIELDS = (
    "id,id_default_group,id_lang,id_gender,lastname,firstname,email,company,siret,is_guest,active,date_upd"
)
PAYMENT_FIELDS = "id,order_reference,id_currency,amount,payment_method,conversion_rate,transaction_id,date_add"
DISCOUNT_FIELDS = "id,id_order,id_cart_rule,name,value,value_tax_excl,free_shipping,deleted"
CART_RULE_FIELDS = "id,reduction_product"
"""`reduction_product` above 0: the voucher takes its amount off that product alone. [C: Order]"""
SLIP_FIELDS = (
    "id,id_customer,id_order,conversion_rate,total_products_tax_excl,total_products_tax_incl,total_shipping_tax_excl,"
    "total_shipping_tax_incl,partial,date_add,date_upd,"
    "order_slip_details[id_order_detail,product_quantity,amount_tax_excl,amount_tax_incl]"
)
PRODUCT_FIELDS = (
    "id,id_manufacturer,id_supplier,id_category_default,id_tax_rules_group,reference,weight,ean13,price,active,"
    "date_add,date_upd,name,description,description_short,meta_title,meta_description,link_rewrite"
)
COMBINATION_FIELDS = "id,id_product,reference,ean13,price,weight"
STOCK_FIELDS = "id,id_product,id_product_attribute,id_shop,id_shop_group,quantity,depends_on_stock,out_of_stock"


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A PrestaShop version, comparable; what each version can do is asked here."""

    parts: tuple[int, ...]
    text: str

    @classmethod
    def parse(cls, text: str) -> Version:
        """From `9.1.4` or `1.7.7.2`; unreadable text gives an empty version, which can nothing."""
        return cls(tuple(int(p) for p in re.findall(r"\d+", text)[:4]), text)

    @property
    def known(self) -> bool:
        """The shop has said its version."""
        return bool(self.parts) and self.parts != (0,)

    @property
    def supported(self) -> bool:
        """1.7.7 and later: what the connector was checked with begins there."""
        return self.parts >= (1, 7, 7)

    @property
    def patch(self) -> bool:
        """PATCH writes only the nodes present. [C][LIVE 9.1.4]"""
        return self.parts >= (8,)

    @property
    def cart_rules(self) -> bool:
        """`order_cart_rules` exists from 1.7.8; in 1.7.0 to 1.7.7 voucher details cannot be read. [C]"""
        return self.parts >= (1, 7, 8)

    @property
    def order_note(self) -> bool:
        """`orders.note` exists from 1.7.8. [LIVE]"""
        return self.parts >= (1, 7, 8)

    @property
    def product_type(self) -> bool:
        """`products.product_type` exists from 1.7.8. [LIVE]"""
        return self.parts >= (1, 7, 8)

    @property
    def webp(self) -> bool:
        """Images may be WebP from 9.0.3. [C: images]"""
        return self.parts >= (9, 0, 3)

    @property
    def meta_keywords(self) -> bool:
        """`products.meta_keywords` is gone in 9. [LIVE]"""
        return self.parts < (9,)


def product_fields(version: Version) -> str:
    """Fields of a product list of that version."""
    return PRODUCT_FIELDS + (",meta_keywords" if version.meta_keywords else "")


def language_fields(version: Version) -> tuple[str, ...]:
    """Texts of a product that the version holds."""
    return LANGUAGE_FIELDS + (("meta_keywords",) if version.meta_keywords else ())


def order_fields(version: Version) -> str:
    """Fields of an order list of that version."""
    return ORDER_FIELDS + (",note" if version.order_note else "")


def text_rules(version: Version) -> dict[str, dict[str, Any]]:
    """What the shop accepts in each text, as plain data.

    Each field gives `max_length` (characters), `forbidden` (characters refused), `html` and `single_line`. Sizes are
    those of the synopses of 1.7.7.2 and 9.1.4, alphabets those of `Validate.php`: `; = #` in names were refused up to
    8.0, and 8.1 and 8.2 were not read, so they are kept out of names below 9 (PS02).
    """
    old = version.parts < (9,)
    plain = {"max_length": 255, "forbidden": "<>{}" + ("=" if old else ""), "html": False, "single_line": True}
    html = {"max_length": 4_194_303, "forbidden": "", "html": True, "single_line": False}
    rules: dict[str, dict[str, Any]] = {
        "name": {**plain, "max_length": 128, "forbidden": "<>{}" + (";=#" if old else "")},
        "description": dict(html),
        "description_short": dict(html),
        "meta_title": dict(plain),
        "meta_description": {**plain, "max_length": 512},
        "meta_keywords": dict(plain),
        "link_rewrite": {**plain, "max_length": 128, "allowed": "abcdefghijklmnopqrstuvwxyz0123456789-"},
        "reference": {**plain, "max_length": 64, "forbidden": "<>;={}"},
        "brand": {**plain, "max_length": 64, "forbidden": "<>{}" + (";=#" if old else "")},
        "barcode": {**plain, "max_length": 13 if old else 14, "allowed": "0123456789"},
    }
    if not version.meta_keywords:
        del rules["meta_keywords"]
    return rules


NEEDED_RIGHTS: Mapping[str, tuple[str, ...]] = {
    "products": ("get", "post", "write"),
    "combinations": ("get", "write"),
    "stock_availables": ("get", "write"),
    "manufacturers": ("get", "post"),
    "orders": ("get",),
    "order_details": ("get",),
    "order_histories": ("post",),
    "order_payments": ("get",),
    "order_slip": ("get",),
    "order_states": ("get",),
    "addresses": ("get",),
    "customers": ("get",),
    "taxes": ("get",),
    "tax_rules": ("get",),
    "tax_rule_groups": ("get",),
    "countries": ("get",),
    "states": ("get",),
    "carriers": ("get",),
    "currencies": ("get",),
    "languages": ("get",),
    "groups": ("get",),
    "shops": ("get",),
    "configurations": ("get",),
}
"""Rights a key needs; `write` means PATCH from 8, PUT before."""


def needed_rights(version: Version) -> dict[str, tuple[str, ...]]:
    """Resource -> methods in lower case that the connector uses with that version."""
    write = "patch" if version.patch else "put"
    rights = {r: tuple(write if m == "write" else m for m in methods) for r, methods in NEEDED_RIGHTS.items()}
    if version.cart_rules:
        rights["order_cart_rules"] = rights["cart_rules"] = ("get",)
    return rights


CONFIGURATIONS = (
    "PS_LANG_DEFAULT", "PS_CURRENCY_DEFAULT", "PS_HOME_CATEGORY", "PS_GIFT_WRAPPING_TAX_RULES_GROUP",
)  # fmt: skip
"""Configurations read: context of amounts, texts and new products. [C]"""

PAYMENT_MODULES = {
    "ps_wirepayment": "Virement bancaire",
    "ps_checkpayment": "Chèque",
    "ps_cashondelivery": "Paiement à la livraison",
    "free_order": "Commande gratuite",
    "paypal": "PayPal",
    "stripe_official": "Stripe",
    "ps_checkout": "PrestaShop Checkout",
}
"""Modules often met: the Webservice has no list of payment methods; those that recent orders show are added."""
RECENT_ORDERS = 500
"""Orders looked at for the payment modules in use: header rows of three fields, one call."""


def slug(text: str) -> str:
    """A URL part the shop accepts: unaccented lower-case letters, figures and dashes. [LIVE]"""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:128].strip("-")


def image_rules(version: Version) -> ImageRules:
    """Which images a version takes. Their order cannot be written, only the main one chosen. [C: images]"""
    types = IMAGE_TYPES_9 if version.webp else IMAGE_TYPES
    return ImageRules(max_bytes=IMAGE_BYTES, mime_types=types, ordered=False)
