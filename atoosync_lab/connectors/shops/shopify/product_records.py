"""Products, variants and stock levels as pivot records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from atoosync_lab.connectors.shops.shopify import facts
from atoosync_lab.connectors.shops.shopify.gids import number
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.keys import product_key
from atoosync_lab.model.money import parse_decimal, six

Node = Mapping[str, Any]


def instant(text: str | None) -> datetime | None:
    """A moment of the API (ISO 8601, UTC); None for none.

    Raises:
        ValueError: it is no moment.
    """
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a moment without zone: {text!r}")
    return moment


def exact(text: Any) -> Decimal:
    """An amount that must be there.

    Raises:
        ValueError: it is not there, or no number.
    """
    value = parse_decimal(text)
    if value is None:
        raise ValueError(f"an amount is missing: {text!r}")
    return value


class ProductRecords:
    """Makes pivot records of the catalogue.

    Args:
        language: language id of the texts.
        incl_tax: prices are with tax.
    """

    def __init__(self, language: str, incl_tax: bool) -> None:
        self._language, self._incl_tax = language, incl_tax

    def made(self, node: Node, variants: Sequence[Node]) -> list[Product]:
        """A product with its only default variant as one record, or the product and each of its variants.

        Raises:
            ValueError, KeyError: it cannot be used.
        """
        if node["hasOnlyDefaultVariant"] and len(variants) == 1:
            return [self._product(node, variants[0], variants[0])]
        first = variants[0] if variants else None
        return [self._product(node, None, first), *(self._variant(node, variant) for variant in variants)]

    def _product(self, node: Node, unit: Node | None, first: Node | None) -> Product:
        language = self._language
        seo = node.get("seo") or {}
        reference = str(unit.get("sku") or "") if unit else ""
        price = exact(unit["price"]) if unit else None
        return Product(
            remote_id=number(node["id"]),
            reference=reference,
            key=product_key(reference),
            texts={
                f"name@{language}": node["title"],
                f"description@{language}": node.get("descriptionHtml") or "",
                f"meta_title@{language}": seo.get("title") or "",
                f"meta_description@{language}": seo.get("description") or "",
                f"link_rewrite@{language}": node["handle"],
            },
            price_excl_tax=None if self._incl_tax else price,
            price_incl_tax=price if self._incl_tax else None,
            unit_id=number(unit["id"]) if unit else "",
            tax_id=_tax_class(first),
            # A product that no publication shows is not for sale, whatever its status says.
            active=node["status"] == "ACTIVE" and bool(node.get("publishedAt")),
            stock_tracked=_tracked(unit),
            barcode=str(unit.get("barcode") or "") if unit else "",
            brand=node.get("vendor") or "",
            weight=_weight(unit),
            created_at=instant(node.get("createdAt")),
            modified_at=instant(node.get("updatedAt")),
            fields={},
        )

    def _variant(self, node: Node, variant: Node) -> Product:
        reference = str(variant.get("sku") or "")
        price = exact(variant["price"])
        return Product(
            remote_id=number(variant["id"]),
            kind="variant",
            parent_id=number(node["id"]),
            reference=reference,
            key=product_key(reference),
            texts={},
            price_excl_tax=None if self._incl_tax else price,
            price_incl_tax=price if self._incl_tax else None,
            unit_id=number(variant["id"]),
            tax_id=_tax_class(variant),
            stock_tracked=_tracked(variant),
            barcode=str(variant.get("barcode") or ""),
            weight=_weight(variant),
            modified_at=instant(variant.get("updatedAt")),
            fields={},
        )


def _tax_class(variant: Node | None) -> str | None:
    if variant is None:
        return None
    return facts.TAXABLE if variant["taxable"] else facts.EXEMPT


def _tracked(variant: Node | None) -> bool | None:
    return bool(variant["inventoryItem"]["tracked"]) if variant else None


def _weight(variant: Node | None) -> Decimal | None:
    """Kilograms."""
    measured = ((variant or {}).get("inventoryItem") or {}).get("measurement") or {}
    weight = measured.get("weight")
    if not weight:
        return None
    value = exact(weight["value"]) * Decimal(facts.WEIGHT_FACTORS[weight["unit"]])
    return six(value)


STOCKED, UNSTOCKED, UNTRACKED = "stocked", "unstocked", "untracked"
"""`Stock.depends`: the location stocks the article; it does not yet; Shopify does not count it at all."""


def stock(product: str, variant: Node, location: str, *, simple: bool) -> Stock:
    """The stock of one variant at the chosen location; 0 where it is not stocked.

    Args:
        product: id of the product.
        variant: variant with its inventory item and level.
        location: id of the location.
        simple: the variant is the product's only one.

    Raises:
        ValueError, KeyError: it cannot be used.
    """
    item = variant["inventoryItem"]
    level = item.get("inventoryLevel")
    quantity = level["quantities"][0]["quantity"] if level and level["quantities"] else 0
    state = UNTRACKED if not item["tracked"] else STOCKED if level else UNSTOCKED
    return Stock(
        remote_id=number(item["id"]),
        product_id=number(product),
        variant_id=None if simple else number(variant["id"]),
        warehouse_id=number(location),
        quantity=Decimal(quantity),
        depends=state,
        out_of_stock=str(variant.get("inventoryPolicy") or ""),
    )
