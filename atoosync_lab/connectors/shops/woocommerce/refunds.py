"""Refunds as credit slips: lines by the order line they take back; bare amounts spread over the order's rates."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.order_records import OrderRecords
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.money import CENT, HUNDRED, ZERO, quantize, split_by_weight
from atoosync_lab.model.sales import CreditSlip, CreditSlipLine, OrderLine

Slip = tuple[CreditSlip, list[CreditSlipLine]]


def order_of(refund: Json) -> str:
    """Id of a refund's order: `parent_id` where it stands, else from the link upwards."""
    if known := wire.identifier(refund, "parent_id"):
        return known
    for row in wire.rows(wire.nested(refund, "_links"), "up"):
        last = wire.text(row, "href").partition("?")[0].rstrip("/").rpartition("/")[2]
        if last.isdigit():
            return last
    return ""


def needs_order(refund: Json) -> bool:
    """Its amount is not that of its lines, so that the order is needed to spread it."""
    return abs(_rest(refund)) >= CENT


def is_nothing(refund: Json) -> bool:
    """No money and no lines: a merchant's empty refund."""
    return not wire.decimal(refund, "amount") and not wire.rows(refund, "line_items")


def slip(refund: Json, order: Json | None, records: OrderRecords) -> Slip:
    """A refund as a slip.

    Args:
        refund: the refund.
        order: its order, where `needs_order` says so.
        records: makes the lines of that order.

    Raises:
        ValueError: a date or an amount is missing, or an amount cannot be spread.
    """
    created = wire.moment(refund, "date_created_gmt")
    if created is None:
        raise ValueError("date_created_gmt is empty")
    number = wire.identifier(refund)
    amount = wire.amount(refund, "amount")
    lines = [
        _line(number, row, place)
        for place, row in enumerate([*wire.rows(refund, "line_items"), *wire.rows(refund, "fee_lines")])
    ]
    shipping = [(-wire.amount(r, "total"), -wire.amount(r, "total_tax")) for r in wire.rows(refund, "shipping_lines")]
    ship_excl = sum((excl for excl, _ in shipping), ZERO)
    ship_incl = ship_excl + sum((tax for _, tax in shipping), ZERO)
    rest, partial = _rest(refund), True
    if abs(rest) >= CENT:
        if order is None:
            raise ValueError(f"amount {amount} without lines")
        sold, _ = records.lines(order)
        if amount == wire.amount(order, "total") and not lines and not shipping:
            # All of the order: its own lines and its shipping.
            partial = False
            lines = _whole(number, sold)
            ship_excl = wire.amount(order, "shipping_total")
            ship_incl = ship_excl + wire.amount(order, "shipping_tax")
        else:
            lines += _spread(number, quantize(rest), sold, len(lines))
    return (
        CreditSlip(
            remote_id=number,
            order_id=order_of(refund),
            created_at=created,
            modified_at=created,
            products_excl_tax=sum((x.amount_excl_tax for x in lines), ZERO),
            products_incl_tax=amount - ship_incl,
            shipping_excl_tax=ship_excl,
            shipping_incl_tax=ship_incl,
            partial=partial,
        ),
        lines,
    )


def _rest(refund: Json) -> Decimal:
    """Part of the amount that no line holds; below a cent it is the rounding of the amount."""
    stated = wire.decimal(refund, "amount") or ZERO
    for part in ("line_items", "fee_lines", "shipping_lines"):
        for row in wire.rows(refund, part):
            stated += (wire.decimal(row, "total") or ZERO) + (wire.decimal(row, "total_tax") or ZERO)
    return stated


def _line(slip_id: str, row: Json, place: int) -> CreditSlipLine:
    excl = -wire.amount(row, "total")
    return CreditSlipLine(
        slip_id=slip_id,
        order_line_id=wire.meta(row, (facts.REFUNDED_ITEM,)),
        position=place,
        quantity=abs(wire.decimal(row, "quantity") or ZERO),
        amount_excl_tax=excl,
        amount_incl_tax=excl - wire.amount(row, "total_tax"),
    )


def _whole(slip_id: str, sold: Sequence[OrderLine]) -> list[CreditSlipLine]:
    return [
        CreditSlipLine(
            slip_id=slip_id,
            order_line_id=line.remote_id,
            position=place,
            quantity=line.quantity,
            amount_excl_tax=line.total_excl_tax,
            amount_incl_tax=line.total_incl_tax,
        )
        for place, line in enumerate(sold)
        if line.total_incl_tax
    ]


def _spread(slip_id: str, amount: Decimal, sold: Sequence[OrderLine], first: int) -> list[CreditSlipLine]:
    """An amount incl. tax over the rates of the goods, in proportion to what was sold at each: a line a rate.

    Raises:
        ValueError: nothing was sold, or a rate is not known.
    """
    sums: dict[Decimal, Decimal] = {}
    for line in sold:
        if line.tax_rate is None:
            raise ValueError(f"rate of line {line.remote_id} unknown")
        sums[line.tax_rate] = sums.get(line.tax_rate, ZERO) + line.total_incl_tax
    weights = [max(value, ZERO) for value in sums.values()]
    if not weights:
        raise ValueError("no line to spread an amount over")
    shares = split_by_weight(abs(amount), weights)
    sign = 1 if amount > 0 else -1
    return [
        CreditSlipLine(
            slip_id=slip_id,
            order_line_id="",
            position=first + place,
            quantity=Decimal(1),
            amount_excl_tax=sign * quantize(share / (1 + rate / HUNDRED)),
            amount_incl_tax=sign * share,
        )
        for place, (rate, share) in enumerate(zip(sums, shares, strict=True))
        if share
    ]
