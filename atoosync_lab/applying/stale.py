"""Is a saved plan still true? Its settings, its source and its target, as they are now (BEY-01).

Records are read again in batches, and only those of the plan:

- the shop's records that an article plan changes, always: by their ids, a page at a time;
- the orders of an order plan, always: a few by their ids, else what was modified since the capture;
- the ERP's documents that an order-status plan follows, always: 100 a call;
- the ERP's articles, stocks and customers, when the capture is older than `MAX_AGE`: what was modified since.

What differs is named with its value then and now; nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from atoosync_lab.applying import stale_source
from atoosync_lab.applying.moved import GONE, Moved, described
from atoosync_lab.connectors.base import Capability, ErpConnector, ReadRequest, Scope, ShopConnector
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.errors import StalePlanError
from atoosync_lab.model.money import parse_decimal, plain
from atoosync_lab.planning.plan import Action, Plan, PlanRow
from atoosync_lab.settings import Profile, functions
from atoosync_lab.snapshots.captures import Capture
from atoosync_lab.store.profiles import Change, settings_fingerprint

MAX_AGE = timedelta(minutes=60)
"""Up to this age, by the ERP's clock, what was captured there counts as true."""
SETTINGS_SHOWN = 5

_CHANGING = (Action.UPDATE.value, Action.ACTIVATE.value, Action.DEACTIVATE.value)
_LISTS = ("shop_lists", "erp_lists")


