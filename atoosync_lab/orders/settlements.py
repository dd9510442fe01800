"""Payments become settlements (ORD-22): which rule, how much of a shared payment, on which day, under which label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from atoosync_lab.mapping.templates import render
from atoosync_lab.model.documents import DocumentTotals, Settlement
from atoosync_lab.model.money import ZERO
from atoosync_lab.model.sales import Payment
from atoosync_lab.orders.bundle import OrderBundle, id_order
from atoosync_lab.orders.context import BuildContext
from atoosync_lab.orders.reasons import PAGE_PAYMENTS, Findings
from atoosync_lab.orders.totals import round_cents
from atoosync_lab.settings.orders import OrderSettings, PaymentRule, SettlementDate, SettlementTotal, payment_map_key

TOTAL_KEY = "total"
DIFFERENCE_KEY = "difference"


def method_of(bundle: OrderBundle, source: str) -> str:
    """The order's payment method, from the information the profile chose (ORD-29)."""
    order = bundle.order
    if source == "label":
        return order.payment_label
    if source == "payment":
        first = min(bundle.payments, key=lambda p: id_order(p.remote_id), default=None)
        return (first.method if first else "") or order.payment_label
    return order.payment_module


def payment_rule(bundle: OrderBundle, settings: OrderSettings) -> tuple[PaymentRule, bool]:
    """The rule of an order's method and currency (ORD-05), and whether it stands in the map (else the default)."""
    method = method_of(bundle, settings.reading.method_source)
    found = settings.maps.payments.get(payment_map_key(method, bundle.order.currency))
    return (found, True) if found is not None else (settings.maps.default_payment, False)


def checked_rule(
    bundle: OrderBundle, settings: OrderSettings, context: BuildContext, findings: Findings
) -> PaymentRule:
    """The rule of an order; holds it when there is none and the default is empty. 0.00 needs no rule (PB-07)."""
    rule, mapped = payment_rule(bundle, settings)
    if not mapped and bundle.order.total_incl_tax and not (rule.payment_terms or rule.payment_means):
        method = method_of(bundle, settings.reading.method_source)
        findings.hold(
            "orders.payment_unmapped",
            PAGE_PAYMENTS,
            "payment_method",
            payment_map_key(method, bundle.order.currency),
            method=context.payment_methods.get(method, method) or method,
            currency=bundle.order.currency,
        )
    return rule


@dataclass(frozen=True, slots=True)
class Share:
    """What of one payment belongs to this order."""

    payment: Payment
    amount: Decimal


def own_shares(bundle: OrderBundle) -> list[Share]:
    """Each payment's part for this order.

    Orders of one reference share their payments (PB-22): payments, by id, fill the orders, by id; what goes beyond them
    is the last one's. The parts of all orders together are exactly what was captured.
    """
    payments = sorted(bundle.payments, key=lambda p: id_order(p.remote_id))
    if not bundle.siblings:
        return [Share(p, p.amount) for p in payments]
    order = bundle.order
    totals = sorted(
        [(order.remote_id, order.total_incl_tax), *((s.order_id, s.total_incl_tax) for s in bundle.siblings)],
        key=lambda pair: id_order(pair[0]),
    )
    place = [order_id for order_id, _ in totals].index(order.remote_id)
    start = sum((total for _, total in totals[:place]), ZERO)
    last = place == len(totals) - 1

    def filled(captured: Decimal) -> Decimal:
        part = captured - start
        if place:
            part = max(part, ZERO)
        return part if last else min(part, order.total_incl_tax)

    shares, captured = [], ZERO
    for payment in payments:
        amount = filled(captured + payment.amount) - filled(captured)
        captured += payment.amount
        if amount:
            shares.append(Share(payment, amount))
    return shares


def unpaid(shares: Sequence[Share], charged: Decimal) -> Decimal:
    """What is still due of an order that was paid in part; 0 when it was paid in full, or has no payment at all."""
    captured = sum((s.amount for s in shares), ZERO)
    return charged - captured if ZERO < captured < charged else ZERO


def settlements(
    bundle: OrderBundle,
    source_currency: str,
    settings: OrderSettings,
    context: BuildContext,
    totals: DocumentTotals,
    values: Mapping[str, str],
    rule: PaymentRule,
) -> tuple[Settlement, ...]:
    """Settlements of an order; none when switched off, for its method too, or when nothing is to be paid.

    Args:
        bundle: amounts in the document's currency.
        source_currency: currency of the order in the shop: the map has a row per method and currency.
        settings: the profile's tabs.
        context: facts of the plan.
        totals: totals of the document, its difference line included.
        values: merge fields.
        rule: the rule of the order's method.
    """
    wanted = settings.settlements
    truth = bundle.order.total_incl_tax
    if not wanted.create or not (truth or totals.incl_tax):
        return ()
    label = render(wanted.label, values)
    shares = own_shares(bundle)
    made: list[Settlement] = []
    if wanted.from_payments:
        for share in shares:
            own = settings.maps.payments.get(payment_map_key(share.payment.method, source_currency), rule)
            if own.create_settlement and round_cents(share.amount):
                day = _day(bundle, settings, context, share.payment)
                made.append(_settlement(share.payment.remote_id, round_cents(share.amount), day, own, label))
    elif rule.create_settlement:
        amount = round_cents(_total(bundle, wanted.total, totals, shares))
        latest = max((s.payment for s in shares if s.payment.paid_at), key=lambda p: str(p.paid_at), default=None)
        if amount:
            day = _day(bundle, settings, context, latest)
            made.append(_settlement(TOTAL_KEY, amount, day, rule, label))
    rest = totals.incl_tax - sum((s.amount for s in made), ZERO)
    if wanted.differences and made and rest and rest == totals.incl_tax - truth:
        # Paid exactly as the shop charged: only the ERP's own total differs, and the document can be closed.
        made.append(_settlement(DIFFERENCE_KEY, rest, made[-1].date, rule, label))
    return tuple(made)


def _settlement(key: str, amount: Decimal, day: date, rule: PaymentRule, label: str) -> Settlement:
    return Settlement(
        key=key, amount=amount, date=day, payment_means=rule.payment_means, treasury=rule.treasury, reference=label
    )


def _total(bundle: OrderBundle, wanted: SettlementTotal, totals: DocumentTotals, shares: list[Share]) -> Decimal:
    if wanted is SettlementTotal.DOCUMENT:
        return totals.incl_tax
    if wanted is SettlementTotal.PAID:
        captured = sum((s.amount for s in shares), ZERO)
        # The order's own figure counts, unless several orders share the payments: it may then hold all of them.
        return captured if bundle.siblings or not bundle.order.total_paid_real else bundle.order.total_paid_real
    # Authorised is not captured: what the shop has not received is never settled (PB-25). An order without any payment
    # is settled by hand or on terms, and keeps its total.
    return bundle.order.total_incl_tax - unpaid(shares, bundle.order.total_incl_tax)


def _day(bundle: OrderBundle, settings: OrderSettings, context: BuildContext, payment: Payment | None) -> date:
    order = bundle.order
    moment = order.created_at
    source = settings.settlements.date
    if source is SettlementDate.TODAY:
        return context.today
    if source is SettlementDate.INVOICE and order.invoiced_at is not None:
        moment = order.invoiced_at
    elif source is SettlementDate.PAYMENT and payment is not None and payment.paid_at is not None:
        moment = payment.paid_at
    return moment.astimezone(context.timezone).date()
