"""What changed in a plan's source since its capture: read again in pages, compared with the capture, named.

Only what was modified since is asked for, with some overlap; what is the same as in the capture is no change. Records
deleted in the ERP are not seen here: full captures see them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pyarrow as pa
from pydantic import TypeAdapter

from atoosync_lab.applying.moved import GONE, Moved
from atoosync_lab.connectors.base import ErpConnector, ReadRequest, Scope, ShopConnector
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.documents import NewCustomer
from atoosync_lab.model.keys import product_key
from atoosync_lab.model.money import plain
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.model.sales import Customer, Order, OrderLine
from atoosync_lab.planning.plan import PlanRow
from atoosync_lab.settings import Profile
from atoosync_lab.snapshots import duck
from atoosync_lab.snapshots.captures import Capture

FEW = 20
"""Orders of a plan that are read again by their ids; more of them: what was modified since is asked for."""
OVERLAP = timedelta(minutes=5)
"""Records are asked for from so long before the capture began: its moment is known to the second only."""

_KEPT = Decimal("0.000001")
_CUSTOMER: TypeAdapter[NewCustomer] = TypeAdapter(NewCustomer)

_FOR_PRICES = ("price_excl_tax", "active", "web_published")
_FOR_STATUS = ("active", "web_published")
_FOR_STOCKS = ("active", "web_published", "stock_tracked")
_FOR_SHEETS = (
    "price_excl_tax", "tax_id", "active", "web_published", "stock_tracked", "barcode", "supplier", "weight",
)  # fmt: skip
_WATCHED = {"prices": _FOR_PRICES, "article-status": _FOR_STATUS, "stocks": _FOR_STOCKS}
"""Flow -> what of an ERP article its plan depends on; the others depend on the whole sheet."""
_PIECES = ("quantity", "customers_ordered", "suppliers_ordered", "projected")
_WITH_PIECES = ("stocks", "articles", "articles-new")

_ORDER = {
    "total_incl_tax": "incl_tax", "total_excl_tax": "excl_tax", "discounts_incl_tax": "discounts_incl_tax",
    "shipping_incl_tax": "shipping_incl_tax", "wrapping_incl_tax": "wrapping_incl_tax",
    "total_paid_real": "total_paid_real", "currency": "currency", "customer_id": "customer",
    "invoicing_address_id": "invoicing_address_id", "delivery_address_id": "delivery_address_id",
    "carrier_id": "carrier_id", "payment_label": "payment_label",
}  # fmt: skip
"""What of an order its document depends on, and the word for it."""
_LINE = ("reference", "quantity", "unit_price_excl_tax", "total_incl_tax")


def moved_articles(
    erp: ErpConnector, capture: Capture, keys: set[str], flow: str, profile: Profile
) -> tuple[list[Moved], int]:
    """ERP articles of a plan that changed since its capture, and how many records were read.

    One page of 100 articles (and of stocks, where the flow sends them) a call, of those modified since alone.
    """
    since = ReadRequest(since=capture.started_at - OVERLAP)
    fresh: dict[str, Product] = {}
    records = 0
    for chunk in erp.read(Scope.PRODUCTS, since):
        records += len(chunk.get(Product, ()))
        fresh.update((p.key, p) for p in chunk.get(Product, ()) if p.key in keys)
    stocks: dict[str, Stock] = {}
    chosen = profile.articles.stocks.warehouses
    if flow in _WITH_PIECES and chosen:
        for chunk in erp.read(Scope.STOCKS, since):
            records += len(chunk.get(Stock, ()))
            stocks.update(
                (s.remote_id, s)
                for s in chunk.get(Stock, ())
                if s.warehouse_id in chosen and product_key(s.product_id) in keys
            )
    watched = _WATCHED.get(flow, _FOR_SHEETS)
    moved = []
    held = _rows(capture, "product", ("key", *watched, "fields"), "key", fresh)
    for key, product in fresh.items():
        before = held.get(key)
        if before is None:
            continue
        moved += [
            Moved(key, name, _text(before[name]), _text(getattr(product, name)))
            for name in watched
            if _text(before[name]) != _text(getattr(product, name))
        ]
        if watched is _FOR_SHEETS and not any(m.key == key for m in moved):
            moved += _other_fields(key, before["fields"], product.fields)
    pieces = _rows(capture, "stock", ("remote_id", *_PIECES), "remote_id", stocks)
    for remote_id, stock in stocks.items():
        before = pieces.get(remote_id)
        moved += [
            Moved(product_key(stock.product_id), name, _text(before[name] if before else None), now)
            for name in _PIECES
            if (now := _text(getattr(stock, name))) != _text(before[name] if before else None)
        ]
    return moved, records


def _other_fields(key: str, before: Mapping[str, str], now: Mapping[str, str]) -> Iterable[Moved]:
    """Fields under the ERP's own names; moments that the system notes by itself are no change."""
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name, ""), now.get(name, "")
        if old != new and not (_is_moment(old) or _is_moment(new)):
            yield Moved(key, name, old, new)


