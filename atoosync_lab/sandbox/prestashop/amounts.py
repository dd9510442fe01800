"""The amounts of an order, as the shop works them out: one pure calculator.

What it imitates (real shops, versions 1.7.7.2 and 9.1.4):
- `round_type` 1 rounds the unit and multiplies, 2 rounds each line, 3 rounds the sum only.
- `total_products(_wt)` is the sum of the (rounded) lines; `total_paid` is worked out anew from unrounded lines
  (rounded units under
  type 1) and rounded once, so that the parts may differ from the whole by a cent under type 2.
- A percentage voucher applies to the rounded product totals and keeps its decimals until the order's discount is
  rounded.
- Free shipping is a discount of the shipping; `total_shipping` stays gross.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
HUNDRED = Decimal(100)
_SIX = Decimal("0.000001")
_MODES = {0: ROUND_CEILING, 1: ROUND_FLOOR, 2: ROUND_HALF_UP, 3: ROUND_HALF_DOWN, 4: ROUND_HALF_EVEN}
ITEM, LINE, TOTAL = 1, 2, 3


def rounded(value: Decimal, mode: int = 2, decimals: int = 2) -> Decimal:
    """Round as the shop does.

    Args:
        value: Amount.
        mode: 0 up, 1 down, 2 half up, 3 half down, 4 half even, 5 half odd.
        decimals: Decimals kept.
    """
    unit = Decimal(1).scaleb(-decimals)
    if mode == 5:
        down = value.quantize(unit, ROUND_HALF_DOWN)
        up = value.quantize(unit, ROUND_HALF_UP)
        return down if down == up or int(down.scaleb(decimals)) % 2 else up
    return value.quantize(unit, _MODES.get(mode, ROUND_HALF_UP))


@dataclass(frozen=True)
class Pair:
    """An amount without and with tax."""

    excl: Decimal = ZERO
    incl: Decimal = ZERO

    def __add__(self, other: Pair) -> Pair:
        return Pair(self.excl + other.excl, self.incl + other.incl)

    def __sub__(self, other: Pair) -> Pair:
        return Pair(self.excl - other.excl, self.incl - other.incl)

    def times(self, factor: Decimal) -> Pair:
        """Both amounts multiplied."""
        return Pair(self.excl * factor, self.incl * factor)

    def rounded(self, mode: int, decimals: int = 2) -> Pair:
        """Both amounts rounded."""
        return Pair(rounded(self.excl, mode, decimals), rounded(self.incl, mode, decimals))


@dataclass(frozen=True)
class Line:
    """One line, in the currency of the order.

    Attributes:
        net: Unit price charged, without tax and without ecotax.
        rate: Percent of tax (sum of the taxes of the line).
        quantity: Pieces.
        ecotax: Unit ecotax without tax; it is part of the unit price, at its own rate.
        ecotax_rate: Percent of tax on the ecotax.
    """

    net: Decimal
    rate: Decimal
    quantity: int
    ecotax: Decimal = ZERO
    ecotax_rate: Decimal = ZERO

    @property
    def unit(self) -> Pair:
        """The unit price, unrounded."""
        return taxed(self.net, self.rate) + taxed(self.ecotax, self.ecotax_rate)


@dataclass(frozen=True)
class Voucher:
    """A cart rule.

    Attributes:
        percent: Percent off the products.
        amount: Fixed amount off, in the order's currency.
        amount_with_tax: Whether the amount includes tax.
        free_shipping: Takes the shipping off.
        line: Place of the only line that it applies to, or None.
    """

    percent: Decimal = ZERO
    amount: Decimal = ZERO
    amount_with_tax: bool = True
    free_shipping: bool = False
    line: int | None = None


@dataclass(frozen=True)
class Basket:
    """All that decides the amounts of an order."""

    lines: Sequence[Line]
    vouchers: Sequence[Voucher] = ()
    shipping: Decimal = ZERO
    shipping_rate: Decimal = ZERO
    wrapping: Decimal = ZERO
    wrapping_rate: Decimal = ZERO
    round_type: int = LINE
    round_mode: int = 2
    decimals: int = 2


@dataclass(frozen=True)
class LineAmounts:
    """What a line shows: unit prices with six decimals, totals rounded by the rounding type."""

    unit: Pair
    total: Pair


@dataclass(frozen=True)
class Amounts:
    """The amounts of an order; `voucher_values` keep the decimals that the order's discount loses."""

    lines: Sequence[LineAmounts]
    products: Pair
    discounts: Pair
    shipping: Pair
    wrapping: Pair
    paid: Pair
    voucher_values: Sequence[Pair] = field(default_factory=tuple)


def taxed(net: Decimal, rate: Decimal) -> Pair:
    """A net amount and the same with tax at this percent."""
    return Pair(net, net * (1 + rate / HUNDRED))


def line_total(line: Line, basket: Basket) -> Pair:
    """The total of a line under the basket's rounding type."""
    count = Decimal(line.quantity)
    if basket.round_type == ITEM:
        return line.unit.rounded(basket.round_mode, basket.decimals).times(count)
    total = line.unit.times(count)
    return total if basket.round_type == TOTAL else total.rounded(basket.round_mode, basket.decimals)


def _voucher_value(voucher: Voucher, totals: Sequence[Pair], products: Pair, shipping: Pair) -> Pair:
    value = shipping if voucher.free_shipping else Pair()
    base = totals[voucher.line] if voucher.line is not None and voucher.line < len(totals) else products
    if voucher.percent:
        value = value + base.times(voucher.percent / HUNDRED)
    if voucher.amount and base.incl:
        # A fixed amount carries the average tax of what it is taken from, and never exceeds it.
        share = voucher.amount / (base.incl if voucher.amount_with_tax else base.excl)
        value = value + base.times(min(share, Decimal(1)))
    return value


def amounts(basket: Basket) -> Amounts:
    """Work out the amounts of an order."""
    mode, decimals = basket.round_mode, basket.decimals
    totals = [line_total(line, basket) for line in basket.lines]
    exact = sum(
        (
            totals[n] if basket.round_type == ITEM else line.unit.times(Decimal(line.quantity))
            for n, line in enumerate(basket.lines)
        ),
        Pair(),
    )
    products = sum(totals, Pair()).rounded(mode, decimals)
    shipping = taxed(basket.shipping, basket.shipping_rate).rounded(mode, decimals)
    wrapping = taxed(basket.wrapping, basket.wrapping_rate).rounded(mode, decimals)
    values: list[Pair] = []
    rest = products
    for voucher in basket.vouchers:
        value = _voucher_value(voucher, totals, rest if voucher.percent else products, shipping)
        values.append(value)
        rest = rest - (value - shipping if voucher.free_shipping else value)
    discount = sum(values, Pair())
    whole = exact + shipping + wrapping - discount
    paid = Pair(max(whole.excl, ZERO), max(whole.incl, ZERO)).rounded(mode, decimals)
    shown = [
        LineAmounts(line.unit.rounded(2, 6), total.rounded(2, 6))
        for line, total in zip(basket.lines, totals, strict=True)
    ]
    return Amounts(shown, products, discount.rounded(mode, decimals), shipping, wrapping, paid, values)
