"""Credit slips become credit notes (ORD-33): rates and articles from the order, never more than the buyer paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from atoosync_lab.model.documents import DocumentKind, DocumentLine, DocumentRules, LineRole, SalesDocument
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.money import ZERO
from atoosync_lab.model.sales import CreditSlipLine, OrderLine
from atoosync_lab.orders import header, totals
from atoosync_lab.orders.addresses import postal
from atoosync_lab.orders.bundle import OrderBundle, SlipBundle
from atoosync_lab.orders.closing import check, difference_line
from atoosync_lab.orders.context import BuildContext
from atoosync_lab.orders.currency import document_currency, in_shop_currency, slip_in_shop_currency
from atoosync_lab.orders.differences import ROUNDING_A_LINE, Cause, Difference
from atoosync_lab.orders.discounts import discount_item
from atoosync_lab.orders.gestures import gesture
from atoosync_lab.orders.lines import LineMaker
from atoosync_lab.orders.reasons import PAGE_SHOP, Built, Findings, Held
from atoosync_lab.orders.settlements import payment_rule
from atoosync_lab.orders.shipping import Pair, Shipped, charge_line, free_shipping_part, shipping, vat_groups
from atoosync_lab.orders.taxes import TaxBook, Vat, fits
from atoosync_lab.settings.customers import CustomerSettings
from atoosync_lab.settings.orders import DateSource, OrderSettings


def build_credit_note(
    bundle: SlipBundle,
    settings: OrderSettings,
    context: BuildContext,
    customers: CustomerSettings | None = None,
) -> Built | Held:
    """The credit note of a slip; its amounts are positive, it has no settlement and moves no shop status.

    Where the slip contradicts its order (tax on untaxed shipping, full price although a voucher paid a part), the order
    counts and a warning says so. Without the order the note is free-standing: rates from the amounts, misc. article.

    Args:
        bundle: the slip, its lines and its order.
        settings: the order tabs of the profile.
        context: facts about folder, shop and customer at the moment of the plan.
        customers: tab « Clients », for how addresses are written; None: as they are.
    """
    findings = Findings(bundle.order.order.remote_id if bundle.order else bundle.slip.order_id or bundle.slip.remote_id)
    currency = document_currency(
        bundle.order.order.currency if bundle.order else context.shop_currency, settings, context, findings
    )
    money = slip_in_shop_currency(bundle, context.shop_currency)
    order = in_shop_currency(bundle.order, context.shop_currency, findings) if bundle.order else None
    if order is None:
        findings.warn("orders.slip_free_standing", bundle.slip.remote_id)
    taxes = TaxBook(settings.maps, context.vat, order.lines if order else (), findings)
    maker = LineMaker(settings=settings, context=context, taxes=taxes, findings=findings)
    goods, full = _goods(maker, money, order)
    shares = _voucher_shares(maker, order, goods, full) if order else ()
    shipped, corrected = _shipping(maker, money, order, goods)
    lines: tuple[DocumentLine, ...] = (*goods, *gesture(maker, money, order), *shares, *shipped.lines)
    if not (lines or shipped.footer or findings.reasons):
        findings.hold("orders.nothing_on_slip", PAGE_SHOP, "lines", bundle.slip.remote_id)
    if findings.reasons:
        return Held(findings.reasons)

    inclusive, rules = settings.options.tax_inclusive, context.rules
    computed = totals.document_totals(lines, shipped.footer, inclusive, rules)
    truth = computed.incl_tax if shares or corrected else _stated(money)
    difference = _difference(money, truth - computed.incl_tax, taxes.rates_differ)
    extra = difference_line(maker, difference)
    difference = replace(difference, placed=bool(extra))
    lines = (*lines, *extra)
    check(findings, difference, totals.document_amounts(lines, shipped.footer, rules), settings, context)
    result = totals.document_totals(lines, shipped.footer, inclusive, rules)
    if order is not None and result.incl_tax > order.order.total_incl_tax + settings.options.ceiling:
        findings.hold(
            "orders.slip_above_order", PAGE_SHOP, "total", f"{result.incl_tax}", charged=order.order.total_incl_tax
        )
    if findings.reasons:
        return Held(findings.reasons)
    document = _document(bundle, settings, context, customers or CustomerSettings(), findings)
    document = replace(
        document,
        currency=currency,
        shipping_amount=shipped.footer.amount if shipped.footer else ZERO,
        shipping_vat_id=shipped.footer_vat_id,
        shipping_vat_rate=shipped.footer.rate if shipped.footer else ZERO,
        lines=lines,
        totals=result,
        truth=truth,
        difference=truth - result.incl_tax,
    )
    return Built(
        document=document, new_customer=context.customer.new, difference=difference, warnings=findings.warnings
    )


def _goods(maker: LineMaker, money: SlipBundle, order: OrderBundle | None) -> tuple[list[DocumentLine], set[str]]:
    """Lines of the returned goods, and the ids of those credited at their full price."""
    known = {line.remote_id: line for line in order.lines} if order else {}
    inclusive = maker.settings.options.tax_inclusive
    made: list[DocumentLine] = []
    full: set[str] = set()
    for line in sorted(money.lines, key=lambda x: x.position):
        amount = totals.round_cents(line.amount_incl_tax if inclusive else line.amount_excl_tax)
        if not amount:
            continue
        source = known.get(line.order_line_id)
        item, role, vat = _subject(maker, money, line, source)
        if not item or vat is None:
            continue
        quantity = line.quantity if line.quantity > 0 else Decimal(1)
        made.append(
            DocumentLine(
                role=role,
                item=item,
                label=source.label if source else translate("orders.slip_line_label", {"slip": money.slip.remote_id}),
                quantity=quantity,
                unit_price=_unit(amount, quantity, maker.precision, maker.context.rules),
                vat_id=vat.id,
                vat_rate=vat.rate,
                origin=line.order_line_id,
            )
        )
        if source is not None:
            unit = source.unit_price_incl_tax if inclusive else source.unit_price_excl_tax
            if amount == totals.round_cents(unit * quantity):
                full.add(line.order_line_id)
    return made, full


def _subject(
    maker: LineMaker, money: SlipBundle, line: CreditSlipLine, source: OrderLine | None
) -> tuple[str, LineRole, Vat | None]:
    """Article, role and VAT of a slip line: those of its order line, else misc. article and what the amounts tell."""
    if source is not None:
        item, role = maker.item_of(source)
        return item, role, maker.taxes.of_line(source)
    rate = maker.taxes.charge_rate(None, line.amount_excl_tax, line.amount_incl_tax)
    if rate is None:
        maker.findings.hold(
            "orders.tax_rate_unknown", PAGE_SHOP, "tax", f"{line.amount_excl_tax} / {line.amount_incl_tax}"
        )
    vat = None if rate is None else maker.taxes.of("", rate)
    return maker.special(maker.settings.articles.misc, "misc"), LineRole.MISC, vat


def _unit(amount: Decimal, quantity: Decimal, precision: int, rules: DocumentRules) -> Decimal:
    """Unit price that gives the amount again: the profile's precision, more decimals where it takes them."""
    unit = totals.round_price(amount / quantity, precision)
    while precision < rules.price_decimals and totals.round_erp(unit * quantity, rules) != amount:
        precision += 1
        unit = totals.round_price(amount / quantity, precision)
    return unit


