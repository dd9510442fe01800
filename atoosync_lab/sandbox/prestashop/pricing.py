"""Prices and taxes of the catalogue: specific prices, group reductions, tax rules, computed prices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.prestashop.amounts import HUNDRED, ZERO, taxed
from atoosync_lab.sandbox.prestashop.state import ShopState
from atoosync_lab.sandbox.prestashop.values import NO_DATETIME, fixed, int_prefix

_ALIAS = re.compile(r"price\[(\w+)\]\[(\w+)\]")


@dataclass(frozen=True)
class Buyer:
    """For whom a price is worked out; 0 means anyone."""

    customer: int = 0
    group: int = 0
    currency: int = 0
    country: int = 0
    conversion: Decimal = Decimal(1)


@dataclass(frozen=True)
class Price:
    """A unit price without tax and ecotax, in the buyer's currency, and how it came about.

    Attributes:
        original: List price (with the variant's impact).
        charged: Price after specific price and group reduction.
        percent: Reduction in percent, or 0.
        amount: Reduction as an amount.
        amount_with_tax: Whether that amount includes tax.
        group_reduction: Percent of the group.
        rule_price: Price of the specific price that applied (-1 keeps the list price), or None.
    """

    original: Decimal
    charged: Decimal
    percent: Decimal = ZERO
    amount: Decimal = ZERO
    amount_with_tax: bool = True
    group_reduction: Decimal = ZERO
    rule_price: Decimal | None = None


def tax_ids(state: ShopState, group: int, country: int, region: int = 0) -> list[int]:
    """Ids of the taxes of a rule group in a country, in order."""
    sql = (
        "SELECT r.id_tax FROM tax_rules r JOIN taxes t ON t.id = r.id_tax WHERE r.id_tax_rules_group ="
        " ? AND r.id_country = ?"
        " AND r.id_state IN (0, ?) AND t.active = 1 AND t.deleted = 0 ORDER BY r.id_state DESC, r.id"
    )
    found = [row[0] for row in state.db.execute(sql, (group, country, region))]
    first = state.db.execute(
        "SELECT behavior FROM tax_rules WHERE id_tax_rules_group = ? AND id_country = ? ORDER BY id LIMIT 1",
        (group, country),
    ).fetchone()
    # Behaviour 0: only this tax; 1 adds and 2 compounds the following ones.
    return found if first and first[0] else found[:1]


def tax_rate(state: ShopState, ids: list[int]) -> Decimal:
    """The sum of the rates of taxes, in percent."""
    marks = ", ".join("?" * len(ids))
    return sum(
        (Decimal(row[0]) for row in state.db.execute(f"SELECT rate FROM taxes WHERE id IN ({marks})", ids)), ZERO
    )


def specific_price(
    state: ShopState, product: int, variant: int, quantity: int, buyer: Buyer
) -> Mapping[str, Any] | None:
    """The specific price that wins for a buyer: the most particular one, then the highest quantity step."""
    now = state.now()
    best: tuple[Any, ...] | None = None
    chosen: Mapping[str, Any] | None = None
    for row in state.rows("specific_prices", "id_product IN (0, ?) ORDER BY id", product):
        keys = (
            ("id_product_attribute", variant),
            ("id_customer", buyer.customer),
            ("id_group", buyer.group),
            ("id_country", buyer.country),
            ("id_currency", buyer.currency),
        )
        if (
            any(row[name] not in (0, value) for name, value in keys)
            or row["id_cart"]
            or row["from_quantity"] > quantity
        ):
            continue
        if (row["from"] != NO_DATETIME and row["from"] > now) or (row["to"] != NO_DATETIME and row["to"] < now):
            continue
        score = (*(int(row[name] != 0) for name, _ in keys), row["from_quantity"])
        if best is None or score > best:
            best, chosen = score, row
    return chosen


def unit_price(
    state: ShopState,
    product: Mapping[str, Any],
    variant: Mapping[str, Any] | None,
    quantity: int,
    buyer: Buyer,
    rate: Decimal,
) -> Price:
    """The unit price of a product (and variant) for a buyer.

    Args:
        state: The shop.
        product: Row of `products`.
        variant: Row of `combinations`, or None.
        quantity: Pieces bought.
        buyer: For whom.
        rate: Percent of tax, needed when a reduction includes tax.
    """
    net = Decimal(product["price"]) + (Decimal(variant["price"]) if variant else ZERO)
    original = net * buyer.conversion
    charged, percent, amount, with_tax = original, ZERO, ZERO, True
    found = specific_price(state, product["id"], variant["id"] if variant else 0, quantity, buyer)
    if found is not None:
        if Decimal(found["price"]) >= 0:
            # A fixed price in one currency is not converted again.
            original = charged = Decimal(found["price"]) * (1 if found["id_currency"] else buyer.conversion)
        reduction = Decimal(found["reduction"])
        if found["reduction_type"] == "percentage":
            percent = reduction * HUNDRED
            charged -= charged * reduction
        elif reduction:
            with_tax = bool(found["reduction_tax"])
            amount = reduction * (1 if found["id_currency"] else buyer.conversion)
            charged -= amount / (1 + rate / HUNDRED) if with_tax else amount
    group = state.get("groups", buyer.group) if buyer.group else None
    group_reduction = Decimal(group["reduction"]) if group else ZERO
    charged -= charged * group_reduction / HUNDRED
    rule_price = Decimal(found["price"]) if found is not None else None
    return Price(original, max(charged, ZERO), percent, amount, with_tax, group_reduction, rule_price)


def computed_prices(
    state: ShopState, resource: str, row: Mapping[str, Any], params: Mapping[str, str]
) -> dict[str, str]:
    """The prices asked by `price[alias][use_tax]=1` and its sisters, by alias."""
    asked: dict[str, dict[str, str]] = {}
    for name, value in params.items():
        found = _ALIAS.fullmatch(name)
        if found:
            asked.setdefault(found.group(1), {})[found.group(2)] = value
    if not asked or resource not in ("products", "combinations"):
        return {}
    variant = row if resource == "combinations" else None
    product = state.get("products", row["id_product"]) if variant else row
    if product is None:
        return {}
    prices: dict[str, str] = {}
    for alias, options in asked.items():
        country = int_prefix(options.get("country") or state.config("PS_COUNTRY_DEFAULT", "8"))
        group = int_prefix(options.get("group") or state.config("PS_UNIDENTIFIED_GROUP", "1"))
        rate = tax_rate(state, tax_ids(state, product["id_tax_rules_group"], country))
        quantity = int_prefix(options.get("quantity") or "1")
        price = unit_price(state, product, variant, quantity, Buyer(group=group, country=country), rate)
        net = price.original if options.get("use_reduction") == "0" else price.charged
        prices[alias] = fixed(taxed(net, rate).incl if options.get("use_tax", "1") == "1" else net)
    return prices
