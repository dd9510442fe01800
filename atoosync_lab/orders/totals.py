"""The only rounding of document totals. Each rule is named after what it imitates, with its source.

| Rule | Imitates | Source |
| --- | --- | --- |
| `erp_net` | a tax-exclusive document of the ERP | `DocumentRules` of its connector |
| `erp_tax_inclusive` | a tax-inclusive document of the ERP | the same |
| `shop_item` | a shop that rounds one unit and multiplies | PrestaShop `PS_ROUND_TYPE` 1 |
| `shop_line` | a shop that rounds each line and adds | PrestaShop `PS_ROUND_TYPE` 2 |
| `shop_total` | a shop that adds unrounded lines and rounds once | PrestaShop `PS_ROUND_TYPE` 3, seen with 2 too |
"""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from atoosync_lab.model.documents import DocumentLine, DocumentRules, DocumentTotals, Rounding, TaxOn, VatTotal
from atoosync_lab.model.money import CENT, HUNDRED, ZERO, discounted
from atoosync_lab.model.sales import Order, OrderLine

_EXPONENTS = tuple(Decimal(1).scaleb(-n) for n in range(7))
_MODES = {
    # PrestaShop's "up" and "down" are ceil and floor.
    "up": decimal.ROUND_CEILING,
    "down": decimal.ROUND_FLOOR,
    "half_up": decimal.ROUND_HALF_UP,
    "half_down": decimal.ROUND_HALF_DOWN,
    "half_even": decimal.ROUND_HALF_EVEN,
}


_ERP_MODES = {Rounding.HALF_UP: decimal.ROUND_HALF_UP, Rounding.HALF_EVEN: decimal.ROUND_HALF_EVEN}
USUAL = DocumentRules()


@dataclass(frozen=True, slots=True)
class Amount:
    """What a line or the shipping adds to a document, in its basis."""

    rate: Decimal
    """Percent."""
    rounded: Decimal
    """To the cent, as the ERP rounds."""
    vat_id: str = ""
    unrounded: Decimal | None = None
    """Quantity x net unit; None: as `rounded`."""

    @property
    def exact(self) -> Decimal:
        """The amount before it was rounded."""
        return self.rounded if self.unrounded is None else self.unrounded


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


def round_erp(value: Decimal, rules: DocumentRules) -> Decimal:
    """To the cent, as the ERP rounds."""
    return value.quantize(CENT, rounding=_ERP_MODES[rules.rounding])


def net_unit(line: DocumentLine, rules: DocumentRules = USUAL) -> Decimal:
    """Unit price after the line's discounts, as the ERP computes with it."""
    net = discounted(line.unit_price, line.discount_percent, line.discount_amount)
    return round_price(net, rules.price_decimals) if rules.net_prices else net


def line_amount(line: DocumentLine, rules: DocumentRules = USUAL) -> Decimal:
    """Amount of a line in the document's basis: quantity x net unit, rounded to the cent."""
    return round_erp(line.quantity * net_unit(line, rules), rules)


def _by_rate(amounts: Iterable[Amount]) -> dict[Decimal, list[Amount]]:
    groups: dict[Decimal, list[Amount]] = {}
    for amount in amounts:
        groups.setdefault(amount.rate, []).append(amount)
    return dict(sorted(groups.items()))


def _rounded(amounts: Sequence[Amount]) -> Decimal:
    return sum((a.rounded for a in amounts), ZERO)


def _tax(amounts: Sequence[Amount], rate: Decimal, rules: DocumentRules) -> Decimal:
    """Tax of the amounts of one rate."""
    if rules.tax_on is TaxOn.BASE:
        return round_erp(_rounded(amounts) * rate / HUNDRED, rules)
    if rules.tax_on is TaxOn.LINE:
        return sum((round_erp(a.exact * rate / HUNDRED, rules) for a in amounts), ZERO)
    sums: dict[tuple[str, bool], Decimal] = {}
    for amount in amounts:
        # Two taxes of one rate, and what is charged and taken off, are rounded apart.
        key = (amount.vat_id, amount.exact >= 0)
        sums[key] = sums.get(key, ZERO) + amount.exact
    return sum((round_erp(base * rate / HUNDRED, rules) for base in sums.values()), ZERO)


def _totals(parts: Sequence[VatTotal]) -> DocumentTotals:
    excl = sum((p.excl_tax for p in parts), ZERO)
    vat = sum((p.vat for p in parts), ZERO)
    return DocumentTotals(excl_tax=excl, vat=vat, incl_tax=excl + vat, by_rate=tuple(parts))


def erp_net(amounts: Iterable[Amount], rules: DocumentRules = USUAL) -> DocumentTotals:
    """Totals of a tax-exclusive document, tax by rate as the rules say.

    Args:
        amounts: excl. tax, of each line and of shipping.
        rules: how the ERP computes.
    """
    parts = [
        VatTotal(rate=rate, excl_tax=_rounded(group), vat=_tax(group, rate, rules))
        for rate, group in _by_rate(amounts).items()
    ]
    return _totals(parts)


def erp_tax_inclusive(amounts: Iterable[Amount], rules: DocumentRules = USUAL) -> DocumentTotals:
    """Totals of a tax-inclusive document: per rate, base = gross / (1 + rate) to the cent, VAT = gross - base.

    Args:
        amounts: incl. tax, of each line and of shipping.
        rules: how the ERP rounds.
    """
    parts = []
    for rate, group in _by_rate(amounts).items():
        gross = _rounded(group)
        base = round_erp(gross / (1 + rate / HUNDRED), rules)
        parts.append(VatTotal(rate=rate, excl_tax=base, vat=gross - base))
    return _totals(parts)


def document_amounts(
    lines: Iterable[DocumentLine], shipping: ShippingCharge | None, rules: DocumentRules = USUAL
) -> list[Amount]:
    """What each line and the footer shipping add, in the document's basis."""
    amounts = [
        Amount(line.vat_rate, line_amount(line, rules), line.vat_id, line.quantity * net_unit(line, rules))
        for line in lines
    ]
    if shipping is not None and shipping.amount:
        amounts.append(Amount(shipping.rate, shipping.amount))
    return amounts


def compute_totals(amounts: Iterable[Amount], tax_inclusive: bool, rules: DocumentRules = USUAL) -> DocumentTotals:
    """Totals of what was gathered, in the document's basis."""
    return erp_tax_inclusive(amounts, rules) if tax_inclusive else erp_net(amounts, rules)


def document_totals(
    lines: Iterable[DocumentLine], shipping: ShippingCharge | None, tax_inclusive: bool, rules: DocumentRules = USUAL
) -> DocumentTotals:
    """Totals of a document as the ERP will compute them, before it is sent."""
    return compute_totals(document_amounts(lines, shipping, rules), tax_inclusive, rules)


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
