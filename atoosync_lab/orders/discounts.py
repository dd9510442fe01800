"""Vouchers become discount lines, one a VAT, spread by each one's base; shares always sum to the voucher (ORD-09)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from atoosync_lab.model.documents import DocumentLine, LineRole
from atoosync_lab.model.money import ZERO, split_by_weight
from atoosync_lab.model.sales import Order, OrderDiscount, OrderLine
from atoosync_lab.orders.lines import LineMaker
from atoosync_lab.orders.reasons import PAGE_SHOP
from atoosync_lab.orders.shipping import Pair, charge_line, vat_groups
from atoosync_lab.orders.taxes import Vat
from atoosync_lab.orders.totals import round_cents


def discount_lines(
    maker: LineMaker,
    order: Order,
    on_shipping: Pair,
    goods: Sequence[DocumentLine],
    vouchers: Sequence[OrderDiscount] = (),
    lines: Sequence[OrderLine] = (),
) -> tuple[DocumentLine, ...]:
    """Discount lines for the vouchers of an order, without the part that pays the shipping.

    A voucher bound to one product falls on that product's VAT; the rest is spread. Bases are those of the goods in the
    document's basis: net bases in a document excl. tax, gross ones in a document incl. tax. Both give every line the
    same percentage, as the shop does.

    Args:
        maker: makes the lines of this order.
        order: the header, in the document's currency.
        on_shipping: part of the vouchers that pays the shipping.
        goods: product lines of the document.
        vouchers: the order's vouchers; without them everything is spread.
        lines: the order's lines, which tell the product of each document line.
    """
    inclusive = maker.settings.options.tax_inclusive
    total = Pair(order.discounts_excl_tax, order.discounts_incl_tax).minus(on_shipping).basis(inclusive)
    groups = vat_groups(goods, maker.context.rules)
    base = sum((amount for _, amount in groups), ZERO)
    if order.total_incl_tax == 0 and total > base:
        # The shop never charges less than nothing: a voucher beyond the basket is used up to the basket.
        rest = order.shipping_incl_tax if inclusive else order.shipping_excl_tax
        wrap = order.wrapping_incl_tax if inclusive else order.wrapping_excl_tax
        paid = on_shipping.incl if inclusive else on_shipping.excl
        total = min(total, base + round_cents(rest + wrap - paid))
    shares: dict[Vat, Decimal] = {}
    for amount, bound in _bound(vouchers, lines, goods, maker):
        taken = min(amount, total)
        total -= taken
        _share(shares, taken, vat_groups(bound, maker.context.rules))
    if total and not groups:
        if not maker.findings.reasons:
            maker.findings.hold("orders.discount_without_goods", PAGE_SHOP, "discount", str(total))
        return ()
    if total:
        _share(shares, total, groups)
    made = []
    for vat in dict.fromkeys(vat for vat, _ in groups):
        share = shares.get(vat, ZERO)
        item = discount_item(maker, vat) if share else ""
        if item:
            made.append(charge_line(LineRole.DISCOUNT, item, vat, -share))
    return tuple(made)


def _bound(
    vouchers: Sequence[OrderDiscount], lines: Sequence[OrderLine], goods: Sequence[DocumentLine], maker: LineMaker
) -> Iterator[tuple[Decimal, list[DocumentLine]]]:
    """Vouchers bound to one product, each with the lines of that product; without such lines it is spread."""
    inclusive, rules = maker.settings.options.tax_inclusive, maker.context.rules
    products = {line.remote_id: line.product_id for line in lines}
    for voucher in vouchers:
        if not voucher.product_id or voucher.free_shipping:
            continue
        bound = [line for line in goods if products.get(line.origin) == voucher.product_id]
        amount = round_cents(voucher.amount_incl_tax if inclusive else voucher.amount_excl_tax)
        if amount > 0 and any(weight for _, weight in vat_groups(bound, rules)):
            yield amount, bound


def _share(shares: dict[Vat, Decimal], amount: Decimal, groups: Sequence[tuple[Vat, Decimal]]) -> None:
    """Add an amount to the VATs in proportion to their bases, by the largest remainder."""
    for (vat, _), share in zip(groups, split_by_weight(amount, [w for _, w in groups]), strict=True):
        shares[vat] = shares.get(vat, ZERO) + share


def discount_item(maker: LineMaker, vat: Vat) -> str:
    """Discount article of a VAT; VATs seen later take the default (ORD-08)."""
    articles = maker.settings.articles
    return maker.special(articles.discounts.get(vat.id) or articles.discount, "discount")
