"""The only rounding of document totals. Each rule is named after what it imitates, with its source.

| Rule | Imitates | Source |
| --- | --- | --- |
| `erp_net` | a tax-exclusive document of the folder | docs/ebp-import.md, Totals (an assumption about EBP) |
| `erp_tax_inclusive` | a tax-inclusive document of the folder | the same |
| `shop_item` | a shop that rounds one unit and multiplies | PrestaShop `PS_ROUND_TYPE` 1 |
| `shop_line` | a shop that rounds each line and adds | PrestaShop `PS_ROUND_TYPE` 2 |
| `shop_total` | a shop that adds unrounded lines and rounds once | PrestaShop `PS_ROUND_TYPE` 3, seen with 2 too |
"""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from atoosync_lab.model.documents import DocumentLine, DocumentTotals, VatTotal
from atoosync_lab.model.money import CENT, ZERO
from atoosync_lab.model.sales import Order, OrderLine

HUNDRED = Decimal(100)
_EXPONENTS = tuple(Decimal(1).scaleb(-n) for n in range(7))
_MODES = {
    # PrestaShop's "up" and "down" are ceil and floor.
    "up": decimal.ROUND_CEILING,
    "down": decimal.ROUND_FLOOR,
    "half_up": decimal.ROUND_HALF_UP,
    "half_down": decimal.ROUND_HALF_DOWN,
    "half_even": decimal.ROUND_HALF_EVEN,
}


@dataclass(frozen=True, slots=True)
class ShippingCharge:
    """Footer shipping of a document, in the document's basis."""

    amount: Decimal
    rate: Decimal
    """Percent."""


def round_cents(value: Decimal) -> Decimal:
    """Half up to the cent."""
    return value.quantize(CENT, rounding=decimal.ROUND_HALF_UP)


def up_to_cent(amount: Decimal) -> Decimal:
    """The next whole cent: what rounding can make at most is compared with differences, which are whole cents."""
    return amount.quantize(CENT, rounding=decimal.ROUND_CEILING)


def round_price(value: Decimal, decimals: int) -> Decimal:
    """Half up to the price precision of the profile (ORD-02)."""
    return value.quantize(_EXPONENTS[decimals], rounding=decimal.ROUND_HALF_UP)


def round_mode(value: Decimal, mode: str) -> Decimal:
    """To the cent by a shop's rounding mode.

    Raises:
        ValueError: the mode is not known.
    """
    if mode == "half_odd":
        return _half_odd(value)
    if mode not in _MODES:
        raise ValueError(f"unknown rounding mode {mode!r}; known: {', '.join((*_MODES, 'half_odd'))}")
    return value.quantize(CENT, rounding=_MODES[mode])


def _half_odd(value: Decimal) -> Decimal:
    down = value.quantize(CENT, rounding=decimal.ROUND_DOWN)
    if abs(value - down) * 2 != CENT:
        return round_cents(value)
    away = down + CENT.copy_sign(value)
    return down if int(down / CENT) % 2 else away


def net_unit(line: DocumentLine) -> Decimal:
    """Unit price after the line's discounts, not rounded, as the folder computes it."""
    if line.discount_percent:
        return line.unit_price * (1 - line.discount_percent / HUNDRED) - line.discount_amount
    return line.unit_price - line.discount_amount


def line_amount(line: DocumentLine) -> Decimal:
    """Amount of a line in the document's basis: quantity x net unit, rounded half up to the cent."""
    return round_cents(line.quantity * net_unit(line))


def _by_rate(amounts: Iterable[tuple[Decimal, Decimal]]) -> dict[Decimal, Decimal]:
    sums: dict[Decimal, Decimal] = {}
    for rate, amount in amounts:
        sums[rate] = sums.get(rate, ZERO) + amount
    return sums


