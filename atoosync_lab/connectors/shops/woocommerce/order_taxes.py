"""Taxes of an order's lines, from the rates that stand on the order itself: the shop's own may have changed since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from atoosync_lab.connectors.shops.woocommerce import wire
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.money import HUNDRED, ZERO, six

_ROUNDING = Decimal("0.01")
"""A line's tax differs from the sum of its rates by rounding alone, a rate."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of an order."""

    id: str
    name: str
    percent: Decimal | None
    compound: bool


@dataclass(frozen=True, slots=True)
class LineTax:
    """The taxes of one line together."""

    name: str
    rate: Decimal | None
    """Percent; None: the order does not say."""
    ids: tuple[str, ...]
    exact: Decimal
    """Tax amount before it was rounded on the line."""


class OrderTaxes:
    """The rates of one order.

    Args:
        order: the order.
        rates: the shop's rates by id, asked for only where an order of an old version states no percentage.
    """

    def __init__(self, order: Json, rates: Callable[[], Mapping[str, Json]]) -> None:
        self._rates: dict[str, Rate] = {}
        for row in wire.rows(order, "tax_lines"):
            number = wire.identifier(row, "rate_id")
            percent = wire.decimal(row, "rate_percent")
            if percent is None:
                percent = wire.decimal(rates().get(number, {}), "rate")
            self._rates[number] = Rate(number, wire.plain_text(row, "label"), percent, row.get("compound") is True)

    def of(self, line: Json) -> LineTax:
        """Taxes of a line, a fee or a shipping line.

        Several rates are one pair: their names joined, their rates added, compound ones on top of the others.

        Raises:
            ValueError: an amount is no number.
        """
        total = wire.amount(line, "total")
        tax = wire.amount(line, "total_tax")
        applied: list[tuple[Rate | None, str, Decimal]] = []
        for row in wire.rows(line, "taxes"):
            amount = wire.decimal(row, "total")
            if amount is not None:
                number = wire.identifier(row)
                applied.append((self._rates.get(number), number, amount))
        if any(amount for _, _, amount in applied):
            # A rate of 0 beside others, or one that was not applied, says nothing of this line.
            applied = [entry for entry in applied if entry[2]]
        exact = sum((amount for _, _, amount in applied), ZERO)
        if abs(exact - tax) > _ROUNDING * max(len(applied), 1):
            # A plug-in that counts taxes its own way: the line's total holds.
            exact = tax
        if not applied:
            return LineTax("", ZERO if not tax else None, (), tax)
        ids = tuple(number for _, number, _ in applied)
        known = [rate for rate, _, _ in applied if rate is not None]
        names = " + ".join(rate.name for rate in known)
        if len(known) < len(applied) or any(rate.percent is None for rate in known):
            return LineTax(names, None, ids, exact)
        if total and not tax and not exact:
            return LineTax(names if all(not rate.percent for rate in known) else "", ZERO, ids, exact)
        return LineTax(names, joint_rate(known), ids, exact)


def joint_rate(rates: Sequence[Rate]) -> Decimal:
    """The one percentage of several rates: compound ones are charged on the amount with the others."""
    simple = sum((rate.percent or ZERO for rate in rates if not rate.compound), ZERO)
    factor = 1 + simple / HUNDRED
    for rate in rates:
        if rate.compound:
            factor *= 1 + (rate.percent or ZERO) / HUNDRED
    joint = (factor - 1) * HUNDRED
    return simple if not any(rate.compound for rate in rates) else six(joint)
