"""The last look at a document before it may be written: the difference line and what holds it (ORD-21)."""

from __future__ import annotations

from collections.abc import Iterable

from atoosync_lab.model.documents import DocumentLine, LineRole
from atoosync_lab.orders.context import BuildContext
from atoosync_lab.orders.differences import Cause, Difference, signed
from atoosync_lab.orders.lines import LineMaker
from atoosync_lab.orders.reasons import PAGE_ARTICLES, PAGE_HEADER, PAGE_OPTIONS, PAGE_SHOP, PAGE_TAXES, Findings
from atoosync_lab.orders.shipping import charge_line
from atoosync_lab.orders.taxes import Vat
from atoosync_lab.orders.totals import Amount
from atoosync_lab.settings.orders import OrderSettings

_CAUSES = {
    Cause.PRECISION: ("orders.difference_too_great.precision", PAGE_HEADER),
    Cause.VAT_RATE: ("orders.difference_too_great.vat_rate", PAGE_TAXES),
    Cause.UNKNOWN: ("orders.difference_too_great.unknown", PAGE_SHOP),
    Cause.NONE: ("orders.difference_too_great.unknown", PAGE_SHOP),
}


def difference_line(maker: LineMaker, difference: Difference) -> tuple[DocumentLine, ...]:
    """The line that makes the document equal to what the shop charged (ORD-21); none when equal or switched off."""
    if not (difference.amount and maker.settings.options.difference_line):
        return ()
    articles, vat = maker.settings.articles, maker.context.vat
    item = maker.special(articles.difference, "difference")
    vat_id = articles.difference_vat or next((v for v, rate in vat.items() if rate == 0), "")
    rate = vat.get(vat_id)
    if rate is None or rate != 0:
        maker.findings.hold("orders.difference_vat_missing", PAGE_ARTICLES, "difference_vat", vat_id)
        return ()
    if not item:
        return ()
    return (charge_line(LineRole.DIFFERENCE, item, Vat(vat_id, rate), difference.amount),)


def check(
    findings: Findings,
    difference: Difference,
    amounts: Iterable[Amount],
    settings: OrderSettings,
    context: BuildContext,
) -> None:
    """Hold what must not be written: an unexplained difference above the ceiling, more VAT rates than the ERP holds."""
    if abs(difference.unexplained) > settings.options.ceiling:
        code, page = _CAUSES[difference.cause]
        findings.hold(
            code,
            page,
            "difference",
            signed(difference.amount),
            difference=signed(difference.amount),
            unexplained=signed(difference.unexplained),
            ceiling=settings.options.ceiling,
            decimals=settings.header.price_precision,
        )
    if settings.options.tax_inclusive and not context.rules.tax_inclusive:
        findings.hold("orders.tax_inclusive_not_served", PAGE_OPTIONS, "tax_inclusive", "")
    rates = {amount.rate for amount in amounts}
    limit = context.rules.max_vat_rates
    if limit is not None and len(rates) > limit:
        findings.hold("orders.too_many_vat_rates", PAGE_TAXES, "vat", str(len(rates)), limit=limit)