def _voucher_shares(
    maker: LineMaker, order: OrderBundle, goods: Sequence[DocumentLine], full: set[str]
) -> tuple[DocumentLine, ...]:
    """Discount lines for the part of the order's vouchers that the fully priced goods had (PB-08)."""
    inclusive, rules = maker.settings.options.tax_inclusive, maker.context.rules
    header_ = order.order
    vouchers = Pair(header_.discounts_excl_tax, header_.discounts_incl_tax)
    total = vouchers.minus(free_shipping_part(header_, order.discounts)).basis(inclusive)
    sold: dict[str, Decimal] = {}
    for x in order.lines:
        unit = x.unit_price_incl_tax if inclusive else x.unit_price_excl_tax
        sold[x.product_id or ""] = sold.get(x.product_id or "", ZERO) + unit * x.quantity
    base = sum(sold.values(), ZERO)
    if not (total and base and full):
        return ()
    returned = [line for line in goods if line.origin in full]
    products = {x.remote_id: x.product_id for x in order.lines}
    exact: dict[Vat, Decimal] = {}
    for voucher in order.discounts:
        on = voucher.product_id
        if not on or voucher.free_shipping or not sold.get(on):
            continue
        # A voucher of one product comes back with that product alone, in proportion to what is returned of it.
        taken = min(voucher.amount_incl_tax if inclusive else voucher.amount_excl_tax, total)
        total -= taken
        for vat, amount in vat_groups([line for line in returned if products.get(line.origin) == on], rules):
            exact[vat] = exact.get(vat, ZERO) + taken * amount / sold[on]
    for vat, amount in vat_groups(returned, rules):
        exact[vat] = exact.get(vat, ZERO) + total * amount / base
    lines = []
    for vat, amount in exact.items():
        share = totals.round_cents(amount)
        item = discount_item(maker, vat) if share else ""
        if item:
            lines.append(charge_line(LineRole.DISCOUNT, item, vat, -share))
    if lines:
        maker.findings.warn("orders.slip_voucher_share", f"{-sum((x.unit_price for x in lines), ZERO)}")
    return tuple(lines)