@dataclass(slots=True)
class Reread:
    """What was read again before a plan was found to be still true."""

    minutes: int = 0
    """Age of the plan's capture of its source."""
    records: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What a plan is compared with."""

    profile: Profile
    shop: ShopConnector
    erp: ErpConnector
    captures: Mapping[str, Capture] = field(default_factory=dict)
    """Side -> capture the plan was made from; a side whose file is gone is absent."""
    history: Sequence[Change] = ()
    """Changes of the profile, newest first."""


def check_fresh(plan: Plan, kind: str, now: Freshness) -> Reread:
    """Refuse a plan that no longer fits.

    Args:
        plan: the saved plan.
        kind: kind of its flow: `catalogue`, `orders` or `order-status`.
        now: what it is compared with.

    Returns:
        What was read again.

    Raises:
        StalePlanError: with what changed.
        RetryError, ConnectionFailedError, SignInRequiredError, ApiBudgetError: a side could not be asked.
    """
    if plan.meta.settings != settings_fingerprint(now.profile):
        who, changed = _changed_settings(plan, now)
        raise StalePlanError("plan.settings_changed", plan=plan.meta.id, who=who, changed=changed)
    read = Reread()
    before = now.shop.calls + now.erp.calls
    if kind == "orders":
        _check_orders(plan, now, read)
    elif kind == "order-status":
        _check_documents(plan, now, read)
    else:
        _refuse(plan, "plan.target_changed", list(_moved_in_shop(plan, now.shop, read)))
        _check_catalogue_source(plan, now, read)
    read.calls = now.shop.calls + now.erp.calls - before
    return read


def _refuse(plan: Plan, code: str, moved: Sequence[Moved]) -> None:
    if moved:
        count = len({m.key for m in moved})
        if code == "plan.target_changed":
            raise StalePlanError("plan.target_changed", plan=plan.meta.id, count=count, changed=described(moved))
        if code == "plan.source_changed":
            raise StalePlanError("plan.source_changed", plan=plan.meta.id, count=count, changed=described(moved))
        raise StalePlanError("plan.orders_changed", plan=plan.meta.id, count=count, changed=described(moved))


# --- Settings -------------------------------------------------------------------------------------------------------


def _changed_settings(plan: Plan, now: Freshness) -> tuple[str, str]:
    """Who changed which settings since; empty where the history does not reach back."""
    names: dict[str, None] = {}
    who = ""
    for change in now.history:
        if change.after is not None and _fingerprint(change.after) == plan.meta.settings:
            break
        who = who or change.who
        for name in change.fields():
            root = name.split(".")[0]
            if root in ("id", "name", "subscription"):
                continue
            names.setdefault("‹plan.changed.lists›" if root in _LISTS else f"‹{name}.label›")
    else:
        return who, "‹plan.changed.unknown›"
    shown = list(names)[:SETTINGS_SHOWN]
    more = f" (+{len(names) - len(shown)})" if len(names) > len(shown) else ""
    return who, ", ".join(shown) + more


def _fingerprint(document: Mapping[str, Any]) -> str:
    try:
        return settings_fingerprint(functions.effective(Profile.model_validate(document)))
    except ValueError:
        return ""  # settings of an older version


# --- Target: the shop's catalogue -----------------------------------------------------------------------------------


def _moved_in_shop(plan: Plan, shop: ShopConnector, read: Reread) -> Iterator[Moved]:
    """Records the plan would change, that are not as it saw them."""
    sheets: dict[tuple[str, str], PlanRow] = {}
    parents: set[str] = set()
    stocks: dict[str, list[PlanRow]] = {}
    owners: set[str] = set()
    for row in plan.rows(actions=_CHANGING, payload=True):
        payload = json.loads(row.payload or "{}")
        kind = payload.get("kind", "product")
        if row.entity in ("product", "price", "status"):
            if any(name != "quantity" for name, _, _ in row.changes):
                if kind == "product":
                    sheets["product", row.target_id] = row
                elif payload.get("parent_id"):
                    sheets["variant", row.target_id] = row
                    parents.add(payload["parent_id"])
            held = payload.get("stock")
        else:
            held = payload.get("row") if row.entity == "stock" else None
        if held and any(name == "quantity" for name, _, _ in row.changes):
            stocks.setdefault(held["remote_id"], []).append(row)
            owners.add(held["product_id"])
    yield from _moved_products(shop, sheets, parents, read)
    yield from _moved_stocks(shop, stocks, owners, read)


def _moved_products(
    shop: ShopConnector, wanted: Mapping[tuple[str, str], PlanRow], parents: set[str], read: Reread
) -> Iterator[Moved]:
    ids = {identity for kind, identity in wanted if kind == "product"} | parents
    if not ids:
        return
    seen: set[tuple[str, str]] = set()
    for chunk in shop.read(Scope.PRODUCTS, ReadRequest(ids=tuple(ids))):
        for product in chunk.get(Product, ()):
            row = wanted.get((product.kind, product.remote_id))
            if row is None or (product.kind, product.remote_id) in seen:
                continue
            seen.add((product.kind, product.remote_id))
            read.records += 1
            if product.key != row.key:
                yield Moved(row.key, "reference", row.key, product.key)
            for name, before, _ in row.changes:
                if name != "quantity" and not _same(name, before, _value(product, name)):
                    yield Moved(row.key, name, before or "", _value(product, name))
    for identity, row in wanted.items():
        if identity not in seen:
            yield Moved(row.key, GONE)


def _moved_stocks(
    shop: ShopConnector, wanted: Mapping[str, list[PlanRow]], owners: set[str], read: Reread
) -> Iterator[Moved]:
    if not wanted:
        return
    seen: set[str] = set()
    for chunk in shop.read(Scope.STOCKS, ReadRequest(ids=tuple(owners))):
        for stock in chunk.get(Stock, ()):
            if stock.remote_id in seen:
                continue
            seen.add(stock.remote_id)
            for row in wanted.get(stock.remote_id, ()):
                read.records += 1
                held = plain(stock.quantity)
                for name, before, _ in row.changes:
                    if name == "quantity" and not _same(name, before, held):
                        yield Moved(row.key, name, before or "", held)
    for identity, rows in wanted.items():
        if identity not in seen:
            yield from (Moved(row.key, GONE) for row in rows)


def _same(name: str, before: str | None, now: str) -> bool:
    if name in ("price_excl_tax", "price_incl_tax", "quantity"):
        return parse_decimal(before or "0") == parse_decimal(now or "0")
    return (before or "").strip() == (now or "").strip()


def _value(product: Product, name: str) -> str:
    if "@" in name:
        return product.texts.get(name, "")
    value = getattr(product, name)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


# --- Source ---------------------------------------------------------------------------------------------------------


def _age(capture: Capture, erp: ErpConnector) -> timedelta:
    """Age of a capture by the clock of the system it was read from."""
    return erp.server_time() - capture.started_at


def _old_source(plan: Plan, now: Freshness, read: Reread) -> Capture | None:
    """The plan's capture of the ERP when it is too old to be believed; None: it is fresh, or the plan has none.

    Raises:
        StalePlanError: it is too old, and what changed since cannot be told.
    """
    if "erp" not in plan.meta.captures:
        return None
    capture = now.captures.get("erp")
    if capture is None:
        raise StalePlanError("plan.capture_gone", plan=plan.meta.id)
    age = _age(capture, now.erp)
    read.minutes = int(age.total_seconds() // 60)
    if age <= MAX_AGE:
        return None
    if Capability.READ_SINCE not in now.erp.capabilities:
        raise StalePlanError("plan.too_old", plan=plan.meta.id, minutes=read.minutes)
    return capture


def _check_catalogue_source(plan: Plan, now: Freshness, read: Reread) -> None:
    capture = _old_source(plan, now, read)
    if capture is None:
        return
    keys = {row.key for row in plan.rows(actions=(*_CHANGING, Action.CREATE.value))}
    moved, records = stale_source.moved_articles(now.erp, capture, keys, plan.meta.flow, now.profile)
    read.records += records
    _refuse(plan, "plan.source_changed", moved)


def _check_orders(plan: Plan, now: Freshness, read: Reread) -> None:
    keys = {row.key for row in plan.rows(actions=(Action.CREATE.value,), entities=("order",))}
    if keys:
        capture = now.captures.get("shop")
        if capture is None:
            raise StalePlanError("plan.capture_gone", plan=plan.meta.id)
        moved, records = stale_source.moved_orders(now.shop, capture, keys, now.profile)
        read.records += records
        _refuse(plan, "plan.orders_changed", moved)
    old = _old_source(plan, now, read)
    if old is not None:
        customers = plan.rows(actions=(Action.CREATE.value,), entities=("customer",), payload=True)
        moved, records = stale_source.moved_customers(now.erp, old, list(customers))
        read.records += records
        _refuse(plan, "plan.source_changed", moved)


def _check_documents(plan: Plan, now: Freshness, read: Reread) -> None:
    """Documents may have gone further since: the order's status would be a step behind."""
    rows = {
        str(row.params["number"]): row for row in plan.rows(actions=(Action.UPDATE.value,)) if "number" in row.params
    }
    if not rows:
        return
    found = now.erp.documents_after(sorted(rows))
    read.records += len(rows)
    moved = []
    for number, row in rows.items():
        held = found[number].value if number in found else ""
        if held != row.params["kind"]:
            moved.append(Moved(row.key, "kind", _kind(str(row.params["kind"])), _kind(held) if held else ""))
    _refuse(plan, "plan.source_changed", moved)


def _kind(value: str) -> str:
    return f"‹order_settings.kind.{value}›"


__all__ = ["MAX_AGE", "Freshness", "Reread", "check_fresh"]
