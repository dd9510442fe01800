"""The difference between what the shop charged and what the ERP will compute: named, bounded, placed (ORD-21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from atoosync_lab.model.documents import DocumentTotals
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.money import ZERO
from atoosync_lab.model.sales import Order, OrderLine
from atoosync_lab.orders import totals

ROUNDING_A_LINE = Decimal("0.005")
"""Greatest rounding of one amount to the cent."""


class Cause(StrEnum):
    """Likely cause of the unexplained part."""

    NONE = "none"
    PRECISION = "precision"
    """Our own price precision: with exact prices the document would fit."""
    VAT_RATE = "vat_rate"
    """A shop tax is related to an ERP VAT of another rate."""
    UNKNOWN = "unknown"
    """The lines, shipping, wrapping and vouchers that were read do not make the total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Truth - ERP total before the difference line = explained + unexplained."""

    amount: Decimal = ZERO
    explained: Decimal = ZERO
    """By the shop's rounding."""
    unexplained: Decimal = ZERO
    cause: Cause = Cause.NONE
    placed: bool = False
    """A difference line holds it."""

    def message(self) -> Message | None:
        """Sentence for the plan and the journal; None without a difference."""
        if not self.amount:
            return None
        if not self.unexplained:
            code = "orders.difference.explained_placed" if self.placed else "orders.difference.explained"
        elif not self.explained:
            code = "orders.difference.unexplained_placed" if self.placed else "orders.difference.unexplained"
        else:
            code = "orders.difference.both_placed" if self.placed else "orders.difference.both"
        return Message(code, {k: signed(getattr(self, k)) for k in ("amount", "explained", "unexplained")})


def signed(amount: Decimal) -> str:
    """Amount with its sign and two decimals, for messages."""
    return f"{amount:+.2f}"


def explain(
    *,
    order: Order,
    lines: Sequence[OrderLine],
    gap: Decimal,
    exact: DocumentTotals,
    truth: Decimal,
    rates_differ: bool,
    ceiling: Decimal,
) -> Difference:
    """Split a gap into what the shop's rounding explains and what it does not.

    Args:
        order: the order in its own currency: the replay is made on what the shop computed.
        lines: its lines.
        gap: truth - total of the document as it will be sent, without a difference line.
        exact: totals of the same document with prices that are not cut to our precision.
        truth: what the shop charged, in the document's currency.
        rates_differ: a shop tax is related to an ERP VAT of another rate.
        ceiling: greatest unexplained amount.
    """
    if not gap:
        return Difference()
    explained = ZERO
    by_rounding = truth - exact.incl_tax
    if by_rounding and not rates_differ and totals.shop_replays(order, lines):
        bound = rounding_bound(order, lines)
        explained = max(-bound, min(bound, by_rounding))
    unexplained = gap - explained
    cause = Cause.NONE
    if unexplained:
        cause = Cause.UNKNOWN
        if rates_differ:
            cause = Cause.VAT_RATE
        elif abs(by_rounding - explained) <= ceiling and exact.incl_tax != truth - gap:
            cause = Cause.PRECISION
    return Difference(amount=gap, explained=explained, unexplained=unexplained, cause=cause)


def rounding_bound(order: Order, lines: Sequence[OrderLine]) -> Decimal:
    """What rounding can make at most: half a cent a line (per unit when the shop rounds units), up to the next cent."""
    count = sum((abs(line.quantity) for line in lines), ZERO) if order.rounding == "item" else Decimal(len(lines))
    return totals.up_to_cent(ROUNDING_A_LINE * count)