def moved_orders(shop: ShopConnector, capture: Capture, keys: set[str], profile: Profile) -> tuple[list[Moved], int]:
    """Orders of a plan that changed in the shop since its capture, and how many were read.

    A few orders are read by their ids; for more the shop is asked what was modified since, mostly nothing: one call.
    """
    by_id = len(keys) <= FEW
    request = (
        ReadRequest(ids=tuple(sorted(keys)), shops=profile.orders.shops)
        if by_id
        else ReadRequest(since=capture.started_at - OVERLAP, shops=profile.orders.shops)
    )
    orders: dict[str, Order] = {}
    lines: dict[str, dict[str, OrderLine]] = {}
    records = 0
    for chunk in shop.read(Scope.ORDERS, request):
        records += len(chunk.get(Order, ()))
        orders.update((o.remote_id, o) for o in chunk.get(Order, ()) if o.remote_id in keys)
        for line in chunk.get(OrderLine, ()):
            if line.order_id in keys:
                lines.setdefault(line.order_id, {})[line.remote_id] = line
    held = _rows(capture, "order", ("remote_id", "status_id", *_ORDER), "remote_id", orders)
    held_lines: dict[str, dict[str, dict[str, Any]]] = {}
    for row in _all(capture, "order_line", ("order_id", "remote_id", *_LINE), "order_id", orders):
        held_lines.setdefault(row["order_id"], {})[row["remote_id"]] = row
    moved = [Moved(key, GONE) for key in sorted(keys - orders.keys())] if by_id else []
    for key, order in orders.items():
        before = held.get(key)
        if before is None:
            continue
        if order.status_id != before["status_id"] and order.status_id not in profile.orders.statuses:
            moved.append(Moved(key, "status", _status(profile, before["status_id"]), _status(profile, order.status_id)))
        moved += [
            Moved(key, word, _text(before[name]), _text(getattr(order, name)))
            for name, word in _ORDER.items()
            if _text(before[name]) != _text(getattr(order, name))
        ]
        moved += _moved_lines(key, held_lines.get(key, {}), lines.get(key, {}))
    return moved, records


def _moved_lines(
    key: str, before: Mapping[str, Mapping[str, Any]], now: Mapping[str, OrderLine]
) -> Iterable[Moved]:  # fmt: skip
    for line_id in sorted(before.keys() | now.keys()):
        old, new = before.get(line_id), now.get(line_id)
        was = {n: _text(old[n]) for n in _LINE} if old else {}
        is_now = {n: _text(getattr(new, n)) for n in _LINE} if new else {}
        if was != is_now:
            yield Moved(key, "lines", _line(was), _line(is_now))


def _line(values: Mapping[str, str]) -> str:
    return f"{values['quantity']} × {values['reference']} ({values['unit_price_excl_tax']})" if values else ""


def moved_customers(
    erp: ErpConnector, capture: Capture, rows: Sequence[PlanRow]
) -> tuple[list[Moved], int]:  # fmt: skip
    """Customers that a plan would create and that the ERP has got meanwhile, by e-mail or by code."""
    if not rows:
        return [], 0
    by_email: dict[str, PlanRow] = {}
    by_code: dict[str, PlanRow] = {}
    for row in rows:
        new = _CUSTOMER.validate_json(row.payload)
        by_code[new.code.casefold()] = row
        if new.invoicing.email:
            by_email[new.invoicing.email.strip().casefold()] = row
    moved, records = [], 0
    for chunk in erp.read(Scope.CUSTOMERS, ReadRequest(since=capture.started_at - OVERLAP)):
        found = chunk.get(Customer, ())
        records += len(found)
        known = _rows(capture, "customer", ("remote_id", "email"), "remote_id", [c.remote_id for c in found])
        for customer in found:
            before = known.get(customer.remote_id)
            email = customer.email.strip().casefold() or None
            match: PlanRow | None = None
            if before is None:
                match = by_code.get(customer.remote_id.casefold())
            if match is None and (before is None or (before["email"] or "").strip().casefold() or None) != email:
                match = by_email.get(email or "")
            if match is not None:
                moved.append(Moved(match.label or match.key, "customer", "", f"{customer.remote_id} {customer.name}"))
    return moved, records


# --- Common ---------------------------------------------------------------------------------------------------------


def _all(
    capture: Capture, table: str, columns: Sequence[str], key: str, wanted: Iterable[str]
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows of a capture whose key is wanted."""
    keys = list(wanted)
    if not keys:
        return []
    con = duck.connect()
    try:
        duck.attach(con, capture.path, "held")
        con.register("wanted", pa.table({"k": pa.array(keys, pa.string())}))
        listed = ", ".join(f'"{c}"' for c in columns)
        found = con.execute(f'SELECT {listed} FROM held."{table}" WHERE "{key}" IN (SELECT k FROM wanted)').fetchall()
    finally:
        con.close()
    return [dict(zip(columns, row, strict=True)) for row in found]


def _rows(
    capture: Capture, table: str, columns: Sequence[str], key: str, wanted: Iterable[str]
) -> dict[str, dict[str, Any]]:  # fmt: skip
    return {row[key]: row for row in _all(capture, table, columns, key, wanted)}


def _text(value: Any) -> str:
    """A value so that what came over HTTP and what comes from a capture compare alike."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        # A capture keeps six decimals.
        return plain(value.quantize(_KEPT, ROUND_HALF_UP))
    return str(value).strip()


def _is_moment(text: str) -> bool:
    if len(text) < len("2026-01-01T00:00"):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _status(profile: Profile, status: str) -> str:
    item = profile.shop_lists.item(ListName.STATUSES, status)
    return item.label if item else status
