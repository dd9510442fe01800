"""Orders in a foreign currency (ORD-07): held without a map, else converted at their own rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from atoosync_lab.model.money import ZERO, split_by_weight
from atoosync_lab.model.sales import Payment
from atoosync_lab.orders.bundle import OrderBundle, Sibling, SlipBundle
from atoosync_lab.orders.context import BuildContext
from atoosync_lab.orders.reasons import PAGE_CURRENCIES, PAGE_SHOP, Findings
from atoosync_lab.orders.totals import round_cents, round_mode, round_price
from atoosync_lab.settings.orders import OrderSettings

_ORDER = (
    "total_products_excl_tax", "total_products_incl_tax", "discounts_excl_tax", "discounts_incl_tax",
    "shipping_excl_tax", "shipping_incl_tax", "wrapping_excl_tax", "wrapping_incl_tax",
)  # fmt: skip
_CHARGED = ("total_excl_tax", "total_incl_tax", "total_paid_real")
_LINE = (
    "total_excl_tax", "total_incl_tax",
    "discount_amount_excl_tax", "discount_amount_incl_tax", "ecotax",
)  # fmt: skip
_SLIP = ("products_excl_tax", "products_incl_tax", "shipping_excl_tax", "shipping_incl_tax")


def document_currency(order_currency: str, settings: OrderSettings, context: BuildContext, findings: Findings) -> str:
    """ERP currency of the document, empty for the folder's own; holds the order when a currency has no map.

    Documents are in the shop's currency: documents in the order's currency are an option of its own (ORD-11).
    """
    maps = settings.maps.currencies
    if order_currency != context.shop_currency and not maps.get(order_currency):
        findings.hold("orders.currency_unmapped", PAGE_CURRENCIES, "currency", order_currency)
    if context.erp_currency and context.erp_currency != context.shop_currency:
        mapped = maps.get(context.shop_currency, "")
        if not mapped:
            findings.hold(
                "orders.shop_currency_differs",
                PAGE_CURRENCIES,
                "currency",
                context.shop_currency,
                erp_currency=context.erp_currency,
            )
        return mapped
    return ""


def in_shop_currency(bundle: OrderBundle, shop_currency: str, findings: Findings) -> OrderBundle:
    """The bundle with every amount divided by the order's rate: prices to 6 decimals, what was charged to the cent.

    The rate is the order's: payments of a foreign order are known to state 1 (PB-10).
    """
    order = bundle.order
    if order.currency == shop_currency:
        # What was charged is an amount of money: whole cents, however many decimals the shop writes.
        return replace(bundle, order=replace(order, total_incl_tax=round_cents(order.total_incl_tax)))
    rate = order.conversion_rate
    if not rate:
        findings.hold("orders.conversion_rate_unknown", PAGE_SHOP, "conversion_rate", order.currency)
        return bundle
    if rate < 0:
        findings.hold("orders.conversion_rate_wrong", PAGE_SHOP, "conversion_rate", str(rate), currency=order.currency)
        return bundle

    def exact(record: Any, names: Sequence[str]) -> dict[str, Any]:
        return {name: round_price(getattr(record, name) / rate, 6) for name in names}

    charged: dict[str, Any] = {name: round_cents(getattr(order, name) / rate) for name in _CHARGED}
    by_unit = order.rounding == "item"

    def unit(price: Decimal) -> Decimal:
        # A shop that rounds units charged the rounded one, in the order's currency.
        return round_price((round_mode(price, order.rounding_mode) if by_unit else price) / rate, 6)

    lines = tuple(
        replace(
            line,
            list_price_excl_tax=None
            if line.list_price_excl_tax is None
            else round_price(line.list_price_excl_tax / rate, 6),
            unit_price_excl_tax=unit(line.unit_price_excl_tax),
            unit_price_incl_tax=unit(line.unit_price_incl_tax),
            **exact(line, _LINE),
        )
        for line in bundle.lines
    )
    return replace(
        bundle,
        order=replace(
            order,
            currency=shop_currency,
            rounding="line" if by_unit else order.rounding,
            **exact(order, _ORDER),
            **charged,
        ),
        lines=lines,
        discounts=tuple(replace(d, **exact(d, ("amount_excl_tax", "amount_incl_tax"))) for d in bundle.discounts),
        payments=_payments(bundle, shop_currency, rate),
        siblings=tuple(
            Sibling(order_id=s.order_id, total_incl_tax=round_cents(s.total_incl_tax / rate)) for s in bundle.siblings
        ),
    )


def _payments(bundle: OrderBundle, shop_currency: str, rate: Decimal) -> tuple[Payment, ...]:
    own = [p for p in bundle.payments if p.currency != shop_currency]
    total = sum((p.amount for p in own), ZERO)
    charged = bundle.order.total_incl_tax
    amounts = [round_cents(p.amount / rate) for p in own]
    if own and not bundle.siblings and total == charged and all(p.amount >= 0 for p in own):
        # Paid in full: the converted payments must still make the converted total.
        amounts = split_by_weight(round_cents(charged / rate), [p.amount for p in own])
    converted = dict(zip((p.remote_id for p in own), amounts, strict=True))
    return tuple(
        replace(p, amount=converted[p.remote_id], currency=shop_currency) if p.remote_id in converted else p
        for p in bundle.payments
    )


def slip_in_shop_currency(bundle: SlipBundle, shop_currency: str) -> SlipBundle:
    """The slip with its amounts divided by the rate of its order (its own rate when the order is not known)."""
    if bundle.order is None:
        rate = bundle.slip.conversion_rate
    elif bundle.order.order.currency == shop_currency:
        return bundle
    else:
        rate = bundle.order.order.conversion_rate
    if rate <= 0 or rate == 1:
        return bundle
    amounts: dict[str, Any] = {name: round_cents(getattr(bundle.slip, name) / rate) for name in _SLIP}
    return replace(
        bundle,
        slip=replace(bundle.slip, **amounts),
        lines=tuple(
            replace(
                line,
                amount_excl_tax=round_cents(line.amount_excl_tax / rate),
                amount_incl_tax=round_cents(line.amount_incl_tax / rate),
            )
            for line in bundle.lines
        ),
    )
