"""Vouchers become discount lines, one a VAT, spread by each one's base; shares always sum to the voucher (ORD-09)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from atoosync_lab.model.documents import DocumentLine, LineRole
from atoosync_lab.model.money import ZERO, split_by_weight
from atoosync_lab.model.sales import Order
from atoosync_lab.orders.lines import LineMaker
from atoosync_lab.orders.reasons import PAGE_SHOP
from atoosync_lab.orders.shipping import Pair, charge_line, vat_groups
from atoosync_lab.orders.taxes import Vat
from atoosync_lab.orders.totals import round_cents


def discount_lines(
    maker: LineMaker, order: Order, on_shipping: Pair, goods: Sequence[DocumentLine]
) -> tuple[DocumentLine, ...]:
    """Discount lines for the vouchers of an order, without the part that pays the shipping.

    Bases are those of the goods in the document's basis: net bases in a document excl. tax, gross ones in a document
    incl. tax. Both give every line the same percentage, as the shop does.
    """
    inclusive = maker.settings.options.tax_inclusive
    total = Pair(order.discounts_excl_tax, order.discounts_incl_tax).minus(on_shipping).basis(inclusive)
    groups = vat_groups(goods)
    base = sum((amount for _, amount in groups), ZERO)
    if order.total_incl_tax == 0 and total > base:
        # The shop never charges less than nothing: a voucher beyond the basket is used up to the basket.
        rest = order.shipping_incl_tax if inclusive else order.shipping_excl_tax
        wrap = order.wrapping_incl_tax if inclusive else order.wrapping_excl_tax
        paid = on_shipping.incl if inclusive else on_shipping.excl
        total = min(total, base + round_cents(rest + wrap - paid))
    return spread(maker, total, groups)


def spread(maker: LineMaker, total: Decimal, groups: Sequence[tuple[Vat, Decimal]]) -> tuple[DocumentLine, ...]:
    """Lines of `-total`, split over VATs in proportion to their amounts by the largest remainder."""
    if not total:
        return ()
    if not groups:
        if not maker.findings.reasons:
            maker.findings.hold("orders.discount_without_goods", PAGE_SHOP, "discount", str(total))
        return ()
    lines = []
    for (vat, _), share in zip(groups, split_by_weight(total, [w for _, w in groups]), strict=True):
        if not share:
            continue
        item = discount_item(maker, vat)
        if item:
            lines.append(charge_line(LineRole.DISCOUNT, item, vat, -share))
    return tuple(lines)


def discount_item(maker: LineMaker, vat: Vat) -> str:
    """Discount article of a VAT; VATs seen later take the default (ORD-08)."""
    articles = maker.settings.articles
    return maker.special(articles.discounts.get(vat.id) or articles.discount, "discount")
