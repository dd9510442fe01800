"""Amounts of an order: what each line was charged after discounts, edits and refunds, in the buyer's currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision

from atoosync_lab.connectors.shops.shopify.product_records import exact
from atoosync_lab.model.money import HUNDRED, ZERO, quantize, six

Node = Mapping[str, Any]


def money(bag: Node | None) -> Decimal:
    """The buyer's amount of a money bag; 0 for none.

    Raises:
        ValueError: it states none.
    """
    return exact(bag["presentmentMoney"]["amount"]) if bag else ZERO


@dataclass(frozen=True, slots=True)
class Charged:
    """An amount without and with tax, and the tax as the order states it."""

    excl: Decimal
    incl: Decimal
    tax_name: str
    tax_rate: Decimal | None
    """Percent; joint where several taxes apply."""

    @property
    def tax(self) -> Decimal:
        """The tax."""
        return self.incl - self.excl


def charged(amount: Decimal, taxes: Sequence[Node], *, incl_tax: bool) -> Charged:
    """An amount of an order with its tax lines: their prices are exact, their rates only name them.

    Args:
        amount: after discounts, in the order's terms.
        taxes: tax lines of that amount.
        incl_tax: the order's amounts are with tax (`taxesIncluded`).
    """
    return _with_tax(amount, sum((money(t["priceSet"]) for t in taxes), ZERO), taxes, incl_tax)


def _with_tax(amount: Decimal, tax: Decimal, taxes: Sequence[Node], incl_tax: bool) -> Charged:
    excl, incl = (amount - tax, amount) if incl_tax else (amount, amount + tax)
    name, rate = _named(taxes)
    if not tax and rate and abs(excl) * rate >= 1:
        # A rate is stated, but nothing was charged at it although a cent was due: sold without tax.
        rate = ZERO
    return Charged(excl, incl, name, rate)


def _named(taxes: Sequence[Node]) -> tuple[str, Decimal | None]:
    name = " + ".join(dict.fromkeys(str(t["title"]) for t in taxes))
    rates = [t.get("rate") for t in taxes]
    if any(rate is None for rate in rates):
        return name, None
    total = sum((Decimal(str(rate)) * HUNDRED for rate in rates), ZERO)
    return name, Decimal(format(total.normalize(), "f")) if total else ZERO


@dataclass(frozen=True, slots=True)
class LineMoney:
    """What one order line comes to."""

    quantity: Decimal
    """Pieces sold: those taken off by an edit are gone, those refunded are still counted."""
    total: Charged
    list_price_excl: Decimal | None
    """Unit price before discounts; None without a discount."""

    @property
    def unit_excl(self) -> Decimal:
        """Unit price without tax."""
        return six(self.total.excl / self.quantity)

    @property
    def unit_incl(self) -> Decimal:
        """Unit price with tax."""
        return six(self.total.incl / self.quantity)


def line_money(line: Node, refunded: int, currency: str, *, incl_tax: bool) -> LineMoney | None:
    """Amounts of a line; None when an edit of the order removed it (PB-23).

    Discounts and taxes of a line are those of the quantity first ordered [SCHEMA], so a smaller quantity takes its
    share of them.

    Args:
        line: the line.
        refunded: pieces of it that were paid back: they were sold all the same, and their slip says the rest.
        currency: of the order, for its decimals.
        incl_tax: the order's amounts are with tax.
    """
    ordered = int(line["quantity"])
    kept = min(ordered, int(line["currentQuantity"]) + refunded)
    if kept <= 0:
        return None
    unit = money(line["originalUnitPriceSet"])
    discount = sum((money(d["allocatedAmountSet"]) for d in line["discountAllocations"]), ZERO)
    taxes: Sequence[Node] = line["taxLines"]
    tax = sum((money(t["priceSet"]) for t in taxes), ZERO)
    if kept != ordered:
        discount = _share(discount, kept, ordered, currency)
        tax = _share(tax, kept, ordered, currency)
    total = _with_tax(unit * kept - discount, tax, taxes, incl_tax)
    listed = None
    if discount:
        divisor = 1 + (total.tax_rate or ZERO) / HUNDRED if incl_tax else Decimal(1)
        listed = six(unit / divisor)
    return LineMoney(Decimal(kept), total, listed)


def _share(amount: Decimal, part: int, whole: int, currency: str) -> Decimal:
    return quantize(amount * part / whole, get_currency_precision(currency))


def conversion_rate(order: Node) -> Decimal:
    """Units of the order's currency for one of the shop's: the total in both (PB-10).

    Shopify states no rate. Six decimals leave less than a cent of doubt below 10 000.
    """
    if order["currencyCode"] == order["presentmentCurrencyCode"]:
        return Decimal(1)
    bag = order["totalPriceSet"]
    shop, buyer = exact(bag["shopMoney"]["amount"]), exact(bag["presentmentMoney"]["amount"])
    return six(buyer / shop) if shop and buyer else Decimal(1)
