"""Products and variations of the API as pivot records."""

from __future__ import annotations

from decimal import Decimal

from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.keys import product_key


class CatalogueRecords:
    """Makes pivot records of one shop's catalogue.

    Args:
        prices_incl_tax: the shop keeps its prices with tax.
        language: id of the language of its texts.
    """

    def __init__(self, *, prices_incl_tax: bool, language: str) -> None:
        self._incl, self._language = prices_incl_tax, language

    def product(self, record: Json) -> Product:
        """A product as such; of one with variations the price is theirs."""
        price = None if is_variable(record) else wire.decimal(record, "regular_price")
        reference = wire.text(record, "sku")
        categories = wire.rows(record, "categories")
        brands = wire.rows(record, "brands")
        texts = {
            f"{field}@{self._language}": wire.plain_text(record, own) if field == "name" else wire.text(record, own)
            for field, own in facts.TEXT_FIELDS.items()
        }
        return Product(
            remote_id=wire.identifier(record),
            reference=reference,
            key=product_key(reference),
            texts=texts,
            price_excl_tax=None if self._incl else price,
            price_incl_tax=price if self._incl else None,
            tax_id=wire.text(record, "tax_class") or facts.STANDARD_CLASS,
            active=wire.text(record, "status") == facts.PUBLISHED,
            stock_tracked=record.get("manage_stock") is True,
            barcode=wire.text(record, "global_unique_id"),
            brand=wire.plain_text(brands[0], "name") if brands else "",
            weight=wire.decimal(record, "weight"),
            category_id=wire.identifier(categories[0]) if categories else None,
            created_at=wire.moment(record, "date_created_gmt"),
            modified_at=wire.moment(record, "date_modified_gmt"),
            fields={},
        )

    def variation(self, record: Json, parent: str, parent_sku: str) -> Product:
        """A variation, which holds its own price. Its parent's SKU is shown where it has none: SKUs are unique."""
        price = wire.decimal(record, "regular_price")
        sku = wire.text(record, "sku")
        reference = "" if sku and sku == parent_sku else sku
        tax = wire.text(record, "tax_class")
        return Product(
            remote_id=wire.identifier(record),
            kind="variant",
            parent_id=parent,
            reference=reference,
            key=product_key(reference),
            texts={},
            price_excl_tax=None if self._incl else price,
            price_incl_tax=price if self._incl else None,
            tax_id=None if tax == facts.TAX_FROM_PARENT else tax or facts.STANDARD_CLASS,
            stock_tracked=record.get("manage_stock") is True,
            barcode=wire.text(record, "global_unique_id"),
            weight=wire.decimal(record, "weight"),
            created_at=wire.moment(record, "date_created_gmt"),
            modified_at=wire.moment(record, "date_modified_gmt"),
            fields={},
        )


def is_variable(record: Json) -> bool:
    """A product sold by its variations, those of plug-ins included (`variable-subscription`)."""
    return wire.text(record, "type").startswith(facts.VARIABLE)


def has_stock(record: Json) -> bool:
    """A product that is itself sold from a stock."""
    return not is_variable(record) and wire.text(record, "type") not in ("grouped", "external")


def stock(record: Json, parent: str = "") -> Stock:
    """The stock of a product, or of a variation of `parent`."""
    own = wire.identifier(record)
    return Stock(
        remote_id=own,
        product_id=parent or own,
        variant_id=own if parent else None,
        quantity=_quantity(record),
        depends=str(record.get("manage_stock") or "").lower(),
    )


def _quantity(record: Json) -> Decimal:
    if record.get("manage_stock") is True:
        return wire.decimal(record, "stock_quantity") or Decimal(0)
    if wire.text(record, "stock_status") == "outofstock":
        return Decimal(0)
    # Not counted, or counted on the parent for all its variations together: none of them has a quantity of its own.
    return facts.UNTRACKED
