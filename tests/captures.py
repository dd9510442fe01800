"""Captures made by hand, for tests of the planner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.snapshots import captures

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


class Given:
    """A connector that gives fixed records: the planner's tests need no HTTP."""

    capabilities: frozenset[Any] = frozenset()

    def __init__(self, system: str, chunks: Sequence[Mapping[type[Any], Sequence[Any]]]) -> None:
        self.system = system
        self._chunks = chunks
        self.warnings: list[Any] = []
        self.calls = 0

    def server_time(self) -> datetime:
        return NOW

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Mapping[type[Any], Sequence[Any]]]:
        yield from self._chunks


def capture(folder: Path, side: str, *records: Any, profile: str = "test", **options: Any) -> captures.Capture:
    """A capture that holds these records."""
    chunk: dict[type[Any], list[Any]] = {}
    for record in records:
        chunk.setdefault(type(record), []).append(record)
    options.setdefault("scopes", [(Scope.PRODUCTS, ReadRequest())])
    return captures.take(Given(side, [chunk]), folder, profile=profile, side=side, **options)


def erp_item(reference: str, caption: str = "Article", **values: Any) -> Product:
    """An ERP article, published and active unless said otherwise."""
    fields = {"Id": reference, "Caption": caption, **values.pop("fields", {})}
    values.setdefault("price_excl_tax", Decimal("10"))
    values.setdefault("tax_id", "TVA20")
    values.setdefault("active", True)
    values.setdefault("web_published", True)
    values.setdefault("stock_tracked", True)
    values.setdefault("modified_at", NOW)
    return Product(
        remote_id=reference,
        reference=reference,
        key=reference.strip(),
        label=caption,
        texts={},
        fields=fields,
        **values,
    )


def shop_product(remote_id: str, reference: str, name: str = "Article", **values: Any) -> Product:
    """A shop product in one language."""
    values.setdefault("price_excl_tax", Decimal("10"))
    values.setdefault("tax_id", "1")
    values.setdefault("active", True)
    texts = values.pop("texts", {"name@1": name})
    return Product(remote_id=remote_id, reference=reference, key=reference.strip(), texts=texts, fields={}, **values)


def erp_stock(item: str, quantity: str, warehouse: str = "D1", **values: Any) -> Stock:
    """Stock of an article in a warehouse."""
    return Stock(
        remote_id=f"{item}/{warehouse}", product_id=item, warehouse_id=warehouse, quantity=Decimal(quantity), **values
    )


def shop_stock(row: str, product: str, quantity: str, variant: str | None = None) -> Stock:
    """A stock row of the shop."""
    return Stock(remote_id=row, product_id=product, variant_id=variant, warehouse_id="1", quantity=Decimal(quantity))