def _totals(parts: Sequence[VatTotal]) -> DocumentTotals:
    excl = sum((p.excl_tax for p in parts), ZERO)
    vat = sum((p.vat for p in parts), ZERO)
    return DocumentTotals(excl_tax=excl, vat=vat, incl_tax=excl + vat, by_rate=tuple(parts))


def erp_net(amounts: Iterable[tuple[Decimal, Decimal]]) -> DocumentTotals:
    """Totals of a tax-exclusive document: per rate, VAT = round2(base x rate).

    Args:
        amounts: (rate in percent, amount excl. tax) of each line and of shipping.
    """
    parts = [
        VatTotal(rate=rate, excl_tax=round_cents(base), vat=round_cents(base * rate / HUNDRED))
        for rate, base in sorted(_by_rate(amounts).items())
    ]
    return _totals(parts)


def erp_tax_inclusive(amounts: Iterable[tuple[Decimal, Decimal]]) -> DocumentTotals:
    """Totals of a tax-inclusive document: per rate, base = round2(gross / (1 + rate)), VAT = gross - base.

    Args:
        amounts: (rate in percent, amount incl. tax) of each line and of shipping.
    """
    parts = []
    for rate, total in sorted(_by_rate(amounts).items()):
        gross = round_cents(total)
        base = round_cents(gross / (1 + rate / HUNDRED))
        parts.append(VatTotal(rate=rate, excl_tax=base, vat=gross - base))
    return _totals(parts)


def document_amounts(lines: Iterable[DocumentLine], shipping: ShippingCharge | None) -> list[tuple[Decimal, Decimal]]:
    """(rate, amount) of each line and of footer shipping, in the document's basis."""
    amounts = [(line.vat_rate, line_amount(line)) for line in lines]
    if shipping is not None and shipping.amount:
        amounts.append((shipping.rate, shipping.amount))
    return amounts


def document_totals(
    lines: Iterable[DocumentLine], shipping: ShippingCharge | None, tax_inclusive: bool
) -> DocumentTotals:
    """Totals of a document as the folder will compute them, before it is sent."""
    amounts = document_amounts(lines, shipping)
    return erp_tax_inclusive(amounts) if tax_inclusive else erp_net(amounts)


def _terms(order: Order) -> Decimal:
    return order.shipping_incl_tax + order.wrapping_incl_tax - order.discounts_incl_tax


def shop_item(order: Order, lines: Iterable[OrderLine]) -> Decimal:
    """Total incl. tax of a shop that rounds each unit and multiplies."""
    mode = order.rounding_mode
    goods = sum((round_mode(line.unit_price_incl_tax, mode) * line.quantity for line in lines), ZERO)
    return max(ZERO, round_mode(goods + _terms(order), mode))


def shop_line(order: Order, lines: Iterable[OrderLine]) -> Decimal:
    """Total incl. tax of a shop that rounds each line and adds."""
    mode = order.rounding_mode
    goods = sum((round_mode(line.unit_price_incl_tax * line.quantity, mode) for line in lines), ZERO)
    return max(ZERO, round_mode(goods + _terms(order), mode))


def shop_total(order: Order, lines: Iterable[OrderLine]) -> Decimal:
    """Total incl. tax of a shop that adds unrounded lines and rounds once."""
    goods = sum((line.unit_price_incl_tax * line.quantity for line in lines), ZERO)
    return max(ZERO, round_mode(goods + _terms(order), order.rounding_mode))


def shop_replays(order: Order, lines: Sequence[OrderLine]) -> bool:
    """The shop's own rounding, replayed on its lines, gives exactly what it charged.

    A shop that rounds lines was seen to state a total made from the unrounded lines (reference: PrestaShop, order
    amounts), so for `line` both are tried.
    """
    charged = round_cents(order.total_incl_tax)
    if order.rounding == "item":
        return shop_item(order, lines) == charged
    return (order.rounding == "line" and shop_line(order, lines) == charged) or shop_total(order, lines) == charged
