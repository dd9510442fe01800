"""Is a saved plan still true? Its settings, and the records it would change, as they are now (BEY-01)."""

from __future__ import annotations

import json

from atoosync_lab.connectors.base import ReadRequest, Scope, ShopConnector
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.errors import StalePlanError
from atoosync_lab.model.money import parse_decimal
from atoosync_lab.planning.plan import Action, Plan, PlanRow
from atoosync_lab.settings import Profile
from atoosync_lab.store.profiles import settings_fingerprint

SHOWN = 5
"""Records named in the refusal."""


def check_fresh(plan: Plan, profile: Profile, shop: ShopConnector) -> None:
    """Refuse a plan whose settings or target records have changed since it was made.

    Only the records the plan would change are read again, a page at a time.

    Raises:
        StalePlanError: with what changed.
    """
    if plan.meta.settings != settings_fingerprint(profile):
        raise StalePlanError("plan.settings_changed", plan=plan.meta.id)
    changing = [Action.UPDATE.value, Action.ACTIVATE.value, Action.DEACTIVATE.value]
    products = [r for r in plan.rows(actions=changing) if r.entity in ("product", "price", "status")]
    stocks = [r for r in plan.rows(actions=changing, payload=True) if r.entity == "stock"]
    moved = _moved_products(shop, products) + _moved_stocks(shop, stocks)
    if moved:
        raise StalePlanError(
            "plan.target_changed", plan=plan.meta.id, count=len(moved), records=", ".join(sorted(moved)[:SHOWN])
        )


def _same(field: str, before: str | None, now: str) -> bool:
    if field in ("price_excl_tax", "quantity"):
        return parse_decimal(before or "0") == parse_decimal(now or "0")
    return (before or "").strip() == (now or "").strip()


def _moved_products(shop: ShopConnector, rows: list[PlanRow]) -> list[str]:
    if not rows:
        return []
    wanted = {row.target_id: row for row in rows}
    seen: set[str] = set()
    moved: list[str] = []
    for chunk in shop.read(Scope.PRODUCTS, ReadRequest(ids=tuple(wanted))):
        for product in chunk.get(Product, ()):
            row = wanted.get(product.remote_id)
            if row is None or product.remote_id in seen or product.key != row.key:
                continue
            seen.add(product.remote_id)
            if any(not _same(f, before, _value(product, f)) for f, before, _ in row.changes if f != "quantity"):
                moved.append(row.key)
    # Variants are read by their product's id: those that were not given are left to the write itself.
    return moved


def _value(product: Product, field: str) -> str:
    if "@" in field:
        return product.texts.get(field, "")
    value = getattr(product, field)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _moved_stocks(shop: ShopConnector, rows: list[PlanRow]) -> list[str]:
    if not rows:
        return []
    wanted = {row.target_id: row for row in rows}
    products = {json.loads(row.payload)["row"]["product_id"] for row in rows}
    moved = []
    for chunk in shop.read(Scope.STOCKS, ReadRequest(ids=tuple(sorted(products)))):
        for stock in chunk.get(Stock, ()):
            row = wanted.get(stock.remote_id)
            if row is not None and any(not _same(f, before, str(stock.quantity)) for f, before, _ in row.changes):
                moved.append(row.key)
    return moved
