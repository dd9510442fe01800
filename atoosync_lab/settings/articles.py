"""Tab « Articles » of the manual: sheets, stocks, prices, statuses, and what an update rewrites in the shop."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from atoosync_lab.settings.base import ListId, Settings

TEXT_FIELDS = (
    "name",
    "description",
    "description_short",
    "meta_description",
    "meta_title",
    "meta_keywords",
    "link_rewrite",
)


class TextMap(Settings):
    """Which ERP text field fills which shop text (ART-06). Empty = none."""

    name: ListId = "Caption"
    description: ListId = "DesCom"
    description_short: ListId = ""
    meta_description: ListId = ""
    meta_title: ListId = ""
    meta_keywords: ListId = ""
    link_rewrite: ListId = ""


class LanguageTexts(TextMap):
    """The same for one more language of the shop (ART-07). Nothing by default: the shop's texts stay as they are."""

    name: ListId = ""
    description: ListId = ""


class StockKind(StrEnum):
    """Which stock is sent (ART-40)."""

    REAL = "real"
    REAL_MINUS_CUSTOMERS = "real_minus_customers"
    PROJECTED_MINUS_SUPPLIERS = "projected_minus_suppliers"


class ProductSettings(Settings):
    """Export of articles."""

    create: bool = True
    """« Créer les articles dans le site web »; off: the flow is refused with that reason (ART-01)."""
    texts: TextMap = TextMap()
    """Texts in the shop's main language."""
    texts_by_language: dict[str, LanguageTexts] = {}
    """Texts of other shop languages, by language id (ART-07)."""
    default_tax: ListId = ""
    """Shop tax rule group for VAT codes without a map (ART-08)."""
    taxes: dict[str, ListId] = {}
    """ERP VAT id -> shop tax rule group id."""
    brand_field: ListId = ""
    """ERP field with the brand; empty = not used (ART-09)."""
    published_only: bool = True
    """« Utiliser Publié sur le web » (ART-10)."""
    filter: Annotated[str, Field(max_length=1000)] = ""
    """Filter expression, e.g. `ID LIKE 'EM%'`."""
    since_last_transfer: bool = False
    status_since_last_transfer: bool = False
    """ART-11."""


class ImageSettings(Settings):
    """Images of articles (ART-30)."""

    create: bool = False
    """« Créer les images »: new products get the images of their articles."""
    from_sheet: bool = True
    """« Envoyer les images de la fiche article »: the image of the sheet, beside those of a gallery."""
    delete_first: bool = False
    """« Supprimer toutes les images de l'article avant d'envoyer les nouvelles »: also those that somebody else put
    into the shop. The manual shows no default: off, for nothing is deleted that was not asked for."""
    reattach: bool = False
    """« Réassocier les images »: a product that lost an image of ours gets it back from the shop's library (SHP-08)."""


class ShopCreation(Settings):
    """What a creation writes besides the sheet (SHP-01)."""

    active: bool = True
    category: Annotated[str, Field(max_length=20, pattern="^[0-9]*$")] = ""
    """Id of the fallback category; empty = home."""


class ShopUpdate(Settings):
    """What an update rewrites in the shop (SHP-02); the manual's 19 switches with its defaults."""

    name: bool = False
    description_short: bool = False
    description: bool = False
    meta_and_url: bool = True
    price: bool = True
    special_prices: bool = False
    quantity: bool = True
    weight: bool = False
    size: bool = True
    barcode: bool = False
    brand: bool = False
    supplier: bool = False
    images: bool = False
    documents: bool = False
    features: bool = False
    category: bool = False
    parent_categories: bool = False
    reindex: bool = False
    all_languages: bool = True


class StockSettings(Settings):
    """Export of stocks (ART-40)."""

    warehouses: tuple[str, ...] = ()
    """ERP warehouse ids, summed; empty = no stock update."""
    kind: StockKind = StockKind.REAL
    default_quantity: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    """For articles without stock tracking; None: 0 is sent."""
    published_only: bool = True
    allow_negative: bool = False
    since_last_transfer: bool = False
    filter: Annotated[str, Field(max_length=1000)] = ""


class PriceSettings(Settings):
    """Export of prices (ART-50), base prices in this slice."""

    precision: Annotated[int, Field(ge=0, le=6)] = 6
    """Decimals sent. Six by default: PrestaShop stores six, and fewer lose cents on tax-inclusive prices."""
    published_only: bool = True
    since_last_transfer: bool = False
    filter: Annotated[str, Field(max_length=1000)] = ""


class ArticleSettings(Settings):
    """The tab as a whole."""

    products: ProductSettings = ProductSettings()
    images: ImageSettings = ImageSettings()
    creation: ShopCreation = ShopCreation()
    update: ShopUpdate = ShopUpdate()
    stocks: StockSettings = StockSettings()
    prices: PriceSettings = PriceSettings()
