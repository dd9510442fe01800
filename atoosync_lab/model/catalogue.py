"""Pivot records of the catalogue: the same shape for an ERP article and a shop product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from atoosync_lab.model.records import record


@record
class Product:
    """An article of the ERP, or a product or variant of a shop."""

    remote_id: str
    """Id in its system, as text. Unique within (kind)."""
    kind: str = "product"
    """`product` or `variant`."""
    parent_id: str | None = None
    """Shop variant: id of its product. ERP: reference of its master, if any."""
    reference: str = ""
    """Reference exactly as held, spaces and case kept."""
    key: str = ""
    """Product key: `reference` without surrounding spaces, case kept (`model.keys.product_key`)."""
    label: str = ""
    """ERP: what people call the article, for lists and messages. Empty for shops: their texts tell."""
    texts: Mapping[str, str]
    """Texts by `field@language`, e.g. `name@fr`; fields: name, description, description_short, meta_title,
    meta_description, meta_keywords, link_rewrite. ERP articles: empty (their texts are chosen from `fields`)."""
    price_excl_tax: Decimal | None = None
    """Base sale price excl. tax. Of a shop variant: its own, or what it adds to its product's price, as its connector
    says (`Capability.VARIANT_PRICE_IMPACT`). None for a shop that keeps prices with tax."""
    price_incl_tax: Decimal | None = None
    """Base sale price incl. tax, for a shop that keeps its prices so."""
    unit_id: str = ""
    """Shop: id of the unit that holds price, barcode and stock, where that is neither product nor variant."""
    tax_id: str | None = None
    """ERP: VAT id; shop: tax rule group id."""
    active: bool | None = None
    """Shop: shown for sale. ERP: neither dormant nor blocked."""
    web_published: bool | None = None
    """ERP: published on the web."""
    stock_tracked: bool | None = None
    barcode: str = ""
    brand: str = ""
    """Shop: manufacturer id. ERP: empty (chosen from `fields`)."""
    supplier: str = ""
    weight: Decimal | None = None
    category_id: str | None = None
    """Shop: default category id."""
    created_at: datetime | None = None
    modified_at: datetime | None = None
    fields: Mapping[str, str]
    """Every field of the system as text, custom ones too (ERP only; empty for shops)."""


@record
class Stock:
    """Stock of one article in one warehouse (ERP), or of one product or variant (shop)."""

    remote_id: str
    product_id: str
    """ERP: article id. Shop: product id."""
    variant_id: str | None = None
    """Shop: variant id; None for the product's own row."""
    warehouse_id: str = ""
    """ERP warehouse id; shop: shop id."""
    warehouse_group: str = ""
    """Shop: shop group id, sent back as read."""
    quantity: Decimal = Decimal(0)
    """Shop: quantity for sale. ERP: real stock."""
    customers_ordered: Decimal | None = None
    suppliers_ordered: Decimal | None = None
    projected: Decimal | None = None
    depends: str = ""
    """Shop: `depends_on_stock` as read."""
    out_of_stock: str = ""
    """Shop: behaviour when out of stock, as read."""
    modified_at: datetime | None = None


@record
class ArticleImage:
    """An image of an article (ERP) or of a product (shop). Its bytes stand beside the captures, by digest."""

    article_id: str
    """ERP: article id. Shop: product id."""
    image_id: str
    """Unique within its article."""
    position: int = 0
    """Order in which they are shown, ascending; the first one is the main image."""
    version: str = ""
    """ERP: changes whenever the content does; empty: not known, so that the content is read each time."""
    sheet: bool = False
    """ERP: the image of the article's sheet; else one of a gallery."""
    digest: str = ""
    """SHA-256 of the content, hexadecimal. Shop: as far as the shop tells; empty: it does not."""
    mime_type: str = ""
    """Found in the bytes, not in the name; empty: no image that is known here, or not read."""
    byte_count: int = 0
    pixels: int = 0
    """Width times height; 0: not known."""


@dataclass(frozen=True, slots=True)
class ImageContent:
    """The bytes of an image as a connector reads them; never part of a capture's rows."""

    digest: str
    """SHA-256, hexadecimal."""
    content: bytes
