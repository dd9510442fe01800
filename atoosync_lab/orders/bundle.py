"""Everything of one shop order, or one credit slip, that its document is made from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from atoosync_lab.model.keys import whole_number
from atoosync_lab.model.money import ZERO
from atoosync_lab.model.sales import (
    Address,
    CreditSlip,
    CreditSlipLine,
    Customer,
    Order,
    OrderDiscount,
    OrderLine,
    Payment,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """Another order with the same reference: one basket split by carrier (PB-22)."""

    order_id: str
    total_incl_tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBundle:
    """A shop order with all that belongs to it."""

    order: Order
    lines: tuple[OrderLine, ...] = ()
    discounts: tuple[OrderDiscount, ...] = ()
    payments: tuple[Payment, ...] = ()
    """All payments found by the order's reference, those shared with siblings included."""
    invoicing: Address | None = None
    delivery: Address | None = None
    customer: Customer | None = None
    """None: the shop has no account of the buyer."""
    siblings: tuple[Sibling, ...] = ()
    """The other orders of the same reference, without this one."""

    @property
    def siblings_total(self) -> Decimal:
        """Sum of the totals of the other orders of this reference."""
        return sum((s.total_incl_tax for s in self.siblings), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipBundle:
    """A credit slip with its lines and its order."""

    slip: CreditSlip
    lines: tuple[CreditSlipLine, ...] = ()
    order: OrderBundle | None = None
    """None: the order is not known; the credit note is free-standing."""


def id_order(text: str) -> tuple[int, str]:
    """Sort key of remote ids: numbers as numbers, before texts."""
    number = whole_number(text)
    return (number, "") if number is not None else (1 << 62, text)
