"""Refunds that paid money back as credit slips (ORD-33)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from atoosync_lab.connectors.shops.shopify.gids import number, number_of
from atoosync_lab.connectors.shops.shopify.order_money import Node, conversion_rate, money
from atoosync_lab.connectors.shops.shopify.product_records import exact, instant
from atoosync_lab.model.money import ZERO
from atoosync_lab.model.sales import CreditSlip, CreditSlipLine


def slip(order: Node, refund: Node) -> tuple[CreditSlip, list[CreditSlipLine]] | None:
    """A slip with its lines; None for a refund that paid nothing back: an edit of the order makes such too.

    The slip's total is the money that went back. Where its lines come to something else (a gesture, a fee kept), the
    difference is seen when its document is made, and a person decides.

    Raises:
        KeyError, ValueError, TypeError: it cannot be used.
    """
    back = money(refund["totalRefundedSet"])
    if back <= 0:
        return None
    if refund["refundLineItems"]["pageInfo"]["hasNextPage"]:
        raise ValueError("more lines than are read")
    incl_tax = bool(order["taxesIncluded"])
    identifier = number(refund["id"])
    lines = []
    for position, node in enumerate(refund["refundLineItems"]["nodes"]):
        excl, incl = _pair(money(node["subtotalSet"]), money(node["totalTaxSet"]), incl_tax)
        lines.append(
            CreditSlipLine(
                slip_id=identifier,
                order_line_id=number_of(node["lineItem"]),
                position=position,
                quantity=Decimal(int(node["quantity"])),
                amount_excl_tax=excl,
                amount_incl_tax=incl,
            )
        )
    goods = sum((line.amount_incl_tax for line in lines), ZERO)
    shipping_excl, shipping_incl = _shipping(refund["refundShippingLines"]["nodes"], back - goods, incl_tax)
    tax = sum((line.amount_incl_tax - line.amount_excl_tax for line in lines), ZERO)
    created = instant(refund.get("createdAt") or refund.get("updatedAt"))
    if created is None:
        raise ValueError("a date is missing")
    products = back - shipping_incl
    made = CreditSlip(
        remote_id=identifier,
        order_id=number(order["id"]),
        customer_id=number_of(order.get("customer")),
        created_at=created,
        modified_at=instant(refund.get("updatedAt")),
        conversion_rate=conversion_rate(order),
        products_excl_tax=products - tax,
        products_incl_tax=products,
        shipping_excl_tax=shipping_excl,
        shipping_incl_tax=shipping_incl,
        partial=back < exact(order["totalPriceSet"]["presentmentMoney"]["amount"]),
    )
    return made, lines


def _shipping(nodes: Sequence[Node], rest: Decimal, incl_tax: bool) -> tuple[Decimal, Decimal]:
    """Shipping paid back, without and with tax.

    Nothing says whether `subtotalAmountSet` holds the tax where the order's prices do. What the goods leave of the
    money decides; where neither fits, it is without (facts: SH07).
    """
    amount = sum((money(node["subtotalAmountSet"]) for node in nodes), ZERO)
    tax = sum((money(node["taxAmountSet"]) for node in nodes), ZERO)
    if incl_tax and rest == amount:
        return amount - tax, amount
    return amount, amount + tax


def _pair(amount: Decimal, tax: Decimal, incl_tax: bool) -> tuple[Decimal, Decimal]:
    """Amount without and with tax. (facts: SH07)"""
    return (amount - tax, amount) if incl_tax else (amount, amount + tax)
