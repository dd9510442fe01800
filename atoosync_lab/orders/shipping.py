"""Shipping as footer or line (ORD-17), gift wrap (ORD-08), and the part of free-shipping vouchers (ORD-09)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from atoosync_lab.model.documents import DocumentLine, DocumentRules, LineRole
from atoosync_lab.model.money import ZERO, split_by_weight
from atoosync_lab.model.sales import Order, OrderDiscount
from atoosync_lab.orders.lines import LineMaker
from atoosync_lab.orders.reasons import PAGE_SHOP
from atoosync_lab.orders.taxes import Vat
from atoosync_lab.orders.totals import ShippingCharge, line_amount, round_cents


@dataclass(frozen=True, slots=True)
class Pair:
    """An amount as the shop states it, without and with tax."""

    excl: Decimal
    incl: Decimal

    def minus(self, other: Pair) -> Pair:
        """The difference of both amounts."""
        return Pair(self.excl - other.excl, self.incl - other.incl)

    def basis(self, tax_inclusive: bool) -> Decimal:
        """The amount in a document's basis, to the cent."""
        return round_cents(self.incl if tax_inclusive else self.excl)


@dataclass(frozen=True, slots=True)
class Shipped:
    """How shipping stands on the document: in the footer, or as lines."""

    footer: ShippingCharge | None = None
    footer_vat_id: str = ""
    lines: tuple[DocumentLine, ...] = ()


def free_shipping_part(order: Order, discounts: Sequence[OrderDiscount]) -> Pair:
    """Part of the vouchers that pays the shipping: the shop's invoice then shows no tax on shipping."""
    free = [d for d in discounts if d.free_shipping]
    if not free:
        return Pair(ZERO, ZERO)
    excl = min(order.shipping_excl_tax, sum((d.amount_excl_tax for d in free), ZERO), order.discounts_excl_tax)
    incl = min(order.shipping_incl_tax, sum((d.amount_incl_tax for d in free), ZERO), order.discounts_incl_tax)
    return Pair(round_cents(max(excl, ZERO)), round_cents(max(incl, ZERO)))


def vat_groups(lines: Sequence[DocumentLine], rules: DocumentRules) -> list[tuple[Vat, Decimal]]:
    """(VAT, amount of its goods in the document's basis), in order of first use; negative sums weigh nothing."""
    sums: dict[tuple[str, Decimal], Decimal] = {}
    for line in lines:
        key = (line.vat_id, line.vat_rate)
        sums[key] = sums.get(key, ZERO) + line_amount(line, rules)
    return [(Vat(*key), max(amount, ZERO)) for key, amount in sums.items()]


def shipping(
    maker: LineMaker, charge: Pair, tax_name: str, tax_rate: Decimal | None, goods: Sequence[DocumentLine]
) -> Shipped:
    """Shipping of a document.

    Footer by default; lines with the shipping article when ORD-17 is on, or when the shop mixed several rates in one
    amount (average VAT on shipping): a footer holds one rate only, so the amount is split by the goods' bases. Lines,
    too, for an ERP whose documents have no such footer.
    """
    options = maker.settings.options
    amount = charge.basis(options.tax_inclusive)
    if not amount:
        return Shipped()
    shares = _shares(maker, charge, tax_name, tax_rate, goods, amount)
    if not shares:
        return Shipped()
    in_footer = maker.context.rules.footer_shipping and not options.shipping_as_line
    if in_footer and len(shares) == 1:
        vat, share = shares[0]
        return Shipped(footer=ShippingCharge(share, vat.rate), footer_vat_id=vat.id)
    item = maker.special(maker.settings.articles.shipping, "shipping")
    if not item:
        return Shipped()
    return Shipped(lines=tuple(charge_line(LineRole.SHIPPING, item, vat, share) for vat, share in shares))


def gift_wrap(maker: LineMaker, order: Order, goods: Sequence[DocumentLine]) -> tuple[DocumentLine, ...]:
    """Gift wrap lines: what the order charges for wrapping, never the shop's configured price (PB-06)."""
    charge = Pair(order.wrapping_excl_tax, order.wrapping_incl_tax)
    amount = charge.basis(maker.settings.options.tax_inclusive)
    if not amount:
        return ()
    shares = _shares(maker, charge, order.wrapping_tax_name, order.wrapping_tax_rate, goods, amount)
    item = maker.special(maker.settings.articles.gift_wrap, "gift_wrap")
    if not item:
        return ()
    return tuple(charge_line(LineRole.GIFT_WRAP, item, vat, share) for vat, share in shares)


def charge_line(role: LineRole, item: str, vat: Vat, amount: Decimal) -> DocumentLine:
    """A line of quantity 1."""
    return DocumentLine(role=role, item=item, quantity=Decimal(1), unit_price=amount, vat_id=vat.id, vat_rate=vat.rate)


def _shares(
    maker: LineMaker,
    charge: Pair,
    tax_name: str,
    tax_rate: Decimal | None,
    goods: Sequence[DocumentLine],
    amount: Decimal,
) -> list[tuple[Vat, Decimal]]:
    rate = maker.taxes.charge_rate(tax_rate, charge.excl, charge.incl)
    if rate is not None:
        vat = maker.taxes.of(tax_name if rate == tax_rate else "", rate)
        return [(vat, amount)] if vat is not None else []
    groups = vat_groups(goods, maker.context.rules)
    if not groups:
        if not maker.findings.reasons:
            maker.findings.hold("orders.charge_rate_unknown", PAGE_SHOP, "tax", f"{charge.excl} / {charge.incl}")
        return []
    weights = [weight for _, weight in groups]
    shares = split_by_weight(amount, weights)
    return [(group, share) for (group, _), share in zip(groups, shares, strict=True) if share]