def _shipping(
    maker: LineMaker, money: SlipBundle, order: OrderBundle | None, goods: Sequence[DocumentLine]
) -> tuple[Shipped, bool]:
    """Shipping of the note, and whether the order corrected what the slip says (PB-09)."""
    charge = Pair(money.slip.shipping_excl_tax, money.slip.shipping_incl_tax)
    if order is None or not (charge.excl or charge.incl):
        return shipping(maker, charge, "", None, goods), False
    header_ = order.order
    paid = Pair(header_.shipping_excl_tax, header_.shipping_incl_tax).minus(
        free_shipping_part(header_, order.discounts)
    )
    rate = header_.shipping_tax_rate
    if rate is None:
        rate = maker.taxes.fitting(paid.excl, paid.incl)
    contradicts = charge.incl > paid.incl or (rate is not None and not fits(charge.excl, charge.incl, rate))
    if contradicts:
        maker.findings.warn("orders.slip_shipping_differs", f"{charge.incl:.2f}", charged=f"{paid.incl:.2f}")
        incl = min(charge.incl, paid.incl)
        excl = totals.round_cents(incl * paid.excl / paid.incl) if paid.incl else ZERO
        charge = Pair(excl, incl)
    return shipping(maker, charge, header_.shipping_tax_name, rate, goods), contradicts


def _stated(money: SlipBundle) -> Decimal:
    """What the slip says was refunded, incl. tax."""
    goods = money.slip.products_incl_tax or sum((x.amount_incl_tax for x in money.lines), ZERO)
    return totals.round_cents(goods + money.slip.shipping_incl_tax)


def _difference(money: SlipBundle, gap: Decimal, rates_differ: bool) -> Difference:
    """A slip whose lines make its total, or that has none, is explained by rounding, half a cent a line."""
    if not gap:
        return Difference()
    goods = money.slip.products_incl_tax
    explained = ZERO
    if not rates_differ and (not money.lines or goods == sum((x.amount_incl_tax for x in money.lines), ZERO)):
        bound = totals.up_to_cent(ROUNDING_A_LINE * max(1, len(money.lines)))
        explained = max(-bound, min(bound, gap))
    cause = Cause.NONE if gap == explained else Cause.VAT_RATE if rates_differ else Cause.UNKNOWN
    return Difference(amount=gap, explained=explained, unexplained=gap - explained, cause=cause)


def _document(
    bundle: SlipBundle, settings: OrderSettings, context: BuildContext, casing: CustomerSettings, findings: Findings
) -> SalesDocument:
    """Header of the note; amounts and lines are filled in by the caller."""
    order = bundle.order
    day = context.today
    if settings.header.date is not DateSource.TODAY:
        day = header.local_date(bundle.slip.created_at, context)
    if order is not None:
        values = header.merge_values(order, day)
        rule, _ = payment_rule(order, settings)
        buyer, invoicing, delivery = order.customer, order.invoicing, order.delivery
    else:
        values = {"OI": bundle.slip.order_id or bundle.slip.remote_id, "DT": day.strftime("%d/%m/%Y")}
        rule = settings.maps.default_payment
        buyer = invoicing = delivery = None
    choice = context.customer
    place = header.territoriality(order, settings.maps, findings) if order and context.territories else ""
    return SalesDocument(
        key=bundle.slip.remote_id,
        kind=DocumentKind.CREDIT_NOTE,
        date=day,
        reference=header.reference_text(settings, values),
        series=settings.header.series,
        warehouse=settings.header.warehouse,
        customer=choice.code,
        customer_name=choice.name,
        new_customer=choice.new.key if choice.new else "",
        territoriality=place,
        tax_inclusive=settings.options.tax_inclusive,
        payment_terms=rule.payment_terms,
        payment_means=rule.payment_means,
        invoicing=postal(invoicing or delivery, buyer, casing, findings, context.rules.texts),
        delivery=postal(delivery or invoicing, buyer, casing, findings, context.rules.texts),
        lines=(),
        totals=totals.document_totals((), None, settings.options.tax_inclusive),
        truth=ZERO,
    )
