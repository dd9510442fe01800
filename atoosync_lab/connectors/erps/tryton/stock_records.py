"""Quantities of Tryton by product and warehouse, and what open moves will take away and bring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from atoosync_lab.connectors.erps.tryton import values
from atoosync_lab.connectors.erps.tryton.values import Row, number
from atoosync_lab.model.catalogue import Stock
from atoosync_lab.model.money import ZERO

CUSTOMER, SUPPLIER, WAREHOUSE = "customer", "supplier", "warehouse"
"""Types of locations. [SRC: stock/location.py]"""

Place = tuple[int, int]
"""Ids of a product and a warehouse."""


@dataclass(frozen=True, slots=True)
class Locations:
    """Places of a database, as far as quantities need them."""

    kinds: Mapping[int, str]
    """Type by id."""
    warehouses: Mapping[int, int]
    """Warehouse that a location lies in, by id of the location; the warehouse itself among them."""

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Locations:
        """Read `id`, `type` and `parent` of all locations, inactive ones too."""
        kinds: dict[int, str] = {}
        parents: dict[int, int | None] = {}
        for row in rows:
            kinds[int(row["id"])] = values.text(row, "type")
            parent = row.get("parent")
            parents[int(row["id"])] = parent if isinstance(parent, int) else None
        warehouses: dict[int, int] = {}
        for location in kinds:
            above: int | None = location
            # A tree as deep as there are locations is none: bad data must not hold the reading up.
            for _ in range(len(kinds) + 1):
                if above is None:
                    break
                if kinds.get(above) == WAREHOUSE:
                    warehouses[location] = above
                    break
                above = parents.get(above)
        return cls(kinds, warehouses)


@dataclass(slots=True)
class Ordered:
    """Quantities of open moves by product and warehouse, in the product's own unit."""

    by_customers: dict[Place, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    from_suppliers: dict[Place, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, move: Row, locations: Locations) -> None:
        """Count a move that is not done: out of a warehouse to a customer, or from a supplier into one."""
        product, source, target = (move.get(name) for name in ("product", "from_location", "to_location"))
        if not (isinstance(product, int) and isinstance(source, int) and isinstance(target, int)):
            return
        quantity = number(move, "internal_quantity") or ZERO
        house = locations.warehouses
        if locations.kinds.get(target) == CUSTOMER and source in house:
            self.by_customers[product, house[source]] += quantity
        elif locations.kinds.get(source) == SUPPLIER and target in house:
            self.from_suppliers[product, house[target]] += quantity


def stock_of(row: Row, warehouse: int, ordered: Ordered) -> Stock:
    """The row of one product in one warehouse.

    Args:
        row: `quantity` and `forecast_quantity`, read in the context of the warehouse.
        warehouse: its id.
        ordered: what open moves hold.
    """
    product = int(row["id"])
    return Stock(
        remote_id=f"{product}|{warehouse}",
        product_id=str(product),
        warehouse_id=str(warehouse),
        quantity=number(row, "quantity") or ZERO,
        customers_ordered=ordered.by_customers.get((product, warehouse), ZERO),
        suppliers_ordered=ordered.from_suppliers.get((product, warehouse), ZERO),
        projected=number(row, "forecast_quantity"),
    )
