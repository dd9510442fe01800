"""From a shop order to a complete sales document, or to all the reasons why it is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from atoosync_lab.model.documents import DocumentLine, DocumentRules, SalesDocument
from atoosync_lab.model.money import ZERO, plain
from atoosync_lab.model.sales import OrderLine
from atoosync_lab.orders import differences, header, totals
from atoosync_lab.orders.addresses import postal
from atoosync_lab.orders.bundle import OrderBundle
from atoosync_lab.orders.closing import check, difference_line
from atoosync_lab.orders.context import BuildContext
from atoosync_lab.orders.currency import document_currency, in_shop_currency
from atoosync_lab.orders.differences import Difference
from atoosync_lab.orders.discounts import discount_lines
from atoosync_lab.orders.lines import BuiltLine, LineMaker
from atoosync_lab.orders.reasons import (
    PAGE_SHOP,
    PAGE_STATUSES,
    Built,
    Findings,
    Held,
)
from atoosync_lab.orders.settlements import checked_rule, own_shares, settlements, unpaid
from atoosync_lab.orders.shipping import Pair, free_shipping_part, gift_wrap, shipping
from atoosync_lab.orders.taxes import TaxBook
from atoosync_lab.settings.customers import CustomerSettings
from atoosync_lab.settings.orders import OrderSettings


def build_document(
    bundle: OrderBundle,
    settings: OrderSettings,
    context: BuildContext,
    customers: CustomerSettings | None = None,
) -> Built | Held:
    """The document of an order.

    Args:
        bundle: the order with all that belongs to it.
        settings: the order tabs of the profile.
        context: facts about folder, shop and customer at the moment of the plan.
        customers: tab « Clients », for how addresses are written; None: as they are.

    Returns:
        The complete document, or every reason why the order is held. Nothing is half-built.
    """
    findings = Findings(bundle.order.remote_id)
    casing = customers or CustomerSettings()
    rules = context.rules
    status = context.status_rule or settings.statuses.get(bundle.order.status_id)
    if status is None:
        findings.hold("orders.status_not_selected", PAGE_STATUSES, "status", bundle.order.status_id)
    currency = document_currency(bundle.order.currency, settings, context, findings)
    money = in_shop_currency(bundle, context.shop_currency, findings)
    order = money.order
    rule = checked_rule(bundle, settings, context, findings)
    day = header.document_date(bundle, settings, context, findings)
    territoriality = header.territoriality(bundle, settings.maps, findings) if context.territories else ""
    shipping_mode = header.shipping_mode(bundle, settings.maps, context, findings)
    values = header.merge_values(bundle, day)

    taxes = TaxBook(settings.maps, context.vat, money.lines, findings)
    maker = LineMaker(settings=settings, context=context, taxes=taxes, findings=findings)
    products = maker.product_lines(order, money.lines)
    goods = [p.line for p in products]
    free = free_shipping_part(order, money.discounts)
    charge = Pair(order.shipping_excl_tax, order.shipping_incl_tax).minus(free)
    shipped = shipping(maker, charge, order.shipping_tax_name, order.shipping_tax_rate, goods)
    discounts = discount_lines(maker, order, free, goods, money.discounts, money.lines)
    extras = (*gift_wrap(maker, order, goods), *discounts, *shipped.lines)
    if not (goods or extras or findings.reasons):
        findings.hold("orders.nothing_on_order", PAGE_SHOP, "lines", "")
    if findings.reasons or status is None:
        return Held(findings.reasons)

    difference = _difference(bundle, money, products, extras, shipped.footer, taxes.rates_differ, settings, rules)
    lines = (*goods, *extras, *difference_line(maker, difference))
    difference = replace(difference, placed=len(lines) > len(goods) + len(extras))
    check(findings, difference, totals.document_amounts(lines, shipped.footer, rules), settings, context)
    if findings.reasons:
        return Held(findings.reasons)

    inclusive = settings.options.tax_inclusive
    result = totals.document_totals(lines, shipped.footer, inclusive, rules)
    choice = context.customer
    for warning in choice.warnings:
        findings.warn(warning.code, **{k: v for k, v in warning.params.items() if k != "order"})
    rest = unpaid(own_shares(money), order.total_incl_tax)
    if rest and settings.settlements.create:
        paid = order.total_incl_tax - rest
        findings.warn("orders.partly_paid", amount=plain(paid), charged=plain(order.total_incl_tax),
                      missing_amount=plain(rest))  # fmt: skip
    document = SalesDocument(
        key=order.remote_id,
        kind=status.kind,
        number=header.document_number(bundle, status.kind, settings, findings, rules.texts.number),
        date=day,
        reference=header.reference_text(settings, values),
        series=settings.header.series,
        warehouse=settings.header.warehouse,
        state=status.state,
        customer=choice.code,
        customer_name=choice.name,
        new_customer=choice.new.key if choice.new else "",
        territoriality=territoriality,
        tax_inclusive=inclusive,
        currency=currency,
        payment_terms=rule.payment_terms,
        payment_means=rule.payment_means,
        shipping_mode=shipping_mode,
        shipping_amount=shipped.footer.amount if shipped.footer else ZERO,
        shipping_vat_id=shipped.footer_vat_id,
        shipping_vat_rate=shipped.footer.rate if shipped.footer else ZERO,
        invoicing=postal(bundle.invoicing or bundle.delivery, bundle.customer, casing, findings, rules.texts),
        delivery=postal(bundle.delivery or bundle.invoicing, bundle.customer, casing, findings, rules.texts),
        lines=lines,
        totals=result,
        truth=order.total_incl_tax,
        difference=order.total_incl_tax - result.incl_tax,
        settlements=settlements(money, bundle.order.currency, settings, context, result, values, rule),
        shop_status=status.set_status if status.set_status != bundle.order.status_id else "",
    )
    return Built(document=document, new_customer=choice.new, difference=difference, warnings=findings.warnings)


def _difference(
    original: OrderBundle,
    money: OrderBundle,
    products: Sequence[BuiltLine],
    extras: Sequence[DocumentLine],
    footer: totals.ShippingCharge | None,
    rates_differ: bool,
    settings: OrderSettings,
    rules: DocumentRules,
) -> Difference:
    inclusive = settings.options.tax_inclusive
    others = totals.document_amounts(extras, footer, rules)
    truth = money.order.total_incl_tax
    goods = totals.document_amounts((p.line for p in products), None, rules)
    sent = totals.compute_totals([*goods, *others], inclusive, rules)
    gap = truth - sent.incl_tax
    if not gap:
        return Difference()
    exact = (_exact(p, rules) for p in products)
    order_lines: Sequence[OrderLine] = original.lines
    return differences.explain(
        order=original.order,
        lines=order_lines,
        gap=gap,
        exact=totals.compute_totals([*exact, *others], inclusive, rules),
        truth=truth,
        rates_differ=rates_differ,
        ceiling=settings.options.ceiling,
    )


def _exact(made: BuiltLine, rules: DocumentRules) -> totals.Amount:
    """What a line would add with the price that the shop charged."""
    amount = made.exact_unit * made.line.quantity
    return totals.Amount(made.line.vat_rate, totals.round_erp(amount, rules), made.line.vat_id, amount)
