"""Totals of a sale document, as the folder computes them (assumption stated in docs/ebp-import.md).

Rounding is half up to the cents of the currency. Pure: Decimal in, Decimal out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

_HUNDRED = Decimal(100)
ZERO = Decimal(0)


@dataclass(slots=True)
class RateTotal:
    """Sums of one VAT rate.

    Attributes:
        vat_id: VAT code of the first amount at this rate.
        rate: Per cent.
        amount: Sum of the amounts in the document's basis.
        excluded: Amount without tax.
        vat: Tax.
    """

    vat_id: str
    rate: Decimal
    amount: Decimal = ZERO
    excluded: Decimal = ZERO
    vat: Decimal = ZERO


@dataclass
class Totals:
    """Totals of one document.

    Attributes:
        rates: One entry a rate, in the order of the lines.
        excluded: Without tax, with shipping.
        vat: Tax.
        included: With tax.
        shipping_excluded: Shipping without tax.
    """

    rates: list[RateTotal] = field(default_factory=list)
    excluded: Decimal = ZERO
    vat: Decimal = ZERO
    included: Decimal = ZERO
    shipping_excluded: Decimal = ZERO


def net_unit(price: Decimal, discount_rate: Decimal, discount: Decimal) -> Decimal:
    """Unit price after discounts, not rounded."""
    if discount_rate:
        price = price * (1 - discount_rate / _HUNDRED)
    return price - discount if discount else price


def rounded(amount: Decimal, cents: Decimal) -> Decimal:
    """An amount rounded half up to the currency's decimals."""
    return amount.quantize(cents, ROUND_HALF_UP)


def split(amount: Decimal, rate: Decimal, cents: Decimal, *, tax_inclusive: bool) -> tuple[Decimal, Decimal]:
    """Amount without tax and tax of an amount in the document's basis."""
    if tax_inclusive:
        excluded = rounded(amount / (1 + rate / _HUNDRED), cents)
        return excluded, amount - excluded
    return amount, rounded(amount * rate / _HUNDRED, cents)


def document_totals(
    amounts: Iterable[tuple[str, Decimal, Decimal]],
    shipping: tuple[str, Decimal, Decimal] | None,
    cents: Decimal,
    *,
    tax_inclusive: bool,
) -> Totals:
    """Totals of a document.

    Args:
        amounts: (VAT code, rate in per cent, rounded amount) of each line, in the document's basis.
        shipping: The same for shipping, or None.
        cents: Smallest amount of the currency.
        tax_inclusive: Whether the amounts include tax.
    """
    by_rate: dict[Decimal, RateTotal] = {}
    for vat_id, rate, amount in [*amounts, *([shipping] if shipping else [])]:
        total = by_rate.get(rate)
        if total is None:
            total = by_rate[rate] = RateTotal(vat_id, rate)
        total.amount += amount
    result = Totals(list(by_rate.values()))
    for total in result.rates:
        total.excluded, total.vat = split(total.amount, total.rate, cents, tax_inclusive=tax_inclusive)
        result.excluded += total.excluded
        result.vat += total.vat
    result.included = result.excluded + result.vat
    if shipping:
        result.shipping_excluded = split(shipping[2], shipping[1], cents, tax_inclusive=tax_inclusive)[0]
    return result
