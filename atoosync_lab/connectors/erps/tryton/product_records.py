"""Products of Tryton as articles: one record a product; its template gives what all its variants share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from atoosync_lab.connectors.erps.tryton import facts, values
from atoosync_lab.connectors.erps.tryton.values import Row, number, text
from atoosync_lab.model.catalogue import Product
from atoosync_lab.model.keys import product_key
from atoosync_lab.model.money import six

ATTRIBUTE = "attribute_"
"""Beginning of the name under which an attribute's value is kept in `Product.fields`."""
CATEGORY_FIELDS = ("category", "categories", "account_category")
"""Fields of ours: name of the first category, of all of them, of the one that says accounts and taxes."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category of products."""

    id: int
    name: str
    """With the names of those above it."""
    taxes: tuple[int, ...] = ()
    """Taxes of a sale; of an accounting category, or of the one above it."""
    web: bool = False
    """Its articles are published on the web."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that products may have."""

    name: str
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)
    """Texts by value, of an attribute that is chosen from a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductShape:
    """What is read of a product in this database, and what its ids mean."""

    own: tuple[str, ...]
    """Own fields that are kept as text."""
    categories: Mapping[int, Category]
    attributes: Mapping[str, Attribute]
    weighed: bool
    """Products have a weight (module `product_measurements`)."""

    @property
    def has_web(self) -> bool:
        """There is a category that says what is published on the web."""
        return any(category.web for category in self.categories.values())

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields to ask for."""
        more = ["template.active", "template.products", *self.own]
        if self.weighed:
            more.append("weight_uom.symbol")
        if self.attributes:
            more.append("attributes")
        return tuple(dict.fromkeys((*facts.PRODUCT_TYPED, *more)))


def own_fields(known: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Fields of a product whose values are texts, numbers, switches or dates, those of other modules too."""
    return tuple(
        name
        for name, definition in known.items()
        if name not in facts.NO_FIELDS and definition.get("type") in facts.FIELD_TYPES
    )


def product_of(row: Row, shape: ProductShape, translations: Mapping[str, str]) -> Product:
    """The article of a product.

    Args:
        row: as `ProductShape.fields` asks for it.
        shape: of this database.
        translations: further texts, by field and language.
    """
    reference = text(row, "code")
    placed = [shape.categories[i] for i in sorted(_ids(row, "categories")) if i in shape.categories]
    listed = [category for category in placed if not category.web]
    account = shape.categories.get(_one(row, "account_category"))
    goods = text(row, "type") in facts.GOODS
    return Product(
        remote_id=str(row["id"]),
        reference=reference,
        key=product_key(reference),
        parent_id=_parent(row),
        label=text(row, "name"),
        texts={},
        price_excl_tax=number(row, "list_price_used"),
        tax_id=str(account.taxes[0]) if account is not None and account.taxes else None,
        active=_both(values.flag(row, "active"), values.flag(row, "template.active")),
        web_published=any(c.web for c in placed) if shape.has_web else values.flag(row, "salable"),
        stock_tracked=goods and not values.flag(row, "consumable"),
        barcode=_barcode(row),
        weight=_kilograms(row) if shape.weighed else None,
        category_id=str(listed[0].id) if listed else None,
        created_at=values.moment(row, "create_date"),
        modified_at=_latest(row, "write_date", "create_date", "template.write_date"),
        fields={**_texts(row, shape, listed, account), **translations},
    )


def _texts(row: Row, shape: ProductShape, listed: Sequence[Category], account: Category | None) -> dict[str, str]:
    found = {name: values.field_text(row[name]) for name in shape.own if row.get(name) is not None}
    found["code"] = text(row, "code")
    found["template_code"] = text(row, "template.code")
    found["unit"] = text(row, "default_uom.symbol")
    found["type"] = text(row, "type")
    if listed:
        found["category"] = listed[0].name
        found["categories"] = ", ".join(category.name for category in listed)
    if account is not None:
        found["account_category"] = account.name
    held = row.get("attributes")
    for name, value in held.items() if isinstance(held, Mapping) else ():
        attribute = shape.attributes.get(str(name))
        choices = attribute.choices if attribute is not None else {}
        chosen = value if isinstance(value, (list, tuple)) else (value,)
        texts = [values.field_text(item) for item in chosen]
        found[f"{ATTRIBUTE}{name}"] = ", ".join(choices.get(item, item) for item in texts)
    return found


def _ids(row: Row, name: str) -> list[int]:
    found = row.get(name)
    return [item for item in found if isinstance(item, int)] if isinstance(found, list) else []


def _one(row: Row, name: str) -> int:
    found = row.get(name)
    return found if isinstance(found, int) else 0


def _both(first: bool | None, second: bool | None) -> bool | None:
    known = [value for value in (first, second) if value is not None]
    return all(known) if known else None


def _parent(row: Row) -> str | None:
    """Code of the template, else its name, of a product that is one of several of it."""
    template = row.get("template.")
    if not isinstance(template, Mapping) or len(_ids(template, "products")) < 2:
        return None
    return text(row, "template.code") or text(row, "template.name") or None


def _barcode(row: Row) -> str:
    codes = {text(item, "type"): text(item, "code") for item in reversed(values.rows_of(row, "identifiers"))}
    return next((codes[kind] for kind in facts.BARCODE_TYPES if codes.get(kind)), "")


def _kilograms(row: Row) -> Decimal | None:
    weight, unit = number(row, "weight"), facts.WEIGHT_TO_KG.get(text(row, "weight_uom.symbol"))
    return None if weight is None or unit is None else six(weight * Decimal(unit))


def _latest(row: Row, *paths: str) -> datetime | None:
    moments = [moment for path in paths if (moment := values.moment(row, path)) is not None]
    return max(moments, default=None)
