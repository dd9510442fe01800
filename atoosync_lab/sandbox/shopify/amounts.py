"""What an order costs: discounts shared over lines, taxes, totals. Pure arithmetic; every amount is rounded to the
cent, half up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from atoosync_lab.sandbox.shopify.values import CENT

ZERO = Decimal("0.00")


def cents(amount: Decimal) -> Decimal:
    """An amount rounded to the cent."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Discount:
    """A discount of an order.

    Attributes:
        kind: How it came: by a code, by itself, by hand.
        title: The code or the name.
        value: Percentage or amount, more than zero.
        value_kind: Which of both.
        target: `order` for all lines, `line` for some, `shipping`.
        lines: Places of the lines, for `line`.
    """

    kind: Literal["code", "automatic", "manual"]
    title: str
    value: Decimal
    value_kind: Literal["percentage", "fixed_amount"] = "percentage"
    target: Literal["order", "line", "shipping"] = "order"
    lines: tuple[int, ...] = ()


@dataclass
class Line:
    """A line or a shipping line in the calculation.

    Attributes:
        price: Of one piece, before discounts.
        quantity: Pieces.
        rates: Taxes by title, as shares (0.20).
        allocations: Share of each discount: its place among the discounts, and the amount.
        taxes: Amount of each tax.
    """

    price: Decimal
    quantity: int = 1
    rates: tuple[tuple[str, Decimal], ...] = ()
    allocations: list[tuple[int, Decimal]] = field(default_factory=list)
    taxes: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)

    @property
    def gross(self) -> Decimal:
        """Price before discounts."""
        return cents(self.price * self.quantity)

    @property
    def discounted(self) -> Decimal:
        """Price after all discounts."""
        return self.gross - sum((amount for _, amount in self.allocations), ZERO)

    @property
    def tax(self) -> Decimal:
        """All taxes together."""
        return sum((amount for _, _, amount in self.taxes), ZERO)


@dataclass(frozen=True)
class Totals:
    """Totals of an order."""

    subtotal: Decimal
    discounts: Decimal
    tax: Decimal
    shipping: Decimal
    total: Decimal


def share(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """An amount in parts by weight; the last part that weighs anything takes the rest."""
    whole = sum(weights, ZERO)
    if whole == 0:
        return [ZERO] * len(weights)
    parts = [cents(amount * weight / whole) for weight in weights]
    last = max(place for place, weight in enumerate(weights) if weight != 0)
    parts[last] += amount - sum(parts, ZERO)
    return parts


def _allocate(lines: Sequence[Line], places: Sequence[int], number: int, discount: Discount) -> None:
    left = [lines[place].discounted for place in places]
    if discount.value_kind == "percentage":
        amounts = [cents(amount * discount.value / 100) for amount in left]
    else:
        amounts = share(min(discount.value, sum(left, ZERO)), left)
    for place, amount in zip(places, amounts, strict=True):
        if amount:
            lines[place].allocations.append((number, amount))


def calculate(
    lines: Sequence[Line],
    shipping: Sequence[Line],
    discounts: Sequence[Discount] = (),
    *,
    taxes_included: bool = True,
    more: Decimal = ZERO,
) -> Totals:
    """Fill in allocations and taxes of all lines, and give the totals.

    Args:
        lines: Lines of goods.
        shipping: Shipping lines.
        discounts: Discounts in the order in which they act: those of lines before those of the order.
        taxes_included: Whether prices hold their taxes.
        more: Tips and fees.
    """
    for target in ("line", "order", "shipping"):
        for number, discount in enumerate(discounts):
            if discount.target == target:
                group = shipping if target == "shipping" else lines
                places = discount.lines if target == "line" else range(len(group))
                _allocate(group, list(places), number, discount)
    for line in (*lines, *shipping):
        line.taxes = taxes_of(line.discounted, line.rates, included=taxes_included)
    subtotal = sum((line.discounted for line in lines), ZERO)
    delivery = sum((line.discounted for line in shipping), ZERO)
    tax = sum((line.tax for line in (*lines, *shipping)), ZERO)
    less = sum((amount for line in (*lines, *shipping) for _, amount in line.allocations), ZERO)
    total = subtotal + delivery + more + (ZERO if taxes_included else tax)
    return Totals(subtotal, less, tax, delivery, total)


def taxes_of(
    amount: Decimal, rates: Sequence[tuple[str, Decimal]], *, included: bool
) -> list[tuple[str, Decimal, Decimal]]:
    """Title, rate and amount of each tax on an amount."""
    whole = sum((rate for _, rate in rates), Decimal(0))
    base = amount / (1 + whole) if included else amount
    return [(title, rate, cents(base * rate)) for title, rate in rates]
