"""Points of Shopify's API that 10 000 price changes and 10 000 stock changes cost, against what they must cost.

The bound of stocks: one mutation of 10 points for each 250 quantities, all that Shopify takes in one. The bound of
prices: a file of them each 2 500, for which a place is asked (10 points), the file is begun (10) and looked at once
(1). Both are written through the connector, as an applied plan does it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.base import (
    Outcome,
    PriceWrite,
    ReadRequest,
    Scope,
    ShopConnector,
    StockWrite,
    WriteResult,
)
from atoosync_lab.connectors.plugins import Services
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.shopify.install import DEFAULT_TOKEN
from atoosync_lab.sandbox.shopify.seed import SeedProduct, SeedVariant, insert_products
from atoosync_lab.sandbox.shopify.state import ShopState
from atoosync_lab.settings.connection import BatchSizes, ShopConnection

RECORDS = 10_000
MUTATION, LOOK = 10, 1
QUANTITIES_A_CALL, PRICES_A_FILE = 250, 2_500


def run(folder: Path, *, records: int = RECORDS) -> Iterator[Mapping[str, object]]:
    """One line a kind of change.

    Raises:
        RuntimeError: not every record was written.
    """
    state = folder / "shop"
    opened = ShopState.open(state)
    try:
        insert_products(opened, (_product(n) for n in range(records)))
    finally:
        opened.close()
    with servers.start("shopify", state, speed=0) as server:
        settings = ShopConnection(system="shopify", url=server.url)
        shop = plugins.shop("shopify").open(settings, {"shop.access_token": DEFAULT_TOKEN}, Services())
        try:
            products = [p for chunk in shop.read(Scope.PRODUCTS, ReadRequest()) for p in chunk.get(Product, ())]
            stocks = [s for chunk in shop.read(Scope.STOCKS, ReadRequest()) for s in chunk.get(Stock, ())]
            prices = [_price(p) for p in products]
            files = math.ceil(records / PRICES_A_FILE)
            yield _figures(server, "prices", shop, "price", prices, shop.write_prices, files * (2 * MUTATION + LOOK))
            quantities = [_stock(s) for s in stocks]
            calls = math.ceil(records / QUANTITIES_A_CALL)
            yield _figures(server, "stocks", shop, "stock", quantities, shop.write_stocks, calls * MUTATION)
        finally:
            shop.close()


def _figures(
    server: servers.RunningSandbox, name: str, shop: ShopConnector, kind: str, writes: Sequence[Any],
    write: Callable[[Sequence[Any]], list[WriteResult]], bound: int,
) -> Mapping[str, object]:  # fmt: skip
    server.admin("DELETE", "/_admin/points")
    before, begun = shop.calls, time.monotonic()
    size = shop.batch_size(kind, len(writes), getattr(BatchSizes(), "prices" if kind == "price" else "stocks"))
    results = [result for at in range(0, len(writes), size) for result in write(writes[at : at + size])]
    undone = [r for r in results if r.outcome is not Outcome.DONE]
    if undone or len(results) != len(writes):
        raise RuntimeError(f"{name}: {len(undone)} of {len(writes)} were not written, e.g. {undone[:1]}")
    points = server.admin("GET", "/_admin/points")["spent"]
    return {
        "changes": name,
        "records": len(writes),
        "points": points,
        "bound": bound,
        "ratio": round(points / bound, 3),
        "calls": shop.calls - before,
        "seconds": round(time.monotonic() - begun, 1),
    }


def _product(number: int) -> SeedProduct:
    sku = f"GR{number:06d}"
    return SeedProduct(title=f"Coffret {number}", variants=(SeedVariant(sku=sku, price="9.90", stock=(5,)),))


def _price(product: Product) -> PriceWrite:
    return PriceWrite(key=product.key, target_id=product.remote_id, kind=product.kind, price_incl_tax=Decimal("12.34"),
                      parent_id=product.parent_id or "", unit_id=product.unit_id)  # fmt: skip


def _stock(stock: Stock) -> StockWrite:
    row = {
        "remote_id": stock.remote_id, "product_id": stock.product_id, "variant_id": stock.variant_id or "",
        "warehouse_id": stock.warehouse_id, "warehouse_group": stock.warehouse_group, "depends": stock.depends,
        "out_of_stock": stock.out_of_stock, "quantity": str(int(stock.quantity)),
    }  # fmt: skip
    return StockWrite(key=stock.remote_id, target_id=stock.remote_id, quantity=77, row=row)
