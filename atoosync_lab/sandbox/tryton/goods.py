"""Products and stock, over JSON-RPC: shared by the variants."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.tryton.rpc import BATCH, Rpc

PRICE = Decimal("0.0001")
"""Decimals of prices as the server comes: four (`product`, `price_decimal`)."""
OPENING = dt.date(2025, 1, 2)
"""Day of the opening stock of the demonstration (ours)."""


@dataclass(frozen=True)
class Item:
    """A product to create.

    Attributes:
        suffix: Its code, or what follows the code of its template.
        price: Net price.
        description: Text of the product.
        barcode: EAN, or empty.
        active: In use.
        attributes: Values by name of attribute.
    """

    suffix: str
    price: Decimal
    description: str = ""
    barcode: str = ""
    active: bool = True
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """A template with its products.

    Attributes:
        name: Its name.
        service: No goods.
        consumable: Goods whose stock is not kept.
        accounting: Accounting category.
        items: Its products.
        code: What the codes of its products begin with.
        categories: Categories.
        attribute_set: Set of attributes, or None.
        kilograms: Sold by weight.
        grams: Weight of a piece; 0: unknown.
    """

    name: str
    service: bool
    accounting: int
    items: Sequence[Item]
    consumable: bool = False
    code: str = ""
    categories: Sequence[int] = ()
    attribute_set: int | None = None
    kilograms: bool = False
    grams: int = 0


def create_products(rpc: Rpc, sheets: Sequence[Sheet]) -> dict[str, int]:
    """Create templates with their products; the products' ids by code."""
    units = {name: rpc.record_id("product", f"uom_{name}") for name in ("unit", "kilogram", "gram")}
    rpc.create("product.template", [_template(sheet, units) for sheet in sheets])
    rows = rpc.read("product.product", [], ["code"])
    found = {row["code"]: row["id"] for row in rows}
    _close(rpc, sheets, found)
    return found


def _close(rpc: Rpc, sheets: Sequence[Sheet], found: Mapping[str, int]) -> None:
    """Put articles out of use that are: an article that is created closed takes no code."""
    products = [found[sheet.code + item.suffix] for sheet in sheets for item in sheet.items if not item.active]
    if not products:
        return
    rpc.write("product.product", products, {"active": False})
    closed = [sheet for sheet in sheets if not any(item.active for item in sheet.items)]
    first = [found[sheet.code + sheet.items[0].suffix] for sheet in closed]
    rows = rpc.read("product.product", [("id", "in", first), ("active", "=", False)], ["template"])
    rpc.write("product.template", [row["template"] for row in rows], {"active": False})


def _template(sheet: Sheet, units: Mapping[str, int]) -> dict[str, Any]:
    unit = units["kilogram" if sheet.kilograms else "unit"]
    row: dict[str, Any] = {
        "name": sheet.name,
        "code": sheet.code,
        "type": "service" if sheet.service else "goods",
        "consumable": sheet.consumable,
        "cost_price_method": "fixed",
        "default_uom": unit,
        "salable": True,
        "sale_uom": unit,
        "list_price": _price(sheet.items[0].price),
        "account_category": sheet.accounting,
        "categories": [("add", list(sheet.categories))] if sheet.categories else [],
        "attribute_set": sheet.attribute_set,
        "products": [("create", [_product(item) for item in sheet.items])],
    }
    if sheet.grams:
        row |= {"weight": float(sheet.grams), "weight_uom": units["gram"]}
    return row


def _product(item: Item) -> dict[str, Any]:
    return {
        "suffix_code": item.suffix,
        "description": item.description or None,
        "list_price": _price(item.price),
        "cost_price": _price(item.price * Decimal("0.55")),
        # Without a set of attributes the field may not be stated at all.
        **({"attributes": dict(item.attributes)} if item.attributes else {}),
        "identifiers": [("create", [{"type": "ean", "code": item.barcode}])] if item.barcode else [],
    }


def _price(price: Decimal) -> Decimal:
    return price.quantize(PRICE)


def count_stock(rpc: Rpc, warehouse: int, stock: Mapping[int, Decimal], day: dt.date = OPENING) -> None:
    """Put stock into a warehouse, as an inventory does; what is below zero was sold before it was there.

    Args:
        rpc: Signed-in administrator.
        warehouse: The warehouse.
        stock: Pieces by product.
        day: Day of the count.
    """
    [places] = rpc.read("stock.location", [("id", "=", warehouse)], ["storage_location"])
    storage = places["storage_location"]
    counted = [(key, pieces) for key, pieces in stock.items() if pieces > 0]
    # Work on the records of one call grows with the square of their number.
    parts = [counted[first : first + BATCH] for first in range(0, len(counted), BATCH)]
    made = rpc.create("stock.inventory", [{"location": storage, "date": day} for _ in parts])
    for inventory, part in zip(made, parts, strict=True):
        lines = [{"inventory": inventory, "product": key, "quantity": float(pieces)} for key, pieces in part]
        rpc.create("stock.inventory.line", lines)
        rpc.call("model.stock.inventory.confirm", [inventory])
    below = {key: -pieces for key, pieces in stock.items() if pieces < 0}
    if below:
        _take_out(rpc, storage, below, day)


def _take_out(rpc: Rpc, storage: int, pieces: Mapping[int, Decimal], day: dt.date) -> None:
    """Take more out of a place than lies there: an inventory counts nothing below zero."""
    lost = rpc.record_id("stock", "location_lost_found")
    moves = _moves(rpc, storage, lost, pieces, day)
    shipment = {"from_location": storage, "to_location": lost, "planned_start_date": day, "planned_date": day}
    [made] = rpc.create("stock.shipment.internal", [{**shipment, "moves": [("create", moves)]}])
    for action in ("wait", "assign_force", "do"):
        rpc.call(f"model.stock.shipment.internal.{action}", [made])


def expect(
    rpc: Rpc, warehouse: int, pieces: Mapping[int, Decimal], day: dt.date, currency: int, *, inward: bool
) -> None:
    """Plan goods to come in from a supplier, or to go out to a customer, at their cost.

    Args:
        rpc: Signed-in administrator.
        warehouse: Where they come to or go from.
        pieces: Pieces by product.
        day: Day that they are planned for.
        currency: Currency of the cost.
        inward: From a supplier.
    """
    [places] = rpc.read("stock.location", [("id", "=", warehouse)], ["input_location", "storage_location"])
    if inward:
        source, target = rpc.record_id("stock", "location_supplier"), places["input_location"]
    else:
        source, target = places["storage_location"], rpc.record_id("stock", "location_customer")
    costs = {row["id"]: row["cost_price"] for row in _read(rpc, pieces, "cost_price")}
    moves = _moves(rpc, source, target, pieces, day)
    rpc.create("stock.move", [{**row, "unit_price": costs[row["product"]], "currency": currency} for row in moves])


def _read(rpc: Rpc, products: Iterable[int], name: str) -> list[dict[str, Any]]:
    return rpc.read("product.product", [("id", "in", list(products)), ("active", "in", [True, False])], [name])


def _moves(rpc: Rpc, source: int, target: int, pieces: Mapping[int, Decimal], day: dt.date) -> list[dict[str, Any]]:
    units = {row["id"]: row["default_uom"] for row in _read(rpc, pieces, "default_uom")}
    return [
        {
            "product": key, "quantity": float(quantity), "unit": units[key], "from_location": source,
            "to_location": target, "planned_date": day, "company": rpc.context["company"],
        }
        for key, quantity in pieces.items()
    ]  # fmt: skip
