"""Exact amounts: parsing, shares and writing. Rounding of documents lives in `orders/totals.py` alone."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

ZERO = Decimal(0)
CENT = Decimal("0.01")
HUNDRED = Decimal(100)
_DIGITS = 12
"""Digits before the point that the pivot's numbers hold (DECIMAL(18,6))."""
_NOTHING = -30
"""Power of ten below which an amount is nothing."""


def parse_decimal(text: str | int | Decimal | None) -> Decimal | None:
    """A Decimal from the text a system sent; None for empty or malformed text, or an amount that no record can hold.

    Raises:
        TypeError: a float, which is no exact amount.
    """
    if text is None or text == "":
        return None
    if isinstance(text, float):
        raise TypeError("a float is not an exact amount")
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite():
        return None
    if _NOTHING < value.adjusted() < _DIGITS:
        return value
    # `1e30` fits nowhere; `1e-999` and `0e30` are nothing, but would be written with a thousand digits.
    return None if value and value.adjusted() >= _DIGITS else ZERO


def quantize(value: Decimal, decimals: int = 2) -> Decimal:
    """Round half up to a number of decimals (used for prices sent, not for document totals)."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def discounted(price: Decimal, percent: Decimal, amount: Decimal) -> Decimal:
    """A unit price less a percentage of it, then less an amount; not rounded."""
    return (price * (1 - percent / HUNDRED) if percent else price) - amount


PIVOT_DECIMALS = 6
"""Decimals that the pivot keeps of an amount."""


def six(value: Decimal) -> Decimal:
    """An amount in the decimals of the pivot: for quotients, such as a unit price made from a line's total."""
    return quantize(value, PIVOT_DECIMALS)


def split_by_weight(amount: Decimal, weights: Sequence[Decimal], unit: Decimal = CENT) -> list[Decimal]:
    """Shares of `amount` in proportion to `weights`, each a multiple of `unit`, always summing to `amount`.

    The largest remainders get the units left over; equal remainders go in order. All weights zero: all on the first.

    Raises:
        ValueError: no weights, or a negative one, or `amount` is no multiple of `unit`.
    """
    if not weights or any(w < 0 for w in weights):
        raise ValueError("weights must be given and not negative")
    units = amount / unit
    if units != units.to_integral_value():
        raise ValueError(f"{amount} is no multiple of {unit}")
    total = sum(weights, ZERO)
    if total == 0:
        return [amount, *[ZERO * unit] * (len(weights) - 1)]
    exact = [units * w / total for w in weights]
    floors = [e.to_integral_value(rounding=ROUND_DOWN) for e in exact]
    left = int(units - sum(floors, ZERO))
    order = sorted(range(len(weights)), key=lambda i: (-abs(exact[i] - floors[i]), i))
    for i in order[: abs(left)]:
        floors[i] += 1 if left > 0 else -1
    return [f * unit for f in floors]


def plain(value: Decimal) -> str:
    """Text without exponent and without trailing zeros: the canonical form for fingerprints and wires."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
